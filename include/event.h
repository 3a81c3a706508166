/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What `xovn monitor` shows: events with a packet's head, from ring buffers.
 * Each monitor that runs has a slot: what it wants to see, and a ring of its
 * own.  A slot is off unless its lease is renewed, so that a monitor that was
 * killed costs nothing.
 */
#ifndef XOVN_EVENT_H
#define XOVN_EVENT_H

#include "ct.h"
#include "drop.h"
#include "types.h"

#define MONITOR_SLOTS 4
#define EVENT_HEAD_MAX 256

enum event_kind {
	EVENT_DROP = 1,
	EVENT_NEW_CONNECTION = 2,
	EVENT_PUNT = 3, /* the next hop's MAC is unknown: asked for */
	EVENT_KIND_COUNT,
};

/* ---- monitor: array of MONITOR_SLOTS ---- */

struct monitor_val {
	__u32 kinds; /* 1 << enum event_kind; 0: free */
	__u32 lease; /* CLOCK_MONOTONIC second until which the slot is on */
	__u32 sample; /* one packet of so many; 0, 1: each */
	__u32 rate; /* events per second and CPU at most; 0: no limit */
	__u32 snaplen; /* bytes of the packet, at most EVENT_HEAD_MAX */
	enum drop_reason reason; /* EVENT_DROP: this one only; DROP_NONE: all */
	__u32 datapath; /* only from or to this port; 0: all */
	__u32 port;
};

/* ---- monitor_cpu: by slot, per CPU.  BPF writes. ---- */

struct monitor_cpu_val {
	__u64 seen; /* packets that the slot's filter took */
	__u64 lost; /* of these and sampled, but over the rate or no room */
	__u32 second; /* CLOCK_MONOTONIC, that n_second counts in */
	__u32 n_second;
};

/* ---- event: array of ring buffers by slot; what is in them ---- */

struct event {
	__u64 time; /* CLOCK_MONOTONIC, nanoseconds */
	enum event_kind kind;
	enum drop_reason reason;
	/* As in struct drop_at_key; EVENT_NEW_CONNECTION: as in ct_val. */
	__u32 datapath;
	__u32 port;
	__u32 in_datapath;
	__u32 in_port;
	__u32 ifindex; /* it came in by */
	__u32 len; /* of the frame, outer headers included where it has any */
	__u32 captured; /* bytes in head */
	__u32 outer_len; /* bytes in front of the inner frame */
	__u32 record; /* EVENT_NEW_CONNECTION: of map "ct" */
	__u32 pad;
	struct ct_tuple orig; /* EVENT_NEW_CONNECTION: as in ct_val */
	struct ct_tuple reply;
	__u8 next_hop[4]; /* EVENT_PUNT: asked for */
	__u32 pad2;
	__u8 head[EVENT_HEAD_MAX];
};

#endif /* XOVN_EVENT_H */
