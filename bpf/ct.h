/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections: finding one by either tuple, noting a new one, following its
 * state.  No lock: a record is owned by whoever made its seq odd, is written
 * whole before a slot of the index names it, and whoever reads it looks at
 * seq again afterwards.  Time-outs are looked at when a record is met, so
 * nothing has to run in the background.
 */
#ifndef XOVN_BPF_CT_H
#define XOVN_BPF_CT_H

#include "flow.h"
#include "ct_hash.h"
#include "ct_share.h"
#include "../maps/ct.h"
#include "../maps/tunnel.h"

static __always_inline void ct_event_count(enum ct_event event)
{
	struct ct_event_key key = {.event = event};
	struct ct_event_val first = {.count = 1}, *val;

	val = bpf_map_lookup_elem(&ct_event, &key);
	if (val)
		val->count++;
	else
		bpf_map_update_elem(&ct_event, &key, &first, BPF_ANY);
}

static __always_inline struct config *config_find(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&config, &zero);
}

static __always_inline __u64 ct_word(const struct ct_tuple *t, int i)
{
	return ((const __u64 *)t)[i];
}

static __always_inline void
ct_place_of(const struct ct_key *k, const struct config *c, struct ct_place *p)
{
	ct_place_in(k, c->ct_seed, c->ct_buckets, p);
}

static __always_inline bool flow_is_echo(const struct flow *f)
{
	return f->proto == IPPROTO_ICMP &&
	       (f->sport == ICMP_ECHO << 8 || f->sport == ICMP_ECHOREPLY << 8);
}

static __always_inline bool proto_has_ports(__u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP;
}

/* The packet's addresses and ports as they are now. */
static __always_inline void flow_tuple(const struct flow *f,
				       struct flow_tuple *t)
{
	t->src = f->src.ip4;
	t->dst = f->dst.ip4;
	t->sport = 0;
	t->dport = 0;
	if (proto_has_ports(f->proto)) {
		t->sport = f->sport;
		t->dport = f->dport;
	} else if (flow_is_echo(f)) {
		bool is_request = f->sport >> 8 == ICMP_ECHO;

		t->sport = is_request ? f->dport : ICMP_ECHO;
		t->dport = is_request ? ICMP_ECHO : f->dport;
	}
}

/* The reverse for ports; an echo's id stands in either place. */
static __always_inline void flow_set_sport(struct flow *f, __u16 sport)
{
	if (proto_has_ports(f->proto))
		f->sport = sport;
	else if (flow_is_echo(f) && f->sport >> 8 == ICMP_ECHO)
		f->dport = sport;
}

static __always_inline void flow_set_dport(struct flow *f, __u16 dport)
{
	if (proto_has_ports(f->proto) ||
	    (flow_is_echo(f) && f->sport >> 8 == ICMP_ECHOREPLY))
		f->dport = dport;
}

static __always_inline void flow_set_tuple(struct flow *f,
					   const struct flow_tuple *t)
{
	f->src.ip4 = t->src;
	f->dst.ip4 = t->dst;
	flow_set_sport(f, t->sport);
	flow_set_dport(f, t->dport);
}

static __always_inline void ct_key_set(struct ct_key *k,
				       const struct flow_tuple *t, __u8 proto,
				       __u32 datapath, __u32 port)
{
	*(__be32 *)k->tuple.src = t->src;
	*(__be32 *)k->tuple.dst = t->dst;
	k->tuple.sport = t->sport;
	k->tuple.dport = t->dport;
	k->tuple.proto = proto;
	k->tuple.pad[0] = 0;
	k->tuple.pad[1] = 0;
	k->tuple.pad[2] = 0;
	k->datapath = datapath;
	k->port = port;
}

/* Is the record's tuple of one direction the one looked for? */
static __always_inline bool ct_is_tuple(const struct ct_tuple *have,
					const struct ct_key *k)
{
	return ct_word(have, 0) == ct_word(&k->tuple, 0) &&
	       ct_word(have, 1) == ct_word(&k->tuple, 1);
}

static __always_inline bool ct_is_zone(const struct ct_val *v,
				       const struct ct_key *k)
{
	return v->datapath == k->datapath && v->port == k->port;
}

static __always_inline bool ct_is_dead(const struct ct_val *v, __u32 now)
{
	return v->state == CT_FREE || (__s32)(v->expires - now) <= 0;
}

/* The record that has the tuple in either direction, dead or alive, or NULL.
 * *record: its number + 1; *dir: which of its tuples it is. */
static __always_inline struct ct_val *ct_find(const struct ct_key *k,
					      const struct ct_place *p,
					      __u32 *record, __u32 *dir)
{
	for (int way = 0; way < CT_WAYS; way++) {
		__u32 b = way ? p->second : p->first;
		struct ct_bucket *bucket = bpf_map_lookup_elem(&ct_index, &b);

		if (!bucket)
			return 0;
		for (int i = 0; i < CT_BUCKET_SLOTS; i++) {
			__u64 slot = READ_ONCE(bucket->slot[i]);
			__u32 n = (__u32)slot - 1;
			struct ct_val *v;

			if (!slot || slot >> 32 != p->tag)
				continue;
			v = bpf_map_lookup_elem(&ct, &n);
			if (!v || !ct_is_zone(v, k))
				continue;
			*dir = CT_DIR_ORIG;
			if (!ct_is_tuple(&v->orig, k)) {
				if (!ct_is_tuple(&v->reply, k))
					continue;
				*dir = CT_DIR_REPLY;
			}
			*record = n + 1;
			return v;
		}
	}
	return 0;
}

/* Takes the slot that names the record out of a tuple's buckets. */
static __always_inline void
ct_index_remove(const struct config *c, const struct ct_key *key, __u32 record)
{
	struct ct_place p;

	ct_place_of(key, c, &p);
	for (int way = 0; way < CT_WAYS; way++) {
		__u32 b = way ? p.second : p.first;
		struct ct_bucket *bucket = bpf_map_lookup_elem(&ct_index, &b);
		__u64 slot = (__u64)p.tag << 32 | record;

		if (!bucket)
			return;
		for (int i = 0; i < CT_BUCKET_SLOTS; i++)
			if (READ_ONCE(bucket->slot[i]) == slot)
				__sync_val_compare_and_swap(&bucket->slot[i],
							    slot, 0);
	}
}

/* Empties a record whose seq the caller has made odd. */
__noinline int ct_clear(__u32 record)
{
	struct config *c = config_find();
	__u32 n = record - 1;
	struct ct_val *v = bpf_map_lookup_elem(&ct, &n);
	struct ct_key key;

	if (!v || !c)
		return 0;
	key.datapath = v->datapath;
	key.port = v->port;
	for (int i = 0; i < 2; i++) {
		key.tuple = i ? v->reply : v->orig;
		ct_index_remove(c, &key, record);
	}
	if (v->state != CT_FREE)
		ct_share_give(v->datapath, v->port, v->orig.src);
	v->action[0].generation = 0;
	v->action[1].generation = 0;
	WRITE_ONCE(v->state, CT_FREE);
	return 0;
}

__noinline int ct_index_drop(const struct ct_key *key, __u32 record)
{
	struct config *c = config_find();

	if (key && c)
		ct_index_remove(c, key, record);
	return 0;
}

/* Makes the record's seq odd if it still is as given: true: it is ours. */
static __always_inline bool ct_own(struct ct_val *v, __u32 seq)
{
	return !(seq & 1) &&
	       __sync_val_compare_and_swap(&v->seq, seq, seq + 1) == seq;
}

static __always_inline void ct_disown(struct ct_val *v)
{
	barrier();
	WRITE_ONCE(v->seq, v->seq + 1);
}

/* Removes a connection, if it is the one that had that seq. */
static __always_inline int ct_remove(__u32 record, __u32 seq)
{
	__u32 n = record - 1;
	struct ct_val *v = bpf_map_lookup_elem(&ct, &n);

	if (!v || !ct_own(v, seq))
		return 0;
	ct_clear(record);
	ct_disown(v);
	return 1;
}

static __always_inline __u32 ct_timeout_of(enum ct_state state)
{
	__u32 i = state;
	struct ct_timeout_val *t = bpf_map_lookup_elem(&ct_timeout, &i);

	return t && t->seconds ? t->seconds : 30;
}

static __always_inline enum ct_state ct_first_state(const struct flow *f)
{
	switch (f->proto) {
	case IPPROTO_TCP:
		return (f->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN ?
			       CT_TCP_SYN_SENT :
			       CT_TCP_MIDSTREAM;
	case IPPROTO_UDP:
		return CT_UDP;
	case IPPROTO_ICMP:
		return CT_ICMP;
	case IPPROTO_SCTP:
		return CT_SCTP;
	}
	return CT_GENERIC;
}

/* May the packet be the first of a connection? */
static __always_inline bool ct_may_begin(const struct flow *f)
{
	if (f->flags & (FLOW_L4_SHORT | FLOW_LATER_FRAGMENT))
		return false;
	if (f->proto == IPPROTO_TCP)
		return !(f->tcp_flags & TCP_RST);
	if (f->proto == IPPROTO_SCTP)
		return f->tcp_flags != SCTP_ABORT &&
		       f->tcp_flags != SCTP_SHUTDOWN_COMPLETE;
	if (f->proto == IPPROTO_ICMP)
		return !flow_is_icmp_error(f) &&
		       f->sport >> 8 != ICMP_ECHOREPLY;
	return true;
}

static __always_inline enum ct_state ct_next_tcp(struct ct_val *v, __u8 flags,
						 __u32 dir)
{
	enum ct_state s = v->state;

	if (flags & TCP_RST)
		return CT_TCP_CLOSE;
	/* A forged RST does not cut: whoever goes on is listened to. */
	if (s == CT_TCP_CLOSE)
		return flags & TCP_SYN ? s : CT_TCP_FIN_WAIT;
	if (flags & TCP_FIN && s != CT_TCP_SYN_SENT)
		v->flags |= dir == CT_DIR_ORIG ? CT_F_FIN_ORIG : CT_F_FIN_REPLY;
	if ((v->flags & (CT_F_FIN_ORIG | CT_F_FIN_REPLY)) ==
	    (CT_F_FIN_ORIG | CT_F_FIN_REPLY))
		return CT_TCP_TIME_WAIT;
	if (v->flags & (CT_F_FIN_ORIG | CT_F_FIN_REPLY))
		return CT_TCP_FIN_WAIT;
	if (s == CT_TCP_SYN_SENT && dir == CT_DIR_REPLY &&
	    (flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return CT_TCP_SYN_RECV;
	if (s == CT_TCP_SYN_RECV && dir == CT_DIR_ORIG &&
	    (flags & (TCP_SYN | TCP_ACK)) == TCP_ACK)
		return CT_TCP_ESTABLISHED;
	if (s == CT_TCP_MIDSTREAM && dir == CT_DIR_REPLY)
		return CT_TCP_ESTABLISHED;
	return s;
}

static __always_inline enum ct_state ct_next_sctp(const struct ct_val *v,
						  __u8 chunk, __u32 dir)
{
	if (chunk == SCTP_ABORT || chunk == SCTP_SHUTDOWN_COMPLETE ||
	    chunk == SCTP_SHUTDOWN || chunk == SCTP_SHUTDOWN_ACK)
		return CT_SCTP_SHUTDOWN;
	if (v->state == CT_SCTP_SHUTDOWN && chunk == SCTP_INIT)
		return CT_SCTP; /* the same ports anew: mostly they are fixed */
	if (v->state == CT_SCTP && dir == CT_DIR_REPLY &&
	    (chunk == SCTP_COOKIE_ACK || !chunk)) /* 0: DATA */
		return CT_SCTP_ESTABLISHED;
	return v->state;
}

/* The state after a packet in that direction. */
static __always_inline void ct_follow(struct ct_val *v, const struct flow *f,
				      __u32 dir, __u32 now)
{
	enum ct_state s = v->state;
	__u32 expires;

	if (dir == CT_DIR_REPLY && !(v->flags & CT_F_SEEN_REPLY))
		v->flags |= CT_F_SEEN_REPLY;
	if (f->proto == IPPROTO_TCP)
		s = ct_next_tcp(v, f->tcp_flags, dir);
	else if (f->proto == IPPROTO_SCTP)
		s = ct_next_sctp(v, f->tcp_flags, dir);
	else if (s == CT_UDP && dir == CT_DIR_REPLY)
		s = CT_UDP_STREAM;
	else if (s == CT_GENERIC && dir == CT_DIR_REPLY)
		s = CT_GENERIC_STREAM;
	if (s != v->state)
		WRITE_ONCE(v->state, s);
	expires = now + ct_timeout_of(s);
	if (v->expires != expires)
		WRITE_ONCE(v->expires, expires);
}

#endif /* XOVN_BPF_CT_H */
