// SPDX-License-Identifier: GPL-2.0-only
/* Files that are no good: one clear line each, and nothing is returned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ovsdb/ovsdb.h"
#include "ovsdb_file.h"

#define DATA XOVN_TEST_DATA
#define SW "11111111-0000-0000-0000-000000000001"
#define PORT "22222222-0000-0000-0000-000000000001"
#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80709"

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

/* Whole files. */
static const struct {
	const char *name, *text, *wanted;
} texts[] = {
	{"empty", "", "the file is empty; take a fresh"},
	{"a table for people", "Logical_Switch table\n_uuid name\n",
	 "no OVSDB database"},
	{"words", "hello\n", "no OVSDB database"},
	{"another header", "OVSDB XML 3 " SHA1 "\n{}\n",
	 "record 1 (byte 0): no record header"},
	{"begins as one", "Overture\n", "this is no OVSDB file"},
	{"header alone", "OVSDB JSON 100 " SHA1 "\n",
	 "record 1 (byte 0): the file ends in the middle"},
	{"half a header", "OVSDB JSON 100 da39", "ends in the middle"},
	{"4 GB promised", "OVSDB JSON 4294967295 " SHA1 "\n{}\n",
	 "ends in the middle"},
	{"2^70 promised", "OVSDB JSON 1180591620717411303424 " SHA1 "\n{}\n",
	 "no record header"},
	{"2^62 promised", "OVSDB JSON 4611686018427387904 " SHA1 "\n{}\n",
	 "no record header"},
	{"negative length", "OVSDB JSON -5 " SHA1 "\n{}\n", "no record header"},
	{"no length at all", "OVSDB JSON 0 " SHA1 "\n", "no JSON"},
	{"a line without end",
	 "OVSDB JSON "
	 "00000000000000000000000000000000000000000000000000000000000000000000"
	 "00000000000000000000000000000000000000000000000000000000000000000000"
	 "00000000000000000000000000000000000000000000000000000000000000000000",
	 "no record header"},
	{"JSON, no table", "[1,2]", "no OVSDB database"},
	{"an object, no table", "{\"a\":1}", "caption, headings and data"},
	{"a schema", "{\"name\":\"OVN_Northbound\",\"tables\":{}}",
	 "caption, headings and data"},
	{"ovn-nbctl list", "{\"data\":[],\"headings\":[\"_uuid\",\"name\"]}",
	 "ovsdb-client -f json dump"},
	{"caption of something else",
	 "{\"caption\":\"x\",\"headings\":[],\"data\":[]}",
	 "the caption names no table"},
	{"no _uuid",
	 "{\"caption\":\"A table\",\"headings\":[\"name\"],\"data\":[]}",
	 "table A has no _uuid"},
	{"half a table",
	 "{\"caption\":\"A table\",\"headings\":[\"_uuid\"],\"data\":[",
	 "no JSON at byte 50: it ends in the middle"},
	{"not all tables",
	 "{\"caption\":\"NB_Global table\",\"headings\":[\"_uuid\"],"
	 "\"data\":[]}",
	 "it has no table Logical_Switch; give a whole OVN_Northbound"},
	{"dump of a Southbound",
	 "{\"caption\":\"SB_Global table\",\"headings\":[\"_uuid\"],"
	 "\"data\":[]}",
	 "database OVN_Southbound; give a file of OVN_Northbound"},
	{"a table twice",
	 "{\"caption\":\"A table\",\"headings\":[\"_uuid\"],\"data\":[]}\n"
	 "{\"caption\":\"A table\",\"headings\":[\"_uuid\"],\"data\":[]}",
	 "record 2 (byte 53): table A stands twice"},
	{"row too short",
	 "{\"caption\":\"A table\",\"headings\":[\"_uuid\",\"x\"],"
	 "\"data\":[[[\"uuid\",\"" SW "\"]]]}",
	 "a row does not match the headings"},
	{"row too long",
	 "{\"caption\":\"A table\",\"headings\":[\"_uuid\"],"
	 "\"data\":[[[\"uuid\",\"" SW "\"],1]]}",
	 "a row does not match the headings"},
	{"row without uuid",
	 "{\"caption\":\"A table\",\"headings\":[\"_uuid\"],\"data\":[[7]]}",
	 "a row has no uuid"},
	{"row twice",
	 "{\"caption\":\"A table\",\"headings\":[\"_uuid\"],\"data\":["
	 "[[\"uuid\",\"" SW "\"]],[[\"uuid\",\"" SW "\"]]]}",
	 "A row " SW " stands twice"},
	{"wrong type in a dump",
	 "{\"caption\":\"Logical_Switch table\",\"headings\":[\"_uuid\","
	 "\"name\"],\"data\":[[[\"uuid\",\"" SW "\"],5]]}",
	 "Logical_Switch row " SW ", column name: a string was expected"},
	{"comma missing in JSON", "{\"caption\":\"A table\" \"x\":1}",
	 "a comma or an end was expected"},
	{"colon missing in JSON", "{\"caption\" 1}", "a colon was expected"},
	{"bracket crossed", "{\"caption\":[1}", "a comma or an end"},
	{"no value", "{\"caption\":}", "a value was expected"},
	{"string cut off", "{\"caption\":\"abc\\", "a string without an end"},
};

static void whole_files(void **state)
{
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		db_create(path);
		db_append(path, texts[i].text, strlen(texts[i].text));
		refused(texts[i].name, path, texts[i].wanted);
		unlink(path);
	}
}

/* A record behind a good schema. */
static const struct {
	const char *name, *record, *wanted;
} records[] = {
	{"no object", "[]", "record 2 (byte 14503): a transaction was"},
	{"no JSON", "{\"a\":", "no JSON: it ends in the middle"},
	{"two values", "{} {}", "no JSON: something stands behind its end"},
	{"rows are no object", "{\"Logical_Switch\":[]}",
	 "table Logical_Switch: rows were expected"},
	{"row is no object", "{\"Logical_Switch\":{\"" SW "\":7}}",
	 "columns or null were expected"},
	{"no uuid", "{\"Logical_Switch\":{\"sw0\":{}}}", "this is no uuid"},
	{"uuid with a bad digit",
	 "{\"ACL\":{\"1111111g-0000-0000-0000-000000000001\":{}}}",
	 "this is no uuid"},
	{"uuid twice",
	 "{\"Logical_Switch\":{\"" SW "\":{\"name\":\"a\"},\"" SW
	 "\":{\"name\":\"b\"}}}",
	 "Logical_Switch row " SW ": it stands twice in a record"},
	{"deleted, but not there", "{\"ACL\":{\"" SW "\":null}}",
	 "deleted, but it does not exist"},
	{"number for a string",
	 "{\"Logical_Switch\":{\"" SW "\":{\"name\":5}}}",
	 "column name: a string was expected"},
	{"string for a map",
	 "{\"Logical_Switch\":{\"" SW "\":{\"other_config\":\"x\"}}}",
	 "column other_config: a map of strings was expected"},
	{"string for a uuid",
	 "{\"Logical_Switch\":{\"" SW "\":{\"ports\":\"x\"}}}",
	 "column ports: a uuid was expected"},
	{"uuid that is none",
	 "{\"Logical_Switch\":{\"" SW "\":{\"ports\":[\"uuid\",\"x\"]}}}",
	 "column ports: a uuid was expected"},
	{"string for a boolean",
	 "{\"Logical_Switch_Port\":{\"" PORT "\":{\"enabled\":\"true\"}}}",
	 "column enabled: a boolean was expected"},
	{"null in a set",
	 "{\"Logical_Switch_Port\":{\"" PORT
	 "\":{\"addresses\":[\"set\",[null]]}}}",
	 "column addresses: a string was expected"},
	{"element twice",
	 "{\"Logical_Switch_Port\":{\"" PORT
	 "\":{\"addresses\":[\"set\",[\"b\",\"a\",\"b\"]]}}}",
	 "column addresses: an element stands twice"},
	{"map key twice",
	 "{\"Logical_Switch_Port\":{\"" PORT
	 "\":{\"options\":[\"map\",[[\"b\",\"1\"],[\"b\",\"2\"]]]}}}",
	 "column options: an element stands twice"},
	{"pair of three",
	 "{\"Logical_Switch_Port\":{\"" PORT
	 "\":{\"options\":[\"map\",[[\"b\",\"1\",\"2\"]]]}}}",
	 "column options: a map of strings was expected"},
	{"bad escape in a wanted column",
	 "{\"Logical_Switch\":{\"" SW "\":{\"name\":\"\\q\"}}}",
	 "column name: "},
	{"NUL in a wanted column",
	 "{\"Logical_Switch\":{\"" SW "\":{\"name\":\"a\\u0000b\"}}}",
	 "column name: "},
	{"bytes that are no UTF-8",
	 "{\"Logical_Switch\":{\"" SW "\":{\"name\":\"\xff\xfe\"}}}",
	 "column name: "},
	{"control character", "{\"ACL\":{\"\x01\":null}}",
	 "a control character in a string"},
};

static void bad_records(void **state)
{
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		db_create(path);
		db_schema(path);
		db_record(path, "JSON", records[i].record);
		refused(records[i].name, path, records[i].wanted);
		unlink(path);
	}
}

/* Brackets by the hundred thousand, where they are read and where not. */
static void nesting_bombs(void **state)
{
	static const char *const fronts[] = {
		"",
		"{\"ACL\":",
		"{\"ACL\":{\"" SW "\":{\"x\":",
		"{\"Logical_Switch\":{\"" SW "\":{\"name\":",
	};
	static const char *const steps[] = {"[", "{\"a\":"};
	size_t i, j, k, n = 300000;
	char path[64], *json, *p;

	(void)state;
	for (i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
		for (j = 0; j < 2; j++) {
			json = malloc(n * strlen(steps[j]) + 200);
			assert_non_null(json);
			p = stpcpy(json, fronts[i]);
			for (k = 0; k < n; k++)
				p = stpcpy(p, steps[j]);
			db_create(path);
			db_schema(path);
			db_record(path, "JSON", json);
			refused("bomb in a log", path, "nested too deep");
			unlink(path);
			if (json[0] == '{') {
				db_create(path);
				db_append(path, json, p - json);
				refused("bomb in a dump", path,
					"nested too deep");
				unlink(path);
			}
			free(json);
		}
	}
}

/* A length in a header is no reason to allocate. */
static void promised_length(void **state)
{
	static const char text[] = "OVSDB JSON 1099511627776 " SHA1 "\n{}\n";
	struct rlimit old, limit;
	char path[64];

	(void)state;
	db_create(path);
	db_append(path, text, strlen(text));
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(getrlimit(RLIMIT_DATA, &old), 0);
	limit = old;
	limit.rlim_cur = 256 << 20;
	assert_int_equal(setrlimit(RLIMIT_DATA, &limit), 0);
#else
	(void)limit;
	memset(&old, 0, sizeof(old));
#endif
	refused("1 TB promised", path, "ends in the middle");
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_DATA, &old);
#endif
	unlink(path);
}

static void wrong_files(void **state)
{
	struct error e = {""};
	struct ovsdb *db = NULL;

	(void)state;
	refused("Southbound file", DATA "/ovsdb/sb.db",
		"this is database OVN_Southbound; give a file of "
		"OVN_Northbound");
	refused("Southbound dump", DATA "/ovsdb/sb-dump.json",
		"database OVN_Southbound; give a file of OVN_Northbound");
	refused("joining member", DATA "/ovsdb/joining.db",
		"holds no data yet; take the file of a member");
	refused("directory", DATA "/ovsdb", "this is a directory");
	refused("nowhere", DATA "/no-such.db", "No such file");
	assert_int_equal(ovsdb_read(DATA "/base/nb.db", "OVN_Southbound",
				    nb_columns, &db, &e),
			 -EINVAL);
	assert_null(db);
	assert_non_null(strstr(e.text, "this is database OVN_Northbound"));
	assert_int_equal(ovsdb_read(DATA "/ovsdb/cluster.db", "OVN_Southbound",
				    nb_columns, &db, &e),
			 -EINVAL);
	assert_non_null(strstr(e.text, "this is database OVN_Northbound"));
}

/* Every flipped byte, every cut but those between records, is noticed. */
static void damage(void **state)
{
	static const char *const names[] = {"/base/nb.db", "/ovsdb/compact.db"};
	size_t i, at, size;
	struct error e;
	struct nb nb;
	char source[256], path[64], *data;

	(void)state;
	for (i = 0; i < 2; i++) {
		snprintf(source, sizeof(source), DATA "%s", names[i]);
		data = db_slurp(source, &size);
		for (at = 0; at < size; at += 97) {
			db_create(path);
			data[at] ^= 1;
			db_append(path, data, size);
			data[at] ^= 1;
			if (!nb_read(path, &nb, &e))
				fail_msg("%s: byte %zu flipped, accepted",
					 source, at);
			unlink(path);

			if (!at || data[at - 1] == '\n')
				continue;
			db_create(path);
			db_append(path, data, at);
			if (!nb_read(path, &nb, &e))
				fail_msg("%s: cut at byte %zu, accepted",
					 source, at);
			assert_non_null(strstr(e.text, "is truncated or was"));
			unlink(path);
		}
		free(data);
	}
}

/* The line as the design shows it. */
static void error_line(void **state)
{
	size_t size;
	char *data = db_slurp(DATA "/base/nb.db", &size), path[64], wanted[256];
	char *record = data;
	struct error e;
	struct nb nb;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		record = strstr(record, "\nOVSDB JSON ");
		assert_non_null(record++);
	}
	*strchr(record, '{') = ' ';
	db_create(path);
	db_append(path, data, size);
	assert_int_equal(nb_read(path, &nb, &e), -EINVAL);
	snprintf(wanted, sizeof(wanted),
		 "%s: record 7 (byte %zu): SHA-1 mismatch; the file is "
		 "truncated or was edited; take a fresh ovsdb-client backup",
		 path, (size_t)(record - data));
	assert_string_equal(e.text, wanted);
	unlink(path);
	free(data);
}

/* Cut and flipped dumps have no SHA-1: never a crash, and one line. */
static void dump_damage(void **state)
{
	size_t at, size;
	char *data = db_slurp(DATA "/base/nb-dump.json", &size), path[64];
	struct error e;
	struct nb nb;

	(void)state;
	for (at = 1; at < size; at += 31) {
		db_create(path);
		db_append(path, data, at);
		if (!nb_read(path, &nb, &e))
			nb_free(&nb);
		/* Behind the last table that is needed a cut may pass. */
		else
			assert_null(strchr(e.text, '\n'));
		unlink(path);
		db_create(path);
		data[at] ^= 1;
		db_append(path, data, size);
		data[at] ^= 1;
		if (!nb_read(path, &nb, &e))
			nb_free(&nb);
		else
			assert_null(strchr(e.text, '\n'));
		unlink(path);
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_files),
		cmocka_unit_test(bad_records),
		cmocka_unit_test(nesting_bombs),
		cmocka_unit_test(promised_length),
		cmocka_unit_test(wrong_files),
		cmocka_unit_test(damage),
		cmocka_unit_test(error_line),
		cmocka_unit_test(dump_damage),
	};

	return cmocka_run_group_tests_name("ovsdb_bad", tests, NULL, NULL);
}
