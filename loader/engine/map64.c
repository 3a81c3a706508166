// SPDX-License-Identifier: GPL-2.0-only
#include "engine/map64.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Keys are hashes or small numbers; the latter need to be spread. */
static size_t home(const struct map64 *m, uint64_t key)
{
	return (key * 0x9e3779b97f4a7c15ull >> 32) & (m->n_slots - 1);
}

static struct map64_slot *find(const struct map64 *m, uint64_t key)
{
	size_t i = home(m, key);

	while (m->slots[i].key && m->slots[i].key != key)
		i = (i + 1) & (m->n_slots - 1);
	return &m->slots[i];
}

static int grow(struct map64 *m)
{
	struct map64 larger = {.n_slots = m->n_slots ? 2 * m->n_slots : 64,
			       .n = m->n};

	larger.slots = calloc(larger.n_slots, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_slots; i++)
		if (m->slots[i].key)
			*find(&larger, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = larger;
	return 0;
}

uintptr_t map64_get(const struct map64 *m, uint64_t key)
{
	return m->n ? find(m, key)->value : 0;
}

int map64_set(struct map64 *m, uint64_t key, uintptr_t value)
{
	struct map64_slot *slot;

	if (2 * (m->n + 1) > m->n_slots && grow(m))
		return -ENOMEM;
	slot = find(m, key);
	if (!slot->key)
		m->n++;
	slot->key = key;
	slot->value = value;
	return 0;
}

void map64_remove(struct map64 *m, uint64_t key)
{
	size_t mask = m->n_slots - 1, gap, next;

	if (!m->n || !find(m, key)->key)
		return;
	gap = next = find(m, key) - m->slots;
	m->n--;
	/* Closes the gap, so that probing never stops short of a key. */
	for (;;) {
		m->slots[gap] = (struct map64_slot){0, 0};
		do {
			next = (next + 1) & mask;
			if (!m->slots[next].key)
				return;
		} while (((next - home(m, m->slots[next].key)) & mask) <
			 ((next - gap) & mask));
		m->slots[gap] = m->slots[next];
		gap = next;
	}
}

void map64_free(struct map64 *m)
{
	free(m->slots);
	memset(m, 0, sizeof(*m));
}
