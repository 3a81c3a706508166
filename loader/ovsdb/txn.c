// SPDX-License-Identifier: GPL-2.0-only
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory");
}

/* Most cells of a row are empty. */
static bool is_empty(struct json_text value)
{
	return json_text_equals(value, "[\"set\",[]]") ||
	       json_text_equals(value, "[\"map\",[]]");
}

/* new NULL: empty. */
static int cell_set(struct ovsdb_datum **cell, enum ovsdb_type type,
		    struct ovsdb_datum *new, bool is_diff, struct error *e)
{
	int err;

	if (is_diff) {
		err = datum_apply(cell, new, type);
		datum_free(new, type);
		return err ? out_of_memory(e) : 0;
	}
	datum_free(*cell, type);
	*cell = new;
	return 0;
}

static int cell_wrong(const struct ovsdb_row *row, size_t column, int err,
		      const char *cause, struct error *e)
{
	const struct ovsdb_table *t = row->table;
	char uuid[37];

	ovsdb_uuid_format(row->uuid, uuid);
	return error_set(e, -err, "%s row %s, column %s: %s", t->name, uuid,
			 t->filter->columns[column].name, cause);
}

int txn_cell_json(const struct ovsdb_table *t, struct ovsdb_row *row,
		  size_t column, const json_t *value, bool is_diff,
		  struct error *e)
{
	enum ovsdb_type type = t->filter->columns[column].type;
	struct ovsdb_datum *new = NULL;
	struct error cause = {""};
	int err = value ? datum_from_json(value, type, &new, &cause) : 0;

	if (!err)
		err = cell_set(&row->cells[column], type, new,
			       is_diff && !t->is_single[column], &cause);
	return err ? cell_wrong(row, column, err, cause.text, e) : 0;
}

int txn_cell(struct ovsdb_table *t, struct ovsdb_row *row, size_t column,
	     struct json_text value, bool is_diff, struct error *e)
{
	enum ovsdb_type type = t->filter->columns[column].type;
	struct ovsdb_datum *new = NULL;
	json_error_t problem;
	json_t *json;
	int err;

	if (is_empty(value) || datum_from_text(value, type, &new))
		return cell_set(&row->cells[column], type, new,
				is_diff && !t->is_single[column], e);
	json = json_loadb(value.p, value.end - value.p,
			  JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &problem);
	if (!json)
		return cell_wrong(row, column, -EINVAL, problem.text, e);
	err = txn_cell_json(t, row, column, json, is_diff, e);
	json_decref(json);
	return err;
}

static int row_wrong(const struct ovsdb_table *t, struct json_text uuid,
		     const char *problem, struct error *e)
{
	int n = uuid.end - uuid.p > 36 ? 36 : uuid.end - uuid.p;

	return error_set(e, EINVAL, "%s row %.*s: %s", t->name, n, uuid.p,
			 problem);
}

static int row_apply(struct ovsdb_table *t, struct json_text key,
		     struct json_text value, bool is_diff, uint32_t txn,
		     struct error *e)
{
	struct ovsdb_row *row;
	uint8_t uuid[16];
	char text[37];
	struct json_walk w;
	int err, column;
	bool is_insert;

	if (key.end - key.p != 36)
		return row_wrong(t, key, "this is no uuid", e);
	memcpy(text, key.p, 36);
	text[36] = '\0';
	if (ovsdb_uuid_parse(text, uuid))
		return row_wrong(t, key, "this is no uuid", e);

	row = store_find(t, uuid);
	if (json_text_equals(value, "null")) {
		if (!row)
			return row_wrong(t, key,
					 "deleted, but it does not exist", e);
		store_delete(t, row);
		return 0;
	}
	if (row && row->txn == txn)
		return row_wrong(t, key, "it stands twice in a record", e);
	if (!json_text_is(value, '{'))
		return row_wrong(t, key, "columns or null were expected", e);
	is_insert = !row;
	if (is_insert) {
		row = store_insert(t, uuid);
		if (!row)
			return out_of_memory(e);
	}
	row->txn = txn;
	if (!t->n_columns)
		return 0;
	json_walk_init(&w, value);
	while (json_walk_next(&w)) {
		column = store_column(t, w.key);
		if (column < 0)
			continue;
		if (!t->has_column[column])
			return row_wrong(t, key,
					 "it has a column that the schema "
					 "does not have",
					 e);
		err = txn_cell(t, row, column, w.value, is_diff && !is_insert,
			       e);
		if (err)
			return err;
	}
	return w.problem ? row_wrong(t, key, w.problem, e) : 0;
}

static int rows_apply(struct ovsdb_table *t, struct json_text rows,
		      bool is_diff, uint32_t txn, struct error *e)
{
	struct json_walk w;
	int err;

	if (!json_text_is(rows, '{'))
		return error_set(e, EINVAL, "table %s: rows were expected",
				 t->name);
	json_walk_init(&w, rows);
	while (json_walk_next(&w)) {
		err = row_apply(t, w.key, w.value, is_diff, txn, e);
		if (err)
			return err;
	}
	return w.problem ? error_set(e, EINVAL, "table %s: %s", t->name,
				     w.problem) :
			   0;
}

int txn_apply(struct ovsdb *db, struct json_text txn, struct error *e)
{
	struct ovsdb_table *t;
	static const char word[] = "\"_is_diff\"";
	struct json_walk w;
	bool is_diff = false, may_be_diff;
	int err;

	may_be_diff = memmem(txn.p, txn.end - txn.p, word, strlen(word));
	if (!json_text_is(txn, '{'))
		return error_set(e, EINVAL, "a transaction was expected");
	db->txn++;
	/* It may stand behind the tables; most transactions are without. */
	json_walk_init(&w, txn);
	while (may_be_diff && json_walk_next(&w))
		if (json_text_equals(w.key, "_is_diff"))
			is_diff = json_text_equals(w.value, "true");
	json_walk_init(&w, txn);
	while (json_walk_next(&w)) {
		if (json_text_is(w.key, '_'))
			continue;
		t = store_table(db, w.key);
		if (!t)
			return out_of_memory(e);
		err = rows_apply(t, w.value, is_diff, db->txn, e);
		if (err)
			return err;
	}
	return w.problem ? error_set(e, EINVAL, "%s", w.problem) : 0;
}
