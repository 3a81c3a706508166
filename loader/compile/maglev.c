// SPDX-License-Identifier: GPL-2.0-only
#include "maglev.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* Seeds of hash_bytes(); part of what hosts agree on. */
#define SEED_OFFSET 0x6f6666736574ull
#define SEED_SKIP 0x736b6970ull

/* A name may have its share and a 32nd more.  With no slack a name that goes
 * moves slots of all others; 3 % keeps that below one more share. */
#define SHARE_SLACK 32

/* A name, the slot it asks for next, and how many it may still have. */
struct candidate {
	const char *name;
	uint16_t index;
	uint32_t at, skip, left;
};

uint32_t maglev_slots(size_t n)
{
	/* About a hundred slots for each name, and the largest primes below
	 * powers of two, so that chunks are full. */
	static const struct {
		size_t n;
		uint32_t slots;
	} sizes[] = {{1, 0}, {10, 1021}, {40, 4093}, {160, 16381}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		if (n <= sizes[i].n)
			return sizes[i].slots;
	return 65521;
}

static int compare_candidate(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct candidate *candidates_new(uint32_t n_slots,
					const char *const *names, size_t n)
{
	struct candidate *c = calloc(n, sizeof(*c));
	uint32_t share = n_slots / n;

	if (!c)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		c[i].name = names[i];
		c[i].index = i;
		c[i].at = hash_bytes(names[i], len, SEED_OFFSET) % n_slots;
		c[i].skip = 1 + hash_bytes(names[i], len, SEED_SKIP) %
					(n_slots - 1);
		c[i].left = share + share / SHARE_SLACK + 1;
	}
	/* Names take turns in an order that is the same everywhere. */
	qsort(c, n, sizeof(*c), compare_candidate);
	return c;
}

/* Each round, each name asks for the next slot of its own permutation; the
 * first to ask has it.  In the paper a name whose slot is taken asks on until
 * it gets one, and by that depends on all others: with 100 slots a name, one
 * of 160 that goes moves 3.6 times its share (6 times with 655).  Here its
 * turn is lost, who has a slot depends on few, and what evens out is the
 * limit: 1.8 times its share at most, in random trials of 2 to 655 names. */
int maglev_fill(uint16_t *slot, uint32_t n_slots, const char *const *names,
		size_t n)
{
	struct candidate *candidates;
	uint32_t n_free = n_slots;
	bool *is_taken;

	if (!n || n_slots < 2)
		return -EINVAL;
	if (n > MAGLEV_NAMES_MAX)
		return -E2BIG;
	candidates = candidates_new(n_slots, names, n);
	is_taken = calloc(n_slots, sizeof(*is_taken));
	while (candidates && is_taken && n_free) {
		size_t n_open = 0;

		for (size_t i = 0; i < n; i++) {
			struct candidate *c = &candidates[i];

			if (!is_taken[c->at]) {
				is_taken[c->at] = true;
				slot[c->at] = c->index;
				c->left--;
				n_free--;
			}
			/* n_slots is prime, so skip, which is less, leads to
			 * every slot. */
			c->at += c->skip;
			if (c->at >= n_slots)
				c->at -= n_slots;
			if (!c->left)
				continue;
			if (n_open < i)
				candidates[n_open] = *c;
			n_open++;
		}
		n = n_open;
	}
	free(candidates);
	free(is_taken);
	return candidates && is_taken ? 0 : -ENOMEM;
}

static int add_chunks(struct tables *c, uint32_t id, const uint16_t *slot,
		      uint32_t n_slots)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < n_slots; i += MAGLEV_CHUNK) {
		struct maglev_key key = {.id = id, .chunk = i / MAGLEV_CHUNK};
		struct maglev_val val = {};
		uint32_t n = n_slots - i;

		if (n > MAGLEV_CHUNK)
			n = MAGLEV_CHUNK;
		memcpy(val.index, &slot[i], n * sizeof(*slot));
		ret = tables_add(c, IMAGE_MAGLEV, &key, &val, NULL);
	}
	return ret;
}

int tables_add_maglev(struct tables *c, uint32_t id, const char *const *names,
		      size_t n, uint32_t *n_slots)
{
	uint16_t *slot;
	int ret;

	*n_slots = maglev_slots(n);
	if (!*n_slots)
		return 0;
	slot = calloc(*n_slots, sizeof(*slot));
	if (!slot)
		return error_set(c->e, ENOMEM, "out of memory");
	ret = maglev_fill(slot, *n_slots, names, n);
	if (ret == -E2BIG)
		error_set(c->e, E2BIG,
			  "%zu ways to choose from; there may be %d", n,
			  MAGLEV_NAMES_MAX);
	else if (ret)
		error_set(c->e, ENOMEM, "out of memory");
	else
		ret = add_chunks(c, id, slot, *n_slots);
	free(slot);
	return ret;
}
