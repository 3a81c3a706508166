/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An OVSDB database file as rows in memory.  In: a path and the columns that
 * the caller wants.  Out: the live rows, after all transactions.  Callers:
 * nb/ (filter nb_columns) and nb/placement_sb.c (placement_sb_columns).
 *
 *   read.c        recognises the form of a file by its content
 *   log.c         records with their SHA-1
 *   standalone.c  ovsdb-server's file, `ovsdb-client backup`
 *   raft.c        a cluster member's file
 *   dump.c        `ovsdb-client -f json dump`
 *   schema.c, txn.c, store.c, datum.c, access.c   tables, rows, values
 *   json_text.c   walks JSON without building a tree of it
 */
#ifndef XOVN_OVSDB_H
#define XOVN_OVSDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct ovsdb;
struct ovsdb_table;
struct ovsdb_row;

enum ovsdb_type {
	OVSDB_STRING, /* and sets of strings, optional strings */
	OVSDB_INTEGER,
	OVSDB_BOOLEAN,
	OVSDB_UUID, /* and sets of references */
	OVSDB_MAP, /* string to string */
};

struct ovsdb_column {
	const char *name; /* NULL ends a list */
	enum ovsdb_type type;
};

/* A table whose rows are kept with these columns.  Rows of all other tables
 * are counted.  A file that lacks a required table is an error. */
struct ovsdb_filter {
	const char *table; /* NULL ends a list */
	const struct ovsdb_column *columns;
	bool is_required;
};

/* Reads the file.  expect is the name of the database it must hold
 * ("OVN_Northbound", "OVN_Southbound").  The filter must outlive *out.
 * Returns 0, or with e set -ENOENT and the like (cannot be opened), -EINVAL
 * (no such database, damaged) or -ENOMEM. */
int ovsdb_read(const char *path, const char *expect,
	       const struct ovsdb_filter *filter, struct ovsdb **out,
	       struct error *e);
void ovsdb_free(struct ovsdb *db);

/* Of its schema, as "7.0.0"; "": a dump has none. */
const char *ovsdb_version(const struct ovsdb *db);
/* Rows in a table, kept or only counted; 0 for a table it does not have. */
size_t ovsdb_count(const struct ovsdb *db, const char *table);
/* A table of the filter, or NULL where the file does not have it. */
const struct ovsdb_table *ovsdb_table(const struct ovsdb *db, const char *name);
/* Rows stand in the order of their uuids; t may be NULL. */
size_t ovsdb_table_size(const struct ovsdb_table *t);
const struct ovsdb_row *ovsdb_table_row(const struct ovsdb_table *t, size_t i);
/* NULL: no such row. */
const struct ovsdb_row *ovsdb_find(const struct ovsdb_table *t,
				   const uint8_t uuid[16]);

const char *ovsdb_row_table(const struct ovsdb_row *row); /* name */
const uint8_t *ovsdb_row_uuid(const struct ovsdb_row *row); /* 16 bytes */
void ovsdb_uuid_format(const uint8_t uuid[16], char text[37]);
int ovsdb_uuid_parse(const char *text, uint8_t uuid[16]); /* 0, -EINVAL */

/* Columns.  One that is missing in the file, or not in the filter, is empty.
 * Sets and maps stand sorted, as ovsdb-server sorts them. */
size_t ovsdb_size(const struct ovsdb_row *row, const char *column);
const char *ovsdb_string(const struct ovsdb_row *row, const char *column,
			 size_t i); /* "" beyond the end */
const uint8_t *ovsdb_uuid(const struct ovsdb_row *row, const char *column,
			  size_t i); /* NULL beyond the end */
int64_t ovsdb_integer(const struct ovsdb_row *row, const char *column,
		      int64_t fallback);
bool ovsdb_boolean(const struct ovsdb_row *row, const char *column,
		   bool fallback);
/* The value of a key, or NULL. */
const char *ovsdb_map_get(const struct ovsdb_row *row, const char *column,
			  const char *key);
const char *ovsdb_map_key(const struct ovsdb_row *row, const char *column,
			  size_t i); /* "" beyond the end */

#endif /* XOVN_OVSDB_H */
