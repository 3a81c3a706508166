/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_SYNC_MEMBERS_H
#define XOVN_SYNC_MEMBERS_H

#include "compile/image.h"

/*
 * Members of a flood group stand at indices 0..n-1 in any order.  Gives the
 * wanted members the indices they have at present, as far as these are below
 * the new count, so that one port more or less costs O(1) writes in a switch
 * of any size.  Changes want's table MEMBER only.  0 or -ENOMEM.
 */
int members_align(const struct image *present, struct image *want);

#endif /* XOVN_SYNC_MEMBERS_H */
