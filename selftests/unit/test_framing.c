// SPDX-License-Identifier: GPL-2.0-only
/* Messages out of bytes, however these are cut; and bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/framing.h"

#define BIG ((size_t)20 << 20)

static void add(struct framing *f, const char *text, size_t n)
{
	while (n) {
		size_t room, some;
		char *p = framing_room(f, &room);

		assert_non_null(p);
		assert_true(room >= 65536);
		some = n < room ? n : room;
		memcpy(p, text, some);
		framing_add(f, some);
		text += some;
		n -= some;
	}
}

/* What was taken, as one text, a line a message. */
static void taken_add(struct framing *f, FILE *taken)
{
	struct error e = {""};
	json_t *message;
	int err;

	for (;;) {
		err = framing_next(f, &message, &e);
		if (err < 0)
			fail_msg("%s", e.text);
		if (!err)
			break;
		json_dumpf(message, taken, JSON_COMPACT);
		fputc('\n', taken);
		json_decref(message);
	}
	/* no byte is looked at again: the time stays linear */
	assert_int_equal(f->scanned, f->end);
	assert_null(message);
}

static const char several[] =
	"{\"id\":1,\"params\":[\"}{\",{\"a\\\\\":\"\\\"}]\"}]}{} \t\r\n{\"b\":"
	"[[],[{}],-1.5e3,true,false,null,\"\\u00e9\xc3\xa9\\/\"]}\n";
static const char several_taken[] =
	"{\"id\":1,\"params\":[\"}{\",{\"a\\\\\":\"\\\"}]\"}]}\n{}\n"
	"{\"b\":[[],[{}],-1500.0,true,false,null,\"\xc3\xa9\xc3\xa9/\"]}\n";

/* The text in pieces: up to first, then of each bytes. */
static void pieces_check(size_t first, size_t each)
{
	size_t n = strlen(several), at = 0, some = first, size;
	struct framing f;
	char *taken;
	FILE *file = open_memstream(&taken, &size);

	framing_init(&f, FRAMING_MAX);
	while (at < n) {
		some = n - at < some ? n - at : some;
		add(&f, several + at, some);
		at += some;
		some = each;
		taken_add(&f, file);
	}
	fclose(file);
	assert_string_equal(taken, several_taken);
	assert_int_equal(framing_rest(&f), 0);
	free(taken);
	framing_free(&f);
}

static void split_anywhere(void **state)
{
	size_t n = strlen(several), i;

	(void)state;
	pieces_check(n, n); /* all in one */
	for (i = 1; i < n; i++)
		pieces_check(i, n);
	for (i = 1; i < 20; i++)
		pieces_check(i, i);
}

/* {"a":"xxx..."} of size bytes. */
static char *big_make(size_t size)
{
	char *text = malloc(size + 1);

	memset(text, 'x', size);
	memcpy(text, "{\"a\":\"", 6);
	memcpy(text + size - 2, "\"}", 3);
	return text;
}

static void large(void **state)
{
	char *text = big_make(BIG), *taken;
	size_t at, size, most = 0;
	struct framing f;
	FILE *file = open_memstream(&taken, &size);

	(void)state;
	framing_init(&f, FRAMING_MAX);
	for (at = 0; at < BIG; at += 65536) {
		size_t some = BIG - at < 65536 ? BIG - at : 65536;

		/* the next one begins in the same read */
		add(&f, text + at, some);
		if (at + some == BIG)
			add(&f, "{\"b\":", 5);
		most = f.capacity > most ? f.capacity : most;
		taken_add(&f, file);
	}
	fflush(file);
	assert_int_equal(size, BIG + 1);
	assert_memory_equal(taken, text, BIG);
	/* the memory of the large one is not kept */
	assert_true(most >= BIG);
	assert_true(f.capacity <= (size_t)2 << 20);
	assert_int_equal(framing_rest(&f), 5);
	add(&f, "1}", 2);
	taken_add(&f, file);
	fclose(file);
	assert_string_equal(taken + BIG, "\n{\"b\":1}\n");
	free(taken);
	free(text);
	framing_free(&f);
}

static int refused(const char *text, size_t n, size_t max, struct error *e)
{
	struct framing f;
	json_t *message;
	int err;

	framing_init(&f, max);
	add(&f, text, n);
	while ((err = framing_next(&f, &message, e)) > 0)
		json_decref(message);
	assert_null(message);
	framing_free(&f);
	return err;
}

static void limits(void **state)
{
	struct error e = {""};
	char *text = big_make(1001);
	char deep[140];

	(void)state;
	assert_int_equal(refused(text, 1001, 1000, &e), -EMSGSIZE);
	assert_string_equal(e.text, "a message is larger than 1000 bytes");
	assert_int_equal(refused(text, 1001, 1001, &e), 0);
	/* also before its end is there */
	assert_int_equal(refused(text, 1000, 999, &e), -EMSGSIZE);
	free(text);

	/* {"a":[[[... with 64 brackets open, and with 65 */
	memcpy(deep, "{\"a\":", 5);
	memset(deep + 5, '[', 63);
	memset(deep + 68, ']', 63);
	strcpy(deep + 131, "}");
	assert_int_equal(refused(deep, 132, FRAMING_MAX, &e), 0);
	memset(deep + 5, '[', 64);
	assert_int_equal(refused(deep, 69, FRAMING_MAX, &e), -EPROTO);
	assert_non_null(strstr(e.text, "byte 68 of a message: nested too "
				       "deep: [[[["));
}

/* NUL counts: a text's size is that of its array. */
#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *name, *text;
	size_t size;
	const char *wanted;
} bad[] = {
	{"HTTP", TEXT("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"),
	 "no JSON object where a message should begin: HTTP/1.1 400 Bad "
	 "Request??Server: x??"},
	{"TLS", TEXT("\x15\x03\x01\x00\x02\x02\x46"), "begin: ??????F"},
	{"NUL", TEXT("\0"), "begin: ?"},
	{"NUL after a message", TEXT("{}\0{}"), "begin: ?{}"},
	{"array", TEXT("[{}]"), "no JSON object"},
	{"string", TEXT("\"{}\""), "no JSON object"},
	{"number", TEXT(" 1"), "begin: 1"},
	{"comma between", TEXT("{},{}"), "begin: ,{}"},
	{"end without beginning", TEXT("{}}"), "begin: }"},
	{"NUL inside", TEXT("{\"a\":\0}"),
	 "byte 5 of a message: a value was expected: {\"a\":?}"},
	{"NUL in a string", TEXT("{\"a\":\"\0\"}"),
	 "byte 6 of a message: a control character in a string"},
	{"escaped NUL", TEXT("{\"a\":\"\\u0000\"}"), "no JSON at byte"},
	{"line feed in a string", TEXT("{\"a\":\"\n\"}"),
	 "a control character"},
	{"escaped line feed", TEXT("{\"a\":\"\\\n\"}"), "a control character"},
	{"no such escape", TEXT("{\"a\":\"\\x\"}"), "invalid escape"},
	{"half a surrogate", TEXT("{\"a\":\"\\ud800\"}"), "no JSON at byte"},
	{"not UTF-8", TEXT("{\"a\":\"\xff\"}"), "unable to decode byte"},
	{"overlong UTF-8", TEXT("{\"a\":\"\xc0\xaf\"}"), "unable to decode"},
	{"UTF-8 outside", TEXT("{\xc3\xa9}"), "a value was expected: {??}"},
	{"wrong bracket", TEXT("{\"a\":[}"),
	 "byte 6 of a message: the wrong "
	 "bracket closes: {\"a\":[}"},
	{"wrong bracket of an object", TEXT("{]"), "the wrong bracket"},
	{"words", TEXT("{hello"), "byte 1 of a message: a value was expected"},
	{"a word of allowed letters", TEXT("{\"a\":fur}"), "no JSON at byte"},
	{"no name", TEXT("{1:2}"), "no JSON at byte"},
	{"no colon", TEXT("{\"a\"}"), "no JSON at byte"},
	{"comma too many", TEXT("{\"a\":1,}"), "no JSON at byte"},
	{"comma missing", TEXT("{\"a\":[1 2]}"), "no JSON at byte"},
	{"two values", TEXT("{\"a\":1 \"b\":2}"), "no JSON at byte"},
	{"integer beyond 64 bits", TEXT("{\"a\":99999999999999999999}"),
	 "too big"},
	{"number beyond all", TEXT("{\"a\":1e999}"), "overflow"},
	{"leading zero", TEXT("{\"a\":01}"), "no JSON at byte"},
};

static void bad_bytes(void **state)
{
	struct error e;
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		e.text[0] = '\0';
		err = refused(bad[i].text, bad[i].size, FRAMING_MAX, &e);
		if (err != -EPROTO || !strstr(e.text, bad[i].wanted) ||
		    strchr(e.text, '\n'))
			fail_msg("%s: %d \"%s\" instead of \"...%s...\"",
				 bad[i].name, err, e.text, bad[i].wanted);
	}
}

/* Of a long message only a piece is shown. */
static void short_excerpt(void **state)
{
	char *text = big_make(100000);
	struct error e = {""};

	(void)state;
	text[50000] = '\1';
	assert_int_equal(refused(text, 100000, FRAMING_MAX, &e), -EPROTO);
	assert_string_equal(e.text,
			    "no JSON at byte 50000 of a message: a control "
			    "character in a string: xxxxxxxxxxxxxxxxxxxx?"
			    "xxxxxxxxxxxxxxxxxxx");
	text[50000] = '\\';
	assert_int_equal(refused(text, 100000, FRAMING_MAX, &e), -EPROTO);
	assert_true(strlen(e.text) < 140);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_anywhere), cmocka_unit_test(large),
		cmocka_unit_test(limits),	  cmocka_unit_test(bad_bytes),
		cmocka_unit_test(short_excerpt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
