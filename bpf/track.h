/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet and its connection: the stages lr_in_unsnat, lr_in_dnat and
 * lr_out_undnat of ovn-northd(8) for connections that are known, and the
 * same for load-balanced ports of a switch.
 */
#ifndef XOVN_BPF_TRACK_H
#define XOVN_BPF_TRACK_H

#include "action.h"

#define FRAG_SECONDS 30 /* RFC 791 3.2: at most so long to wait for the rest */

/* Fragments have their ports in the first one only.  0 or a drop reason. */
static __always_inline int frag_ports(struct flow *f, __u32 port)
{
	struct frag_key key = {
		.datapath = f->datapath,
		.port = port,
		.id = f->ip_id,
		.proto = f->proto,
	};
	struct frag_val val = {}, *seen;

	*(__be32 *)key.src = f->src.ip4;
	*(__be32 *)key.dst = f->dst.ip4;
	if (f->flags & FLOW_LATER_FRAGMENT) {
		seen = bpf_map_lookup_elem(&frag, &key);
		if (!seen || (__s32)(seen->expires - flow_now(f)) <= 0)
			return -DROP_CT_FRAGMENT;
		f->sport = seen->sport;
		f->dport = seen->dport;
		return 0;
	}
	val.sport = f->sport;
	val.dport = f->dport;
	val.expires = flow_now(f) + FRAG_SECONDS;
	bpf_map_update_elem(&frag, &key, &val, BPF_ANY);
	return 0;
}

/* What a packet of the connection becomes in that direction: the turned
 * tuple of the other one. */
static __always_inline void track_translation(struct flow *f,
					      const struct ct_val *v, __u32 dir)
{
	const struct ct_tuple *other = dir == CT_DIR_ORIG ? &v->reply :
							    &v->orig;

	f->nat.src = *(const __be32 *)other->dst;
	f->nat.dst = *(const __be32 *)other->src;
	f->nat.sport = other->dport;
	f->nat.dport = other->sport;
}

/* Does it become another?  Not asked of the record's flags: they are written
 * without owning it, perhaps by a CPU that still means the one before.
 * Of its own for the stack's sake. */
__noinline int track_is_translated(const struct flow *f)
{
	struct flow_tuple t;

	if (!f)
		return 0;
	flow_tuple(f, &t);
	return f->nat.src != t.src || f->nat.dst != t.dst ||
	       f->nat.sport != t.sport || f->nat.dport != t.dport;
}

/* An ICMP error about a packet of the connection, to who sent that: its own
 * addresses where those are translated, and what it quotes, which went the
 * other way (RFC 5508 4.2).  from: the tuple it was found by. */
static __always_inline void track_related(struct flow *f,
					  const struct ct_tuple *from)
{
	f->inner.src = f->nat.dst;
	f->inner.dst = f->nat.src;
	f->inner.sport = f->nat.dport;
	f->inner.dport = f->nat.sport;
	f->dst.ip4 = f->nat.dst;
	if (f->nat.src == *(const __be32 *)from->src)
		f->nat.src = f->src.ip4;
	f->changed |= CHANGE_INNER | CHANGE_NAT;
}

/* The tuple to look for: an error is found by what it quotes, turned. */
static __always_inline void track_key(const struct flow *f, struct ct_key *key,
				      __u32 port)
{
	struct flow_tuple t;
	__u8 proto = f->proto;

	if (f->flags & FLOW_INNER) {
		t.src = f->inner.dst;
		t.dst = f->inner.src;
		t.sport = f->inner.dport;
		t.dport = f->inner.sport;
		proto = f->inner_proto;
	} else {
		flow_tuple(f, &t);
	}
	ct_key_set(key, &t, proto, f->datapath, port);
}

/* The same addresses and ports begin anew: another connection (RFC 9293
 * 3.6.1, 3.10.7.3). */
static __always_inline bool track_is_anew(const struct flow *f,
					  const struct ct_val *v, __u32 dir)
{
	return f->proto == IPPROTO_TCP && dir == CT_DIR_ORIG &&
	       (f->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN &&
	       (v->state == CT_TCP_TIME_WAIT || v->state == CT_TCP_CLOSE ||
		v->state == CT_TCP_FIN_WAIT);
}

/* By the rules of the connection that ct_track() found. */
static __always_inline void track_pass(struct flow *f)
{
	rule_pass(f, f->rule_dnat, f->ct_dir);
	rule_pass(f, f->rule_snat, f->ct_dir);
}

/* Looks the packet up in zone (f->datapath, port).  V_NEXT: known, its
 * destination is translated and f->nat has what the source will be;
 * V_CONSUMED: known, and f->stage is the verdict to act on; CT_MISS;
 * CT_AGAIN; or a drop reason.  entry: as in struct ct_action. */
__noinline int ct_track(struct flow *f, __u32 port, __u16 entry)
{
	struct config *c = config_find();
	struct ct_place place;
	__u32 record, dir, seq;
	struct ct_key key;
	struct ct_val *v;
	int ret;

	if (!f || !c)
		return CT_MISS;
	f->generation = generation_now(c);
	if (f->flags & FLOW_FRAGMENT) {
		ret = frag_ports(f, port);
		if (ret)
			return ret;
	}
	track_key(f, &key, port);
	ct_place_of(&key, c, &place);
	v = ct_find(&key, &place, &record, &dir);
	/* An error for another than who sent what it quotes is about nothing:
	 * it would get by the rules for its addresses. */
	if (!v ||
	    (f->flags & FLOW_INNER && f->dst.ip4 != *(__be32 *)key.tuple.dst))
		return CT_MISS;
	seq = READ_ONCE(v->seq);
	if (seq & 1)
		return CT_AGAIN;
	barrier();
	if (ct_is_dead(v, flow_now(f)) ||
	    (!(f->flags & FLOW_INNER) && track_is_anew(f, v, dir))) {
		ct_remove(record, seq);
		return CT_MISS;
	}
	track_translation(f, v, dir);
	f->lb = v->lb;
	f->rule_dnat = v->counter_dnat;
	f->rule_snat = v->counter_snat;
	barrier();
	/* Still the connection that was found? */
	if (!ct_is_zone(v, &key) ||
	    !ct_is_tuple(dir == CT_DIR_ORIG ? &v->orig : &v->reply, &key) ||
	    READ_ONCE(v->seq) != seq)
		return CT_AGAIN;
	f->flags |= FLOW_CT_KNOWN;
	f->ct_dir = dir;
	TRACE(f, CT_KNOWN, record - 1, dir, port);
	if (f->flags & FLOW_INNER) {
		track_related(f, &key.tuple);
		return V_NEXT;
	}
	if (!(f->flags & FLOW_L4_SHORT))
		ct_follow(v, f, dir, f->now);
	f->ct_record = record;
	f->ct_seq = seq;
	f->ct_entry = entry;
	f->ct_ttl = f->ttl;
	if (track_is_translated(f)) {
		f->dst.ip4 = f->nat.dst;
		flow_set_dport(f, f->nat.dport);
		f->changed |= CHANGE_NAT;
	}
	if (!(f->flags & (FLOW_SLOW | FLOW_FRAGMENT)) &&
	    action_apply(f, v, dir, entry)) {
		f->src.ip4 = f->nat.src;
		flow_set_sport(f, f->nat.sport);
		return V_CONSUMED;
	}
	return V_NEXT;
}

/* The source side of a translation, behind routing. */
static __always_inline void track_source(struct flow *f)
{
	f->src.ip4 = f->nat.src;
	if (!(f->flags & FLOW_INNER))
		flow_set_sport(f, f->nat.sport);
}

#endif /* XOVN_BPF_TRACK_H */
