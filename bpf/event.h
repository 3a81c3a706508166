/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events for xovn monitor.  Nothing of it is on the way of a packet of a
 * known connection: drops, new connections and unresolved next hops ask the
 * monitors' slots, which are off but for the time that somebody looks.
 */
#ifndef XOVN_BPF_EVENT_H
#define XOVN_BPF_EVENT_H

#include "stats.h"
#include "../maps/ct.h"
#include "../maps/event.h"

/* Does the slot's monitor want it?  Bytes of the frame that it wants, at
 * least 1; 0: no.  Counts. */
static __always_inline __u32 monitor_wants(__u32 slot, __u32 kind,
					   const struct drop_at_key *at,
					   __u32 now)
{
	struct monitor_val *m = bpf_map_lookup_elem(&monitor, &slot);
	struct monitor_cpu_val *c;

	if (!m || !(m->kinds >> (kind & 31) & 1) || (__s32)(m->lease - now) < 0)
		return 0;
	if (kind == EVENT_DROP && m->reason && m->reason != at->reason)
		return 0;
	if (m->port && (m->datapath != at->datapath || m->port != at->port) &&
	    (m->datapath != at->in_datapath || m->port != at->in_port))
		return 0;
	c = bpf_map_lookup_elem(&monitor_cpu, &slot);
	if (!c)
		return 0;
	c->seen++;
	if (m->sample > 1 && bpf_get_prandom_u32() % m->sample)
		return 0;
	if (c->second != now) {
		c->second = now;
		c->n_second = 0;
	}
	if (m->rate && c->n_second >= m->rate) {
		c->lost++;
		return 0;
	}
	c->n_second++;
	return m->snaplen ? m->snaplen : 1;
}

/* Room for it in the slot's ring, or NULL. */
static __always_inline struct event *event_reserve(__u32 slot)
{
	struct monitor_cpu_val *c;
	struct event *e = 0;
	void *ring;

	ring = bpf_map_lookup_elem(&event, &slot);
	if (ring)
		e = bpf_ringbuf_reserve(ring, sizeof(*e), 0);
	if (e)
		return e;
	c = bpf_map_lookup_elem(&monitor_cpu, &slot);
	if (c)
		c->lost++;
	return 0;
}

/* The connection that the packet began: its zone is the place. */
static __always_inline void event_connection(struct event *e, __u32 record)
{
	__u32 at = record - 1;
	struct ct_val *v = bpf_map_lookup_elem(&ct, &at);

	if (!v)
		return;
	e->record = at;
	e->datapath = v->datapath;
	e->port = v->port;
	e->orig = v->orig;
	e->reply = v->reply;
}

static __always_inline void event_fill(struct event *e, const struct flow *f,
				       __u32 kind, const struct drop_at_key *at)
{
	__builtin_memset(e, 0, __builtin_offsetof(struct event, head));
	e->time = bpf_ktime_get_ns();
	e->kind = kind;
	e->reason = at->reason;
	e->datapath = at->datapath;
	e->port = at->port;
	e->in_datapath = at->in_datapath;
	e->in_port = at->in_port;
	e->outer_len = f->outer_len;
	if (kind == EVENT_PUNT)
		*(__be32 *)e->next_hop = f->dst.ip4;
	if (kind == EVENT_NEW_CONNECTION)
		event_connection(e, f->ct_created);
}

/* The bytes of a frame to take into an event, 1..EVENT_HEAD_MAX, in a form
 * that the verifier of Linux 6.1 follows. */
static __always_inline __u32 event_captured(__u32 frame_len, __u32 snaplen)
{
	__u32 len = frame_len < snaplen ? frame_len : snaplen;

	if (len > EVENT_HEAD_MAX)
		len = EVENT_HEAD_MAX;
	barrier_var(len);
	return ((len - 1) & (EVENT_HEAD_MAX - 1)) + 1;
}

/* To every monitor that wants it, by a TC program. */
__noinline int event_skb(struct __sk_buff *skb, struct flow *f, __u32 kind,
			 __u32 reason)
{
	__u32 now = bpf_ktime_get_coarse_ns() / 1000000000;
	struct drop_at_key at;

	if (!f)
		return 0;
	drop_place(f, reason, &at);
	for (__u32 slot = 0; slot < MONITOR_SLOTS; slot++) {
		__u32 want = monitor_wants(slot, kind, &at, now), len;
		struct event *e;

		if (!want)
			continue;
		e = event_reserve(slot);
		if (!e)
			continue;
		event_fill(e, f, kind, &at);
		e->ifindex = skb->ifindex;
		e->len = skb->len;
		len = event_captured(e->len, want);
		if (!bpf_skb_load_bytes(skb, 0, e->head, len))
			e->captured = len;
		bpf_ringbuf_submit(e, 0);
	}
	return 0;
}

/* ... by an XDP program. */
__noinline int event_xdp(struct xdp_md *ctx, struct flow *f, __u32 kind,
			 __u32 reason)
{
	__u32 now = bpf_ktime_get_coarse_ns() / 1000000000;
	struct drop_at_key at;

	if (!f)
		return 0;
	drop_place(f, reason, &at);
	for (__u32 slot = 0; slot < MONITOR_SLOTS; slot++) {
		__u32 want = monitor_wants(slot, kind, &at, now), len;
		struct event *e;

		if (!want)
			continue;
		e = event_reserve(slot);
		if (!e)
			continue;
		event_fill(e, f, kind, &at);
		e->ifindex = ctx->ingress_ifindex;
		e->len = bpf_xdp_get_buff_len(ctx);
		len = event_captured(e->len, want);
		if (!bpf_xdp_load_bytes(ctx, 0, e->head, len))
			e->captured = len;
		bpf_ringbuf_submit(e, 0);
	}
	return 0;
}

static __always_inline void drop_skb(struct __sk_buff *skb, struct flow *f,
				     __u32 reason, __u32 bytes)
{
	drop_count(f, reason, bytes);
	event_skb(skb, f, EVENT_DROP, reason);
}

/* Once for each connection. */
static __always_inline void event_created(struct __sk_buff *skb, struct flow *f)
{
	if (!f->ct_created)
		return;
	event_skb(skb, f, EVENT_NEW_CONNECTION, DROP_NONE);
	f->ct_created = 0;
}

#endif /* XOVN_BPF_EVENT_H */
