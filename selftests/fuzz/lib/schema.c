// SPDX-License-Identifier: GPL-2.0-only
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>

#include "input.h"

static json_t *type_make(enum ovsdb_type type)
{
	static const char *const keys[] = {
		[OVSDB_STRING] = "string",   [OVSDB_INTEGER] = "integer",
		[OVSDB_BOOLEAN] = "boolean", [OVSDB_UUID] = "uuid",
		[OVSDB_MAP] = "string",
	};
	json_t *json = json_pack("{s:s, s:i, s:s}", "key", keys[type], "min", 0,
				 "max", "unlimited");

	require(json);
	if (type == OVSDB_MAP)
		json_object_set_new(json, "value", json_string("string"));
	return json;
}

/* whole: tables of a schema, or NULL. */
static json_t *columns_make(const json_t *whole, const struct ovsdb_filter *f)
{
	json_t *columns = json_object(), *column;
	const struct ovsdb_column *c;

	whole = json_object_get(json_object_get(whole, f->table), "columns");
	for (c = f->columns; c->name; c++) {
		column = whole ? json_incref(json_object_get(whole, c->name)) :
				 json_pack("{s:o}", "type", type_make(c->type));
		/* a later version's column */
		if (column)
			json_object_set_new(columns, c->name, column);
	}
	return json_pack("{s:o}", "columns", columns);
}

static char *schema_text(const char *database, const json_t *whole,
			 const struct ovsdb_filter *filter)
{
	json_t *schema, *tables = json_object();
	const struct ovsdb_filter *f;
	char *text;

	for (f = filter; f->table; f++)
		json_object_set_new(tables, f->table, columns_make(whole, f));
	schema = json_pack("{s:s, s:s, s:o}", "name", database, "version",
			   "1.0.0", "tables", tables);
	text = json_dumps(schema, JSON_COMPACT);
	require(text);
	json_decref(schema);
	return text;
}

char *schema_cut(const char *path, const struct ovsdb_filter *filter)
{
	FILE *f = fopen(path, "re");
	json_t *whole;
	char *text;
	int c;

	require(f);
	while ((c = getc(f)) != '\n')
		require(c != EOF);
	whole = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL);
	fclose(f);
	require(whole);
	text = schema_text(json_string_value(json_object_get(whole, "name")),
			   json_object_get(whole, "tables"), filter);
	json_decref(whole);
	return text;
}

char *schema_make(const char *database, const struct ovsdb_filter *filter)
{
	return schema_text(database, NULL, filter);
}
