// SPDX-License-Identifier: GPL-2.0-only
/* xovn top: rates of two samples, order, lines that fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cmd/top.h"

static struct stats_datapath ls = {.key = 1, .name = "ls"};

static struct stats_port before[] = {
	{.name = "calm",
	 .datapath = &ls,
	 .ifname = "tap0",
	 .in = {100, 10000},
	 .out = {5, 500}},
	{.name = "busy", .datapath = &ls, .in = {1000, 64000}},
	{.name = "emptied", .datapath = &ls, .in = {90, 9000}},
};

static struct stats_port now[] = {
	{.name = "calm",
	 .datapath = &ls,
	 .ifname = "tap0",
	 .in = {110, 25000},
	 .out = {5, 500},
	 .drop_in = {3, 300},
	 .drop_out = {1, 100}},
	{.name = "busy", .datapath = &ls, .in = {3000, 64000}},
	{.name = "emptied", .datapath = &ls, .in = {4, 400}},
	{.name = "new", .datapath = &ls, .out = {2, 200}},
};

static struct top sample(enum top_sort sort)
{
	struct top t = {.sort = sort};

	t.before.ports = before;
	t.before.n_ports = 3;
	t.before.time = 10;
	t.now.ports = now;
	t.now.n_ports = 4;
	t.now.time = 12;
	return t;
}

static void test_rates(void **state)
{
	struct top t = sample(TOP_BY_NAME);
	struct top_rows rows;

	(void)state;
	assert_int_equal(0, top_rows_make(&t, TOP_PORTS, &rows));
	assert_int_equal(4, rows.n);
	assert_string_equal("busy", rows.row[0].text[0]);
	assert_true(rows.row[0].rate[0] == 1000);
	assert_true(rows.row[0].rate[1] == 0);
	assert_string_equal("calm", rows.row[1].text[0]);
	assert_string_equal("tap0", rows.row[1].text[2]);
	assert_true(rows.row[1].rate[0] == 5);
	assert_true(rows.row[1].rate[1] == 8 * 7500);
	assert_true(rows.row[1].rate[4] == 2);
	/* counters that began again count from zero */
	assert_string_equal("emptied", rows.row[2].text[0]);
	assert_true(rows.row[2].rate[0] == 2);
	assert_string_equal("new", rows.row[3].text[0]);
	assert_true(rows.row[3].rate[2] == 1);
	top_rows_free(&rows);
}

static void test_order(void **state)
{
	static const struct {
		enum top_sort sort;
		const char *names[4];
	} cases[] = {
		{TOP_BY_PPS, {"busy", "calm", "emptied", "new"}},
		{TOP_BY_BPS, {"calm", "emptied", "new", "busy"}},
		{TOP_BY_DROPS, {"calm", "busy", "emptied", "new"}},
		{TOP_BY_NAME, {"busy", "calm", "emptied", "new"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct top t = sample(cases[i].sort);
		struct top_rows rows;

		assert_int_equal(0, top_rows_make(&t, TOP_PORTS, &rows));
		for (size_t k = 0; k < rows.n; k++)
			assert_string_equal(cases[i].names[k],
					    rows.row[k].text[0]);
		top_rows_free(&rows);
	}
}

/* Drops from places that no name tells apart are one row. */
static void test_same_names(void **state)
{
	struct stats_place old[] = {
		{.key = {.reason = DROP_LR_TTL, .in_port = 1}, .val = {4, 0}},
	};
	struct stats_place places[] = {
		{.key = {.reason = DROP_LR_TTL, .in_port = 1}, .val = {6, 0}},
		{.key = {.reason = DROP_LR_TTL, .in_port = 2}, .val = {4, 0}},
	};
	struct top t = {.view = TOP_DROPS};
	struct top_rows rows;

	(void)state;
	t.before.places = old;
	t.before.n_places = 1;
	t.now.places = places;
	t.now.n_places = 2;
	t.now.time = 2;
	assert_int_equal(0, top_rows_make(&t, TOP_DROPS, &rows));
	assert_int_equal(1, rows.n);
	assert_int_equal(10, rows.row[0].total[1]);
	assert_true(rows.row[0].rate[0] == 3);
	top_rows_free(&rows);
}

static void test_line(void **state)
{
	struct top_row row = {
		.text = {"a-rather-long-name", "ls", "tap\033"},
		.rate = {12, 12345, 0.5, 0, 0},
	};
	struct top_rows rows = {.row = &row, .n = 1};
	const struct top_view *view = &top_views[TOP_PORTS];
	size_t width[TOP_TEXTS];
	char line[TOP_LINE];

	(void)state;
	top_widths(view, &rows, 200, width);
	top_line(view, width, &row, line);
	assert_string_equal("a-rather-long-name ls     tap?      "
			    "          12       12.3k         0.5"
			    "           0           0",
			    line);
	top_line(view, width, NULL, line);
	assert_string_equal("PORT               SWITCH INTERFACE "
			    "      IN pps    IN bit/s     OUT pps"
			    "   OUT bit/s     DROPS/s",
			    line);
	/* the longest word gives way */
	top_widths(view, &rows, 90, width);
	top_line(view, width, &row, line);
	assert_non_null(strstr(line, "a-rather-lo~ ls     tap?  "));
	assert_int_equal(90, strlen(line));
}

/* A width is one of characters, and none is cut in two. */
static void test_line_utf8(void **state)
{
	struct top_row row = {.text = {"üüüüüüüüüü", "x", "y"}};
	size_t width[TOP_TEXTS] = {8, 2, 2};
	char line[TOP_LINE];

	(void)state;
	top_line(&top_views[TOP_PORTS], width, &row, line);
	assert_memory_equal("üüüüüüü~ x  y  ", line, strlen("üüüüüüü~ x  y  "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),	   cmocka_unit_test(test_order),
		cmocka_unit_test(test_same_names), cmocka_unit_test(test_line),
		cmocka_unit_test(test_line_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
