// SPDX-License-Identifier: GPL-2.0-only
/* Large networks in seconds, and the same image from rows in any order. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "network.h"

/* Switches of a router get networks 10.ROUTER.SWITCH.0/24. */
static void build(struct network *n, int routers, int switches_each,
		  int ports_each)
{
	char name[64], peer[64], text[128];
	size_t chassis[3];

	net_init(n);
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "node%d", i + 1);
		snprintf(text, sizeof(text), "192.0.2.%d", i + 1);
		chassis[i] = net_chassis(n, name, "", text);
	}
	for (int r = 0; r < routers; r++) {
		struct nb_router *router;

		snprintf(name, sizeof(name), "lr%d", r);
		router = net_router(n, name);
		for (int s = 0; s < switches_each; s++) {
			struct nb_switch *sw;

			snprintf(name, sizeof(name), "ls%d-%d", r, s);
			sw = net_switch(n, name);
			snprintf(peer, sizeof(peer), "lrp%d-%d", r, s);
			snprintf(text, sizeof(text), "10.%d.%d.1/24", r, s);
			net_lrp(router, peer, "02:ff:00:00:00:01", text);
			snprintf(name, sizeof(name), "rp%d-%d", r, s);
			net_router_lsp(sw, name, peer, "router");
			for (int p = 0; p < ports_each; p++) {
				struct nb_lsp *lsp;

				snprintf(name, sizeof(name), "p%d-%d-%d", r, s,
					 p);
				snprintf(text, sizeof(text),
					 "02:00:%02x:%02x:00:%02x 10.%d.%d.%d",
					 r, s, p, r, s, p + 2);
				lsp = net_vif(sw, name, text);
				net_port_security(lsp, text);
				net_place(n, chassis[p % 3], name);
			}
		}
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static double compile_time(int routers, int switches_each, int ports_each,
			   size_t n_ports)
{
	struct compile_output out;
	struct network n;
	double start, took;

	build(&n, routers, switches_each, ports_each);
	start = seconds();
	net_compile(&n, "node1", &out);
	took = seconds() - start;
	assert_int_equal(n_ports, out.image.table[IMAGE_PORT].n);
	assert_int_equal(n_ports, out.image.table[IMAGE_L2].n);
	assert_int_equal(routers * switches_each * ports_each,
			 out.image.table[IMAGE_NEIGHBOR].n);
	compile_output_free(&out);
	net_free(&n);
	print_message("%zu ports: %.3f s\n", n_ports, took);
	return took;
}

/* 100,000 ports over 1,000 switches and 100 routers, in CPU seconds.  Four
 * times as many may take ten times as long on a busy machine, not sixteen. */
static void test_large(void **state)
{
	double quarter, all;

	(void)state;
	quarter = compile_time(25, 10, 100, 25250);
	all = compile_time(100, 10, 100, 101000);
	assert_true(all < 5);
	assert_true(all < 10 * quarter + 0.3);
}

/* One switch with as many ports as there are keys for. */
static void test_large_switch(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw;
	char name[32], mac[32];
	double start;

	(void)state;
	net_init(&n);
	net_chassis(&n, "node1", "", "192.0.2.1");
	sw = net_switch(&n, "ls1");
	for (unsigned int i = 0; i < OVN_PORT_KEY_MAX; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		snprintf(mac, sizeof(mac), "02:00:00:00:%02x:%02x", i >> 8,
			 i & 0xff);
		net_vif(sw, name, mac);
		net_place(&n, 0, name);
	}
	start = seconds();
	net_compile(&n, "node1", &out);
	assert_true(seconds() - start < 5);
	assert_int_equal(OVN_PORT_KEY_MAX, out.image.table[IMAGE_PORT].n);
	assert_int_equal(2 * OVN_PORT_KEY_MAX, out.image.table[IMAGE_MEMBER].n);
	compile_output_free(&out);
	net_vif(sw, "one-more", "02:00:00:01:00:00");
	net_compile_fails(&n, "node1", E2BIG, PARTS("ls1", "32768 ports"));
	net_free(&n);
}

static void shuffle(void *rows, size_t n, size_t size)
{
	uint8_t *p = rows, *swap = malloc(size);

	for (size_t i = n; i > 1; i--) {
		size_t j = rand() % i;

		memcpy(swap, p + (i - 1) * size, size);
		memcpy(p + (i - 1) * size, p + j * size, size);
		memcpy(p + j * size, swap, size);
	}
	free(swap);
}

static void shuffle_network(struct network *n)
{
	struct nb *nb = &n->nb;

	for (size_t i = 0; i < nb->n_switches; i++)
		shuffle(nb->switches[i].ports, nb->switches[i].n_ports,
			sizeof(struct nb_lsp));
	for (size_t i = 0; i < nb->n_routers; i++) {
		shuffle(nb->routers[i].ports, nb->routers[i].n_ports,
			sizeof(struct nb_lrp));
		shuffle(nb->routers[i].routes, nb->routers[i].n_routes,
			sizeof(struct nb_route));
	}
	shuffle(nb->switches, nb->n_switches, sizeof(struct nb_switch));
	shuffle(nb->routers, nb->n_routers, sizeof(struct nb_router));
	shuffle(n->placement.ports, n->placement.n_ports,
		sizeof(struct placement_port));
}

static void assert_same(const struct compile_output *a,
			const struct compile_output *b)
{
	for (int i = 0; i < IMAGE_TABLE_COUNT; i++) {
		const struct image_table *x = &a->image.table[i];
		const struct image_table *y = &b->image.table[i];

		assert_int_equal(x->n, y->n);
		if (x->n)
			assert_memory_equal(x->entries, y->entries,
					    x->n * (x->key_size + x->val_size));
	}
	assert_memory_equal(a->chassis, b->chassis,
			    XOVN_MAX_CHASSIS * sizeof(*a->chassis));
	assert_int_equal(a->n_notes, b->n_notes);
	for (size_t i = 0; i < a->n_notes; i++)
		assert_string_equal(a->notes[i], b->notes[i]);
}

/* Down to the order of entries and notes. */
static void test_order_of_rows(void **state)
{
	struct compile_output out, again;
	struct network n;

	(void)state;
	build(&n, 3, 4, 20);
	/* Things of which the first by uuid wins. */
	net_vif(&n.nb.switches[0], "twin-a", "02:01:00:00:00:01 10.0.0.200");
	net_vif(&n.nb.switches[0], "twin-b", "02:01:00:00:00:02 10.0.0.200");
	net_router_lsp(&n.nb.switches[1], "second", "lrp0-0", "");
	net_route(&n.nb.routers[0], "10.9.0.0/16", "10.0.0.5", NULL);
	net_route(&n.nb.routers[0], "10.9.0.0/16", "10.0.0.6", NULL);
	net_compile(&n, "node1", &out);
	srand(20);
	for (int i = 0; i < 20; i++) {
		shuffle_network(&n);
		net_compile(&n, "node1", &again);
		assert_same(&out, &again);
		compile_output_free(&again);
	}
	compile_output_free(&out);
	net_free(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_large_switch),
		cmocka_unit_test(test_order_of_rows),
	};

	return cmocka_run_group_tests_name("compile_scale", tests, NULL, NULL);
}
