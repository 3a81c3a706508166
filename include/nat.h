/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * NAT rules, load balancers and the hash tables they choose by.  Written by
 * the loader; "affinity" by BPF.
 */
#ifndef XOVN_NAT_H
#define XOVN_NAT_H

#include "types.h"

/* ---- router: options of routers that have any ---- */

enum router_flag {
	ROUTER_F_DNAT_FORCE_ROUTER_IP = 1
					<< 0, /* dnat_force_snat_ip=router_ip */
	ROUTER_F_LB_FORCE_ROUTER_IP = 1 << 1, /* lb_force_snat_ip=router_ip */
};

struct router_val { /* key: struct datapath_key */
	__u32 flags; /* enum router_flag */
	__u8 dnat_force_snat_ip[4]; /* 0.0.0.0: none, or router_ip */
	__u8 lb_force_snat_ip[4];
	__u32 neighbor_age; /* mac_binding_age_threshold, seconds; 0: never */
};

/* ---- nat: external addresses of a router, as destination ---- */

enum nat_flag {
	NAT_F_DNAT = 1 << 0, /* replace the destination by logical_ip */
	NAT_F_STATELESS = 1 << 1, /* ... without a connection */
	NAT_F_ALLOWED = 1 << 2, /* only for peers in the set */
	NAT_F_EXEMPTED = 1 << 3, /* not for peers in the set */
};

struct nat_key {
	__u32 datapath;
	__u8 ip[4]; /* external_ip */
};

struct nat_val {
	__u32 flags; /* enum nat_flag; without DNAT: only SNATed to */
	__u8 logical_ip[4];
	__u32 set; /* of "nat_set" */
	__u16 port_first; /* external_port_range; 0: ports stay */
	__u16 port_last;
	__u32 counter; /* enum counter_rule behind it; 0: not counted */
};

/* ---- snat: sources that a router translates, longest prefix match ---- */

#define SNAT_NO_SHORTER 255

struct snat_key {
	__u32 prefixlen; /* 32 (the datapath) + length of the prefix */
	__u32 datapath;
	__u8 ip[4]; /* logical_ip */
};

struct snat_val {
	__u8 external_ip[4];
	__u32 flags; /* enum nat_flag without DNAT */
	__u32 set;
	__u32 counter; /* as in nat_val */
	__u16 port_first;
	__u16 port_last;
	__u8 shorter; /* prefix length of the rule to try where this one does
		       * not apply to the peer (ALLOWED), or
		       * SNAT_NO_SHORTER */
	__u8 pad[3];
};

/* ---- nat_set: allowed_ext_ips, exempted_ext_ips ---- */

struct nat_set_key {
	__u32 prefixlen; /* 32 (the set) + length of the prefix */
	__u32 set;
	__u8 ip[4];
};

struct nat_set_val {
	__u32 is_member; /* 1 */
};

/* ---- vip, lb, backend: load balancers of a router or switch ---- */

enum vip_flag {
	VIP_F_ANY_PORT = 1 << 0, /* "lb" has it with port 0, proto 0 */
	VIP_F_PORTS = 1 << 1, /* ... and with ports */
};

struct vip_key {
	__u32 datapath;
	__u8 ip[4];
};

struct vip_val {
	__u32 flags; /* enum vip_flag; 0: a switch's hairpin_snat_ip */
};

enum lb_flag {
	LB_F_REJECT = 1 << 0, /* answer where there is no backend */
	LB_F_SKIP_SNAT = 1 << 1,
	LB_F_HAIRPIN_IP = 1 << 2, /* hairpin_snat_ip is set */
	/* selection_fields; none: the 5-tuple */
	LB_F_BY_ETH_SRC = 1 << 3,
	LB_F_BY_ETH_DST = 1 << 4,
	LB_F_BY_IP_SRC = 1 << 5,
	LB_F_BY_IP_DST = 1 << 6,
	LB_F_BY_TP_SRC = 1 << 7,
	LB_F_BY_TP_DST = 1 << 8,
	LB_F_CT_FLUSH = 1 << 9, /* options:ct_flush; for the loader */
};

#define LB_F_BY_FIELDS                                                         \
	(LB_F_BY_ETH_SRC | LB_F_BY_ETH_DST | LB_F_BY_IP_SRC | LB_F_BY_IP_DST | \
	 LB_F_BY_TP_SRC | LB_F_BY_TP_DST)

struct lb_key {
	__u32 datapath;
	__u8 ip[4];
	__u16 port; /* host order; 0: any */
	__u8 proto; /* IPPROTO_*; 0: any */
	__u8 pad;
};

struct lb_val {
	__u32 id; /* of the VIP, in the tables below and in ct_val */
	__u32 n_backends;
	__u32 n_slots; /* in "maglev"; 0: the only backend is number 0 */
	__u32 flags; /* enum lb_flag */
	__u32 affinity_timeout; /* seconds, 0: none */
	__u8 hairpin_snat_ip[4];
	__u32 counter; /* as in nat_val */
	char name[XOVN_NAME_LEN]; /* Load_Balancer name, or uuid */
};

struct backend_key {
	__u32 id;
	__u32 index; /* 0..n_backends-1 */
};

struct backend_val {
	__u8 ip[4];
	__u16 port; /* 0: stays as it is */
	__u16 pad;
};

/* ---- maglev: slot to backend, or to member of an ECMP group ---- */

#define MAGLEV_CHUNK 64 /* slots of one entry */

struct maglev_key {
	__u32 id; /* of the VIP or ECMP group */
	__u32 chunk; /* slot / MAGLEV_CHUNK */
};

struct maglev_val {
	__u16 index[MAGLEV_CHUNK];
};

/* ---- affinity: client to backend.  BPF writes. ---- */

struct affinity_key {
	__u32 datapath;
	__u32 id; /* of the VIP */
	__u8 client[4];
};

struct affinity_val {
	__u8 ip[4]; /* backend */
	__u16 port;
	__u16 pad;
	__u32 expires; /* CLOCK_MONOTONIC, seconds */
};

#endif /* XOVN_NAT_H */
