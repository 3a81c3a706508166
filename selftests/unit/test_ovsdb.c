// SPDX-License-Identifier: GPL-2.0-only
/* Every form of a database file gives the same network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
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

static void same_check(const char *path, const char *oracle)
{
	char *a = text_read(path), *b = text_read(oracle);

	assert_string_equal(a, b);
	free(a);
	free(b);
}

static void base_forms(void **state)
{
	(void)state;
	same_check(DATA "/base/nb.db", DATA "/base/nb-dump.json");
	same_check(DATA "/base/nb.backup", DATA "/base/nb-dump.json");
}

/* The server's own dump is the judge of our reading of its file. */
static void server_files(void **state)
{
	static const char *const names[] = {"history", "full", "cluster",
					    "compact"};
	char path[256], dump[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), DATA "/ovsdb/%s.db", names[i]);
		snprintf(dump, sizeof(dump), DATA "/ovsdb/%s-dump.json",
			 names[i]);
		same_check(path, dump);
	}
}

static void history_values(void **state)
{
	char *text = text_read(DATA "/ovsdb/history.db");

	(void)state;
	/* What make.sh's commands leave in the end. */
	assert_non_null(strstr(text, "address 02:00:00:00:00:01 10.0.0.1/32\n"
				     "    address 02:00:00:00:00:02 10.0.0.2/32"
				     " fd00::2/128\n"));
	assert_non_null(strstr(text, "enabled 0 unknown 0 router 0 no_arp 0 "
				     "key 0 chassis node2 peer -"));
	assert_non_null(strstr(text, "security 02:00:00:00:00:03 "
				     "10.0.0.0/24\n"));
	assert_non_null(strstr(text, " peer - 02:00:00:00:00:0a 10.0.0.254/24 "
				     "fd00::1/64\n"));
	assert_non_null(strstr(text, " 10.9.0.0/16 discard port -\n"));
	assert_null(strstr(text, "0.0.0.0/0"));
	assert_null(strstr(text, "sw1"));
	free(text);
}

static void pipe_read(void **state)
{
	char *wanted = text_read(DATA "/ovsdb/history.db"), *text;
	char path[64];
	int fds[2];
	size_t size;
	char *data = db_slurp(DATA "/ovsdb/history.db", &size);

	(void)state;
	assert_int_equal(pipe(fds), 0);
	/* The file is smaller than a pipe's 64 kB. */
	assert_int_equal(write(fds[1], data, size), size);
	close(fds[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	text = text_read(path);
	assert_string_equal(text, wanted);
	close(fds[0]);
	free(data);
	free(text);
	free(wanted);
}

/* One column, step by step: ovsdb(5), "_is_diff". */
static const struct {
	const char *name;
	const char *records[4];
	const char *wanted; /* columns as columns_text() prints them */
} diffs[] = {
	{"set: add and remove",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"addresses\":[\"set\",[\"a\",\"b\"]]}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"addresses\":[\"set\",[\"b\",\"c\"]]}}}"},
	 "p [a c] {}"},
	{"set: bare element, then empty",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"addresses\":\"a\"}},\"_is_diff\":true}",
	  "{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"addresses\":\"a\"}},\"_is_diff\":true}"},
	 "p [] {}"},
	{"set: no difference",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"addresses\":\"a\"}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"addresses\":[\"set\",[]]}}}"},
	 "p [a] {}"},
	{"set: whole value without _is_diff",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"addresses\":\"a\"}}}",
	  "{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"addresses\":[\"set\",[\"b\",\"a\"]]}}}"},
	 "p [a b] {}"},
	{"_is_diff false",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"addresses\":\"a\"}}}",
	  "{\"_is_diff\":false,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"addresses\":\"a\"}}}"},
	 "p [a] {}"},
	{"map: add, remove, replace",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"options\":[\"map\",[[\"a\",\"1\"],"
	  "[\"b\",\"2\"]]]}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"options\":[\"map\",[[\"c\",\"3\"],[\"a\",\"1\"],"
	  "[\"b\",\"9\"]]]}}}"},
	 "p [] {b=9 c=3}"},
	{"scalar takes the new value",
	 {"{\"Logical_Switch_Port\":{\"" PORT "\":{\"name\":\"p\"}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"q\"}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"q\"}}}"},
	 "q [] {}"},
	{"optional column takes the new value",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"dynamic_addresses\":\"x\"}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"dynamic_addresses\":\"y\"}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"dynamic_addresses\":\"y\"}}}"},
	 "p [] {} y"},
	{"optional column emptied",
	 {"{\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"dynamic_addresses\":\"x\"}}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"dynamic_addresses\":[\"set\",[]]}}}"},
	 "p [] {}"},
	{"insert is whole even with _is_diff; delete and insert anew",
	 {"{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"addresses\":\"a\"}}}",
	  "{\"Logical_Switch_Port\":{\"" PORT "\":null}}",
	  "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
	  "\":{\"name\":\"p\",\"addresses\":[\"set\",[\"b\"]]}}}"},
	 "p [b] {}"},
	{"unknown tables and columns; escapes, white space, line feeds",
	 {"{\"New_Table\":{\"" SW "\":{\"x\":[1,2,{\"y\":null}]}},\n"
	  " \"Logical_Switch_Port\" : { \"" PORT "\" :\n{ \"name\" : "
	  "\"\\u0070\\\"\" , \"novelty\":-1.5e3 } } }",
	  "{\"New_Table\":{\"" SW "\":null}}", "{}"},
	 "p\" [] {}"},
};

static const struct ovsdb_column diff_columns[] = {
	{"name", OVSDB_STRING},
	{"addresses", OVSDB_STRING},
	{"options", OVSDB_MAP},
	{"dynamic_addresses", OVSDB_STRING},
	{"no_such_column", OVSDB_INTEGER},
	{0},
};

static const struct ovsdb_filter diff_filter[] = {
	{"Logical_Switch_Port", diff_columns, true},
	{0},
};

static void columns_text(const struct ovsdb_row *row, char *text, size_t size)
{
	FILE *f = fmemopen(text, size, "w");
	size_t i;

	fprintf(f, "%s [", ovsdb_string(row, "name", 0));
	for (i = 0; i < ovsdb_size(row, "addresses"); i++)
		fprintf(f, "%s%s", i ? " " : "",
			ovsdb_string(row, "addresses", i));
	fputs("] {", f);
	for (i = 0; i < ovsdb_size(row, "options"); i++)
		fprintf(f, "%s%s=%s", i ? " " : "",
			ovsdb_map_key(row, "options", i),
			ovsdb_map_get(row, "options",
				      ovsdb_map_key(row, "options", i)));
	fputs("}", f);
	if (ovsdb_size(row, "dynamic_addresses"))
		fprintf(f, " %s", ovsdb_string(row, "dynamic_addresses", 0));
	fclose(f);
}

static void diff_rules(void **state)
{
	struct error e;
	struct ovsdb *db;
	const struct ovsdb_table *t;
	char path[64], text[256];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(diffs) / sizeof(diffs[0]); i++) {
		db_create(path);
		db_schema(path);
		for (j = 0; j < 4 && diffs[i].records[j]; j++)
			db_record(path, "JSON", diffs[i].records[j]);
		if (ovsdb_read(path, "OVN_Northbound", diff_filter, &db, &e))
			fail_msg("%s: %s", diffs[i].name, e.text);
		t = ovsdb_table(db, "Logical_Switch_Port");
		assert_int_equal(ovsdb_table_size(t), 1);
		columns_text(ovsdb_table_row(t, 0), text, sizeof(text));
		if (strcmp(text, diffs[i].wanted))
			fail_msg("%s: %s instead of %s", diffs[i].name, text,
				 diffs[i].wanted);
		assert_int_equal(ovsdb_integer(ovsdb_table_row(t, 0),
					       "no_such_column", -7),
				 -7);
		ovsdb_free(db);
		unlink(path);
	}
}

/* Rows are counted where their columns are not wanted. */
static void counts(void **state)
{
	struct ovsdb *db;
	struct error e;

	(void)state;
	assert_int_equal(ovsdb_read(DATA "/ovsdb/history.db", "OVN_Northbound",
				    diff_filter, &db, &e),
			 0);
	assert_int_equal(ovsdb_count(db, "Logical_Switch_Port"), 2);
	assert_int_equal(ovsdb_count(db, "Logical_Switch"), 1);
	assert_int_equal(ovsdb_count(db, "ACL"), 1);
	assert_int_equal(ovsdb_count(db, "NAT"), 0);
	assert_int_equal(ovsdb_count(db, "No_Such_Table"), 0);
	assert_null(ovsdb_table(db, "Logical_Switch"));
	ovsdb_free(db);
}

/* Rows come and go by the thousand; each can be found at any time. */
static void many_rows(void **state)
{
	char path[64], json[256], uuid_text[37];
	struct ovsdb *db;
	struct error e;
	const struct ovsdb_table *t;
	uint8_t uuid[16];
	size_t i, n = 4000;

	(void)state;
	db_create(path);
	db_schema(path);
	for (i = 0; i < n; i++) {
		snprintf(json, sizeof(json),
			 "{\"Logical_Switch_Port\":{\"%08zx-0000-0000-0000-"
			 "000000000000\":{\"name\":\"p%zu\"}}}",
			 i, i);
		db_record(path, "JSON", json);
		if (i % 3 == 2) {
			snprintf(json, sizeof(json),
				 "{\"Logical_Switch_Port\":{\"%08zx-0000-0000-"
				 "0000-000000000000\":null}}",
				 i / 2);
			db_record(path, "JSON", json);
		}
	}
	assert_int_equal(
		ovsdb_read(path, "OVN_Northbound", diff_filter, &db, &e), 0);
	t = ovsdb_table(db, "Logical_Switch_Port");
	assert_int_equal(ovsdb_table_size(t), n - n / 3);
	for (i = 0; i < n; i++) {
		const struct ovsdb_row *row;
		/* 2, 5, 8, 11, ... halved: 1, 2, 4, 5, ... */
		bool is_deleted = i < n / 2 && i % 3;

		snprintf(uuid_text, sizeof(uuid_text),
			 "%08zx-0000-0000-0000-000000000000", i);
		assert_int_equal(ovsdb_uuid_parse(uuid_text, uuid), 0);
		row = ovsdb_find(t, uuid);
		if (is_deleted) {
			assert_null(row);
			continue;
		}
		assert_non_null(row);
		snprintf(json, sizeof(json), "p%zu", i);
		assert_string_equal(ovsdb_string(row, "name", 0), json);
	}
	ovsdb_free(db);
	unlink(path);
}

/* Memory goes with the live rows: 24 MB of history about one port. */
static void history_memory(void **state)
{
#ifdef __SANITIZE_ADDRESS__
	(void)state;
	skip(); /* its quarantine keeps what is freed */
#else
	char path[64], record[4096], addresses[3000];
	struct rusage before, after;
	size_t i;
	FILE *f;
	pid_t pid;
	int status;

	(void)state;
	db_create(path);
	db_schema(path);
	db_record(path, "JSON",
		  "{\"Logical_Switch\":{\"" SW
		  "\":{\"name\":\"s\",\"ports\":[\"uuid\",\"" PORT
		  "\"]}},\"Logical_Switch_Port\":{\"" PORT
		  "\":{\"name\":\"p\"}}}");
	/* Two records, over and over: an address comes, and it goes. */
	memset(addresses, 'x', sizeof(addresses) - 1);
	addresses[sizeof(addresses) - 1] = '\0';
	snprintf(record, sizeof(record),
		 "{\"_is_diff\":true,\"Logical_Switch_Port\":{\"" PORT
		 "\":{\"addresses\":\"%s\"}}}",
		 addresses);
	db_record(path, "JSON", record);
	db_record(path, "JSON", record);
	{
		size_t size, head;
		char *data = db_slurp(path, &size), *tail = data;

		for (head = 0; head < 2; head++) {
			tail = strchr(tail, '\n') + 1;
			tail = strchr(tail, '\n') + 1;
		}
		f = fopen(path, "ae");
		assert_non_null(f);
		for (i = 0; i < 4000; i++)
			fwrite(tail, 1, data + size - tail, f);
		assert_true(ftell(f) > 24000000);
		fclose(f);
		free(data);
	}
	fflush(NULL);
	pid = fork();
	if (!pid) {
		struct error e;
		struct nb nb;

		getrusage(RUSAGE_SELF, &before);
		if (nb_read(path, &nb, &e) || nb.n_switches != 1 ||
		    nb.switches[0].n_ports != 1)
			_exit(2);
		getrusage(RUSAGE_SELF, &after);
		_exit(after.ru_maxrss - before.ru_maxrss > 4096);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	unlink(path);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_forms),
		cmocka_unit_test(server_files),
		cmocka_unit_test(history_values),
		cmocka_unit_test(pipe_read),
		cmocka_unit_test(diff_rules),
		cmocka_unit_test(counts),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(history_memory),
	};

	return cmocka_run_group_tests_name("ovsdb", tests, NULL, NULL);
}
