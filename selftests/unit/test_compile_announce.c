// SPDX-License-Identifier: GPL-2.0-only
/* Addresses that are announced, and those that a router answers for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/tables.h"
#include "network.h"

/* Switch out on node1 and node2, with the localnet port out-net. */
static struct nb_switch *begin(struct network *n)
{
	struct nb_switch *sw;

	net_init(n);
	net_chassis(n, "node1", "node1", "192.0.2.1");
	net_chassis(n, "node2", "node2", "192.0.2.2");
	sw = net_switch(n, "out");
	net_localnet(sw, "out-net", "net", 0);
	return sw;
}

static void end(struct network *n, struct compile_output *out)
{
	compile_output_free(out);
	net_free(n);
}

/* A gateway router of node1 on the switch, 10.0.0.1. */
static struct nb_router *add_gateway(struct network *n, struct nb_switch *sw)
{
	struct nb_router *gw = net_router(n, "gw");

	net_set(&gw->gateway_chassis, "node1");
	net_lrp(gw, "gw-out", "02:00:00:00:00:01", "10.0.0.1/24");
	net_router_lsp(sw, "out-gw", "gw-out", "02:00:00:00:00:01");
	return gw;
}

/* Announced: guests and gateway routers of this chassis, on switches with a
 * physical network, whether something is attached or not. */
static void test_announced(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n), *plain;
	struct nb_router *gw = add_gateway(&n, sw), *lr;
	struct nb_lsp *extra = &sw->ports[sw->n_ports - 1];
	struct garp_val *val;

	(void)state;
	extra->nat_addresses = calloc(1, sizeof(*extra->nat_addresses));
	extra->n_nat_addresses = 1;
	extra->nat_addresses->mac[5] = 9;
	extra->nat_addresses->ip4 = calloc(2, sizeof(struct nb_ip4));
	extra->nat_addresses->n_ip4 = 2;
	memcpy(extra->nat_addresses->ip4[0].addr, "\x0a\0\0\x63", 4);
	/* The port's own: its MAC counts. */
	memcpy(extra->nat_addresses->ip4[1].addr, "\x0a\0\0\x01", 4);
	plain = net_switch(&n, "plain");
	net_lrp(gw, "gw-in", "02:00:00:00:00:02", "10.0.1.1/24");
	net_router_lsp(plain, "plain-gw", "gw-in", "router");
	lr = net_router(&n, "lr");
	net_lrp(lr, "lr-out", "02:00:00:00:00:03", "10.0.0.3/24");
	net_router_lsp(sw, "out-lr", "lr-out", "router");
	net_vif(sw, "here",
		"02:00:00:00:00:11 10.0.0.11 fd00::1;"
		"02:00:00:00:00:10 10.0.0.10");
	net_vif(sw, "there", "02:00:00:00:00:12 10.0.0.12");
	net_vif(sw, "off", "02:00:00:00:00:13 10.0.0.13")->enabled = false;
	net_vif(plain, "tunnelled", "02:00:00:00:00:14 10.0.1.14");
	net_place(&n, 0, "here off tunnelled");
	net_place(&n, 1, "there");
	net_compile(&n, "node1", &out);
	assert_int_equal(4, out.image.table[IMAGE_GARP].n);
	val = net_garp(&out, "out", "10.0.0.1");
	net_assert_mac(val->mac, "02:00:00:00:00:01");
	assert_int_equal(net_port(&out, "out-net").port, val->port);
	net_assert_mac(net_garp(&out, "out", "10.0.0.99")->mac,
		       "00:00:00:00:00:09");
	net_assert_mac(net_garp(&out, "out", "10.0.0.11")->mac,
		       "02:00:00:00:00:11");
	net_assert_mac(net_garp(&out, "out", "10.0.0.10")->mac,
		       "02:00:00:00:00:10");
	compile_output_free(&out);
	net_compile(&n, "node2", &out);
	assert_int_equal(1, out.image.table[IMAGE_GARP].n);
	assert_non_null(net_garp(&out, "out", "10.0.0.12"));
	compile_output_free(&out);
	gw->enabled = false;
	net_compile(&n, "node1", &out);
	assert_null(net_garp(&out, "out", "10.0.0.1"));
	end(&n, &out);
}

/* What NAT and load balancers add on the switch behind a port. */
static void test_router_arp(void **state)
{
	static const uint8_t owned[4] = {10, 0, 0, 7}, taken[4] = {10, 0, 0, 8};
	struct nb_lrp nb = {.mac = {2, 0, 0, 0, 0, 1}};
	struct topo_switch sw = {.key = 5};
	struct topo_lsp lsp = {.sw = &sw, .key = 6};
	struct topo_lrp lrp = {.nb = &nb, .lsp = &lsp}, alone = {.nb = &nb};
	struct arp_key key = {.datapath = 5, .ip = {10, 0, 0, 8}};
	struct arp_val answer = {.kind = ARP_RESPOND, .port = 9}, *val;
	struct image image;
	struct error e = {};
	struct tables c = {.image = &image, .e = &e};

	(void)state;
	assert_int_equal(0, image_init(&image));
	assert_int_equal(0, image_add(&image, IMAGE_ARP, &key, &answer, NULL));
	assert_int_equal(0, tables_add_router_arp(&c, &lrp, owned));
	assert_int_equal(0, tables_add_router_arp(&c, &lrp, owned));
	assert_int_equal(0, tables_add_router_arp(&c, &lrp, taken));
	assert_int_equal(0, tables_add_router_arp(&c, &alone, taken));
	assert_int_equal(2, image.table[IMAGE_ARP].n);
	assert_memory_equal(&answer, image_find(&image, IMAGE_ARP, &key),
			    sizeof(answer));
	memcpy(key.ip, owned, 4);
	val = image_find(&image, IMAGE_ARP, &key);
	assert_non_null(val);
	assert_int_equal(ARP_ROUTER, val->kind);
	assert_int_equal(6, val->port);
	net_assert_mac(val->mac, "02:00:00:00:00:01");
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_router_arp),
	};

	return cmocka_run_group_tests_name("compile_announce", tests, NULL,
					   NULL);
}
