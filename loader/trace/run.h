/* SPDX-License-Identifier: GPL-2.0-only */
/* One frame at one hook of one chassis. */
#ifndef XOVN_TRACE_RUN_H
#define XOVN_TRACE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "trace/trace.h"
#include "trace/world.h"

enum hook {
	HOOK_VIF,
	HOOK_LOCALNET,
	HOOK_UNDERLAY,
};

/* A frame that comes to a hook. */
struct arrival {
	uint32_t chassis;
	enum hook hook;
	uint32_t ifindex; /* HOOK_VIF, HOOK_LOCALNET: what stands for it */
	char port[XOVN_NAME_LEN]; /* as in struct trace_run */
	bool is_answer;
	uint8_t *frame; /* as on the wire, tag included */
	size_t len;
};

/* What is known of an output beside its words. */
struct run_end {
	uint32_t chassis; /* where it happens; tunnel: where it goes to */
	struct port_key port; /* VIF or localnet LSP */
	uint32_t ifindex;
};

/* A trace under way: its result, and the ends, one for each output. */
struct run_log {
	struct trace_result *result;
	struct run_end *ends;
};

/* Brings the world to the chassis, runs the frame, and adds run, lines and
 * outputs.  The frame is copied. */
int run_frame(struct world *w, const struct arrival *a, struct run_log *log,
	      struct error *e);

/* Room for one more element behind n of them; NULL: -ENOMEM. */
void *run_grow(void *array, size_t n, size_t size);

/* A line that no program has written. */
int run_add_note(struct world *w, struct run_log *log, const char *detail);

#endif /* XOVN_TRACE_RUN_H */
