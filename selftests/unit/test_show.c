// SPDX-License-Identifier: GPL-2.0-only
/* xovn show: the tree as text and as a picture, filters, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cmd/dot.h"
#include "cmd/show.h"
#include "cmd/show_text.h"
#include "cmd/units.h"

#define IN_OUT                                                                 \
	"'in': {'packets': 12, 'bytes': 1176}, "                               \
	"'out': {'packets': 3, 'bytes': 1500000, "                             \
	"'packets_per_second': 2.5, 'bits_per_second': 12345678.0}"

static const char tree[] =
	"{'own_chassis': 'c2', 'chassis': ["
	"  {'name': 'c1', 'hostname': 'node1', 'encap_ip': '10.0.0.1',"
	"   'own': false, 'reachable': true, 'counters': {" IN_OUT "}},"
	"  {'name': 'c2', 'hostname': '', 'encap_ip': '10.0.0.2',"
	"   'own': true, 'reachable': true}],"
	" 'attachments': [{'interface': 'ens3', 'role': 'underlay',"
	"   'network': null, 'mode': 'tc', 'hook': 'tcx', 'present': true}],"
	" 'bindings': [{'interface': 'tap0', 'port': 'vm <1>', 'present': true,"
	"   'in_nb': false}],"
	" 'switches': [{'name': 'sw', 'key': 7, 'drops': {'PORT_SEC_IN': 2},"
	"  'ports': ["
	"   {'name': 'vm <1>', 'key': 1, 'type': '', 'state': 'bound',"
	"    'chassis': 'c2', 'hostname': '', 'interface': 'tap0',"
	"    'port_security': true,"
	"    'addresses': [{'mac': '02:00:00:00:00:01', 'ips': ["
	"      {'ip': '10.1.0.1'}, {'ip': 'fd00::1'}]}],"
	"    'counters': {" IN_OUT "},"
	"    'drops': {'in': {'PORT_SEC_IN': 2}, 'out': {'SAME_PORT': 1}}},"
	"   {'name': 'vm2', 'key': 2, 'type': '', 'state': 'remote',"
	"    'chassis': 'c1', 'hostname': 'node1', 'unknown': true,"
	"    'addresses': [], 'fdb': [{'mac': '02:00:00:00:00:09'}]},"
	"   {'name': 'vm3', 'key': 3, 'type': '', 'state': 'unplaced',"
	"    'addresses': []},"
	"   {'name': 'sw-lr', 'key': 4, 'type': 'router', 'state': 'router',"
	"    'router': 'lr', 'router_key': 8, 'router_port': 'lr-sw',"
	"    'addresses': [{'mac': '02:00:00:00:00:ff'}]}],"
	"  'load_balancers': [{'name': 'web', 'vip': '10.1.0.99', 'port': 80,"
	"   'proto': 6, 'backends': 2, 'backend_list': ["
	"    {'ip': '10.1.0.1', 'port': 8080}, {'ip': '10.1.0.2', 'port': 0}],"
	"   'counters': {'orig': {'packets': 5, 'bytes': 500},"
	"     'reply': {'packets': 4, 'bytes': 400}, 'connections': 1}}]}],"
	" 'routers': [{'name': 'lr', 'key': 8, 'chassis': 'c1',"
	"  'hostname': 'node1', 'here': false, 'ports': ["
	"   {'name': 'lr-sw', 'key': 1, 'mac': '02:00:00:00:00:ff',"
	"    'peer': 'sw', 'peer_port': 'sw-lr', 'enabled': true,"
	"    'networks': [{'address': '10.1.0.254/24'}],"
	"    'neighbors': [{'ip': '10.1.0.2', 'mac': '02:00:00:00:00:02',"
	"      'source': 'learned', 'age': 5}]}],"
	"  'routes': [{'prefix': '0.0.0.0/0', 'kind': 'ecmp', 'table': 3,"
	"    'by_source': false, 'nexthops': ["
	"      {'nexthop': '10.1.0.7', 'port': 'lr-sw',"
	"       'counters': {'packets': 1, 'bytes': 98}},"
	"      {'nexthop': '10.1.0.8', 'port': 'lr-sw'}]}],"
	"  'nat': [{'type': 'snat', 'external_ip': '192.0.2.1',"
	"    'logical_ip': '10.0.0.0/8', 'external_port_range': '1024-2047',"
	"    'exempted_ext_ips': [{'network': '10.9.0.0/16'}]}]}]}";

static const char text[] =
	"chassis c1 (node1)\n"
	"    encap: 10.0.0.1\n"
	"    tunnel: in 12 packets 1.18 kB,"
	" out 3 packets 1.50 MB (2.5 pps, 12.3 Mbit/s)\n"
	"chassis c2  this host\n"
	"    encap: 10.0.0.2\n"
	"    underlay: ens3, mode tc (tcx)\n"
	"    bound: tap0 to vm <1>, which is not in the NB database\n"
	"switch sw  key 7\n"
	"    port vm <1>  key 1\n"
	"        addresses: 02:00:00:00:00:01 10.1.0.1 fd00::1"
	"  (port security)\n"
	"        state: bound to tap0\n"
	"        traffic: in 12 packets 1.18 kB,"
	" out 3 packets 1.50 MB (2.5 pps, 12.3 Mbit/s)\n"
	"        drops: in PORT_SEC_IN 2; out SAME_PORT 1\n"
	"    port vm2  key 2\n"
	"        addresses: unknown\n"
	"        state: elsewhere, on node1\n"
	"        fdb: 02:00:00:00:00:09\n"
	"    port vm3  key 3\n"
	"        state: placed nowhere\n"
	"    port sw-lr  key 4\n"
	"        type: router\n"
	"        addresses: 02:00:00:00:00:ff\n"
	"        router-port: lr-sw\n"
	"    load balancer web  vip 10.1.0.99:80/tcp\n"
	"        backends: 10.1.0.1:8080 10.1.0.2\n"
	"        traffic: 1 connections, 5 packets 500 B,"
	" replies 4 packets 400 B\n"
	"    drops: PORT_SEC_IN 2\n"
	"router lr  key 8  gateway on node1\n"
	"    port lr-sw  key 1\n"
	"        mac: 02:00:00:00:00:ff\n"
	"        networks: 10.1.0.254/24\n"
	"        peer: sw, port sw-lr\n"
	"        neighbor 10.1.0.2  02:00:00:00:00:02  learned 5 s ago\n"
	"    route 0.0.0.0/0  ecmp  table 3\n"
	"         via 10.1.0.7  port lr-sw  1 packets 98 B\n"
	"         via 10.1.0.8  port lr-sw\n"
	"    nat snat  external ip 192.0.2.1  logical ip 10.0.0.0/8"
	"  ports 1024-2047\n"
	"        exempted_ext_ips: 10.9.0.0/16\n"
	"    NAT rules, load balancers: known on node1\n";

/* JSON with ' for ". */
static json_t *parse(const char *json)
{
	char *copy = strdup(json);
	json_t *root;

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	root = json_loads(copy, 0, NULL);
	assert_non_null(root);
	free(copy);
	return root;
}

static char *as_text(const json_t *root, bool is_detailed)
{
	struct show_text t = {.is_detailed = is_detailed};
	size_t size;
	char *out;

	t.to = open_memstream(&out, &size);
	show_print(&t, root);
	fclose(t.to);
	return out;
}

static char *as_dot(const json_t *root)
{
	static char *out;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	dot_write(root, to, false);
	fclose(to);
	return out;
}

static void test_text(void **state)
{
	json_t *root = parse(tree);
	char *out = as_text(root, false);

	(void)state;
	assert_string_equal(text, out);
	free(out);
	json_decref(root);
}

static void test_long_lists(void **state)
{
	json_t *root =
		parse("{'switches': [{'name': 's', 'key': 1, "
		      "'load_balancers': [{'name': 'l', 'vip': '1.1.1.1', "
		      "'backend_list': []}]}]}");
	json_t *lb = json_array_get(
		json_object_get(
			json_array_get(json_object_get(root, "switches"), 0),
			"load_balancers"),
		0);
	char *out;

	(void)state;
	for (int i = 0; i < SHOW_LIST_MAX + 2; i++)
		json_array_append_new(json_object_get(lb, "backend_list"),
				      json_pack("{s:o}", "ip",
						json_sprintf("10.0.0.%d", i)));
	out = as_text(root, false);
	assert_non_null(strstr(out, "and 2 more backends"));
	assert_null(strstr(out, "10.0.0.9"));
	free(out);
	out = as_text(root, true);
	assert_null(strstr(out, "more backends"));
	assert_non_null(strstr(out, "10.0.0.9"));
	free(out);
	json_decref(root);
}

static void test_control_characters(void **state)
{
	json_t *root = json_pack("{s:[{s:s, s:i}]}", "switches", "name",
				 "a\033[2Jb\nc\177", "key", 1);
	char *out;

	(void)state;
	tree_clean(root);
	out = as_text(root, false);
	assert_string_equal("switch a?[2Jb?c?  key 1\n", out);
	free(out);
	json_decref(root);
}

static void test_filter(void **state)
{
	json_t *root = parse(tree), *found;
	char *out;

	(void)state;
	found = show_filter(root, "vm2");
	out = as_text(found, false);
	assert_string_equal("switch sw  key 7\n"
			    "    port vm2  key 2\n"
			    "        addresses: unknown\n"
			    "        state: elsewhere, on node1\n"
			    "        fdb: 02:00:00:00:00:09\n",
			    out);
	free(out);
	json_decref(found);
	found = show_filter(root, "lr");
	assert_int_equal(0,
			 json_array_size(json_object_get(found, "switches")));
	assert_int_equal(1, json_array_size(json_object_get(found, "routers")));
	json_decref(found);
	assert_null(show_filter(root, "nowhere"));
	json_decref(root);
}

static void test_dot_text(void **state)
{
	size_t size;
	char *out;
	FILE *to = open_memstream(&out, &size);

	(void)state;
	dot_text(to, "a<b>&\"c\" \\N\n\x01 {|} é");
	fclose(to);
	assert_string_equal("a&lt;b&gt;&amp;&quot;c&quot; \\N?? {|} é", out);
	free(out);
}

static size_t count(const char *in, const char *what)
{
	size_t n = 0;

	for (; (in = strstr(in, what)); in += strlen(what))
		n++;
	return n;
}

/* Names stand in labels only, escaped; each thing is drawn once. */
static void test_dot(void **state)
{
	json_t *root = parse(tree);
	char *out = as_dot(root);

	(void)state;
	assert_null(strstr(out, "vm <1>"));
	assert_int_equal(1, count(out, "<B>vm &lt;1&gt;</B>  bound to tap0"));
	assert_int_equal(1, count(out, "<B>vm2</B>"));
	assert_int_equal(1, count(out, "<B>vm3</B>  placed nowhere"));
	assert_int_equal(1, count(out, "switch <B>sw</B>"));
	assert_int_equal(1, count(out, "gateway router <B>lr</B>"));
	assert_int_equal(1, count(out, "10.1.0.254/24"));
	assert_int_equal(2, count(out, "out 2.5 pps, 12.3 Mbit/s"));
	assert_int_equal(2, count(out, "subgraph cluster_host"));
	assert_int_equal(1, count(out, "subgraph cluster_unplaced"));
	assert_non_null(strstr(out, "Seen from <B>c2</B>"));
	free(out);
	json_decref(root);
}

/* A switch all of whose ports are on one host is in that host's box. */
static void test_dot_site(void **state)
{
	json_t *root = parse(
		"{'chassis': [{'name': 'c1', 'encap_ip': '10.0.0.1'}, "
		"{'name': 'c2', 'encap_ip': '10.0.0.2', 'own': true}],"
		"'switches': [{'name': 'here', 'key': 1, 'ports': ["
		"{'name': 'p1', 'key': 1, 'type': '', 'chassis': 'c2'}]},"
		"{'name': 'both', 'key': 2, 'ports': ["
		"{'name': 'p2', 'key': 1, 'type': '', 'chassis': 'c1'},"
		"{'name': 'p3', 'key': 2, 'type': '', 'chassis': 'c2'}]}]}");
	char *out = as_dot(root);
	const char *logical = strstr(out, "subgraph cluster_logical");
	const char *host = strstr(out, "subgraph cluster_host1");
	const char *both = strstr(out, "<B>both</B>");
	const char *here = strstr(out, "switch <B>here</B>");

	(void)state;
	assert_true(logical < both && both < host && host < here);
	free(out);
	json_decref(root);
}

static void test_units(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0, "0 B"},	   {0.25, "0.2 B"},	{1, "1 B"},
		{9.96, "10 B"},	   {999, "999 B"},	{999.6, "1.00 kB"},
		{1176, "1.18 kB"}, {99960, "100 kB"},	{12345678, "12.3 MB"},
		{1e9, "1.00 GB"},  {1.8e19, "18.0 EB"},
	};
	char out[UNIT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(cases[i].text,
				    unit_text(out, cases[i].value, "B"));
}

static void test_interval(void **state)
{
	static const char *const bad[] = {"",	  "x",	 "1s",	"-1",
					  "3601", "nan", "inf", "0.05"};
	struct error e;
	double seconds;

	(void)state;
	assert_int_equal(0, interval_parse("0.5", 0.1, &seconds, &e));
	assert_true(seconds == 0.5);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(interval_parse(bad[i], 0.1, &seconds, &e) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_dot_text),
		cmocka_unit_test(test_dot),
		cmocka_unit_test(test_dot_site),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
