// SPDX-License-Identifier: GPL-2.0-only
/* Tunnel keys: the same on every host, unique, given ones honoured. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/hash.h"
#include "compile/keys.h"
#include "types.h"

static const struct key_space port_space = {
	.what = "port",
	.where = "switch ls1",
	.derived_max = OVN_PORT_KEY_MAX,
	.given_max = OVN_PORT_KEY_MAX,
};

static void assign(struct key_request *rows, size_t n,
		   const struct key_space *space)
{
	struct error e = {};
	int ret = keys_assign(rows, n, space, &e);

	if (ret)
		fail_msg("%d %s", ret, e.text);
}

static void assign_fails(struct key_request *rows, size_t n, int err,
			 const char *text)
{
	struct error e = {};

	assert_int_equal(-err, keys_assign(rows, n, &port_space, &e));
	if (!strstr(e.text, text))
		fail_msg("no \"%s\" in \"%s\"", text, e.text);
}

/* Hosts of different releases must agree: these values are for ever. */
static void test_hash_is_fixed(void **state)
{
	static const struct {
		const char *uuid;
		uint32_t attempt, max, key;
	} fixed[] = {
		{"4cae9ea2-b527-4d96-b3b5-33d167a4d993", 0,
		 OVN_DATAPATH_KEY_MAX, 14450497},
		{"4cae9ea2-b527-4d96-b3b5-33d167a4d993", 1,
		 OVN_DATAPATH_KEY_MAX, 9024894},
		{"5a964831-35d5-4664-806c-4bf42769532b", 0, OVN_PORT_KEY_MAX,
		 20683},
		{"5a964831-35d5-4664-806c-4bf42769532b", 7, OVN_PORT_KEY_MAX,
		 29377},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		assert_int_equal(fixed[i].key,
				 key_candidate(fixed[i].uuid, fixed[i].attempt,
					       fixed[i].max));
}

static char (*make_uuids(size_t n))[37]
{
	char(*uuids)[37] = calloc(n, sizeof(*uuids));

	assert_non_null(uuids);
	for (size_t i = 0; i < n; i++)
		snprintf(uuids[i], 37, "%08zx-0000-4000-8000-%012llx", i,
			 (unsigned long long)hash_bytes(&i, sizeof(i), 0) &
				 0xffffffffffff);
	return uuids;
}

/* Any number of rows up to the last key: unique, in range. */
static void test_unique(void **state)
{
	static const size_t counts[] = {1, 2, 1000, 20000, OVN_PORT_KEY_MAX};
	struct key_request *rows = calloc(OVN_PORT_KEY_MAX, sizeof(*rows));
	char(*uuids)[37] = make_uuids(OVN_PORT_KEY_MAX);
	bool *seen = calloc(OVN_PORT_KEY_MAX + 1, sizeof(*seen));

	(void)state;
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		memset(seen, 0, OVN_PORT_KEY_MAX + 1);
		for (size_t i = 0; i < counts[c]; i++)
			rows[i].uuid = rows[i].name = uuids[i];
		assign(rows, counts[c], &port_space);
		for (size_t i = 0; i < counts[c]; i++) {
			assert_in_range(rows[i].key, 1, OVN_PORT_KEY_MAX);
			assert_false(seen[rows[i].key]);
			seen[rows[i].key] = true;
		}
	}
	free(rows);
	free(uuids);
	free(seen);
}

static void test_too_many(void **state)
{
	struct key_request *rows = calloc(OVN_PORT_KEY_MAX + 1, sizeof(*rows));

	(void)state;
	assign_fails(rows, OVN_PORT_KEY_MAX + 1, E2BIG,
		     "switch ls1 has 32768 ports");
	free(rows);
}

/* The later of two rows by uuid moves on, and only it. */
static void test_collision(void **state)
{
	static const struct key_space tiny = {"port", "switch ls1", 5, 5};
	struct key_request rows[4] = {};
	char(*uuids)[37] = make_uuids(4);
	uint32_t free_key;

	(void)state;
	for (int i = 0; i < 4; i++)
		rows[i].uuid = rows[i].name = uuids[i];
	assign(rows, 4, &tiny);
	assert_int_equal(key_candidate(uuids[0], 0, 5), rows[0].key);
	for (int i = 0; i < 4; i++) {
		/* The first candidate that no earlier row has. */
		for (uint32_t attempt = 0;; attempt++) {
			bool is_taken = false;

			free_key = key_candidate(uuids[i], attempt, 5);
			for (int j = 0; j < i; j++)
				is_taken |= rows[j].key == free_key;
			if (!is_taken)
				break;
		}
		assert_int_equal(free_key, rows[i].key);
	}
	free(uuids);
}

/* Adding a row last leaves all keys; adding it first moves at most those
 * that it pushes. */
static void test_stability(void **state)
{
	enum { N = 1000 };
	struct key_request *before = calloc(N + 1, sizeof(*before));
	struct key_request *after = calloc(N + 1, sizeof(*after));
	char(*uuids)[37] = make_uuids(N + 1);
	int n_moved = 0;

	(void)state;
	for (int i = 0; i < N; i++) {
		before[i].uuid = before[i].name = uuids[i + 1];
		after[i + 1] = before[i];
	}
	after[0].uuid = after[0].name = uuids[0];
	assign(before, N, &port_space);
	assign(after, N + 1, &port_space);
	for (int i = 0; i < N; i++)
		n_moved += before[i].key != after[i + 1].key;
	assert_true(n_moved <= 2);
	memcpy(after, before, N * sizeof(*after));
	after[N].uuid = after[N].name = "ffffffff-ffff-4fff-8fff-ffffffffffff";
	assign(after, N + 1, &port_space);
	for (int i = 0; i < N; i++)
		assert_int_equal(before[i].key, after[i].key);
	free(before);
	free(after);
	free(uuids);
}

static void test_given(void **state)
{
	char(*uuids)[37] = make_uuids(4);
	struct key_request rows[] = {
		{.uuid = uuids[0], .name = "a"},
		{.uuid = uuids[1], .name = "b", .requested = 77},
		{.uuid = uuids[2], .name = "c", .southbound = 99},
		{.uuid = uuids[3], .name = "d", .requested = 99},
	};
	uint32_t wish = key_candidate(uuids[0], 0, OVN_PORT_KEY_MAX);

	(void)state;
	assign(rows, 4, &port_space);
	assert_int_equal(wish, rows[0].key);
	assert_int_equal(77, rows[1].key);
	assert_int_equal(99, rows[2].key);
	/* The Southbound database is law. */
	assert_int_equal(key_candidate(uuids[3], 0, OVN_PORT_KEY_MAX),
			 rows[3].key);

	/* A given key comes before the row whose hash it is. */
	rows[1].requested = wish;
	assign(rows, 4, &port_space);
	assert_int_equal(wish, rows[1].key);
	assert_int_equal(key_candidate(uuids[0], 1, OVN_PORT_KEY_MAX),
			 rows[0].key);

	/* Both given, to one row. */
	rows[2].requested = 5;
	assign(rows, 4, &port_space);
	assert_int_equal(99, rows[2].key);
	free(uuids);
}

static void test_given_twice(void **state)
{
	struct key_request rows[] = {
		{.uuid = "a", .name = "port-a", .requested = 7},
		{.uuid = "b", .name = "port-b"},
		{.uuid = "c", .name = "port-c", .requested = 7},
	};

	(void)state;
	assign_fails(rows, 3, EINVAL, "port-a and port-c of switch ls1");
	assign_fails(rows, 3, EINVAL, "requested-tnl-key 7");
	rows[0].requested = rows[2].requested = 0;
	rows[1].southbound = rows[2].southbound = 8;
	assign_fails(rows, 3, EINVAL, "port-c of switch ls1");
	assign_fails(rows, 3, EINVAL, "port-b, too");
}

static void test_given_out_of_range(void **state)
{
	struct key_request rows[] = {
		{.uuid = "a", .name = "port-a", .requested = 32768},
	};
	struct key_space datapaths = {"datapath", "the NB database",
				      OVN_DATAPATH_KEY_MAX,
				      DATAPATH_KEY_GIVEN_MAX};

	(void)state;
	assign_fails(rows, 1, EINVAL, "requested-tnl-key 32768 is not in 1..");
	rows[0].requested = 0;
	rows[0].southbound = 40000;
	assign_fails(rows, 1, EINVAL, "tunnel key 40000");
	/* Transit switches have keys beyond what a cluster gives itself. */
	rows[0].southbound = 0;
	rows[0].requested = 16711685;
	assign(rows, 1, &datapaths);
	assert_int_equal(16711685, rows[0].key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash_is_fixed),
		cmocka_unit_test(test_unique),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_collision),
		cmocka_unit_test(test_stability),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_given_twice),
		cmocka_unit_test(test_given_out_of_range),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
