// SPDX-License-Identifier: GPL-2.0-only
#include "rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ovsdb/datum.h"

static struct json_text text_of(const char *s)
{
	return (struct json_text){s, s + strlen(s)};
}

struct ovsdb *rows_new(const struct ovsdb_filter *filter)
{
	struct ovsdb *db = calloc(1, sizeof(*db));

	assert_non_null(db);
	db->filter = filter;
	for (; filter->table; filter++)
		assert_non_null(store_table(db, text_of(filter->table)));
	return db;
}

void rows_uuid(const struct ovsdb *db, const char *table, uint32_t number,
	       uint8_t uuid[16])
{
	size_t i = 0;

	while (strcmp(db->filter[i].table, table))
		i++;
	memset(uuid, 0, 16);
	/* Scattered, so that order is not that of numbers. */
	number *= 2654435761u;
	memcpy(uuid, &number, sizeof(number));
	uuid[15] = i + 1;
}

struct ovsdb_row *rows_add(struct ovsdb *db, const char *table, uint32_t number)
{
	struct ovsdb_row *row;
	uint8_t uuid[16];

	rows_uuid(db, table, number, uuid);
	row = store_insert(store_table(db, text_of(table)), uuid);
	assert_non_null(row);
	return row;
}

static void set_cell(struct ovsdb_row *row, const char *column,
		     const char *value)
{
	struct ovsdb_table *t = (struct ovsdb_table *)row->table;
	int i = store_column(t, text_of(column));
	struct error e = {};

	if (i < 0)
		fail_msg("no column %s in %s", column, t->name);
	if (txn_cell(t, row, i, text_of(value), false, &e))
		fail_msg("%s: %s", value, e.text);
}

void rows_set(struct ovsdb_row *row, const char *column, const char *value, ...)
{
	char *text;
	va_list args;

	va_start(args, value);
	assert_true(vasprintf(&text, value, args) >= 0);
	va_end(args);
	set_cell(row, column, text);
	free(text);
}

void rows_set_uuids(struct ovsdb *db, struct ovsdb_row *row, const char *column,
		    const char *table, const uint32_t *numbers, size_t n)
{
	char *text = malloc(64 + 64 * n), *at = text;
	uint8_t uuid[16];
	char name[37];

	assert_non_null(text);
	at += sprintf(at, "[\"set\",[");
	for (size_t i = 0; i < n; i++) {
		rows_uuid(db, table, numbers[i], uuid);
		ovsdb_uuid_format(uuid, name);
		at += sprintf(at, "%s[\"uuid\",\"%s\"]", i ? "," : "", name);
	}
	sprintf(at, "]]");
	set_cell(row, column, text);
	free(text);
}

void rows_finish(struct ovsdb *db)
{
	store_finish(db);
}

static bool rows_are_same(const struct ovsdb_row *a, const struct ovsdb_row *b)
{
	for (size_t c = 0; c < a->table->n_columns; c++)
		if (!datum_equal(a->cells[c], b->cells[c],
				 a->table->filter->columns[c].type))
			return false;
	return true;
}

const struct ovsdb_change **rows_changes(const struct ovsdb *old,
					 const struct ovsdb *new, size_t *n)
{
	size_t n_max = 1, n_list = 0;
	const struct ovsdb_change **list;
	struct ovsdb_change *change;

	for (size_t t = 0; t < new->n_tables; t++)
		n_max += old->tables[t]->n_rows + new->tables[t]->n_rows;
	list = calloc(n_max, sizeof(*list) + sizeof(**list));
	assert_non_null(list);
	change = (void *)(list + n_max);
	for (size_t t = 0; t < new->n_tables; t++) {
		const struct ovsdb_table *x = old->tables[t];
		const struct ovsdb_table *y = new->tables[t];
		size_t i = 0, j = 0;

		while (i < x->n_rows || j < y->n_rows) {
			const struct ovsdb_row *a = i < x->n_rows ? x->rows[i] :
								    NULL;
			const struct ovsdb_row *b = j < y->n_rows ? y->rows[j] :
								    NULL;
			int order = a && b ? memcmp(a->uuid, b->uuid, 16) :
				    a	   ? -1 :
					     1;

			i += order <= 0;
			j += order >= 0;
			if (!order && rows_are_same(a, b))
				continue;
			change->old = order <= 0 ? a : NULL;
			change->row = order >= 0 ? b : NULL;
			change->kind = order < 0 ? OVSDB_DELETED :
				       order > 0 ? OVSDB_INSERTED :
						   OVSDB_MODIFIED;
			list[n_list++] = change++;
		}
	}
	*n = n_list;
	return list;
}
