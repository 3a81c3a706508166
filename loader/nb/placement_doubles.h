/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a live Southbound database that cannot be used; for placement_sb.c. */
#ifndef XOVN_PLACEMENT_DOUBLES_H
#define XOVN_PLACEMENT_DOUBLES_H

#include "placement.h"

/* The row that e is about is left out: 1, or -ENOMEM. */
int placement_skip(struct placement *p, struct error *e);
/* Leaves one key of those that are alike: who holds it has it, else the first
 * in the order of their rows' uuids.  0 or -ENOMEM. */
int placement_drop_doubles(struct placement *p,
			   const struct placement_holders *holders,
			   struct error *e);

#endif /* XOVN_PLACEMENT_DOUBLES_H */
