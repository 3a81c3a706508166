/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of an image: chains of the entries that one owner has. */
#ifndef XOVN_IMAGE_OWNER_H
#define XOVN_IMAGE_OWNER_H

#include "image.h"

/* Entry i is not in any chain before.  0 or -ENOMEM. */
int owner_link(struct image_table *t, size_t i, uint64_t owner);
void owner_unlink(struct image_table *t, size_t i);
/* The entry's number changes. */
void owner_move(struct image_table *t, size_t from, size_t to);

#endif /* XOVN_IMAGE_OWNER_H */
