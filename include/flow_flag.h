/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Marks of a packet on its way through the pipeline (bpf/flow.h); they stand
 * in the steps of trace.h, which is why the loader knows them. */
#ifndef XOVN_FLOW_FLAG_H
#define XOVN_FLOW_FLAG_H

enum flow_flag {
	FLOW_LOOPBACK = 1 << 0, /* may leave where it came in */
	FLOW_FROM_ROUTER = 1 << 1, /* inport of the switch is a router port */
	FLOW_FRAGMENT = 1 << 2, /* IPv4 fragment, the first too */
	FLOW_LATER_FRAGMENT = 1 << 3, /* ... without L4 header */
	FLOW_L4_SHORT = 1 << 4, /* L4 header is cut off */
	FLOW_BAD_ND = 1 << 5, /* ND message without a readable option */
	FLOW_PEER = 1 << 6, /* V_DELIVER may use redirect_peer */
	FLOW_ROUTED = 1 << 7, /* a router handled it; see struct flow.router */
	FLOW_VLAN = 1 << 8,
	FLOW_DF = 1 << 9,
	FLOW_COPIED =
		1 << 10, /* a flood: somebody got it, or a drop is counted */
	FLOW_INNER = 1 << 11, /* ICMP error, its inner headers parsed */
	FLOW_CT_KNOWN = 1 << 12, /* the router knows the connection */
	FLOW_NATIVE = 1 << 13, /* V_DELIVER: takes frames that XDP redirects */
	FLOW_LOCALNET = 1 << 14, /* V_DELIVER: to a physical network */
	FLOW_FROM_LOCALNET = 1 << 15, /* came from one */
	FLOW_CACHED = 1 << 16, /* decided by a connection's action */
	FLOW_SLOW = 1 << 17, /* leave actions alone: something must be built */
	/* What the router did to the destination. */
	FLOW_DNATED = 1 << 18,
	FLOW_LBED = 1 << 19,
	FLOW_SKIP_SNAT = 1 << 20,
	FLOW_STATELESS = 1 << 21,
	FLOW_REINJECTED = 1 << 22, /* waited for its next hop, and not again */
};

#endif /* XOVN_FLOW_FLAG_H */
