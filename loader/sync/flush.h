/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_SYNC_FLUSH_H
#define XOVN_SYNC_FLUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"
#include "sync/diff.h"
#include "sync/state.h"

/*
 * After the new contents are written: deletes connections of routers and
 * ports that went, since their keys may be given to others, and those of
 * backends that went from load balancers with options:ct_flush (*n_flushed).
 * Without it established connections outlive their backend, as in OVN 23.06
 * and later.  Client affinity to what is no backend any more goes, too.  Walks
 * the tables only when something of theirs went.  all: NULL where the images
 * are whole; where they have a part of the network, all of it as it was:
 * what is not in them stays.
 */
int flush_connections(const struct state *s, const struct image *present,
		      const struct image *want, const struct diff *d,
		      const struct image *all, size_t *n_flushed,
		      struct error *e);

/* A backend that a load balancer with ct_flush does not have any more. */
struct gone_backend {
	uint32_t datapath;
	uint32_t id;
	uint8_t ip[4];
	uint16_t port; /* 0: whatever the client asked for */
};

/* Which connections those are: pure, no BPF call. */
struct flush_set {
	const struct image *present, *want;
	struct image zones; /* its table PORT: routers and ports that went */
	struct gone_backend *gone; /* sorted */
	size_t n_gone, capacity;
	bool is_lb_changed;
};

/* 0 or -ENOMEM; flush_set_free() in any case. */
int flush_set_init(struct flush_set *f, const struct image *present,
		   const struct image *want, const struct diff *d);
void flush_set_free(struct flush_set *f);
/* *is_backend: because its backend went. */
bool flush_set_has(const struct flush_set *f, const struct ct_val *ct,
		   bool *is_backend);

#endif /* XOVN_SYNC_FLUSH_H */
