/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Databases in memory, written row by row, and what differs between two of
 * them as a client would tell it.  What goes wrong fails the running test.
 */
#ifndef SELFTESTS_ROWS_H
#define SELFTESTS_ROWS_H

#include "ovsdb/client.h"
#include "ovsdb/store.h"

struct ovsdb *rows_new(const struct ovsdb_filter *filter);
/* number: makes the uuid, with the table's place in the filter. */
void rows_uuid(const struct ovsdb *db, const char *table, uint32_t number,
	       uint8_t uuid[16]);
struct ovsdb_row *rows_add(struct ovsdb *db, const char *table,
			   uint32_t number);
/* value: OVSDB's JSON. */
void rows_set(struct ovsdb_row *row, const char *column, const char *value, ...)
	__attribute__((format(printf, 3, 4)));
/* {"set", [...]} of rows of a table by number. */
void rows_set_uuids(struct ovsdb *db, struct ovsdb_row *row, const char *column,
		    const char *table, const uint32_t *numbers, size_t n);
void rows_finish(struct ovsdb *db); /* look-ups work from here on */

/* Pointers to changes, in one allocation. */
const struct ovsdb_change **rows_changes(const struct ovsdb *old,
					 const struct ovsdb *new, size_t *n);

#endif /* SELFTESTS_ROWS_H */
