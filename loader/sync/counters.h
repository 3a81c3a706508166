/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters: numbers for what is counted, and what was counted. */
#ifndef XOVN_SYNC_COUNTERS_H
#define XOVN_SYNC_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "compile/image.h"
#include "error.h"
#include "maps.h"
#include "sync/state.h"

/*
 * Gives what the wanted image counts (ports of this host with their vif and
 * localnet entries, routes, NAT rules, VIPs) numbers in map "counter": those
 * they have at present, or free ones, which fresh[] lists, so that the caller
 * can empty them before anything counts there.  The search goes on at *next,
 * which moves: numbers lie close together, and one that another had is given
 * again only when all others had their turn.  n_entries: of the map.  What
 * finds no number has 0 and is not counted; *n_without says how many.  0 or
 * -ENOMEM.
 *
 * use: NULL where the images are whole; where they are parts of others,
 * counters_use() of the whole present one, which is brought up to date.
 */
int counters_align(const struct image *present, struct image *want,
		   uint32_t own_chassis, uint32_t n_entries, uint8_t *use,
		   uint32_t *next, uint32_t **fresh, size_t *n_fresh,
		   size_t *n_without);
/* Which numbers an image's objects have; to be freed.  NULL: no memory. */
uint8_t *counters_use(const struct image *img, uint32_t n_entries);

/* How many entries the objects of an image have. */
size_t counters_in_use(const struct image *img);

/* Writes zeros for all CPUs.  0 or -errno. */
int counters_clear(int map_fd, const uint32_t *numbers, size_t n);

/* All entries, each the sum over CPUs: an array of *n, to be freed. */
int counters_read(const struct state *s, struct counter_val **list, size_t *n,
		  struct error *e);

/* Entry number + offset, or zeros where number is 0. */
struct counter_val counters_get(const struct counter_val *list, size_t n,
				uint32_t number, uint32_t offset);

#endif /* XOVN_SYNC_COUNTERS_H */
