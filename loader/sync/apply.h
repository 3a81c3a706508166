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
#include "sync/garp.h"
#include "sync/limit.h"
#include "sync/programs_load.h"
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
	struct limit_options share;
	bool is_dry; /* only count */
	bool is_silent; /* no announcements */
	/* Waits for nothing, and leaves interfaces that went to the caller. */
	bool is_live;
	struct garp_queue *queue; /* announces; NULL: a child does */
};

/* Sizes, time-outs and shares where nobody says. */
void apply_options_default(struct apply_options *o);

/* What is known to be in the maps, for who changes them again and again. */
struct apply_known {
	bool is_valid; /* else it is read first */
	bool has_owners; /* of its entries: a whole network was written */
	struct image image;
	struct chassis_val *chassis; /* XOVN_MAX_CHASSIS */
	uint8_t *counter_use; /* counters_use(), NULL: not worked out */
};

int apply_known_read(const struct state *s, struct apply_known *k,
		     struct error *e);
void apply_known_free(struct apply_known *k);
/* Another has written: reads a table (what is new belongs to the datapath in
 * its value; IMAGE_PORT, IMAGE_LOCALNET) or one entry again.  Not valid any
 * more when that fails. */
int apply_known_refresh(const struct state *s, struct apply_known *k,
			enum image_table_id id);
void apply_known_refresh_entry(const struct state *s, struct apply_known *k,
			       enum image_table_id id, const void *key);

/* apply() on programs that were begun and what is known, which is brought up to date (is_live), or not
 * valid any more after an error. */
int apply_whole(struct state *s, struct apply_known *known, struct programs *p,
		struct compile_output *out, const struct apply_options *options,
		struct apply_result *result, struct error *e);
/* part is all that the n owners (IMAGE_OWNER_*) shall have; chassis, tunnels
 * and programs stay as they are.  -ESTALE: only a whole network will do. */
int apply_part(struct state *s, struct apply_known *known,
	       const uint64_t *owners, size_t n, struct image *part,
	       const struct apply_options *options, struct apply_result *result,
	       struct error *e);

/*
 * apply() in two steps, so that the verifier works and what the maps have is
 * read, by threads, while the caller compiles the network.
 */
struct apply_ahead {
	const struct state *s;
	struct programs programs;
	struct apply_known known;
	pthread_t reader;
	bool is_reading; /* known is the reader's */
};

int apply_begin(struct apply_ahead *a, const struct state *s,
		const struct apply_options *options, struct error *e);
/* What the reader has read, once it has. */
struct apply_known *apply_ahead_known(struct apply_ahead *a);
/* Re-orders flood members of out->image, and fills in numbers of counters.
 * -E2BIG: map full. */
int apply(struct apply_ahead *a, struct state *s, struct compile_output *out,
	  const struct apply_options *options, struct apply_result *result,
	  struct error *e);
void apply_end(struct apply_ahead *a); /* in any case */

#endif /* XOVN_SYNC_APPLY_H */
