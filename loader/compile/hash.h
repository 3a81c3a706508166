/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashing for compile/: one 64-bit function over bytes, the same on every
 * machine, and an index from a name to whatever bears it.
 */
#ifndef XOVN_COMPILE_HASH_H
#define XOVN_COMPILE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a (64 bit) over the bytes, then two multiply-and-shift rounds so that
 * low bits depend on all of the input.  Part of what hosts agree on, because
 * tunnel keys come from it: never change it. */
uint64_t hash_bytes(const void *data, size_t len, uint64_t seed);

/* Names are borrowed: they must live as long as the index. */
struct name_index {
	struct name_index_slot {
		const char *name; /* NULL: free */
		uint64_t hash;
		void *owner;
	} * slots;
	size_t n_slots; /* power of two */
	size_t n;
};

/* Room for n names.  0 or -ENOMEM. */
int name_index_init(struct name_index *index, size_t n);
void name_index_free(struct name_index *index);
/* Adds a name that is not there yet; returns its owner: the one given, or an
 * earlier one.  At most as many names as name_index_init() made room for. */
void *name_index_add(struct name_index *index, const char *name, void *owner);
void *name_index_find(const struct name_index *index, const char *name);

#endif /* XOVN_COMPILE_HASH_H */
