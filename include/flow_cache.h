/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Map flow_cache, of each CPU's own and of one vif program only: it is not
 * pinned, and no part of the map layout.  BPF writes, nobody else needs it.
 */
#ifndef XOVN_FLOW_CACHE_H
#define XOVN_FLOW_CACHE_H

#include "types.h"

#define CACHE_FLOWS 4096 /* power of two */
/* 2.5 to 25 seconds, by the kernel's HZ (1000 to 100); a clock costs more than
 * the rest of a hit. */
#define CACHE_JIFFIES 2500
/* Packets that miss before a place changes hands: where there are many more
 * flows than places, few packets pay for a note that nobody finds. */
#define CACHE_PATIENCE 8
#define CACHE_ROUTES 4 /* counted ones that a flow may take */

/* A flow as it comes in, IPv4. */
struct cache_key {
	__u32 datapath;
	__u16 inport;
	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u8 proto;
	__u8 pad;
	__u8 src[4];
	__u8 dst[4];
	__u16 sport; /* host order; ICMP: type << 8 | code */
	__u16 dport; /* ICMP echo: id */
};

struct cache_val {
	struct cache_key key;
	__u32 generation; /* of all maps when it was noted */
	__u32 stamp; /* jiffies then, low bits */
	__u32 misses; /* of others' packets since its own last one */
	__u32 target; /* interface index, or chassis index */
	__u32 datapath; /* of the output */
	__u16 inport; /* keys there */
	__u16 outport;
	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u16 vlan; /* localnet tag */
	__u8 ttl; /* hops passed */
	__u8 kind; /* as in struct ct_action */
	__u32 counter_route[CACHE_ROUTES]; /* of the routes it takes */
	__u32 counter_out; /* of the port it leaves by, 0: none */
	__u32 n_routes;
};

XOVN_STATIC_ASSERT(sizeof(struct cache_key) == 32, "four words");
XOVN_STATIC_ASSERT(sizeof(struct cache_val) == 96, "a line and a half");

#endif /* XOVN_FLOW_CACHE_H */
