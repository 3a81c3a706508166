// SPDX-License-Identifier: GPL-2.0-only
/* What xovn check decides without asking anybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <string.h>

#include "check/check.h"
#include "rows.h"

#define CPUS 4

/* By linux/kernel/bpf/arraymap.c and hashtab.c; less the map's own struct. */
static const struct {
	const char *name;
	uint32_t type, flags, key, val;
	uint64_t entries, bytes;
} maps[] = {
	{"array", BPF_MAP_TYPE_ARRAY, 0, 4, 12, 100, 100 * 16},
	{"array, mapped", BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, 4, 32, 1000,
	 8 * 4096},
	{"array of each CPU", BPF_MAP_TYPE_PERCPU_ARRAY, 0, 4, 16, 10,
	 10 * (8 + 16 * CPUS)},
	{"hash", BPF_MAP_TYPE_HASH, 0, 4, 8, 1000,
	 1024 * 16 + (1000 + CPUS) * (48 + 8 + 8)},
	{"hash, entries one by one", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 4, 8,
	 1025, 2048 * 16},
	{"LRU", BPF_MAP_TYPE_LRU_HASH, 0, 12, 20, 64,
	 64 * 16 + CPUS * 64 + 64 * (48 + 16 + 24)},
	{"hash of each CPU", BPF_MAP_TYPE_PERCPU_HASH, 0, 4, 8, 64,
	 64 * 16 + 64 * (48 + 8 + 8) + 64 * 8 * CPUS},
	{"ring", BPF_MAP_TYPE_RINGBUF, 0, 0, 0, 1 << 20, (1 << 20) + 3 * 4096},
	{"trie", BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, 8, 8, 65536, 0},
};

static void test_map_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		uint64_t got = check_map_bytes(maps[i].type, maps[i].flags,
					       maps[i].key, maps[i].val,
					       maps[i].entries, CPUS);

		if (got != maps[i].bytes)
			fail_msg("%s: %llu bytes, wanted %llu", maps[i].name,
				 (unsigned long long)got,
				 (unsigned long long)maps[i].bytes);
	}
}

static void test_mode(void **state)
{
	static const struct {
		enum attach_mode asked;
		const char *driver, *refusal;
		enum mode_rule rule;
		const char *reason;
	} cases[] = {
		{ATTACH_AUTO, "veth", NULL, MODE_RULE_TC,
		 "auto: veth keeps segmentation offload in mode tc only"},
		{ATTACH_AUTO, "mlx5_core", NULL, MODE_RULE_TRY_NATIVE,
		 "auto: driver mlx5_core takes native XDP"},
		{ATTACH_AUTO, "", NULL, MODE_RULE_TRY_NATIVE,
		 "auto: driver (unnamed) takes native XDP"},
		{ATTACH_AUTO, "bridge", "none here", MODE_RULE_TRY_NATIVE,
		 "auto: none here"},
		{ATTACH_NATIVE, "veth", NULL, MODE_RULE_NATIVE, "asked for"},
		{ATTACH_TC, "mlx5_core", NULL, MODE_RULE_TC, "asked for"},
	};
	char reason[MODE_REASON_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(mode_rule(cases[i].asked, cases[i].driver),
				 cases[i].rule);
		mode_reason(reason, cases[i].asked, cases[i].driver,
			    cases[i].refusal);
		assert_string_equal(reason, cases[i].reason);
	}
}

/* Each row once, with all that it has; none without being asked. */
static void test_rows(void **state)
{
	struct ovsdb *db = rows_new(nb_columns);
	struct error e;
	struct nb nb;

	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		struct ovsdb_row *lb = rows_add(db, "Load_Balancer", i);

		rows_set(lb, "name", "\"lb%u\"", i);
		if (i != 2)
			rows_set(lb, "selection_fields", "\"colour\"");
		rows_set(lb, "options", "[\"map\",[[\"template\",\"true\"]]]");
	}
	rows_finish(db);
	assert_int_equal(nb_from_ovsdb(db, &nb, &e), 0);
	assert_true(nb.n_notices >= 2);
	assert_int_equal(nb.notices[0].n_rows, 0);
	nb_free(&nb);
	assert_int_equal(nb_examine(db, false, &nb, &e), 0);
	for (size_t i = 0; i < nb.n_notices; i++) {
		const struct nb_notice *n = &nb.notices[i];
		size_t sum = 0;

		for (size_t j = 0; j < n->n_rows; j++) {
			sum += n->rows[j].n;
			assert_true(!j || strcmp(n->rows[j].name,
						 n->rows[j - 1].name) != 0);
		}
		assert_int_equal(sum, n->n);
		if (strstr(n->what, "template"))
			assert_int_equal(n->n_rows, 3);
	}
	nb_free(&nb);
	ovsdb_free(db);
}

/* The same row twice in one kind. */
static void test_row_twice(void **state)
{
	struct ovsdb *db = rows_new(nb_columns);
	struct ovsdb_row *port = rows_add(db, "Logical_Switch_Port", 1);
	const uint32_t number = 1;
	struct error e;
	struct nb nb;

	(void)state;
	rows_set(port, "name", "\"p1\"");
	rows_set(port, "addresses", "[\"set\",[\"nonsense\",\"rubbish\"]]");
	rows_set_uuids(db, rows_add(db, "Logical_Switch", 1), "ports",
		       "Logical_Switch_Port", &number, 1);
	rows_finish(db);
	assert_int_equal(nb_examine(db, false, &nb, &e), 0);
	assert_int_equal(nb.n_notices, 1);
	assert_int_equal(nb.notices[0].n_rows, 1);
	assert_string_equal(nb.notices[0].rows[0].name, "p1");
	assert_int_equal(nb.notices[0].rows[0].n, 2);
	nb_free(&nb);
	ovsdb_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_bytes),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_row_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
