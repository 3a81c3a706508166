/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Maps departure and arrival, of each CPU's own and of one program only: they
 * are not pinned, and no part of the map layout.  BPF writes, nobody else needs
 * them.
 */
#ifndef XOVN_FLOW_CACHE_H
#define XOVN_FLOW_CACHE_H

#include "types.h"

#define DEPARTURE_PLACES 4096 /* powers of two */
#define ARRIVAL_PLACES 2048
/* 2.5 to 25 seconds, by the kernel's HZ (1000 to 100); a clock costs more than
 * the rest of a hit. */
#define CACHE_JIFFIES 2500
/* Packets that miss before a place changes hands: where there are many more
 * flows than places, few packets pay for a note that nobody finds. */
#define CACHE_PATIENCE 8
#define CACHE_ROUTES 8 /* as many as count of those that a packet takes */

/* ---- departure: TCP or UDP over IPv4 as a guest sends it ---- */

struct departure_key {
	__u32 ifindex; /* the guest's */
	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u8 src[4];
	__u8 dst[4];
	__be16 sport;
	__be16 dport;
	__u8 proto;
	__u8 pad[3];
};

/* What goes on the wire. */
struct encap_keys {
	__u32 datapath;
	__u16 inport;
	__u16 outport;
};

struct departure_val {
	struct departure_key key;
	__u32 generation; /* of all maps when it was noted */
	__u32 stamp; /* jiffies then, low bits */
	__u16 misses; /* of others' packets since its own last one */
	__be16 outer_sport; /* of the flow's Geneve */
	__u32 target; /* interface index, or chassis index */
	struct encap_keys keys;
	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u8 ttl; /* hops passed */
	__u8 kind; /* as in struct ct_action */
	__u16 vlan; /* localnet tag */
	__u32 counter_in; /* of the port it comes from */
	__u32 counter_out; /* of the one it leaves by; 0: none */
	/* of routes, 0: no more; last, since few flows take many */
	__u32 counter_route[CACHE_ROUTES];
};

XOVN_STATIC_ASSERT(sizeof(struct departure_key) == 32, "four words");
XOVN_STATIC_ASSERT(sizeof(struct departure_val) == 112, "two lines");

/* ---- arrival: IPv4 in Geneve from one chassis, for a guest of this host.
 * What is in the key decides whether the guest may have it. ---- */

struct arrival_key {
	__u8 outer_eth_src[6];
	__u8 eth_dst[6];
	__u8 outer_src[4];
	__u8 dst[4];
	__be32 vni; /* and the reserved byte behind it */
	__be32 ports; /* OVN's option */
};

struct arrival_val {
	struct arrival_key key;
	__u32 generation; /* this and what follows as in struct departure_val */
	__u32 stamp;
	__u32 misses;
	__u32 ifindex;
	__u32 counter_in; /* of the chassis */
	__u32 counter_out;
	__u32 is_peer; /* the port allows redirect_peer */
	__u32 pad[2];
};

XOVN_STATIC_ASSERT(sizeof(struct arrival_val) == 64, "a line");

#endif /* XOVN_FLOW_CACHE_H */
