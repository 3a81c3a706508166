/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What BPF tells the agent, by ring buffer "upcall": packets whose next hop
 * has no MAC yet, and what was learned.  And how the agent gives such a packet
 * back: a frame written to its tap, with a struct reinject in it.
 */
#ifndef XOVN_UPCALL_H
#define XOVN_UPCALL_H

#include "types.h"

#define UPCALL_PACKET_MAX                                                      \
	9216 /* bytes of the frame; larger ones are not kept */
#define UPCALL_PACKET_SMALL 1600 /* those up to it take less of the ring */
#define UPCALL_PER_HOP 4 /* packets kept per next hop, ovn-controller's */
#define UPCALL_HOLD 10 /* seconds that they are kept for, ovn-controller's */

enum upcall_kind {
	UPCALL_PACKET = 1, /* struct upcall_packet */
	UPCALL_NEIGHBOR = 2, /* a router learned ip, mac */
	UPCALL_FDB = 3, /* a switch learned mac */
};

struct upcall { /* each record begins with it */
	enum upcall_kind kind;
	__u32 datapath; /* router; FDB: switch */
	__u32 port; /* LRP: towards the next hop, or that learned; FDB: LSP */
	__u8 ip[4]; /* next hop; NEIGHBOR: whose; FDB: 0 */
	__u8 mac[6]; /* NEIGHBOR, FDB */
	__u8 is_broadcast; /* NEIGHBOR: many chassis have heard it */
	__u8 pad;
};

enum reinject_kind { /* where the packet came from; begins there again */
		     REINJECT_VIF = 1,
		     REINJECT_LOCALNET = 2,
		     REINJECT_TUNNEL = 3,
		     REINJECT_DROP = 4, /* counts it as dropped for
					 * DROP_LR_NEIGHBOR, at its place */
};

/* Stands in the frame on the tap, between Ethernet and IPv4 header: there the
 * kernel can cut it out, of what it takes for IPv4. */
struct reinject {
	enum reinject_kind kind;
	__u32 datapath; /* where it came in: switch */
	__u32 inport; /* LSP; TUNNEL: in key */
	__u32 outport; /* TUNNEL: out key */
	__u32 ifindex; /* VIF, LOCALNET: interface it came in by */
	__u32 drop_datapath; /* DROP: router, and its port it came by */
	__u32 drop_port;
};

/* ---- upcall_ctl: one entry, the agent's.  BPF reads ---- */

struct upcall_ctl {
	__u32 lease; /* CLOCK_MONOTONIC second until which an agent listens */
	__u32 pad;
};

/* ---- upcall_hop: next hops (struct neighbor_key) with packets kept.  BPF
 * makes them, the agent removes them: there is no room for more ---- */

#define UPCALL_HOPS 1000 /* ovn-controller's */

struct upcall_hop_val {
	__u32 n; /* packets, UPCALL_PER_HOP at most but for a race */
};

struct upcall_packet {
	struct upcall head;
	struct reinject origin; /* to be given back with the frame */
	__u32 len; /* of data; the record ends somewhere behind it */
	__u8 data[UPCALL_PACKET_MAX]; /* the inner frame, as it came in */
};

#endif /* XOVN_UPCALL_H */
