/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace/: a packet's way through the very programs that forward, on maps of
 * our own: nothing is attached, no interface is needed, nothing is left.
 *
 *   microflow*.c, frame.c   ovn-trace's packet syntax, frames, answers
 *   start.c       by which port of which chassis a packet comes in
 *   source*.c, seed*.c      contents of maps: of files, of this host's maps
 *   world*.c, memory.c      programs with trace_on, private maps; a chassis'
 *                 contents put into them and taken out again
 *   run.c, kernel.c, ends.c one frame at one hook of one chassis: steps,
 *                 outputs
 *   follow.c      from chassis to chassis until every copy ends; answers
 *   explain*.c    steps in words
 *   text.c, json.c   what xovn trace prints
 *
 * Called by cmd/trace.c; uses compile/ and what sync/ knows of maps.
 */
#ifndef XOVN_TRACE_TRACE_H
#define XOVN_TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile/image.h"
#include "error.h"
#include "maps.h"

enum trace_kind {
	TRACE_TO_VIF,
	TRACE_TO_LOCALNET,
	TRACE_TO_TUNNEL,
	TRACE_TO_HOST, /* "pass": the host's own stack */
	TRACE_TO_DROP,
};

/* What a step means: needs the maps of its chassis. */
struct trace_view {
	const struct image *image; /* as compiled, or as read from the maps */
	const struct image *learned; /* table NEIGHBOR: map "learned" */
	const struct chassis_val *chassis; /* XOVN_MAX_CHASSIS entries */
	uint32_t own_chassis;
	/* A record of the connection table as it is behind the run; false:
	 * there is none. */
	bool (*read_ct)(const struct trace_view *v, uint32_t record,
			struct ct_val *val);
	void *arg;
};

/* One line of the answer. */
struct trace_line {
	const char *chassis; /* hostname, or name */
	char datapath[XOVN_NAME_LEN]; /* "" outside of the logical network */
	const char *stage;
	char *detail; /* in words */
	struct trace_step_val step;
	size_t run; /* which frame at which hook: struct trace_run */
};

/* A frame that came to a hook. */
struct trace_run {
	const char *chassis;
	const char *hook; /* "vif", "localnet", "underlay" */
	char port[XOVN_NAME_LEN]; /* LSP, network, or sending chassis */
	bool is_answer; /* --reply */
	uint8_t *frame;
	size_t len;
};

struct trace_output {
	enum trace_kind kind;
	const char *chassis; /* where it happens */
	char port[XOVN_NAME_LEN]; /* LSP; tunnel: "" */
	const char *to_chassis; /* TRACE_TO_TUNNEL */
	const char *reason; /* name without DROP_, or NULL */
	uint8_t *frame; /* as it leaves; drops: as it came */
	size_t len;
	size_t run;
	bool is_followed; /* tunnel: the trace goes on at to_chassis */
};

struct trace_result {
	struct trace_run *runs;
	size_t n_runs;
	struct trace_line *lines;
	size_t n_lines;
	struct trace_output *outputs;
	size_t n_outputs;
};

/* ---- explain.c ---- */

/* The step in words, to be freed: what matched and what was decided, with the
 * names that NB users know ("10.0.0.0/24 via 172.16.0.1 by lr0-public").
 * Fills datapath too.  NULL: out of memory. */
char *explain_step(const struct trace_view *v, const struct trace_step_val *s,
		   char datapath[XOVN_NAME_LEN]);
const char *explain_stage(const struct trace_step_val *s);

/* ---- text.c, json.c ---- */

void trace_print_text(const struct trace_result *r);
void trace_print_json(const struct trace_result *r);

#endif /* XOVN_TRACE_TRACE_H */
