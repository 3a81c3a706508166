// SPDX-License-Identifier: GPL-2.0-only
#include "nb_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "ovsdb_file.h"

/* Columns that came after the schema of the files here. */
static const struct {
	const char *table, *columns;
} later_columns[] = {
	{"\"Logical_Router_Static_Route\":{",
	 "\"selection_fields\":{\"type\":{\"key\":\"string\",\"min\":0,"
	 "\"max\":\"unlimited\"}},"}, /* 25.03 */
	{"\"NAT\":{", "\"match\":{\"type\":\"string\"},"}, /* 24.09 */
};

static void later_schema(const char *path)
{
	char *base = db_slurp(XOVN_TEST_DATA "/base/nb.db", NULL);
	char *schema = strchr(base, '\n') + 1, *text = NULL, *at;
	size_t i, size;
	FILE *f;

	*strchr(schema, '\n') = '\0';
	for (i = 0; i < sizeof(later_columns) / sizeof(later_columns[0]); i++) {
		f = open_memstream(&text, &size);
		assert_non_null(f);
		at = strstr(schema, later_columns[i].table);
		assert_non_null(at);
		at = strstr(at, "\"columns\":{");
		assert_non_null(at);
		at += strlen("\"columns\":{");
		fprintf(f, "%.*s%s%s", (int)(at - schema), schema,
			later_columns[i].columns, at);
		fclose(f);
		free(base);
		base = schema = text;
	}
	db_record(path, "JSON", schema);
	free(base);
}

static void case_write(const struct nb_case *c, char path[64])
{
	char json[4096];

	assert_true(snprintf(json, sizeof(json), c->frame, c->columns) <
		    (int)sizeof(json));
	db_create(path);
	later_schema(path);
	db_record(path, "JSON", json);
}

static void model_check(const struct nb_case *c)
{
	char path[64], *text;
	struct error e;
	struct nb nb;

	case_write(c, path);
	if (nb_read(path, &nb, &e))
		fail_msg("%s: %s", c->name, e.text);
	text = nb_text(&nb);
	if (!strstr(text, c->wanted) ||
	    (c->unwanted && strstr(text, c->unwanted)))
		fail_msg("%s: wanted \"%s\", not \"%s\", in\n%s", c->name,
			 c->wanted, c->unwanted ? c->unwanted : "", text);
	free(text);
	nb_free(&nb);
	unlink(path);
}

void nb_models_check(const struct nb_case *cases, size_t n)
{
	for (; n--; cases++)
		model_check(cases);
}

void nb_errors_check(const struct nb_case *cases, size_t n)
{
	char path[64];
	struct error e;
	struct nb nb;

	for (; n--; cases++) {
		case_write(cases, path);
		if (!nb_read(path, &nb, &e))
			fail_msg("%s: was accepted", cases->name);
		if (!strstr(e.text, cases->wanted) || strchr(e.text, '\n'))
			fail_msg("%s: \"%s\" instead of \"%s\"", cases->name,
				 e.text, cases->wanted);
		assert_int_equal(nb.n_switches + nb.n_routers + nb.n_lbs +
					 nb.n_notices,
				 0);
		unlink(path);
	}
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct lines {
	char *text;
	char *line[1024];
	size_t n;
};

static void lines_sort(struct lines *l, char *text)
{
	char *next;

	l->text = text;
	l->n = 0;
	for (; *text; text = next) {
		assert_true(l->n < sizeof(l->line) / sizeof(l->line[0]));
		l->line[l->n++] = text;
		next = strchrnul(text, '\n');
		if (*next)
			*next++ = '\0';
	}
	qsort(l->line, l->n, sizeof(l->line[0]), line_compare);
}

/* Rows have new uuids whenever a file is made anew: the first one of each
 * line goes. */
static void uuids_cut(char *text)
{
	char *line, *word, copy[37];
	uint8_t uuid[16];

	for (line = text; *line; line += *line == '\n') {
		for (word = line; *word && *word != '\n'; word++) {
			if (*word != ' ')
				continue;
			snprintf(copy, sizeof(copy), "%s", word + 1);
			if (ovsdb_uuid_parse(copy, uuid))
				continue;
			memmove(word, word + 37, strlen(word + 37) + 1);
			break;
		}
		line += strcspn(line, "\n");
	}
}

void nb_file_check(const char *file, const char *model)
{
	struct lines got, want;
	char path[512], *text;
	struct error e;
	struct nb nb;
	size_t i;

	snprintf(path, sizeof(path), "%s/%s", XOVN_TEST_DATA, file);
	if (nb_read(path, &nb, &e))
		fail_msg("%s: %s", file, e.text);
	text = nb_text(&nb);
	uuids_cut(text);
	lines_sort(&got, text);
	snprintf(path, sizeof(path), "%s/%s", XOVN_TEST_DATA, model);
	lines_sort(&want, db_slurp(path, NULL));
	for (i = 0; i < got.n && i < want.n; i++)
		if (strcmp(got.line[i], want.line[i]))
			fail_msg("%s: wanted\n%s\nnot\n%s", file, want.line[i],
				 got.line[i]);
	if (got.n != want.n)
		fail_msg("%s: wanted %zu lines, not %zu", file, want.n, got.n);
	free(got.text);
	free(want.text);
	nb_free(&nb);
}
