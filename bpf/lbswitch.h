/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Load balancers of a logical switch: ls_in_lb and ls_in_hairpin where a
 * client's packet enters the switch, ls_out_stateful where the answer leaves
 * it to the client.  The zone is the client's port.
 */
#ifndef XOVN_BPF_LBSWITCH_H
#define XOVN_BPF_LBSWITCH_H

#include "ct_new.h"
#include "lb.h"
#include "track.h"

/* Client and backend are one port: straight back to it. */
static __always_inline void ls_hairpin(struct flow *f)
{
	__u8 mac[6];

	mac_copy(mac, f->eth_src);
	mac_copy(f->eth_src, f->eth_dst);
	mac_copy(f->eth_dst, mac);
	f->changed |= CHANGE_ETH;
	f->outport = f->inport;
	TRACE(f, HAIRPIN, f->inport, 0, 0);
	f->flags |= FLOW_LOOPBACK;
	f->stage = STAGE_LS_OUTPUT;
}

/* Not only the connection says where a switch takes a packet, its MACs do. */
static __always_inline __u16 ls_entry(const struct flow *f)
{
	const __u8 *d = f->eth_dst, *s = f->eth_src;
	__u32 mix = d[0] | d[1] << 8 | d[2] << 16;

	mix = mix * 0x9e3779b1 ^ (d[3] | d[4] << 8 | d[5] << 16);
	mix = mix * 0x85ebca6b ^ (s[0] | s[1] << 8 | s[2] << 16);
	mix = mix * 0xc2b2ae35 ^ (s[3] | s[4] << 8 | s[5] << 16);
	mix *= 0x9e3779b1;
	return mix >> 16;
}

static __always_inline int ls_lb_new(struct flow *f)
{
	__be32 hairpin_ip;
	struct ct_new n = {.flags = CT_F_DNAT};
	int ret;

	f->ct_entry = ls_entry(f);
	ret = lb_balance(f);
	if (ret != V_CONSUMED)
		return ret;
	hairpin_ip = f->nat.src;
	flow_tuple(f, &n.to);
	if (n.to.dst == n.to.src) {
		n.to.src = hairpin_ip;
		n.flags |= CT_F_SNAT;
	}
	ct_key_set(&n.orig, &f->in, f->proto, f->datapath, f->inport);
	ret = ct_create(f, &n);
	if (ret)
		return ret;
	f->nat.src = n.to.src;
	f->ct_ttl = f->ttl;
	track_source(f);
	if (n.flags & CT_F_SNAT)
		ls_hairpin(f);
	return V_NEXT;
}

/* STAGE_LS_LB, from a VIF of the switch: V_NEXT, mostly to STAGE_LS; a
 * verdict or drop reason. */
__noinline int ls_lb(struct flow *f)
{
	struct vip_key key = {};
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	f->stage = STAGE_LS;
	if (f->eth_type != ETH_P_IP)
		return V_NEXT;
	key.datapath = f->datapath;
	*(__be32 *)key.ip = f->dst.ip4;
	if (f->flags & FLOW_INNER) /* an error about a backend's answer */
		*(__be32 *)key.ip = f->inner.src;
	if (!bpf_map_lookup_elem(&vip, &key))
		return V_NEXT;
	flow_tuple(f, &f->in);
	f->lb = 0;
	f->rule_dnat = 0;
	f->rule_snat = 0;
	ret = ct_track(f, f->inport, ls_entry(f));
	if (ret == V_CONSUMED || ret == V_NEXT)
		track_pass(f);
	if (ret == V_NEXT) {
		bool is_hairpin = f->nat.src != f->src.ip4;

		track_source(f);
		if (is_hairpin && !(f->flags & FLOW_INNER))
			ls_hairpin(f);
		return V_NEXT;
	}
	if (ret == V_CONSUMED)
		return f->stage; /* an action's verdict */
	if (ret == CT_MISS) {
		TRACE(f, CT_MISS, 0, 0, f->inport);
		ret = f->flags & FLOW_INNER ? V_NEXT : ls_lb_new(f);
	}
	if (ret != CT_AGAIN)
		return ret;
	/* Until the other CPU is done with the connection. */
	flow_set_tuple(f, &f->in);
	f->stage = STAGE_LS_LB;
	return V_NEXT;
}

/* To a VIF of a switch with load balancers: an answer comes from the VIP. */
__noinline int ls_unlb(struct flow *f, __u32 portkey)
{
	if (!f || f->eth_type != ETH_P_IP)
		return 0;
	f->flags |= FLOW_SLOW;
	if (ct_track(f, portkey, portkey) == V_NEXT) {
		track_pass(f);
		track_source(f);
	}
	/* This look-up is due for each packet: no action. */
	f->ct_record = 0;
	return 0;
}

#endif /* XOVN_BPF_LBSWITCH_H */
