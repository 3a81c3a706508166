// SPDX-License-Identifier: GPL-2.0-only
#include "sync/members.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "maps.h"

static struct member_key *member_key_at(const struct image *img, size_t i)
{
	return (struct member_key *)image_entry(&img->table[IMAGE_MEMBER], i);
}

static struct member_val *member_val_at(const struct image *img, size_t i)
{
	return (struct member_val *)(member_key_at(img, i) + 1);
}

static int compare_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Aligns one list: "first" is its key with index 0, ids[] its n members,
 * slot[] scratch space for as many. */
static void align_list(const struct image *present, struct image *want,
		       struct member_key key, uint32_t *ids, bool *is_placed,
		       uint32_t n)
{
	const struct member_val *old;
	struct member_val *val;
	uint32_t *id, next = 0;

	qsort(ids, n, sizeof(*ids), compare_id);
	memset(is_placed, 0, n * sizeof(*is_placed));
	for (key.index = 0; key.index < n; key.index++) {
		val = image_find(want, IMAGE_MEMBER, &key);
		old = image_find(present, IMAGE_MEMBER, &key);
		val->id = 0; /* not an id: free */
		if (!old)
			continue;
		id = bsearch(&old->id, ids, n, sizeof(*ids), compare_id);
		/* A duplicate: an interrupted load left it. */
		if (!id || is_placed[id - ids])
			continue;
		is_placed[id - ids] = true;
		val->id = *id;
	}
	for (key.index = 0; key.index < n; key.index++) {
		val = image_find(want, IMAGE_MEMBER, &key);
		if (val->id)
			continue;
		while (is_placed[next])
			next++;
		val->id = ids[next++];
	}
}

int members_align(const struct image *present, struct image *want)
{
	const struct image_table *t = &want->table[IMAGE_MEMBER];
	uint32_t *ids;
	bool *is_placed;
	int err = 0;

	if (!t->n)
		return 0;
	ids = malloc(t->n * sizeof(*ids));
	is_placed = malloc(t->n * sizeof(*is_placed));
	if (!ids || !is_placed) {
		err = -ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < t->n; i++) {
		struct member_key key = *member_key_at(want, i);
		struct member_val *val = member_val_at(want, i);
		uint32_t n = 0;

		if (key.index)
			continue;
		for (; val; val = image_find(want, IMAGE_MEMBER, &key)) {
			ids[n++] = val->id;
			key.index = n;
		}
		align_list(present, want, key, ids, is_placed, n);
	}
out:
	free(ids);
	free(is_placed);
	return err;
}
