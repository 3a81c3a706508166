/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent's end of map "upcall" (include/upcall.h): keeps packets whose
 * next hop is unknown, gives them back once it is known, and hands on what BPF
 * has learned.
 */
#ifndef XOVN_SYNC_UPCALLS_H
#define XOVN_SYNC_UPCALLS_H

#include "error.h"
#include "maps.h"
#include "sync/state.h"
#include "upcall.h"
#include "waits.h"

struct upcalls;

struct upcall_handlers {
	/* A router or switch learned something; kind NEIGHBOR or FDB. */
	void (*learned)(void *arg, const struct upcall *u);
	void *arg;
};

/* Opens ring and tap (an interface that is gone with the process), attaches
 * the program that takes packets back, and starts the lease. */
int upcalls_open(const struct state *s, const struct upcall_handlers *handlers,
		 struct upcalls **out, struct error *e);
void upcalls_close(struct upcalls *u);
/* Takes records, renews the lease, gives back packets whose neighbor is in
 * map "neighbor" or "learned" now, drops what has waited UPCALL_HOLD. */
void upcalls_run(struct upcalls *u);
void upcalls_wait(const struct upcalls *u, struct waits *w);
/* Map "neighbor" has got an entry (a MAC_Binding of another chassis). */
void upcalls_neighbor(struct upcalls *u, const struct neighbor_key *key);

struct upcall_counts {
	uint64_t kept, given_back, expired, refused; /* packets */
};
void upcalls_count(const struct upcalls *u, struct upcall_counts *counts);

#endif /* XOVN_SYNC_UPCALLS_H */
