/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of apply.h share: one change under way. */
#ifndef XOVN_SYNC_APPLY_RUN_H
#define XOVN_SYNC_APPLY_RUN_H

#include "sync/apply.h"
#include "sync/underlay.h"

/* What a change may have to be taken back to. */
struct apply_before {
	struct config config;
	bool is_loaded;
	/* Of a whole network. */
	struct tunnel_val *tunnel; /* XOVN_MAX_CHASSIS */
	uint32_t ct_timeout[CT_STATE_COUNT]; /* seconds */
	struct limit_val limit;
};

struct apply_run {
	struct state *s;
	const struct apply_options *options;
	struct apply_known *known; /* all there is */
	/* What is compared: all, or the same part of both. */
	const struct image *present;
	struct image *want;
	bool is_part;
	/* Of a whole network; NULL: chassis, tunnels and config stay. */
	struct compile_output *out;
	uint32_t own_chassis;
	bool is_dry; /* options' or while writes are counted */
	struct diff diff;
	size_t n_done; /* of its changes, at most */
	struct apply_before before;
	uint32_t *fresh; /* numbers of counters to empty */
	size_t n_fresh;
	uint32_t counter_next; /* for config, once it is there */
	struct underlay underlay;
	uint32_t underlay_ifindex; /* 0: none */
	bool is_native; /* the underlay */
	struct apply_result *result;
	struct error *e;
};

/* Works out the difference and what there must be for it; frees by
 * apply_run_free() in any case. */
int apply_prepare(struct apply_run *r);
/* Writes it. */
int apply_write(struct apply_run *r);
/* The entries alone; counts them, and no more when r->is_dry. */
int apply_changes(struct apply_run *r);
/* Before the first write. */
int apply_save(struct apply_run *r);
/* Puts back what apply_save() found, and says so in *r->e. */
void apply_revert(struct apply_run *r);
void apply_run_free(struct apply_run *r);

/* The image of r->known becomes what was written. */
int apply_remember(struct apply_run *r);

#endif /* XOVN_SYNC_APPLY_RUN_H */
