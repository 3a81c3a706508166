// SPDX-License-Identifier: GPL-2.0-only
/* Gateway routers: on their chassis, and what the others know of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "network.h"

/*
 * gw (of node1) and lr share the switch join, as gw-join 10.0.0.1 and lr-join
 * 10.0.0.2; lr has guests in the switch in.  node1 to node3.
 */
struct gateway {
	struct network n;
	struct nb_switch *join, *in;
	struct nb_router *gw, *lr;
};

static void begin(struct gateway *g, const char *chassis)
{
	net_init(&g->n);
	net_chassis(&g->n, "one", "node1", "192.0.2.1");
	net_chassis(&g->n, "two", "node2", "192.0.2.2");
	net_chassis(&g->n, "three", "node3", "192.0.2.3");
	g->gw = net_router(&g->n, "gw");
	net_set(&g->gw->gateway_chassis, chassis);
	net_lrp(g->gw, "gw-join", "02:00:00:00:00:01", "10.0.0.1/24");
	g->lr = net_router(&g->n, "lr");
	net_lrp(g->lr, "lr-join", "02:00:00:00:00:02", "10.0.0.2/24");
	net_lrp(g->lr, "lr-in", "02:00:00:00:00:03", "10.0.1.1/24");
	g->join = net_switch(&g->n, "join");
	net_router_lsp(g->join, "join-gw", "gw-join", "02:00:00:00:00:01");
	net_router_lsp(g->join, "join-lr", "lr-join", "02:00:00:00:00:02");
	g->in = net_switch(&g->n, "in");
	net_router_lsp(g->in, "in-lr", "lr-in", "02:00:00:00:00:03");
}

static void end(struct gateway *g, struct compile_output *out)
{
	compile_output_free(out);
	net_free(&g->n);
}

static const char *hostname(const struct compile_output *out, uint32_t chassis)
{
	return chassis ? out->chassis[chassis].hostname : "";
}

/* options:chassis is a name or a hostname. */
static void test_chassis(void **state)
{
	static const struct {
		const char *option, *host;
	} cases[] = {{"one", "node1"}, {"node3", "node3"}, {"nobody", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct compile_output out;
		struct port_val *port;
		struct gateway g;
		struct l2_val *l2;

		begin(&g, cases[i].option);
		net_compile(&g.n, "node2", &out);
		port = net_port_val(&out, "join-gw");
		l2 = net_l2(&out, "join", "02:00:00:00:00:01");
		assert_int_equal(PORT_GATEWAY, port->kind);
		assert_string_equal(cases[i].host,
				    hostname(&out, port->chassis));
		assert_int_equal(PORT_GATEWAY, l2->kind);
		assert_int_equal(port->chassis, l2->chassis);
		assert_int_equal(net_datapath(&out, "gw"), l2->peer_datapath);
		assert_int_equal(net_datapath(&out, "gw"), port->peer_datapath);
		assert_int_equal(port->peer_port, l2->peer_port);
		assert_int_not_equal(0, l2->peer_port);
		assert_int_equal(PORT_ROUTER,
				 net_port_val(&out, "join-lr")->kind);
		if (!*cases[i].host)
			net_assert_note(&out,
					"run nowhere, their options:chassis is "
					"not in the placement: 1: gw (nobody)");
		else
			assert_int_equal(0, out.n_notes);
		end(&g, &out);
	}
}

/* A hostname that is another chassis' name means that chassis. */
static void test_name_before_hostname(void **state)
{
	struct compile_output out;
	struct gateway g;

	(void)state;
	begin(&g, "node1");
	net_chassis(&g.n, "node1", "node4", "192.0.2.4");
	net_compile(&g.n, "node4", &out);
	assert_string_equal("node4",
			    hostname(&out,
				     net_port_val(&out, "join-gw")->chassis));
	assert_non_null(net_lrp_val(&out, "gw-join"));
	end(&g, &out);
}

static size_t entries_of(const struct compile_output *out,
			 enum image_table_id id, uint32_t datapath)
{
	const struct image_table *t = &out->image.table[id];
	size_t n = 0;

	/* The key of a route has its length before the datapath. */
	for (size_t i = 0; i < t->n; i++)
		n += ((uint32_t *)image_entry(t, i))[id == IMAGE_ROUTE] ==
		     datapath;
	return n;
}

/* Tables of a gateway router are on its chassis only. */
static void test_residence(void **state)
{
	static const enum image_table_id ids[] = {IMAGE_LRP, IMAGE_ROUTER_IP,
						  IMAGE_ROUTE, IMAGE_NEIGHBOR};
	static const size_t want[] = {1, 2, 4, 1};
	struct compile_output out;
	struct gateway g;
	uint32_t gw;

	(void)state;
	begin(&g, "one");
	net_route(g.gw, "10.0.1.0/24", "10.0.0.2", NULL);
	net_route(g.gw, "10.9.0.0/16", "10.0.0.8", NULL);
	net_route(g.gw, "10.9.0.0/16", "10.0.0.9", NULL);
	net_route(g.gw, "10.8.0.0/16", "192.0.2.9", NULL);
	net_compile(&g.n, "node1", &out);
	net_assert_note(&out, "not reachable on any port: 1: gw 10.8.0.0/16");
	gw = net_datapath(&out, "gw");
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(want[i], entries_of(&out, ids[i], gw));
	assert_true(net_lrp_val(&out, "gw-join")->flags & LRP_F_SILENT);
	assert_false(net_lrp_val(&out, "lr-join")->flags & LRP_F_SILENT);
	assert_int_equal(net_datapath(&out, "join"),
			 net_lrp_val(&out, "gw-join")->peer_datapath);
	assert_int_equal(net_port(&out, "join-gw").port,
			 net_lrp_val(&out, "gw-join")->peer_port);
	assert_int_equal(net_port(&out, "join-gw").port,
			 net_route_val(&out, "gw", "10.0.1.0/24")->peer_port);
	compile_output_free(&out);

	net_compile(&g.n, "node2", &out);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(0, entries_of(&out, ids[i], gw));
	assert_int_equal(0, out.image.table[IMAGE_ECMP].n);
	assert_int_equal(0, out.n_notes);
	assert_non_null(net_lrp_val(&out, "lr-join"));
	/* Contradictions are found on every chassis. */
	compile_output_free(&out);
	net_lrp(g.gw, "gw-more", "02:00:00:00:00:09", "10.0.0.9/30");
	net_compile_fails(&g.n, "node2", EINVAL, PARTS("gw-more", "overlap"));
	net_free(&g.n);
}

static void test_neighbors(void **state)
{
	struct compile_output out;
	struct gateway g;

	(void)state;
	begin(&g, "one");
	net_vif(g.join, "guest", "02:00:00:00:00:11 10.0.0.11");
	net_place(&g.n, 1, "guest");
	net_compile(&g.n, "node2", &out);
	net_assert_mac(net_neighbor(&out, "lr-join", "10.0.0.1")->mac,
		       "02:00:00:00:00:01");
	compile_output_free(&out);
	net_compile(&g.n, "node1", &out);
	net_assert_mac(net_neighbor(&out, "lr-join", "10.0.0.1")->mac,
		       "02:00:00:00:00:01");
	net_assert_mac(net_neighbor(&out, "gw-join", "10.0.0.2")->mac,
		       "02:00:00:00:00:02");
	net_assert_mac(net_neighbor(&out, "gw-join", "10.0.0.11")->mac,
		       "02:00:00:00:00:11");
	assert_true(net_lrp_val(&out, "gw-join")->flags &
		    LRP_F_STATIC_NEIGHBORS);
	compile_output_free(&out);
	g.gw->dynamic_neighbors = true;
	net_compile(&g.n, "node1", &out);
	assert_null(net_neighbor(&out, "gw-join", "10.0.0.2"));
	end(&g, &out);
}

/* Requests for its address go to the port, wherever that is; with "router"
 * the switch knows the answer. */
static void test_responders(void **state)
{
	static const char *const hosts[] = {"node1", "node2"};
	struct compile_output out;
	struct gateway g;

	(void)state;
	begin(&g, "one");
	net_lrp(g.gw, "gw-out", "02:00:00:00:00:04", "10.0.4.1/24");
	net_router_lsp(net_switch(&g.n, "out"), "out-gw", "gw-out", "router");
	for (size_t i = 0; i < 2; i++) {
		struct arp_val *val;

		net_compile(&g.n, hosts[i], &out);
		val = net_arp(&out, "join", "10.0.0.1");
		assert_non_null(val);
		assert_int_equal(ARP_ROUTER, val->kind);
		assert_int_equal(net_port(&out, "join-gw").port, val->port);
		net_assert_mac(val->mac, "02:00:00:00:00:01");
		assert_int_equal(ARP_RESPOND,
				 net_arp(&out, "out", "10.0.4.1")->kind);
		compile_output_free(&out);
	}
	net_free(&g.n);
}

/* A flood reaches the gateway router by one copy for its chassis; floods for
 * ports with guests alone do not. */
static void test_groups(void **state)
{
	static const struct {
		const char *host, *datapath;
		uint32_t group;
		const char *members;
	} want[] = {
		{"node1", "join", OVN_MC_FLOOD, "guest join-gw join-lr node3"},
		{"node1", "join", OVN_MC_FLOOD_L2, "guest node3"},
		{"node2", "join", OVN_MC_FLOOD, "join-lr node1 node3"},
		{"node2", "join", OVN_MC_FLOOD_L2, "node1 node3"},
		{"node3", "join", OVN_MC_FLOOD, "away join-lr node1"},
		{"node3", "join", OVN_MC_UNKNOWN, ""},
		{"node2", "in", OVN_MC_FLOOD, "in-lr"},
		{"node2", "gw", OVN_MC_FLOOD, ""},
		{"node1", "gw", OVN_MC_FLOOD, ""},
	};
	struct compile_output out;
	struct gateway g;

	(void)state;
	begin(&g, "one");
	net_vif(g.join, "guest", "02:00:00:00:00:11");
	net_vif(g.join, "away", "02:00:00:00:00:12");
	net_place(&g.n, 0, "guest");
	net_place(&g.n, 2, "away");
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		net_compile(&g.n, want[i].host, &out);
		assert_string_equal(want[i].members,
				    net_members(&out, want[i].datapath,
						want[i].group));
		compile_output_free(&out);
	}
	g.join->ports[0].enabled = false;
	net_compile(&g.n, "node2", &out);
	assert_string_equal("join-lr node1 node3",
			    net_members(&out, "join", OVN_MC_FLOOD));
	compile_output_free(&out);
	net_compile(&g.n, "node1", &out);
	assert_string_equal("guest join-lr node3",
			    net_members(&out, "join", OVN_MC_FLOOD));
	end(&g, &out);
}

/* Who learns the neighbors of a distributed router: chassis with guests or a
 * gateway router anywhere among the distributed routers linked to it, since
 * those run all of them; what is beyond a gateway router does not. */
static void test_learners(void **state)
{
	struct compile_output out;
	struct nb_switch *out_side;
	struct nb_router *far, *peer;
	struct gateway g;

	(void)state;
	begin(&g, "one");
	net_compile(&g.n, "node2", &out);
	assert_string_equal("node1", net_members(&out, "lr", OVN_MC_FLOOD));
	compile_output_free(&out);
	net_compile(&g.n, "node1", &out);
	assert_string_equal("", net_members(&out, "lr", OVN_MC_FLOOD));
	compile_output_free(&out);

	far = net_router(&g.n, "far");
	net_lrp(far, "far-in", "02:00:00:00:00:05", "10.0.1.2/24");
	net_router_lsp(g.in, "in-far", "far-in", "router");
	peer = net_router(&g.n, "peer");
	net_set(&net_lrp(far, "far-peer", "02:00:00:00:00:06", "10.0.2.1/30")
			 ->peer,
		"peer-far");
	net_set(&net_lrp(peer, "peer-far", "02:00:00:00:00:07", "10.0.2.2/30")
			 ->peer,
		"far-peer");
	out_side = net_switch(&g.n, "out");
	net_lrp(g.gw, "gw-out", "02:00:00:00:00:08", "10.0.4.1/24");
	net_router_lsp(out_side, "out-gw", "gw-out", "router");
	net_vif(out_side, "beyond", "02:00:00:00:00:12");
	net_place(&g.n, 2, "beyond");
	net_compile(&g.n, "node2", &out);
	assert_string_equal("node1", net_members(&out, "lr", OVN_MC_FLOOD));
	assert_string_equal("node1", net_members(&out, "far", OVN_MC_FLOOD));
	assert_string_equal("node1", net_members(&out, "peer", OVN_MC_FLOOD));
	compile_output_free(&out);

	net_vif(g.in, "guest", "02:00:00:00:00:11");
	net_place(&g.n, 1, "guest");
	net_compile(&g.n, "node1", &out);
	assert_string_equal("node2", net_members(&out, "peer", OVN_MC_FLOOD));
	end(&g, &out);
}

/* A link without a switch works where both ends run. */
static void test_peers(void **state)
{
	struct compile_output out;
	struct gateway g;
	struct lrp_val *lrp;

	(void)state;
	begin(&g, "one");
	net_set(&net_lrp(g.gw, "gw-up", "02:00:00:00:00:04", "10.0.4.1/30")
			 ->peer,
		"lr-up");
	net_set(&net_lrp(g.lr, "lr-up", "02:00:00:00:00:05", "10.0.4.2/30")
			 ->peer,
		"gw-up");
	/* No switch leads to gw any more. */
	g.join->ports[0].enabled = false;
	net_compile(&g.n, "node1", &out);
	lrp = net_lrp_val(&out, "lr-up");
	assert_int_equal(net_datapath(&out, "gw"), lrp->peer_datapath);
	assert_int_equal(net_lrp_key(&out, "gw-up").port, lrp->peer_port);
	assert_int_equal(net_datapath(&out, "lr"),
			 net_lrp_val(&out, "gw-up")->peer_datapath);
	net_assert_mac(net_neighbor(&out, "gw-up", "10.0.4.2")->mac,
		       "02:00:00:00:00:05");
	compile_output_free(&out);
	net_compile(&g.n, "node2", &out);
	assert_null(net_lrp_val(&out, "gw-up"));
	assert_int_equal(0, net_lrp_val(&out, "lr-up")->peer_datapath);
	assert_int_equal(0, net_lrp_val(&out, "lr-up")->peer_port);
	assert_string_equal("node1", net_members(&out, "lr", OVN_MC_FLOOD));
	end(&g, &out);
}

/* northd warns about a distributed gateway port of a gateway router and
 * makes it an ordinary one. */
static void test_distributed_gateway_port(void **state)
{
	struct compile_output out;
	struct gateway g;

	(void)state;
	begin(&g, "one");
	g.gw->ports[0].is_distributed_gateway = true;
	net_compile(&g.n, "node1", &out);
	assert_int_equal(PORT_GATEWAY, net_port_val(&out, "join-gw")->kind);
	assert_int_equal(net_datapath(&out, "join"),
			 net_lrp_val(&out, "gw-join")->peer_datapath);
	assert_non_null(net_neighbor(&out, "gw-join", "10.0.0.2"));
	end(&g, &out);
}

/* One port more: other entries stay as they are, counts of its groups aside. */
static void test_one_port_more(void **state)
{
	struct compile_output out, more;
	struct gateway g;

	(void)state;
	begin(&g, "one");
	net_localnet(g.join, "join-net", "net", 0);
	net_attach(&g.n, "eth1", 7, "net");
	net_compile(&g.n, "node1", &out);
	net_vif(g.join, "guest", "02:00:00:00:00:11 10.0.0.11");
	net_place(&g.n, 1, "guest");
	net_compile(&g.n, "node1", &more);
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &out.image.table[id];

		for (size_t i = 0; id != IMAGE_GROUP && i < t->n; i++) {
			const uint8_t *key = image_entry(t, i);
			const void *val = image_find(&more.image, id, key);

			assert_non_null(val);
			assert_memory_equal(key + t->key_size, val,
					    t->val_size);
		}
		assert_in_range(more.image.table[id].n, t->n, t->n + 2);
	}
	compile_output_free(&more);
	end(&g, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chassis),
		cmocka_unit_test(test_name_before_hostname),
		cmocka_unit_test(test_residence),
		cmocka_unit_test(test_neighbors),
		cmocka_unit_test(test_responders),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_learners),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_distributed_gateway_port),
		cmocka_unit_test(test_one_port_more),
	};

	return cmocka_run_group_tests_name("compile_gateway", tests, NULL,
					   NULL);
}
