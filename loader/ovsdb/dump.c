// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ovsdb-client -f json dump`: one object {caption, headings, data} a table,
 * no schema and no history.
 */
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DUMP_REMEDY "make it with ovsdb-client -f json dump"
#define DUMP_FIRST 65536
/* Columns of a table; OVN's widest has about 30. */
#define DUMP_COLUMNS 256

struct dump_table {
	struct json_text caption, headings, data;
	size_t n_headings;
	int column[DUMP_COLUMNS]; /* of the filter, -1: unwanted */
	int uuid; /* which heading is _uuid, -1: none */
};

static int file_slurp(struct log_file *log, size_t *size, struct error *e)
{
	size_t n;

	*size = 0;
	do {
		if (*size == log->capacity) {
			size_t capacity = *size ? 2 * *size : DUMP_FIRST;
			char *buffer = realloc(log->buffer, capacity);

			if (!buffer)
				return error_set(e, ENOMEM, "%s: out of memory",
						 log->path);
			log->buffer = buffer;
			log->capacity = capacity;
		}
		n = fread(log->buffer + *size, 1, log->capacity - *size,
			  log->file);
		*size += n;
	} while (n);
	if (ferror(log->file))
		return error_set(e, EIO, "%s: cannot be read: %s", log->path,
				 strerror(errno));
	return 0;
}

static int table_wrong(const char *problem, struct error *e)
{
	return error_set(e, EINVAL, "%s; " DUMP_REMEDY, problem);
}

static int table_parse(struct json_text text, struct dump_table *d,
		       struct error *e)
{
	static const char suffix[] = " table\"";
	struct json_walk w;

	memset(d, 0, sizeof(*d));
	json_walk_init(&w, text);
	while (json_walk_next(&w)) {
		if (json_text_equals(w.key, "caption"))
			d->caption = w.value;
		else if (json_text_equals(w.key, "headings"))
			d->headings = w.value;
		else if (json_text_equals(w.key, "data"))
			d->data = w.value;
	}
	if (w.problem || !json_text_is(d->caption, '"') ||
	    !json_text_is(d->headings, '[') || !json_text_is(d->data, '['))
		return table_wrong("a table with caption, headings and data "
				   "was expected",
				   e);
	/* "Logical_Switch table" */
	d->caption.p++;
	if (d->caption.end - d->caption.p <= (long)strlen(suffix) ||
	    memcmp(d->caption.end - strlen(suffix), suffix, strlen(suffix)))
		return table_wrong("the caption names no table", e);
	d->caption.end -= strlen(suffix);
	return 0;
}

static int headings_parse(const struct ovsdb_table *t, struct dump_table *d,
			  struct error *e)
{
	struct json_walk w;

	d->uuid = -1;
	json_walk_init(&w, d->headings);
	while (json_walk_next(&w)) {
		struct json_text name = w.value;

		if (!json_text_is(name, '"') || d->n_headings == DUMP_COLUMNS)
			return table_wrong("the headings are damaged", e);
		name.p++;
		name.end--;
		if (json_text_equals(name, "_uuid"))
			d->uuid = d->n_headings;
		d->column[d->n_headings++] = store_column(t, name);
	}
	if (d->uuid < 0)
		return error_set(e, EINVAL,
				 "table %s has no _uuid; " DUMP_REMEDY,
				 t->name);
	return 0;
}

/* ["uuid","..."] */
static int uuid_parse(struct json_text text, uint8_t uuid[16])
{
	struct json_walk w;
	char s[37];

	json_walk_init(&w, text);
	if (!json_walk_next(&w) || !json_text_equals(w.value, "\"uuid\"") ||
	    !json_walk_next(&w) || w.value.end - w.value.p != 38)
		return -EINVAL;
	memcpy(s, w.value.p + 1, 36);
	s[36] = '\0';
	return ovsdb_uuid_parse(s, uuid);
}

static int row_apply(struct ovsdb_table *t, const struct dump_table *d,
		     struct json_text text, struct error *e)
{
	struct json_text cells[DUMP_COLUMNS];
	struct ovsdb_row *row;
	struct json_walk w;
	uint8_t uuid[16];
	char name[37];
	size_t i, n = 0;
	int err;

	json_walk_init(&w, text);
	while (json_walk_next(&w)) {
		if (n++ == d->n_headings)
			break;
		cells[n - 1] = w.value;
	}
	if (w.problem || n != d->n_headings)
		return error_set(
			e, EINVAL,
			"table %s: a row does not match the headings; " DUMP_REMEDY,
			t->name);
	if (uuid_parse(cells[d->uuid], uuid))
		return error_set(e, EINVAL,
				 "table %s: a row has no uuid; " DUMP_REMEDY,
				 t->name);
	ovsdb_uuid_format(uuid, name);
	if (store_find(t, uuid))
		return error_set(e, EINVAL,
				 "%s row %s stands twice; " DUMP_REMEDY,
				 t->name, name);
	row = store_insert(t, uuid);
	if (!row)
		return error_set(e, ENOMEM, "out of memory");
	for (i = 0; i < n; i++) {
		if (d->column[i] < 0)
			continue;
		err = txn_cell(t, row, d->column[i], cells[i], false, e);
		if (err)
			return err;
	}
	return 0;
}

static int table_apply(struct ovsdb *db, struct json_text text, struct error *e)
{
	struct dump_table d;
	struct ovsdb_table *t;
	struct json_walk w;
	size_t i, before = db->n_tables;
	int err;

	err = table_parse(text, &d, e);
	if (err)
		return err;
	t = store_table(db, d.caption);
	if (!t)
		return error_set(e, ENOMEM, "out of memory");
	if (db->n_tables == before)
		return error_set(e, EINVAL,
				 "table %s stands twice; " DUMP_REMEDY,
				 t->name);
	err = headings_parse(t, &d, e);
	if (err)
		return err;
	for (i = 0; i < d.n_headings; i++)
		if (d.column[i] >= 0)
			t->has_column[d.column[i]] = true;
	json_walk_init(&w, d.data);
	while (json_walk_next(&w)) {
		err = row_apply(t, &d, w.value, e);
		if (err)
			return err;
	}
	return w.problem ? table_wrong(w.problem, e) : 0;
}

/* Without a schema, a table that only one database has tells which it is. */
static int database_check(struct log_file *log, struct ovsdb *db,
			  struct error *e)
{
	static const struct {
		const char *table, *database;
	} marks[] = {
		{"NB_Global", "OVN_Northbound"},
		{"SB_Global", "OVN_Southbound"},
		{"Open_vSwitch", "Open_vSwitch"},
		{"INB_Global", "OVN_IC_Northbound"},
	};
	size_t i, j;

	for (i = 0; i < db->n_tables; i++)
		for (j = 0; j < sizeof(marks) / sizeof(marks[0]); j++)
			if (!strcmp(db->tables[i]->name, marks[j].table) &&
			    strcmp(marks[j].database, db->expect))
				return error_set(e, EINVAL,
						 "%s: this is a dump of "
						 "database %s; give a file of "
						 "%s",
						 log->path, marks[j].database,
						 db->expect);
	return 0;
}

int dump_read(struct log_file *log, struct ovsdb *db, struct error *e)
{
	struct json_text all, value;
	const char *problem;
	size_t size;
	int err;

	err = file_slurp(log, &size, e);
	if (err)
		return err;
	all.p = log->buffer;
	all.end = log->buffer + size;
	for (;;) {
		while (all.p < all.end && strchr(" \t\r\n", *all.p) && *all.p)
			all.p++;
		if (all.p == all.end)
			return database_check(log, db, e);
		log->n++;
		log->offset = all.p - log->buffer;
		problem = json_text_take(&all, &value);
		if (problem)
			err = error_set(e, EINVAL,
					"no JSON at byte %zu: %s; the file is "
					"truncated or was edited; " DUMP_REMEDY,
					(size_t)(all.p - log->buffer), problem);
		else if (!json_text_is(value, '{'))
			err = table_wrong("a table was expected", e);
		else
			err = table_apply(db, value, e);
		if (err)
			return log_error(log, err, e);
	}
}
