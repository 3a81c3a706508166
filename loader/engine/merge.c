// SPDX-License-Identifier: GPL-2.0-only
/*
 * A part's entries beside those of the rest.  Entries of an id (backends,
 * Maglev tables, address sets) are there while any entry names it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core_state.h"

static const enum image_table_id naming_tables[] = {
	IMAGE_ROUTE, IMAGE_ROUTE_SRC, IMAGE_LB, IMAGE_NAT, IMAGE_SNAT};
static const enum image_table_id named_tables[] = {
	IMAGE_MAGLEV, IMAGE_ECMP, IMAGE_BACKEND, IMAGE_NAT_SET};

#define N_NAMING (sizeof(naming_tables) / sizeof(naming_tables[0]))
#define N_NAMED (sizeof(named_tables) / sizeof(named_tables[0]))

/* The owner that an entry names, or 0. */
static uint64_t named_owner(enum image_table_id id, const void *val)
{
	const struct route_val *route = val;
	const struct snat_val *snat = val;
	const struct nat_val *nat = val;
	const struct lb_val *lb = val;

	switch (id) {
	case IMAGE_ROUTE:
	case IMAGE_ROUTE_SRC:
		return route->kind == ROUTE_ECMP ?
			       IMAGE_OWNER_CHOICE | route->ecmp :
			       0;
	case IMAGE_LB:
		return IMAGE_OWNER_CHOICE | lb->id;
	case IMAGE_NAT:
		return nat->flags & (NAT_F_ALLOWED | NAT_F_EXEMPTED) ?
			       IMAGE_OWNER_NAT_SET | nat->set :
			       0;
	case IMAGE_SNAT:
		return snat->flags & (NAT_F_ALLOWED | NAT_F_EXEMPTED) ?
			       IMAGE_OWNER_NAT_SET | snat->set :
			       0;
	default:
		return 0;
	}
}

static int count(struct map64 *uses, enum image_table_id id,
		 const struct image_table *t, size_t i, int by)
{
	uint64_t owner = named_owner(id, image_entry(t, i) + t->key_size);
	uintptr_t n;

	if (!owner)
		return 0;
	n = map64_get(uses, owner) + by;
	if (n)
		return map64_set(uses, owner, n);
	map64_remove(uses, owner);
	return 0;
}

static int count_image(struct map64 *uses, const struct image *img)
{
	int err = 0;

	for (size_t k = 0; k < N_NAMING; k++) {
		enum image_table_id id = naming_tables[k];
		const struct image_table *t = &img->table[id];

		for (size_t i = 0; i < t->n && !err; i++)
			err = count(uses, id, t, i, 1);
	}
	return err;
}

static int count_owners(struct map64 *uses, const struct image *img,
			const uint64_t *owners, size_t n, int by)
{
	int err = 0;

	for (size_t k = 0; k < N_NAMING; k++) {
		enum image_table_id id = naming_tables[k];
		const struct image_table *t = &img->table[id];

		for (size_t o = 0; o < n; o++)
			for (size_t i = image_first(img, id, owners[o]);
			     i != IMAGE_NONE && !err; i = image_next(t, i))
				err = count(uses, id, t, i, by);
	}
	return err;
}

int merge_count_all(struct core *c)
{
	map64_free(&c->uses);
	return count_image(&c->uses, &c->image);
}

/* Has an id the same entries in both? */
static bool is_same(const struct image *a, const struct image *b,
		    uint64_t owner)
{
	for (size_t k = 0; k < N_NAMED; k++) {
		enum image_table_id id = named_tables[k];
		const struct image_table *t = &a->table[id];
		const struct image_table *u = &b->table[id];
		size_t n = 0, m = 0;

		for (size_t i = image_first(a, id, owner); i != IMAGE_NONE;
		     i = image_next(t, i), n++) {
			const uint8_t *key = image_entry(t, i);
			const void *val = image_find(b, id, key);

			if (!val || memcmp(key + t->key_size, val, t->val_size))
				return false;
		}
		for (size_t i = image_first(b, id, owner); i != IMAGE_NONE;
		     i = image_next(u, i))
			m++;
		if (n != m)
			return false;
	}
	return true;
}

/* Ids that the part names: another's of the same id would be overwritten. */
static int own_named(const struct core *c, const struct image *img,
		     const struct map64 *old, const struct map64 *new,
		     struct part *p)
{
	for (size_t i = 0; i < new->n_slots; i++) {
		uint64_t owner = new->slots[i].key;

		if (!owner)
			continue;
		if (map64_get(&c->uses, owner) > map64_get(old, owner) &&
		    !is_same(img, &c->image, owner))
			return 1;
		part_own(p, owner);
	}
	for (size_t i = 0; i < old->n_slots; i++) {
		uint64_t owner = old->slots[i].key;

		if (owner && !map64_get(new, owner) &&
		    map64_get(&c->uses, owner) == old->slots[i].value)
			part_own(p, owner);
	}
	return 0;
}

static int compare_owner(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Every entry is of an owner whose entries these are, and so was it before. */
static bool is_apart(const struct core *c, const struct image *img,
		     const struct part *p)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &img->table[id];
		const struct image_table *u = &c->image.table[id];

		for (size_t i = 0; i < t->n; i++) {
			size_t at =
				image_number(&c->image, id, image_entry(t, i));
			uint64_t is = image_owner(t, i);
			uint64_t was = at == IMAGE_NONE ? is :
							  image_owner(u, at);

			if (!bsearch(&is, p->owners, p->n_owners, sizeof(is),
				     compare_owner) ||
			    !bsearch(&was, p->owners, p->n_owners, sizeof(was),
				     compare_owner))
				return false;
		}
	}
	return true;
}

int merge_prepare(const struct core *c, const struct image *img, struct part *p)
{
	struct map64 old = {}, new = {};
	int ret = count_owners(&old, &c->image, p->owners, p->n_owners, 1);

	if (!ret)
		ret = count_image(&new, img);
	if (!ret && c->has_moved_ids && old.n + new.n)
		ret = 1;
	if (!ret)
		ret = own_named(c, img, &old, &new, p);
	part_sort_owners(p);
	if (!ret && p->out_of_memory)
		ret = -ENOMEM;
	if (!ret && !is_apart(c, img, p))
		ret = 1;
	map64_free(&old);
	map64_free(&new);
	return ret;
}

static void remove_owner(struct image *img, uint64_t owner)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &img->table[id];
		size_t i;

		while ((i = image_first(img, id, owner)) != IMAGE_NONE)
			image_remove(img, id, image_entry(t, i));
	}
}

int merge_part(struct core *c, const struct image *img, const uint64_t *owners,
	       size_t n_owners)
{
	int err = count_owners(&c->uses, &c->image, owners, n_owners, -1);

	for (size_t i = 0; i < n_owners; i++)
		remove_owner(&c->image, owners[i]);
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &img->table[id];

		for (size_t i = 0; i < t->n && !err; i++)
			err = image_add_owned(&c->image, id, image_owner(t, i),
					      image_entry(t, i),
					      image_entry(t, i) + t->key_size,
					      NULL);
	}
	return err ? err : count_image(&c->uses, img);
}
