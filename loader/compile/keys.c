// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* When most keys are taken, guessing finds a free one too slowly: walk on
 * from the last guess instead. */
#define GUESSES_MAX 64

/* Open addressing: the numbers there are may be many more than the rows. */
struct key_set {
	uint32_t *slots; /* 0: free */
	size_t n_slots; /* power of two, twice the rows and more */
};

static int key_set_init(struct key_set *set, size_t n)
{
	set->n_slots = 16;
	while (set->n_slots < 2 * n)
		set->n_slots *= 2;
	set->slots = calloc(set->n_slots, sizeof(*set->slots));
	return set->slots ? 0 : -ENOMEM;
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *key_slot(const struct key_set *set, uint32_t key)
{
	size_t i = hash_bytes(&key, sizeof(key), 0) & (set->n_slots - 1);

	while (set->slots[i] && set->slots[i] != key)
		i = (i + 1) & (set->n_slots - 1);
	return &set->slots[i];
}

static bool key_is_taken(const struct key_set *set, uint32_t key)
{
	return *key_slot(set, key);
}

static void key_take(struct key_set *set, uint32_t key)
{
	*key_slot(set, key) = key;
}

uint32_t key_candidate(const char *uuid, uint32_t attempt, uint32_t max)
{
	return 1 + hash_bytes(uuid, strlen(uuid), attempt) % max;
}

static uint32_t key_probe(const struct key_set *taken, const char *uuid,
			  uint32_t max)
{
	uint32_t key = 1;

	for (uint32_t attempt = 0; attempt < GUESSES_MAX; attempt++) {
		key = key_candidate(uuid, attempt, max);
		if (!key_is_taken(taken, key))
			return key;
	}
	while (key_is_taken(taken, key))
		key = key < max ? key + 1 : 1;
	return key;
}

static const struct key_request *key_holder(const struct key_request *rows,
					    size_t n, uint32_t key)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].key == key)
			return &rows[i];
	return NULL;
}

static int keys_take_southbound(struct key_request *rows, size_t n,
				const struct key_space *space,
				struct key_set *taken, struct error *e)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t key = rows[i].southbound;

		if (!key)
			continue;
		if (key > space->given_max)
			return error_set(
				e, EINVAL,
				"%s %s of %s: tunnel key %u of the Southbound "
				"database is beyond %u",
				space->what, rows[i].name, space->where, key,
				space->given_max);
		if (key_is_taken(taken, key))
			return error_set(
				e, EINVAL,
				"%s %s of %s: the Southbound database gives it "
				"tunnel key %u, and to %s, too; is it of the "
				"same cluster as the NB file?",
				space->what, rows[i].name, space->where, key,
				key_holder(rows, i, key)->name);
		rows[i].key = key;
		key_take(taken, key);
	}
	return 0;
}

static int keys_take_requested(struct key_request *rows, size_t n,
			       const struct key_space *space,
			       struct key_set *taken, struct error *e)
{
	const struct key_request *holder;

	for (size_t i = 0; i < n; i++) {
		uint32_t key = rows[i].requested;

		if (rows[i].key || !key)
			continue;
		if (key > space->given_max)
			return error_set(e, EINVAL,
					 "%s %s of %s: requested-tnl-key %u is "
					 "not in 1..%u",
					 space->what, rows[i].name,
					 space->where, key, space->given_max);
		if (!key_is_taken(taken, key)) {
			rows[i].key = key;
			key_take(taken, key);
			continue;
		}
		/* A key that the Southbound database gave to another row
		 * stays there; this row gets some other. */
		holder = key_holder(rows, n, key);
		if (holder->southbound)
			continue;
		return error_set(e, EINVAL,
				 "%ss %s and %s of %s both have "
				 "requested-tnl-key %u; change one of them",
				 space->what, holder->name, rows[i].name,
				 space->where, key);
	}
	return 0;
}

int keys_assign(struct key_request *rows, size_t n,
		const struct key_space *space, struct error *e)
{
	struct key_set taken;
	int ret;

	if (n > space->derived_max)
		return error_set(e, E2BIG,
				 "%s has %zu %ss; there are keys for %u only",
				 space->where, n, space->what,
				 space->derived_max);
	if (key_set_init(&taken, n))
		return error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i].key = 0;
	ret = keys_take_southbound(rows, n, space, &taken, e);
	if (!ret)
		ret = keys_take_requested(rows, n, space, &taken, e);
	for (size_t i = 0; !ret && i < n; i++) {
		if (rows[i].key)
			continue;
		rows[i].key =
			key_probe(&taken, rows[i].uuid, space->derived_max);
		key_take(&taken, rows[i].key);
	}
	free(taken.slots);
	return ret;
}

bool keys_moved(const struct key_request *rows, size_t n,
		const struct key_space *space)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].key !=
		    key_candidate(rows[i].uuid, 0, space->derived_max))
			return true;
	return false;
}
