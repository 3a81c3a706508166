/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must be written to turn the present map contents into the wanted
 * ones, in an order in which every packet sees either network and none a
 * reference to what is not there: additions and changes in the order of
 * IMAGE_TABLES, then deletions in reverse.  A flood group that grows gets
 * its members before its count, one that shrinks its count before they go.
 * Pure: no BPF call.
 */
#ifndef XOVN_SYNC_DIFF_H
#define XOVN_SYNC_DIFF_H

#include <stddef.h>
#include <stdint.h>

#include "compile/image.h"

enum change_kind {
	CHANGE_ADD,
	CHANGE_SET, /* the key is there with another value */
	CHANGE_DELETE,
};

struct change {
	enum change_kind kind;
	enum image_table_id table;
	const uint8_t *key; /* in either image; the value stands behind it */
};

/* Objects a user knows: switches, routers and their ports.  One that is
 * there before and after, but some entry of which changes, is changed. */
struct diff_summary {
	size_t added, changed, removed;
};

struct diff {
	struct change *change;
	size_t n, capacity;
	size_t n_added[IMAGE_TABLE_COUNT]; /* entries, for the size check */
	struct diff_summary summary;
};

/* Re-orders flood members in *want.  Both images must outlive the diff.
 * 0 or -ENOMEM (then *d is empty). */
int diff_compute(const struct image *present, struct image *want,
		 struct diff *d);
void diff_free(struct diff *d);

#endif /* XOVN_SYNC_DIFF_H */
