// SPDX-License-Identifier: GPL-2.0-only
/* Route tables, policy src-ip, ECMP groups. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "network.h"

/* Router lr with ports a (10.0.0.1/24) and b (10.0.1.1/24). */
static struct nb_router *begin(struct network *n)
{
	struct nb_router *r;

	net_init(n);
	net_chassis(n, "node1", "", "192.0.2.1");
	r = net_router(n, "lr");
	net_lrp(r, "a", "02:00:00:00:00:0a", "10.0.0.1/24");
	net_lrp(r, "b", "02:00:00:00:00:0b", "10.0.1.1/24");
	net_router_lsp(net_switch(n, "sa"), "sa-lr", "a", "router");
	net_router_lsp(net_switch(n, "sb"), "sb-lr", "b", "router");
	return r;
}

static void end(struct network *n, struct compile_output *out)
{
	compile_output_free(out);
	net_free(n);
}

static struct route_val *route(const struct compile_output *out, uint32_t table,
			       const char *prefix)
{
	return net_route_in(out, IMAGE_ROUTE, "lr", table, prefix);
}

static struct route_val *route_src(const struct compile_output *out,
				   const char *prefix)
{
	return net_route_in(out, IMAGE_ROUTE_SRC, "lr", 0, prefix);
}

static struct nb_route *in_table(struct nb_route *route, const char *table)
{
	net_set(&route->route_table, table);
	return route;
}

/* Numbers go by name; connected and local routes are in every table that a
 * port selects, static ones in their own. */
static void test_tables(void **state)
{
	static const char *const everywhere[] = {"10.0.0.0/24", "10.0.1.0/24",
						 "10.0.2.0/24", "10.0.3.0/24",
						 "10.0.0.1/32", "10.0.1.1/32",
						 "10.0.2.1/32", "10.0.3.1/32"};
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_set(&net_lrp(r, "c", "02:00:00:00:00:0c", "10.0.2.1/24")
			 ->route_table,
		"red");
	net_set(&net_lrp(r, "d", "02:00:00:00:00:0d", "10.0.3.1/24")
			 ->route_table,
		"blue");
	net_set(&r->ports[1].route_table, "red");
	net_set(&r->ports[0].route_table, "");
	net_route(r, "0.0.0.0/0", "10.0.0.7", NULL);
	in_table(net_route(r, "0.0.0.0/0", "10.0.0.8", NULL), "red");
	in_table(net_route(r, "0.0.0.0/0", "10.0.0.9", NULL), "blue");
	in_table(net_route(r, "10.9.0.0/16", "10.0.0.9", NULL), "green");
	/* Shadowed in its own table as well. */
	in_table(net_route(r, "10.0.1.0/24", "10.0.0.9", NULL), "blue");
	net_compile(&n, "node1", &out);
	assert_int_equal(0, net_lrp_val(&out, "a")->route_table);
	assert_int_equal(2, net_lrp_val(&out, "b")->route_table);
	assert_int_equal(2, net_lrp_val(&out, "c")->route_table);
	assert_int_equal(1, net_lrp_val(&out, "d")->route_table);
	for (uint32_t table = 0; table < 3; table++)
		for (size_t i = 0; i < 8; i++) {
			struct route_val *val =
				route(&out, table, everywhere[i]);

			assert_non_null(val);
			assert_int_equal(i < 4 ? ROUTE_CONNECTED : ROUTE_LOCAL,
					 val->kind);
			assert_int_equal(i < 4 ? 24 : 32, val->plen);
		}
	net_assert_ip(route(&out, 0, "0.0.0.0/0")->nexthop, "10.0.0.7");
	net_assert_ip(route(&out, 1, "0.0.0.0/0")->nexthop, "10.0.0.9");
	net_assert_ip(route(&out, 2, "0.0.0.0/0")->nexthop, "10.0.0.8");
	assert_int_equal(3 * 8 + 3, out.image.table[IMAGE_ROUTE].n);
	net_assert_note(&out, "no port of the router has their route_table: "
			      "1: lr 10.9.0.0/16");
	end(&n, &out);
}

/* No port uses the main table: it is empty. */
static void test_no_main_table(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_set(&r->ports[0].route_table, "red");
	net_set(&r->ports[1].route_table, "red");
	net_route(r, "10.9.0.0/16", "10.0.0.9", NULL);
	net_compile(&n, "node1", &out);
	assert_null(route(&out, 0, "10.0.0.0/24"));
	assert_non_null(route(&out, 1, "10.0.0.0/24"));
	assert_int_equal(4, out.image.table[IMAGE_ROUTE].n);
	net_assert_note(&out, "their route_table: 1: lr 10.9.0.0/16");
	end(&n, &out);
}

static void test_src(void **state)
{
	static const struct {
		const char *prefix, *nexthop, *port;
		enum route_kind kind;
	} cases[] = {
		{"10.0.0.0/24", "10.0.1.9", NULL, ROUTE_STATIC},
		{"10.0.0.1/32", "10.0.1.9", NULL, ROUTE_STATIC},
		{"10.5.0.0/16", "discard", NULL, ROUTE_DISCARD},
		{"10.6.0.0/16", "", "b", ROUTE_CONNECTED},
	};
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	for (size_t i = 0; i < 4; i++)
		net_route(r, cases[i].prefix, cases[i].nexthop, cases[i].port)
			->is_src = true;
	net_route(r, "10.5.0.0/16", "10.0.0.9", NULL);
	net_compile(&n, "node1", &out);
	assert_int_equal(4, out.image.table[IMAGE_ROUTE_SRC].n);
	for (size_t i = 0; i < 4; i++) {
		struct route_val *val = route_src(&out, cases[i].prefix);

		assert_non_null(val);
		assert_int_equal(cases[i].kind, val->kind);
		assert_int_equal(atoi(strchr(cases[i].prefix, '/') + 1),
				 val->plen);
		if (val->kind != ROUTE_DISCARD)
			assert_int_equal(net_lrp_key(&out, "b").port,
					 val->port);
	}
	/* By destination it is another route. */
	net_assert_ip(route(&out, 0, "10.5.0.0/16")->nexthop, "10.0.0.9");
	assert_int_equal(ROUTE_CONNECTED, route(&out, 0, "10.0.0.0/24")->kind);
	assert_true(net_lrp_val(&out, "a")->flags & LRP_F_SRC_ROUTES);
	assert_true(net_lrp_val(&out, "b")->flags & LRP_F_SRC_ROUTES);
	assert_true(route(&out, 0, "10.0.0.0/24")->lrp_flags &
		    LRP_F_SRC_ROUTES);
	end(&n, &out);
}

/* The second look-up is for routers that have something to find. */
static void test_no_src(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_route(r, "10.5.0.0/16", "192.0.2.9", NULL)->is_src = true;
	in_table(net_route(r, "10.6.0.0/16", "10.0.0.9", NULL), "red")->is_src =
		true;
	net_route(r, "10.7.0.0/16", "10.0.0.9", NULL);
	net_compile(&n, "node1", &out);
	assert_int_equal(0, out.image.table[IMAGE_ROUTE_SRC].n);
	assert_false(net_lrp_val(&out, "a")->flags & LRP_F_SRC_ROUTES);
	end(&n, &out);
}

static void assert_maglev(const struct compile_output *out,
			  const struct route_val *val)
{
	uint32_t last = (val->n_slots - 1) / MAGLEV_CHUNK;

	assert_in_range(val->n_slots, 1, 65536);
	for (uint32_t chunk = 0; chunk <= last; chunk++) {
		struct maglev_key key = {.id = val->ecmp, .chunk = chunk};

		assert_non_null(image_find(&out->image, IMAGE_MAGLEV, &key));
	}
}

static void test_ecmp(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);
	struct ecmp_key key = {};
	struct route_val *val;

	(void)state;
	net_route(r, "0.0.0.0/0", "10.0.1.9", NULL);
	net_route(r, "0.0.0.0/0", "10.0.0.9", NULL);
	net_route(r, "0.0.0.0/0", "10.0.0.8", NULL);
	/* The same again, with its port named: once. */
	net_uuid(net_route(r, "0.0.0.0/0", "10.0.0.9", "a")->uuid, "other");
	/* Not usable, so that one is left: no group. */
	net_route(r, "10.5.0.0/16", "192.0.2.9", NULL);
	net_route(r, "10.5.0.0/16", "10.0.0.9", NULL);
	/* Never a group with routes by source. */
	net_route(r, "10.5.0.0/16", "10.0.0.8", NULL)->is_src = true;
	/* The next hop is the destination, by either port. */
	net_route(r, "10.6.0.0/16", "", "a");
	net_route(r, "10.6.0.0/16", "", "b");
	net_compile(&n, "node1", &out);

	val = route(&out, 0, "0.0.0.0/0");
	assert_int_equal(ROUTE_ECMP, val->kind);
	assert_int_equal(0, val->plen);
	assert_int_equal(1, val->ecmp % 2);
	assert_in_range(val->ecmp, 3, (1u << 31) + 1);
	assert_string_equal("10.0.0.8 10.0.0.9 10.0.1.9",
			    net_ecmp(&out, val->ecmp));
	assert_maglev(&out, val);
	key.id = val->ecmp;
	key.index = 2;
	val = image_find(&out.image, IMAGE_ECMP, &key);
	assert_int_equal(ROUTE_STATIC, val->kind);
	assert_int_equal(net_lrp_key(&out, "b").port, val->port);
	net_assert_mac(val->mac, "02:00:00:00:00:0b");
	net_assert_ip(val->src_ip, "10.0.1.1");
	assert_int_equal(net_datapath(&out, "sb"), val->peer_datapath);
	assert_int_equal(net_port(&out, "sb-lr").port, val->peer_port);

	assert_int_equal(ROUTE_STATIC, route(&out, 0, "10.5.0.0/16")->kind);
	assert_int_equal(ROUTE_STATIC, route_src(&out, "10.5.0.0/16")->kind);

	val = route(&out, 0, "10.6.0.0/16");
	assert_int_equal(ROUTE_ECMP, val->kind);
	assert_int_equal(16, val->plen);
	key.id = val->ecmp;
	for (key.index = 0; key.index < 2; key.index++) {
		val = image_find(&out.image, IMAGE_ECMP, &key);
		assert_non_null(val);
		assert_int_equal(ROUTE_CONNECTED, val->kind);
		assert_int_equal(16, val->plen);
	}
	assert_int_equal(3 + 2, out.image.table[IMAGE_ECMP].n);
	end(&n, &out);
}

/* Members with one next hop stand in the order of their ports' keys. */
static void test_ecmp_order(void **state)
{
	struct ecmp_key first = {.index = 0}, second = {.index = 1};
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);
	struct route_val *x, *y;

	(void)state;
	for (int swap = 0; swap < 2; swap++) {
		net_uuid(net_route(r, "10.9.0.0/16", "10.0.0.9", "a")->uuid,
			 swap ? "2" : "1");
		net_uuid(net_route(r, "10.9.0.0/16", "10.0.0.9", "b")->uuid,
			 swap ? "1" : "2");
		net_compile(&n, "node1", &out);
		first.id = second.id = route(&out, 0, "10.9.0.0/16")->ecmp;
		x = image_find(&out.image, IMAGE_ECMP, &first);
		y = image_find(&out.image, IMAGE_ECMP, &second);
		assert_true(x->port < y->port);
		compile_output_free(&out);
		for (size_t i = 0; i < r->n_routes; i++)
			net_set(&r->routes[i].output_port, NULL);
		r->n_routes = 0;
	}
	net_free(&n);
}

/* Groups of one prefix in two tables, by policy and on two routers differ;
 * an id stays whatever comes and goes beside it and within. */
static void test_ecmp_ids(void **state)
{
	static const char *const hops[] = {"10.0.0.8", "10.0.0.9"};
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n), *r2 = net_router(&n, "lr2");
	uint32_t ids[4];

	(void)state;
	net_lrp(r2, "c", "02:00:00:00:00:0c", "10.0.0.1/24");
	net_set(&r->ports[1].route_table, "red");
	for (size_t i = 0; i < 2; i++) {
		net_route(r, "10.9.0.0/16", hops[i], NULL);
		in_table(net_route(r, "10.9.0.0/16", hops[i], NULL), "red");
		net_route(r, "10.9.0.0/16", hops[i], NULL)->is_src = true;
		net_route(r2, "10.9.0.0/16", hops[i], NULL);
	}
	net_compile(&n, "node1", &out);
	ids[0] = route(&out, 0, "10.9.0.0/16")->ecmp;
	ids[1] = route(&out, 1, "10.9.0.0/16")->ecmp;
	ids[2] = route_src(&out, "10.9.0.0/16")->ecmp;
	ids[3] = net_route_val(&out, "lr2", "10.9.0.0/16")->ecmp;
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal("10.0.0.8 10.0.0.9",
				    net_ecmp(&out, ids[i]));
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(ids[i], ids[j]);
	}
	assert_int_equal(8, out.image.table[IMAGE_ECMP].n);
	compile_output_free(&out);

	/* A table that renumbers "red", other groups, a third member. */
	net_set(&net_lrp(r, "d", "02:00:00:00:00:0d", "10.0.4.1/24")
			 ->route_table,
		"amber");
	for (size_t i = 0; i < 2; i++)
		net_route(r, "10.1.0.0/16", hops[i], NULL);
	net_route(r, "10.9.0.0/16", "10.0.0.7", NULL);
	net_compile(&n, "node1", &out);
	assert_int_equal(ids[0], route(&out, 0, "10.9.0.0/16")->ecmp);
	assert_int_equal(ids[1], route(&out, 2, "10.9.0.0/16")->ecmp);
	assert_int_equal(ids[2], route_src(&out, "10.9.0.0/16")->ecmp);
	assert_int_equal(ids[3],
			 net_route_val(&out, "lr2", "10.9.0.0/16")->ecmp);
	assert_string_equal("10.0.0.7 10.0.0.8 10.0.0.9",
			    net_ecmp(&out, ids[0]));
	compile_output_free(&out);

	/* The first one goes. */
	for (size_t i = 0; i < r->n_routes; i++)
		if (!r->routes[i].is_src && !r->routes[i].route_table)
			r->routes[i].discard = true;
	net_compile(&n, "node1", &out);
	assert_string_equal("", net_ecmp(&out, ids[0]));
	assert_int_equal(ids[1], route(&out, 2, "10.9.0.0/16")->ecmp);
	assert_int_equal(ids[2], route_src(&out, "10.9.0.0/16")->ecmp);
	assert_int_equal(ids[3],
			 net_route_val(&out, "lr2", "10.9.0.0/16")->ecmp);
	end(&n, &out);
}

/* Nothing of a group that connected networks hide. */
static void test_ecmp_shadowed(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_route(r, "10.0.1.0/24", "10.0.0.8", NULL);
	net_route(r, "10.0.1.0/24", "10.0.0.9", NULL);
	net_compile(&n, "node1", &out);
	assert_int_equal(ROUTE_CONNECTED, route(&out, 0, "10.0.1.0/24")->kind);
	assert_int_equal(0, out.image.table[IMAGE_ECMP].n);
	assert_int_equal(0, out.image.table[IMAGE_MAGLEV].n);
	end(&n, &out);
}

static void test_discard(void **state)
{
	/* uuid of the discard route among "b", "c" of the others */
	static const struct {
		const char *uuid, *left_out;
		enum route_kind kind;
	} cases[] = {
		{"a", "prefix the first by uuid counts: 2: lr 10.9.0.0/16, ",
		 ROUTE_DISCARD},
		{"bb", "counts: 1: lr 10.9.0.0/16 (discard)", ROUTE_ECMP},
		{"d", "counts: 1: lr 10.9.0.0/16 (discard)", ROUTE_ECMP},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct compile_output out;
		struct route_val *val;
		struct network n;
		struct nb_router *r = begin(&n);

		net_uuid(net_route(r, "10.9.0.0/16", "10.0.0.8", NULL)->uuid,
			 "b");
		net_uuid(net_route(r, "10.9.0.0/16", "10.0.0.9", NULL)->uuid,
			 "c");
		net_uuid(net_route(r, "10.9.0.0/16", "discard", NULL)->uuid,
			 cases[i].uuid);
		net_compile(&n, "node1", &out);
		val = route(&out, 0, "10.9.0.0/16");
		assert_int_equal(cases[i].kind, val->kind);
		assert_int_equal(16, val->plen);
		if (val->kind == ROUTE_ECMP)
			assert_string_equal("10.0.0.8 10.0.0.9",
					    net_ecmp(&out, val->ecmp));
		net_assert_note(&out, cases[i].left_out);
		end(&n, &out);
	}
}

/* Two that discard are one. */
static void test_discard_twice(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_route(r, "10.9.0.0/16", "discard", NULL);
	net_uuid(net_route(r, "10.9.0.0/16", "discard", NULL)->uuid, "b");
	net_compile(&n, "node1", &out);
	assert_int_equal(ROUTE_DISCARD, route(&out, 0, "10.9.0.0/16")->kind);
	end(&n, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_no_main_table),
		cmocka_unit_test(test_src),
		cmocka_unit_test(test_no_src),
		cmocka_unit_test(test_ecmp),
		cmocka_unit_test(test_ecmp_order),
		cmocka_unit_test(test_ecmp_ids),
		cmocka_unit_test(test_ecmp_shadowed),
		cmocka_unit_test(test_discard),
		cmocka_unit_test(test_discard_twice),
	};

	return cmocka_run_group_tests_name("compile_routes", tests, NULL, NULL);
}
