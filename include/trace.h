/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the programs tell `xovn trace` of a packet's way.  Only where they are
 * loaded with trace_on (bpf/trace.h) do these maps exist and is anything
 * written to them; on a host that forwards there is neither.
 */
#ifndef XOVN_TRACE_H
#define XOVN_TRACE_H

#include "flow_flag.h"
#include "types.h"

#define TRACE_STEPS_MAX 4096
#define TRACE_PACKETS_MAX 1024
#define TRACE_PACKET_LEN 4096

/*
 * X(name, stage, a, b, c): the OVN stage, and what the three numbers mean.
 * IPv4 addresses are in network order.  The flow in the step is as it is
 * behind the decision.
 */
#define XOVN_TRACE_STEPS(X)                                                    \
	X(VIF_IN, "ls_in_check_port_sec", "flags of the port", "", "")         \
	X(LOCALNET_IN, "ls_in_check_port_sec", "flags of the port", "", "")    \
	X(TUNNEL_IN, "tunnel", "VNI", "ingress key", "egress key")             \
	X(PORT_SEC_IN, "ls_in_check_port_sec", "0 or drop reason", "", "")     \
	X(FDB_LEARN, "ls_in_put_fdb", "datapath", "port", "it moved")          \
	X(ARP_RSP, "ls_in_arp_rsp", "enum arp_kind", "port that has it", "")   \
	X(ND_RSP, "ls_in_arp_rsp", "port that has it", "", "")                 \
	X(L2, "ls_in_l2_lkup", "port", "enum port_kind", "chassis")            \
	X(FDB, "ls_in_l2_unknown", "port it was learned behind", "", "")       \
	X(FLOOD, "ls_in_l2_lkup", "group", "", "")                             \
	X(HAIRPIN, "ls_in_hairpin", "port", "", "")                            \
	X(PORT_SEC_OUT, "ls_out_check_port_sec", "port", "0 or drop reason",   \
	  "")                                                                  \
	X(LR_IN, "lr_in_admission", "router port", "0 or drop reason", "")     \
	X(LR_LEARN, "lr_in_learn_neighbor", "router port", "IPv4", "router")   \
	X(LR_ARP, "lr_in_ip_input", "1: answers; 0: not", "", "")              \
	X(LR_LOCAL, "lr_in_ip_input", "enum lrp_flag of its port", "", "")     \
	X(CT_KNOWN, "lr_in_unsnat", "record", "enum ct_dir", "zone's port")    \
	X(CT_MISS, "lr_in_unsnat", "", "", "zone's port")                      \
	X(LB, "lr_in_dnat", "id of the VIP", "backend's number",               \
	  "1: by affinity")                                                    \
	X(LB_REFUSE, "lr_in_dnat", "id of the VIP", "enum lb_flag", "")        \
	X(DNAT, "lr_in_dnat", "external IPv4", "logical IPv4",                 \
	  "enum nat_flag")                                                     \
	X(ROUTE, "lr_in_ip_routing", "prefix length", "enum route_kind",       \
	  "1: by source; table << 1")                                          \
	X(NO_ROUTE, "lr_in_ip_routing", "table", "", "")                       \
	X(ECMP, "lr_in_ip_routing_ecmp", "group", "its member's number", "")   \
	X(NEIGHBOR, "lr_in_arp_resolve", "next hop IPv4",                      \
	  "enum trace_neighbor", "router port")                                \
	X(SNAT, "lr_out_snat", "external IPv4", "enum nat_flag",               \
	  "1: force_snat option")                                              \
	X(CT_NEW, "ct_commit", "record", "zone's port", "0 or drop reason")    \
	X(TTL, "lr_in_ip_input", "TTL it came with", "", "")                   \
	X(BUILD, "answer", "ICMP type", "ICMP code", "")                       \
	X(DELIVER, "output", "interface", "port", "VLAN tag")                  \
	X(TUNNEL, "output", "chassis", "ingress key", "egress key")            \
	X(COPY, "output", "interface", "its number in trace_packet",           \
	  "chassis, or 0")                                                     \
	X(CONSUMED, "consumed", "", "", "")                                    \
	X(PASS, "output", "the host's own stack gets it", "", "")              \
	X(DROP, "drop", "drop reason", "", "")

enum trace_what {
	TRACE_NONE = 0,
#define X(name, stage, a, b, c) TRACE_##name,
	XOVN_TRACE_STEPS(X)
#undef X
		TRACE_WHAT_COUNT,
};

enum trace_neighbor {
	TRACE_NEIGHBOR_NONE, /* asked for by ARP */
	TRACE_NEIGHBOR_STATIC, /* from the NB database */
	TRACE_NEIGHBOR_LEARNED,
	TRACE_NEIGHBOR_AGED, /* asked for again */
};

/* ---- trace_step: array of TRACE_STEPS_MAX ---- */

struct trace_step_val {
	enum trace_what what;
	__u32 a;
	__u32 b;
	__u32 c;
	/* The flow: keys, and header fields as they would leave now. */
	__u32 datapath;
	__u32 inport;
	__u32 outport;
	__u32 flags; /* enum flow_flag */
	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u16 eth_type; /* host order */
	__u16 arp_op;
	__u8 src[16]; /* IPv4: the first four; ARP: spa */
	__u8 dst[16];
	__u8 lladdr[6]; /* ARP sha */
	__u8 proto;
	__u8 ttl;
	__u16 sport; /* host order; ICMP: type << 8 | code */
	__u16 dport;
};

/* ---- trace_packet: array of TRACE_PACKETS_MAX, copies that left ---- */

struct trace_packet_val {
	__u32 len;
	__u32 step; /* number of its TRACE_COPY */
	__u8 data[TRACE_PACKET_LEN];
};

/* ---- trace_count: one entry, what the two arrays hold ---- */

struct trace_count_val {
	__u32 steps;
	__u32 packets;
	__u32 lost; /* steps and packets there was no room for */
};

/* ---- trace_mtu: by interface: there need not be one of that number ---- */

struct trace_mtu_val {
	__u32 mtu;
};

#endif /* XOVN_TRACE_H */
