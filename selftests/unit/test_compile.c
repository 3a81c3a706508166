// SPDX-License-Identifier: GPL-2.0-only
/* The tutorial's network, table by table, as each of its hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/keys.h"
#include "network.h"

static const char *const hosts[] = {"node1", "node2", "node3"};

struct tutorial {
	struct network n;
	struct compile_output out[3];
};

static struct tutorial tut;

static int setup(void **state)
{
	(void)state;
	net_tutorial(&tut.n);
	for (int h = 0; h < 3; h++)
		net_compile(&tut.n, hosts[h], &tut.out[h]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int h = 0; h < 3; h++)
		compile_output_free(&tut.out[h]);
	net_free(&tut.n);
	return 0;
}

static uint32_t chassis(const struct compile_output *out, const char *hostname)
{
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++)
		if (!strcmp(out->chassis[i].hostname, hostname))
			return i;
	return 0;
}

static void test_datapaths(void **state)
{
	static const struct {
		const char *name, *uuid;
		enum datapath_kind kind;
	} want[] = {
		{"ls1", "4cae9ea2-b527-4d96-b3b5-33d167a4d993",
		 DATAPATH_SWITCH},
		{"ls2", "229bc6aa-96be-40d4-8924-888417d0c113",
		 DATAPATH_SWITCH},
		{"ls3", "460a0b99-c68f-45ed-a155-e3735503693e",
		 DATAPATH_SWITCH},
		{"outside", "6386a209-41f2-49f0-8c38-c049e49c156f",
		 DATAPATH_SWITCH},
		{"router1", "fe8c7225-a87e-42ba-98de-2a7b16445704",
		 DATAPATH_ROUTER},
		{"gw1", "b22c895c-6ee9-416e-98f3-118414ebab2b",
		 DATAPATH_ROUTER},
	};

	(void)state;
	for (int h = 0; h < 3; h++) {
		assert_int_equal(6, tut.out[h].image.table[IMAGE_DATAPATH].n);
		for (size_t i = 0; i < 6; i++) {
			struct datapath_key key = {
				net_datapath(&tut.out[h], want[i].name)};
			struct datapath_val *val = image_find(
				&tut.out[h].image, IMAGE_DATAPATH, &key);

			assert_int_equal(want[i].kind, val->kind);
			assert_int_equal(key_candidate(want[i].uuid, 0,
						       OVN_DATAPATH_KEY_MAX),
					 key.datapath);
		}
	}
}

static void test_chassis(void **state)
{
	static const char *const ips[] = {"192.168.209.110", "192.168.209.111",
					  "192.168.209.112"};

	(void)state;
	for (int h = 0; h < 3; h++) {
		const struct compile_output *out = &tut.out[h];

		assert_int_equal(chassis(out, hosts[h]), out->own_chassis);
		assert_int_equal(2, out->image.table[IMAGE_ENCAP_IP].n);
		for (int i = 0; i < 3; i++) {
			uint32_t c = chassis(out, hosts[i]);
			struct encap_ip_key key;
			struct encap_ip_val *val;

			assert_in_range(c, 1, 3);
			net_assert_ip(out->chassis[c].encap_ip, ips[i]);
			memcpy(key.ip, out->chassis[c].encap_ip, 4);
			val = image_find(&out->image, IMAGE_ENCAP_IP, &key);
			if (i == h) {
				assert_null(val);
			} else {
				assert_non_null(val);
				assert_int_equal(c, val->chassis);
			}
		}
	}
}

static const struct {
	const char *lsp, *sw, *mac;
	enum port_kind kind;
	const char *host; /* where it is, "here": on each, NULL: nowhere */
	const char *lrp; /* peer, NULL: none */
} ports[] = {
	{"ls1-vm1", "ls1", "02:ac:10:ff:00:10", PORT_VIF, "node2", NULL},
	{"ls1-vm2", "ls1", "02:ac:10:ff:00:20", PORT_VIF, "node3", NULL},
	{"ls2-vm3", "ls2", "02:ac:10:ff:10:10", PORT_VIF, "node3", NULL},
	{"ls2-vm4", "ls2", "02:ac:10:ff:10:20", PORT_VIF, "node2", NULL},
	{"ls1-router1", "ls1", "02:ac:10:ff:00:01", PORT_ROUTER, NULL,
	 "router1-ls1"},
	{"ls2-router1", "ls2", "02:ac:10:ff:10:01", PORT_ROUTER, NULL,
	 "router1-ls2"},
	{"ls3-router1", "ls3", "02:ac:10:ff:ff:02", PORT_ROUTER, NULL,
	 "router1-ls3"},
	{"ls3-gw1", "ls3", "02:ac:10:ff:ff:01", PORT_GATEWAY, "node1",
	 "gw1-ls3"},
	{"outside-gw1", "outside", "02:0a:7f:18:01:02", PORT_GATEWAY, "node1",
	 "gw1-outside"},
	{"outside-localnet", "outside", NULL, PORT_LOCALNET, "here", NULL},
};

#define N_PORTS (sizeof(ports) / sizeof(*ports))

static void check_port(const struct compile_output *out, size_t i)
{
	struct port_key key = net_port(out, ports[i].lsp);
	struct port_val *val = net_port_val(out, ports[i].lsp);
	const char *host = ports[i].host;
	struct lrp_key peer = {};
	struct l2_val *l2;
	uint32_t at = 0;

	/* node1 runs all routers. */
	if (ports[i].lrp)
		peer = net_lrp_key(&tut.out[0], ports[i].lrp);
	if (host)
		at = strcmp(host, "here") ? chassis(out, host) :
					    out->own_chassis;
	assert_int_equal(net_datapath(out, ports[i].sw), key.datapath);
	assert_in_range(key.port, 1, OVN_PORT_KEY_MAX);
	assert_int_equal(ports[i].kind, val->kind);
	assert_int_equal(at, val->chassis);
	assert_int_equal(0, val->ifindex);
	assert_int_equal(peer.datapath, val->peer_datapath);
	assert_int_equal(peer.port, val->peer_port);
	if (val->kind == PORT_VIF) {
		assert_int_equal(PORT_F_SECURITY | PORT_F_ONE_MAC,
				 val->policy.flags);
		net_assert_mac(val->policy.security_mac, ports[i].mac);
	}
	if (!ports[i].mac)
		return;
	l2 = net_l2(out, ports[i].sw, ports[i].mac);
	assert_non_null(l2);
	assert_int_equal(key.port, l2->port);
	assert_int_equal(val->kind, l2->kind);
	assert_int_equal(val->chassis, l2->chassis);
	assert_int_equal(0, l2->flags);
	assert_int_equal(peer.datapath, l2->peer_datapath);
	assert_int_equal(peer.port, l2->peer_port);
}

static void test_ports(void **state)
{
	(void)state;
	for (int h = 0; h < 3; h++) {
		const struct image *img = &tut.out[h].image;

		assert_int_equal(N_PORTS, img->table[IMAGE_PORT].n);
		assert_int_equal(N_PORTS - 1, img->table[IMAGE_L2].n);
		assert_int_equal(0, img->table[IMAGE_PORT_SEC].n);
		assert_int_equal(0, img->table[IMAGE_VIF].n);
		for (size_t i = 0; i < N_PORTS; i++)
			check_port(&tut.out[h], i);
	}
}

/* Keys are the same everywhere. */
static void test_keys_agree(void **state)
{
	(void)state;
	for (int h = 1; h < 3; h++)
		for (size_t i = 0; i < N_PORTS; i++) {
			struct port_key a = net_port(&tut.out[0], ports[i].lsp);
			struct port_key b = net_port(&tut.out[h], ports[i].lsp);

			assert_memory_equal(&a, &b, sizeof(a));
		}
}

/* MAC-only ports: the routers answer for themselves, nobody else is known;
 * requests for gw1 go to its chassis. */
static void test_responders(void **state)
{
	static const struct {
		const char *sw, *ip, *lsp, *mac;
	} want[] = {
		{"ls1", "172.18.100.1", "ls1-router1", "02:ac:10:ff:00:01"},
		{"ls2", "172.18.200.1", "ls2-router1", "02:ac:10:ff:10:01"},
		{"ls3", "172.19.255.2", "ls3-router1", "02:ac:10:ff:ff:02"},
		{"ls3", "172.19.255.1", "ls3-gw1", "02:ac:10:ff:ff:01"},
		{"outside", "192.168.209.120", "outside-gw1",
		 "02:0a:7f:18:01:02"},
	};
	const struct compile_output *out = &tut.out[1];

	(void)state;
	assert_int_equal(5, out->image.table[IMAGE_ARP].n);
	assert_int_equal(0, out->image.table[IMAGE_ND].n);
	for (size_t i = 0; i < 5; i++) {
		struct arp_val *val = net_arp(out, want[i].sw, want[i].ip);

		assert_non_null(val);
		assert_int_equal(ARP_ROUTER, val->kind);
		assert_int_equal(net_port(out, want[i].lsp).port, val->port);
		net_assert_mac(val->mac, want[i].mac);
	}
}

static void test_groups(void **state)
{
	static const struct {
		int host;
		const char *datapath;
		uint32_t group;
		const char *members;
	} want[] = {
		{0, "ls1", OVN_MC_FLOOD, "ls1-router1 node2 node3"},
		{0, "ls1", OVN_MC_FLOOD_L2, "node2 node3"},
		{0, "ls3", OVN_MC_FLOOD, "ls3-gw1 ls3-router1"},
		{0, "ls3", OVN_MC_FLOOD_L2, ""},
		{0, "outside", OVN_MC_FLOOD, "outside-gw1 outside-localnet"},
		{0, "outside", OVN_MC_FLOOD_L2, "outside-localnet"},
		{0, "outside", OVN_MC_UNKNOWN, "outside-localnet"},
		{0, "router1", OVN_MC_FLOOD, "node2 node3"},
		{0, "gw1", OVN_MC_FLOOD, ""},
		{1, "ls1", OVN_MC_FLOOD, "ls1-router1 ls1-vm1 node3"},
		{1, "ls1", OVN_MC_FLOOD_L2, "ls1-vm1 node3"},
		{1, "ls1", OVN_MC_UNKNOWN, ""},
		{1, "ls2", OVN_MC_FLOOD, "ls2-router1 ls2-vm4 node3"},
		{1, "ls2", OVN_MC_FLOOD_L2, "ls2-vm4 node3"},
		{1, "ls3", OVN_MC_FLOOD, "ls3-router1 node1"},
		{1, "ls3", OVN_MC_FLOOD_L2, ""},
		{1, "outside", OVN_MC_FLOOD, "outside-localnet"},
		{1, "router1", OVN_MC_FLOOD, "node1 node3"},
		{2, "ls1", OVN_MC_FLOOD_L2, "ls1-vm2 node2"},
		{2, "ls2", OVN_MC_FLOOD, "ls2-router1 ls2-vm3 node2"},
		{2, "router1", OVN_MC_FLOOD, "node1 node2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_string_equal(want[i].members,
				    net_members(&tut.out[want[i].host],
						want[i].datapath,
						want[i].group));
}

static void test_router_ports(void **state)
{
	static const struct {
		const char *lrp, *lsp, *mac, *ip, *broadcast;
		uint32_t flags;
	} want[] = {
		{"router1-ls1", "ls1-router1", "02:ac:10:ff:00:01",
		 "172.18.100.1", "172.18.100.255", LRP_F_LEARN_ALWAYS},
		{"router1-ls2", "ls2-router1", "02:ac:10:ff:10:01",
		 "172.18.200.1", "172.18.200.255", LRP_F_LEARN_ALWAYS},
		{"router1-ls3", "ls3-router1", "02:ac:10:ff:ff:02",
		 "172.19.255.2", "172.19.255.255",
		 LRP_F_LEARN_ALWAYS | LRP_F_STATIC_NEIGHBORS},
	};
	const struct compile_output *out = &tut.out[1];

	(void)state;
	assert_int_equal(3, out->image.table[IMAGE_LRP].n);
	assert_int_equal(6, out->image.table[IMAGE_ROUTER_IP].n);
	for (size_t i = 0; i < 3; i++) {
		struct lrp_key key = net_lrp_key(out, want[i].lrp);
		struct lrp_val *val = net_lrp_val(out, want[i].lrp);
		struct port_key peer = net_port(out, want[i].lsp);
		struct router_ip_val *ip;

		assert_int_equal(net_datapath(out, "router1"), key.datapath);
		net_assert_mac(val->mac, want[i].mac);
		assert_int_equal(want[i].flags, val->flags);
		assert_int_equal(1, val->n_networks);
		net_assert_ip(val->network[0].addr, want[i].ip);
		net_assert_ip(val->network[0].mask, "255.255.255.0");
		assert_int_equal(peer.datapath, val->peer_datapath);
		assert_int_equal(peer.port, val->peer_port);
		ip = net_router_ip(out, "router1", want[i].ip);
		assert_int_equal(ROUTER_IP_OWN, ip->kind);
		assert_int_equal(key.port, ip->port);
		net_assert_ip(ip->mask, "255.255.255.0");
		ip = net_router_ip(out, "router1", want[i].broadcast);
		assert_int_equal(ROUTER_IP_BROADCAST, ip->kind);
	}
	assert_null(net_lrp_val(out, "gw1-ls3"));
}

static void test_routes(void **state)
{
	static const struct {
		const char *prefix;
		enum route_kind kind;
		const char *lrp, *lsp, *mac, *src, *nexthop;
	} want[] = {
		{"172.18.100.0/24", ROUTE_CONNECTED, "router1-ls1",
		 "ls1-router1", "02:ac:10:ff:00:01", "172.18.100.1", NULL},
		{"172.18.100.1/32", ROUTE_LOCAL, "router1-ls1", "ls1-router1",
		 "02:ac:10:ff:00:01", "172.18.100.1", NULL},
		{"172.18.200.0/24", ROUTE_CONNECTED, "router1-ls2",
		 "ls2-router1", "02:ac:10:ff:10:01", "172.18.200.1", NULL},
		{"172.18.200.1/32", ROUTE_LOCAL, "router1-ls2", "ls2-router1",
		 "02:ac:10:ff:10:01", "172.18.200.1", NULL},
		{"172.19.255.0/24", ROUTE_CONNECTED, "router1-ls3",
		 "ls3-router1", "02:ac:10:ff:ff:02", "172.19.255.2", NULL},
		{"172.19.255.2/32", ROUTE_LOCAL, "router1-ls3", "ls3-router1",
		 "02:ac:10:ff:ff:02", "172.19.255.2", NULL},
		{"0.0.0.0/0", ROUTE_STATIC, "router1-ls3", "ls3-router1",
		 "02:ac:10:ff:ff:02", "172.19.255.2", "172.19.255.1"},
	};
	const struct compile_output *out = &tut.out[1];

	(void)state;
	assert_int_equal(7, out->image.table[IMAGE_ROUTE].n);
	for (size_t i = 0; i < 7; i++) {
		struct route_val *val =
			net_route_val(out, "router1", want[i].prefix);
		struct port_key peer = net_port(out, want[i].lsp);

		assert_non_null(val);
		assert_int_equal(want[i].kind, val->kind);
		assert_int_equal(net_lrp_key(out, want[i].lrp).port, val->port);
		net_assert_mac(val->mac, want[i].mac);
		net_assert_ip(val->src_ip, want[i].src);
		assert_int_equal(atoi(strchr(want[i].prefix, '/') + 1),
				 val->plen);
		net_assert_ip(val->nexthop,
			      want[i].nexthop ? want[i].nexthop : "0.0.0.0");
		assert_int_equal(net_lrp_val(out, want[i].lrp)->flags,
				 val->lrp_flags);
		assert_int_equal(peer.datapath, val->peer_datapath);
		assert_int_equal(peer.port, val->peer_port);
	}
}

/* gw1 is not run here, but its MAC is known on ls3. */
static void test_neighbors(void **state)
{
	const struct compile_output *out = &tut.out[1];
	struct neighbor_val *val;

	(void)state;
	assert_int_equal(1, out->image.table[IMAGE_NEIGHBOR].n);
	val = net_neighbor(out, "router1-ls3", "172.19.255.1");
	assert_non_null(val);
	net_assert_mac(val->mac, "02:ac:10:ff:ff:01");
}

/* Nothing is attached to the physical network, which matters to gw1. */
static void test_notes(void **state)
{
	(void)state;
	assert_int_equal(1, tut.out[0].n_notes);
	net_assert_note(&tut.out[0], "gw1 (phyNet)");
	for (int h = 1; h < 3; h++)
		assert_int_equal(0, tut.out[h].n_notes);
}

/* The name works as well as the hostname. */
static void test_own_name(void **state)
{
	struct compile_output out;

	(void)state;
	net_compile(&tut.n, "14e60703-321a-4be7-ad04-846eb1ad114d", &out);
	assert_int_equal(tut.out[1].own_chassis, out.own_chassis);
	compile_output_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_datapaths),
		cmocka_unit_test(test_chassis),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_keys_agree),
		cmocka_unit_test(test_responders),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_router_ports),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_neighbors),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_own_name),
	};

	return cmocka_run_group_tests_name("compile", tests, setup, teardown);
}
