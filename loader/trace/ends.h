/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the packet of a run, and each copy of it, ended or left. */
#ifndef XOVN_TRACE_ENDS_H
#define XOVN_TRACE_ENDS_H

#include "trace/kernel.h"
#include "trace/run.h"

/* One frame under way through run_frame(). */
struct run {
	struct world *w;
	const struct arrival *a;
	struct run_log *log;
	struct kernel_outcome o;
	bool has_tags_in_data; /* XDP writes them, TC leaves them to the NIC */
	struct image learned;
	struct error *e;
};

/* Adds the run's outputs, copies first.  0 or -errno. */
int ends_add(struct run *r);

#endif /* XOVN_TRACE_ENDS_H */
