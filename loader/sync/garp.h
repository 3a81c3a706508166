/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Announcements: the addresses of map "garp" go out as broadcast ARP requests
 * for themselves on the localnet ports attached here, so that switches and
 * neighbours follow a gateway that has moved.  Five times within 16 seconds as
 * ovn-controller does (with pauses of 1, 2, 4, 8 s), never repeated.  A guest's
 * addresses are announced where it is bound.  The first goes out before these
 * return; a child in the background, or a queue, sends the others, as long as
 * an address still stands in the maps.
 */
#ifndef XOVN_SYNC_GARP_H
#define XOVN_SYNC_GARP_H

#include <stddef.h>
#include <stdint.h>

#include "sync/diff.h"
#include "sync/state.h"
#include "waits.h"

#define GARP_FRAME_MAX 46 /* with a VLAN tag */

/* An ARP request broadcast from mac for ip itself, tagged where vlan is not
 * 0 (vlan_type: host order): its length. */
size_t garp_frame(uint8_t frame[GARP_FRAME_MAX], const uint8_t mac[6],
		  const uint8_t ip[4], uint16_t vlan, uint16_t vlan_type);

/* What a program that waits for other things, too, has still to send. */
struct garp_queue;

struct garp_queue *garp_queue_new(void); /* NULL: no memory */
void garp_queue_free(struct garp_queue *q);
void garp_queue_run(struct garp_queue *q, const struct state *s);
void garp_queue_wait(const struct garp_queue *q, struct waits *w);

/* queue NULL: a child in the background sends the others. */

/* All addresses announced by this interface.  Returns how many, or -errno. */
int garp_announce_iface(const struct state *s, uint32_t ifindex,
			struct garp_queue *queue);
/* The addresses of a guest that was bound. */
int garp_announce_guest(const struct state *s, const struct port_key *port);
/* What a load that wrote *d announces anew: new addresses, MACs or ports, all
 * of a port that came to another interface or tag, and those of guests that
 * were bound.  present and want: what *d is the difference of. */
int garp_announce_changes(const struct state *s, const struct image *present,
			  const struct image *want, const struct diff *d,
			  struct garp_queue *queue);

#endif /* XOVN_SYNC_GARP_H */
