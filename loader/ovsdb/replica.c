// SPDX-License-Identifier: GPL-2.0-only
#include "replica.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory");
}

static struct json_text text_of(const char *string)
{
	return (struct json_text){string, string + strlen(string)};
}

static struct ovsdb *db_new(const char *expect,
			    const struct ovsdb_filter *filter)
{
	struct ovsdb *db = calloc(1, sizeof(*db));

	if (db) {
		db->expect = expect;
		db->filter = filter;
	}
	return db;
}

int replica_init(struct replica *r, const char *database,
		 const struct ovsdb_filter *filter)
{
	const struct ovsdb_filter *f;

	memset(r, 0, sizeof(*r));
	r->db = db_new(database, filter);
	if (!r->db)
		return -ENOMEM;
	for (f = filter; f->table; f++)
		if (!store_table(r->db, text_of(f->table)))
			return -ENOMEM;
	return 0;
}

void replica_free(struct replica *r)
{
	/* Old rows point to their tables. */
	changes_free(&r->changes);
	ovsdb_free(r->db);
	r->db = NULL;
}

int replica_schema(const struct replica *r, const json_t *schema,
		   struct ovsdb **out, struct error *e)
{
	struct ovsdb *db = db_new(r->db->expect, r->db->filter);
	char *text = json_dumps(schema, JSON_COMPACT | JSON_ENCODE_ANY);
	struct json_text whole;
	const char *problem;
	int err;

	*out = NULL;
	if (!db || !text) {
		err = out_of_memory(e);
		goto out;
	}
	problem = json_text_whole(text_of(text), &whole);
	if (problem)
		err = error_set(e, EINVAL, "the schema is damaged: %s",
				problem);
	else
		err = schema_apply(db, whole, e);
	if (!err) {
		*out = db;
		db = NULL;
	}
out:
	ovsdb_free(db);
	free(text);
	return err;
}

static int column_find(const struct ovsdb_table *t, const char *column)
{
	return t ? store_column(t, text_of(column)) : -1;
}

bool replica_has_column(const struct ovsdb *db, const char *table,
			const char *column)
{
	const struct ovsdb_table *t = ovsdb_table(db, table);
	int at = column_find(t, column);

	return at >= 0 && t->has_column[at];
}

bool replica_same_columns(const struct replica *r, const struct ovsdb *schema)
{
	size_t i, j;

	for (i = 0; i < r->db->n_tables; i++) {
		const struct ovsdb_table *t = r->db->tables[i];

		for (j = 0; j < t->n_columns; j++)
			if (t->has_column[j] !=
			    replica_has_column(schema, t->name,
					       t->filter->columns[j].name))
				return false;
	}
	return true;
}

int replica_update(struct replica *r, const json_t *updates,
		   enum update_form form, struct error *e)
{
	return update_apply(r->db, &r->changes, updates, form, e);
}

/* The row of the new contents gives its cells to the one that is there. */
static void row_take(struct changes *changes, struct ovsdb_row *row,
		     struct ovsdb_row *new)
{
	const struct ovsdb_table *t = row->table;
	size_t i;

	if (changes_need_old(changes, row)) {
		for (i = 0; i < t->n_columns; i++) {
			struct ovsdb_datum *cell = row->cells[i];

			row->cells[i] = new->cells[i];
			new->cells[i] = cell;
		}
		new->table = t;
		changes_modify(changes, row, new);
		return;
	}
	for (i = 0; i < t->n_columns; i++) {
		datum_free(row->cells[i], t->filter->columns[i].type);
		row->cells[i] = new->cells[i];
		new->cells[i] = NULL;
	}
	store_row_free(new);
}

/* t has all rows of new afterwards, and new has none. */
static int table_replace(struct changes *changes, struct ovsdb_table *t,
			 struct ovsdb_table *new, struct error *e)
{
	struct table_update u = {.changes = changes, .table = t};
	size_t i = 0, j = 0;
	int err = update_begin(&u, t->n_rows + new->n_rows, e);

	if (err)
		return err;
	while (i < t->n_rows || j < new->n_rows) {
		int order = i == t->n_rows   ? 1 :
			    j == new->n_rows ? -1 :
					       memcmp(t->rows[i]->uuid,
						      new->rows[j]->uuid, 16);

		if (order < 0) {
			u.gone[u.n_gone++] = t->rows[i++];
		} else if (order > 0) {
			new->rows[j]->table = t;
			u.added[u.n_added++] = new->rows[j++];
		} else if (store_row_equal(t->rows[i], new->rows[j])) {
			i++;
			store_row_free(new->rows[j++]);
		} else {
			row_take(changes, t->rows[i++], new->rows[j++]);
		}
	}
	new->n_rows = 0;
	return update_end(&u, 0, e);
}

static int db_replace(struct replica *r, struct ovsdb *new, struct error *e)
{
	size_t i;

	for (i = 0; i < r->db->n_tables; i++) {
		struct ovsdb_table *t = r->db->tables[i], none = {0}, *other;
		size_t flags = t->n_columns * sizeof(bool);
		int err;

		other = (struct ovsdb_table *)ovsdb_table(new, t->name);
		if (other) {
			memcpy(t->has_column, other->has_column, flags);
			memcpy(t->is_single, other->is_single, flags);
			memcpy(t->is_scalar, other->is_scalar, flags);
		} else {
			memset(t->has_column, 0, flags);
		}
		err = table_replace(&r->changes, t, other ? other : &none, e);
		if (err)
			return err;
	}
	free(r->db->version);
	r->db->version = new->version;
	new->version = NULL;
	return 0;
}

int replica_replace(struct replica *r, struct ovsdb *schema,
		    const json_t *updates, enum update_form form,
		    struct error *e)
{
	struct changes unused = {0};
	int err = update_apply(schema, &unused, updates, form, e);

	changes_free(&unused);
	return err ? err : db_replace(r, schema, e);
}
