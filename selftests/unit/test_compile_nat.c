// SPDX-License-Identifier: GPL-2.0-only
/* NAT of gateway routers: rules, whom they are for, who answers ARP. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "network_nat.h"

static struct nb_router *find_router(struct network *n, const char *name)
{
	for (size_t i = 0; i < n->nb.n_routers; i++)
		if (!strcmp(n->nb.routers[i].name, name))
			return &n->nb.routers[i];
	return NULL;
}

static struct nb_lsp *find_lsp(struct network *n, const char *name)
{
	for (size_t i = 0; i < n->nb.n_switches; i++)
		for (size_t j = 0; j < n->nb.switches[i].n_ports; j++)
			if (!strcmp(n->nb.switches[i].ports[j].name, name))
				return &n->nb.switches[i].ports[j];
	return NULL;
}

/* The tutorial's network; its gateway router gw1 is on node1. */
static struct nb_router *begin(struct network *n)
{
	net_tutorial(n);
	return find_router(n, "gw1");
}

static void end(struct network *n, struct compile_output *out)
{
	compile_output_free(out);
	net_free_all(n);
}

static void assert_flags(const struct compile_output *out, const char *lrp,
			 uint32_t flags)
{
	assert_int_equal(flags,
			 net_lrp_val(out, lrp)->flags & (LRP_F_CT | LRP_F_LB));
}

/* The tutorial's SNAT row. */
static void test_snat(void **state)
{
	struct compile_output out;
	struct network n;
	struct snat_val *snat;
	struct nat_val *nat;

	(void)state;
	net_nat(begin(&n), "snat", "192.168.209.120", "172.18.0.0/16");
	net_compile(&n, "node1", &out);
	snat = net_snat_val(&out, "gw1", "172.18.0.0/16");
	assert_non_null(snat);
	net_assert_ip(snat->external_ip, "192.168.209.120");
	assert_int_equal(0, snat->flags);
	assert_int_equal(SNAT_NO_SHORTER, snat->shorter);
	nat = net_nat_val(&out, "gw1", "192.168.209.120");
	assert_non_null(nat);
	assert_int_equal(0, nat->flags);
	/* Known connections, where lr_in_admission takes the frame. */
	net_assert_mac(net_port_val(&out, "ls3-gw1")->policy.security_mac,
		       "02:ac:10:ff:ff:01");
	assert_int_equal(PORT_F_CT,
			 net_l2(&out, "ls3", "02:ac:10:ff:ff:01")->flags);
	/* It is the router's own. */
	assert_int_equal(ROUTER_IP_OWN,
			 net_router_ip(&out, "gw1", "192.168.209.120")->kind);
	assert_flags(&out, "gw1-outside", LRP_F_CT);
	assert_flags(&out, "gw1-ls3", LRP_F_CT);
	assert_flags(&out, "router1-ls1", 0);
	assert_null(net_router_val(&out, "gw1"));
	end(&n, &out);
}

/* "addresses" of a router's port need not be the router's. */
static void test_other_mac(void **state)
{
	struct compile_output out;
	struct network n;

	(void)state;
	net_nat(begin(&n), "snat", "192.168.209.120", "172.18.0.0/16");
	find_lsp(&n, "ls3-gw1")->addresses[0].mac[5] = 0x77;
	net_compile(&n, "node1", &out);
	assert_int_equal(0, net_l2(&out, "ls3", "02:ac:10:ff:ff:77")->flags);
	net_assert_mac(net_port_val(&out, "ls3-gw1")->policy.security_mac,
		       "02:ac:10:ff:ff:01");
	end(&n, &out);
}

/* On the other chassis there is no trace of it, and no note. */
static void test_elsewhere(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_router *gw1;

	(void)state;
	gw1 = begin(&n);
	net_nat(gw1, "snat", "192.168.209.120", "172.18.0.0/16");
	net_nat(gw1, "dnat_and_snat", "192.168.209.121", "172.18.100.20");
	gw1->neighbor_age = 300;
	gw1->lb_force_snat.is_router_ip = true;
	net_compile(&n, "node2", &out);
	assert_int_equal(0, out.image.table[IMAGE_NAT].n);
	assert_int_equal(0, out.image.table[IMAGE_SNAT].n);
	assert_int_equal(0, out.image.table[IMAGE_ROUTER].n);
	assert_null(net_router_ip(&out, "gw1", "192.168.209.121"));
	assert_null(net_arp(&out, "outside", "192.168.209.121"));
	net_assert_no_note(&out, "NAT");
	end(&n, &out);
}

/* A floating IP: DNAT, SNAT of one address, ARP, announcement. */
static void test_dnat_and_snat(void **state)
{
	struct compile_output out;
	struct router_ip_val *ip;
	struct snat_val *snat;
	struct nb_nat *row;
	struct nat_val *nat;
	struct arp_val *arp;
	struct network n;

	(void)state;
	row = net_nat(begin(&n), "dnat_and_snat", "192.168.209.121",
		      "172.18.100.20");
	row->stateless = true;
	row->port_first = 1000;
	row->port_last = 2000;
	net_nat(find_router(&n, "gw1"), "dnat", "192.168.209.122",
		"172.18.200.10");
	find_lsp(&n, "outside-gw1")->announces_nat = true;
	net_compile(&n, "node1", &out);
	nat = net_nat_val(&out, "gw1", "192.168.209.121");
	assert_int_equal(NAT_F_DNAT | NAT_F_STATELESS, nat->flags);
	net_assert_ip(nat->logical_ip, "172.18.100.20");
	assert_int_equal(1000, nat->port_first);
	assert_int_equal(2000, nat->port_last);
	snat = net_snat_val(&out, "gw1", "172.18.100.20/32");
	assert_int_equal(NAT_F_STATELESS, snat->flags);
	net_assert_ip(snat->external_ip, "192.168.209.121");
	assert_int_equal(1000, snat->port_first);
	assert_int_equal(2000, snat->port_last);
	nat = net_nat_val(&out, "gw1", "192.168.209.122");
	assert_int_equal(NAT_F_DNAT, nat->flags);
	assert_null(net_snat_val(&out, "gw1", "172.18.200.10/32"));
	ip = net_router_ip(&out, "gw1", "192.168.209.121");
	assert_int_equal(ROUTER_IP_NAT, ip->kind);
	assert_int_equal(0, ip->port);
	for (const char *const *sw = PARTS("outside", "ls3"); *sw; sw++) {
		arp = net_arp(&out, *sw, "192.168.209.121");
		assert_non_null(arp);
		assert_int_equal(ARP_ROUTER, arp->kind);
	}
	assert_int_equal(net_port(&out, "ls3-gw1").port, arp->port);
	net_assert_mac(arp->mac, "02:ac:10:ff:ff:01");
	assert_true(net_has_garp(&out, "outside", "192.168.209.121"));
	assert_true(net_has_garp(&out, "outside", "192.168.209.122"));
	assert_false(net_has_garp(&out, "ls3", "192.168.209.121"));
	end(&n, &out);
}

static void test_not_announced(void **state)
{
	struct compile_output out;
	struct network n;

	(void)state;
	net_nat(begin(&n), "dnat", "192.168.209.121", "172.18.100.20");
	net_compile(&n, "node1", &out);
	assert_false(net_has_garp(&out, "outside", "192.168.209.121"));
	end(&n, &out);
}

/* The external IP of an SNAT row that DNAT uses, too, stays DNAT's. */
static void test_shared_external_ip(void **state)
{
	struct compile_output out;
	struct network n;
	struct nat_val *nat;

	(void)state;
	net_nat(begin(&n), "snat", "192.168.209.121", "172.18.0.0/16");
	net_nat(find_router(&n, "gw1"), "dnat", "192.168.209.121",
		"172.18.100.20");
	net_compile(&n, "node1", &out);
	nat = net_nat_val(&out, "gw1", "192.168.209.121");
	assert_int_equal(NAT_F_DNAT, nat->flags);
	net_assert_ip(nat->logical_ip, "172.18.100.20");
	net_assert_ip(net_snat_val(&out, "gw1", "172.18.0.0/16")->external_ip,
		      "192.168.209.121");
	net_assert_no_note(&out, "NAT");
	end(&n, &out);
}

/* Which shorter prefix each row passes on to; only allowed ones do. */
static void test_shorter(void **state)
{
	static const struct {
		const char *prefix;
		bool is_allowed;
		uint8_t shorter;
	} rows[] = {
		{"0.0.0.0/0", true, SNAT_NO_SHORTER},
		{"10.0.0.0/8", true, 0},
		{"10.1.0.0/16", false, SNAT_NO_SHORTER},
		{"10.1.1.0/24", true, 16},
		{"10.1.1.1/32", true, 24},
		{"10.1.1.2/32", true, 24},
		{"10.1.2.1/32", true, 16},
		{"10.2.0.0/16", true, 8},
		{"10.3.0.1/32", true, 8},
		{"11.0.0.0/8", true, 0},
		{"192.0.2.1/32", false, SNAT_NO_SHORTER},
	};
	const size_t n_rows = sizeof(rows) / sizeof(*rows);
	struct compile_output out;
	struct nb_router *gw1;
	struct network n;

	(void)state;
	gw1 = begin(&n);
	for (size_t i = 0; i < n_rows; i++) {
		/* In no order. */
		size_t at = i * 7 % n_rows;
		struct nb_nat *nat = net_nat(gw1, "snat", "192.168.209.121",
					     rows[at].prefix);

		net_ip_set(rows[at].is_allowed ? &nat->allowed : &nat->exempted,
			   "peers", "198.51.100.0/24");
	}
	/* Another router's do not count. */
	find_router(&n, "router1")->gateway_chassis =
		strdup(gw1->gateway_chassis);
	net_nat(find_router(&n, "router1"), "snat", "192.168.209.121",
		"10.1.1.0/30");
	net_compile(&n, "node1", &out);
	for (size_t i = 0; i < n_rows; i++) {
		struct snat_val *val =
			net_snat_val(&out, "gw1", rows[i].prefix);

		if (rows[i].shorter != val->shorter)
			fail_msg("%s: %d, not %d", rows[i].prefix, val->shorter,
				 rows[i].shorter);
		assert_int_equal(rows[i].is_allowed ? NAT_F_ALLOWED :
						      NAT_F_EXEMPTED,
				 val->flags);
	}
	assert_int_equal(SNAT_NO_SHORTER,
			 net_snat_val(&out, "router1", "10.1.1.0/30")->shorter);
	end(&n, &out);
}

/* Sets keep their numbers when others come; rows share them. */
static void test_sets(void **state)
{
	struct compile_output out;
	struct nb_router *gw1;
	struct nb_nat *nat;
	struct network n;
	uint32_t peers;

	(void)state;
	gw1 = begin(&n);
	nat = net_nat(gw1, "dnat_and_snat", "192.168.209.121", "172.18.100.20");
	net_ip_set(&nat->allowed, "peers",
		   "10.9.8.7/8 192.0.2.1 192.0.2.1 10.0.0.0/8");
	net_compile(&n, "node1", &out);
	peers = net_nat_val(&out, "gw1", "192.168.209.121")->set;
	assert_int_equal(NAT_F_DNAT | NAT_F_ALLOWED,
			 net_nat_val(&out, "gw1", "192.168.209.121")->flags);
	assert_int_equal(peers,
			 net_snat_val(&out, "gw1", "172.18.100.20/32")->set);
	assert_string_equal("10.0.0.0/8 192.0.2.1/32",
			    net_set_members(&out, peers));
	compile_output_free(&out);

	for (int i = 0; i < 20; i++) {
		char name[16], ip[32];

		snprintf(name, sizeof(name), "more-%d", i);
		snprintf(ip, sizeof(ip), "192.168.210.%d", i);
		nat = net_nat(gw1, "dnat", ip, "172.18.100.10");
		net_ip_set(&nat->exempted, name, ip);
	}
	nat = net_nat(gw1, "snat", "192.168.209.121", "172.18.0.0/16");
	net_ip_set(&nat->exempted, "nobody", "");
	net_compile(&n, "node1", &out);
	assert_int_equal(peers,
			 net_nat_val(&out, "gw1", "192.168.209.121")->set);
	assert_int_equal(NAT_F_DNAT | NAT_F_EXEMPTED,
			 net_nat_val(&out, "gw1", "192.168.210.7")->flags);
	assert_string_equal(
		"192.168.210.7/32",
		net_set_members(
			&out, net_nat_val(&out, "gw1", "192.168.210.7")->set));
	assert_string_equal(
		"",
		net_set_members(
			&out, net_snat_val(&out, "gw1", "172.18.0.0/16")->set));
	end(&n, &out);
}

/* What OVN takes without a word and does not define: the first by uuid. */
static void test_contradictions(void **state)
{
	struct compile_output out;
	struct nb_router *gw1;
	struct network n;
	struct nb_nat *nat;

	(void)state;
	gw1 = begin(&n);
	net_uuid(net_nat(gw1, "dnat", "192.168.209.121", "172.18.1.2")->uuid,
		 "bbbbbbbb-0000-0000-0000-000000000000");
	net_uuid(net_nat(gw1, "dnat_and_snat", "192.168.209.121", "172.18.1.1")
			 ->uuid,
		 "aaaaaaaa-0000-0000-0000-000000000000");
	net_uuid(net_nat(gw1, "snat", "192.168.209.122", "172.18.0.0/16")->uuid,
		 "dddddddd-0000-0000-0000-000000000000");
	net_uuid(net_nat(gw1, "snat", "192.168.209.123", "172.18.0.0/16")->uuid,
		 "cccccccc-0000-0000-0000-000000000000");
	nat = net_nat(gw1, "dnat", "192.168.209.124", "172.18.1.4");
	net_ip_set(&nat->allowed, "peers", "10.0.0.0/8");
	net_ip_set(&nat->exempted, "others", "10.0.0.0/9");
	net_compile(&n, "node1", &out);
	net_assert_ip(net_nat_val(&out, "gw1", "192.168.209.121")->logical_ip,
		      "172.18.1.1");
	net_assert_ip(net_snat_val(&out, "gw1", "172.18.0.0/16")->external_ip,
		      "192.168.209.123");
	assert_null(net_nat_val(&out, "gw1", "192.168.209.124"));
	net_assert_note(&out, "external_ip another row of the router "
			      "translates already; the first by uuid is used: "
			      "1: gw1 192.168.209.121 (bbbbbbbb-0000");
	net_assert_note(&out, "logical_ip another row of the router "
			      "translates already; the first by uuid is used: "
			      "1: gw1 172.18.0.0/16 (dddddddd-0000");
	net_assert_note(&out, "both allowed_ext_ips and exempted_ext_ips, "
			      "which OVN ignores, too: 1: gw1");
	end(&n, &out);
}

static void test_ignored(void **state)
{
	struct compile_output out;
	struct nb_router *router1, *dgp;
	struct network n;

	(void)state;
	begin(&n);
	router1 = find_router(&n, "router1");
	net_nat(router1, "snat", "192.168.209.120", "172.18.0.0/16");
	net_nat(router1, "dnat", "192.168.209.121", "172.18.100.10");
	router1->dnat_force_snat.has_ip = true;
	dgp = net_router(&n, "edge");
	net_lrp(dgp, "edge-out", "02:00:00:00:00:01", "203.0.113.1/24")
		->is_distributed_gateway = true;
	net_nat(dgp, "snat", "203.0.113.1", "10.0.0.0/8");
	net_compile(&n, "node1", &out);
	net_assert_note(&out, "NAT of routers without options:chassis, which "
			      "OVN ignores, too: 1: router1 (2 rows)");
	net_assert_note(&out, "NAT of routers with a distributed gateway "
			      "port, which is not honoured yet: 1: edge (1 "
			      "rows)");
	net_assert_note(&out, "force_snat_ip of routers without "
			      "options:chassis, which OVN ignores, too: 1: "
			      "router1");
	assert_int_equal(0, out.image.table[IMAGE_NAT].n);
	assert_int_equal(0, out.image.table[IMAGE_SNAT].n);
	assert_int_equal(0, out.image.table[IMAGE_ROUTER].n);
	assert_flags(&out, "router1-ls1", 0);
	end(&n, &out);
}

static void test_options(void **state)
{
	struct compile_output out;
	struct nb_router *gw1;
	struct router_val *val;
	struct network n;

	(void)state;
	gw1 = begin(&n);
	gw1->dnat_force_snat.has_ip = true;
	memcpy(gw1->dnat_force_snat.ip, "\xac\x13\xff\x01", 4);
	gw1->lb_force_snat.is_router_ip = true;
	find_router(&n, "router1")->neighbor_age = 600;
	net_compile(&n, "node1", &out);
	val = net_router_val(&out, "gw1");
	assert_int_equal(ROUTER_F_LB_FORCE_ROUTER_IP, val->flags);
	net_assert_ip(val->dnat_force_snat_ip, "172.19.255.1");
	net_assert_ip(val->lb_force_snat_ip, "0.0.0.0");
	assert_int_equal(0, val->neighbor_age);
	assert_flags(&out, "gw1-ls3", LRP_F_CT);
	assert_flags(&out, "gw1-outside", LRP_F_CT);
	val = net_router_val(&out, "router1");
	assert_int_equal(0, val->flags);
	assert_int_equal(600, val->neighbor_age);
	assert_flags(&out, "router1-ls1", 0);
	compile_output_free(&out);

	gw1->dnat_force_snat = (struct nb_force_snat){.is_router_ip = true};
	gw1->lb_force_snat = (struct nb_force_snat){};
	gw1->neighbor_age = 60;
	net_compile(&n, "node1", &out);
	val = net_router_val(&out, "gw1");
	assert_int_equal(ROUTER_F_DNAT_FORCE_ROUTER_IP, val->flags);
	assert_int_equal(60, val->neighbor_age);
	end(&n, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snat),
		cmocka_unit_test(test_other_mac),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_dnat_and_snat),
		cmocka_unit_test(test_not_announced),
		cmocka_unit_test(test_shared_external_ip),
		cmocka_unit_test(test_shorter),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests_name("compile_nat", tests, NULL, NULL);
}
