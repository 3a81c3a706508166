// SPDX-License-Identifier: GPL-2.0-only
/* The same network from a database file and built by hand: the same maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "network.h"
#include "ovsdb/ovsdb.h"

static void read_nb(const char *file, struct nb *nb)
{
	struct ovsdb *db;
	struct error e = {};

	if (ovsdb_read(file, "OVN_Northbound", nb_columns, &db, &e) ||
	    nb_from_ovsdb(db, nb, &e))
		fail_msg("%s: %s", file, e.text);
	ovsdb_free(db);
}

static void assert_same_image(const struct image *a, const struct image *b)
{
	for (int i = 0; i < IMAGE_TABLE_COUNT; i++) {
		const struct image_table *x = &a->table[i], *y = &b->table[i];

		if (x->n != y->n)
			fail_msg("%s: %zu and %zu entries", image_table_name(i),
				 x->n, y->n);
		for (size_t j = 0; j < x->n; j++) {
			const uint8_t *key = image_entry(x, j);
			const void *val = image_find(b, i, key);

			if (!val || memcmp(key + x->key_size, val, x->val_size))
				fail_msg("%s: entry %zu differs",
					 image_table_name(i), j);
		}
	}
}

static void test_tutorial(void **state)
{
	static const char *const files[] = {"nb.db", "nb.backup",
					    "nb-dump.json"};
	static const char *const hosts[] = {"node1", "node2", "node3"};
	struct compile_output by_hand, out;
	struct network n, from_file;
	char path[512];

	(void)state;
	net_tutorial(&n);
	for (size_t f = 0; f < 3; f++) {
		snprintf(path, sizeof(path), "%s/base/%s", XOVN_TEST_DATA,
			 files[f]);
		from_file.placement = n.placement;
		read_nb(path, &from_file.nb);
		for (size_t h = 0; h < 3; h++) {
			net_compile(&n, hosts[h], &by_hand);
			net_compile(&from_file, hosts[h], &out);
			assert_same_image(&by_hand.image, &out.image);
			assert_int_equal(by_hand.n_notes, out.n_notes);
			compile_output_free(&by_hand);
			compile_output_free(&out);
		}
		nb_free(&from_file.nb);
	}
	net_free(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tutorial),
	};

	return cmocka_run_group_tests_name("compile_file", tests, NULL, NULL);
}
