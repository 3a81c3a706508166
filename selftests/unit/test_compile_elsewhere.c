// SPDX-License-Identifier: GPL-2.0-only
/* Gateway routers of other chassis: who is sent to them for their external
 * addresses and VIPs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "network_nat.h"

/*
 * gw1 (of node1), gw2 (of node2) and lr share the switch join; behind each
 * gateway is a switch out1, out2 with a localnet port, behind gw2 also dmz
 * with a guest on node3.
 */
struct gateways {
	struct network n;
	struct nb_router *gw[2];
	struct nb_switch *dmz;
	struct compile_output out;
};

static void begin(struct gateways *g)
{
	static const char *const macs[] = {"02:00:00:00:00:01",
					   "02:00:00:00:00:02"};
	struct nb_switch *join, *out;
	char name[16], network[16];

	net_init(&g->n);
	net_chassis(&g->n, "one", "node1", "192.0.2.1");
	net_chassis(&g->n, "two", "node2", "192.0.2.2");
	net_chassis(&g->n, "three", "node3", "192.0.2.3");
	net_lrp(net_router(&g->n, "lr"), "lr-join", "02:00:00:00:00:03",
		"100.64.0.3/24");
	net_router(&g->n, "gw1");
	net_router(&g->n, "gw2");
	for (int i = 0; i < 2; i++) {
		g->gw[i] = &g->n.nb.routers[1 + i];
		net_set(&g->gw[i]->gateway_chassis, i ? "two" : "one");
		snprintf(name, sizeof(name), "gw%d-join", i + 1);
		snprintf(network, sizeof(network), "100.64.0.%d/24", i + 1);
		net_lrp(g->gw[i], name, macs[i], network);
		snprintf(name, sizeof(name), "gw%d-out", i + 1);
		snprintf(network, sizeof(network), "10.%d.0.1/24", i + 1);
		net_lrp(g->gw[i], name, macs[i], network);
	}
	net_lrp(g->gw[1], "gw2-dmz", "02:00:00:00:00:05", "10.5.0.1/24");
	join = net_switch(&g->n, "join");
	net_router_lsp(join, "join-lr", "lr-join", "router");
	net_router_lsp(join, "join-gw1", "gw1-join", "router");
	net_router_lsp(join, "join-gw2", "gw2-join", "router");
	for (int i = 1; i <= 2; i++) {
		snprintf(name, sizeof(name), "out%d", i);
		out = net_switch(&g->n, name);
		net_localnet(out, i == 1 ? "ln1" : "ln2", name, 0);
		net_router_lsp(out, i == 1 ? "out-gw1" : "out-gw2",
			       i == 1 ? "gw1-out" : "gw2-out", "router");
	}
	g->dmz = net_switch(&g->n, "dmz");
	net_router_lsp(g->dmz, "dmz-gw2", "gw2-dmz", "02:00:00:00:00:05");
	net_vif(g->dmz, "dmz-vm", "02:00:00:00:00:06 10.5.0.6");
	net_place(&g->n, 2, "dmz-vm");
}

static struct nb_lb *vip(struct gateways *g, int gw, const char *ip)
{
	uint32_t number = g->n.nb.n_lbs;
	char name[16];
	struct nb_lb *lb;

	snprintf(name, sizeof(name), "lb%u", number);
	lb = net_lb(&g->n, name);
	net_vip(lb, ip, "10.5.0.6");
	net_router_lb(g->gw[gw], number);
	return lb;
}

/* The switches where an address leads to port, as "join dmz". */
static void expect(const struct gateways *g, const char *ip, const char *where,
		   const char *port)
{
	static const char *const names[] = {"join", "out1", "out2", "dmz"};
	char found[64] = "", lsp[32];

	for (int i = 0; i < 4; i++) {
		struct arp_val *val = net_arp(&g->out, names[i], ip);

		if (!val)
			continue;
		snprintf(found + strlen(found), sizeof(found) - strlen(found),
			 "%s%s", *found ? " " : "", names[i]);
		snprintf(lsp, sizeof(lsp), "%.3s-%s", names[i], port);
		if (i == 0 || i == 3)
			snprintf(lsp, sizeof(lsp), "%s-%s", names[i], port);
		assert_int_equal(ARP_ROUTER, val->kind);
		assert_int_equal(net_port(&g->out, lsp).port, val->port);
	}
	assert_string_equal(where, found);
}

static void compile_on(struct gateways *g, const char *host)
{
	net_compile(&g->n, host, &g->out);
}

/* On each switch from which somebody of the host may ask: a router, a guest;
 * a physical network asks by the gateway's own end. */
static void test_where(void **state)
{
	struct gateways g;

	(void)state;
	begin(&g);
	net_nat(g.gw[1], "snat", "198.51.100.1", "10.5.0.0/24");
	net_nat(g.gw[1], "dnat", "198.51.100.2", "10.5.0.6");
	net_nat(g.gw[1], "dnat_and_snat", "10.5.0.7", "10.5.0.6");
	net_attach(&g.n, "nic", 9, "out2");
	compile_on(&g, "node1");
	expect(&g, "198.51.100.1", "join", "gw2");
	expect(&g, "198.51.100.2", "join", "gw2");
	expect(&g, "10.5.0.7", "join", "gw2");
	assert_int_equal(0, g.out.image.table[IMAGE_NAT].n);
	assert_null(net_router_ip(&g.out, "gw2", "198.51.100.1"));
	net_assert_no_note(&g.out, "NAT");
	compile_output_free(&g.out);
	compile_on(&g, "node3");
	expect(&g, "198.51.100.1", "join dmz", "gw2");
	net_assert_mac(net_arp(&g.out, "dmz", "10.5.0.7")->mac,
		       "02:00:00:00:00:05");
	compile_output_free(&g.out);
	/* Its own chassis serves all that may come. */
	compile_on(&g, "node2");
	expect(&g, "198.51.100.1", "join out2 dmz", "gw2");
	compile_output_free(&g.out);
	net_free_all(&g.n);
}

static void test_vips(void **state)
{
	struct gateways g;

	(void)state;
	begin(&g);
	vip(&g, 1, "10.5.0.50");
	vip(&g, 1, "198.51.100.50");
	vip(&g, 1, "198.51.100.51")->neighbor_responder = NB_RESPOND_ALL;
	vip(&g, 1, "10.5.0.52")->neighbor_responder = NB_RESPOND_NONE;
	compile_on(&g, "node3");
	expect(&g, "10.5.0.50", "dmz", "gw2");
	expect(&g, "198.51.100.50", "", "gw2");
	expect(&g, "198.51.100.51", "join dmz", "gw2");
	expect(&g, "10.5.0.52", "", "gw2");
	assert_int_equal(0, g.out.image.table[IMAGE_LB].n);
	compile_output_free(&g.out);
	net_free_all(&g.n);
}

/* What two gateways have is the one's that is here, whichever kind it is;
 * else an external address goes before a VIP. */
static void test_both(void **state)
{
	struct gateways g;

	(void)state;
	begin(&g);
	vip(&g, 0, "198.51.100.50")->neighbor_responder = NB_RESPOND_ALL;
	net_nat(g.gw[1], "dnat", "198.51.100.50", "10.5.0.6");
	for (int i = 1; i <= 3; i++) {
		char host[8];

		snprintf(host, sizeof(host), "node%d", i);
		compile_on(&g, host);
		assert_int_equal(
			net_port(&g.out, i == 1 ? "join-gw1" : "join-gw2").port,
			net_arp(&g.out, "join", "198.51.100.50")->port);
		compile_output_free(&g.out);
	}
	net_free_all(&g.n);
}

/* A router's own address, an answer of the switch, a row that OVN ignores, a
 * gateway that runs nowhere. */
static void test_not(void **state)
{
	struct gateways g;
	struct nb_nat *nat;

	(void)state;
	begin(&g);
	net_nat(g.gw[1], "snat", "100.64.0.3", "10.5.0.0/24");
	net_nat(g.gw[1], "dnat", "10.5.0.6", "10.5.0.6");
	nat = net_nat(g.gw[1], "dnat", "198.51.100.1", "10.5.0.6");
	net_ip_set(&nat->allowed, "some", "192.0.2.0/24");
	net_ip_set(&nat->exempted, "others", "198.51.100.0/24");
	compile_on(&g, "node3");
	assert_int_equal(ARP_RESPOND,
			 net_arp(&g.out, "join", "100.64.0.3")->kind);
	assert_int_equal(ARP_RESPOND, net_arp(&g.out, "dmz", "10.5.0.6")->kind);
	expect(&g, "198.51.100.1", "", "gw2");
	compile_output_free(&g.out);
	net_nat(g.gw[1], "dnat", "198.51.100.2", "10.5.0.6");
	net_set(&g.gw[1]->gateway_chassis, "nobody");
	compile_on(&g, "node3");
	expect(&g, "198.51.100.2", "", "gw2");
	compile_output_free(&g.out);
	net_free_all(&g.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_vips),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
