/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the last packet of a connection went, kept in its record: the next
 * one that comes in the same way needs no other look-up.  An action holds
 * while nothing in the maps has changed (config's generation, and epoch for
 * what BPF learned), and for some seconds, so that the tables see now and
 * then what is in use.
 */
#ifndef XOVN_BPF_ACTION_H
#define XOVN_BPF_ACTION_H

#include "ct.h"
#include "../maps/l3.h"

#define ACTION_SECONDS 10

/* struct ct_action.kind: a verdict, and flags. */
#define ACTION_VERDICT 0x0f
#define ACTION_PEER 0x10
#define ACTION_NATIVE 0x20
#define ACTION_LOCALNET 0x40
#define ACTION_8021AD 0x80

static __always_inline __u8 action_kind(const struct flow *f, int verdict)
{
	__u8 kind = verdict;

	if (f->flags & FLOW_PEER)
		kind |= ACTION_PEER;
	if (f->flags & FLOW_NATIVE)
		kind |= ACTION_NATIVE;
	if (f->flags & FLOW_LOCALNET)
		kind |= ACTION_LOCALNET;
	if (f->vlan_type == ETH_P_8021AD)
		kind |= ACTION_8021AD;
	return kind;
}

/* The same, back. */
static __always_inline void action_flags(struct flow *f, __u8 kind)
{
	f->vlan_type = kind & ACTION_8021AD ? ETH_P_8021AD : ETH_P_8021Q;
	f->flags |= FLOW_CACHED | FLOW_LOOPBACK;
	if (kind & ACTION_PEER)
		f->flags |= FLOW_PEER;
	if (kind & ACTION_NATIVE)
		f->flags |= FLOW_NATIVE;
	if (kind & ACTION_LOCALNET)
		f->flags |= FLOW_LOCALNET;
}

static __always_inline void epoch_advance(void)
{
	__u32 zero = 0;
	struct epoch_val *e = bpf_map_lookup_elem(&epoch, &zero);

	if (e)
		__sync_fetch_and_add(&e->count, 1);
}

/* Of all maps as they are now.  Read before any of them is asked: what
 * changes on a packet's way makes its action void. */
static __always_inline __u32 generation_now(const struct config *c)
{
	__u32 zero = 0;
	struct epoch_val *e = bpf_map_lookup_elem(&epoch, &zero);

	return c->generation + (e ? READ_ONCE(e->count) : 0);
}

/* The same for the flow's record: an action that was on its way into it when
 * it changed hands does not hold.  Not 0. */
static __always_inline __u32 action_generation(const struct flow *f)
{
	__u32 sum = f->ct_seq * 0x9e3779b1 + f->generation;

	return sum ? sum : 1;
}

/* The flow's way out by an action.  false: the tables have to say. */
static __always_inline bool action_apply(struct flow *f, const struct ct_val *v,
					 __u32 dir, __u16 entry)
{
	const struct ct_action *a = &v->action[dir & 1];
	__u32 generation = action_generation(f);
	struct ct_action copy;

	if (READ_ONCE(a->generation) != generation || a->entry != entry ||
	    (__u16)(f->now - a->stamp) > ACTION_SECONDS || f->ttl <= a->ttl)
		return false;
	barrier();
	copy = *a;
	f->action_route[0] = a->counter_route[0];
	f->action_route[1] = a->counter_route[1];
	f->action_out = a->counter_out;
	barrier();
	if (READ_ONCE(a->generation) != generation)
		return false;
	f->datapath = copy.datapath;
	f->inport = copy.inport;
	f->outport = copy.outport;
	f->ifindex = copy.target; /* or chassis */
	mac_copy(f->eth_dst, copy.eth_dst);
	mac_copy(f->eth_src, copy.eth_src);
	f->ttl -= copy.ttl;
	f->counter_route[0] = f->action_route[0];
	f->counter_route[1] = f->action_route[1];
	f->n_routes = f->action_route[1] ? 2 : !!f->action_route[0];
	f->counter_out = f->action_out;
	f->vlan = copy.vlan;
	action_flags(f, copy.kind);
	f->changed |= CHANGE_ETH | CHANGE_TTL;
	f->stage = copy.kind & ACTION_VERDICT;
	return true;
}

/* Notes a decision, V_DELIVER or V_TUNNEL, for the connection's next packet.
 * The record must still be the connection's; another CPU may note the same
 * at the same time, with the same values. */
static __always_inline void action_note(struct flow *f, int verdict)
{
	__u32 at = f->ct_record - 1;
	struct ct_val *v = bpf_map_lookup_elem(&ct, &at);
	struct ct_action *a;

	if (!v || READ_ONCE(v->seq) != f->ct_seq || f->n_routes > ACTION_ROUTES)
		return;
	a = &v->action[f->ct_dir & 1];
	WRITE_ONCE(a->generation, 0);
	barrier();
	a->target = f->ifindex;
	a->datapath = f->datapath;
	a->inport = f->inport;
	a->outport = f->outport;
	a->entry = f->ct_entry;
	a->stamp = f->now;
	mac_copy(a->eth_dst, f->eth_dst);
	mac_copy(a->eth_src, f->eth_src);
	a->vlan = f->vlan;
	a->counter_route[0] = f->n_routes > 0 ? f->counter_route[0] : 0;
	a->counter_route[1] = f->n_routes > 1 ? f->counter_route[1] : 0;
	a->counter_out = f->counter_out;
	a->ttl = f->ct_ttl - f->ttl;
	a->kind = action_kind(f, verdict);
	barrier();
	/* What changed while this packet was on its way is newer. */
	WRITE_ONCE(a->generation, action_generation(f));
}

#endif /* XOVN_BPF_ACTION_H */
