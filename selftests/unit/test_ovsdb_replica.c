// SPDX-License-Identifier: GPL-2.0-only
/* Random updates: the rows are what was sent, the changes lead to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/replica.h"

#define ROWS 300
#define ABSENT (-1)

static const struct ovsdb_column columns[] = {
	{"n", OVSDB_INTEGER},
	{"words", OVSDB_STRING},
	{0},
};
static const struct ovsdb_filter filter[] = {
	{"T", columns, true},
	{0},
};
static const char schema_text[] =
	"{\"name\":\"D\",\"tables\":{\"T\":{\"columns\":{"
	"\"n\":{\"type\":\"integer\"},\"words\":{\"type\":{\"key\":\"string\","
	"\"min\":0,\"max\":\"unlimited\"}}}}}}";

/* By number of the row: n, or ABSENT.  words is {"w<n / 10>"}. */
static int server[ROWS], known[ROWS];

static unsigned int seed;

static unsigned int below(unsigned int n)
{
	return rand_r(&seed) % n;
}

/* The first eight digits of the row's uuid. */
static uint32_t row_key(uint32_t i)
{
	return i * 2654435761u;
}

static void key_format(size_t i, char key[37])
{
	snprintf(key, 37, "%08x-0000-0000-0000-000000000000", row_key(i));
}

static int row_number(const struct ovsdb_row *row)
{
	const uint8_t *uuid = ovsdb_row_uuid(row);
	uint32_t i, key = (uint32_t)uuid[0] << 24 | uuid[1] << 16 |
			  uuid[2] << 8 | uuid[3];

	for (i = 0; i < ROWS; i++)
		if (row_key(i) == key)
			return i;
	fail_msg("no row %08x was ever sent", key);
	return 0;
}

static json_t *word(int n)
{
	char text[16];

	snprintf(text, sizeof(text), "w%d", n / 10);
	return json_string(text);
}

static json_t *row_whole(int n)
{
	return json_pack("{s:i, s:[s, [o]]}", "n", n, "words", "set", word(n));
}

/* As a server says it: the difference of the set. */
static json_t *row_diff(int old, int n)
{
	json_t *row = json_pack("{s:i}", "n", n);

	if (old / 10 != n / 10)
		json_object_set_new(row, "words",
				    json_pack("[s, [o, o]]", "set", word(old),
					      word(n)));
	return row;
}

static json_t *update_make(void)
{
	json_t *rows = json_object();
	unsigned int left = 1 + below(below(4) ? 4 : 100);

	while (left--) {
		size_t i = below(ROWS);
		int old = server[i], n = below(40);
		char key[37];

		key_format(i, key);
		if (json_object_get(rows, key))
			continue;
		if (old == ABSENT)
			json_object_set_new(rows, key,
					    json_pack("{s:o}", "insert",
						      row_whole(n)));
		else if (below(3))
			json_object_set_new(rows, key,
					    json_pack("{s:o}", "modify",
						      row_diff(old, n)));
		else
			json_object_set_new(rows, key,
					    json_pack("{s:n}", "delete"));
		server[i] = old != ABSENT && json_object_get(
						     json_object_get(rows, key),
						     "delete") ?
				    ABSENT :
				    n;
	}
	return json_pack("{s:o}", "T", rows);
}

static json_t *contents_make(void)
{
	json_t *rows = json_object();
	char key[37];
	size_t i;

	for (i = 0; i < ROWS; i++) {
		if (!below(4))
			server[i] = below(2) ? (int)below(40) : ABSENT;
		if (server[i] == ABSENT)
			continue;
		key_format(i, key);
		json_object_set_new(rows, key,
				    json_pack("{s:o}", "initial",
					      row_whole(server[i])));
	}
	return json_pack("{s:o}", "T", rows);
}

static void row_check(const struct ovsdb_row *row, int n)
{
	char text[16];

	assert_int_not_equal(n, ABSENT);
	assert_int_equal(ovsdb_integer(row, "n", 0), n);
	snprintf(text, sizeof(text), "w%d", n / 10);
	assert_int_equal(ovsdb_size(row, "words"), 1);
	assert_string_equal(ovsdb_string(row, "words", 0), text);
}

static void rows_check(const struct replica *r)
{
	const struct ovsdb_table *t = ovsdb_table(r->db, "T");
	size_t i, n = 0;

	for (i = 0; i < ROWS; i++)
		n += server[i] != ABSENT;
	assert_int_equal(ovsdb_table_size(t), n);
	for (i = 0; i < n; i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		row_check(row, server[row_number(row)]);
		assert_ptr_equal(ovsdb_find(t, ovsdb_row_uuid(row)), row);
		if (i)
			assert_true(memcmp(ovsdb_row_uuid(
						   ovsdb_table_row(t, i - 1)),
					   ovsdb_row_uuid(row), 16) < 0);
	}
}

/* known is what was there when changes were forgotten last. */
static void changes_check(struct replica *r)
{
	size_t i;

	changes_settle(&r->changes);
	for (i = 0; i < r->changes.n; i++) {
		const struct ovsdb_change *c = &r->changes.list[i];
		int *n = &known[row_number(c->row ? c->row : c->old)];

		if (c->old)
			row_check(c->old, *n);
		else
			assert_int_equal(*n, ABSENT);
		assert_true(!c->old || !c->row || ovsdb_change_has(c, "n"));
		*n = c->row ? (int)ovsdb_integer(c->row, "n", 0) : ABSENT;
	}
	assert_memory_equal(known, server, sizeof(known));
	changes_forget(&r->changes);
}

static void replace(struct replica *r, const json_t *schema)
{
	json_t *contents = contents_make();
	struct ovsdb *fresh;
	struct error e;

	assert_int_equal(replica_schema(r, schema, &fresh, &e), 0);
	assert_int_equal(replica_replace(r, fresh, contents, UPDATE_DIFFS, &e),
			 0);
	ovsdb_free(fresh);
	json_decref(contents);
}

static void random_updates(void **state)
{
	json_t *schema = json_loads(schema_text, 0, NULL);
	struct replica r;
	struct error e;
	size_t i;

	(void)state;
	assert_int_equal(replica_init(&r, "D", filter), 0);
	for (i = 0; i < ROWS; i++)
		server[i] = known[i] = ABSENT;
	for (i = 0; i < 2000; i++) {
		if (i % 100 == 0) {
			replace(&r, schema);
		} else {
			json_t *update = update_make();

			if (replica_update(&r, update, UPDATE_DIFFS, &e))
				fail_msg("%s", e.text);
			json_decref(update);
		}
		if (!below(3))
			changes_settle(&r.changes);
		rows_check(&r);
		if (!below(5))
			changes_check(&r);
	}
	changes_check(&r);
	replica_free(&r);
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_updates),
	};

	seed = getenv("SEED") ? atoi(getenv("SEED")) : 1;
	return cmocka_run_group_tests_name("ovsdb replica", tests, NULL, NULL);
}
