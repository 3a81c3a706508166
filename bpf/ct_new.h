/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A new connection: a record for it, a source port that makes its answers
 * unmistakable, and its two slots in the index.
 */
#ifndef XOVN_BPF_CT_NEW_H
#define XOVN_BPF_CT_NEW_H

#include "ct.h"
#include "ct_limit.h"
#include "stats.h"

#define CT_WINDOW 8 /* records looked at before an embryonic one gives way */
#define CT_SEARCH 64 /* records looked at before the table counts as full */
#define CT_PORT_TRIES 64

/* A record for a new connection: its number + 1, owned (seq odd) and empty;
 * 0: the table is full.  Free and dead records come first; then, in every
 * window, the embryonic connection that has been silent for longest gives
 * way, whatever time its state would leave it: a flood of SYNs may not push
 * out the handshake or the UDP request that has just begun.  The hand goes
 * round the table, so that is about the oldest one, and connections that are
 * established stay whatever comes in. */
__noinline int ct_claim(__u32 now)
{
	__u32 n = 0, victim = 0;
	__s32 victim_idle = 0;
	__u64 *hand = bpf_map_lookup_elem(&ct_hand, &n);
	struct config *c = config_find();
	struct ct_val *v;
	__u32 at, seq;

	if (!c || !hand || !c->ct_records)
		return 0;
	at = __sync_fetch_and_add(hand, CT_WINDOW);
	for (__u32 end = at + CT_SEARCH; at != end; at++) {
		n = at % c->ct_records;
		v = bpf_map_lookup_elem(&ct, &n);
		if (!v)
			return 0;
		seq = READ_ONCE(v->seq);
		if (!(seq & 1) && ct_is_dead(v, now)) {
			bool is_free = v->state == CT_FREE;

			if (ct_own(v, seq)) {
				if (!is_free) {
					ct_clear(n + 1);
					ct_event_count(CT_EVENT_EXPIRED);
				}
				return n + 1;
			}
		} else if (!(seq & 1) && ct_is_embryonic(v)) {
			__s32 idle = now + ct_timeout_of(v->state) - v->expires;

			if (!victim || idle > victim_idle) {
				victim = n + 1;
				victim_idle = idle;
			}
		}
		if ((at + 1) % CT_WINDOW || !victim)
			continue;
		n = victim - 1;
		v = bpf_map_lookup_elem(&ct, &n);
		if (v && ct_own(v, READ_ONCE(v->seq))) {
			if (ct_is_embryonic(v)) {
				ct_clear(victim);
				ct_event_count(CT_EVENT_EVICTED);
				return victim;
			}
			ct_disown(v); /* established a moment ago */
		}
		victim = 0;
	}
	ct_event_count(CT_EVENT_FULL);
	return 0;
}

/* Names the record by a tuple.  0, or -1: no slot. */
__noinline int ct_index_add(const struct ct_key *key, __u32 record)
{
	struct config *c = config_find();
	struct ct_place p;

	if (!key || !c)
		return -1;
	ct_place_of(key, c, &p);
	for (int way = 0; way < CT_WAYS; way++) {
		__u32 b = way ? p.second : p.first;
		struct ct_bucket *bucket = bpf_map_lookup_elem(&ct_index, &b);
		__u64 slot = (__u64)p.tag << 32 | record;

		if (!bucket)
			return -1;
		for (int i = 0; i < CT_BUCKET_SLOTS; i++)
			if (!READ_ONCE(bucket->slot[i]) &&
			    !__sync_val_compare_and_swap(&bucket->slot[i], 0,
							 slot))
				return 0;
	}
	return -1;
}

/* A connection whose slot in the tuple's first bucket may be had: a dead or
 * embryonic one, its number + 1; 0: all are established. */
__noinline __u32 ct_index_victim(const struct ct_key *key, __u32 now)
{
	struct config *c = config_find();
	struct ct_bucket *bucket;
	struct ct_place p;
	__u32 b;

	if (!key || !c)
		return 0;
	ct_place_of(key, c, &p);
	b = p.first;
	bucket = bpf_map_lookup_elem(&ct_index, &b);
	for (int i = 0; bucket && i < CT_BUCKET_SLOTS; i++) {
		__u32 n = (__u32)READ_ONCE(bucket->slot[i]) - 1;
		struct ct_val *v = bpf_map_lookup_elem(&ct, &n);

		if (v && !(READ_ONCE(v->seq) & 1) &&
		    (ct_is_dead(v, now) || ct_is_embryonic(v)))
			return n + 1;
	}
	return 0;
}

/* The same as ct_index_add(), and where both buckets are full, which is rare
 * because half of all slots are free, with a victim.  0 or -1. */
static __always_inline int ct_index_insert(const struct ct_key *key,
					   __u32 record, __u32 now)
{
	__u32 victim, n;
	struct ct_val *v;

	if (!ct_index_add(key, record))
		return 0;
	victim = ct_index_victim(key, now);
	n = victim - 1;
	v = victim ? bpf_map_lookup_elem(&ct, &n) : 0;
	if (v && ct_remove(victim, READ_ONCE(v->seq))) {
		ct_event_count(CT_EVENT_EVICTED);
		if (!ct_index_add(key, record))
			return 0;
	}
	ct_event_count(CT_EVENT_INDEX_FULL);
	return -1;
}

/* Does a record other than the given one have the tuple?  0: none; else its
 * number + 1, which may be dead, or one that is being written. */
__noinline __u32 ct_other(const struct ct_key *key, __u32 record)
{
	struct config *c = config_find();
	struct ct_place p;

	if (!key || !c)
		return 0;
	ct_place_of(key, c, &p);
	for (int way = 0; way < CT_WAYS; way++) {
		__u32 b = way ? p.second : p.first;
		struct ct_bucket *bucket = bpf_map_lookup_elem(&ct_index, &b);

		if (!bucket)
			return 0;
		for (int i = 0; i < CT_BUCKET_SLOTS; i++) {
			__u64 slot = READ_ONCE(bucket->slot[i]);
			__u32 n = (__u32)slot - 1;
			struct ct_val *v;

			if (!slot || slot >> 32 != p.tag || n + 1 == record)
				continue;
			v = bpf_map_lookup_elem(&ct, &n);
			if (v && ct_is_zone(v, key) &&
			    (ct_is_tuple(&v->orig, key) ||
			     ct_is_tuple(&v->reply, key)))
				return n + 1;
		}
	}
	return 0;
}

/* The same, but a dead one is cleared away. */
static __always_inline bool ct_clashes(const struct ct_key *key, __u32 record,
				       __u32 now)
{
	__u32 other = ct_other(key, record), n = other - 1, seq;
	struct ct_val *v;

	if (!other)
		return false;
	v = bpf_map_lookup_elem(&ct, &n);
	if (!v)
		return true;
	seq = READ_ONCE(v->seq);
	return seq & 1 || !ct_is_dead(v, now) || !ct_remove(other, seq);
}

/* What a new connection is to be. */
struct ct_new {
	struct ct_key orig; /* tuple as it came in, and zone */
	struct flow_tuple to; /* as it goes out; sport: as wished for */
	__u16 port_first; /* external_port_range, 0: none */
	__u16 port_last;
	__u32 flags; /* enum ct_flag */
};

struct ct_ports {
	__u32 first, n;
};

/* Where another source port is from, as the kernel's nf_nat has it: of the
 * same class, where no range is given. */
static __always_inline struct ct_ports ct_ports_of(const struct ct_new *n,
						   __u8 proto)
{
	__u32 first = 1024, last = 65535;

	if (n->port_first) {
		first = n->port_first;
		last = n->port_last;
	} else if (proto == IPPROTO_ICMP) {
		first = 0;
	} else if (n->to.sport < 512) {
		first = 1;
		last = 511;
	} else if (n->to.sport < 1024) {
		first = 600;
		last = 1023;
	}
	if (last < first)
		last = first;
	return (struct ct_ports){first, last - first + 1};
}

static __always_inline void ct_count_tries(__u32 tries)
{
	ct_event_count(!tries	  ? CT_EVENT_PORT_KEPT :
		       tries == 1 ? CT_EVENT_PORT_RETRY_1 :
		       tries < 4  ? CT_EVENT_PORT_RETRY_2 :
		       tries < 8  ? CT_EVENT_PORT_RETRY_4 :
		       tries < 16 ? CT_EVENT_PORT_RETRY_8 :
		       tries < 32 ? CT_EVENT_PORT_RETRY_16 :
				    CT_EVENT_PORT_RETRY_32);
}

/* Reserves the answer's tuple with that port for the record: 0; -1: it is
 * somebody else's; or a drop reason.  Several CPUs may take the same one at
 * a time; each looks again behind its own slot, and who then sees another
 * gives way. */
__noinline int ct_reserve_port(__u32 record, __u32 sport, __u32 now)
{
	__u32 at = record - 1;
	struct ct_val *v = bpf_map_lookup_elem(&ct, &at);
	struct ct_key key;

	if (!v)
		return -DROP_CT_FULL;
	v->reply.dport = sport;
	key.datapath = v->datapath;
	key.port = v->port;
	key.tuple = v->reply;
	if (ct_clashes(&key, record, now))
		return -1;
	if (ct_index_insert(&key, record, now))
		return -DROP_CT_FULL;
	if (!ct_other(&key, record))
		return 0;
	ct_index_drop(&key, record);
	return -1;
}

/* Finds a source port with which the answer's tuple is nobody else's, and
 * takes it: the reverse tuple is reserved before anything is sent.  0 or a
 * drop reason; the port is in f->nat.sport. */
static __always_inline int ct_reserve(struct flow *f, const struct ct_new *n,
				      __u32 record)
{
	bool is_fit = !n->port_first || (n->to.sport >= n->port_first &&
					 n->to.sport <= n->port_last);
	/* RFC 6056 3.3.1: from a random place */
	__u32 start = bpf_get_prandom_u32();
	struct ct_ports from = ct_ports_of(n, f->proto);

	/* A range of ports says nothing to who has none. */
	if (!proto_has_ports(f->proto) && !flow_is_echo(f))
		is_fit = true;
	for (__u32 i = 0; i < CT_PORT_TRIES; i++) {
		__u16 sport = n->to.sport;
		int ret;

		if (i || !is_fit) {
			if (!proto_has_ports(f->proto) && !flow_is_echo(f))
				break;
			sport = from.first + (start + i * 7919) % from.n;
		}
		ret = ct_reserve_port(record, sport, f->now);
		if (!ret) {
			if (i || n->flags & CT_F_SNAT)
				ct_count_tries(i);
			f->nat.sport = sport;
			return 0;
		}
		if (ret != -1)
			return ret;
	}
	ct_event_count(CT_EVENT_PORT_EXHAUSTED);
	return -DROP_SNAT_EXHAUSTED;
}

static __always_inline void rule_begin(struct flow *f, __u32 number)
{
	if (!number)
		return;
	rule_pass(f, number, COUNTER_RULE_ORIG);
	count(number + COUNTER_RULE_NEW, f->len);
}

/* Notes a connection.  0, with f->nat.sport what ct_reserve() found; a drop
 * reason; CT_AGAIN: another CPU has just noted the same one. */
__noinline int ct_create(struct flow *f, const struct ct_new *n)
{
	__u32 record, at;
	struct ct_val *v;
	int ret;

	if (!f || !n)
		return -DROP_CT_FULL;
	ret = ct_share_take(&n->orig, CT_SHARE_FIRST);
	if (ret > 0) {
		ret = ct_share_clean(&n->orig, flow_now(f), ret - 1);
		ret = ct_share_take(&n->orig, CT_SHARE_CLEANED + ret);
	}
	if (ret)
		return ret;
	record = ct_claim(flow_now(f));
	at = record - 1;
	v = record ? bpf_map_lookup_elem(&ct, &at) : 0;
	if (!v) {
		ct_share_give(n->orig.datapath, n->orig.port,
			      n->orig.tuple.src);
		return -DROP_CT_FULL;
	}
	v->datapath = n->orig.datapath;
	v->port = n->orig.port;
	v->orig = n->orig.tuple;
	*(__be32 *)v->reply.src = n->to.dst;
	*(__be32 *)v->reply.dst = n->to.src;
	v->reply.sport = n->to.dport;
	v->reply.dport = n->to.sport;
	v->reply.proto = f->proto;
	v->flags = n->flags;
	v->lb = f->lb;
	v->counter_dnat = f->rule_dnat;
	v->counter_snat = f->rule_snat;
	v->state = ct_first_state(f);
	v->expires = f->now + ct_timeout_of(v->state);
	ret = ct_reserve(f, n, record);
	if (!ret) {
		if (ct_index_insert(&n->orig, record, f->now))
			ret = -DROP_CT_FULL;
		else if (ct_other(&n->orig, record))
			ret = CT_AGAIN;
	}
	if (ret) {
		ct_clear(record);
		ct_disown(v);
		TRACE(f, CT_NEW, record - 1, n->orig.port, -ret);
		return ret;
	}
	if (f->nat.sport != n->orig.tuple.sport)
		v->flags |= CT_F_SNAT;
	f->ct_record = record;
	f->ct_seq = v->seq + 1;
	f->ct_dir = CT_DIR_ORIG;
	ct_disown(v);
	TRACE(f, CT_NEW, record - 1, n->orig.port, 0);
	f->ct_created = record;
	rule_begin(f, f->rule_dnat);
	rule_begin(f, f->rule_snat);
	ct_event_count(CT_EVENT_CREATED);
	return 0;
}

#endif /* XOVN_BPF_CT_NEW_H */
