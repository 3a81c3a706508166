// SPDX-License-Identifier: GPL-2.0-only
#include "step_case.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct network network;
static struct compile_output out;
static struct image learned;
static struct ct_val ct_record;

static bool read_record(const struct trace_view *v, uint32_t number,
			struct ct_val *val)
{
	assert_ptr_equal(v->arg, &ct_record);
	if (number != STEP_RECORD)
		return false;
	*val = ct_record;
	return true;
}

struct trace_view step_view(void)
{
	return (struct trace_view){
		.image = &out.image,
		.learned = &learned,
		.chassis = out.chassis,
		.own_chassis = out.own_chassis,
		.read_ct = read_record,
		.arg = &ct_record,
	};
}

static struct nb_router *find_router(const char *name)
{
	for (size_t i = 0; i < network.nb.n_routers; i++)
		if (!strcmp(network.nb.routers[i].name, name))
			return &network.nb.routers[i];
	fail_msg("no router %s", name);
	return NULL;
}

static struct nb_switch *find_switch(const char *name)
{
	for (size_t i = 0; i < network.nb.n_switches; i++)
		if (!strcmp(network.nb.switches[i].name, name))
			return &network.nb.switches[i];
	fail_msg("no switch %s", name);
	return NULL;
}

static void add_routes(void)
{
	struct nb_router *gw1 = find_router("gw1");
	struct nb_route *route;

	net_route(gw1, "10.1.0.0/16", "192.168.192.1", NULL);
	net_route(gw1, "10.2.0.0/16", "discard", NULL);
	net_route(gw1, "10.3.0.0/16", "192.168.192.1", NULL);
	net_route(gw1, "10.3.0.0/16", "192.168.192.2", NULL);
	route = net_route(gw1, "172.18.100.0/24", "192.168.192.3", NULL);
	route->is_src = true;
	route = net_route(gw1, "10.4.0.0/16", "192.168.192.4", NULL);
	net_set(&route->route_table, "blue");
	net_set(&find_router("gw1")->ports[1].route_table, "blue");
}

static void add_nat(void)
{
	struct nb_router *gw1 = find_router("gw1");
	struct nb_lb *lb;

	net_nat(gw1, "snat", "192.168.209.120", "172.18.0.0/16");
	net_nat(gw1, "dnat_and_snat", "192.168.209.121", "172.18.100.10");
	lb = net_lb(&network, "lb1");
	lb->proto = IPPROTO_TCP;
	net_vip(lb, "192.168.209.55:8000",
		"172.18.100.10:8000 172.18.100.20:8000 172.18.200.10:8000");
	net_vip(lb, "192.168.209.56:80", "");
	lb->reject = true;
	net_router_lb(gw1, 0);
	net_vip(net_lb(&network, "lb2"), "192.168.2.2",
		"172.18.200.10 172.18.200.20");
	net_switch_lb(find_switch("ls2"), 1);
}

int step_setup(void **state)
{
	(void)state;
	net_tutorial(&network);
	add_routes();
	add_nat();
	net_vif(find_switch("ls1"), "ls1-vm8", "unknown");
	net_vif(find_switch("ls1"), "ls1-vm9",
		"02:ac:10:ff:00:90 172.18.100.9");
	net_place(&network, 0, "ls1-vm8 ls1-vm9");
	net_attach(&network, "ens9", 9, "phyNet");
	net_compile(&network, "node1", &out);
	assert_int_equal(0, image_init(&learned));
	ct_record = (struct ct_val){
		.orig = {{172, 18, 100, 10}, {8, 8, 8, 8}, 4000, 53, 17, {0}},
		.reply = {{8, 8, 8, 8}, {192, 168, 209, 120}, 53, 4001, 17, {0}},
		.flags = CT_F_SNAT,
		.state = CT_UDP,
	};
	return 0;
}

int step_teardown(void **state)
{
	(void)state;
	image_free(&learned);
	compile_output_free(&out);
	net_free_all(&network);
	return 0;
}

/* An LSP or LRP. */
static uint32_t port_key_of(const char *name)
{
	const struct image_table *t = &out.image.table[IMAGE_LRP];

	for (size_t i = 0; i < t->n; i++) {
		const struct lrp_key *k = (const void *)image_entry(t, i);
		const struct lrp_val *val = (const void *)(k + 1);

		if (!strcmp(val->name, name))
			return k->port;
	}
	return net_port(&out, name).port;
}

static uint32_t drop_of(const char *name)
{
	static const char *const names[DROP_REASON_COUNT] = {
		[DROP_NONE] = "NONE",
#define X(number, name, what, where) [DROP_##name] = #name,
		XOVN_DROP_REASONS(X)
#undef X
	};

	for (uint32_t i = 0; i < DROP_REASON_COUNT; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	fail_msg("no drop reason %s", name);
	return 0;
}

static uint32_t chassis_of(const char *hostname)
{
	for (uint32_t i = 0; i < XOVN_MAX_CHASSIS; i++)
		if (!strcmp(out.chassis[i].hostname, hostname))
			return i;
	fail_msg("no chassis %s", hostname);
	return 0;
}

static uint32_t vip_of(const char *datapath, const char *vip)
{
	struct lb_val *lb = net_lb_val(&out, datapath, vip, IPPROTO_TCP);

	if (!lb)
		lb = net_lb_val(&out, datapath, vip, 0);
	assert_non_null(lb);
	return lb->id;
}

static uint32_t argument(const char *text, const char *datapath)
{
	char word[64];
	uint32_t ip;

	if (!text)
		return 0;
	if (sscanf(text, "port %63s", word) == 1)
		return port_key_of(word);
	if (sscanf(text, "datapath %63s", word) == 1)
		return net_datapath(&out, word);
	if (sscanf(text, "chassis %63s", word) == 1)
		return chassis_of(word);
	if (sscanf(text, "drop %63s", word) == 1)
		return drop_of(word);
	if (sscanf(text, "vip %63s", word) == 1)
		return vip_of(datapath, word);
	if (sscanf(text, "ecmp %63s", word) == 1)
		return net_route_val(&out, datapath, word)->ecmp;
	if (sscanf(text, "table %63s", word) == 1)
		return net_lrp_val(&out, word)->route_table << 1;
	if (sscanf(text, "ip %63s", word) == 1) {
		assert_int_equal(1, inet_pton(AF_INET, word, &ip));
		return ip;
	}
	return strtoul(text, NULL, 0);
}

static void parse_mac(uint8_t mac[6], const char *text)
{
	assert_int_equal(6,
			 sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0],
				&mac[1], &mac[2], &mac[3], &mac[4], &mac[5]));
}

/* "NAME VALUE ...": eth.src eth.dst lladdr src dst sport dport ttl proto arp
 * type flags. */
static void parse_flow(struct trace_step_val *s, const char *flow)
{
	char *copy = strdup(flow ? flow : ""), *save = NULL;

	for (char *name = strtok_r(copy, " ", &save); name;
	     name = strtok_r(NULL, " ", &save)) {
		char *value = strtok_r(NULL, " ", &save);
		unsigned long n;

		assert_non_null(value);
		n = strtoul(value, NULL, 0);
		if (!strcmp(name, "eth.src"))
			parse_mac(s->eth_src, value);
		else if (!strcmp(name, "eth.dst"))
			parse_mac(s->eth_dst, value);
		else if (!strcmp(name, "lladdr"))
			parse_mac(s->lladdr, value);
		else if (!strcmp(name, "src"))
			inet_pton(AF_INET, value, s->src);
		else if (!strcmp(name, "dst"))
			inet_pton(AF_INET, value, s->dst);
		else if (!strcmp(name, "sport"))
			s->sport = n;
		else if (!strcmp(name, "dport"))
			s->dport = n;
		else if (!strcmp(name, "ttl"))
			s->ttl = n;
		else if (!strcmp(name, "proto"))
			s->proto = n;
		else if (!strcmp(name, "type"))
			s->eth_type = n;
		else if (!strcmp(name, "arp"))
			s->arp_op = n;
		else if (!strcmp(name, "flags"))
			s->flags = n;
		else
			fail_msg("flow field %s", name);
	}
	free(copy);
}

static void make_step(struct trace_step_val *s, const struct sentence *c)
{
	memset(s, 0, sizeof(*s));
	s->what = c->what;
	s->datapath = c->datapath ? net_datapath(&out, c->datapath) : 0;
	s->inport = c->inport ? port_key_of(c->inport) : 0;
	s->outport = c->outport ? port_key_of(c->outport) : 0;
	s->a = argument(c->a, c->datapath);
	s->b = argument(c->b, c->datapath);
	s->c = argument(c->c, c->datapath);
	s->eth_type = 0x0800;
	parse_flow(s, c->flow);
}

void sentences_check(const struct sentence *cases, size_t n)
{
	struct trace_view v = step_view();
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		struct trace_step_val s;
		char datapath[XOVN_NAME_LEN];
		char *text;

		make_step(&s, &cases[i]);
		text = explain_step(&v, &s, datapath);
		assert_non_null(text);
		assert_string_equal(datapath,
				    cases[i].datapath ? cases[i].datapath : "");
		if (strcmp(text, cases[i].want)) {
			print_error("case %zu\n  is:     %s\n  wanted: %s\n", i,
				    text, cases[i].want);
			failed++;
		}
		if (cases[i].stage &&
		    strcmp(explain_stage(&s), cases[i].stage)) {
			print_error("case %zu: stage %s, wanted %s\n", i,
				    explain_stage(&s), cases[i].stage);
			failed++;
		}
		free(text);
	}
	assert_int_equal(0, failed);
}
