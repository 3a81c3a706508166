// SPDX-License-Identifier: GPL-2.0-only
/* Whatever stands in a step of a trace, there are words for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "drop_text.h"
#include "step_case.h"

/* What a step without a sentence of its own would get, and what two with the
 * same one would. */
static void test_every_step_has_words(void **state)
{
	struct trace_view v = step_view();
	char *texts[TRACE_WHAT_COUNT] = {0};

	(void)state;
	for (uint32_t what = 1; what < TRACE_WHAT_COUNT; what++) {
		struct trace_step_val s = {.what = what};
		char datapath[XOVN_NAME_LEN];

		texts[what] = explain_step(&v, &s, datapath);
		assert_non_null(texts[what]);
		assert_true(strlen(texts[what]) > 10);
		assert_null(strstr(texts[what], "step "));
		assert_string_equal("", datapath);
		assert_string_not_equal("unknown", explain_stage(&s));
		for (uint32_t other = 1; other < what; other++)
			if (!strcmp(texts[other], texts[what]))
				fail_msg("steps %u and %u: %s", other, what,
					 texts[what]);
	}
	for (uint32_t what = 1; what < TRACE_WHAT_COUNT; what++)
		free(texts[what]);
}

static void test_every_drop_has_words(void **state)
{
	static const char *const wanted[DROP_REASON_COUNT] = {
#define X(number, name, what, where)                                           \
	[DROP_##name] = #name ": " what "; look at: " where,
		XOVN_DROP_REASONS(X)
#undef X
	};
	struct trace_view v = step_view();

	(void)state;
	for (uint32_t reason = 1; reason < DROP_REASON_COUNT; reason++) {
		struct trace_step_val s = {.what = TRACE_DROP, .a = reason};
		char datapath[XOVN_NAME_LEN];
		char *text;

		assert_int_equal(!wanted[reason], drop_is_none(reason));
		if (!wanted[reason])
			continue;
		text = explain_step(&v, &s, datapath);
		assert_string_equal(wanted[reason], text);
		free(text);
	}
}

/* A gateway router's ports are in its own chassis' maps only. */
static void test_gateway_elsewhere(void **state)
{
	struct port_key key = {.datapath = 5, .port = 6};
	struct port_val port = {.kind = PORT_GATEWAY,
				.chassis = 3,
				.peer_datapath = 7,
				.peer_port = 8,
				.name = "ls3-gw1"};
	struct datapath_key router = {.datapath = 7};
	struct datapath_val gw1 = {.kind = DATAPATH_ROUTER, .name = "gw1"};
	struct trace_step_val s = {.what = TRACE_L2,
				   .datapath = 5,
				   .a = 6,
				   .b = PORT_GATEWAY,
				   .c = 3};
	static const struct chassis_val chassis[XOVN_MAX_CHASSIS] = {
		[3] = {.name = "system-id"}};
	struct image image;
	struct trace_view v = {.image = &image, .chassis = chassis};
	char datapath[XOVN_NAME_LEN];
	char *text;

	(void)state;
	image_init(&image);
	assert_int_equal(0, image_add(&image, IMAGE_PORT, &key, &port, NULL));
	assert_int_equal(0, image_add(&image, IMAGE_DATAPATH, &router, &gw1,
				      NULL));
	text = explain_step(&v, &s, datapath);
	assert_string_equal("to router port ls3-gw1, to gw1, on system-id",
			    text);
	assert_string_equal("datapath 5", datapath);
	free(text);
	image_free(&image);
}

/* Numbers that no map holds, and views without what may be missing: some
 * text comes, and it is not longer than names make it. */
static void test_nonsense(void **state)
{
	static const uint32_t numbers[] = {0,	  1,	      2,      5,
					   31,	  32,	      33,     4095,
					   4096,  0x7fff,     0x8000, 0xffff,
					   65536, 0x7fffffff, ~0u};
	const size_t n = sizeof(numbers) / sizeof(numbers[0]);
	struct trace_view v = step_view();
	struct image empty;

	(void)state;
	image_init(&empty);
	for (uint32_t seed = 0; seed < 60000; seed++) {
		struct trace_step_val s;
		char datapath[XOVN_NAME_LEN];
		uint8_t *bytes = (uint8_t *)&s;
		char *text;

		for (size_t i = 0; i < sizeof(s); i++)
			bytes[i] = seed * 2654435761u >> (i % 25) ^ i * 37;
		s.what = seed % (TRACE_WHAT_COUNT + 3);
		s.a = numbers[seed / 64 % n];
		s.b = numbers[seed / 960 % n];
		s.c = numbers[seed / 14400 % n];
		if (seed & 1)
			s.datapath = numbers[seed / 7 % n];
		else
			s.eth_type = seed & 2 ? 0x0800 : 0x0806;
		v = step_view();
		if (seed % 5 == 0) {
			v.learned = NULL;
			v.chassis = NULL;
			v.read_ct = NULL;
		}
		if (seed % 7 == 0)
			v.image = &empty;
		text = explain_step(&v, &s, datapath);
		assert_non_null(text);
		assert_in_range(strlen(text), 1, 1500);
		assert_non_null(memchr(datapath, 0, sizeof(datapath)));
		assert_non_null(explain_stage(&s));
		free(text);
	}
	image_free(&empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_step_has_words),
		cmocka_unit_test(test_every_drop_has_words),
		cmocka_unit_test(test_gateway_elsewhere),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, step_setup, step_teardown);
}
