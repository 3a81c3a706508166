/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Geneve, receive half: outer headers to keys, then the egress half of one
 * datapath.  Nothing from a tunnel is ever tunnelled again.  Used by XDP and
 * by TC.
 */
#ifndef XOVN_BPF_TUNNEL_H
#define XOVN_BPF_TUNNEL_H

#include "flow.h"
#include "parse.h"
#include "router.h"

#define GENEVE_OPTS_MAX 16 /* options looked at; more is malformed */
#define GENEVE_BASE 42 /* Ethernet, IPv4, UDP */

enum tunnel_result {
	TUNNEL_NOT_OURS = 0,
	TUNNEL_OURS = 1,
};

/* OVN's option, its value in host order; 0: not there or not acceptable. */
static __always_inline __u32 geneve_find_option(struct flow *f, void *p,
						void *end, __u32 opt_len)
{
	__u32 off = 0, keys = 0;

	/* 64 bits: of fewer in the stack the verifier may lose sight */
	for (__u64 i = 0; i < GENEVE_OPTS_MAX; i++) {
		__be16 *w = p + off;
		__u8 *b = (__u8 *)w;
		__u32 len;

		if (off + 4 > opt_len)
			return off == opt_len ? keys : 0;
		if (off > 252 || (void *)(b + 4) > end)
			return 0;
		len = 4 + (b[3] & 0x1f) * 4;
		if (w[0] == bpf_htons(GENEVE_OPT_CLASS_OVN) &&
		    b[2] == GENEVE_OPT_TYPE_OVN) {
			if (len != 8 || (void *)(b + 8) > end)
				return 0;
			keys = bpf_ntohl(be16_pair(w + 2));
		} else if (b[2] & GENEVE_OPT_CRITICAL) {
			return 0;
		}
		off = FORGET(f, off + len) & 0x1ff; /* 252 + 128 at most */
		keys = FORGET(f, keys);
	}
	return 0;
}

/* Whom a chassis' frames come from, in one word. */
static __always_inline void tunnel_hear(__u32 chassis, const __u8 *mac,
					__be32 ip)
{
	struct heard_val *h = bpf_map_lookup_elem(&heard, &chassis);
	__u64 now = (__u64)(ip >> 16) << 48;

	if (!h || mac_is_multicast(mac))
		return;
	mac_copy(&now, mac);
	if (READ_ONCE(*(__u64 *)h) != now)
		WRITE_ONCE(*(__u64 *)h, now);
}

/* Reads the outer headers of a frame f->len bytes long.  Enum tunnel_result,
 * or a drop reason.  is_gso: lengths are of the segments to come. */
static __always_inline int geneve_parse(struct flow *f, void *p, void *end,
					bool is_gso)
{
	struct eth_view *eth = p;
	struct ip4_view *ip = (void *)(eth + 1);
	__be16 *udp = (void *)(ip + 1), *geneve = udp + 4;
	struct encap_ip_key ckey = {};
	struct encap_ip_val *from;
	__u32 zero = 0, tot_len, opt_len, keys;
	struct config *c;
	__u8 *b;

	if ((void *)(geneve) > end || eth->type != bpf_htons(ETH_P_IP) ||
	    ip->proto != IPPROTO_UDP)
		return TUNNEL_NOT_OURS;
	c = bpf_map_lookup_elem(&config, &zero);
	if (!c || be16_pair(ip->dst) != ip4_load(c->encap_ip))
		return TUNNEL_NOT_OURS;
	if (ip->frag & bpf_htons(IP_OFFSET))
		return TUNNEL_NOT_OURS; /* no ports in it; the stack's */
	/* With IP options: never from OVN, but only Geneve is ours to drop. */
	if (ip->ver_ihl != 0x45)
		udp = (void *)ip + (ip->ver_ihl & 0xf) * 4;
	if ((void *)(udp + 4) > end)
		return TUNNEL_NOT_OURS;
	if (udp[1] != bpf_htons(GENEVE_UDP_PORT))
		return TUNNEL_NOT_OURS;
	if (ip->ver_ihl != 0x45 || ip->frag & bpf_htons(IP_MF))
		return -DROP_TUNNEL_MALFORMED;
	*(__be32 *)ckey.ip = be16_pair(ip->src);
	from = bpf_map_lookup_elem(&encap_ip, &ckey);
	if (!from)
		return -DROP_TUNNEL_CHASSIS;
	tunnel_hear(from->chassis, eth->src, *(__be32 *)ckey.ip);
	b = (__u8 *)geneve;
	if ((void *)(b + 8) > end)
		return -DROP_TUNNEL_MALFORMED;
	opt_len = (b[0] & 0x3f) * 4;
	f->outer_len = GENEVE_BASE + 8 + opt_len;
	tot_len = bpf_ntohs(ip->tot_len);
	if (b[0] >> 6 || geneve[1] != bpf_htons(0x6558))
		return -DROP_TUNNEL_MALFORMED;
	if (!is_gso && (tot_len + ETH_HLEN > f->len ||
			bpf_ntohs(udp[2]) + IP_HLEN != tot_len))
		return -DROP_TUNNEL_MALFORMED;
	if (!is_gso)
		f->len = tot_len + ETH_HLEN;
	if (f->outer_len + ETH_HLEN > f->len)
		return -DROP_TUNNEL_MALFORMED;
	keys = geneve_find_option(f, b + 8, end, opt_len);
	if (!keys || keys >> 31)
		return -DROP_TUNNEL_OPTION;
	f->datapath = (__u32)b[4] << 16 | b[5] << 8 | b[6];
	f->inport = keys >> 16;
	f->outport = keys & 0xffff;
	f->len -= f->outer_len;
	f->counter_in = COUNTER_CHASSIS_RX(from->chassis);
	return TUNNEL_OURS;
}

/* A guest with unknown addresses spoke: remember its MAC here, too. */
static __always_inline void tunnel_learn_fdb(const struct flow *f)
{
	struct port_key key = {.datapath = f->datapath, .port = f->inport};
	struct port_val *val = bpf_map_lookup_elem(&port, &key);

	if (val && val->policy.flags & PORT_F_LEARN &&
	    !mac_is_multicast(f->eth_src))
		fdb_learn(f, f->datapath, f->eth_src, f->inport);
}

/* An ARP request for a router's address, sent to every chassis: its routers
 * learn the asker as they would from an SB MAC_Binding, and are silent. */
static __always_inline void tunnel_learn_request(struct flow *f)
{
	struct arp_key key = {.datapath = f->datapath};
	struct port_key pkey = {.datapath = f->datapath};
	struct port_val *p;
	struct arp_val *val;

	*(__be32 *)key.ip = f->dst.ip4;
	val = bpf_map_lookup_elem(&arp, &key);
	if (!val || val->kind != ARP_ROUTER)
		return;
	pkey.port = val->port;
	p = bpf_map_lookup_elem(&port, &pkey);
	if (p)
		lr_learn(f, p->peer_datapath, p->peer_port);
}

/* The keys are those of a datapath: its ingress port names the sender. */
static __always_inline void tunnel_note_place(struct flow *f)
{
	f->start.in_datapath = f->datapath;
	f->start.in_port = f->inport;
}

/* The egress half for the inner packet.  V_DELIVER, V_FLOOD (local members
 * only), V_CONSUMED, V_NEXT (a gateway router: the pipeline goes on with the
 * flow's datapath, inport and stage) or a drop reason. */
__noinline int tunnel_input(struct flow *f)
{
	struct datapath_key dkey = {};
	struct port_key key = {};
	struct port_val *to;
	int ret;

	if (!f)
		return -DROP_TUNNEL_MALFORMED;
	TRACE(f, TUNNEL_IN, f->datapath, f->inport, f->outport);
	if (f->inport == f->outport)
		return -DROP_TUNNEL_SAME_PORT;
	key.datapath = f->datapath;
	key.port = f->outport;
	to = f->outport < OVN_MC_FLOOD ? bpf_map_lookup_elem(&port, &key) : 0;
	if (!to) {
		dkey.datapath = f->datapath;
		if (!bpf_map_lookup_elem(&datapath, &dkey))
			return -DROP_TUNNEL_VNI;
		tunnel_note_place(f);
		if (f->outport < OVN_MC_FLOOD)
			return -DROP_TUNNEL_PORT;
		tunnel_learn_fdb(f);
		if (f->eth_type == ETH_P_ARP && f->arp_op == ARPOP_REQUEST &&
		    (f->outport == OVN_MC_FLOOD ||
		     f->outport == OVN_MC_FLOOD_L2))
			tunnel_learn_request(f);
		f->group = f->outport;
		return V_FLOOD;
	}
	tunnel_note_place(f);
	if (to->policy.flags & PORT_F_FDB_SWITCH)
		tunnel_learn_fdb(f);
	if (to->kind == PORT_GATEWAY && to->chassis == chassis_own()) {
		if (to->policy.flags & PORT_F_DISABLED)
			return -DROP_PORT_DISABLED;
		lr_enter(f,
			 mac_equal(f->eth_dst, to->policy.security_mac) ?
				 to->policy.flags :
				 0,
			 to->peer_datapath, to->peer_port);
		return V_NEXT;
	}
	if (to->kind == PORT_ROUTER && f->eth_type == ETH_P_ARP) {
		lr_learn(f, to->peer_datapath, to->peer_port);
		return V_CONSUMED;
	}
	if (to->kind != PORT_VIF || to->chassis != chassis_own())
		return -DROP_TUNNEL_NOT_LOCAL;
	if (to->policy.flags & PORT_F_DISABLED)
		return -DROP_PORT_DISABLED;
	if (!to->ifindex)
		return -DROP_PORT_NOT_BOUND;
	if (to->policy.flags & PORT_F_LB)
		ls_unlb(f, f->outport);
	ret = port_sec_out(f, f->outport, &to->policy);
	TRACE(f, PORT_SEC_OUT, f->outport, -ret, 0);
	if (ret)
		return ret;
	f->ifindex = to->ifindex;
	f->counter_out = port_counter_out(to);
	if (to->policy.flags & PORT_F_PEER)
		f->flags |= FLOW_PEER;
	/* Nothing here has to see the next one like it (arrival.h). */
	f->cache = !(to->policy.flags & (PORT_F_LB | PORT_F_FDB_SWITCH));
	return V_DELIVER;
}

/* What XDP hands to TC in front of the inner frame.  The same for every
 * packet of a flow, or GRO would not merge them. */
struct tunnel_meta {
	__u32 ifindex;
	__u32 is_peer;
};

#endif /* XOVN_BPF_TUNNEL_H */
