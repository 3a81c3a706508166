/* SPDX-License-Identifier: GPL-2.0-only */
/* What garp.c has found is sent by garp_send.c. */
#ifndef XOVN_SYNC_GARP_SEND_H
#define XOVN_SYNC_GARP_SEND_H

#include <stdbool.h>

#include "maps.h"
#include "sync/garp.h"

struct announcement {
	struct garp_key key;
	struct garp_val val;
	uint32_t ifindex;
	uint16_t vlan, vlan_type;
	struct port_key owner; /* port 0: none in the switch */
	/* In a queue. */
	int64_t due; /* time_ms() */
	unsigned int n_sent;
};

struct announcements {
	struct announcement *list;
	size_t n, capacity;
};

/* Where tables are looked up: in an image, or in maps. */
struct garp_source {
	const struct image *image; /* NULL: maps */
	int fd[IMAGE_TABLE_COUNT]; /* of GARP, PORT and L2 */
};

/* Copies the value of a key.  false: there is none. */
bool garp_find(const struct garp_source *source, enum image_table_id id,
	       const void *key, void *val);
/* A guest is announced where it is bound: its placement may be ahead of a
 * migration.  *owner: the port that has the MAC. */
bool garp_guest_is_here(const struct garp_source *source,
			const struct announcement *a, struct port_key *owner);
/* Does it stand in the maps as it did? */
bool garp_is_wanted(const struct garp_source *maps,
		    const struct announcement *a);
void garp_source_maps(struct garp_source *source, const struct state *s);

int announcements_add(struct announcements *a, const struct announcement *one);

/* Sends each once; the rest by queue or, NULL, by a child.  How many or
 * -errno. */
int garp_send(const struct state *s, struct announcements *a,
	      struct garp_queue *queue);

#endif /* XOVN_SYNC_GARP_SEND_H */
