/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets that wait for the MAC of their next hop: in the order in which they
 * came, for UPCALL_HOLD seconds from the hop's first.
 */
#ifndef XOVN_SYNC_HOPS_H
#define XOVN_SYNC_HOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maps.h"

/* As long as a hop is unresolved, what ovn-controller waits between looks. */
#define HOPS_CHECK_MS 100

struct kept_packet {
	struct kept_packet *next;
	struct reinject origin;
	uint32_t len;
	uint8_t data[];
};

struct hop {
	struct neighbor_key key;
	int64_t until; /* milliseconds, as time_ms() */
	uint32_t n;
	struct kept_packet *first, *last;
};

struct hops_handlers {
	/* Has the hop a MAC by which packets would be forwarded? */
	bool (*is_resolved)(void *arg, const struct neighbor_key *key);
	/* p goes back, or is dropped. */
	void (*leave)(void *arg, struct kept_packet *p, bool is_drop);
	/* Nothing waits for it any more. */
	void (*forget)(void *arg, const struct neighbor_key *key);
	void *arg;
};

struct hops {
	struct hops_handlers handlers;
	size_t n;
	struct hop list[UPCALL_HOPS];
};

/* Takes a copy of the packet.  -ENOSPC: as many wait for the hop as may;
 * -ENOBUFS: there are UPCALL_HOPS hops; -ENOMEM.  The hop may have been
 * learned since, hops_check_one() tells. */
int hops_add(struct hops *h, const struct upcall_packet *p, int64_t now);
/* Gives back what waits for the hop, if it is resolved. */
void hops_check_one(struct hops *h, const struct neighbor_key *key);
/* For every hop: gives back, or drops when its time is over. */
void hops_check(struct hops *h, int64_t now);
/* Drops everything. */
void hops_clear(struct hops *h);

#endif /* XOVN_SYNC_HOPS_H */
