/* SPDX-License-Identifier: GPL-2.0-only */
/* Table updates of a monitor, applied to rows. */
#ifndef XOVN_OVSDB_UPDATE_H
#define XOVN_OVSDB_UPDATE_H

#include "change.h"
#include "store.h"

/* Of RFC 7047 4.1.6 (rows before and after) or ovsdb-server(7) 4.1.14. */
enum update_form { UPDATE_ROWS, UPDATE_DIFFS };

/* One table: rows to come and rows to go, which move at once. */
struct table_update {
	struct changes *changes;
	struct ovsdb_table *table;
	struct ovsdb_row **added, **gone;
	size_t n_added, n_gone;
};

/* For at most n rows, whether they come, go or are modified. */
int update_begin(struct table_update *u, size_t n, struct error *e);
/* Moves them, also after err, which it returns. */
int update_end(struct table_update *u, int err, struct error *e);

/* All of {table: {uuid: row update}}.  Rows before one that is wrong are
 * applied. */
int update_apply(struct ovsdb *db, struct changes *changes,
		 const json_t *updates, enum update_form form, struct error *e);

#endif /* XOVN_OVSDB_UPDATE_H */
