/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events from the programs: a slot of map "monitor", which says what is
 * wanted, and a ring buffer of our own in map "event".  The slot is on while
 * its lease is renewed; whoever finds a lease that is over takes the slot.
 */
#ifndef XOVN_SYNC_MONITOR_H
#define XOVN_SYNC_MONITOR_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"
#include "sync/state.h"

#define MONITOR_LEASE 3 /* seconds */
#define MONITOR_RENEWAL 1

#define MONITOR_RING_DEFAULT (1 << 20) /* bytes */
#define MONITOR_RING_LOWEST (1 << 12)
#define MONITOR_RING_HIGHEST (1 << 28)

/* A negative return ends the reading and is what monitor_read() returns;
 * this event counts as read. */
typedef int (*monitor_event_fn)(void *arg, const struct event *event);

struct monitor {
	const struct state *s; /* the caller's */
	struct monitor_val want; /* but the lease */
	monitor_event_fn each;
	void *arg;
	__u32 slot;
	__u32 lease; /* as in the map; 0: given back */
	__u32 ring_id;
	int ring_fd;
	struct ring_buffer *ring;
	struct monitor_cpu_val *cpu; /* for one look-up */
	int n_cpus;
	int n_read; /* of one monitor_read() */
	/* Over all slots that this monitor has had. */
	struct monitor_cpu_val sum, past;
};

/* Takes a slot.  ring_size: bytes, made a power of two.  -EBUSY: all are
 * taken. */
int monitor_open(struct monitor *m, const struct state *s,
		 const struct monitor_val *want, uint32_t ring_size,
		 monitor_event_fn each, void *arg, struct error *e);
/* Becomes readable with an event. */
int monitor_fd(const struct monitor *m);
/* Events to each(), some hundreds at most: the number, 0 when there are none
 * (left), or what each() returned. */
int monitor_read(struct monitor *m);
/* To be called every MONITOR_RENEWAL seconds: 0; 1: it stood still beyond its
 * lease, saw nothing meanwhile, and has a slot again.  -ENOENT: detach --all
 * removed the maps. */
int monitor_renew(struct monitor *m, struct error *e);
/* Packets that the filter took, and events lost, since monitor_open(). */
int monitor_counts(struct monitor *m, uint64_t *seen, uint64_t *lost,
		   struct error *e);
/* Gives the slot back; what is in the ring can still be read. */
void monitor_stop(struct monitor *m);
void monitor_close(struct monitor *m);

#endif /* XOVN_SYNC_MONITOR_H */
