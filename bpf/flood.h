/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies for the members of a group (TC): a clone for each VIF of this host,
 * one Geneve copy for each other chassis that has members.  The order
 * matters: local clones first, because encapsulation changes the packet for
 * good.
 */
#ifndef XOVN_BPF_FLOOD_H
#define XOVN_BPF_FLOOD_H

#include "encap.h"
#include "router.h"
#include "stats.h"

struct flood_state {
	struct __sk_buff *skb;
	struct flow *f;
	struct member_key member;
	__u32 failed; /* 0 or 1 */
	__u32 first; /* chassis */
};

/* number: counter of what it leaves by, 0: none.  chassis: 0: this one. */
static __always_inline void flood_clone(struct flood_state *s, __u32 ifindex,
					__u32 number, __u32 chassis)
{
	if (clone_to(s->skb, s->f, ifindex, chassis))
		s->failed = 1; /* a count would never let the verifier end */
	else
		count(number, s->f->len);
	s->f->flags |= FLOW_COPIED;
}

/* A copy that does not leave is a drop of its own, at its port. */
static __always_inline void flood_drop(struct flood_state *s, __u32 id,
				       int reason)
{
	s->f->outport = id;
	drop_count(s->f, reason, s->f->len);
	s->f->flags |= FLOW_COPIED;
}

/* A physical network: with the tag on for the time of the copy. */
static __always_inline void flood_localnet(struct flood_state *s, __u32 id,
					   const struct port_val *val)
{
	__u32 ifindex = val->ifindex, number = port_counter_out(val);
	bool is_tagged = val->vlan;

	/* The kernel would let four bytes too many out. */
	if (check_size(s->skb, s->f, ifindex, 0, s->skb->gso_size)) {
		flood_drop(s, id, DROP_TOO_BIG);
		return;
	}
	if (is_tagged &&
	    bpf_skb_vlan_push(s->skb, bpf_htons(val->vlan_type), val->vlan)) {
		s->failed = 1;
		return;
	}
	flood_clone(s, ifindex, number, 0);
	if (is_tagged)
		bpf_skb_vlan_pop(s->skb);
}

/* The port of member i, NULL where it is the packet's own. */
static __always_inline struct port_val *
flood_port(__u32 i, struct flood_state *s, __u32 *id)
{
	struct port_key key = {.datapath = s->member.datapath};
	struct member_val *m;

	s->member.index = i;
	m = bpf_map_lookup_elem(&member, &s->member);
	if (!m || m->id == s->f->inport)
		return 0;
	*id = m->id;
	key.port = m->id;
	return bpf_map_lookup_elem(&port, &key);
}

static long flood_vif(__u32 i, struct flood_state *s)
{
	__u32 id = 0;
	struct port_val *val = flood_port(i, s, &id);

	if (!val || !val->ifindex)
		return 0;
	if (val->kind == PORT_LOCALNET)
		flood_localnet(s, id, val);
	else if (port_sec_out(s->f, id, &val->policy))
		flood_drop(s, id, DROP_PORT_SEC_OUT);
	else
		flood_clone(s, val->ifindex, port_counter_out(val), 0);
	return 0;
}

static long flood_learn(__u32 i, struct flood_state *s)
{
	__u32 id = 0;
	struct port_val *val = flood_port(i, s, &id);

	if (!val || (val->kind != PORT_ROUTER && val->kind != PORT_GATEWAY))
		return 0;
	lr_learn(s->f, val->peer_datapath, val->peer_port);
	s->f->flags |= FLOW_COPIED;
	return 0;
}

static long flood_chassis(__u32 i, struct flood_state *s)
{
	struct outer_view *o;
	struct member_val *m;
	struct tunnel_val *t;
	__u32 ifindex;

	s->member.index = i;
	m = bpf_map_lookup_elem(&member, &s->member);
	if (!m)
		return 0;
	t = tunnel_find(m->id);
	if (!t) {
		s->failed = 1;
		return 0;
	}
	o = CTX_DATA(s->skb);
	if ((void *)(o + 1) > CTX_DATA_END(s->skb))
		return 1;
	outer_write_address(o, t, m->id);
	ifindex = t->ifindex;
	flood_clone(s, ifindex, COUNTER_CHASSIS_TX(m->id), m->id);
	return 0;
}

/* The first member that can be reached: its headers go on first. */
static long flood_find(__u32 i, struct flood_state *s)
{
	struct member_val *m;

	s->member.index = i;
	m = bpf_map_lookup_elem(&member, &s->member);
	if (!m || !tunnel_find(m->id))
		return 0;
	s->first = m->id;
	return 1;
}

/* V_FLOOD_ROUTER with the router on another chassis: its own copy, by its
 * own key; then the group's key again. */
static __always_inline void flood_to_router(struct flood_state *s, __u32 group)
{
	struct tunnel_val *t = tunnel_find(s->f->copy_chassis);
	struct outer_view *o = CTX_DATA(s->skb);
	__u32 ifindex;

	if (!t || (void *)(o + 1) > CTX_DATA_END(s->skb)) {
		s->failed = 1;
		return;
	}
	outer_write_address(o, t, s->f->copy_chassis);
	o->geneve[7] = bpf_htons(s->f->copy_outport);
	ifindex = t->ifindex;
	flood_clone(s, ifindex, COUNTER_CHASSIS_TX(s->f->copy_chassis),
		    s->f->copy_chassis);
	o = CTX_DATA(s->skb);
	if ((void *)(o + 1) <= CTX_DATA_END(s->skb))
		o->geneve[7] = bpf_htons(group);
}

/* A Geneve copy to each chassis of a group; the packet is of no more use. */
__noinline int flood_remote(struct __sk_buff *skb, struct flow *f,
			    const struct group_key *g,
			    const struct encap_keys *k)
{
	struct flood_state s = {.skb = skb, .f = f};
	struct group_val *members;
	struct group_key key;
	struct tunnel_val *t;
	__u32 n = 0;
	int ret;

	if (!f || !g || !k)
		return 0;
	key = *g; /* Linux 6.1 takes no argument memory as a key */
	f->outport = key.group; /* what a lost copy is lost for */
	members = bpf_map_lookup_elem(&group, &key);
	if (members)
		n = members->n_chassis;
	if (!n && !f->copy_chassis)
		return 0;
	s.member.datapath = g->datapath;
	s.member.group = g->group;
	s.member.kind = MEMBER_CHASSIS;
	s.first = f->copy_chassis;
	if (n)
		bpf_loop(n, flood_find, &s, 0);
	t = tunnel_find(s.first);
	if (!t)
		return -DROP_NO_TUNNEL;
	ret = check_size(skb, f, t->ifindex, ENCAP_MTU_COST, skb->gso_size);
	if (ret)
		return -DROP_TOO_BIG;
	ret = encap_push(skb, f, k, s.first);
	if (ret < 0)
		return ret;
	if (f->copy_chassis)
		flood_to_router(&s, k->outport);
	if (n)
		bpf_loop(n, flood_chassis, &s, 0);
	return s.failed ? -DROP_REDIRECT_FAILED : 0;
}

/* Copies to the VIFs of this host, and what routers learn from an ARP
 * broadcast.  Number of VIF members, or a drop reason. */
__noinline int flood_local(struct __sk_buff *skb, struct flow *f)
{
	struct flood_state s = {.skb = skb, .f = f};
	struct group_key g = {};
	struct group_val *members;
	__u32 n_vif, n_router;

	if (!f)
		return 0;
	g.datapath = f->datapath;
	g.group = f->group;
	f->outport = f->group; /* as in flood_remote() */
	members = bpf_map_lookup_elem(&group, &g);
	if (!members)
		return -DROP_NO_MEMBERS;
	n_vif = members->n_vif;
	n_router = members->n_router;
	s.member.datapath = f->datapath;
	s.member.group = f->group;
	s.member.kind = MEMBER_ROUTER;
	if (f->eth_type == ETH_P_ARP && n_router)
		bpf_loop(n_router, flood_learn, &s, 0);
	s.member.kind = MEMBER_VIF;
	if (n_vif)
		bpf_loop(n_vif, flood_vif, &s, 0);
	return s.failed ? -DROP_REDIRECT_FAILED : 0;
}

/* What flood_local() and flood_remote() found, ret; where that is nobody, not
 * even to be dropped: a drop. */
static __always_inline int flood_verdict(const struct flow *f, int ret)
{
	return ret || f->flags & FLOW_COPIED ? ret : -DROP_NO_MEMBERS;
}

/* V_FLOOD: local, then remote copies of a packet from this host. */
static __always_inline int emit_flood(struct __sk_buff *skb, struct flow *f)
{
	struct group_key g = {.datapath = f->datapath, .group = f->group};
	struct encap_keys k = {.datapath = f->datapath,
			       .inport = f->inport,
			       .outport = f->group};
	int local, remote;

	local = flow_rewrite(skb, f);
	if (local)
		return local;
	flow_count(f);
	local = flood_local(skb, f);
	remote = flood_remote(skb, f, &g, &k);
	return flood_verdict(f, local ? local : remote);
}

/* V_SHARE_ARP: the reply ended here, but another chassis may have asked. */
static __always_inline int emit_share(struct __sk_buff *skb, struct flow *f)
{
	struct group_key g = {.datapath = f->datapath, .group = OVN_MC_FLOOD};
	struct encap_keys k = {.datapath = f->ls_datapath,
			       .inport = f->ls_inport,
			       .outport = f->outport};

	if (f->flags & FLOW_FROM_ROUTER)
		return 0;
	return flood_remote(skb, f, &g, &k);
}

#endif /* XOVN_BPF_FLOOD_H */
