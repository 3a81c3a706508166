// SPDX-License-Identifier: GPL-2.0-only
/* The wanted contents of maps: adding, finding, growing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "compile/compile.h"
#include "compile/image.h"

static void test_add_find(void **state)
{
	struct datapath_key key = {.datapath = 7}, other = {.datapath = 8};
	struct datapath_val val = {.kind = DATAPATH_SWITCH, .name = "ls1"};
	struct datapath_val *found;
	struct image img;
	void *old = NULL;

	(void)state;
	assert_int_equal(0, image_init(&img));
	assert_null(image_find(&img, IMAGE_DATAPATH, &key));
	assert_int_equal(0, image_add(&img, IMAGE_DATAPATH, &key, &val, &old));
	assert_null(old);
	found = image_find(&img, IMAGE_DATAPATH, &key);
	assert_non_null(found);
	assert_memory_equal(found, &val, sizeof(val));
	assert_null(image_find(&img, IMAGE_DATAPATH, &other));
	strcpy(val.name, "ls2");
	assert_int_equal(-EEXIST,
			 image_add(&img, IMAGE_DATAPATH, &key, &val, &old));
	assert_string_equal(((struct datapath_val *)old)->name, "ls1");
	assert_int_equal(-EEXIST,
			 image_add(&img, IMAGE_DATAPATH, &key, &val, NULL));
	assert_int_equal(1, img.table[IMAGE_DATAPATH].n);
	image_free(&img);
}

/* Same keys in two tables do not meet. */
static void test_tables_are_apart(void **state)
{
	struct arp_key key = {.datapath = 1, .ip = {10, 0, 0, 1}};
	struct router_ip_key same = {.datapath = 1, .ip = {10, 0, 0, 1}};
	struct arp_val val = {.kind = ARP_RESPOND};
	struct image img;

	(void)state;
	assert_int_equal(0, image_init(&img));
	assert_int_equal(0, image_add(&img, IMAGE_ARP, &key, &val, NULL));
	assert_null(image_find(&img, IMAGE_ROUTER_IP, &same));
	image_free(&img);
}

#define MANY 200000

/* Entries stay in order of insertion, all are found, none else is. */
static void test_many(void **state)
{
	struct image img;
	const struct image_table *t = &img.table[IMAGE_PORT];

	(void)state;
	assert_int_equal(0, image_init(&img));
	for (uint32_t i = 0; i < MANY; i++) {
		struct port_key key = {.datapath = i % 1000, .port = i / 1000};
		struct port_val val = {.ifindex = i};

		assert_int_equal(0,
				 image_add(&img, IMAGE_PORT, &key, &val, NULL));
	}
	assert_int_equal(MANY, t->n);
	for (uint32_t i = 0; i < MANY; i++) {
		struct port_key key = {.datapath = i % 1000, .port = i / 1000};
		struct port_val *val = image_find(&img, IMAGE_PORT, &key);

		assert_non_null(val);
		assert_int_equal(i, val->ifindex);
		assert_memory_equal(image_entry(t, i), &key, sizeof(key));
		key.port += MANY;
		assert_null(image_find(&img, IMAGE_PORT, &key));
	}
	image_free(&img);
}

static void test_names(void **state)
{
	static const struct {
		enum image_table_id id;
		const char *name;
	} wanted[] = {
		{IMAGE_DATAPATH, "datapath"}, {IMAGE_PORT_SEC, "port_sec"},
		{IMAGE_ROUTE, "route"},	      {IMAGE_ND, "nd"},
		{IMAGE_VIF, "vif"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		assert_string_equal(wanted[i].name,
				    image_table_name(wanted[i].id));
}

/* A name as it stands in a map: whole if it fits, cut and marked if not. */
static void test_name_store(void **state)
{
	char name[300], other[300];
	char stored[XOVN_NAME_LEN], stored_other[XOVN_NAME_LEN];
	static const char zeros[XOVN_NAME_LEN];

	(void)state;
	memset(stored, 'x', sizeof(stored));
	name_store(stored, "ls1-vm1");
	assert_string_equal(stored, "ls1-vm1");
	assert_memory_equal(stored + 7, zeros, sizeof(stored) - 7);

	memset(name, 'a', sizeof(name));
	name[XOVN_NAME_LEN - 1] = 0;
	name_store(stored, name);
	assert_string_equal(stored, name);

	name[XOVN_NAME_LEN - 1] = 'a';
	name[299] = 0;
	memcpy(other, name, sizeof(name));
	other[298] = 'b';
	name_store(stored, name);
	name_store(stored_other, other);
	assert_int_equal(XOVN_NAME_LEN - 1, strlen(stored));
	assert_memory_equal(stored, name, 100);
	assert_string_not_equal(stored, stored_other);

	/* A character of two bytes across the cut goes as a whole. */
	memcpy(name + 109, "\xc3\xa4", 2);
	name_store(stored, name);
	assert_int_equal('~', stored[109]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_find),
		cmocka_unit_test(test_tables_are_apart),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_name_store),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
