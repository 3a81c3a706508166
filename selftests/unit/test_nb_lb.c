// SPDX-License-Identifier: GPL-2.0-only
/* Rows of Load_Balancer, and who has which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "nb_case.h"

#define LB "99999999-0000-0000-0000-00000000000"
#define GROUP "aaaaaaaa-0000-0000-0000-00000000000"
#define FRAME_LB "{\"Load_Balancer\":{\"" LB "1\":{\"name\":\"lb0\",%s}}}"
#define FRAME_NAMELESS "{\"Load_Balancer\":{\"" LB "1\":{%s}}}"
/* A switch, a router, four load balancers, two groups. */
#define FRAME_USE(columns)                                                        \
	"{" columns ",\"Load_Balancer\":{\"" LB "1\":{\"name\":\"a\"},\"" LB      \
	"2\":{\"name\":\"b\"},\"" LB "3\":{\"name\":\"c\"},\"" LB                 \
	"4\":{\"name\":\"d\"}},\"Load_Balancer_Group\":{\"" GROUP                 \
	"1\":{\"name\":\"g1\",\"load_balancer\":[\"set\",[" ROW_LB(4) "," ROW_LB( \
		2) "]]},\"" GROUP                                                 \
		   "2\":{\"name\":\"g2\",\"load_balancer\":" ROW_LB(3) "}}}"
#define FRAME_SWITCH                                                           \
	FRAME_USE("\"Logical_Switch\":{\"" SW "\":{\"name\":\"sw0\",%s}}")
#define FRAME_ROUTER                                                           \
	FRAME_USE("\"Logical_Router\":{\"" LR "\":{\"name\":\"r0\",%s}}")
#define ROW_LB(n) "[\"uuid\",\"" LB #n "\"]"
#define ROW_GROUP(n) "[\"uuid\",\"" GROUP #n "\"]"
#define VIP(key, value) "\"vips\":[\"map\",[[\"" key "\",\"" value "\"]]]"
#define GOOD VIP("192.0.2.1:80", "10.0.0.1:8080")
#define UNPARSABLE "notice unparsable VIP of a Load_Balancer: 1 ("

static const struct nb_case values[] = {
	{"VIP without port", FRAME_LB, VIP("192.0.2.1", "10.0.0.1,10.0.0.2"),
	 "lb \"lb0\" " LB "1 proto 6 fields 0 reject 0 skip 0 flush 0 affinity "
	 "0 responder 0\n  vip 192.0.2.1:0 -> 10.0.0.1:0 10.0.0.2:0\n",
	 "notice"},
	{"VIP with port", FRAME_LB,
	 VIP("192.0.2.1:80", "10.0.0.1:8080,10.0.0.2:80"),
	 "  vip 192.0.2.1:80 -> 10.0.0.1:8080 10.0.0.2:80\n", "notice"},
	{"several VIPs", FRAME_LB,
	 "\"vips\":[\"map\",[[\"192.0.2.2:53\",\"10.0.0.2:53\"],"
	 "[\"192.0.2.1:80\",\"10.0.0.1:80\"]]]",
	 "  vip 192.0.2.1:80 -> 10.0.0.1:80\n  vip 192.0.2.2:53 -> "
	 "10.0.0.2:53\n",
	 "notice"},
	{"no backends", FRAME_LB, VIP("192.0.2.1:80", ""),
	 "  vip 192.0.2.1:80 ->\n", "notice"},
	{"commas", FRAME_LB, VIP("192.0.2.1:80", ",10.0.0.1:80,,10.0.0.2:80,"),
	 "  vip 192.0.2.1:80 -> 10.0.0.1:80 10.0.0.2:80\n", "notice"},
	{"a backend twice counts twice", FRAME_LB,
	 VIP("192.0.2.1", "10.0.0.1,10.0.0.1"),
	 "  vip 192.0.2.1:0 -> 10.0.0.1:0 10.0.0.1:0\n", "notice"},
	/* inet_parse_active() gives port 0 for these. */
	{"port 0", FRAME_LB, VIP("192.0.2.1:0", "10.0.0.1:"),
	 "  vip 192.0.2.1:0 -> 10.0.0.1:0\n", "notice"},
	{"no VIP", FRAME_LB, "\"vips\":[\"map\",[]]", "lb \"lb0\"", "vip "},
	{"no name", FRAME_NAMELESS, GOOD, "lb \"\" " LB "1 proto 6", "notice"},
	{"udp", FRAME_LB, GOOD ",\"protocol\":\"udp\"", " proto 17 ", "notice"},
	{"tcp", FRAME_LB, GOOD ",\"protocol\":\"tcp\"", " proto 6 ", "notice"},
	{"sctp", FRAME_LB, GOOD ",\"protocol\":\"sctp\"", " proto 132 ",
	 "notice"},
	{"options", FRAME_LB,
	 GOOD ",\"options\":[\"map\",[[\"reject\",\"true\"],[\"skip_snat\","
	      "\"TRUE\"],[\"ct_flush\",\"true\"],[\"affinity_timeout\",\"30\"],"
	      "[\"hairpin_snat_ip\",\"192.0.2.7\"],[\"neighbor_responder\","
	      "\"all\"]]]",
	 " reject 1 skip 1 flush 1 affinity 30 responder 1 hairpin "
	 "192.0.2.7\n",
	 "notice"},
	{"options' defaults", FRAME_LB,
	 GOOD ",\"options\":[\"map\",[[\"reject\",\"false\"],[\"skip_snat\","
	      "\"no\"],[\"affinity_timeout\",\"0\"],[\"neighbor_responder\","
	      "\"reachable\"],[\"template\",\"false\"],[\"event\",\"false\"],"
	      "[\"add_route\",\"false\"],[\"distributed\",\"false\"],"
	      "[\"use_stateless_nat\",\"false\"]]]",
	 " reject 0 skip 0 flush 0 affinity 0 responder 0\n  vip ", "notice"},
	{"no neighbour responder", FRAME_LB,
	 GOOD "," OPTION("options", "neighbor_responder", "none"),
	 " responder 2\n", "notice"},
	/* the six flags from LB_F_BY_ETH_SRC, 8, on */
	{"every selection field", FRAME_LB,
	 GOOD ",\"selection_fields\":[\"set\",[\"eth_dst\",\"eth_src\","
	      "\"ip_dst\",\"ip_src\",\"tp_dst\",\"tp_src\"]]",
	 " fields 1f8 ", "notice"},
	{"by addresses", FRAME_LB,
	 GOOD ",\"selection_fields\":[\"set\",[\"ip_dst\",\"ip_src\"]]",
	 " fields 60 ", "notice"},
	{"by source port", FRAME_LB, GOOD ",\"selection_fields\":\"tp_src\"",
	 " fields 80 ", "notice"},
	{"by MAC", FRAME_LB, GOOD ",\"selection_fields\":\"eth_src\"",
	 " fields 8 ", "notice"},
	{"hairpin of both families", FRAME_LB,
	 GOOD "," OPTION("options", "hairpin_snat_ip", "192.0.2.7 fd00::7"),
	 " hairpin 192.0.2.7\n  vip 192.0.2.1:80 -> 10.0.0.1:8080\n"
	 "notice IPv6 hairpin_snat_ip: 1 (lb0)\n",
	 NULL},
	{"of a switch", FRAME_SWITCH,
	 "\"load_balancer\":[\"set\",[" ROW_LB(3) "," ROW_LB(1) "]]",
	 "switch sw0 " SW " key 0\n  sw0 has lb a\n  sw0 has lb c\nlb \"a\"",
	 "notice"},
	{"of a router", FRAME_ROUTER, "\"load_balancer\":" ROW_LB(4),
	 " key 0\n  r0 has lb d\nlb \"a\"", "notice"},
	{"by groups", FRAME_ROUTER,
	 "\"load_balancer_group\":[\"set\",[" ROW_GROUP(1) "," ROW_GROUP(2) "]]",
	 " key 0\n  r0 has lb b\n  r0 has lb c\n  r0 has lb d\nlb \"a\"",
	 "notice"},
	{"by itself and by a group, once", FRAME_SWITCH,
	 "\"load_balancer\":[\"set\",[" ROW_LB(1) "," ROW_LB(
		 2) "]],\"load_balancer_group\":" ROW_GROUP(1),
	 " key 0\n  sw0 has lb a\n  sw0 has lb b\n  sw0 has lb d\nlb \"a\"",
	 "notice"},
	{"none", FRAME_SWITCH, "\"load_balancer\":[\"set\",[]]", "switch sw0",
	 "has lb"},
	{"a weak reference that is gone", FRAME_SWITCH,
	 "\"load_balancer\":[\"set\",[" ROW_LB(9) "," ROW_LB(2) "]]",
	 " key 0\n  sw0 has lb b\nlb \"a\"", "notice"},
};

static const struct nb_case notices[] = {
	{"VIP is a word", FRAME_LB, VIP("web:80", "10.0.0.1:80"),
	 UNPARSABLE "web:80=\"10.0.0.1:80\" in load balancer lb0)\n", "vip "},
	{"VIP is a network", FRAME_LB, VIP("192.0.2.0/24", "10.0.0.1"),
	 UNPARSABLE, "vip "},
	{"VIP is empty", FRAME_LB, VIP("", "10.0.0.1"), UNPARSABLE, "vip "},
	{"VIP with a bad port", FRAME_LB, VIP("192.0.2.1:http", "10.0.0.1:80"),
	 UNPARSABLE, "vip "},
	{"VIP with port 65536", FRAME_LB, VIP("192.0.2.1:65536", "10.0.0.1:80"),
	 UNPARSABLE, "vip "},
	{"VIP with a negative port", FRAME_LB,
	 VIP("192.0.2.1:-1", "10.0.0.1:80"), UNPARSABLE, "vip "},
	{"VIP with two ports", FRAME_LB, VIP("192.0.2.1:80:81", "10.0.0.1:80"),
	 UNPARSABLE, "vip "},
	{"bracket without end", FRAME_LB, VIP("[fd00::1:80", "[fd00::2]:80"),
	 UNPARSABLE, "vip "},
	{"VIP longer than any address", FRAME_LB,
	 VIP("192.0.2.1:0000000000000000000000000000000000000000000000000080",
	     "10.0.0.1:80"),
	 UNPARSABLE, "vip "},
	/* OVN, lib/lb.c: the whole VIP goes with a bad backend. */
	{"backend is a word", FRAME_LB,
	 VIP("192.0.2.1:80", "10.0.0.1:80,web:80"),
	 UNPARSABLE "192.0.2.1:80=\"10.0.0.1:80,web:80\" in load balancer "
		    "lb0)\n",
	 "vip "},
	{"backend without the VIP's port", FRAME_LB,
	 VIP("192.0.2.1:80", "10.0.0.1:80,10.0.0.2"), UNPARSABLE, "vip "},
	{"backend with a port, VIP without", FRAME_LB,
	 VIP("192.0.2.1", "10.0.0.1:80"), UNPARSABLE, "vip "},
	{"IPv6 backend of an IPv4 VIP", FRAME_LB,
	 VIP("192.0.2.1:80", "[fd00::2]:80"), UNPARSABLE, "vip "},
	{"blank in front of a backend", FRAME_LB,
	 VIP("192.0.2.1:80", "10.0.0.1:80, 10.0.0.2:80"), UNPARSABLE, "vip "},
	{"the other VIPs stay", FRAME_LB,
	 "\"vips\":[\"map\",[[\"192.0.2.1:80\",\"x\"],[\"192.0.2.2:80\","
	 "\"10.0.0.1:80\"],[\"y\",\"z\"]]]",
	 "  vip 192.0.2.2:80 -> 10.0.0.1:80\nnotice unparsable VIP of a "
	 "Load_Balancer: 2 (",
	 "vip 192.0.2.1"},
	{"IPv6 VIPs", FRAME_LB,
	 "\"vips\":[\"map\",[[\"fd00::1\",\"fd00::2\"],[\"[fd00::1]:80\","
	 "\"[fd00::2]:80\"],[\"[fd00::3]\",\"fd00::2\"]]]",
	 "notice IPv6 VIP of a Load_Balancer: 3 ([fd00::1]:80=", "vip "},
	{"example without a name", FRAME_NAMELESS, VIP("x", "y"),
	 UNPARSABLE "x=\"y\" in load balancer " LB "1)\n", "vip "},
	{"template", FRAME_LB,
	 VIP("^vip:80", "^backends") "," OPTION("options", "template", "true"),
	 "notice Load_Balancer options:template: 1 (load balancer lb0)\n",
	 "unparsable"},
	{"template's options", FRAME_LB,
	 GOOD "," OPTION("options", "address-family", "ipv4"), "  vip ",
	 "notice"},
	{"event", FRAME_LB, GOOD "," OPTION("options", "event", "true"),
	 "  vip 192.0.2.1:80 -> 10.0.0.1:8080\nnotice Load_Balancer "
	 "options:event: 1 (load balancer lb0)\n",
	 NULL},
	{"add_route", FRAME_LB, GOOD "," OPTION("options", "add_route", "true"),
	 "notice Load_Balancer options:add_route: 1", NULL},
	{"distributed", FRAME_LB,
	 GOOD "," OPTION("options", "distributed", "true"),
	 "notice Load_Balancer options:distributed: 1", NULL},
	{"use_stateless_nat", FRAME_LB,
	 GOOD "," OPTION("options", "use_stateless_nat", "true"),
	 "notice Load_Balancer options:use_stateless_nat: 1", NULL},
	{"an option nobody knows, no name", FRAME_NAMELESS,
	 GOOD "," OPTION("options", "new-thing", "1"),
	 "notice Load_Balancer options:new-thing: 1 (load balancer " LB "1)\n",
	 NULL},
	{"health check", FRAME_LB,
	 GOOD ",\"health_check\":[\"set\",[" UUID(1) "," UUID(2) "]]",
	 "  vip 192.0.2.1:80 -> 10.0.0.1:8080\nnotice "
	 "Load_Balancer_Health_Check (backends count as online): 2 (load "
	 "balancer lb0)\n",
	 NULL},
	{"bad affinity_timeout", FRAME_LB,
	 GOOD "," OPTION("options", "affinity_timeout", "1h"),
	 " affinity 0 responder 0\n  vip 192.0.2.1:80 -> 10.0.0.1:8080\n"
	 "notice unparsable affinity_timeout of a Load_Balancer: 1 (lb0)\n",
	 NULL},
	{"affinity_timeout that northd cuts", FRAME_LB,
	 GOOD "," OPTION("options", "affinity_timeout", "65536"),
	 " affinity 65535 responder 0\n  vip 192.0.2.1:80 -> 10.0.0.1:8080\n"
	 "notice affinity_timeout beyond 65535 s: 1 (lb0)\n",
	 NULL},
	{"bad neighbor_responder", FRAME_LB,
	 GOOD "," OPTION("options", "neighbor_responder", "some"),
	 " responder 0\n  vip 192.0.2.1:80 -> 10.0.0.1:8080\nnotice "
	 "neighbor_responder that is none of reachable, all, none: 1 (lb0)\n",
	 NULL},
	{"bad hairpin_snat_ip", FRAME_LB,
	 GOOD "," OPTION("options", "hairpin_snat_ip", "host"),
	 " responder 0\n  vip 192.0.2.1:80 -> 10.0.0.1:8080\nnotice unparsable "
	 "hairpin_snat_ip of a Load_Balancer: 1 (lb0)\n",
	 NULL},
	{"two IPv4 hairpin_snat_ip", FRAME_LB,
	 GOOD "," OPTION("options", "hairpin_snat_ip", "192.0.2.7 192.0.2.8"),
	 "notice unparsable hairpin_snat_ip of a Load_Balancer: 1 (lb0)\n",
	 " hairpin 192"},
};

static const struct nb_case errors[] = {
	{"group missing", FRAME_LS, "\"load_balancer_group\":" UUID(1),
	 "Logical_Switch sw0: a row of its load_balancer_group is missing; "
	 "take a fresh ovsdb-client backup",
	 NULL},
	{"group of a router missing", FRAME_LR,
	 "\"load_balancer_group\":" UUID(1),
	 "Logical_Router r0: a row of its load_balancer_group is missing",
	 NULL},
	{"protocol", FRAME_LB, GOOD ",\"protocol\":\"icmp\"",
	 "Load_Balancer lb0: protocol \"icmp\" is none of tcp, udp, sctp",
	 NULL},
};

static void good_values(void **state)
{
	(void)state;
	NB_MODELS_CHECK(values);
}

static void ignored(void **state)
{
	(void)state;
	NB_MODELS_CHECK(notices);
}

static void bad_values(void **state)
{
	(void)state;
	NB_ERRORS_CHECK(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values),
		cmocka_unit_test(ignored),
		cmocka_unit_test(bad_values),
	};

	return cmocka_run_group_tests_name("nb_lb", tests, NULL, NULL);
}
