// SPDX-License-Identifier: GPL-2.0-only
/* Who gets which numbers in map "counter", and who keeps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "counter_case.h"
#include "sync/counters.h"
#include "sync/diff.h"
#include "sync/mapset.h"

static void test_each_has_a_block_of_its_own(void **state)
{
	struct alignment a;

	(void)state;
	alignment_init(&a);
	add_network(&a.want, 100);
	align(&a, N_ENTRIES);
	assert_int_equal(0, a.n_without);
	/* ports, three kinds of routes, three kinds of rules */
	assert_int_equal(101 * 2 + 300 + 300 * 3,
			 entries_in_use(&a.want, N_ENTRIES));
	/* and all of them are to be emptied */
	assert_int_equal(101 * 2 + 300 + 300 * 3, a.n_fresh);
	alignment_free(&a);
}

static void test_what_is_not_counted_has_no_number(void **state)
{
	struct nat_key nk = {.datapath = 2, .ip = {192, 0, 2, 1}};
	struct alignment a;

	(void)state;
	alignment_init(&a);
	add_port(&a.want, 1, PORT_VIF, OWN + 1);
	add_port(&a.want, 2, PORT_ROUTER, OWN);
	add_port(&a.want, 3, PORT_GATEWAY, OWN);
	add_port(&a.want, 4, PORT_VIF, 0);
	add_route(&a.want, IMAGE_ROUTE, 1, ROUTE_ECMP, 0);
	add_route(&a.want, IMAGE_ROUTE, 2, ROUTE_LOCAL, 0);
	add_route(&a.want, IMAGE_ROUTE, 3, ROUTE_DISCARD, 0);
	add_nat(&a.want, 1, 0);
	align(&a, N_ENTRIES);
	for (uint32_t port = 1; port <= 4; port++)
		assert_int_equal(0, port_number(&a.want, port));
	for (uint8_t net = 1; net <= 3; net++)
		assert_int_equal(0, route_number(&a.want, net));
	assert_int_equal(0,
			 ((struct nat_val *)image_find(&a.want, IMAGE_NAT, &nk))
				 ->counter);
	assert_int_equal(0, a.n_without);
	assert_int_equal(0, a.n_fresh);
	alignment_free(&a);
}

static void add_vif(struct image *img, uint32_t ifindex, uint32_t port)
{
	struct vif_key k = {ifindex};
	struct vif_val v = {.datapath = 1, .port = port};

	assert_int_equal(0, image_add(img, IMAGE_VIF, &k, &v, NULL));
}

static void add_localnet(struct image *img, uint32_t ifindex, uint32_t port)
{
	struct localnet_key k = {.ifindex = ifindex};
	struct localnet_val v = {.datapath = 1, .port = port};

	assert_int_equal(0, image_add(img, IMAGE_LOCALNET, &k, &v, NULL));
}

static void test_interfaces_have_their_ports_number(void **state)
{
	struct localnet_key lk = {.ifindex = 9};
	struct vif_key bound = {5}, gone = {6};
	const struct localnet_val *localnet;
	const struct vif_val *vif;
	struct alignment a;

	(void)state;
	alignment_init(&a);
	add_port(&a.want, 1, PORT_VIF, OWN);
	add_port(&a.want, 2, PORT_LOCALNET, OWN);
	add_vif(&a.want, 5, 1);
	add_vif(&a.want, 6, 77);
	add_localnet(&a.want, 9, 2);
	align(&a, N_ENTRIES);
	vif = image_find(&a.want, IMAGE_VIF, &bound);
	assert_int_not_equal(0, vif->counter);
	assert_int_equal(port_number(&a.want, 1), vif->counter);
	vif = image_find(&a.want, IMAGE_VIF, &gone);
	assert_int_equal(0, vif->counter);
	localnet = image_find(&a.want, IMAGE_LOCALNET, &lk);
	assert_int_not_equal(0, localnet->counter);
	assert_int_equal(port_number(&a.want, 2), localnet->counter);
	alignment_free(&a);
}

static void test_the_same_again_writes_nothing(void **state)
{
	struct alignment a;
	struct diff d;

	(void)state;
	alignment_init(&a);
	add_network(&a.want, 100);
	align(&a, N_ENTRIES);
	loaded(&a);
	add_network(&a.want, 100);
	align(&a, N_ENTRIES);
	assert_int_equal(0, a.n_fresh);
	assert_int_equal(0, diff_compute(&a.present, &a.want, &d));
	assert_int_equal(0, d.n);
	diff_free(&d);
	alignment_free(&a);
}

static void test_one_port_more_is_one_write(void **state)
{
	struct alignment a;
	struct diff d;

	(void)state;
	alignment_init(&a);
	add_network(&a.want, 100);
	align(&a, N_ENTRIES);
	loaded(&a);
	/* in another order, too: first the new one */
	add_port(&a.want, 500, PORT_VIF, OWN);
	add_network(&a.want, 100);
	align(&a, N_ENTRIES);
	assert_int_equal(COUNTER_PORT_SIZE, a.n_fresh);
	assert_int_equal(port_number(&a.want, 500), a.fresh[0]);
	assert_int_equal(0, diff_compute(&a.present, &a.want, &d));
	assert_int_equal(1, d.n);
	diff_free(&d);
	alignment_free(&a);
}

static void test_group_members_keep_theirs_in_other_places(void **state)
{
	uint32_t second, third;
	struct alignment a;

	(void)state;
	alignment_init(&a);
	add_member(&a.want, 0, 2);
	add_member(&a.want, 1, 3);
	align(&a, N_ENTRIES);
	second = member_number(&a.want, 0);
	third = member_number(&a.want, 1);
	loaded(&a);
	/* next hops are in order: a lower one moves the others */
	add_member(&a.want, 0, 1);
	add_member(&a.want, 1, 2);
	add_member(&a.want, 2, 3);
	align(&a, N_ENTRIES);
	assert_int_equal(second, member_number(&a.want, 1));
	assert_int_equal(third, member_number(&a.want, 2));
	assert_int_equal(1, a.n_fresh);
	assert_int_equal(member_number(&a.want, 0), a.fresh[0]);
	loaded(&a);
	add_member(&a.want, 0, 3);
	align(&a, N_ENTRIES);
	assert_int_equal(third, member_number(&a.want, 0));
	alignment_free(&a);
}

/* What bears another's key counts from zero. */
static void test_another_object_begins_anew(void **state)
{
	struct port_key k = {1, 1};
	struct port_val v = {.kind = PORT_VIF, .chassis = OWN};
	struct alignment a;
	uint32_t port, route;

	(void)state;
	alignment_init(&a);
	add_port(&a.want, 1, PORT_VIF, OWN);
	add_route(&a.want, IMAGE_ROUTE, 1, ROUTE_STATIC, 1);
	align(&a, N_ENTRIES);
	port = port_number(&a.want, 1);
	route = route_number(&a.want, 1);
	loaded(&a);
	strcpy(v.name, "other");
	assert_int_equal(0, image_add(&a.want, IMAGE_PORT, &k, &v, NULL));
	add_route(&a.want, IMAGE_ROUTE, 1, ROUTE_STATIC, 2);
	align(&a, N_ENTRIES);
	assert_int_not_equal(port, port_number(&a.want, 1));
	assert_int_not_equal(route, route_number(&a.want, 1));
	assert_int_equal(COUNTER_PORT_SIZE + COUNTER_ROUTE_SIZE, a.n_fresh);
	alignment_free(&a);
}

/* One that goes is counted until the load is done. */
static void test_a_number_in_use_is_not_given(void **state)
{
	struct alignment a;

	(void)state;
	alignment_init(&a);
	for (uint32_t i = 1; i <= 2048; i++)
		add_port(&a.want, i, PORT_VIF, OWN);
	align(&a, N_ENTRIES);
	assert_int_equal(0, a.n_without);
	loaded(&a);
	/* room for 2048 ports in all: one goes, one comes, no choice */
	for (uint32_t i = 2; i <= 2049; i++)
		add_port(&a.want, i, PORT_VIF, OWN);
	align(&a, N_ENTRIES);
	assert_int_equal(0, a.n_without);
	assert_int_equal(port_number(&a.present, 1),
			 port_number(&a.want, 2049));
	assert_int_equal(4096, entries_in_use(&a.want, N_ENTRIES));
	loaded(&a);
	/* now there is a choice */
	for (uint32_t i = 3; i <= 2049; i++)
		add_port(&a.want, i, PORT_VIF, OWN);
	align(&a, N_ENTRIES);
	loaded(&a);
	for (uint32_t i = 4; i <= 2050; i++)
		add_port(&a.want, i, PORT_VIF, OWN);
	align(&a, N_ENTRIES);
	assert_int_not_equal(port_number(&a.present, 3),
			     port_number(&a.want, 2050));
	alignment_free(&a);
}

static void test_too_few_numbers(void **state)
{
	uint32_t n_entries = COUNTER_FIRST + 4 * 201;
	struct alignment a;
	struct diff d;

	(void)state;
	alignment_init(&a);
	/* 202 for ports, then 300 each for VIPs, DNAT, SNAT and routes */
	add_network(&a.want, 100);
	align(&a, n_entries);
	for (uint32_t i = 1; i <= 100; i++)
		assert_int_not_equal(0, port_number(&a.want, i));
	/* not a single number is left, and so much is counted */
	assert_int_equal(n_entries - COUNTER_FIRST,
			 entries_in_use(&a.want, n_entries));
	assert_int_equal(n_entries - COUNTER_FIRST, a.n_fresh);
	assert_in_range(a.n_without, 100, 600);
	loaded(&a);
	add_network(&a.want, 100);
	align(&a, n_entries);
	assert_int_equal(0, diff_compute(&a.present, &a.want, &d));
	assert_int_equal(0, d.n);
	assert_int_equal(0, a.n_fresh);
	diff_free(&d);
	/* none at all */
	loaded(&a);
	add_network(&a.want, 100);
	align(&a, COUNTER_FIRST);
	assert_int_equal(701, a.n_without);
	assert_int_equal(0, a.n_fresh);
	alignment_free(&a);
}

/* Numbers that a killed load, or another size of map, left behind. */
static void test_bad_numbers_are_not_kept(void **state)
{
	struct port_key k = {1, 1};
	struct alignment a;
	struct port_val *v;

	(void)state;
	for (int i = 0; i < 3; i++) {
		static const uint32_t bad[] = {COUNTER_FIRST - 1, N_ENTRIES - 1,
					       UINT32_MAX};

		alignment_init(&a);
		add_port(&a.present, 1, PORT_VIF, OWN);
		v = image_find(&a.present, IMAGE_PORT, &k);
		v->counter = bad[i];
		add_port(&a.want, 1, PORT_VIF, OWN);
		align(&a, N_ENTRIES);
		assert_int_equal(2, entries_in_use(&a.want, N_ENTRIES));
		assert_int_equal(2, a.n_fresh);
		alignment_free(&a);
	}
	/* two that claim one block */
	alignment_init(&a);
	for (k.port = 1; k.port <= 2; k.port++) {
		add_port(&a.present, k.port, PORT_VIF, OWN);
		v = image_find(&a.present, IMAGE_PORT, &k);
		v->counter = COUNTER_FIRST + k.port;
		add_port(&a.want, k.port, PORT_VIF, OWN);
	}
	align(&a, N_ENTRIES);
	assert_int_equal(4, entries_in_use(&a.want, N_ENTRIES));
	assert_int_equal(2, a.n_fresh);
	alignment_free(&a);
}

static void test_get(void **state)
{
	struct counter_val list[COUNTER_FIRST + 4] = {0};
	uint32_t number = COUNTER_FIRST + 2;

	(void)state;
	list[0].packets = 1;
	list[number + COUNTER_PORT_OUT].packets = 5;
	assert_int_equal(5, counters_get(list, COUNTER_FIRST + 4, number,
					 COUNTER_PORT_OUT)
				    .packets);
	assert_int_equal(0,
			 counters_get(list, COUNTER_FIRST + 4, 0, 0).packets);
	assert_int_equal(
		0, counters_get(list, COUNTER_FIRST + 4, number, 2).packets);
}

/* Parts of a network know nothing of the numbers that others have but by
 * use. */
static void test_a_part_leaves_others_their_numbers(void **state)
{
	struct alignment all, part;
	uint8_t *use;

	(void)state;
	alignment_init(&all);
	alignment_init(&part);
	add_port(&all.want, 1, PORT_VIF, OWN);
	add_port(&all.want, 2, PORT_VIF, OWN);
	align(&all, COUNTER_FIRST + 6);
	use = counters_use(&all.want, COUNTER_FIRST + 6);
	assert_non_null(use);
	/* another part: one port gets what is left, the next nothing */
	add_port(&part.want, 3, PORT_VIF, OWN);
	add_port(&part.want, 4, PORT_VIF, OWN);
	part.next = COUNTER_FIRST;
	assert_int_equal(0, counters_align(&part.present, &part.want, OWN,
					   COUNTER_FIRST + 6, use, &part.next,
					   &part.fresh, &part.n_fresh,
					   &part.n_without));
	assert_int_equal(1, part.n_without);
	assert_int_equal(2, part.n_fresh);
	assert_int_not_equal(port_number(&part.want, 3),
			     port_number(&all.want, 1));
	assert_int_not_equal(port_number(&part.want, 3),
			     port_number(&all.want, 2));
	/* it goes, and another finds its number free */
	loaded(&part);
	add_port(&part.want, 5, PORT_VIF, OWN);
	free(part.fresh);
	assert_int_equal(0, counters_align(&part.present, &part.want, OWN,
					   COUNTER_FIRST + 6, use, &part.next,
					   &part.fresh, &part.n_fresh,
					   &part.n_without));
	assert_int_equal(0, part.n_without);
	assert_int_equal(port_number(&part.present, 3),
			 port_number(&part.want, 5));
	free(use);
	alignment_free(&all);
	alignment_free(&part);
}

static void test_size_of_the_map(void **state)
{
	struct map_limits l = {.max_ports = MAX_PORTS_DEFAULT};

	(void)state;
	assert_int_equal(COUNTER_FIRST + 65536, map_max_entries("counter", &l));
	l.max_ports = MAX_PORTS_LOWEST;
	assert_int_equal(COUNTER_FIRST + 4096, map_max_entries("counter", &l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_a_block_of_its_own),
		cmocka_unit_test(test_what_is_not_counted_has_no_number),
		cmocka_unit_test(test_interfaces_have_their_ports_number),
		cmocka_unit_test(test_the_same_again_writes_nothing),
		cmocka_unit_test(test_one_port_more_is_one_write),
		cmocka_unit_test(
			test_group_members_keep_theirs_in_other_places),
		cmocka_unit_test(test_another_object_begins_anew),
		cmocka_unit_test(test_a_number_in_use_is_not_given),
		cmocka_unit_test(test_too_few_numbers),
		cmocka_unit_test(test_bad_numbers_are_not_kept),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_a_part_leaves_others_their_numbers),
		cmocka_unit_test(test_size_of_the_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
