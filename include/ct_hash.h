/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Where map "ct_index" names a tuple: computed by BPF, and by the loader
 * where it fills a connection table of its own (xovn trace). */
#ifndef XOVN_CT_HASH_H
#define XOVN_CT_HASH_H

#include "ct.h"

#define CT_WAYS 2 /* buckets a tuple may be in */

/* A tuple and its zone, as hashed and compared: two words and the zone. */
struct ct_key {
	struct ct_tuple tuple;
	__u32 datapath;
	__u32 port; /* 0: router */
} __attribute__((aligned(8)));

/* Where to look: slots with the tag in either bucket. */
struct ct_place {
	__u32 first;
	__u32 second;
	__u32 tag;
};

/* seed, buckets: of the table, as in config. */
static inline __attribute__((always_inline)) void
ct_place_in(const struct ct_key *k, __u32 seed, __u32 buckets,
	    struct ct_place *p)
{
	const __u64 *word = (const __u64 *)&k->tuple;
	__u64 a = word[0], b = word[1];
	__u64 z = ((__u64)k->port << 32 | k->datapath) + seed;

	a = (a ^ z) * 0x9e3779b97f4a7c15ull;
	a ^= a >> 32;
	a = (a ^ b ^ (__u64)seed << 32) * 0xbf58476d1ce4e5b9ull;
	a ^= a >> 29;
	a *= 0x94d049bb133111ebull;
	p->tag = a >> 32;
	p->first = a & (buckets - 1);
	p->second = (a ^ (__u64)(p->tag | 1) * 0x5bd1e995) & (buckets - 1);
}

#endif /* XOVN_CT_HASH_H */
