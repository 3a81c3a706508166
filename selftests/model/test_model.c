// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: test_model                       seeds that are always the same: the
 *                                         first, and some that found something;
 *                                         then a few new ones
 *        test_model --seed N [--frames N] that one
 *        test_model --time SECONDS        new ones
 *        ... --gateway                  of the networks with one
 *        ... --keep-on                    beyond the first that fails
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "../prog/prog.h"
#include "host.h"
#include "run.h"

#define SEEDS 60 /* that are always the same: 1, 2, ... */
#define GATEWAYS 30 /* the same, of networks with a gateway */
#define FRESH 10 /* in a row, that nobody may have tried */
#define FRAMES 400 /* for one network */

/* Networks in which programs and model once differed, and what it was. */
static const uint64_t found[] = {
	15727062942529, /* a frame longer than its IP packet, and than the MTU */
	35695375206915, /* outcomes that look alike, one of which teaches */
	83252230194047, /* a router answers a multicast MAC */
	155512248922566, /* a neighbor with the MAC of the router's port */
	186022078882808, /* an odd outer header, which may teach */
	241358132339668, /* a router that may know the asker from hearsay */
	246364348880222, /* a reply that teaches nothing is shared */
};

static struct totals totals;

static uint64_t seed_fresh(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		abort();
	return seed >> 16; /* easier to type */
}

static void totals_print(void)
{
	printf("# %llu networks, %llu frames, %llu runs of a program, %llu "
	       "frames out, %llu drops; %llu had open answers, %llu networks "
	       "ended early\n",
	       (unsigned long long)totals.n_networks,
	       (unsigned long long)totals.n_frames,
	       (unsigned long long)totals.n_steps,
	       (unsigned long long)totals.n_outs,
	       (unsigned long long)totals.n_drops,
	       (unsigned long long)totals.n_open,
	       (unsigned long long)totals.n_over);
}

static int seeds_run(bool keep_on)
{
	const size_t n = SEEDS + sizeof(found) / sizeof(*found);
	int failed = 0;

	for (size_t i = 0; i < n && (keep_on || !failed); i++)
		failed += !seed_run(i < SEEDS ? i + 1 : found[i - SEEDS], false,
				    FRAMES, &totals);
	printf("%sok 1 - %zu networks as the model has them\n",
	       failed ? "not " : "", n);
	return failed;
}

static int gateways_run(int number, bool keep_on)
{
	int failed = 0;

	for (uint64_t i = 1; i <= GATEWAYS && (keep_on || !failed); i++)
		failed += !seed_run(i, true, FRAMES, &totals);
	printf("%sok %d - %d networks with a gateway\n", failed ? "not " : "",
	       number, GATEWAYS);
	return failed;
}

/* Without a gateway: there the model leaves something open. */
static int fresh_run(int number, bool keep_on)
{
	uint64_t first = seed_fresh();
	int failed = 0;

	for (int i = 0; i < FRESH && (keep_on || !failed); i++)
		failed += !seed_run(first + i, false, FRAMES, &totals);
	printf("%sok %d - %d new networks as the model has them (seeds from "
	       "%llu on)\n",
	       failed ? "not " : "", number, FRESH, (unsigned long long)first);
	return failed;
}

/* Both kinds of networks in turn, or those with a gateway only. */
static int time_run(int seconds, bool has_gateway, bool keep_on)
{
	time_t end = time(NULL) + seconds;
	int failed = 0;

	while (time(NULL) < end && (keep_on || !failed))
		failed += !seed_run(seed_fresh(),
				    has_gateway || totals.n_networks % 2,
				    FRAMES, &totals);
	printf("%sok 1 - %llu new networks as the model has them\n1..1\n",
	       failed ? "not " : "", (unsigned long long)totals.n_networks);
	return failed;
}

int main(int argc, char **argv)
{
	unsigned int frames = FRAMES;
	const char *seed = NULL;
	bool keep_on = false, has_gateway = false;
	int failed, seconds = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = argv[++i];
		else if (!strcmp(argv[i], "--frames") && i + 1 < argc)
			frames = strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--time") && i + 1 < argc)
			seconds = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--gateway"))
			has_gateway = true;
		else if (!strcmp(argv[i], "--keep-on"))
			keep_on = true;
		else
			return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	devices_init();
	hosts_init();
	if (seed)
		failed = !seed_run(strtoull(seed, NULL, 10), has_gateway,
				   frames, &totals);
	else if (seconds)
		failed = time_run(seconds, has_gateway, keep_on);
	else if (has_gateway)
		failed = gateways_run(1, keep_on);
	else
		failed = seeds_run(keep_on) + gateways_run(2, keep_on) +
			 fresh_run(3, keep_on);
	if (!seed && !seconds)
		printf("1..%d\n", has_gateway ? 1 : 3);
	totals_print();
	return failed ? 1 : 0;
}
