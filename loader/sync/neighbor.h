/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Next hops on the underlay: route look-ups, and neighbor entries that the
 * kernel keeps resolved by itself (NTF_EXT_MANAGED, Linux 5.16), so that
 * tunnels need no daemon.  Entries of ours carry a protocol number by which
 * they are found and removed again; an administrator's are used, never
 * changed.
 */
#ifndef XOVN_SYNC_NEIGHBOR_H
#define XOVN_SYNC_NEIGHBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/netlink.h"

struct neighbor_hop {
	uint8_t ip[4];
	uint8_t mac[6]; /* zero: not resolved */
	bool is_known; /* has an entry: permanent, or managed */
};

/* The next hop towards ip out of an interface: ip itself where it is on link.
 * -ENETUNREACH, -EAFNOSUPPORT (IPv6 gateway), ... */
int neighbor_route(struct netlink *nl, const uint8_t ip[4], uint32_t ifindex,
		   uint8_t nexthop[4]);
/* Fills in what the neighbor table knows of hops sorted by address. */
int neighbor_read(struct netlink *nl, uint32_t ifindex,
		  struct neighbor_hop *hop, size_t n);
/* Adds a managed entry; the kernel starts to resolve it. */
int neighbor_manage(struct netlink *nl, uint32_t ifindex, const uint8_t ip[4]);
/* Removes our entries but those for the n hops (sorted by address). */
int neighbor_forget(struct netlink *nl, uint32_t ifindex,
		    const struct neighbor_hop *keep, size_t n);
int neighbor_compare(const void *a, const void *b); /* for qsort() */

#endif /* XOVN_SYNC_NEIGHBOR_H */
