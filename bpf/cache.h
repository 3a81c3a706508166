/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the last packet of a flow from a guest went, of those that no
 * connection stands for (action.h has these): however many routers are in
 * between, the next one costs one look-up.
 *
 * A table of each CPU's own, small enough for its cache, in which a flow has
 * one place.  What is noted holds while nothing in the maps has changed
 * (generation_now()), and for some seconds, so that the tables see now and then
 * what is in use.  The tables are right alone: a miss costs a miss, no more.
 */
#ifndef XOVN_BPF_CACHE_H
#define XOVN_BPF_CACHE_H

#include "action.h"
#include "flow_cache.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CACHE_FLOWS);
	__type(key, __u32);
	__type(value, struct cache_val);
} flow_cache SEC(".maps");

/* The addresses are those it came with: only MACs can have changed. */
static __always_inline void cache_key_set(const struct flow *f,
					  struct cache_key *k)
{
	k->datapath = f->start.datapath;
	k->inport = f->start.inport;
	mac_copy(k->eth_dst, f->cache_eth_dst);
	mac_copy(k->eth_src, f->cache_eth_src);
	k->proto = f->proto;
	k->pad = 0;
	*(__be32 *)k->src = f->src.ip4;
	*(__be32 *)k->dst = f->dst.ip4;
	k->sport = f->sport;
	k->dport = f->dport;
}

static __always_inline bool cache_key_is(const struct cache_key *k,
					 const struct flow *f)
{
	return k->datapath == f->start.datapath &&
	       ip4_load(k->src) == f->src.ip4 &&
	       ip4_load(k->dst) == f->dst.ip4 && k->sport == f->sport &&
	       k->dport == f->dport && k->proto == f->proto &&
	       k->inport == f->start.inport &&
	       mac_equal(k->eth_dst, f->eth_dst) &&
	       mac_equal(k->eth_src, f->eth_src);
}

/* Unicast IPv4 whose ports are known, and nobody watches it. */
static __always_inline bool cache_may(const struct flow *f)
{
	return f->eth_type == ETH_P_IP && !trace_on && f->stage == STAGE_LS &&
	       !mac_is_multicast(f->eth_dst) &&
	       !(f->flags & (FLOW_FRAGMENT | FLOW_L4_SHORT | FLOW_INNER));
}

/* Notes, once it is decided, where the packet went. */
static __always_inline int cache_want(struct flow *f, __u32 at,
				      __u32 generation)
{
	f->cache = at + 1;
	f->cache_generation = generation;
	mac_copy(f->cache_eth_dst, f->eth_dst);
	mac_copy(f->cache_eth_src, f->eth_src);
	return V_NEXT;
}

/* The flow's way out, if it is known: a verdict; V_NEXT: the tables have to
 * say, and then cache_note(). */
static __always_inline int cache_find(struct flow *f)
{
	struct config *c = config_find();
	__u32 at, generation;
	struct cache_val *v;

	if (!c || !cache_may(f))
		return V_NEXT;
	generation = generation_now(c);
	at = (f->hash ^ f->start.inport * 0x9e37) & (CACHE_FLOWS - 1);
	v = bpf_map_lookup_elem(&flow_cache, &at);
	if (!v)
		return V_NEXT;
	if (v->generation != generation ||
	    (__u32)bpf_jiffies64() - v->stamp > CACHE_JIFFIES)
		return cache_want(f, at, generation);
	if (!cache_key_is(&v->key, f))
		return ++v->misses > CACHE_PATIENCE ?
			       cache_want(f, at, generation) :
			       V_NEXT;
	if (f->ttl <= v->ttl)
		return V_NEXT;
	v->misses = 0;
	f->datapath = v->datapath;
	f->inport = v->inport;
	f->outport = v->outport;
	f->ifindex = v->target; /* or chassis */
	mac_copy(f->eth_dst, v->eth_dst);
	mac_copy(f->eth_src, v->eth_src);
	f->ttl -= v->ttl;
	for (int i = 0; i < CACHE_ROUTES; i++)
		f->counter_route[i] = v->counter_route[i];
	f->n_routes = v->n_routes;
	f->counter_out = v->counter_out;
	f->vlan = v->vlan;
	action_flags(f, v->kind);
	if (v->ttl)
		f->changed |= CHANGE_ETH | CHANGE_TTL;
	return v->kind & ACTION_VERDICT;
}

/* What the tables said, for the flow's next packet: of one that went as it
 * came but for MACs and TTL, and passed nothing that keeps connections. */
static __always_inline void cache_note(const struct flow *f, int verdict)
{
	__u32 at = f->cache - 1;
	struct cache_val *v;

	if (!f->cache || (verdict != V_DELIVER && verdict != V_TUNNEL) ||
	    f->generation || f->changed & ~(CHANGE_ETH | CHANGE_TTL) ||
	    f->flags & FLOW_SLOW || f->n_routes > CACHE_ROUTES || f->n_rules)
		return;
	v = bpf_map_lookup_elem(&flow_cache, &at);
	if (!v)
		return;
	cache_key_set(f, &v->key);
	v->stamp = bpf_jiffies64();
	v->misses = 0;
	v->target = f->ifindex;
	v->datapath = f->datapath;
	v->inport = f->inport;
	v->outport = f->outport;
	mac_copy(v->eth_dst, f->eth_dst);
	mac_copy(v->eth_src, f->eth_src);
	v->vlan = f->vlan;
	v->ttl = f->ttl_before - f->ttl;
	v->kind = action_kind(f, verdict);
	for (int i = 0; i < CACHE_ROUTES; i++)
		v->counter_route[i] = f->counter_route[i];
	v->n_routes = f->n_routes;
	v->counter_out = f->counter_out;
	v->generation = f->cache_generation;
}

#endif /* XOVN_BPF_CACHE_H */
