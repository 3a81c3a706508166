/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NAT rules of a gateway router, ovn-nb(5) "NAT": what a new connection's
 * destination (lr_in_dnat) and source (lr_out_snat) become.
 */
#ifndef XOVN_BPF_NAT_H
#define XOVN_BPF_NAT_H

#include "ct_new.h"
#include "lb.h"
#include "track.h"

#define SNAT_CHAIN 8 /* rules with allowed_ext_ips, each in the next one */

static __always_inline bool nat_set_has(__u32 set, __be32 ip)
{
	struct nat_set_key key = {.prefixlen = 64, .set = set};

	*(__be32 *)key.ip = ip;
	return bpf_map_lookup_elem(&nat_set, &key);
}

/* What follows from allowed_ext_ips and exempted_ext_ips. */
static __always_inline bool nat_is_for(__u32 flags, __u32 set, __be32 peer)
{
	if (flags & NAT_F_ALLOWED)
		return nat_set_has(set, peer);
	if (flags & NAT_F_EXEMPTED)
		return !nat_set_has(set, peer);
	return true;
}

/* The rule for a source that talks to the peer, or NULL.  A peer that is not
 * allowed leaves it to the next shorter prefix; one that is exempted is not
 * translated at all.  The peer is read where it is needed, behind a lookup: as a
 * value it would lie on the stack until then. */
static __always_inline struct snat_val *snat_find(__u32 datapath, __be32 src,
						  const __be32 *peer)
{
	struct snat_key key = {.prefixlen = 64, .datapath = datapath};

	*(__be32 *)key.ip = src;
	for (int i = 0; i < SNAT_CHAIN; i++) {
		struct snat_val *val = bpf_map_lookup_elem(&snat, &key);

		if (!val || nat_is_for(val->flags, val->set, *peer))
			return val;
		if (val->flags & NAT_F_EXEMPTED ||
		    val->shorter == SNAT_NO_SHORTER)
			return 0;
		key.prefixlen = 32 + val->shorter;
	}
	return 0;
}

/* Translated without a connection, which needs no ports? */
static __always_inline bool lr_is_stateless(const struct flow *f)
{
	struct nat_key key = {.datapath = f->datapath};
	struct nat_val *val;
	struct snat_val *rule;

	*(__be32 *)key.ip = f->dst.ip4;
	val = bpf_map_lookup_elem(&nat, &key);
	if (val && val->flags & NAT_F_STATELESS)
		return true;
	rule = snat_find(f->datapath, f->src.ip4, &f->dst.ip4);
	return rule && rule->flags & NAT_F_STATELESS;
}

/* lr_in_dnat: load balancers, then DNAT rules.  V_NEXT, or what refuses the
 * packet. */
static __always_inline int lr_dnat(struct flow *f, __u32 lrp_flags)
{
	struct nat_key key = {.datapath = f->datapath};
	struct nat_val *val;
	int ret;

	if (lrp_flags & LRP_F_LB) {
		ret = lb_balance(f);
		if (ret != V_NEXT)
			return ret == V_CONSUMED ? V_NEXT : ret;
	}
	*(__be32 *)key.ip = f->dst.ip4;
	val = bpf_map_lookup_elem(&nat, &key);
	if (!val || !(val->flags & NAT_F_DNAT) ||
	    !nat_is_for(val->flags, val->set, f->src.ip4))
		return V_NEXT;
	TRACE(f, DNAT, f->dst.ip4, ip4_load(val->logical_ip), val->flags);
	f->dst.ip4 = ip4_load(val->logical_ip);
	f->rule_dnat = val->counter;
	f->changed |= CHANGE_NAT;
	if (val->flags & NAT_F_STATELESS) {
		f->flags |= FLOW_STATELESS;
		f->ct_record = 0; /* as below */
		return V_NEXT;
	}
	f->flags |= FLOW_DNATED;
	if (val->port_first && proto_has_ports(f->proto) &&
	    (f->dport < val->port_first || f->dport > val->port_last))
		flow_set_dport(f, val->port_first +
					  f->hash % (val->port_last + 1u -
						     val->port_first));
	return V_NEXT;
}

/* The address that a force_snat option gives packets it applies to, 0: none;
 * a stateless rule's, too.  router_ip: the router's own on the way out. */
static __always_inline __be32 snat_forced(const struct flow *f,
					  __be32 router_ip)
{
	struct datapath_key key = {.datapath = f->datapath};
	struct router_val *val;

	if (!(f->flags & (FLOW_DNATED | FLOW_LBED | FLOW_STATELESS)))
		return 0;
	val = bpf_map_lookup_elem(&router, &key);
	if (!val)
		return 0;
	if (f->flags & FLOW_LBED)
		return val->flags & ROUTER_F_LB_FORCE_ROUTER_IP ?
			       router_ip :
			       ip4_load(val->lb_force_snat_ip);
	return val->flags & ROUTER_F_DNAT_FORCE_ROUTER_IP ?
		       router_ip :
		       ip4_load(val->dnat_force_snat_ip);
}

/* No record will count the packet's rules: those that need none. */
static __always_inline int lr_unnoted(struct flow *f)
{
	rule_pass(f, f->rule_dnat, COUNTER_RULE_ORIG);
	rule_pass(f, f->rule_snat, COUNTER_RULE_ORIG);
	return V_NEXT;
}

/* lr_out_snat for a connection that is not known, and noting it.  An entry
 * is needed where something is translated, and where a rule would hit the
 * answers: they are never translated (lr_out_undnat).  f->nat.src: the
 * address of the port it leaves by.  V_NEXT, CT_AGAIN or a drop reason. */
static __always_inline int lr_snat(struct flow *f)
{
	struct snat_val *rule = 0;
	struct ct_new n = {};
	__be32 forced;
	int ret;

	if (f->flags & (FLOW_DNATED | FLOW_LBED))
		n.flags = CT_F_DNAT;
	flow_tuple(f, &n.to);
	if (!(f->flags & FLOW_SKIP_SNAT)) {
		forced = snat_forced(f, f->nat.src);
		if (!forced)
			rule = snat_find(f->datapath, f->src.ip4, &f->dst.ip4);
		if (rule && rule->flags & NAT_F_STATELESS) {
			TRACE(f, SNAT, ip4_load(rule->external_ip), rule->flags,
			      0);
			f->src.ip4 = ip4_load(rule->external_ip);
			n.to.src = f->src.ip4;
			f->rule_snat = rule->counter;
			f->changed |= CHANGE_NAT;
			/* A connection known elsewhere on the way has no
			 * record of this: no action. */
			f->ct_record = 0;
			rule = 0;
			if (!n.flags)
				return lr_unnoted(f);
		}
		if (rule) {
			n.port_first = rule->port_first;
			n.port_last = rule->port_last;
			forced = ip4_load(rule->external_ip);
			f->rule_snat = rule->counter;
		}
		if (forced) {
			TRACE(f, SNAT, forced, rule ? rule->flags : 0, !rule);
			n.to.src = forced;
			n.flags |= CT_F_SNAT;
		}
	}
	if (!n.flags && (f->flags & FLOW_STATELESS ||
			 !snat_find(f->datapath, f->dst.ip4, &f->src.ip4)))
		return lr_unnoted(f);
	if (!ct_may_begin(f)) /* known to be right only where nothing is due */
		return n.flags ? -DROP_CT_INVALID : lr_unnoted(f);
	ct_key_set(&n.orig, &f->in, f->proto, f->datapath, 0);
	ret = ct_create(f, &n);
	if (ret)
		return ret;
	f->nat.src = n.to.src;
	if (n.flags & CT_F_SNAT || f->nat.sport != n.to.sport)
		f->changed |= CHANGE_NAT;
	f->ct_entry = f->router_inport;
	f->ct_ttl = f->ttl_in;
	track_source(f);
	return V_NEXT;
}

#endif /* XOVN_BPF_NAT_H */
