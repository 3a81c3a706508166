/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A compiled network goes into the kernel.  Everything that can be refused
 * is refused before the first write; killed at any write, the next load
 * repairs, because it compares with what is really there.
 */
#ifndef XOVN_SYNC_APPLY_H
#define XOVN_SYNC_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile/compile.h"
#include "error.h"
#include "sync/diff.h"
#include "sync/state.h"

struct apply_result {
	struct diff_summary summary;
	size_t n_writes; /* map entries written or deleted */
	bool is_upgrade; /* programs of another build were replaced */
	uint32_t ct_records; /* the connections there is room for */
	size_t n_flushed; /* connections of backends that went (ct_flush) */
	size_t n_uncounted; /* objects, map "counter" being full */
	int n_announced; /* addresses, or -errno */
};

/* What the compiler must know of the present state; free() both.  Bindings
 * and mappings
 * whose interface was deleted are left out. */
int apply_read_bindings(const struct state *s, struct compile_binding **list,
			size_t *n, struct error *e);
int apply_read_mappings(const struct state *s, struct compile_mapping **list,
			size_t *n, struct error *e);
int apply_read_chassis(const struct state *s, struct chassis_val **chassis,
		       struct error *e);

struct apply_options {
	/* For maps that do not exist yet (map_max_entries()). */
	struct map_limits limits;
	uint32_t ct_timeout[CT_STATE_COUNT]; /* seconds */
	bool is_dry; /* only count */
	bool is_silent; /* no announcements */
	/* Waits for nothing and leaves interfaces that went to the caller. */
	bool is_live;
};

/* Re-orders flood members of out->image, and fills in numbers of counters.
 * -E2BIG: map full. */
int apply(struct state *s, struct compile_output *out,
	  const struct apply_options *options, struct apply_result *result,
	  struct error *e);

#endif /* XOVN_SYNC_APPLY_H */
