// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a monitor sends, for libFuzzer: the lines of an input are updates of
 * the table Thing, which its first byte reads as rows or as diffs; a line
 * "!..." replaces all.  Whatever they are, rows stand sorted and can be read,
 * and what is said to have changed are rows that are there, or were.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/replica.h"

static const struct ovsdb_column columns[] = {
	{"name", OVSDB_STRING},	   {"n", OVSDB_INTEGER},
	{"on", OVSDB_BOOLEAN},	   {"words", OVSDB_STRING},
	{"options", OVSDB_MAP},	   {"peers", OVSDB_UUID},
	{"missing", OVSDB_STRING}, {0},
};
static const struct ovsdb_filter filter[] = {{"Thing", columns, true}, {0}};
static const char schema_text[] =
	"{\"name\":\"Test\",\"version\":\"1.0.0\",\"tables\":{\"Thing\":{"
	"\"columns\":{\"name\":{\"type\":\"string\"},"
	"\"n\":{\"type\":\"integer\"},"
	"\"on\":{\"type\":{\"key\":\"boolean\",\"min\":0,\"max\":1}},"
	"\"words\":{\"type\":{\"key\":\"string\",\"min\":0,"
	"\"max\":\"unlimited\"}},"
	"\"peers\":{\"type\":{\"key\":\"uuid\",\"min\":0,"
	"\"max\":\"unlimited\"}},"
	"\"options\":{\"type\":{\"key\":\"string\",\"value\":\"string\","
	"\"min\":0,\"max\":\"unlimited\"}}}}}}";

static void require(bool condition)
{
	if (!condition)
		abort();
}

static size_t row_read(const struct ovsdb_row *row)
{
	size_t n = strlen(ovsdb_string(row, "name", 0));

	n += ovsdb_integer(row, "n", 0) & 1;
	n += ovsdb_boolean(row, "on", true);
	for (size_t i = 0; i < ovsdb_size(row, "words"); i++)
		n += strlen(ovsdb_string(row, "words", i));
	for (size_t i = 0; i < ovsdb_size(row, "peers"); i++)
		n += *ovsdb_uuid(row, "peers", i);
	for (size_t i = 0; i < ovsdb_size(row, "options"); i++) {
		const char *key = ovsdb_map_key(row, "options", i);

		n += strlen(ovsdb_map_get(row, "options", key));
	}
	return n + ovsdb_size(row, "missing");
}

static volatile size_t sink; /* keeps the reads */

static void check(struct replica *r)
{
	const struct ovsdb_table *t = ovsdb_table(r->db, "Thing");
	size_t n = 0;

	for (size_t i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		n += row_read(row);
		require(!i || memcmp(ovsdb_row_uuid(ovsdb_table_row(t, i - 1)),
				     ovsdb_row_uuid(row), 16) < 0);
		require(ovsdb_find(t, ovsdb_row_uuid(row)) == row);
	}
	changes_settle(&r->changes);
	for (size_t i = 0; i < r->changes.n; i++) {
		const struct ovsdb_change *c = &r->changes.list[i];

		require(c->row || c->old);
		if (c->row)
			require(ovsdb_find(t, ovsdb_row_uuid(c->row)) ==
				c->row);
		if (c->row)
			n += row_read(c->row);
		if (c->old)
			n += row_read(c->old);
	}
	sink = n;
}

static void apply(struct replica *r, const char *text, size_t size,
		  enum update_form form)
{
	bool is_all = size && *text == '!';
	struct error e = {""};
	json_t *schema, *updates = json_loadb(text + is_all, size - is_all,
					      JSON_ALLOW_NUL, NULL);
	struct ovsdb *db = NULL;
	int err;

	if (!updates)
		return;
	if (is_all) {
		schema = json_loads(schema_text, 0, NULL);
		require(schema && !replica_schema(r, schema, &db, &e));
		err = replica_replace(r, db, updates, form, &e);
		json_decref(schema);
		ovsdb_free(db);
	} else {
		err = replica_update(r, updates, form, &e);
	}
	require(!err || *e.text);
	json_decref(updates);
	check(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data + 1, *end = p + size - 1, *line;
	struct replica r;

	if (!size)
		return 0;
	json_object_seed(1);
	require(!replica_init(&r, "Test", filter));
	apply(&r, "!{}", 3, UPDATE_ROWS);
	for (; p < end; p = line + 1) {
		line = memchr(p, '\n', end - p);
		line = line ? line : end;
		apply(&r, p, line - p,
		      data[0] & 1 ? UPDATE_DIFFS : UPDATE_ROWS);
		if (data[0] & 2)
			changes_forget(&r.changes);
	}
	replica_free(&r);
	return 0;
}
