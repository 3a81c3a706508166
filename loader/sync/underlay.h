/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Map "tunnel": how each chassis is reached over the underlay interface.
 * Filled by load (chassis come and go) and attach (the interface does).
 */
#ifndef XOVN_SYNC_UNDERLAY_H
#define XOVN_SYNC_UNDERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "sync/iface.h"
#include "sync/state.h"

struct underlay {
	struct tunnel_val *tunnel; /* XOVN_MAX_CHASSIS, wanted contents */
	size_t n_chassis; /* but the own one */
	size_t n_unreachable; /* no route, or next hop not resolved yet */
	char unreachable[XOVN_NAME_LEN]; /* name of the first */
};

/* New next hops. */
enum underlay_resolve {
	UNDERLAY_WAIT, /* has the kernel resolve them and waits for that, at
			* most a second in all */
	UNDERLAY_START, /* does not wait: who calls again finds them */
	UNDERLAY_PREVIEW, /* does nothing */
};

/* Works out the wanted map for these chassis (XOVN_MAX_CHASSIS entries).
 * iface NULL: nothing is attached; is_native: in mode native.  But for a
 * preview forgets next hops not needed any more. */
int underlay_compute(struct netlink *nl, const struct chassis_val *chassis,
		     uint32_t own, const uint8_t encap_ip[4],
		     const struct iface *iface, bool is_native,
		     enum underlay_resolve resolve, struct underlay *u,
		     struct error *e);
void underlay_free(struct underlay *u);

/* Writes what differs: entries for chassis there are, or (is_removal) zeroes
 * for those that went.  Returns in *n_writes what was, or with is_preview
 * would have been, written. */
int underlay_write(const struct state *s, const struct underlay *u,
		   bool is_removal, bool is_preview, size_t *n_writes,
		   struct error *e);

#endif /* XOVN_SYNC_UNDERLAY_H */
