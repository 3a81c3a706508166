/* SPDX-License-Identifier: GPL-2.0-only */
/* What has become of rows, one entry each, since it was last forgotten. */
#ifndef XOVN_OVSDB_CHANGE_H
#define XOVN_OVSDB_CHANGE_H

#include "client.h"
#include "store.h"

struct changes {
	struct ovsdb_change *list; /* both rows NULL: came and went */
	size_t n, capacity;
	uint32_t *slots; /* hash by uuid: 1 + place in list, 0 free */
	size_t n_slots;
	bool is_settled;
	uint64_t n_forgotten; /* lists that were */
};

/* Room for n more, so that what follows cannot fail.  0 or -ENOMEM. */
int changes_reserve(struct changes *c, size_t n);
void changes_insert(struct changes *c, const struct ovsdb_row *row);
/* The row is about to be modified: must a copy of it be made first and given
 * to changes_modify(), or is its state before known? */
bool changes_need_old(struct changes *c, const struct ovsdb_row *row);
void changes_modify(struct changes *c, const struct ovsdb_row *row,
		    struct ovsdb_row *old);
/* Takes the row over, which its table has let go. */
void changes_delete(struct changes *c, struct ovsdb_row *row);
/* Drops entries that say nothing; until then they are in the list. */
void changes_settle(struct changes *c);
void changes_forget(struct changes *c);
void changes_free(struct changes *c);

#endif /* XOVN_OVSDB_CHANGE_H */
