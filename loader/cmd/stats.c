// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats drops: how many packets, why, and where to look; stats ct is in
 * stats_ct.c. */
#include "cmd/stats.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "sync/state.h"

struct reason {
	const char *name;
	const char *what;
	const char *where;
};

static const struct reason reasons[DROP_REASON_COUNT] = {
#define X(name, what, where) [DROP_##name] = {#name, what, where},
	XOVN_DROP_REASONS(X)
#undef X
};

static int drop_read(int fd, enum drop_reason reason, struct drop_val *sum,
		     struct error *e)
{
	struct drop_key key = {.reason = reason};
	int n = libbpf_num_possible_cpus();
	struct drop_val *cpu;

	*sum = (struct drop_val){0};
	if (n < 0)
		return error_set(e, -n, "number of CPUs: %s", strerror(-n));
	cpu = calloc(n, sizeof(*cpu));
	if (!cpu)
		return error_set(e, ENOMEM, "out of memory");
	if (!bpf_map_lookup_elem(fd, &key, cpu)) {
		for (int i = 0; i < n; i++) {
			sum->packets += cpu[i].packets;
			sum->bytes += cpu[i].bytes;
		}
	}
	free(cpu);
	return 0;
}

static json_t *drop_json(const struct reason *r, const struct drop_val *val)
{
	return json_pack("{s:s, s:I, s:I, s:s, s:s}", "reason", r->name,
			 "packets", (json_int_t)val->packets, "bytes",
			 (json_int_t)val->bytes, "explanation", r->what,
			 "look_at", r->where);
}

static int drops_print(struct state *s, bool all, bool as_json, struct error *e)
{
	json_t *list = json_array();
	int ret = 0, shown = 0;

	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT && !ret; i++) {
		struct drop_val val;

		ret = drop_read(s->map_fd[MAP_DROP], i, &val, e);
		if (ret || (!val.packets && !all))
			continue;
		if (as_json) {
			json_array_append_new(list,
					      drop_json(&reasons[i], &val));
			continue;
		}
		if (!shown++)
			printf("%-18s %12s %14s  %s\n", "REASON", "PACKETS",
			       "BYTES", "EXPLANATION; WHERE TO LOOK");
		printf("%-18s %12" PRIu64 " %14" PRIu64 "  %s; %s\n",
		       reasons[i].name, (uint64_t)val.packets,
		       (uint64_t)val.bytes, reasons[i].what, reasons[i].where);
	}
	if (!ret && as_json) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (!ret && !shown) {
		puts("no packet was dropped");
	}
	json_decref(list);
	return ret;
}

int cmd_stats(const char *pin, int argc, char **argv, struct error *e)
{
	bool all = false, as_json = false;
	const struct option_def options[] = {
		{"all", NULL, &all},
		{"json", NULL, &as_json},
		{0},
	};
	const char *what = "drops";
	struct state s;
	int ret = options_parse(argc, argv, options, &what, 1, e);

	if (ret < 0)
		return ret;
	if (strcmp(what, "drops") && strcmp(what, "ct")) {
		error_set(e, EINVAL,
			  "unknown statistics '%s'; there are: drops, ct",
			  what);
		return CMD_USAGE;
	}
	ret = state_open(&s, pin, STATE_READ, e);
	if (ret)
		return ret;
	if (!strcmp(what, "ct"))
		ret = stats_ct(&s, as_json, e);
	else
		ret = drops_print(&s, all, as_json, e);
	state_close(&s);
	return ret;
}
