/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changed from one map layout to the next.  Whoever raises
 * XOVN_LAYOUT_VERSION adds a step in upgrade_step.c: the maps whose keys or
 * values changed, their sizes before, and a function for an entry of each.
 * The programs must read a converted entry as those before read the old one:
 * the network is the same until the next load or the agent compiles it anew.
 */
#ifndef XOVN_SYNC_UPGRADE_STEP_H
#define XOVN_SYNC_UPGRADE_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/mapset.h"

/* Bytes of a key or value, in any layout. */
#define UPGRADE_ENTRY_MAX 2048

struct upgrade_map {
	const char *name; /* NULL: no more */
	uint32_t key_size, val_size; /* before */
	/* *key and *val are zero.  Map "ct": one record; its seq stays, its
	 * actions are void.  NULL: the map begins empty. */
	void (*convert)(const void *old_key, const void *old_val, void *key,
			void *val);
};

struct upgrade_step {
	uint32_t layout; /* before; 0: no more */
	const struct upgrade_map *maps;
};

/* Is there a step from each layout on the way to ours? */
bool upgrade_is_known(uint32_t layout);
bool upgrade_is_changed(uint32_t layout, enum map_id id);
/* Is it changed, and are its entries lost? */
bool upgrade_is_emptied(uint32_t layout, enum map_id id);
/* Of a map's entries in that layout. */
void upgrade_sizes(uint32_t layout, enum map_id id, uint32_t *key_size,
		   uint32_t *val_size);
/* An entry of that layout in ours. */
void upgrade_entry(uint32_t layout, enum map_id id, const void *old_key,
		   const void *old_val, void *key, void *val);

#endif /* XOVN_SYNC_UPGRADE_STEP_H */
