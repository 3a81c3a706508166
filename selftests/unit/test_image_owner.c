// SPDX-License-Identifier: GPL-2.0-only
/* Removing entries, and whose they are, against plain arrays. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/image.h"
#include "maps.h"

#define N_KEYS 700
#define N_OWNERS 30
#define N_STEPS 60000

struct model {
	bool is_there[N_KEYS];
	uint64_t owner[N_KEYS];
	uint32_t port[N_KEYS];
};

static struct arp_key key_of(uint32_t i)
{
	return (struct arp_key){.datapath = i, .ip = {10, 0, i >> 8, i}};
}

static void check(const struct image *img, const struct model *m)
{
	const struct image_table *t = &img->table[IMAGE_ARP];
	size_t n = 0, n_owned = 0;

	for (uint32_t i = 0; i < N_KEYS; i++) {
		struct arp_key key = key_of(i);
		struct arp_val *val = image_find(img, IMAGE_ARP, &key);
		size_t at = image_number(img, IMAGE_ARP, &key);

		assert_int_equal(m->is_there[i], val != NULL);
		if (!val)
			continue;
		n++;
		assert_int_equal(m->port[i], val->port);
		assert_memory_equal(image_entry(t, at), &key, sizeof(key));
		assert_true(image_owner(t, at) == m->owner[i]);
	}
	assert_int_equal(n, t->n);
	for (uint64_t owner = 0; owner < N_OWNERS; owner++) {
		uint64_t o = owner << 31;

		for (size_t i = image_first(img, IMAGE_ARP, o); i != IMAGE_NONE;
		     i = image_next(t, i)) {
			assert_true(i < t->n);
			assert_true(image_owner(t, i) == o);
			n_owned++;
		}
	}
	assert_int_equal(n, n_owned);
}

static void step(struct image *img, struct model *m)
{
	uint32_t i = random() % N_KEYS, action = random() % 5;
	uint64_t owner = (uint64_t)(random() % N_OWNERS) << 31;
	struct arp_key key = key_of(i);
	struct arp_val val = {.port = random()};

	if (action < 2) {
		assert_int_equal(m->is_there[i] ? -EEXIST : 0,
				 image_add_owned(img, IMAGE_ARP, owner, &key,
						 &val, NULL));
		if (m->is_there[i])
			return;
		m->is_there[i] = true;
		m->owner[i] = owner;
		m->port[i] = val.port;
	} else if (action < 4) {
		assert_int_equal(m->is_there[i],
				 image_remove(img, IMAGE_ARP, &key));
		m->is_there[i] = false;
	} else if (m->is_there[i]) {
		assert_int_equal(
			0, image_set_owner(img, IMAGE_ARP,
					   image_number(img, IMAGE_ARP, &key),
					   owner));
		m->owner[i] = owner;
	}
}

static void test_random(void **state)
{
	struct model *m = calloc(1, sizeof(*m));
	struct image img;

	(void)state;
	srandom(20);
	assert_non_null(m);
	assert_int_equal(0, image_init(&img));
	assert_int_equal(IMAGE_NONE, image_first(&img, IMAGE_ARP, 0));
	for (int i = 0; i < N_STEPS; i++) {
		step(&img, m);
		if (i % 97 == 0)
			check(&img, m);
	}
	check(&img, m);
	image_free(&img);
	free(m);
}

/* Owners that come and go, as interfaces do, take no room for ever. */
static void test_owners_go(void **state)
{
	struct arp_key key = key_of(1);
	struct arp_val val = {};
	struct image img;

	(void)state;
	assert_int_equal(0, image_init(&img));
	for (uint64_t owner = 1; owner < 100000; owner++) {
		assert_int_equal(0, image_add_owned(&img, IMAGE_ARP, owner,
						    &key, &val, NULL));
		assert_int_equal(0, image_first(&img, IMAGE_ARP, owner));
		assert_true(image_remove(&img, IMAGE_ARP, &key));
	}
	assert_true(img.table[IMAGE_ARP].n_heads <= 64);
	image_free(&img);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_owners_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
