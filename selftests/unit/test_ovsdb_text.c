// SPDX-License-Identifier: GPL-2.0-only
/* Strings in JSON text, values from it, which must be those from a tree of it;
 * rows by uuid. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ovsdb/datum.h"
#include "ovsdb/store.h"

#define UUID_A "[\"uuid\",\"0a1B2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d\"]"
#define UUID_B "[\"uuid\",\"00000000-0000-4000-8000-000000000001\"]"

static const struct {
	const char *text;
	enum ovsdb_type type;
	bool is_usual; /* no tree is wanted */
} cases[] = {
	{"\"\"", OVSDB_STRING, true},
	{"\"02:01:00:00:00:01 10.0.0.1\"", OVSDB_STRING, true},
	{"[\"set\",[\"b\",\"a\",\"c\"]]", OVSDB_STRING, true},
	{"[\"set\",[\"a\"]]", OVSDB_STRING, true},
	{"[\"set\",[]]", OVSDB_STRING, true},
	{"[\"set\",[\"a\",\"a\"]]", OVSDB_STRING, false},
	{"[\"set\",[\"a\",1]]", OVSDB_STRING, false},
	{"[\"set\",[\"a\",]]", OVSDB_STRING, false},
	{"[\"set\",[\"a\"]", OVSDB_STRING, false},
	{"[\"set\", [\"a\", \"b\"]]", OVSDB_STRING, false},
	{"\"a\\\"b\"", OVSDB_STRING, false},
	{"\"\\u0041\"", OVSDB_STRING, false},
	{"\"\xc3\xa4\"", OVSDB_STRING, false},
	{"\"\xff\"", OVSDB_STRING, false},
	{"\"\x7f\"", OVSDB_STRING, false},
	{"\"a\" ", OVSDB_STRING, false},
	{"\"a\"\"", OVSDB_STRING, false},
	{"\"a", OVSDB_STRING, false},
	{"1", OVSDB_STRING, false},
	{"[\"map\",[]]", OVSDB_STRING, false},
	{"0", OVSDB_INTEGER, true},
	{"-7", OVSDB_INTEGER, true},
	{"[\"set\",[3,1,2]]", OVSDB_INTEGER, true},
	{"999999999999999999", OVSDB_INTEGER, true},
	{"9223372036854775807", OVSDB_INTEGER, false},
	{"9223372036854775808", OVSDB_INTEGER, false},
	{"01", OVSDB_INTEGER, false},
	{"-", OVSDB_INTEGER, false},
	{"1.5", OVSDB_INTEGER, false},
	{"1e3", OVSDB_INTEGER, false},
	{"\"1\"", OVSDB_INTEGER, false},
	{"true", OVSDB_BOOLEAN, true},
	{"false", OVSDB_BOOLEAN, true},
	{"[\"set\",[true]]", OVSDB_BOOLEAN, true},
	{"null", OVSDB_BOOLEAN, false},
	{"truefalse", OVSDB_BOOLEAN, false},
	{UUID_A, OVSDB_UUID, true},
	{"[\"set\",[" UUID_A "," UUID_B "]]", OVSDB_UUID, true},
	{"[\"set\",[" UUID_A "," UUID_A "]]", OVSDB_UUID, false},
	{"[\"uuid\",\"0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4\"]", OVSDB_UUID,
	 false},
	{"[\"uuid\",\"0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4g\"]", OVSDB_UUID,
	 false},
	{"[\"named-uuid\",\"x\"]", OVSDB_UUID, false},
	{"[\"map\",[[\"k\",\"v\"]]]", OVSDB_MAP, true},
	{"[\"map\",[[\"b\",\"\"],[\"a\",\"1\"]]]", OVSDB_MAP, true},
	{"[\"map\",[]]", OVSDB_MAP, true},
	{"[\"map\",[[\"k\",\"v\"],[\"k\",\"w\"]]]", OVSDB_MAP, false},
	{"[\"map\",[[\"k\"]]]", OVSDB_MAP, false},
	{"[\"map\",[[\"k\",1]]]", OVSDB_MAP, false},
	{"[\"set\",[]]", OVSDB_MAP, false},
	{"\"k\"", OVSDB_MAP, false},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].text);
		/* so that reading beyond the end is found */
		char *text = malloc(n);
		struct ovsdb_datum *a = NULL, *b = NULL;
		struct error e;
		json_t *json;
		bool is_usual;

		assert_non_null(text);
		memcpy(text, cases[i].text, n);
		is_usual = datum_from_text((struct json_text){text, text + n},
					   cases[i].type, &a);
		if (is_usual != cases[i].is_usual)
			fail_msg("%s: taken %d", cases[i].text, is_usual);
		json = json_loadb(text, n, JSON_DECODE_ANY, NULL);
		if (is_usual) {
			assert_int_equal(0, datum_from_json(json, cases[i].type,
							    &b, &e));
			if (!datum_equal(a, b, cases[i].type))
				fail_msg("%s: another value", cases[i].text);
		} else {
			assert_null(a);
		}
		datum_free(a, cases[i].type);
		datum_free(b, cases[i].type);
		json_decref(json);
		free(text);
	}
}

#define LONGEST 40

/* A string of any length, with a byte of any kind anywhere in it. */
static void test_strings(void **state)
{
	static const char others[] = "\"\\\x01\x1f\n\x7f\x80\xff!";
	size_t n_others = sizeof(others) - 1;

	(void)state;
	for (size_t n = 0; n <= LONGEST; n++) {
		for (size_t k = 0; k < n * n_others; k++) {
			size_t at = k / n_others + 1;
			char *text = malloc(n + 2), c = others[k % n_others];
			struct json_text all = {text, text + n + 2}, value;
			const char *problem, *end = all.end;

			assert_non_null(text);
			memset(text, 'x', n + 2);
			text[0] = text[n + 1] = '"';
			text[at] = c;
			problem = json_text_take(&all, &value);
			if (c == '"')
				end = text + at + 1;
			if ((unsigned char)c < 0x20 || (c == '\\' && at == n))
				assert_non_null(problem);
			else if (problem)
				fail_msg("%zu, %#x: %s", at, c, problem);
			else
				assert_ptr_equal(end, value.end);
			free(text);
		}
	}
}

/* Numbers of rows, and how many bits of a uuid are the same in all. */
static const struct {
	size_t n;
	unsigned int same;
} tables[] = {{1, 0},	 {2, 0},    {3, 0},    {1000, 0},
	      {1000, 8}, {300, 32}, {4096, 0}, {5000, 20}};

static void uuid_make(uint8_t uuid[16], uint32_t i, unsigned int same)
{
	uint64_t value = (i + 1) * 0x9e3779b97f4a7c15ull >> same;

	memset(uuid, 0, 16);
	for (size_t k = 0; k < 8; k++)
		uuid[k] = value >> (56 - 8 * k);
	uuid[15] = i;
	uuid[14] = i >> 8;
}

static void test_rows(void **state)
{
	static const struct ovsdb_column columns[] = {{0}};
	static const struct ovsdb_filter filter[] = {{"T", columns, true}, {0}};

	(void)state;
	for (size_t k = 0; k < sizeof(tables) / sizeof(tables[0]); k++) {
		struct ovsdb *db = calloc(1, sizeof(*db));
		struct json_text name = {"T", &"T"[1]};
		struct ovsdb_table *t;
		uint8_t uuid[16];

		db->filter = filter;
		t = store_table(db, name);
		for (uint32_t i = 0; i < tables[k].n; i++) {
			uuid_make(uuid, i, tables[k].same);
			assert_non_null(store_insert(t, uuid));
		}
		store_finish(db);
		assert_int_equal(tables[k].n, ovsdb_table_size(t));
		for (size_t i = 1; i < t->n_rows; i++)
			assert_true(memcmp(t->rows[i - 1]->uuid,
					   t->rows[i]->uuid, 16) < 0);
		for (uint32_t i = 0; i < tables[k].n; i++) {
			const struct ovsdb_row *row;

			uuid_make(uuid, i, tables[k].same);
			row = ovsdb_find(t, uuid);
			assert_non_null(row);
			assert_memory_equal(uuid, row->uuid, 16);
			uuid[13] = 1;
			assert_null(ovsdb_find(t, uuid));
		}
		memset(uuid, 0, 16);
		assert_null(ovsdb_find(t, uuid));
		memset(uuid, 0xff, 16);
		assert_null(ovsdb_find(t, uuid));
		ovsdb_free(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
