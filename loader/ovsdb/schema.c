// SPDX-License-Identifier: GPL-2.0-only
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int schema_wrong(const char *problem, struct error *e)
{
	return error_set(e, EINVAL, "the schema is damaged: %s", problem);
}

/* RFC 7047 section 3.2: min and max are 1 unless they say otherwise. */
static int column_apply(struct ovsdb_table *t, size_t column,
			struct json_text text, struct error *e)
{
	json_error_t problem;
	json_t *json, *type, *min, *max;

	json = json_loadb(text.p, text.end - text.p, 0, &problem);
	type = json_object_get(json, "type");
	if (!type) {
		json_decref(json);
		return schema_wrong("a column has no type", e);
	}
	min = json_object_get(type, "min");
	max = json_object_get(type, "max");
	t->has_column[column] = true;
	t->is_single[column] =
		!max || (json_is_integer(max) && json_integer_value(max) == 1);
	t->is_scalar[column] = t->is_single[column] &&
			       (!min || json_integer_value(min) == 1);
	json_decref(json);
	return 0;
}

static int table_apply(struct ovsdb *db, struct json_text name,
		       struct json_text text, struct error *e)
{
	struct ovsdb_table *t = store_table(db, name);
	struct json_walk table, columns;
	int err, column;

	if (!t)
		return error_set(e, ENOMEM, "out of memory");
	if (!t->filter)
		return 0;
	json_walk_init(&table, text);
	while (json_walk_next(&table)) {
		if (!json_text_equals(table.key, "columns"))
			continue;
		json_walk_init(&columns, table.value);
		while (json_walk_next(&columns)) {
			column = store_column(t, columns.key);
			if (column < 0)
				continue;
			err = column_apply(t, column, columns.value, e);
			if (err)
				return err;
		}
		if (columns.problem)
			return schema_wrong(columns.problem, e);
	}
	return table.problem ? schema_wrong(table.problem, e) : 0;
}

int schema_apply(struct ovsdb *db, struct json_text schema, struct error *e)
{
	struct json_text tables = {NULL, NULL}, name = {NULL, NULL};
	struct json_text version = {NULL, NULL};
	struct json_walk w;
	int err;

	if (!json_text_is(schema, '{'))
		return error_set(e, EINVAL,
				 "a schema was expected; this is no OVSDB "
				 "database");
	json_walk_init(&w, schema);
	while (json_walk_next(&w)) {
		if (json_text_equals(w.key, "name") &&
		    json_text_is(w.value, '"'))
			name = w.value;
		else if (json_text_equals(w.key, "version") &&
			 json_text_is(w.value, '"'))
			version = w.value;
		else if (json_text_equals(w.key, "tables") &&
			 json_text_is(w.value, '{'))
			tables = w.value;
	}
	if (w.problem)
		return schema_wrong(w.problem, e);
	if (!name.p || !tables.p)
		return schema_wrong("no name or no tables", e);

	store_reset(db);
	db->name = strndup(name.p + 1, name.end - name.p - 2);
	if (version.p)
		db->version =
			strndup(version.p + 1, version.end - version.p - 2);
	if (!db->name || (version.p && !db->version))
		return error_set(e, ENOMEM, "out of memory");
	if (strcmp(db->name, db->expect))
		return error_set(e, EINVAL,
				 "this is database %s; give a file of %s",
				 db->name, db->expect);
	json_walk_init(&w, tables);
	while (json_walk_next(&w)) {
		err = table_apply(db, w.key, w.value, e);
		if (err)
			return err;
	}
	return w.problem ? schema_wrong(w.problem, e) : 0;
}
