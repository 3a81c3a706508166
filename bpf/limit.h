/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One port's part of what all share.  Only those ask that make something: an
 * answer, a row, a connection; packets of known flows never do.
 */
#ifndef XOVN_BPF_LIMIT_H
#define XOVN_BPF_LIMIT_H

#include "stats.h"
#include "../maps/limit.h"

#define RATE_TRIES 4 /* another CPU may take one at the same time */

static __always_inline struct limit_val *limit_find(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&limit, &zero);
}

/* May the port by which the packet came have one more?  1, and it is taken;
 * 0.  The generic cell rate algorithm (ITU-T I.371): one word, the time at
 * which the next would be on time, says it all, and time alone gives back. */
__noinline int rate_take(const struct flow *f, __u32 kind)
{
	struct limit_val *l = limit_find();
	struct rate_key key = {};
	struct rate_val *val, first;
	__u64 now, next, interval;

	if (!f || !l || kind >= RATE_KIND_COUNT || !l->rate[kind].interval)
		return 1;
	interval = l->rate[kind].interval;
	key.datapath = f->start.in_datapath;
	key.port = f->start.in_port;
	key.kind = kind;
	now = bpf_ktime_get_ns();
	val = bpf_map_lookup_elem(&rate, &key);
	if (!val) {
		first.next = now + interval;
		bpf_map_update_elem(&rate, &key, &first, BPF_NOEXIST);
		return 1;
	}
	for (int i = 0; i < RATE_TRIES; i++) {
		__u64 from;

		next = READ_ONCE(val->next);
		from = (__s64)(next - now) > 0 ? next : now;
		if (from - now > l->rate[kind].burst)
			return 0;
		if (__sync_val_compare_and_swap(&val->next, next,
						from + interval) == next)
			return 1;
	}
	return 0;
}

/* The same for an address that a port teaches; what is refused is counted,
 * the packet goes on.  Routers learn where the calls are deepest: no call of
 * its own. */
static __always_inline bool learn_take(const struct flow *f, __u32 kind)
{
	if (rate_take(f, kind))
		return true;
	count(COUNTER_LEARN_REFUSED, f->len);
	return false;
}

#endif /* XOVN_BPF_LIMIT_H */
