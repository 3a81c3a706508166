// SPDX-License-Identifier: GPL-2.0-only
/*
 * A database file in each of its forms, for libFuzzer: a standalone log, a
 * cluster member's, a dump.  Most changes leave records their right length
 * and SHA-1.  Whatever is accepted, rows stand sorted and can be read.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/input.h"
#include "lib/mutate.h"
#include "ovsdb/ovsdb.h"

#define RECORDS 64

static const struct ovsdb_column columns[] = {
	{"name", OVSDB_STRING},	   {"n", OVSDB_INTEGER},
	{"on", OVSDB_BOOLEAN},	   {"words", OVSDB_STRING},
	{"options", OVSDB_MAP},	   {"peers", OVSDB_UUID},
	{"missing", OVSDB_STRING}, {0},
};
static const struct ovsdb_filter filter[] = {{"Thing", columns, true}, {0}};

struct record {
	const char *magic;
	const uint8_t *json;
	size_t size;
};

/* Where the next "OVSDB JSON " or the like stands, or end. */
static const uint8_t *header_find(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *at = memmem(p, end - p, "OVSDB ", 6);

	return at ? at : end;
}

/* What stands before the first header is lost. */
static size_t records_find(const uint8_t *data, size_t size,
			   struct record list[RECORDS])
{
	const uint8_t *end = data + size, *p = header_find(data, end);
	size_t n = 0;

	while (p < end && n < RECORDS) {
		const uint8_t *next = header_find(p + 6, end);
		const uint8_t *line = memchr(p, '\n', next - p);

		list[n].magic = next - p > 6 && p[6] == 'C' ? "CLUSTER" :
							      "JSON";
		list[n].json = line ? line + 1 : next;
		list[n].size = next - list[n].json;
		n++;
		p = next;
	}
	return n;
}

/* 0: it does not fit. */
static size_t records_write(const struct record *list, size_t n, uint8_t *out,
			    size_t max)
{
	char header[128];
	size_t size = 0, i, len;

	for (i = 0; i < n; i++) {
		len = record_header(header, list[i].magic, list[i].json,
				    list[i].size);
		if (size + len + list[i].size > max)
			return 0;
		memcpy(out + size, header, len);
		memcpy(out + size + len, list[i].json, list[i].size);
		size += len + list[i].size;
	}
	return size;
}

/* One record's JSON is changed, left out or said twice. */
static size_t records_change(struct record *list, size_t n, size_t max,
			     unsigned int seed, uint8_t *json)
{
	size_t at = seed % n;

	switch (seed / n % 8) {
	case 0:
		memmove(list + at, list + at + 1, (n - at - 1) * sizeof(*list));
		return n - 1;
	case 1:
		if (n == RECORDS)
			return n;
		memmove(list + at + 1, list + at, (n - at) * sizeof(*list));
		return n + 1;
	default:
		memcpy(json, list[at].json, list[at].size);
		list[at].size = json_mutate(json, list[at].size, max, seed);
		list[at].json = json;
		return n;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed)
{
	struct record list[RECORDS];
	uint8_t *json, *out;
	size_t n = 0, done = 0;

	if (seed % 8 && size)
		n = records_find(data, size, list);
	if (!n)
		return seed % 8 > 1 && size && *data == '{' ?
			       json_mutate(data, size, max, seed) :
			       LLVMFuzzerMutate(data, size, max);
	json = malloc(2 * max);
	require(json);
	out = json + max;
	n = records_change(list, n, max, seed / 8, json);
	if (n)
		done = records_write(list, n, out, max);
	memcpy(data, out, done);
	free(json);
	return done ? done : size;
}

static volatile size_t sink; /* keeps the reads */

static size_t row_read(const struct ovsdb_row *row)
{
	size_t n = strlen(ovsdb_string(row, "name", 0)), i;

	n += ovsdb_integer(row, "n", 0) & 1;
	n += ovsdb_boolean(row, "on", true);
	for (i = 0; i < ovsdb_size(row, "words"); i++)
		n += strlen(ovsdb_string(row, "words", i));
	for (i = 0; i < ovsdb_size(row, "peers"); i++)
		n += *ovsdb_uuid(row, "peers", i);
	for (i = 0; i < ovsdb_size(row, "options"); i++) {
		const char *key = ovsdb_map_key(row, "options", i);

		n += strlen(ovsdb_map_get(row, "options", key));
	}
	return n + ovsdb_size(row, "missing");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = file_start(0);
	const struct ovsdb_table *t;
	struct error e = {""};
	struct ovsdb *db;
	size_t i;

	json_object_seed(1);
	file_add(0, data, size);
	if (ovsdb_read(path, "Test", filter, &db, &e)) {
		require(!db);
		error_require(&e);
		return 0;
	}
	t = ovsdb_table(db, "Thing");
	require(t);
	require(ovsdb_count(db, "Thing") == ovsdb_table_size(t));
	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		sink = row_read(row);
		require(!i || memcmp(ovsdb_row_uuid(ovsdb_table_row(t, i - 1)),
				     ovsdb_row_uuid(row), 16) < 0);
		require(ovsdb_find(t, ovsdb_row_uuid(row)) == row);
	}
	ovsdb_free(db);
	return 0;
}
