// SPDX-License-Identifier: GPL-2.0-only
#include "update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory");
}

int update_begin(struct table_update *u, size_t n, struct error *e)
{
	u->added = calloc(2 * n + 1, sizeof(u->added[0]));
	if (!u->added || changes_reserve(u->changes, n)) {
		free(u->added);
		return out_of_memory(e);
	}
	u->gone = u->added + n;
	return 0;
}

int update_end(struct table_update *u, int err, struct error *e)
{
	int failed;
	size_t i;

	store_rows_remove(u->table, u->gone, u->n_gone);
	for (i = 0; i < u->n_gone; i++)
		changes_delete(u->changes, u->gone[i]);
	failed = store_rows_add(u->table, u->added, u->n_added);
	for (i = 0; i < u->n_added; i++)
		if (failed)
			store_row_free(u->added[i]);
		else
			changes_insert(u->changes, u->added[i]);
	free(u->added);
	return failed && !err ? out_of_memory(e) : err;
}

static int row_wrong(const struct ovsdb_table *t, const char *uuid,
		     const char *problem, struct error *e)
{
	return error_set(e, EINVAL, "%s row %.36s: %s", t->name, uuid, problem);
}

/* Sets the columns that are named; with is_whole the others become empty. */
static int cells_apply(struct ovsdb_row *row, const json_t *columns,
		       bool is_diff, bool is_whole, struct error *e)
{
	const struct ovsdb_table *t = row->table;
	size_t i;
	int err;

	for (i = 0; i < t->n_columns; i++) {
		enum ovsdb_type type = t->filter->columns[i].type;
		struct ovsdb_datum **cell = &row->cells[i];
		const json_t *value;

		value = json_object_get(columns, t->filter->columns[i].name);
		if (!value && !is_whole)
			continue;
		err = txn_cell_json(t, row, i, value, is_diff, e);
		if (err)
			return err;
		/* Monitors leave defaults out or not, as they like. */
		if (t->is_scalar[i] && datum_is_default(*cell, type)) {
			datum_free(*cell, type);
			*cell = NULL;
		}
	}
	return 0;
}

static int row_add(struct table_update *u, const char *key,
		   const uint8_t uuid[16], const json_t *columns,
		   struct error *e)
{
	struct ovsdb_row *row;
	int err;

	if (ovsdb_find(u->table, uuid))
		return row_wrong(u->table, key, "inserted, but it exists", e);
	row = store_row_new(u->table, uuid);
	if (!row)
		return out_of_memory(e);
	err = cells_apply(row, columns, false, true, e);
	if (err) {
		store_row_free(row);
		return err;
	}
	u->added[u->n_added++] = row;
	return 0;
}

static int row_modify(struct table_update *u, struct ovsdb_row *row,
		      const json_t *columns, bool is_diff, struct error *e)
{
	if (changes_need_old(u->changes, row)) {
		struct ovsdb_row *old = store_row_copy(row);

		if (!old)
			return out_of_memory(e);
		changes_modify(u->changes, row, old);
	}
	return cells_apply(row, columns, is_diff, !is_diff, e);
}

/* {"initial"|"insert"|"modify": {...}} or {"delete": null} */
static int row_diff(struct table_update *u, const char *key,
		    const uint8_t uuid[16], json_t *update, struct error *e)
{
	struct ovsdb_row *row = (struct ovsdb_row *)ovsdb_find(u->table, uuid);
	void *member = json_object_iter(update);
	const char *what = member ? json_object_iter_key(member) : "";
	const json_t *columns = member ? json_object_iter_value(member) : NULL;

	if (!strcmp(what, "delete")) {
		if (!row)
			return row_wrong(u->table, key,
					 "deleted, but it does not exist", e);
		u->gone[u->n_gone++] = row;
		return 0;
	}
	if (!json_is_object(columns))
		return row_wrong(u->table, key, "columns were expected", e);
	if (!strcmp(what, "initial") || !strcmp(what, "insert"))
		return row_add(u, key, uuid, columns, e);
	if (strcmp(what, "modify"))
		return row_wrong(u->table, key, "no known kind of update", e);
	if (!row)
		return row_wrong(u->table, key,
				 "modified, but it does not exist", e);
	return row_modify(u, row, columns, true, e);
}

/* {"old": {...}, "new": {...}}; new is the whole row. */
static int row_whole(struct table_update *u, const char *key,
		     const uint8_t uuid[16], json_t *update, struct error *e)
{
	struct ovsdb_row *row = (struct ovsdb_row *)ovsdb_find(u->table, uuid);
	const json_t *new = json_object_get(update, "new");

	if (!new && !row)
		return row_wrong(u->table, key,
				 "deleted, but it does not exist", e);
	if (!new) {
		u->gone[u->n_gone++] = row;
		return 0;
	}
	if (!json_is_object(new))
		return row_wrong(u->table, key, "columns were expected", e);
	return row ? row_modify(u, row, new, false, e) :
		     row_add(u, key, uuid, new, e);
}

/* Only one spelling, so that no row can stand twice in an object. */
static bool key_parse(const char *key, uint8_t uuid[16])
{
	char text[37];

	if (ovsdb_uuid_parse(key, uuid))
		return false;
	ovsdb_uuid_format(uuid, text);
	return !strcmp(key, text);
}

static int table_apply(struct changes *changes, struct ovsdb_table *t,
		       json_t *rows, enum update_form form, struct error *e)
{
	struct table_update u = {.changes = changes, .table = t};
	const char *key;
	json_t *update;
	int err;

	if (!json_is_object(rows))
		return error_set(e, EINVAL, "table %s: rows were expected",
				 t->name);
	err = update_begin(&u, json_object_size(rows), e);
	if (err)
		return err;
	json_object_foreach(rows, key, update)
	{
		uint8_t uuid[16];

		if (!key_parse(key, uuid))
			err = row_wrong(t, key, "this is no uuid", e);
		else
			err = form == UPDATE_DIFFS ?
				      row_diff(&u, key, uuid, update, e) :
				      row_whole(&u, key, uuid, update, e);
		if (err)
			break;
	}
	return update_end(&u, err, e);
}

int update_apply(struct ovsdb *db, struct changes *changes,
		 const json_t *updates, enum update_form form, struct error *e)
{
	const char *name;
	json_t *rows;

	if (!json_is_object(updates))
		return error_set(e, EINVAL, "tables were expected");
	json_object_foreach((json_t *)updates, name, rows)
	{
		struct ovsdb_table *t;
		int err;

		t = (struct ovsdb_table *)ovsdb_table(db, name);
		if (!t)
			return error_set(e, EINVAL,
					 "table %.64s was not asked for", name);
		err = table_apply(changes, t, rows, form, e);
		if (err)
			return err;
	}
	return 0;
}
