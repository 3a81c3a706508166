// SPDX-License-Identifier: GPL-2.0-only
/* Routers: networks, routes, neighbors, peers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "network.h"

/* Router lr with ports a (10.0.0.1/24 on sa) and b (10.0.1.1/24 on sb). */
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

static void test_overlaps(void **state)
{
	/* Third port's networks; NULL: no overlap. */
	static const struct {
		const char *networks, *other, *one, *two;
	} cases[] = {
		{"10.0.2.1/24", NULL, NULL, NULL},
		{"10.0.0.2/24", "a", "10.0.0.1/24", "10.0.0.2/24"},
		{"10.0.0.129/25", "a", "10.0.0.1/24", "10.0.0.129/25"},
		{"10.0.1.77/32", "b", "10.0.1.1/24", "10.0.1.77/32"},
		{"10.0.1.255/32", "b", "10.0.1.1/24", "10.0.1.255/32"},
		{"192.0.2.1/24 10.0.1.9/30", "b", "10.0.1.1/24", "10.0.1.9/30"},
		{"10.0.0.0/8", "", "10.0.0.0/8", ""},
		{"0.0.0.1/0", "", "0.0.0.1/0", ""},
		{"9.255.255.255/32 10.0.2.1/32", NULL, NULL, NULL},
		/* In one port they are secondary addresses. */
		{"10.9.0.1/16 10.9.1.1/24 10.9.1.2/24 10.9.1.2/24", NULL, NULL,
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct compile_output out;
		struct network n;
		struct nb_router *r = begin(&n);

		net_lrp(r, "third", "02:00:00:00:00:0c", cases[i].networks);
		if (!cases[i].other) {
			net_compile(&n, "node1", &out);
			end(&n, &out);
			continue;
		}
		net_compile_fails(&n, "node1", EINVAL,
				  PARTS("router lr", cases[i].other, "third",
					cases[i].one, cases[i].two, "overlap"));
		net_free(&n);
	}
}

/* On two routers, the same network is two networks. */
static void test_overlap_of_routers(void **state)
{
	struct compile_output out;
	struct network n;

	(void)state;
	begin(&n);
	net_lrp(net_router(&n, "lr2"), "c", "02:00:00:00:00:0c", "10.0.0.1/24");
	net_compile(&n, "node1", &out);
	assert_non_null(net_route_val(&out, "lr2", "10.0.0.0/24"));
	end(&n, &out);
}

static void test_no_network(void **state)
{
	struct network n;

	(void)state;
	net_lrp(begin(&n), "bare", "02:00:00:00:00:0c", "");
	net_compile_fails(&n, "node1", EINVAL,
			  PARTS("router lr", "port bare", "no network"));
	net_free(&n);
}

static void test_addresses(void **state)
{
	/* kind 0: none */
	static const struct {
		const char *ip;
		int kind;
		const char *mask;
	} want[] = {
		{"10.0.0.1", ROUTER_IP_OWN, "255.255.255.0"},
		{"10.0.0.255", ROUTER_IP_BROADCAST, "255.255.255.0"},
		{"10.0.0.0", 0, NULL},
		{"172.16.0.3", ROUTER_IP_OWN, "255.255.255.252"},
		{"172.16.0.4", ROUTER_IP_OWN, "255.255.255.254"},
		{"172.16.0.5", 0, NULL},
		{"172.16.0.9", ROUTER_IP_OWN, "255.255.255.255"},
		{"172.17.0.1", ROUTER_IP_OWN, "255.255.0.0"},
		{"172.17.255.255", ROUTER_IP_BROADCAST, "255.255.0.0"},
	};
	struct compile_output out;
	struct network n;
	struct lrp_val *lrp;

	(void)state;
	/* An address that is its own broadcast is the router's own. */
	net_lrp(begin(&n), "many", "02:00:00:00:00:0c",
		"172.16.0.3/30 172.16.0.4/31 172.16.0.9/32 172.17.0.1/16 "
		"172.18.0.1/16");
	net_compile(&n, "node1", &out);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct router_ip_val *val =
			net_router_ip(&out, "lr", want[i].ip);

		assert_int_equal(want[i].kind, val ? val->kind : 0);
		if (val)
			net_assert_ip(val->mask, want[i].mask);
	}
	lrp = net_lrp_val(&out, "many");
	assert_int_equal(LRP_NETWORKS_INLINE, lrp->n_networks);
	net_assert_ip(lrp->network[3].addr, "172.17.0.1");
	net_assert_note(&out, "more than 4 IPv4 networks");
	net_assert_note(&out, ": 1: many");
	end(&n, &out);
}

static void test_routes(void **state)
{
	static const struct {
		const char *prefix;
		enum route_kind kind;
		const char *lrp, *src, *nexthop;
	} want[] = {
		{"0.0.0.0/0", ROUTE_STATIC, "a", "10.0.0.1", "10.0.0.9"},
		{"10.0.0.0/16", ROUTE_STATIC, "b", "10.0.1.1", "10.0.1.9"},
		{"10.0.1.0/24", ROUTE_CONNECTED, "b", "10.0.1.1", "0.0.0.0"},
		{"10.0.1.128/25", ROUTE_DISCARD, NULL, "0.0.0.0", "0.0.0.0"},
		{"10.0.1.1/32", ROUTE_LOCAL, "b", "10.0.1.1", "0.0.0.0"},
		/* output_port without a network around the next hop */
		{"10.5.0.0/16", ROUTE_STATIC, "b", "10.0.1.1", "192.0.2.9"},
		/* output_port wins over the next hop's network */
		{"10.6.0.0/16", ROUTE_STATIC, "b", "10.0.1.1", "10.0.0.9"},
		/* no next hop: the destination is one */
		{"10.7.0.0/16", ROUTE_CONNECTED, "a", "10.0.0.1", "0.0.0.0"},
		/* of two networks of a port, the next hop's */
		{"10.8.0.0/16", ROUTE_STATIC, "c", "172.17.0.1", "172.17.0.9"},
	};
	enum { N = sizeof(want) / sizeof(*want) };
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_lrp(r, "c", "02:00:00:00:00:0c", "172.16.0.1/24 172.17.0.1/24");
	net_route(r, "0.0.0.0/0", "10.0.0.9", NULL);
	net_route(r, "10.0.0.0/16", "10.0.1.9", NULL);
	net_route(r, "10.0.1.0/24", "10.0.0.9", NULL); /* connected wins */
	net_route(r, "10.0.1.128/25", "discard", NULL);
	net_route(r, "10.0.1.1/32", "10.0.0.9", NULL); /* own address wins */
	net_route(r, "10.5.0.0/16", "192.0.2.9", "b");
	net_route(r, "10.6.0.0/16", "10.0.0.9", "b");
	net_route(r, "10.7.0.0/16", "", "a");
	net_route(r, "10.8.0.0/16", "172.17.0.9", NULL);
	net_compile(&n, "node1", &out);
	for (size_t i = 0; i < N; i++) {
		struct route_val *val =
			net_route_val(&out, "lr", want[i].prefix);

		if (!val)
			fail_msg("no route %s", want[i].prefix);
		assert_int_equal(want[i].kind, val->kind);
		assert_int_equal(
			want[i].lrp ? net_lrp_key(&out, want[i].lrp).port : 0,
			val->port);
		net_assert_ip(val->src_ip, want[i].src);
		net_assert_ip(val->nexthop, want[i].nexthop);
	}
	/* Connected and local ones of 4 networks, 7 static ones that add to
	 * them; what those two shadow is no news. */
	assert_int_equal(8 + 7, out.image.table[IMAGE_ROUTE].n);
	assert_int_equal(0, out.n_notes);
	end(&n, &out);
}

static void test_routes_ignored(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_lrp(net_router(&n, "lr2"), "foreign", "02:00:00:00:00:0c",
		"10.2.0.1/24");
	r = &n.nb.routers[0];
	net_route(r, "10.4.0.0/16", "192.0.2.9", NULL);
	net_route(r, "10.5.0.0/16", "10.0.0.9", "foreign");
	net_route(r, "10.6.0.0/16", "10.0.0.9", "missing");
	net_route(r, "10.7.0.0/16", "", NULL);
	net_compile(&n, "node1", &out);
	for (int i = 4; i < 8; i++) {
		char prefix[32];

		snprintf(prefix, sizeof(prefix), "10.%d.0.0/16", i);
		assert_null(net_route_val(&out, "lr", prefix));
	}
	net_assert_note(&out, "next hop not reachable on any port: 1: "
			      "lr 10.4.0.0/16 via 192.0.2.9");
	net_assert_note(&out, "no port of the router: 3: ");
	net_assert_note(&out, "lr 10.5.0.0/16 (foreign)");
	end(&n, &out);
}

static void test_disabled(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n), *off;

	(void)state;
	r->ports[0].enabled = false;
	r->always_learn = false;
	off = net_router(&n, "off");
	off->enabled = false;
	net_lrp(off, "c", "02:00:00:00:00:0c", "10.0.0.1/24");
	/* Nothing passes the LSP, so nothing can leave by its LRP. */
	net_lrp(net_router(&n, "lr3"), "d", "02:00:00:00:00:0d", "10.0.0.1/24");
	net_router_lsp(net_switch(&n, "sd"), "sd-d", "d", "")->enabled = false;
	net_compile(&n, "node1", &out);
	assert_int_equal(LRP_F_DISABLED, net_lrp_val(&out, "a")->flags);
	assert_int_equal(0, net_lrp_val(&out, "b")->flags & LRP_F_DISABLED);
	assert_int_equal(LRP_F_DISABLED,
			 net_route_val(&out, "lr", "10.0.0.0/24")->lrp_flags);
	assert_int_equal(0,
			 net_route_val(&out, "lr", "10.0.1.0/24")->lrp_flags);
	assert_true(net_lrp_val(&out, "c")->flags & LRP_F_DISABLED);
	assert_true(net_lrp_val(&out, "c")->flags & LRP_F_LEARN_ALWAYS);
	assert_true(net_lrp_val(&out, "d")->flags & LRP_F_DISABLED);
	end(&n, &out);
}

static void test_neighbors(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sa;
	struct nb_router *r2;

	(void)state;
	begin(&n);
	sa = &n.nb.switches[0];
	net_vif(sa, "in", "02:00:00:00:00:01 10.0.0.11 172.16.0.1");
	net_vif(sa, "mac", "02:00:00:00:00:02");
	net_vif(sa, "any", "02:00:00:00:00:03 10.0.0.13;unknown");
	net_vif(sa, "off", "02:00:00:00:00:04 10.0.0.14")->enabled = false;
	net_vif(&n.nb.switches[1], "other", "02:00:00:00:00:05 10.0.0.15");
	r2 = net_router(&n, "lr2");
	r2->dynamic_neighbors = true;
	net_lrp(r2, "c", "02:00:00:00:00:0c", "10.0.0.2/24");
	net_router_lsp(sa, "sa-lr2", "c", "router");
	net_compile(&n, "node1", &out);

	net_assert_mac(net_neighbor(&out, "a", "10.0.0.11")->mac,
		       "02:00:00:00:00:01");
	net_assert_mac(net_neighbor(&out, "c", "10.0.0.11")->mac,
		       "02:00:00:00:00:01");
	assert_null(net_neighbor(&out, "a", "172.16.0.1"));
	net_assert_mac(net_neighbor(&out, "a", "10.0.0.13")->mac,
		       "02:00:00:00:00:03");
	assert_null(net_neighbor(&out, "a", "10.0.0.14"));
	assert_null(net_neighbor(&out, "a", "10.0.0.15"));
	assert_null(net_neighbor(&out, "b", "10.0.0.15"));
	/* lr knows lr2; lr2 wants to learn lr by ARP. */
	net_assert_mac(net_neighbor(&out, "a", "10.0.0.2")->mac,
		       "02:00:00:00:00:0c");
	assert_null(net_neighbor(&out, "c", "10.0.0.1"));
	assert_int_equal(5, out.image.table[IMAGE_NEIGHBOR].n);
	assert_true(net_lrp_val(&out, "a")->flags & LRP_F_STATIC_NEIGHBORS);
	assert_true(net_route_val(&out, "lr", "10.0.0.0/24")->lrp_flags &
		    LRP_F_STATIC_NEIGHBORS);
	assert_false(net_lrp_val(&out, "b")->flags & LRP_F_STATIC_NEIGHBORS);
	end(&n, &out);
}

static void test_peers(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n), *r2 = net_router(&n, "lr2");
	struct lrp_val *up, *down;

	(void)state;
	net_set(&net_lrp(r, "up", "02:00:00:00:00:01", "192.0.2.1/30")->peer,
		"down");
	net_set(&net_lrp(r2, "down", "02:00:00:00:00:02", "192.0.2.2/30")->peer,
		"up");
	net_set(&net_lrp(r, "lonely", "02:00:00:00:00:03", "192.0.2.5/30")->peer,
		"shy");
	net_lrp(r2, "shy", "02:00:00:00:00:04", "192.0.2.6/30");
	net_route(r, "10.9.0.0/16", "192.0.2.2", NULL);
	net_compile(&n, "node1", &out);
	up = net_lrp_val(&out, "up");
	down = net_lrp_val(&out, "down");
	assert_true(up->flags & LRP_F_PEER_ROUTER);
	assert_true(down->flags & LRP_F_PEER_ROUTER);
	assert_int_equal(net_datapath(&out, "lr2"), up->peer_datapath);
	assert_int_equal(net_lrp_key(&out, "down").port, up->peer_port);
	assert_int_equal(net_datapath(&out, "lr"), down->peer_datapath);
	net_assert_mac(net_neighbor(&out, "up", "192.0.2.2")->mac,
		       "02:00:00:00:00:02");
	assert_true(net_route_val(&out, "lr", "10.9.0.0/16")->lrp_flags &
		    LRP_F_PEER_ROUTER);
	assert_int_equal(up->peer_port,
			 net_route_val(&out, "lr", "10.9.0.0/16")->peer_port);
	assert_int_equal(0, net_lrp_val(&out, "lonely")->peer_datapath);
	assert_false(net_lrp_val(&out, "lonely")->flags & LRP_F_PEER_ROUTER);
	net_assert_note(&out, "does not name them back: 1: lonely (shy)");
	end(&n, &out);
}

/* A port that must be on one chassis makes its router silent; the other
 * ports work, and nothing is sent out of that one. */
static void test_distributed_gateway(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *r = begin(&n);

	(void)state;
	net_lrp(r, "dgp", "02:00:00:00:00:0d", "192.0.2.1/24")
		->is_distributed_gateway = true;
	net_router_lsp(net_switch(&n, "public"), "public-lr", "dgp", "router");
	net_route(r, "0.0.0.0/0", "192.0.2.254", NULL);
	net_compile(&n, "node1", &out);
	assert_int_equal(PORT_UNSUPPORTED,
			 net_port_val(&out, "public-lr")->kind);
	assert_int_equal(PORT_UNSUPPORTED,
			 net_l2(&out, "public", "02:00:00:00:00:0d")->kind);
	assert_int_equal(PORT_ROUTER, net_port_val(&out, "sa-lr")->kind);
	assert_true(net_lrp_val(&out, "a")->flags & LRP_F_SILENT);
	assert_true(net_lrp_val(&out, "b")->flags & LRP_F_SILENT);
	assert_int_equal(0, net_lrp_val(&out, "dgp")->peer_datapath);
	assert_int_equal(0,
			 net_route_val(&out, "lr", "0.0.0.0/0")->peer_datapath);
	assert_int_equal(net_datapath(&out, "sa"),
			 net_lrp_val(&out, "a")->peer_datapath);
	end(&n, &out);
}

static void test_dangling_lsp(void **state)
{
	struct compile_output out;
	struct network n;

	(void)state;
	begin(&n);
	net_router_lsp(&n.nb.switches[0], "lost", "nothing",
		       "router;02:00:00:00:00:77");
	net_uuid(
		net_router_lsp(&n.nb.switches[1], "second", "a", "router")->uuid,
		"zzz");
	net_compile(&n, "node1", &out);
	assert_int_equal(PORT_UNSUPPORTED, net_port_val(&out, "lost")->kind);
	assert_int_equal(PORT_UNSUPPORTED,
			 net_l2(&out, "sa", "02:00:00:00:00:77")->kind);
	assert_int_equal(PORT_UNSUPPORTED, net_port_val(&out, "second")->kind);
	assert_int_equal(net_port(&out, "sa-lr").port,
			 net_lrp_val(&out, "a")->peer_port);
	net_assert_note(&out, "router port does not exist: 1: lost (nothing)");
	net_assert_note(&out, "has another already: 1: second (a has sa-lr)");
	end(&n, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_overlap_of_routers),
		cmocka_unit_test(test_no_network),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_routes_ignored),
		cmocka_unit_test(test_disabled),
		cmocka_unit_test(test_neighbors),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_distributed_gateway),
		cmocka_unit_test(test_dangling_lsp),
	};

	return cmocka_run_group_tests_name("compile_router", tests, NULL, NULL);
}
