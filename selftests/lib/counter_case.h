/* SPDX-License-Identifier: GPL-2.0-only */
/* Images of things that are counted, for tests of counters_align(). */
#ifndef XOVN_COUNTER_CASE_H
#define XOVN_COUNTER_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "maps.h"
#include "compile/image.h"

#define OWN 3 /* chassis */
#define N_ENTRIES (COUNTER_FIRST + 4096)

/* Two images and what aligning them said. */
struct alignment {
	struct image present, want;
	uint32_t next;
	uint32_t *fresh;
	size_t n_fresh, n_without;
};

void alignment_init(struct alignment *a);
void alignment_free(struct alignment *a);
void align(struct alignment *a, uint32_t n_entries);
/* What was wanted has been loaded; another load begins. */
void loaded(struct alignment *a);

/* Ports are in datapath 1 and named pN, all else is in datapath 2. */
void add_port(struct image *img, uint32_t port, enum port_kind kind,
	      uint32_t chassis);
void add_route(struct image *img, enum image_table_id id, uint8_t net,
	       enum route_kind kind, uint8_t nexthop);
void add_member(struct image *img, uint32_t index, uint8_t nexthop);
void add_nat(struct image *img, uint8_t host, uint32_t flags);
/* Some of everything that is counted: n_ports VIFs, a localnet port, 100 each
 * of three kinds of routes and three kinds of rules. */
void add_network(struct image *img, uint32_t n_ports);

uint32_t port_number(const struct image *img, uint32_t port);
uint32_t member_number(const struct image *img, uint32_t index);
uint32_t route_number(const struct image *img, uint8_t net);

/* The number of entries that the objects of an image have, each checked to
 * be in range and nobody else's. */
size_t entries_in_use(const struct image *img, uint32_t n_entries);

#endif /* XOVN_COUNTER_CASE_H */
