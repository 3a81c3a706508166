// SPDX-License-Identifier: GPL-2.0-only
/* Tables: columns as wide as characters want, names that drive no terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cmd/table.h"

static void expect_printed(struct table *t, const char *wanted)
{
	char *text = NULL;
	size_t len;
	FILE *before = stdout;

	stdout = open_memstream(&text, &len);
	table_print(t);
	fclose(stdout);
	stdout = before;
	assert_string_equal(wanted, text);
	free(text);
}

static void widths(void **state)
{
	struct table t;

	(void)state;
	table_init(&t, "NAME|>NUMBER|LAST");
	table_text(&t, "\xc3\xa9tage");
	table_number(&t, 7);
	table_text(&t, NULL);
	table_text(&t, "a");
	table_number(&t, 12345678);
	table_format(&t, "%d %%", 3);
	assert_int_equal(2, table_rows(&t));
	expect_printed(&t, "NAME     NUMBER  LAST\n"
			   "\xc3\xa9tage         7  -\n"
			   "a      12345678  3 %\n");
}

static void no_rows(void **state)
{
	struct table t;

	(void)state;
	table_init(&t, "NAME|>NUMBER");
	expect_printed(&t, "");
}

static void control_characters(void **state)
{
	struct table t;

	(void)state;
	table_init(&t, "NAME|PORT");
	table_text(&t, "two\nlines");
	table_text(&t, "\033[31mred\177");
	expect_printed(&t, "NAME       PORT\n"
			   "two?lines  ?[31mred?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths),
		cmocka_unit_test(no_rows),
		cmocka_unit_test(control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
