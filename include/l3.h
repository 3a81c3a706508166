/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Logical routers: ports, own addresses, routes, neighbors. */
#ifndef XOVN_L3_H
#define XOVN_L3_H

#include "types.h"

/* ---- lrp: one per logical router port ---- */

#define LRP_NETWORKS_INLINE 4

enum lrp_flag {
	LRP_F_DISABLED = 1 << 0, /* LRP or its router has enabled=false */
	LRP_F_SILENT = 1 << 1, /* router never sends RST or unreachable:
				* gateway router or distributed gateway port */
	LRP_F_PEER_ROUTER = 1 << 2, /* peer is an LRP, not an LSP */
	LRP_F_LEARN_ALWAYS = 1 << 3, /* always_learn_from_arp_request */
	LRP_F_STATIC_NEIGHBORS = 1 << 4, /* "neighbor" has entries for it */
	LRP_F_CT = 1 << 5, /* router has NAT or load balancers: connections
			    * are kept */
	LRP_F_LB = 1 << 6, /* router has load balancers */
	LRP_F_SRC_ROUTES = 1 << 7, /* router has entries in "route_src" */
	LRP_F_AGES = 1 << 8, /* router has mac_binding_age_threshold */
};

struct lrp_network {
	__u8 addr[4];
	__u8 mask[4];
};

struct lrp_key {
	__u32 datapath;
	__u32 port;
};

struct lrp_val {
	__u8 mac[6];
	__u16 route_table; /* of packets that come in here, 0: main */
	__u32 flags; /* enum lrp_flag */
	__u32 n_networks; /* of network[]; others are in router_ip only */
	struct lrp_network network[LRP_NETWORKS_INLINE];
	__u32 peer_datapath; /* switch (or router) on the other side, 0: none */
	__u32 peer_port;
	char name[XOVN_NAME_LEN];
};

/* ---- router_ip: addresses that are a router's own ---- */

enum router_ip_kind {
	ROUTER_IP_OWN = 1,
	ROUTER_IP_BROADCAST = 2, /* subnet broadcast of a network */
	ROUTER_IP_NAT = 3, /* external_ip: ARP answered on every port */
	ROUTER_IP_VIP = 4, /* ARP answered on port; 0: every port */
};

struct router_ip_key {
	__u32 datapath;
	__u8 ip[4];
};

struct router_ip_val {
	enum router_ip_kind kind;
	__u32 port; /* LRP */
	__u8 mask[4]; /* of its network; NAT, VIP: 0 */
};

/* ---- route, route_src: longest prefix match per router and table, by
 * destination and (policy src-ip) by source ---- */

enum route_kind {
	ROUTE_CONNECTED = 1, /* next hop is the destination */
	ROUTE_STATIC = 2,
	ROUTE_LOCAL = 3, /* the router's own address, always /32 */
	ROUTE_DISCARD = 4,
	ROUTE_ECMP = 5, /* one of the group's routes, in "ecmp" */
};

struct route_key {
	__u32 prefixlen; /* 64 (datapath, table) + length of the prefix */
	__u32 datapath;
	__u32 table; /* as in lrp_val; connected ones are in each */
	__u8 ip[4];
};

struct route_val {
	enum route_kind kind;
	__u32 port; /* outgoing LRP */
	__u8 nexthop[4]; /* ROUTE_STATIC */
	__u8 mac[6]; /* of the outgoing LRP */
	__u16 lrp_flags; /* enum lrp_flag of the outgoing LRP */
	__u8 src_ip[4]; /* LRP address that asks for the next hop */
	__u32 peer_datapath; /* as in lrp_val of the outgoing LRP */
	__u32 peer_port;
	__u32 ecmp; /* ROUTE_ECMP: id of the group; slots in "maglev" */
	__u32 n_slots;
	__u32 plen; /* of the prefix */
	__u32 counter; /* of packets that took it; 0: not counted */
};

struct ecmp_key {
	__u32 id;
	__u32 index;
};

/* value: struct route_val, ROUTE_STATIC */

/* ---- neighbor, learned: IPv4 to MAC on a router port ---- */

struct neighbor_key {
	__u32 datapath;
	__u32 port; /* LRP */
	__u8 ip[4];
};

struct neighbor_val {
	__u8 mac[6];
	__u8 pad[2];
	__u32 seen; /* learned: CLOCK_MONOTONIC second it was last heard of, by
		     * ARP or (LRP_F_AGES) by a packet; neighbor: 0 */
};

/* learned has the same key and value.  BPF writes. */

#endif /* XOVN_L3_H */
