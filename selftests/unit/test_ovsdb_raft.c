// SPDX-License-Identifier: GPL-2.0-only
/* Files of cluster members: what Raft's log says counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ovsdb/ovsdb.h"
#include "ovsdb_file.h"

#define DATA XOVN_TEST_DATA
#define SW "11111111-0000-0000-0000-000000000001"
#define PORT "22222222-0000-0000-0000-000000000001"

static char *text_read(const char *path)
{
	struct error e = {""};
	struct nb nb;
	char *text;

	if (nb_read(path, &nb, &e))
		fail_msg("%s: %s", path, e.text);
	text = nb_text(&nb);
	nb_free(&nb);
	return text;
}

/* The line names the file, says this, and is one line. */
static void refused(const char *name, const char *path, const char *wanted)
{
	struct error e = {""};
	struct nb nb;
	int err = nb_read(path, &nb, &e);

	if (!err) {
		nb_free(&nb);
		fail_msg("%s: was accepted", name);
	}
	if (err > 0 || !strstr(e.text, path) || !strstr(e.text, wanted) ||
	    strchr(e.text, '\n'))
		fail_msg("%s: \"%s\" instead of \"...%s...\"", name, e.text,
			 wanted);
}

/* Puts index + 1 for '@' and index + 2 for '#'. */
static void indices_put(char *json, size_t size, const char *pattern,
			unsigned long long index)
{
	FILE *f = fmemopen(json, size, "w");

	for (; *pattern; pattern++) {
		if (*pattern == '@' || *pattern == '#')
			fprintf(f, "%llu", index + (*pattern == '@' ? 1 : 2));
		else
			fputc(*pattern, f);
	}
	fclose(f);
}

/* Raft: what is not committed does not count, what is written anew does. */
static void raft_commits(void **state)
{
	static const struct {
		const char *name;
		const char *records[6];
		int has_a, has_b; /* switches in the end */
	} cases[] = {
#define A(n)                                                                   \
	"{\"term\":9,\"index\":" n ",\"eid\":\"x\",\"data\":[null,"            \
	"{\"Logical_Switch\":{\"" SW "\":{\"name\":\"raft-a\"}}}]}"
#define B(n)                                                                   \
	"{\"term\":9,\"index\":" n ",\"eid\":\"x\",\"data\":[null,"            \
	"{\"Logical_Switch\":{\"" PORT "\":{\"name\":\"raft-b\"}}}]}"
		{"committed", {A("@"), B("#"), "{\"commit_index\":#}"}, 1, 1},
		{"second not committed",
		 {A("@"), B("#"), "{\"commit_index\":@}"},
		 1,
		 0},
		{"none committed", {A("@"), B("#")}, 0, 0},
		{"overwritten", {A("@"), B("@"), "{\"commit_index\":@}"}, 0, 1},
		{"log cut by an older index",
		 {"{\"term\":9,\"index\":@}", A("#"), B("@"),
		  "{\"commit_index\":@}"},
		 0,
		 1},
		{"votes, terms and notes between",
		 {"{\"term\":10,\"vote\":\"y\"}", A("@"),
		  "{\"term\":10,\"leader\":\"y\"}", "{\"note\":\"left\"}",
		  "{\"commit_index\":@}"},
		 1,
		 0},
#undef A
#undef B
	};
	size_t i, j, size;
	char *data = db_slurp(DATA "/ovsdb/cluster.db", &size), *text, *p;
	unsigned long long last = 0;

	(void)state;
	for (p = data; (p = strstr(p, "{\"commit_index\":")); p++)
		last = strtoull(p + strlen("{\"commit_index\":"), NULL, 10);
	assert_true(last > 10);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[64], json[512];

		db_create(path);
		db_append(path, data, size);
		for (j = 0; j < 6 && cases[i].records[j]; j++) {
			indices_put(json, sizeof(json), cases[i].records[j],
				    last);
			db_record(path, "CLUSTER", json);
		}
		text = text_read(path);
		if (!!strstr(text, "raft-a") != cases[i].has_a ||
		    !!strstr(text, "raft-b") != cases[i].has_b)
			fail_msg("%s: %s", cases[i].name, text);
		free(text);
		unlink(path);
	}
	free(data);
}

/* A new schema (ovsdb-client convert) starts the database anew. */
static void raft_schema(void **state)
{
	size_t size;
	char *data = db_slurp(DATA "/ovsdb/cluster.db", &size), *p, *text;
	char *base = db_slurp(DATA "/base/nb.db", NULL), *schema, *json;
	unsigned long long last = 0;
	char path[64];

	(void)state;
	for (p = data; (p = strstr(p, "{\"commit_index\":")); p++)
		last = strtoull(p + strlen("{\"commit_index\":"), NULL, 10);
	schema = strchr(base, '\n') + 1;
	*strchr(schema, '\n') = '\0';
	assert_true(
		asprintf(&json,
			 "{\"term\":9,\"index\":%llu,\"eid\":\"x\",\"data\":"
			 "[%s,{\"Logical_Switch\":{\"" SW
			 "\":{\"name\":\"new\"}}}]}",
			 last + 1, schema) > 0);
	db_create(path);
	db_append(path, data, size);
	db_record(path, "CLUSTER", json);
	free(json);
	assert_true(asprintf(&json, "{\"commit_index\":%llu}", last + 1) > 0);
	db_record(path, "CLUSTER", json);
	text = text_read(path);
	assert_string_equal(text, "switch new " SW " key 0\n");
	free(text);
	free(json);
	free(base);
	free(data);
	unlink(path);
}

/* Raft records that cannot be, appended to a good file. */
static void raft_records(void **state)
{
	static const struct {
		const char *name, *record, *wanted;
	} cases[] = {
		{"committed but missing", "{\"commit_index\":99999}",
		 "entry 99999 is committed but missing"},
		{"a gap", "{\"term\":9,\"index\":99999,\"data\":null}",
		 "entries before 99999 are missing"},
		{"written anew", "{\"term\":9,\"index\":2,\"data\":null}",
		 "entry 2 is written anew after it was committed"},
		{"index is a word", "{\"term\":9,\"index\":\"x\"}",
		 "a Raft index was expected"},
		{"index is negative", "{\"commit_index\":-1}",
		 "a Raft index was expected"},
		{"index beyond 64 bits",
		 "{\"commit_index\":99999999999999999999}",
		 "a Raft index was expected"},
	};
	size_t i, size;
	char *data = db_slurp(DATA "/ovsdb/cluster.db", &size), path[64];

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		db_create(path);
		db_append(path, data, size);
		db_record(path, "CLUSTER", cases[i].record);
		refused(cases[i].name, path, cases[i].wanted);
		unlink(path);
	}
	db_create(path);
	db_append(path, data, size);
	db_record(path, "JSON", "{}");
	refused("standalone record", path, "a JSON record in a CLUSTER file");
	unlink(path);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raft_commits),
		cmocka_unit_test(raft_schema),
		cmocka_unit_test(raft_records),
	};

	return cmocka_run_group_tests_name("ovsdb_raft", tests, NULL, NULL);
}
