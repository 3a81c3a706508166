// SPDX-License-Identifier: GPL-2.0-only
/* Switches with a physical network: who is behind it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

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

static void test_port(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_lsp *tagged = net_localnet(sw, "out-tagged", "net", 300);
	struct localnet_val *arriving;
	struct port_val *port;

	(void)state;
	tagged->tag_type = 0x88a8;
	tagged->enabled = false;
	tagged->learn_fdb = true;
	net_attach(&n, "eth1", 7, "net")->is_native = true;
	net_compile(&n, "node2", &out);

	port = net_port_val(&out, "out-net");
	assert_int_equal(PORT_LOCALNET, port->kind);
	assert_int_equal(out.own_chassis, port->chassis);
	assert_int_equal(7, port->ifindex);
	assert_int_equal(0, port->vlan);
	assert_int_equal(PORT_F_UNKNOWN | PORT_F_FDB_SWITCH | PORT_F_NATIVE,
			 port->policy.flags);
	port = net_port_val(&out, "out-tagged");
	assert_int_equal(7, port->ifindex);
	assert_int_equal(300, port->vlan);
	assert_int_equal(0x88a8, port->vlan_type);
	assert_int_equal(PORT_F_UNKNOWN | PORT_F_FDB_SWITCH | PORT_F_LEARN |
				 PORT_F_DISABLED | PORT_F_NATIVE,
			 port->policy.flags);

	assert_string_equal("net", net_network(&out, "out-net")->name);
	assert_int_equal(0, net_network(&out, "out-net")->vlan);
	assert_int_equal(PORT_F_FDB_SWITCH,
			 net_network(&out, "out-net")->flags);
	assert_int_equal(300, net_network(&out, "out-tagged")->vlan);
	assert_int_equal(0x88a8, net_network(&out, "out-tagged")->vlan_type);
	assert_int_equal(PORT_F_FDB_SWITCH | PORT_F_LEARN | PORT_F_DISABLED,
			 net_network(&out, "out-tagged")->flags);

	assert_int_equal(2, out.image.table[IMAGE_LOCALNET].n);
	arriving = net_arriving(&out, 7, 0);
	assert_int_equal(net_datapath(&out, "out"), arriving->datapath);
	assert_int_equal(net_port(&out, "out-net").port, arriving->port);
	assert_int_equal(PORT_F_FDB_SWITCH, arriving->flags);
	assert_string_equal("out-net", arriving->name);
	arriving = net_arriving(&out, 7, 300);
	assert_int_equal(net_port(&out, "out-tagged").port, arriving->port);
	assert_int_equal(PORT_F_FDB_SWITCH | PORT_F_LEARN | PORT_F_DISABLED,
			 arriving->flags);
	end(&n, &out);
}

/* Learns only with "unknown" and without port_security, as a VIF. */
static void test_learning(void **state)
{
	static const struct {
		bool option, unknown, security;
		uint32_t flags;
	} cases[] = {
		{false, true, false, PORT_F_UNKNOWN},
		{true, false, false, 0},
		{true, true, true, PORT_F_UNKNOWN},
		{true, true, false,
		 PORT_F_UNKNOWN | PORT_F_LEARN | PORT_F_FDB_SWITCH},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct compile_output out;
		struct network n;
		struct nb_lsp *lsp = begin(&n)->ports;

		lsp->learn_fdb = cases[i].option;
		lsp->has_unknown = cases[i].unknown;
		if (cases[i].security)
			net_port_security(lsp, "02:00:00:00:00:01 10.0.0.1");
		net_compile(&n, "node1", &out);
		assert_int_equal(cases[i].flags,
				 net_port_val(&out, "out-net")->policy.flags);
		assert_int_equal(0, out.image.table[IMAGE_PORT_SEC].n);
		end(&n, &out);
	}
}

/* Guests that are not here are behind the physical network; a gateway router
 * is reached by tunnel. */
static void test_destinations(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_switch *plain = net_switch(&n, "plain");
	static const struct {
		const char *mac, *port;
		enum port_kind kind;
		bool is_here;
		uint32_t flags;
	} want[] = {
		{"02:00:00:00:00:01", "out-gw", PORT_GATEWAY, false, 0},
		{"02:00:00:00:00:11", "out-net", PORT_LOCALNET, true, 0},
		{"02:00:00:00:00:12", "here", PORT_VIF, true, 0},
		{"02:00:00:00:00:13", "out-net", PORT_LOCALNET, true, 0},
		{"02:00:00:00:00:14", "out-net", PORT_LOCALNET, true,
		 PORT_F_DISABLED},
	};
	struct l2_val *l2;

	(void)state;
	add_gateway(&n, sw);
	net_vif(sw, "there", "02:00:00:00:00:11 10.0.0.11");
	net_vif(sw, "here", "02:00:00:00:00:12");
	net_vif(sw, "nowhere", "02:00:00:00:00:13");
	net_vif(sw, "off", "02:00:00:00:00:14")->enabled = false;
	net_vif(plain, "tunnelled", "02:00:00:00:00:21");
	net_place(&n, 0, "there off tunnelled");
	net_place(&n, 1, "here");
	net_compile(&n, "node2", &out);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		l2 = net_l2(&out, "out", want[i].mac);
		assert_int_equal(net_port(&out, want[i].port).port, l2->port);
		assert_int_equal(want[i].kind, l2->kind);
		assert_int_equal(want[i].is_here,
				 l2->chassis == out.own_chassis);
		assert_int_equal(want[i].flags, l2->flags);
	}
	l2 = net_l2(&out, "plain", "02:00:00:00:00:21");
	assert_int_equal(PORT_VIF, l2->kind);
	assert_int_equal(net_port(&out, "tunnelled").port, l2->port);
	/* The table of ports says where they really are. */
	assert_int_equal(PORT_VIF, net_port_val(&out, "there")->kind);
	assert_int_not_equal(out.own_chassis,
			     net_port_val(&out, "there")->chassis);
	assert_int_equal(ARP_RESPOND, net_arp(&out, "out", "10.0.0.11")->kind);
	compile_output_free(&out);

	/* A disabled localnet port lets nothing out. */
	sw->ports[0].enabled = false;
	net_compile(&n, "node2", &out);
	assert_int_equal(PORT_F_DISABLED,
			 net_l2(&out, "out", "02:00:00:00:00:11")->flags);
	end(&n, &out);
}

/* No network: as if the port were not there. */
static void test_nameless(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_set(&sw->ports[0].network_name, "");
	net_vif(sw, "there", "02:00:00:00:00:11;unknown");
	net_place(&n, 1, "there");
	net_compile(&n, "node1", &out);
	assert_int_equal(PORT_UNSUPPORTED, net_port_val(&out, "out-net")->kind);
	assert_int_equal(PORT_VIF,
			 net_l2(&out, "out", "02:00:00:00:00:11")->kind);
	assert_string_equal("node2", net_members(&out, "out", OVN_MC_UNKNOWN));
	assert_int_equal(0, out.image.table[IMAGE_NETWORK].n);
	end(&n, &out);
}

/* Two guests behind the same localnet port still are two. */
static void test_duplicate_mac(void **state)
{
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_vif(sw, "first", "02:00:00:00:00:11");
	net_vif(sw, "second", "02:00:00:00:00:11");
	net_place(&n, 1, "first second");
	net_compile_fails(&n, "node1", EINVAL,
			  PARTS("first", "second", "02:00:00:00:00:11"));
	net_free(&n);
}

static void test_groups(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_localnet(sw, "out-quiet", "net", 5)->has_unknown = false;
	add_gateway(&n, sw);
	net_vif(sw, "here", "02:00:00:00:00:11;unknown");
	net_vif(sw, "there", "02:00:00:00:00:12;unknown");
	net_place(&n, 0, "there");
	net_place(&n, 1, "here");
	net_compile(&n, "node2", &out);
	assert_string_equal("here out-net out-quiet",
			    net_members(&out, "out", OVN_MC_FLOOD));
	assert_string_equal("here out-net out-quiet",
			    net_members(&out, "out", OVN_MC_FLOOD_L2));
	assert_string_equal("here out-net",
			    net_members(&out, "out", OVN_MC_UNKNOWN));
	compile_output_free(&out);
	net_compile(&n, "node1", &out);
	assert_string_equal("out-gw out-net out-quiet there",
			    net_members(&out, "out", OVN_MC_FLOOD));
	compile_output_free(&out);
	sw->ports[0].enabled = false;
	net_compile(&n, "node2", &out);
	assert_string_equal("here out-quiet",
			    net_members(&out, "out", OVN_MC_FLOOD));
	end(&n, &out);
}

/* Of two localnet ports in a switch the first by uuid leads to the guests of
 * other chassis, and announces. */
static void test_two_in_a_switch(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_uuid(sw->ports[0].uuid, "b");
	net_uuid(net_localnet(sw, "out-first", "other", 0)->uuid, "a");
	net_vif(sw, "there", "02:00:00:00:00:11");
	net_vif(sw, "here", "02:00:00:00:00:12 10.0.0.12");
	net_place(&n, 0, "here");
	net_place(&n, 1, "there");
	net_compile(&n, "node1", &out);
	assert_int_equal(net_port(&out, "out-first").port,
			 net_l2(&out, "out", "02:00:00:00:00:11")->port);
	assert_int_equal(net_port(&out, "out-first").port,
			 net_garp(&out, "out", "10.0.0.12")->port);
	end(&n, &out);
}

/* Nobody could say whose a frame is. */
static void test_same_frames(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n), *other;

	(void)state;
	net_localnet(sw, "out-2", "net", 2);
	net_compile(&n, "node1", &out);
	compile_output_free(&out);
	net_localnet(sw, "out-again", "net", 2);
	net_compile_fails(&n, "node1", EINVAL,
			  PARTS("out-2", "out-again", "network net", "tag 2"));
	net_free(&n);

	sw = begin(&n);
	other = net_switch(&n, "other");
	net_localnet(other, "other-net", "net", 0);
	net_vif(sw, "a", "02:00:00:00:00:11");
	net_vif(other, "b", "02:00:00:00:00:12");
	net_place(&n, 0, "a b");
	net_compile_fails(&n, "node1", EINVAL,
			  PARTS("out-net", "other-net", "switch out",
				"switch other", "network net", "tag 0"));
	net_free(&n);
}

/* A switch for each gateway chassis, all on one network: each chassis serves
 * the one it uses. */
static void test_switch_per_chassis(void **state)
{
	static const struct {
		const char *host, *port, *idle;
	} want[] = {{"node1", "out-net", "other-net"},
		    {"node2", "other-net", "out-net"}};
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n), *other;

	(void)state;
	add_gateway(&n, sw);
	other = net_switch(&n, "other");
	net_localnet(other, "other-net", "net", 0);
	net_vif(other, "guest", "02:00:00:00:00:12");
	net_place(&n, 1, "guest");
	net_attach(&n, "eth1", 7, "net");
	for (size_t i = 0; i < 2; i++) {
		net_compile(&n, want[i].host, &out);
		assert_int_equal(7, net_port_val(&out, want[i].port)->ifindex);
		assert_int_equal(0, net_port_val(&out, want[i].idle)->ifindex);
		assert_int_equal(1, out.image.table[IMAGE_LOCALNET].n);
		assert_int_equal(net_port(&out, want[i].port).port,
				 net_arriving(&out, 7, 0)->port);
		assert_non_null(net_network(&out, want[i].port));
		assert_null(net_network(&out, want[i].idle));
		assert_int_equal(0, out.n_notes);
		compile_output_free(&out);
	}
	net_free(&n);
}

static void test_notes(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	add_gateway(&n, sw);
	net_attach(&n, "eth0", 6, "elsewhere");
	net_compile(&n, "node1", &out);
	assert_int_equal(0, net_port_val(&out, "out-net")->ifindex);
	assert_int_equal(0, out.image.table[IMAGE_LOCALNET].n);
	/* For attach. */
	assert_non_null(net_network(&out, "out-net"));
	net_assert_note(&out, "network that no localnet port has: 1: "
			      "eth0 (elsewhere)");
	net_assert_note(&out, "whose physical network has no interface (xovn "
			      "attach IFACE --localnet NETWORK): 1: gw (net)");
	compile_output_free(&out);
	/* Not this chassis' business. */
	net_compile(&n, "node2", &out);
	net_assert_no_note(&out, "has no interface");
	compile_output_free(&out);
	net_attach(&n, "eth1", 7, "net");
	net_attach(&n, "eth2", 8, "net");
	net_compile(&n, "node1", &out);
	net_assert_no_note(&out, "has no interface");
	net_assert_note(&out, "get no traffic: 1: eth2 (net)");
	assert_int_equal(7, net_port_val(&out, "out-net")->ifindex);
	assert_null(net_arriving(&out, 8, 0));
	end(&n, &out);
}

static void test_attached_twice(void **state)
{
	struct network n;

	(void)state;
	net_localnet(begin(&n), "out-other", "other", 0);
	net_attach(&n, "eth1", 7, "net");
	net_attach(&n, "eth1", 7, "other");
	net_compile_fails(&n, "node1", EINVAL,
			  PARTS("interface eth1", "two networks", "detach"));
	net_free(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port),
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_duplicate_mac),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_two_in_a_switch),
		cmocka_unit_test(test_same_frames),
		cmocka_unit_test(test_switch_per_chassis),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_attached_twice),
	};

	return cmocka_run_group_tests_name("compile_localnet", tests, NULL,
					   NULL);
}
