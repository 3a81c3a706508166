/* SPDX-License-Identifier: GPL-2.0-only */
/* From chassis to chassis until every copy ends, and back. */
#ifndef XOVN_TRACE_FOLLOW_H
#define XOVN_TRACE_FOLLOW_H

#include <stdbool.h>

#include "error.h"
#include "trace/run.h"
#include "trace/trace.h"
#include "trace/world.h"

#define FOLLOW_RUNS_MAX 1000

struct follow_options {
	bool is_following; /* tunnel copies, at the chassis they go to */
	bool with_answer; /* of who got the first copy */
};

/* first: its frame is copied.  trace_result_free() in any case. */
int trace_follow(struct world *w, const struct arrival *first,
		 const struct follow_options *options, struct trace_result *r,
		 struct error *e);
void trace_result_free(struct trace_result *r);

#endif /* XOVN_TRACE_FOLLOW_H */
