// SPDX-License-Identifier: GPL-2.0-only
#include "hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FNV_OFFSET 0xcbf29ce484222325ull
#define FNV_PRIME 0x100000001b3ull

uint64_t hash_bytes(const void *data, size_t len, uint64_t seed)
{
	const uint8_t *p = data;
	uint64_t h = FNV_OFFSET ^ seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * FNV_PRIME;
	/* FNV's low bits see little of late input. */
	h = (h ^ (h >> 32)) * 0x9e3779b97f4a7c15ull;
	h = (h ^ (h >> 29)) * 0x9e3779b97f4a7c15ull;
	return h ^ (h >> 32);
}

int name_index_init(struct name_index *index, size_t n)
{
	index->n = 0;
	index->n_slots = 16;
	while (index->n_slots < 2 * n)
		index->n_slots *= 2;
	index->slots = calloc(index->n_slots, sizeof(*index->slots));
	return index->slots ? 0 : -ENOMEM;
}

void name_index_free(struct name_index *index)
{
	free(index->slots);
	memset(index, 0, sizeof(*index));
}

/* The slot that holds the name, or the free one where it belongs. */
static struct name_index_slot *name_index_slot(const struct name_index *index,
					       const char *name, uint64_t hash)
{
	size_t i = hash & (index->n_slots - 1);

	while (index->slots[i].name && (index->slots[i].hash != hash ||
					strcmp(index->slots[i].name, name)))
		i = (i + 1) & (index->n_slots - 1);
	return &index->slots[i];
}

void *name_index_add(struct name_index *index, const char *name, void *owner)
{
	uint64_t hash = hash_bytes(name, strlen(name), 0);
	struct name_index_slot *slot = name_index_slot(index, name, hash);

	if (slot->name)
		return slot->owner;
	slot->name = name;
	slot->hash = hash;
	slot->owner = owner;
	index->n++;
	return owner;
}

void *name_index_find(const struct name_index *index, const char *name)
{
	if (!index->n)
		return NULL;
	return name_index_slot(index, name, hash_bytes(name, strlen(name), 0))
		->owner;
}
