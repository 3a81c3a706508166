/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps that programs have in common: those that the loader knows, shared
 * by name.  The rest are each object's own.
 */
#ifndef XOVN_SYNC_PROGRAM_MAPS_H
#define XOVN_SYNC_PROGRAM_MAPS_H

#include "sync/programs_load.h"

/* Gives all objects, which are open, the same maps: those that are pinned,
 * as large as they are, and new ones.  No map is made before the definitions
 * of all objects have been checked. */
int program_maps_share(struct programs *p, const struct state *s,
		       const struct map_limits *limits, struct error *e);
/* Pins the new ones. */
int program_maps_pin(const struct programs *p, const struct state *s,
		     struct error *e);

#endif /* XOVN_SYNC_PROGRAM_MAPS_H */
