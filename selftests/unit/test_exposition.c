// SPDX-License-Identifier: GPL-2.0-only
/* Prometheus' text format: labels escaped as it says, files whole or not at
 * all. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/exposition.h"

static void expect_label(const char *value, const char *written)
{
	char *text = NULL, *wanted = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	exposition_sample(f, "x_total", 7, LABELS("name", value));
	fclose(f);
	assert_true(asprintf(&wanted, "x_total{name=\"%s\"} 7\n", written) > 0);
	assert_string_equal(wanted, text);
	free(wanted);
	free(text);
}

static void test_label_values(void **state)
{
	(void)state;
	expect_label("", "");
	expect_label("ls1-vm1", "ls1-vm1");
	expect_label("a\"b", "a\\\"b");
	expect_label("a\\b", "a\\\\b");
	expect_label("a\nb", "a\\nb");
	expect_label("\\\n\"", "\\\\\\n\\\"");
	expect_label("{a=b},c", "{a=b},c");
}

static void test_label_values_are_utf8(void **state)
{
	static const char *const good[] = {
		"\xc3\xa9",	"\xe2\x82\xac",	    "\xed\x9f\xbf",
		"\xee\x80\x80", "\xf0\x90\x8d\x88", "\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[][2] = {
		{"a\xff", "a?"},
		{"\x80", "?"},
		{"\xc3", "?"},
		{"\xc3z", "?z"},
		{"\xc0\xaf", "??"}, /* overlong */
		{"\xe0\x9f\xbf", "???"},
		{"\xf0\x8f\xbf\xbf", "????"},
		{"\xed\xa0\x80", "???"}, /* a surrogate */
		{"\xf4\x90\x80\x80", "????"}, /* above U+10FFFF */
		{"\xe2\x82", "??"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		expect_label(good[i], good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_label(bad[i][0], bad[i][1]);
}

static void test_families_and_samples(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	assert_non_null(f);
	exposition_family(f, "x_total", "counter", "All there is.");
	exposition_sample(f, "x_total", UINT64_MAX, NULL);
	exposition_sample(f, "x_total", 0, LABELS("a", "1", "b", "2"));
	fclose(f);
	assert_string_equal("# HELP x_total All there is.\n"
			    "# TYPE x_total counter\n"
			    "x_total 18446744073709551615\n"
			    "x_total{a=\"1\",b=\"2\"} 0\n",
			    text);
	free(text);
}

/* A directory of the test's own. */
struct place {
	char dir[64], path[128];
};

static void place_make(struct place *p)
{
	strcpy(p->dir, "/tmp/xovn-exposition.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/x.prom", p->dir);
}

static size_t place_files(const struct place *p)
{
	DIR *d = opendir(p->dir);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2; /* "." and ".." */
}

static void write_words(FILE *f, void *arg)
{
	fputs(arg, f);
}

static void expect_words(const struct place *p, const char *words)
{
	char text[64] = "";
	FILE *f = fopen(p->path, "r");

	assert_non_null(f);
	assert_int_equal(strlen(words), fread(text, 1, sizeof(text) - 1, f));
	fclose(f);
	assert_string_equal(words, text);
}

static void test_file(void **state)
{
	struct error e;
	struct place p;
	struct stat st;
	mode_t mask;

	(void)state;
	place_make(&p);
	mask = umask(077);
	assert_int_equal(0,
			 exposition_file(p.path, write_words, "first\n", &e));
	umask(mask);
	expect_words(&p, "first\n");
	assert_int_equal(0, stat(p.path, &st));
	assert_int_equal(0644, st.st_mode & 0777);
	assert_int_equal(0, exposition_file(p.path, write_words, "2\n", &e));
	expect_words(&p, "2\n");
	assert_int_equal(1, place_files(&p));
	unlink(p.path);
	rmdir(p.dir);
}

/* More than the limit on a file's size. */
static void write_too_much(FILE *f, void *arg)
{
	(void)arg;
	for (int i = 0; i < 100000; i++)
		fputs("word\n", f);
}

static void test_file_that_cannot_be_written(void **state)
{
	char path[160];
	struct rlimit limit, small;
	struct error e;
	struct place p;

	(void)state;
	place_make(&p);
	assert_int_equal(0, exposition_file(p.path, write_words, "old\n", &e));
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = limit;
	small.rlim_cur = 4096;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_true(exposition_file(p.path, write_too_much, NULL, &e) < 0);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_non_null(strstr(e.text, p.path));
	expect_words(&p, "old\n");
	assert_int_equal(1, place_files(&p));

	snprintf(path, sizeof(path), "%s/none/x.prom", p.dir);
	assert_int_equal(-ENOENT, exposition_file(path, write_words, "x", &e));
	snprintf(path, sizeof(path), "%s/", p.dir);
	assert_int_equal(-EISDIR, exposition_file(path, write_words, "x", &e));
	assert_int_equal(-EISDIR, exposition_file(p.dir, write_words, "x", &e));
	assert_int_equal(1, place_files(&p));
	unlink(p.path);
	rmdir(p.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_label_values),
		cmocka_unit_test(test_label_values_are_utf8),
		cmocka_unit_test(test_families_and_samples),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_that_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
