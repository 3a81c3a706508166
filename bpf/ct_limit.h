/* SPDX-License-Identifier: GPL-2.0 */
/* A new connection takes one of the records that its opener may have. */
#ifndef XOVN_BPF_CT_LIMIT_H
#define XOVN_BPF_CT_LIMIT_H

#include "ct.h"
#include "limit.h"

/* Records looked at for each new connection of one who has more than half of
 * his share: so many that the whole table is met before he has all of it,
 * and with a quarter twice.  At the limit more, and whatever is his and not
 * established gives way. */
#define CT_SHARE_LOOKS 16
#define CT_SHARE_LOOKS_FULL 64

/* Does it give way to a new one?  What one side alone makes of a connection
 * does not count, or two packets of a flood would hold a record. */
static __always_inline bool ct_is_embryonic(const struct ct_val *v)
{
	const __u32 embryonic = 0
#define X(name, timeout, is_embryonic) | (__u32)is_embryonic << CT_##name
		XOVN_CT_STATES(X)
#undef X
		;

	return embryonic >> (v->state & 31) & 1 ||
	       !(v->flags & CT_F_SEEN_REPLY);
}

/* Are both of one opener? */
static __always_inline bool ct_is_of(const struct ct_val *v,
				     const struct ct_key *k)
{
	return ct_is_zone(v, k) &&
	       (k->port ||
		*(const __be32 *)v->orig.src == *(const __be32 *)k->tuple.src);
}

/* Clears dead records where the search for a free one goes on; is_full: one
 * of that opener, too, if any is embryonic or has ended: then 1. */
__noinline int ct_share_clean(const struct ct_key *orig, __u32 now,
			      __u32 is_full)
{
	struct config *c = config_find();
	__u32 n = 0, at, end, gone = 0;
	__u64 *hand = bpf_map_lookup_elem(&ct_hand, &n);

	if (!orig || !c || !hand || !c->ct_records)
		return 0;
	end = is_full ? CT_SHARE_LOOKS_FULL : CT_SHARE_LOOKS;
	at = __sync_fetch_and_add(hand, end);
	for (end += at; at != end; at++) {
		struct ct_val *v;
		bool is_his = false;
		__u32 seq;

		n = at % c->ct_records;
		v = bpf_map_lookup_elem(&ct, &n);
		if (!v)
			break;
		seq = READ_ONCE(v->seq);
		if (seq & 1 || v->state == CT_FREE)
			continue;
		if (!ct_is_dead(v, now)) {
			is_his = is_full && !gone && ct_is_of(v, orig) &&
				 (ct_is_embryonic(v) ||
				  v->state == CT_TCP_TIME_WAIT);
			if (!is_his)
				continue;
		}
		if (!ct_own(v, seq))
			continue;
		ct_clear(n + 1);
		ct_disown(v);
		gone |= is_his;
	}
	return gone;
}

enum ct_share_step {
	CT_SHARE_FIRST, /* nothing is cleaned yet */
	CT_SHARE_CLEANED,
	CT_SHARE_EVICTED, /* and one gave way */
};

/* 0, and it is taken; -DROP_CT_LIMIT; or at first, 1: clean, and ask again,
 * 2: the same, he has all his share. */
__noinline int ct_share_take(const struct ct_key *orig, __u32 step)
{
	struct ct_share_val first = {.records = 1}, *val;
	struct limit_val *l = limit_find();
	struct ct_share_key key;
	__s32 limit, records;

	if (!orig || !l || !l->ct)
		return 0;
	limit = l->ct;
	ct_share_set(&key, orig->datapath, orig->port, orig->tuple.src);
	val = bpf_map_lookup_elem(&ct_share, &key);
	if (!val) {
		bpf_map_update_elem(&ct_share, &key, &first, BPF_NOEXIST);
		return 0;
	}
	records = READ_ONCE(val->records);
	if (step == CT_SHARE_FIRST && records >= limit >> 1)
		return records >= limit ? 2 : 1;
	if (step == CT_SHARE_EVICTED)
		ct_event_count(CT_EVENT_EVICTED);
	if (records >= limit) {
		ct_event_count(CT_EVENT_LIMITED);
		return -DROP_CT_LIMIT;
	}
	__sync_fetch_and_add(&val->records, 1);
	return 0;
}

#endif /* XOVN_BPF_CT_LIMIT_H */
