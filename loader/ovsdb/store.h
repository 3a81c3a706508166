/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables and rows while a file is read.  Unwanted tables keep the uuids of
 * their rows only: without them an update could not be told from an insert.
 * A live database (replica.c) has no hash index: its rows always stand
 * sorted, and all that an update brings or takes moves at once.
 */
#ifndef XOVN_OVSDB_STORE_H
#define XOVN_OVSDB_STORE_H

#include "datum.h"
#include "json_text.h"
#include "ovsdb.h"

struct ovsdb_row {
	const struct ovsdb_table *table;
	uint8_t uuid[16];
	uint32_t txn; /* the transaction that touched it last */
	struct ovsdb_datum *cells[]; /* one per column of the filter */
};

struct ovsdb_table {
	char *name;
	const struct ovsdb_filter *filter; /* NULL: rows are only counted */
	size_t n_columns; /* of the filter */
	/* By column of the filter: known to the schema, whether it holds at
	 * most one value, and whether exactly one. */
	bool *has_column, *is_single, *is_scalar;
	struct ovsdb_row **rows;
	size_t n_rows, capacity;
	uint32_t *slots; /* hash index while reading: 1 + place in rows, 0 free */
	size_t n_slots;
	/* When all is read: the first row of each bucket, as uuids begin, and
	 * the end; NULL: all is one. */
	uint32_t *first;
	unsigned int bucket_shift;
};

static inline uint32_t store_bucket(const struct ovsdb_table *t,
				    const uint8_t uuid[16])
{
	uint32_t begin = (uint32_t)uuid[0] << 24 | uuid[1] << 16 |
			 uuid[2] << 8 | uuid[3];

	return (uint64_t)begin >> t->bucket_shift;
}

struct ovsdb {
	const struct ovsdb_filter *filter;
	const char *expect;
	char *name, *version; /* from a schema; NULL: a dump */
	uint32_t txn; /* transactions so far */
	struct ovsdb_table **tables;
	size_t n_tables;
};

/* Empties the database; the filter stays. */
void store_reset(struct ovsdb *db);
/* Finds or makes a table; NULL: no memory. */
struct ovsdb_table *store_table(struct ovsdb *db, struct json_text name);
struct ovsdb_row *store_find(const struct ovsdb_table *t,
			     const uint8_t uuid[16]);
/* The row must not be there yet.  NULL: no memory. */
struct ovsdb_row *store_insert(struct ovsdb_table *t, const uint8_t uuid[16]);
void store_delete(struct ovsdb_table *t, struct ovsdb_row *row);
/* Place of a column in the filter, or -1. */
int store_column(const struct ovsdb_table *t, struct json_text name);
/* All is read, nothing comes or goes any more: sorts the rows, drops what only
 * reading needs. */
void store_finish(struct ovsdb *db);

/* Live tables.  A row that stands in none; NULL: no memory. */
struct ovsdb_row *store_row_new(const struct ovsdb_table *t,
				const uint8_t uuid[16]);
struct ovsdb_row *store_row_copy(const struct ovsdb_row *row);
void store_row_free(struct ovsdb_row *row);
bool store_row_equal(const struct ovsdb_row *a, const struct ovsdb_row *b);
/* Takes n different rows in, which it sorts; the table must have none of
 * them.  0, or -ENOMEM: nothing is taken. */
int store_rows_add(struct ovsdb_table *t, struct ovsdb_row **rows, size_t n);
/* Takes n different rows out, which it sorts; they become the caller's. */
void store_rows_remove(struct ovsdb_table *t, struct ovsdb_row **rows,
		       size_t n);

/* schema.c: takes the tables of a schema; an existing database is emptied.
 * Causes only in e, as all of these. */
int schema_apply(struct ovsdb *db, struct json_text schema, struct error *e);
/* txn.c: applies one transaction record. */
int txn_apply(struct ovsdb *db, struct json_text txn, struct error *e);
/* txn.c: sets a cell from JSON text; is_diff as in ovsdb(5). */
int txn_cell(struct ovsdb_table *t, struct ovsdb_row *row, size_t column,
	     struct json_text value, bool is_diff, struct error *e);
int txn_cell_json(const struct ovsdb_table *t, struct ovsdb_row *row,
		  size_t column, const json_t *value, bool is_diff,
		  struct error *e);

#endif /* XOVN_OVSDB_STORE_H */
