/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting: packets by what they pass, and drops, by reason and place; the
 * one place where a drop reason ends.
 */
#ifndef XOVN_BPF_STATS_H
#define XOVN_BPF_STATS_H

#include "flow.h"
#include "trace.h"
#include "../maps/stats.h"

static __always_inline void count(__u32 number, __u32 bytes)
{
	struct counter_val *val;

	if (!number)
		return;
	val = bpf_map_lookup_elem(&counter, &number);
	if (val) { /* per CPU: no atomics */
		val->packets++;
		val->bytes += bytes;
	}
}

/* It takes a route; those behind FLOW_ROUTES are not counted.  That is done
 * where it leaves, as for rules: what XDP passes on to TC comes here twice. */
static __always_inline void route_pass(struct flow *f, __u32 number)
{
	__u32 n = f->n_routes;

	if (!number || n >= FLOW_ROUTES)
		return;
	f->counter_route[n & (FLOW_ROUTES - 1)] = number;
	f->n_routes = n + 1;
}

/* It goes by a NAT rule or VIP. */
static __always_inline void rule_pass(struct flow *f, __u32 number,
				      enum counter_rule at)
{
	__u32 n = f->n_rules;

	if (!number || n >= FLOW_RULES)
		return;
	f->counter_rule[n & (FLOW_RULES - 1)] = number + at;
	f->n_rules = n + 1;
}

/* A packet leaves: what it has passed since it came in.  Of its own for the
 * stack's sake. */
__noinline int flow_count(const struct flow *f)
{
	if (!f)
		return 0;
	for (__u32 i = 0; i < FLOW_ROUTES && i < f->n_routes; i++)
		count(f->counter_route[i], f->len);
	for (__u32 i = 0; i < FLOW_RULES && i < f->n_rules; i++)
		count(f->counter_rule[i], f->len);
	count(f->counter_out, f->len);
	return 0;
}

/* Where a packet of the flow was, or is, refused. */
static __always_inline void
drop_place(const struct flow *f, enum drop_reason reason, struct drop_at_key *k)
{
	k->reason = reason;
	k->in_datapath = f->start.in_datapath;
	k->in_port = f->start.in_port;
	/* Keys that somebody claims are no place. */
	k->datapath = k->in_datapath ? f->datapath : 0;
	k->port = !k->in_datapath     ? 0 :
		  drop_is_out(reason) ? f->outport :
					f->inport;
}

static __always_inline void drop_add(void *map, const void *key, __u32 bytes)
{
	struct drop_val *val = bpf_map_lookup_elem(map, key);
	struct drop_val first = {.packets = 1, .bytes = bytes};

	if (val) {
		val->packets++; /* per CPU: no atomics */
		val->bytes += bytes;
	} else {
		/* Another CPU may have made it meanwhile; it is its own
		 * value alone that this writes. */
		bpf_map_update_elem(map, key, &first, BPF_ANY);
	}
}

__noinline int drop_count(const struct flow *f, __u32 reason, __u32 bytes)
{
	struct drop_key key = {.reason = reason};
	struct drop_at_key at;

	if (!f)
		return 0;
	drop_add(&drop, &key, bytes);
	drop_place(f, reason, &at);
	drop_add(&drop_at, &at, bytes);
	TRACE(f, DROP, reason, 0, 0);
	return 0;
}

#endif /* XOVN_BPF_STATS_H */
