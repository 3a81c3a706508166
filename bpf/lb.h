/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Load balancers (ovn-nb(5) "Load_Balancer", stages ls_in_lb and lr_in_dnat):
 * a backend for a new connection.  The choice is by Maglev from the packet
 * alone, so that two gateways choose alike.
 */
#ifndef XOVN_BPF_LB_H
#define XOVN_BPF_LB_H

#include "ct.h"
#include "../maps/nat.h"

/* selection_fields, or the 5-tuple. */
static __always_inline __u32 lb_hash(const struct flow *f, __u32 fields)
{
	__u64 a = 0, b = 0;

	if (!(fields & LB_F_BY_FIELDS))
		return f->hash;
	if (fields & LB_F_BY_IP_SRC)
		a ^= f->src.ip4;
	if (fields & LB_F_BY_IP_DST)
		a ^= (__u64)f->dst.ip4 << 32;
	if (fields & LB_F_BY_TP_SRC)
		b ^= f->sport;
	if (fields & LB_F_BY_TP_DST)
		b ^= (__u64)f->dport << 16;
	if (fields & LB_F_BY_ETH_SRC)
		b ^= (__u64) * (const __u32 *)(f->eth_src + 2) << 32;
	if (fields & LB_F_BY_ETH_DST)
		a ^= (__u64) * (const __u32 *)(f->eth_dst + 2) * 0x9e3779b1;
	a = (a ^ b * 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
	return a >> 32;
}

/* Slot of a Maglev table to its entry. */
static __always_inline __u32 maglev_choose(__u32 id, __u32 n_slots, __u32 hash)
{
	struct maglev_key key = {.id = id};
	struct maglev_val *val;
	__u32 slot;

	if (!n_slots)
		return 0;
	/* The upper bits are the better ones, and no division is needed. */
	slot = (__u64)hash * n_slots >> 32;
	key.chunk = slot / MAGLEV_CHUNK;
	val = bpf_map_lookup_elem(&maglev, &key);
	return val ? val->index[slot % MAGLEV_CHUNK] : 0;
}

/* The service at the packet's destination, or NULL. */
static __always_inline struct lb_val *lb_find(const struct flow *f)
{
	struct vip_key vkey = {.datapath = f->datapath};
	struct lb_key key = {.datapath = f->datapath};
	struct lb_val *val = 0;
	struct vip_val *v;

	*(__be32 *)vkey.ip = f->dst.ip4;
	v = bpf_map_lookup_elem(&vip, &vkey);
	if (!v)
		return 0;
	*(__be32 *)key.ip = f->dst.ip4;
	if (v->flags & VIP_F_PORTS && proto_has_ports(f->proto)) {
		key.port = f->dport;
		key.proto = f->proto;
		val = bpf_map_lookup_elem(&lb, &key);
	}
	if (!val && v->flags & VIP_F_ANY_PORT) {
		key.port = 0;
		key.proto = 0;
		val = bpf_map_lookup_elem(&lb, &key);
	}
	return val;
}

#define AFFINITY_SEARCH 256 /* backends looked through for the client's last */

struct affinity_search {
	struct backend_key key;
	__be32 ip;
	__u32 port;
	__u32 is_found;
};

static long affinity_compare(__u32 i, struct affinity_search *s)
{
	struct backend_val *b;

	s->key.index = i;
	b = bpf_map_lookup_elem(&backend, &s->key);
	if (!b || ip4_load(b->ip) != s->ip || b->port != s->port)
		return 0;
	s->is_found = 1;
	return 1;
}

/* affinity_timeout: the backend that the client had, while it is one. */
__noinline int lb_affinity(struct flow *f, __u32 id, __u32 n_backends)
{
	struct affinity_key key = {.id = id};
	struct affinity_search s = {.key.id = id};
	struct affinity_val *val;

	if (!f)
		return 0;
	key.datapath = f->datapath;
	*(__be32 *)key.client = f->src.ip4;
	val = bpf_map_lookup_elem(&affinity, &key);
	if (!val || (__s32)(val->expires - flow_now(f)) <= 0)
		return 0;
	s.ip = ip4_load(val->ip);
	s.port = val->port;
	if (n_backends > AFFINITY_SEARCH)
		n_backends = AFFINITY_SEARCH;
	bpf_loop(n_backends, affinity_compare, &s, 0);
	return s.is_found ? s.key.index + 1 : 0;
}

static __always_inline void affinity_note(struct flow *f,
					  const struct lb_val *l,
					  const struct backend_val *b,
					  __be32 client)
{
	struct affinity_key key = {.datapath = f->datapath, .id = l->id};
	struct affinity_val val = {.port = b->port};

	*(__be32 *)key.client = client;
	*(__be32 *)val.ip = ip4_load(b->ip);
	val.expires = flow_now(f) + l->affinity_timeout;
	bpf_map_update_elem(&affinity, &key, &val, BPF_ANY);
}

/* No backend: RST for TCP, else unreachable, as from the VIP itself. */
static __always_inline int lb_refuse(struct flow *f, const struct lb_val *l)
{
	if (!(l->flags & LB_F_REJECT) || f->flags & FLOW_FRAGMENT)
		return -DROP_LB_NO_BACKEND;
	if (f->proto == IPPROTO_TCP)
		return V_TCP_RST;
	f->ip_error_src = f->dst.ip4;
	f->icmp_type = ICMP_DEST_UNREACH;
	f->icmp_code = f->proto == IPPROTO_UDP ? ICMP_PORT_UNREACH :
						 ICMP_HOST_UNREACH;
	f->icmp_ttl = ROUTER_TTL_REPLY;
	return V_ICMP_ERROR;
}

/* A new connection: V_NEXT: to no VIP; V_CONSUMED: f->dst, dport and
 * FLOW_LBED are set; or what refuses it. */
__noinline int lb_balance(struct flow *f)
{
	struct backend_key key = {};
	struct backend_val *b;
	struct lb_val *l;
	int last;

	if (!f)
		return -DROP_LB_NO_BACKEND;
	l = lb_find(f);
	if (!l)
		return V_NEXT;
	if (!ct_may_begin(f))
		return -DROP_CT_INVALID;
	if (!l->n_backends) {
		TRACE(f, LB_REFUSE, l->id, l->flags, 0);
		return lb_refuse(f, l);
	}
	key.id = l->id;
	last = l->affinity_timeout ? lb_affinity(f, l->id, l->n_backends) : 0;
	key.index =
		last ? last - 1 :
		       maglev_choose(l->id, l->n_slots, lb_hash(f, l->flags));
	b = bpf_map_lookup_elem(&backend, &key);
	if (!b)
		return -DROP_LB_NO_BACKEND;
	if (l->affinity_timeout)
		affinity_note(f, l, b, f->src.ip4);
	f->lb = l->id;
	f->rule_dnat = l->counter;
	f->dst.ip4 = ip4_load(b->ip);
	if (b->port)
		flow_set_dport(f, b->port);
	TRACE(f, LB, l->id, key.index, !!last);
	f->flags |= FLOW_LBED;
	if (l->flags & LB_F_SKIP_SNAT)
		f->flags |= FLOW_SKIP_SNAT;
	f->nat.src = l->flags & LB_F_HAIRPIN_IP ? ip4_load(l->hairpin_snat_ip) :
						  f->in.dst;
	f->changed |= CHANGE_NAT;
	return V_CONSUMED;
}

#endif /* XOVN_BPF_LB_H */
