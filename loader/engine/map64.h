/* SPDX-License-Identifier: GPL-2.0-only */
/* From numbers, not 0, to pointers or counts, not 0: a hash table. */
#ifndef XOVN_ENGINE_MAP64_H
#define XOVN_ENGINE_MAP64_H

#include <stddef.h>
#include <stdint.h>

struct map64 {
	struct map64_slot {
		uint64_t key; /* 0: free */
		uintptr_t value;
	} * slots;
	size_t n_slots; /* power of two, or 0 */
	size_t n;
};

uintptr_t map64_get(const struct map64 *m, uint64_t key); /* 0: not there */
int map64_set(struct map64 *m, uint64_t key, uintptr_t value); /* -ENOMEM */
void map64_remove(struct map64 *m, uint64_t key);
void map64_free(struct map64 *m);

#endif /* XOVN_ENGINE_MAP64_H */
