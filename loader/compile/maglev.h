/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Consistent choice among equals: backends of a VIP, routes of an ECMP group.
 * Maglev hashing (Eisenbud et al., NSDI '16, section 3.4) with one change, see
 * maglev_fill(): the names alone decide, so every host has the same table, and
 * a name that comes or goes moves little more than its own share of the slots.
 *
 * How even: no name has more than its share n_slots / n, 3 % and one slot.
 * Most have 0.85 of it and more; one whose permutation follows close behind
 * another's may have half.  Well balanced up to 655 names, 100 slots each; with
 * more than 65521 some have none.
 * How stable: one of n names more or less moves at most twice its fair share
 * 1/n as long as n stays within one size of the table; nearly all slots move
 * between sizes.
 */
#ifndef XOVN_COMPILE_MAGLEV_H
#define XOVN_COMPILE_MAGLEV_H

#include <stddef.h>
#include <stdint.h>

#include "tables.h"

#define MAGLEV_NAMES_MAX 65535

/* Slots of a table for n names: a prime; 0 where there is no choice. */
uint32_t maglev_slots(size_t n);

/* Fills every slot with the index of a name; names differ from each other,
 * their order does not matter.  n_slots is a prime.  0, -EINVAL (no names),
 * -E2BIG, -ENOMEM. */
int maglev_fill(uint16_t *slot, uint32_t n_slots, const char *const *names,
		size_t n);

/* Table "maglev" for the id, n names; *n_slots is 0, and nothing added, where
 * n is at most 1.  0, -E2BIG (error_set()), -ENOMEM. */
int tables_add_maglev(struct tables *c, uint32_t id, const char *const *names,
		      size_t n, uint32_t *n_slots);

#endif /* XOVN_COMPILE_MAGLEV_H */
