// SPDX-License-Identifier: GPL-2.0-only
#include "image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image_owner.h"
#include "maps.h"

/* An entry is a key with its value right behind it, so a value is aligned
 * only if every size is a multiple of the alignment. */
#define X(id, name, key, val)                                                  \
	_Static_assert(sizeof(key) % sizeof(uint32_t) == 0 &&                  \
			       sizeof(key) % _Alignof(val) == 0 &&             \
			       sizeof(val) % _Alignof(key) == 0 &&             \
			       sizeof(val) % _Alignof(val) == 0,               \
		       #id ": entries would not be aligned");
IMAGE_TABLES(X)
#undef X

static const struct {
	const char *name;
	size_t key_size, val_size;
} tables[IMAGE_TABLE_COUNT] = {
#define X(id, name, key, val) {name, sizeof(key), sizeof(val)},
	IMAGE_TABLES(X)
#undef X
};

int image_init(struct image *img)
{
	memset(img, 0, sizeof(*img));
	for (int i = 0; i < IMAGE_TABLE_COUNT; i++) {
		img->table[i].key_size = tables[i].key_size;
		img->table[i].val_size = tables[i].val_size;
	}
	return 0;
}

void image_free(struct image *img)
{
	for (int i = 0; i < IMAGE_TABLE_COUNT; i++) {
		free(img->table[i].entries);
		free(img->table[i].links);
		free(img->table[i].slots);
		free(img->table[i].heads);
	}
	memset(img, 0, sizeof(*img));
}

/* Keys are small and of whole words: a multiplication for each. */
static uint32_t key_hash(const struct image_table *t, const void *key)
{
	const uint8_t *p = key;
	uint64_t h = t->key_size;
	uint32_t word;

	for (size_t i = 0; i < t->key_size; i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	return h * 0xff51afd7ed558ccdull >> 32;
}

/* Index of the slot that holds the key, or of the free one for it. */
static size_t table_slot(const struct image_table *t, const void *key,
			 uint32_t hash)
{
	size_t i = hash & (t->n_slots - 1);

	while (t->slots[i].number &&
	       (t->slots[i].hash != hash ||
		memcmp(image_entry(t, t->slots[i].number - 1), key,
		       t->key_size)))
		i = (i + 1) & (t->n_slots - 1);
	return i;
}

static size_t find_slot(const struct image_table *t, const void *key)
{
	return table_slot(t, key, key_hash(t, key));
}

/* Looks at no entry: they are far from each other. */
static int table_grow_slots(struct image_table *t)
{
	size_t n_slots = t->n_slots ? t->n_slots * 2 : 64;
	struct image_slot *slots;

	if (n_slots / 2 > UINT32_MAX)
		return -ENOMEM;
	slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_slots; i++) {
		size_t to = t->slots[i].hash & (n_slots - 1);

		if (!t->slots[i].number)
			continue;
		while (slots[to].number)
			to = (to + 1) & (n_slots - 1);
		slots[to] = t->slots[i];
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
	return 0;
}

static int table_grow_entries(struct image_table *t)
{
	size_t capacity = t->capacity ? t->capacity * 2 : 32;
	struct image_link *links;
	uint8_t *entries;

	entries = reallocarray(t->entries, capacity, t->key_size + t->val_size);
	if (!entries)
		return -ENOMEM;
	t->entries = entries;
	links = reallocarray(t->links, capacity, sizeof(*links));
	if (!links)
		return -ENOMEM;
	t->links = links;
	t->capacity = capacity;
	return 0;
}

int image_add_owned(struct image *img, enum image_table_id id, uint64_t owner,
		    const void *key, const void *val, void **old)
{
	struct image_table *t = &img->table[id];
	uint32_t hash = key_hash(t, key);
	uint8_t *entry;
	size_t slot;

	if (2 * (t->n + 1) > t->n_slots && table_grow_slots(t))
		return -ENOMEM;
	slot = table_slot(t, key, hash);
	if (t->slots[slot].number) {
		if (old)
			*old = image_entry(t, t->slots[slot].number - 1) +
			       t->key_size;
		return -EEXIST;
	}
	if (t->n == t->capacity && table_grow_entries(t))
		return -ENOMEM;
	if (owner_link(t, t->n, owner))
		return -ENOMEM;
	entry = image_entry(t, t->n);
	memcpy(entry, key, t->key_size);
	memcpy(entry + t->key_size, val, t->val_size);
	t->slots[slot] = (struct image_slot){++t->n, hash};
	return 0;
}

int image_add(struct image *img, enum image_table_id id, const void *key,
	      const void *val, void **old)
{
	return image_add_owned(img, id, 0, key, val, old);
}

/* Closes the gap, so that probing never stops short of an entry. */
static void table_free_slot(struct image_table *t, size_t slot)
{
	size_t mask = t->n_slots - 1, next = slot;

	t->slots[slot].number = 0;
	for (;;) {
		next = (next + 1) & mask;
		if (!t->slots[next].number)
			return;
		if (((next - t->slots[next].hash) & mask) <
		    ((next - slot) & mask))
			continue;
		t->slots[slot] = t->slots[next];
		t->slots[next].number = 0;
		slot = next;
	}
}

bool image_remove(struct image *img, enum image_table_id id, const void *key)
{
	struct image_table *t = &img->table[id];
	size_t at = image_number(img, id, key), last;

	if (at == IMAGE_NONE)
		return false;
	table_free_slot(t, find_slot(t, key));
	owner_unlink(t, at);
	last = --t->n;
	if (at == last)
		return true;
	t->slots[find_slot(t, image_entry(t, last))].number = at + 1;
	memcpy(image_entry(t, at), image_entry(t, last),
	       t->key_size + t->val_size);
	owner_move(t, last, at);
	return true;
}

size_t image_number(const struct image *img, enum image_table_id id,
		    const void *key)
{
	const struct image_table *t = &img->table[id];

	return t->n ? (size_t)t->slots[find_slot(t, key)].number - 1 :
		      IMAGE_NONE;
}

void *image_find(const struct image *img, enum image_table_id id,
		 const void *key)
{
	const struct image_table *t = &img->table[id];
	size_t i = image_number(img, id, key);

	return i == IMAGE_NONE ? NULL : image_entry(t, i) + t->key_size;
}

const char *image_table_name(enum image_table_id id)
{
	return tables[id].name;
}
