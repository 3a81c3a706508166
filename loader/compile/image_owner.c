// SPDX-License-Identifier: GPL-2.0-only
#include "image_owner.h"

#include <errno.h>
#include <stdlib.h>

#include "hash.h"

/* The head of an owner, or the free one for it. */
static struct image_head *find_head(const struct image_head *heads, size_t n,
				    uint64_t owner)
{
	size_t i = hash_bytes(&owner, sizeof(owner), 0) & (n - 1);

	while (heads[i].is_used && heads[i].owner != owner)
		i = (i + 1) & (n - 1);
	return (struct image_head *)&heads[i];
}

/* Owners without entries are forgotten on the way. */
static int heads_grow(struct image_table *t)
{
	struct image_head *heads;
	size_t n = 16, n_owners = 0;

	for (size_t i = 0; i < t->n_heads; i++)
		n_owners += t->heads[i].first != 0;
	while (n < 4 * (n_owners + 1))
		n *= 2;
	heads = calloc(n, sizeof(*heads));
	if (!heads)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_heads; i++)
		if (t->heads[i].first)
			*find_head(heads, n, t->heads[i].owner) = t->heads[i];
	free(t->heads);
	t->heads = heads;
	t->n_heads = n;
	t->n_owners = n_owners;
	return 0;
}

int owner_link(struct image_table *t, size_t i, uint64_t owner)
{
	struct image_head *head;

	if (2 * (t->n_owners + 1) > t->n_heads && heads_grow(t))
		return -ENOMEM;
	head = find_head(t->heads, t->n_heads, owner);
	if (!head->is_used) {
		head->is_used = true;
		head->owner = owner;
		t->n_owners++;
	}
	t->links[i] = (struct image_link){owner, head->first, 0};
	if (head->first)
		t->links[head->first - 1].prev = i + 1;
	head->first = i + 1;
	return 0;
}

/* Where the entry's number stands. */
static uint32_t *owner_reference(struct image_table *t, size_t i)
{
	const struct image_link *link = &t->links[i];

	return link->prev ?
		       &t->links[link->prev - 1].next :
		       &find_head(t->heads, t->n_heads, link->owner)->first;
}

void owner_unlink(struct image_table *t, size_t i)
{
	const struct image_link *link = &t->links[i];

	*owner_reference(t, i) = link->next;
	if (link->next)
		t->links[link->next - 1].prev = link->prev;
}

void owner_move(struct image_table *t, size_t from, size_t to)
{
	*owner_reference(t, from) = to + 1;
	if (t->links[from].next)
		t->links[t->links[from].next - 1].prev = to + 1;
	t->links[to] = t->links[from];
}

uint64_t image_owner(const struct image_table *t, size_t i)
{
	return t->links[i].owner;
}

int image_set_owner(struct image *img, enum image_table_id id, size_t i,
		    uint64_t owner)
{
	struct image_table *t = &img->table[id];
	uint64_t old = t->links[i].owner;

	if (old == owner)
		return 0;
	owner_unlink(t, i);
	if (!owner_link(t, i, owner))
		return 0;
	owner_link(t, i, old); /* its head is there */
	return -ENOMEM;
}

size_t image_first(const struct image *img, enum image_table_id id,
		   uint64_t owner)
{
	const struct image_table *t = &img->table[id];

	if (!t->n_heads)
		return IMAGE_NONE;
	return (size_t)find_head(t->heads, t->n_heads, owner)->first - 1;
}

size_t image_next(const struct image_table *t, size_t i)
{
	return (size_t)t->links[i].next - 1;
}
