// SPDX-License-Identifier: GPL-2.0-only
/* Choice among equals: even, the same everywhere, and steady when one of them
 * comes or goes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/maglev.h"

#define NAMES 700
#define SLOTS 65521

static char text[NAMES][24];
static const char *names[NAMES];
static uint16_t with[SLOTS], without[SLOTS];

/* Neighbors in a subnet, or anything. */
static void make_names(size_t n, bool is_random)
{
	unsigned int base = rand();

	for (size_t i = 0; i < n; i++) {
		unsigned int ip = is_random ? (unsigned int)rand() : base + i;
		int port = is_random ? rand() % 65536 : 8080;

		snprintf(text[i], sizeof(text[i]), "%u.%u.%u.%u:%d", ip >> 24,
			 ip >> 16 & 255, ip >> 8 & 255, ip & 255, port);
		names[i] = text[i];
	}
}

static bool is_prime(uint32_t n)
{
	for (uint32_t i = 2; i * i <= n; i++)
		if (n % i == 0)
			return false;
	return n > 1;
}

static void test_sizes(void **state)
{
	static const struct {
		size_t n;
		uint32_t slots;
	} sizes[] = {
		{0, 0},	      {1, 0},	    {2, 1021},	    {10, 1021},
		{11, 4093},   {40, 4093},   {41, 16381},    {160, 16381},
		{161, 65521}, {655, 65521}, {65535, 65521},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint32_t slots = maglev_slots(sizes[i].n);

		assert_int_equal(sizes[i].slots, slots);
		assert_true(!slots || is_prime(slots));
	}
}

/* Slots that move when name "gone" does, in shares of 1/n. */
static double moved(size_t n, uint32_t n_slots, size_t gone)
{
	const char *rest[NAMES];
	size_t n_moved = 0, n_rest = 0;

	for (size_t i = 0; i < n; i++)
		if (i != gone)
			rest[n_rest++] = names[i];
	assert_int_equal(0, maglev_fill(without, n_slots, rest, n_rest));
	for (uint32_t i = 0; i < n_slots; i++)
		n_moved += rest[without[i]] != names[with[i]];
	return (double)n_moved * n / n_slots;
}

/* Goes or comes: the same two tables. */
static void test_steady(void **state)
{
	static const size_t more[] = {41, 100, 160, 161, 400, 655};
	double worst = 0;

	(void)state;
	srand(1);
	for (size_t i = 2; i <= 40 + sizeof(more) / sizeof(*more); i++) {
		size_t n = i <= 40 ? i : more[i - 41];
		uint32_t n_slots = maglev_slots(n);

		for (int trial = 0; trial < (n <= 40 ? 12 : 2); trial++) {
			make_names(n, trial % 2);
			assert_int_equal(0,
					 maglev_fill(with, n_slots, names, n));
			for (size_t gone = 0; gone < n && gone < 10; gone++) {
				double share = moved(n, n_slots, gone);

				if (share > 2)
					fail_msg("%zu names: one moves %.2f "
						 "shares",
						 n, share);
				assert_true(share > 0.4);
				worst = share > worst ? share : worst;
			}
		}
	}
	print_message("one name moves at most %.2f shares\n", worst);
}

static void test_even(void **state)
{
	static const size_t counts[] = {2, 3, 7, 10, 40, 160, 655};
	static uint32_t has[NAMES];

	(void)state;
	srand(2);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		size_t n = counts[i];
		uint32_t n_slots = maglev_slots(n);
		uint32_t low = UINT32_MAX, high = 0;

		make_names(n, true);
		assert_int_equal(0, maglev_fill(with, n_slots, names, n));
		memset(has, 0, sizeof(has));
		for (uint32_t s = 0; s < n_slots; s++) {
			assert_true(with[s] < n);
			has[with[s]]++;
		}
		for (size_t b = 0; b < n; b++) {
			low = has[b] < low ? has[b] : low;
			high = has[b] > high ? has[b] : high;
		}
		print_message("%zu names, %u slots: %.2f to %.2f of a share\n",
			      n, n_slots, (double)low * n / n_slots,
			      (double)high * n / n_slots);
		assert_true(high <= 1.032 * n_slots / n + 1);
		assert_true(low >= 0.5 * n_slots / n);
	}
}

/* Two hosts that list the names differently choose alike. */
static void test_order_of_names(void **state)
{
	const char *turned[40];

	(void)state;
	srand(3);
	make_names(40, true);
	for (size_t i = 0; i < 40; i++)
		turned[i] = names[39 - i];
	assert_int_equal(0, maglev_fill(with, 4093, names, 40));
	assert_int_equal(0, maglev_fill(without, 4093, turned, 40));
	for (size_t i = 0; i < 4093; i++)
		assert_ptr_equal(names[with[i]], turned[without[i]]);
}

/* Hosts of different releases must agree: these values are for ever. */
static void test_table_is_fixed(void **state)
{
	static const char *const three[] = {"172.18.100.10:8000",
					    "172.18.100.20:8000",
					    "172.18.200.10:8000"};
	char first[33] = "";

	(void)state;
	assert_int_equal(0, maglev_fill(with, 1021, three, 3));
	for (size_t i = 0; i < 32; i++)
		first[i] = '0' + with[i];
	assert_string_equal("21111110111111020022002200001222", first);
}

static void test_limits(void **state)
{
	static char many_text[MAGLEV_NAMES_MAX + 1][8];
	static const char *many[MAGLEV_NAMES_MAX + 1];

	(void)state;
	assert_int_equal(-EINVAL, maglev_fill(with, 1021, names, 0));
	for (size_t i = 0; i <= MAGLEV_NAMES_MAX; i++) {
		snprintf(many_text[i], sizeof(*many_text), "%zu", i);
		many[i] = many_text[i];
	}
	assert_int_equal(-E2BIG,
			 maglev_fill(with, SLOTS, many, MAGLEV_NAMES_MAX + 1));
	/* More names than slots: one each, some have none. */
	memset(with, 0xff, sizeof(with));
	assert_int_equal(0, maglev_fill(with, 1021, many, MAGLEV_NAMES_MAX));
	for (size_t i = 0; i < 1021; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(with[i], with[j]);
	assert_int_equal(0, maglev_fill(with, SLOTS, many, MAGLEV_NAMES_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_even),
		cmocka_unit_test(test_order_of_names),
		cmocka_unit_test(test_table_is_fixed),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("maglev", tests, NULL, NULL);
}
