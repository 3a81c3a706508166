// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays the agent's part in keeping first packets: holds the upcalls of a pin
 * directory open, says what BPF has learned, and in the end how many packets
 * it has kept, given back, dropped and refused.
 *
 * usage: upcalltool PINDIR        until SIGTERM
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/upcalls.h"

static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
	(void)number;
	is_over = 1;
}

static void learned(void *arg, const struct upcall *u)
{
	(void)arg;
	if (u->kind == UPCALL_FDB)
		printf("fdb %02x:%02x:%02x:%02x:%02x:%02x\n", u->mac[0],
		       u->mac[1], u->mac[2], u->mac[3], u->mac[4], u->mac[5]);
	else
		printf("neighbor %u.%u.%u.%u "
		       "%02x:%02x:%02x:%02x:%02x:%02x%s\n",
		       u->ip[0], u->ip[1], u->ip[2], u->ip[3], u->mac[0],
		       u->mac[1], u->mac[2], u->mac[3], u->mac[4], u->mac[5],
		       u->is_broadcast ? " broadcast" : "");
}

static int failed(const struct error *e)
{
	fprintf(stderr, "upcalltool: %s\n", e->text);
	return 1;
}

int main(int argc, char **argv)
{
	const struct upcall_handlers handlers = {.learned = learned};
	struct sigaction action = {.sa_handler = on_signal};
	struct upcall_counts c;
	struct upcalls *u;
	struct state s;
	struct error e;

	if (argc != 2) {
		fprintf(stderr, "usage: upcalltool PINDIR\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (state_open(&s, argv[1], STATE_READ, &e) ||
	    upcalls_open(&s, &handlers, &u, &e))
		return failed(&e);
	printf("listening\n");
	while (!is_over) {
		struct waits w;

		upcalls_run(u);
		waits_init(&w);
		upcalls_wait(u, &w);
		waits_block(&w);
	}
	upcalls_run(u);
	upcalls_count(u, &c);
	printf("kept %" PRIu64 " back %" PRIu64 " expired %" PRIu64
	       " refused %" PRIu64 "\n",
	       c.kept, c.given_back, c.expired, c.refused);
	upcalls_close(u);
	state_close(&s);
	return 0;
}
