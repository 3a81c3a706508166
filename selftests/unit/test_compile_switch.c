// SPDX-License-Identifier: GPL-2.0-only
/* Switches: policies, port security, MACs, responders, groups. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "network.h"

/* ls1 with nothing in it, on node1 of node1..node3 (node3 has no address). */
static struct nb_switch *begin(struct network *n)
{
	net_init(n);
	net_chassis(n, "node1", "node1", "192.0.2.1");
	net_chassis(n, "node2", "node2", "192.0.2.2");
	net_chassis(n, "node3", "node3", "0.0.0.0");
	return net_switch(n, "ls1");
}

static void end(struct network *n, struct compile_output *out)
{
	compile_output_free(out);
	net_free(n);
}

static void test_policy(void **state)
{
	static const struct {
		const char *name, *addresses, *security;
		bool enabled;
		uint32_t flags;
	} want[] = {
		{"plain", "02:00:00:00:00:01", "", true, 0},
		{"off", "02:00:00:00:00:02", "", false, PORT_F_DISABLED},
		{"one-mac", "02:00:00:00:00:03", "02:00:00:00:00:03", true,
		 PORT_F_SECURITY | PORT_F_ONE_MAC},
		{"same-mac-twice", "", "02:00:00:00:00:04;02:00:00:00:00:04",
		 true, PORT_F_SECURITY | PORT_F_ONE_MAC},
		{"two-macs", "", "02:00:00:00:00:05;02:00:00:00:00:06", true,
		 PORT_F_SECURITY},
		{"with-ip", "", "02:00:00:00:00:07 10.0.0.7", true,
		 PORT_F_SECURITY},
		{"bare-frees-ip", "",
		 "02:00:00:00:00:08 10.0.0.8;02:00:00:00:00:08", true,
		 PORT_F_SECURITY | PORT_F_ONE_MAC},
		{"unknown-secure", "unknown", "02:00:00:00:00:09", true,
		 PORT_F_UNKNOWN | PORT_F_SECURITY | PORT_F_ONE_MAC},
	};
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_lsp *lsp;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		lsp = net_vif(sw, want[i].name, want[i].addresses);
		net_port_security(lsp, want[i].security);
		lsp->enabled = want[i].enabled;
	}
	net_compile(&n, "node1", &out);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_int_equal(
			want[i].flags,
			net_port_val(&out, want[i].name)->policy.flags);
	net_assert_mac(net_port_val(&out, "one-mac")->policy.security_mac,
		       "02:00:00:00:00:03");
	net_assert_mac(net_port_val(&out, "plain")->policy.security_mac,
		       "00:00:00:00:00:00");
	assert_int_equal(PORT_F_DISABLED,
			 net_l2(&out, "ls1", "02:00:00:00:00:02")->flags);
	assert_int_equal(0, net_l2(&out, "ls1", "02:00:00:00:00:01")->flags);
	/* Two for two-macs, one for with-ip. */
	assert_int_equal(3, out.image.table[IMAGE_PORT_SEC].n);
	end(&n, &out);
}

/* One port that learns makes every port of its switch, and of no other, look
 * at the FDB. */
static void test_fdb(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_switch *ls2 = net_switch(&n, "ls2");
	struct nb_router *r = net_router(&n, "lr");

	(void)state;
	net_vif(sw, "learns", "02:00:00:00:00:01;unknown");
	net_vif(sw, "known", "02:00:00:00:00:02");
	net_lrp(r, "lr-ls1", "02:00:00:00:00:fe", "10.0.0.1/24");
	net_router_lsp(sw, "ls1-lr", "lr-ls1", "router");
	net_port_security(net_vif(ls2, "secure", "unknown"),
			  "02:00:00:00:00:03");
	net_compile(&n, "node1", &out);
	assert_int_equal(PORT_F_UNKNOWN | PORT_F_LEARN | PORT_F_FDB_SWITCH,
			 net_port_val(&out, "learns")->policy.flags);
	assert_int_equal(PORT_F_FDB_SWITCH,
			 net_port_val(&out, "known")->policy.flags);
	assert_int_equal(PORT_F_FDB_SWITCH,
			 net_port_val(&out, "ls1-lr")->policy.flags);
	assert_int_equal(PORT_F_UNKNOWN | PORT_F_SECURITY | PORT_F_ONE_MAC,
			 net_port_val(&out, "secure")->policy.flags);
	end(&n, &out);
}

static struct port_sec_val *security(const struct compile_output *out,
				     const char *lsp, uint8_t last,
				     uint32_t seq)
{
	struct port_key port = net_port(out, lsp);
	struct port_sec_key key = {
		.datapath = port.datapath,
		.port = port.port,
		.mac = {2, 0, 0, 0, 0, last},
		.seq = seq,
	};

	return image_find(&out->image, IMAGE_PORT_SEC, &key);
}

static void test_security_ip4(void **state)
{
	/* ovn-nb(5): a host part means that host, and its broadcast out. */
	static const struct {
		const char *ip, *addr, *mask, *broadcast;
	} want[] = {
		{"10.0.0.4", "10.0.0.4", "255.255.255.255", "0.0.0.0"},
		{"10.0.0.4/32", "10.0.0.4", "255.255.255.255", "0.0.0.0"},
		{"10.0.0.4/24", "10.0.0.4", "255.255.255.255", "10.0.0.255"},
		{"10.0.0.0/24", "10.0.0.0", "255.255.255.0", "10.0.0.255"},
		{"10.128.0.0/9", "10.128.0.0", "255.128.0.0", "10.255.255.255"},
		{"10.128.0.0/8", "10.128.0.0", "255.255.255.255",
		 "10.255.255.255"},
		{"10.0.0.6/31", "10.0.0.6", "255.255.255.254", "10.0.0.7"},
		{"0.0.0.0/0", "0.0.0.0", "0.0.0.0", "255.255.255.255"},
	};
	enum { N = sizeof(want) / sizeof(*want) };
	struct compile_output out;
	struct port_sec_val *val;
	struct network n;
	struct nb_lsp *lsp = net_vif(begin(&n), "p", "");
	char text[512] = "02:00:00:00:00:01";

	(void)state;
	for (size_t i = 0; i < N; i++) {
		strcat(text, " ");
		strcat(text, want[i].ip);
	}
	net_port_security(lsp, text);
	net_compile(&n, "node1", &out);
	assert_int_equal(1, out.image.table[IMAGE_PORT_SEC].n);
	val = security(&out, "p", 1, 0);
	assert_non_null(val);
	assert_int_equal(N, val->n_ip4);
	assert_int_equal(1, val->restricts_ip);
	assert_int_equal(1, val->has_ip4);
	assert_int_equal(0, val->has_ip6);
	assert_int_equal(0, val->more);
	for (size_t i = 0; i < N; i++) {
		net_assert_ip(val->ip4[i].addr, want[i].addr);
		net_assert_ip(val->ip4[i].mask, want[i].mask);
		net_assert_ip(val->ip4[i].broadcast, want[i].broadcast);
	}
	end(&n, &out);
}

static void test_security_ip6(void **state)
{
	static const uint8_t host[16] = {0xfd, [15] = 1};
	static const uint8_t ones[16] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	static const uint8_t mask60[16] = {0xff, 0xff, 0xff, 0xff,
					   0xff, 0xff, 0xff, 0xf0};
	struct compile_output out;
	struct port_sec_val *val;
	struct network n;
	struct nb_lsp *lsp = net_vif(begin(&n), "p", "");

	(void)state;
	net_port_security(lsp, "02:00:00:00:00:01 fd00::1 fd00::1/64 "
			       "fd00:0:0:10::/60");
	net_compile(&n, "node1", &out);
	val = security(&out, "p", 1, 0);
	assert_non_null(val);
	assert_int_equal(3, val->n_ip6);
	assert_int_equal(0, val->has_ip4);
	assert_int_equal(1, val->has_ip6);
	for (int i = 0; i < 2; i++) {
		assert_memory_equal(host, val->ip6[i].addr, 16);
		assert_memory_equal(ones, val->ip6[i].mask, 16);
	}
	assert_memory_equal(mask60, val->ip6[2].mask, 16);
	end(&n, &out);
}

/* Elements of one MAC are one list; long lists go on at the next seq. */
static void test_security_chain(void **state)
{
	struct compile_output out;
	struct port_sec_val *val;
	struct network n;
	struct nb_lsp *lsp = net_vif(begin(&n), "p", "");

	(void)state;
	net_port_security(lsp, "02:00:00:00:00:01 10.0.0.1 10.0.0.2 10.0.0.3 "
			       "10.0.0.4 10.0.0.5 fd00::1 fd00::2 fd00::3");
	net_port_security(lsp, "02:00:00:00:00:02");
	net_port_security(lsp, "02:00:00:00:00:01 10.0.0.6 10.0.0.7 10.0.0.8 "
			       "10.0.0.9 fd00::4 fd00::5 fd00::6 fd00::7 "
			       "fd00::8 fd00::9");
	net_compile(&n, "node1", &out);
	assert_int_equal(4, out.image.table[IMAGE_PORT_SEC].n);
	for (uint32_t seq = 0; seq < 3; seq++) {
		static const uint8_t n4[] = {8, 1, 0}, n6[] = {4, 4, 1};

		val = security(&out, "p", 1, seq);
		assert_non_null(val);
		assert_int_equal(n4[seq], val->n_ip4);
		assert_int_equal(n6[seq], val->n_ip6);
		assert_int_equal(seq < 2, val->more);
		assert_int_equal(1, val->restricts_ip);
		assert_int_equal(1, val->has_ip4);
		assert_int_equal(1, val->has_ip6);
	}
	net_assert_ip(security(&out, "p", 1, 1)->ip4[0].addr, "10.0.0.9");
	assert_int_equal(9, security(&out, "p", 1, 2)->ip6[0].addr[15]);
	val = security(&out, "p", 2, 0);
	assert_int_equal(0, val->restricts_ip);
	assert_int_equal(0, val->n_ip4);
	end(&n, &out);
}

static void test_security_too_long(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_lsp *lsp = net_vif(begin(&n), "p", "");
	char text[64];

	(void)state;
	for (int i = 0; i < PORT_SEC_CHAIN_MAX * PORT_SEC_IP4_MAX; i++) {
		snprintf(text, sizeof(text), "02:00:00:00:00:01 10.0.%d.1", i);
		net_port_security(lsp, text);
	}
	net_compile(&n, "node1", &out);
	assert_int_equal(PORT_SEC_CHAIN_MAX, out.image.table[IMAGE_PORT_SEC].n);
	compile_output_free(&out);
	net_port_security(lsp, "02:00:00:00:00:01 10.1.0.1");
	net_compile_fails(&n, "node1", E2BIG, PARTS("ls1", "port p", "128"));
	net_free(&n);
}

static void test_duplicate_mac(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_router *r = net_router(&n, "lr");

	(void)state;
	/* In one port, or in two switches: fine. */
	net_vif(sw, "one", "02:00:00:00:00:01 10.0.0.1;02:00:00:00:00:01");
	net_vif(net_switch(&n, "ls2"), "elsewhere", "02:00:00:00:00:01");
	net_lrp(r, "lr-ls1", "02:00:00:00:00:fe", "10.0.0.1/24");
	net_router_lsp(sw, "ls1-lr", "lr-ls1", "router;02:00:00:00:00:fe");
	net_compile(&n, "node1", &out);
	assert_int_equal(3, out.image.table[IMAGE_L2].n);
	compile_output_free(&out);
	net_vif(sw, "two", "02:00:00:00:00:02;02:00:00:00:00:01");
	net_compile_fails(&n, "node1", EINVAL,
			  PARTS("switch ls1", "one", "two", "02:00:00:00:00:01",
				"lsp-set-addresses"));
	net_free(&n);
}

static void test_duplicate_router_mac(void **state)
{
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_lrp(net_router(&n, "lr"), "lr-ls1", "02:00:00:00:00:fe",
		"10.0.0.1/24");
	net_router_lsp(sw, "ls1-lr", "lr-ls1", "router");
	net_vif(sw, "thief", "02:00:00:00:00:fe");
	net_compile_fails(&n, "node1", EINVAL,
			  PARTS("ls1-lr", "thief", "02:00:00:00:00:fe"));
	net_free(&n);
}

static void test_duplicate_name(void **state)
{
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_vif(sw, "p", "");
	net_uuid(net_vif(net_switch(&n, "ls2"), "p", "")->uuid, "z");
	net_compile_fails(&n, "node1", EINVAL, PARTS("ls1", "ls2", "named p"));
	net_free(&n);
}

static void test_responders(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_router *r = net_router(&n, "lr");
	struct arp_val *val;

	(void)state;
	net_vif(sw, "ip", "02:00:00:00:00:01 10.0.0.11 10.0.0.12 fd00::11");
	net_vif(sw, "mac", "02:00:00:00:00:02");
	net_vif(sw, "unknown", "02:00:00:00:00:03 10.0.0.13 fd00::13;unknown");
	net_vif(sw, "quiet", "02:00:00:00:00:04 10.0.0.14")->no_arp_responder =
		true;
	net_lrp(r, "lr-a", "02:00:00:00:00:fe", "10.0.0.1/24 fd00::1/64");
	net_router_lsp(sw, "ls1-a", "lr-a", "router");
	net_lrp(r, "lr-b", "02:00:00:00:00:fd", "10.0.1.1/24 fd01::1/64");
	net_router_lsp(sw, "ls1-b", "lr-b", "02:00:00:00:00:fd");
	net_lrp(r, "lr-c", "02:00:00:00:00:fc", "10.0.2.1/24");
	net_router_lsp(sw, "ls1-c", "lr-c", "02:00:00:00:00:fc 10.0.2.1");
	net_compile(&n, "node1", &out);

	assert_int_equal(5, out.image.table[IMAGE_ARP].n);
	assert_int_equal(2, out.image.table[IMAGE_ND].n);
	val = net_arp(&out, "ls1", "10.0.0.11");
	assert_int_equal(ARP_RESPOND, val->kind);
	assert_int_equal(net_port(&out, "ip").port, val->port);
	net_assert_mac(val->mac, "02:00:00:00:00:01");
	assert_non_null(net_arp(&out, "ls1", "10.0.0.12"));
	assert_int_equal(net_port(&out, "ip").port,
			 net_nd(&out, "ls1", "fd00::11")->port);
	val = net_arp(&out, "ls1", "10.0.0.1");
	assert_int_equal(ARP_RESPOND, val->kind);
	assert_int_equal(net_port(&out, "ls1-a").port, val->port);
	net_assert_mac(val->mac, "02:00:00:00:00:fe");
	net_assert_mac(net_nd(&out, "ls1", "fd00::1")->mac,
		       "02:00:00:00:00:fe");
	assert_int_equal(ARP_ROUTER, net_arp(&out, "ls1", "10.0.1.1")->kind);
	/* An address the LSP itself lists is answered by the switch. */
	assert_int_equal(ARP_RESPOND, net_arp(&out, "ls1", "10.0.2.1")->kind);
	end(&n, &out);
}

static void test_same_ip_twice(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);

	(void)state;
	net_uuid(net_vif(sw, "late", "02:00:00:00:00:01 10.0.0.1")->uuid, "b");
	net_uuid(net_vif(sw, "early", "02:00:00:00:00:02 10.0.0.1")->uuid, "a");
	net_compile(&n, "node1", &out);
	assert_int_equal(net_port(&out, "early").port,
			 net_arp(&out, "ls1", "10.0.0.1")->port);
	net_assert_note(&out, ": 1: 10.0.0.1 in ls1 (early, late)");
	end(&n, &out);
}

/* Per host: enabled VIFs here, one entry per chassis with any and with an
 * address, routers in _MC_flood alone. */
static void test_groups(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_switch *sw = begin(&n);
	struct nb_switch *ls2 = net_switch(&n, "ls2");
	struct nb_router *r = net_router(&n, "lr");

	(void)state;
	net_vif(sw, "here-a", "02:00:00:00:00:01");
	net_vif(sw, "here-b", "unknown");
	net_vif(sw, "here-off", "unknown")->enabled = false;
	net_vif(sw, "there-a", "02:00:00:00:00:02");
	net_vif(sw, "there-b", "02:00:00:00:00:03;unknown");
	net_vif(sw, "no-address", "02:00:00:00:00:04");
	net_vif(sw, "nowhere", "02:00:00:00:00:05");
	net_vif(ls2, "there-off", "02:00:00:00:00:06")->enabled = false;
	net_vif(ls2, "alone", "02:00:00:00:00:07");
	net_lrp(r, "lr-1", "02:00:00:00:00:fe", "10.0.0.1/24");
	net_router_lsp(sw, "ls1-lr", "lr-1", "router");
	net_lrp(r, "lr-2", "02:00:00:00:00:fd", "10.0.1.1/24");
	net_router_lsp(ls2, "ls2-lr", "lr-2", "router")->enabled = false;
	net_place(&n, 0, "here-a here-b here-off alone");
	net_place(&n, 1, "there-a there-b there-off");
	net_place(&n, 2, "no-address");
	net_compile(&n, "node1", &out);
	assert_string_equal("here-a here-b ls1-lr node2",
			    net_members(&out, "ls1", OVN_MC_FLOOD));
	assert_string_equal("here-a here-b node2",
			    net_members(&out, "ls1", OVN_MC_FLOOD_L2));
	assert_string_equal("here-b node2",
			    net_members(&out, "ls1", OVN_MC_UNKNOWN));
	assert_string_equal("alone", net_members(&out, "ls2", OVN_MC_FLOOD));
	assert_string_equal("", net_members(&out, "ls2", OVN_MC_UNKNOWN));
	assert_string_equal("node2", net_members(&out, "lr", OVN_MC_FLOOD));
	compile_output_free(&out);
	net_compile(&n, "node2", &out);
	assert_string_equal("ls1-lr node1 there-a there-b",
			    net_members(&out, "ls1", OVN_MC_FLOOD));
	assert_string_equal("node1", net_members(&out, "ls2", OVN_MC_FLOOD));
	end(&n, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_fdb),
		cmocka_unit_test(test_security_ip4),
		cmocka_unit_test(test_security_ip6),
		cmocka_unit_test(test_security_chain),
		cmocka_unit_test(test_security_too_long),
		cmocka_unit_test(test_duplicate_mac),
		cmocka_unit_test(test_duplicate_router_mac),
		cmocka_unit_test(test_duplicate_name),
		cmocka_unit_test(test_responders),
		cmocka_unit_test(test_same_ip_twice),
		cmocka_unit_test(test_groups),
	};

	return cmocka_run_group_tests_name("compile_switch", tests, NULL, NULL);
}
