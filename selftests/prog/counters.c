// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a line of a table says of packet counters and of the place of a drop.
 * Counters: items separated by commas; each moves by one in every run, or by
 * N with "xN" behind it, and no other one does:
 *
 *   PORT in|out              from the guest or physical network, to it
 *   rx|tx CHASSIS            Geneve
 *   route ROUTER PREFIX/LEN
 *   member ROUTER NEXTHOP    of a route with several next hops
 *   dnat ROUTER EXTERNAL     orig|reply|new
 *   snat ROUTER LOGICAL/LEN  orig|reply|new
 *   vip DATAPATH IP:PORT     orig|reply|new; "new" in the line's first run
 *
 * Place: "DATAPATH PORT IN_DATAPATH IN_PORT", "-" for 0.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "sync/counters.h"

#define N_CHASSIS 32 /* indices that a test's network may have */
#define N_NUMBERS 512 /* handed out to one */
#define N_WATCHED (2 * N_CHASSIS + N_NUMBERS)
#define WORDS_MAX 5

static uint64_t before[N_WATCHED], due[N_WATCHED];
static uint64_t place_before;
static int n_runs; /* of the line, so far */

static uint32_t watched_number(uint32_t i)
{
	return i < 2 * N_CHASSIS ? i : COUNTER_FIRST + i - 2 * N_CHASSIS;
}

static void counters_abort(const char *what, const char *text)
{
	fprintf(stderr, "test error: %s in \"%s\"\n", what, text);
	abort();
}

void counters_assign(struct network *n)
{
	size_t n_fresh, n_without;
	struct image none;
	uint32_t *fresh, next = COUNTER_FIRST;

	if (image_init(&none) ||
	    counters_align(&none, &n->out.image, n->out.own_chassis,
			   COUNTER_FIRST + N_NUMBERS, NULL, &next, &fresh,
			   &n_fresh, &n_without) ||
	    n_without || n->out.own_chassis >= N_CHASSIS)
		counters_abort("too few counters", n->self);
	image_free(&none);
	free(fresh);
}

uint64_t counter_read(uint32_t number)
{
	int n_cpu = libbpf_num_possible_cpus();
	static struct counter_val *vals;
	uint64_t sum = 0;

	if (!vals)
		vals = calloc(n_cpu, sizeof(*vals));
	if (bpf_map_lookup_elem(harness_map("counter"), &number, vals))
		counters_abort("cannot read", "counter");
	for (int cpu = 0; cpu < n_cpu; cpu++)
		sum += vals[cpu].packets;
	return sum;
}

static uint64_t place_read(const struct drop_at_key *key)
{
	int n_cpu = libbpf_num_possible_cpus();
	struct drop_val *vals = calloc(n_cpu, sizeof(*vals));
	uint64_t sum = 0;

	if (!bpf_map_lookup_elem(harness_map("drop_at"), key, vals)) {
		for (int cpu = 0; cpu < n_cpu; cpu++)
			sum += vals[cpu].packets;
	}
	free(vals);
	return sum;
}

static uint32_t key_of(const char *name)
{
	return strcmp(name, "-") ? network_key(&net, name) : 0;
}

static struct drop_at_key place_key(const char *text, enum drop_reason reason)
{
	char word[4][64];

	if (sscanf(text, "%63s %63s %63s %63s", word[0], word[1], word[2],
		   word[3]) != 4)
		counters_abort("four words expected", text);
	return (struct drop_at_key){reason, key_of(word[0]), key_of(word[1]),
				    key_of(word[2]), key_of(word[3])};
}

static uint32_t chassis_of(const char *name)
{
	for (uint32_t i = 1; i < N_CHASSIS; i++) {
		if (!strcmp(net.out.chassis[i].name, name))
			return i;
	}
	counters_abort("unknown chassis", name);
	return 0;
}

/* Value of the entry that the words name, in a table whose keys hold the
 * datapath at one place and the address at another; plen, port: -1: none. */
static const void *object_of(enum image_table_id id, char **word, size_t at_ip,
			     uint32_t prefixlen, int port)
{
	const struct image_table *t = &net.out.image.table[id];
	uint32_t datapath = network_key(&net, word[1]);
	uint8_t ip[4];

	ip4_parse(word[2], ip);
	for (size_t i = 0; i < t->n; i++) {
		const uint8_t *key = image_entry(t, i);
		size_t at = prefixlen ? 4 : 0;

		if (memcmp(key + at, &datapath, 4) ||
		    memcmp(key + at_ip, ip, 4) ||
		    (prefixlen && memcmp(key, &prefixlen, 4)))
			continue;
		if (port >= 0 && ((const struct lb_key *)key)->port != port)
			continue;
		return key + t->key_size;
	}
	counters_abort("no such object", word[2]);
	return NULL;
}

static const struct route_val *member_of(char **word)
{
	const struct image_table *t = &net.out.image.table[IMAGE_ECMP];
	uint8_t ip[4];

	ip4_parse(word[2], ip);
	for (size_t i = 0; i < t->n; i++) {
		const struct route_val *v =
			(void *)(image_entry(t, i) + t->key_size);

		if (!memcmp(v->nexthop, ip, 4))
			return v;
	}
	counters_abort("no such next hop", word[2]);
	return NULL;
}

/* "A/B" or "A:B" cut in two; B, or otherwise. */
static int second_part(char *text, char mark, int otherwise)
{
	char *at = strchr(text, mark);

	if (!at)
		return otherwise;
	*at = 0;
	return atoi(at + 1);
}

static uint32_t rule_entry(const char *word)
{
	return !strcmp(word, "orig")  ? COUNTER_RULE_ORIG :
	       !strcmp(word, "reply") ? COUNTER_RULE_REPLY :
					COUNTER_RULE_NEW;
}

/* Number of what the item is about. */
static uint32_t number_of(char **word, size_t n, const char *text)
{
	int plen;

	if (n == 2 && !strcmp(word[0], "rx"))
		return COUNTER_CHASSIS_RX(chassis_of(word[1]));
	if (n == 2 && !strcmp(word[0], "tx"))
		return COUNTER_CHASSIS_TX(chassis_of(word[1]));
	if (n == 2) {
		const struct image_table *t = &net.out.image.table[IMAGE_PORT];

		for (size_t i = 0; i < t->n; i++) {
			const struct port_val *v =
				(void *)(image_entry(t, i) + t->key_size);

			if (!strcmp(v->name, word[0]) && v->counter)
				return v->counter + (strcmp(word[1], "in") ?
							     COUNTER_PORT_OUT :
							     COUNTER_PORT_IN);
		}
		counters_abort("no such port of this host", text);
	}
	if (n == 3 && !strcmp(word[0], "member"))
		return member_of(word)->counter;
	if (n == 3 && !strcmp(word[0], "route")) {
		plen = second_part(word[2], '/', 32);
		return ((const struct route_val *)object_of(
				IMAGE_ROUTE, word,
				offsetof(struct route_key, ip), 64 + plen, -1))
			->counter;
	}
	if (n == 4 && !strcmp(word[0], "dnat"))
		return ((const struct nat_val *)object_of(
				IMAGE_NAT, word, offsetof(struct nat_key, ip),
				0, -1))
			       ->counter +
		       rule_entry(word[3]);
	if (n == 4 && !strcmp(word[0], "snat")) {
		plen = second_part(word[2], '/', 32);
		return ((const struct snat_val *)object_of(
				IMAGE_SNAT, word, offsetof(struct snat_key, ip),
				32 + plen, -1))
			       ->counter +
		       rule_entry(word[3]);
	}
	if (n == 4 && !strcmp(word[0], "vip")) {
		int port = second_part(word[2], ':', 0);

		return ((const struct lb_val *)object_of(
				IMAGE_LB, word, offsetof(struct lb_key, ip), 0,
				port))
			       ->counter +
		       rule_entry(word[3]);
	}
	counters_abort("unknown item", text);
	return 0;
}

/* is_passed: XDP left the packet to TC. */
static void item_read(char *item, const char *text, bool is_passed)
{
	char *word[WORDS_MAX], *save, *w;
	uint64_t times = 1;
	uint32_t number;
	size_t n = 0;
	bool is_new;

	for (w = strtok_r(item, " ", &save); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	if (n && word[n - 1][0] == 'x' && word[n - 1][1] >= '0' &&
	    word[n - 1][1] <= '9')
		times = atoi(word[--n] + 1);
	if (!n)
		counters_abort("an empty item", text);
	is_new = n == 4 && !strcmp(word[3], "new");
	if (is_new ? n_runs : is_passed)
		return;
	number = number_of(word, n, text);
	if (!number)
		counters_abort("something that is not counted", text);
	for (uint32_t i = 0; i < N_WATCHED; i++) {
		if (watched_number(i) == number)
			due[i] += times;
	}
}

void counters_line(void)
{
	n_runs = 0;
}

void counters_begin(const struct test *t, enum drop_reason reason)
{
	struct drop_at_key key;

	if (t->counters) {
		for (uint32_t i = 0; i < N_WATCHED; i++)
			before[i] = counter_read(watched_number(i));
	}
	if (t->place) {
		key = place_key(t->place, reason);
		place_before = place_read(&key);
	}
}

static void counters_explain(const char *what, uint32_t i, uint64_t added)
{
	uint32_t number = watched_number(i);
	char name[200] = "";

	if (number < COUNTER_FIRST)
		snprintf(name, sizeof(name), "%s %.100s",
			 number & 1 ? "rx" : "tx",
			 net.out.chassis[number / 2].name);
	for (int id = 0; id < IMAGE_TABLE_COUNT && !name[0]; id++) {
		const struct image_table *t = &net.out.image.table[id];

		for (size_t e = 0; e < t->n && id == IMAGE_PORT; e++) {
			const struct port_val *v =
				(void *)(image_entry(t, e) + t->key_size);

			if (v->counter && number - v->counter < 2)
				snprintf(name, sizeof(name), "%.100s %s",
					 v->name,
					 number == v->counter ? "in" : "out");
		}
	}
	problem_add("%s: packet counter %u (%s) moved by %llu, not %llu\n",
		    what, number, name, (unsigned long long)added,
		    (unsigned long long)due[i]);
}

void counters_compare(const char *what, const struct test *t,
		      enum drop_reason reason, bool is_passed)
{
	struct drop_at_key key;
	uint64_t places;

	if (t->counters) {
		char *copy = strdup(t->counters), *rest = copy, *item;

		memset(due, 0, sizeof(due));
		while (*copy && (item = strsep(&rest, ",")))
			item_read(item, t->counters, is_passed);
		free(copy);
		for (uint32_t i = 0; i < N_WATCHED; i++) {
			uint64_t added =
				counter_read(watched_number(i)) - before[i];

			if (added != due[i])
				counters_explain(what, i, added);
		}
	}
	if (t->place && !is_passed) {
		key = place_key(t->place, reason);
		places = place_read(&key);
		if (places != place_before + 1)
			problem_add("%s: no drop at %s\n", what, t->place);
	}
	n_runs++;
}
