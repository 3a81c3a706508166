// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats ct: what happened to connections, and how full the table is. */
#include "cmd/stats.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/conntrack.h"

const struct ct_event_text ct_event_texts[CT_EVENT_COUNT] = {
#define X(name, what) [CT_EVENT_##name] = {#name, what},
	XOVN_CT_EVENTS(X)
#undef X
};

static int read_events(const struct state *s, struct stats_ct *stats,
		       struct error *e)
{
	int n = libbpf_num_possible_cpus();
	struct ct_event_val *cpu;

	if (n < 0)
		return error_set(e, -n, "number of CPUs: %s", strerror(-n));
	cpu = calloc(n, sizeof(*cpu));
	if (!cpu)
		return error_set(e, ENOMEM, "out of memory");
	for (int i = 0; i < CT_EVENT_COUNT; i++) {
		struct ct_event_key key = {.event = i};

		/* No entry: it has not happened yet. */
		if (bpf_map_lookup_elem(s->map_fd[MAP_CT_EVENT], &key, cpu))
			continue;
		for (int k = 0; k < n; k++)
			stats->event[i] += cpu[k].count;
	}
	free(cpu);
	return 0;
}

static int read_records(const struct state *s, struct stats_ct *stats,
			struct error *e)
{
	uint32_t now = ct_now();
	struct ct_reader r;
	struct ct_val ct;
	int err = ct_reader_open(s, &r, e);

	if (err)
		return err;
	stats->capacity = r.n;
	for (uint32_t i = 0; i < r.n; i++) {
		if (!ct_read(&r, i, now, &ct))
			continue;
		stats->in_use[ct.state]++;
		stats->n_in_use++;
	}
	ct_reader_close(&r);
	return 0;
}

static void print_text(const struct stats_ct *stats)
{
	printf("%" PRIu32 " of %" PRIu32 " records in use\n\n", stats->n_in_use,
	       stats->capacity);
	printf("%-18s %10s %10s\n", "STATE", "RECORDS", "TIMEOUT");
	for (int i = CT_FREE + 1; i < CT_STATE_COUNT; i++)
		printf("%-18s %10" PRIu32 " %9" PRIu32 "s\n", ct_states[i].name,
		       stats->in_use[i], stats->timeout[i]);
	printf("\n%-18s %12s  %s\n", "EVENT", "COUNT", "EXPLANATION");
	for (int i = 0; i < CT_EVENT_COUNT; i++)
		printf("%-18s %12" PRIu64 "  %s\n", ct_event_texts[i].name,
		       stats->event[i], ct_event_texts[i].what);
}

static void print_json(const struct stats_ct *stats)
{
	json_t *states = json_array(), *list = json_array(), *root;

	for (int i = CT_FREE + 1; i < CT_STATE_COUNT; i++)
		json_array_append_new(
			states,
			json_pack("{s:s, s:I, s:I}", "state", ct_states[i].name,
				  "records", (json_int_t)stats->in_use[i],
				  "timeout", (json_int_t)stats->timeout[i]));
	for (int i = 0; i < CT_EVENT_COUNT; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:s}", "event",
					ct_event_texts[i].name, "count",
					(json_int_t)stats->event[i],
					"explanation", ct_event_texts[i].what));
	root = json_pack("{s:I, s:I, s:o, s:o}", "in_use",
			 (json_int_t)stats->n_in_use, "capacity",
			 (json_int_t)stats->capacity, "states", states,
			 "events", list);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

int stats_ct_collect(const struct state *s, struct stats_ct *ct,
		     struct error *e)
{
	int err = read_events(s, ct, e);

	if (!err)
		err = ct_timeouts_read(s, ct->timeout, e);
	if (!err)
		err = read_records(s, ct, e);
	return err;
}

void stats_ct_print(const struct stats_ct *ct, bool as_json)
{
	if (as_json)
		print_json(ct);
	else
		print_text(ct);
}
