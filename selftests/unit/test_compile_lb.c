// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers of switches and gateway routers; who answers for VIPs. */
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

static struct nb_switch *find_switch(struct network *n, const char *name)
{
	for (size_t i = 0; i < n->nb.n_switches; i++)
		if (!strcmp(n->nb.switches[i].name, name))
			return &n->nb.switches[i];
	return NULL;
}

static struct nb_lsp *find_lsp(struct network *n, const char *sw,
			       const char *name)
{
	struct nb_switch *s = find_switch(n, sw);

	for (size_t i = 0; i < s->n_ports; i++)
		if (!strcmp(s->ports[i].name, name))
			return &s->ports[i];
	return NULL;
}

static void end(struct network *n, struct compile_output *out)
{
	compile_output_free(out);
	net_free_all(n);
}

static void assert_backends(const struct compile_output *out,
			    const char *datapath, const char *vip,
			    uint8_t proto, const char *want)
{
	struct lb_val *lb = net_lb_val(out, datapath, vip, proto);

	if (!lb)
		fail_msg("no %s on %s", vip, datapath);
	assert_string_equal(want, net_backends(out, lb));
}

/* Section 13 of the tutorial: both kinds of VIP, on gw1 and on ls2. */
static void test_tutorial(void **state)
{
	static const char *const nodes[] = {"node2", "node1"};
	struct compile_output out;
	struct router_ip_val *ip;
	struct network n;
	struct arp_val *arp;

	(void)state;
	net_tutorial(&n);
	net_vip(net_lb(&n, "lb1"), "192.168.209.55",
		"172.18.200.20 172.18.100.10 172.18.200.20");
	net_vip(net_lb(&n, "lb2"), "192.168.2.2:8000",
		"172.18.100.10:8000 172.18.100.20:8000");
	net_router_lb(find_router(&n, "gw1"), 0);
	net_switch_lb(find_switch(&n, "ls2"), 1);
	for (int i = 0; i < 2; i++) {
		net_compile(&n, nodes[i], &out);
		/* Clients of the switch may be on any chassis. */
		assert_backends(&out, "ls2", "192.168.2.2:8000", IPPROTO_TCP,
				"172.18.100.10:8000 172.18.100.20:8000");
		assert_int_equal(VIP_F_PORTS,
				 net_vip_flags(&out, "ls2", "192.168.2.2"));
		assert_null(net_lb_val(&out, "ls2", "192.168.2.2", 0));
		assert_null(net_arp(&out, "ls2", "192.168.2.2"));
		for (const char *const *p = PARTS("ls2-vm3", "ls2-vm4"); *p;
		     p++)
			assert_true(net_port_val(&out, *p)->policy.flags &
				    PORT_F_LB);
		assert_false(net_port_val(&out, "ls1-vm1")->policy.flags &
			     PORT_F_LB);
		assert_false(net_port_val(&out, "ls2-router1")->policy.flags &
			     PORT_F_LB);
		if (i)
			break;
		assert_null(net_lb_val(&out, "gw1", "192.168.209.55", 0));
		assert_int_equal(1, out.image.table[IMAGE_LB].n);
		assert_null(net_router_ip(&out, "gw1", "192.168.209.55"));
		compile_output_free(&out);
	}
	assert_backends(&out, "gw1", "192.168.209.55", 0,
			"172.18.100.10 172.18.200.20");
	assert_int_equal(VIP_F_ANY_PORT,
			 net_vip_flags(&out, "gw1", "192.168.209.55"));
	assert_int_equal(LRP_F_CT | LRP_F_LB,
			 net_lrp_val(&out, "gw1-ls3")->flags &
				 (LRP_F_CT | LRP_F_LB));
	assert_int_equal(0, net_lrp_val(&out, "router1-ls3")->flags &
				    (LRP_F_CT | LRP_F_LB));
	/* Answered where the network has it. */
	ip = net_router_ip(&out, "gw1", "192.168.209.55");
	assert_int_equal(ROUTER_IP_VIP, ip->kind);
	assert_int_equal(net_lrp_key(&out, "gw1-outside").port, ip->port);
	arp = net_arp(&out, "outside", "192.168.209.55");
	assert_int_equal(ARP_ROUTER, arp->kind);
	net_assert_mac(arp->mac, "02:0a:7f:18:01:02");
	assert_null(net_arp(&out, "ls3", "192.168.209.55"));
	assert_false(net_has_garp(&out, "outside", "192.168.209.55"));
	end(&n, &out);
}

/* One VIP of each kind, and every option. */
static void test_options(void **state)
{
	struct compile_output out;
	struct network n;
	struct lb_val *val;
	struct nb_lb *lb;

	(void)state;
	net_tutorial(&n);
	lb = net_lb(&n, "");
	lb->proto = IPPROTO_UDP;
	lb->selection_fields = LB_F_BY_IP_SRC | LB_F_BY_TP_DST;
	lb->reject = lb->skip_snat = lb->has_hairpin_ip = true;
	memcpy(lb->hairpin_snat_ip, "\xa9\xfe\x01\x02", 4);
	lb->affinity_timeout = 60;
	net_vip(lb, "10.96.0.10:53", "172.18.100.10:5353");
	net_vip(lb, "10.96.0.11:53", "");
	net_vip(net_lb(&n, "any"), "10.96.0.10", "172.18.100.20");
	net_switch_lb(find_switch(&n, "ls1"), 0);
	net_switch_lb(find_switch(&n, "ls1"), 1);
	net_compile(&n, "node1", &out);
	val = net_lb_val(&out, "ls1", "10.96.0.10:53", IPPROTO_UDP);
	assert_int_equal(LB_F_REJECT | LB_F_SKIP_SNAT | LB_F_HAIRPIN_IP |
				 LB_F_BY_IP_SRC | LB_F_BY_TP_DST,
			 val->flags);
	assert_int_equal(60, val->affinity_timeout);
	net_assert_ip(val->hairpin_snat_ip, "169.254.1.2");
	/* Its name is the row's uuid; with one backend nothing is chosen. */
	assert_string_equal(n.nb.lbs[0].uuid, val->name);
	assert_int_equal(1, val->n_backends);
	assert_int_equal(0, val->n_slots);
	assert_string_equal("172.18.100.10:5353", net_backends(&out, val));
	val = net_lb_val(&out, "ls1", "10.96.0.11:53", IPPROTO_UDP);
	assert_int_equal(0, val->n_backends);
	assert_int_equal(0, val->n_slots);
	net_assert_note(&out, "VIPs without backends, which take no "
			      "connections: 1: 10.96.0.11:53 (");
	val = net_lb_val(&out, "ls1", "10.96.0.10", 0);
	assert_int_equal(0, val->flags);
	net_assert_ip(val->hairpin_snat_ip, "0.0.0.0");
	assert_string_equal("any", val->name);
	assert_int_equal(VIP_F_ANY_PORT | VIP_F_PORTS,
			 net_vip_flags(&out, "ls1", "10.96.0.10"));
	assert_int_equal(VIP_F_PORTS, net_vip_flags(&out, "ls1", "10.96.0.11"));
	assert_int_equal(0, net_vip_flags(&out, "ls2", "10.96.0.10"));
	end(&n, &out);
}

/* Datapaths share a VIP's id and tables; ids are even, and stay when other
 * rows come. */
static void test_ids(void **state)
{
	struct compile_output out;
	struct network n;
	struct lb_val *val;
	struct nb_lb *lb;
	uint32_t id;

	(void)state;
	net_tutorial(&n);
	net_vip(net_lb(&n, "web"), "10.96.0.1:80",
		"172.18.100.10:80 172.18.100.20:80");
	for (const char *const *sw = PARTS("ls1", "ls2"); *sw; sw++)
		net_switch_lb(find_switch(&n, *sw), 0);
	net_router_lb(find_router(&n, "gw1"), 0);
	net_compile(&n, "node1", &out);
	id = net_lb_val(&out, "ls1", "10.96.0.1:80", IPPROTO_TCP)->id;
	assert_int_equal(0, id % 2);
	assert_int_not_equal(0, id);
	for (const char *const *dp = PARTS("ls2", "gw1"); *dp; dp++)
		assert_int_equal(
			id,
			net_lb_val(&out, *dp, "10.96.0.1:80", IPPROTO_TCP)->id);
	assert_int_equal(2, out.image.table[IMAGE_BACKEND].n);
	assert_int_equal(1021 / MAGLEV_CHUNK + 1,
			 out.image.table[IMAGE_MAGLEV].n);
	compile_output_free(&out);

	net_vip(&n.nb.lbs[0], "10.96.0.1:443", "172.18.100.10:443");
	for (int i = 0; i < 50; i++) {
		char name[16], vip[32];

		snprintf(name, sizeof(name), "more-%d", i);
		snprintf(vip, sizeof(vip), "10.97.0.%d", i);
		lb = net_lb(&n, name);
		net_vip(lb, vip, "172.18.100.10");
		if (i % 2)
			net_switch_lb(find_switch(&n, "ls1"), i + 1);
	}
	net_compile(&n, "node1", &out);
	val = net_lb_val(&out, "gw1", "10.96.0.1:80", IPPROTO_TCP);
	assert_int_equal(id, val->id);
	assert_int_not_equal(
		id, net_lb_val(&out, "gw1", "10.96.0.1:443", IPPROTO_TCP)->id);
	/* Those that nothing uses are not there. */
	assert_int_equal(3 + 25, out.image.table[IMAGE_BACKEND].n);
	assert_int_equal(6 + 25, out.image.table[IMAGE_LB].n);
	end(&n, &out);
}

/* One VIP of two load balancers; with another protocol it is another. */
static void test_same_vip(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_lb *lb;

	(void)state;
	net_tutorial(&n);
	lb = net_lb(&n, "second");
	net_uuid(lb->uuid, "bbbbbbbb-0000-0000-0000-000000000000");
	net_vip(lb, "10.96.0.1:80", "172.18.100.20:80 172.18.100.30:80");
	lb = net_lb(&n, "first");
	net_uuid(lb->uuid, "aaaaaaaa-0000-0000-0000-000000000000");
	net_vip(lb, "10.96.0.1:80", "172.18.100.10:80");
	lb = net_lb(&n, "udp");
	lb->proto = IPPROTO_UDP;
	net_vip(lb, "10.96.0.1:80", "172.18.100.40:80");
	for (uint32_t i = 0; i < 3; i++)
		net_switch_lb(find_switch(&n, "ls1"), i);
	net_switch_lb(find_switch(&n, "ls2"), 0);
	net_compile(&n, "node1", &out);
	assert_backends(&out, "ls1", "10.96.0.1:80", IPPROTO_TCP,
			"172.18.100.10:80");
	assert_backends(&out, "ls1", "10.96.0.1:80", IPPROTO_UDP,
			"172.18.100.40:80");
	assert_backends(&out, "ls2", "10.96.0.1:80", IPPROTO_TCP,
			"172.18.100.20:80 172.18.100.30:80");
	net_assert_note(&out, "VIPs that two load balancers of a datapath "
			      "have; the first by uuid is used: 1: ls1 "
			      "10.96.0.1:80 (first, not second)");
	end(&n, &out);
}

/* Who answers ARP, who announces. */
static void test_neighbor_responder(void **state)
{
	static const struct {
		const char *vip;
		enum nb_neighbor_responder mode;
		enum router_ip_kind kind; /* 0: none */
		const char *port; /* NULL: every */
		bool outside, ls3; /* ARP goes to the router there */
	} cases[] = {
		{"192.168.209.55", NB_RESPOND_REACHABLE, ROUTER_IP_VIP,
		 "gw1-outside", true, false},
		{"172.19.255.9:80", NB_RESPOND_REACHABLE, ROUTER_IP_VIP,
		 "gw1-ls3", false, true},
		{"203.0.113.1:80", NB_RESPOND_REACHABLE, 0, NULL, false, false},
		{"203.0.113.2", NB_RESPOND_ALL, ROUTER_IP_VIP, NULL, true,
		 true},
		{"192.168.209.56", NB_RESPOND_ALL, ROUTER_IP_VIP, NULL, true,
		 true},
		{"192.168.209.57:1", NB_RESPOND_NONE, 0, NULL, false, false},
		/* The router's own, and one that NAT has. */
		{"192.168.209.120:80", NB_RESPOND_ALL, ROUTER_IP_OWN,
		 "gw1-outside", true, true},
		{"192.168.209.121:80", NB_RESPOND_REACHABLE, ROUTER_IP_NAT,
		 NULL, true, true},
	};
	struct compile_output out;
	struct network n;

	(void)state;
	net_tutorial(&n);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct nb_lb *lb;
		char name[16];

		snprintf(name, sizeof(name), "lb%zu", i);
		lb = net_lb(&n, name);
		lb->neighbor_responder = cases[i].mode;
		net_vip(lb, cases[i].vip, "172.18.100.10");
		net_router_lb(find_router(&n, "gw1"), i);
	}
	net_nat(find_router(&n, "gw1"), "dnat", "192.168.209.121",
		"172.18.100.20");
	find_lsp(&n, "outside", "outside-gw1")->announces_nat = true;
	net_compile(&n, "node1", &out);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct router_ip_val *val;
		uint32_t port = 0;
		char ip[32];

		snprintf(ip, sizeof(ip), "%.*s",
			 (int)strcspn(cases[i].vip, ":"), cases[i].vip);
		print_message("%s\n", cases[i].vip);
		val = net_router_ip(&out, "gw1", ip);
		assert_int_equal(cases[i].kind, val ? val->kind : 0);
		if (cases[i].port)
			port = net_lrp_key(&out, cases[i].port).port;
		assert_int_equal(port, val ? val->port : 0);
		assert_int_equal(cases[i].outside,
				 net_arp(&out, "outside", ip) != NULL);
		assert_int_equal(cases[i].ls3,
				 net_arp(&out, "ls3", ip) != NULL);
		assert_true(net_has_garp(&out, "outside", ip));
		assert_false(net_has_garp(&out, "ls3", ip));
	}
	compile_output_free(&out);

	find_lsp(&n, "outside", "outside-gw1")->excludes_vips = true;
	net_compile(&n, "node1", &out);
	assert_false(net_has_garp(&out, "outside", "192.168.209.55"));
	assert_true(net_has_garp(&out, "outside", "192.168.209.121"));
	end(&n, &out);
}

/* An address of several load balancers is answered for if any wants it. */
static void test_most_generous(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_lb *lb;

	(void)state;
	net_tutorial(&n);
	for (uint32_t i = 0; i < 3; i++) {
		char name[16], vip[32];

		snprintf(name, sizeof(name), "lb%u", i);
		snprintf(vip, sizeof(vip), "192.168.209.55:%u", 80 + i);
		lb = net_lb(&n, name);
		/* uuids in either order. */
		snprintf(lb->uuid, sizeof(lb->uuid),
			 "%u0000000-0000-0000-0000-000000000000", (i + 1) % 3);
		lb->neighbor_responder = i;
		net_vip(lb, vip, "172.18.100.10:80");
		net_router_lb(find_router(&n, "gw1"), i);
	}
	net_compile(&n, "node1", &out);
	assert_int_equal(0, net_router_ip(&out, "gw1", "192.168.209.55")->port);
	assert_non_null(net_arp(&out, "ls3", "192.168.209.55"));
	end(&n, &out);
}

static void test_ignored(void **state)
{
	struct compile_output out;
	struct nb_router *dgp;
	struct network n;

	(void)state;
	net_tutorial(&n);
	net_vip(net_lb(&n, "lb"), "172.18.100.55:80", "172.18.200.10:80");
	net_lb(&n, "empty");
	net_router_lb(find_router(&n, "router1"), 0);
	dgp = net_router(&n, "edge");
	net_lrp(dgp, "edge-out", "02:00:00:00:00:01", "203.0.113.1/24")
		->is_distributed_gateway = true;
	net_router_lb(dgp, 0);
	/* No VIP, nothing to do. */
	net_router_lb(find_router(&n, "gw1"), 1);
	net_switch_lb(find_switch(&n, "ls1"), 1);
	net_compile(&n, "node1", &out);
	net_assert_note(&out, "load balancers of routers without "
			      "options:chassis, which OVN does not support "
			      "either: 1: router1 (1)");
	net_assert_note(&out, "load balancers of routers with a distributed "
			      "gateway port, which are not honoured yet: 1: "
			      "edge (1)");
	assert_int_equal(0, out.image.table[IMAGE_LB].n);
	assert_int_equal(0, out.image.table[IMAGE_VIP].n);
	assert_null(net_router_ip(&out, "router1", "172.18.100.55"));
	assert_int_equal(0, net_lrp_val(&out, "gw1-ls3")->flags &
				    (LRP_F_CT | LRP_F_LB));
	assert_false(net_port_val(&out, "ls1-vm1")->policy.flags & PORT_F_LB);
	end(&n, &out);
}

static void test_too_many_backends(void **state)
{
	struct compile_output out;
	struct network n;
	struct nb_vip *vip;

	(void)state;
	net_tutorial(&n);
	vip = net_vip(net_lb(&n, "big"), "10.96.0.1:80", "");
	vip->backends = calloc(65536, sizeof(*vip->backends));
	for (vip->n_backends = 0; vip->n_backends < 65535; vip->n_backends++) {
		struct nb_backend *b = &vip->backends[vip->n_backends];

		b->ip[0] = 10;
		b->ip[2] = vip->n_backends >> 8;
		b->ip[3] = vip->n_backends;
		b->port = 80;
	}
	net_switch_lb(find_switch(&n, "ls1"), 0);
	net_compile(&n, "node1", &out);
	assert_int_equal(65535,
			 net_lb_val(&out, "ls1", "10.96.0.1:80", IPPROTO_TCP)
				 ->n_backends);
	compile_output_free(&out);
	vip->backends[vip->n_backends++] = (struct nb_backend){.ip = {11}};
	net_compile_fails(&n, "node1", E2BIG,
			  PARTS("load balancer big", "10.96.0.1:80",
				"65536 backends", "65535"));
	net_free_all(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tutorial),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_same_vip),
		cmocka_unit_test(test_neighbor_responder),
		cmocka_unit_test(test_most_generous),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_too_many_backends),
	};

	return cmocka_run_group_tests_name("compile_lb", tests, NULL, NULL);
}
