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

/* Does the slot's monitor want it?  Counts. */
static __always_inline struct monitor_val *
monitor_wants(__u32 slot, const struct event *e, __u32 now)
{
	struct monitor_val *m = bpf_map_lookup_elem(&monitor, &slot);
	struct monitor_cpu_val *c;

	if (!m || !(m->kinds >> (e->kind & 31) & 1) ||
	    (__s32)(m->lease - now) < 0)
		return 0;
	if (m->reason && m->reason != e->reason)
		return 0;
	if (m->port && (m->datapath != e->datapath || m->port != e->port) &&
	    (m->datapath != e->in_datapath || m->port != e->in_port))
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
	return m;
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

/* The connection that the packet began. */
static __always_inline void event_connection(struct event *e, __u32 record)
{
	__u32 at = record - 1;
	struct ct_val *v = bpf_map_lookup_elem(&ct, &at);

	e->record = at;
	if (!v)
		return;
	e->orig = v->orig;
	e->reply = v->reply;
}

/* Whatever is the same in every slot; the head is the caller's. */
static __always_inline void event_fill(struct event *e, const struct flow *f,
				       __u32 kind, __u32 reason)
{
	struct drop_at_key at;

	drop_place(f, reason, &at);
	e->kind = kind;
	e->reason = reason;
	e->datapath = at.datapath;
	e->port = at.port;
	e->in_datapath = at.in_datapath;
	e->in_port = at.in_port;
	e->outer_len = f->outer_len;
	e->record = 0;
	e->pad = 0;
	e->pad2 = 0;
	__builtin_memset(e->next_hop, 0, sizeof(e->next_hop));
	if (kind == EVENT_PUNT)
		*(__be32 *)e->next_hop = f->dst.ip4;
	if (kind == EVENT_NEW_CONNECTION) {
		event_connection(e, f->ct_created);
		return;
	}
	__builtin_memset(&e->orig, 0, sizeof(e->orig));
	__builtin_memset(&e->reply, 0, sizeof(e->reply));
}
