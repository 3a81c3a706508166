// SPDX-License-Identifier: GPL-2.0-only
/* What gateway routers and physical networks need of ports, routers and
 * routes; NAT and load balancers have tests of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "nb_case.h"

#define TYPE(name) "\"type\":\"" name "\","
#define NETWORK "[\"network_name\",\"phys\"]"
#define LOCALNET(options)                                                      \
	TYPE("localnet") "\"options\":[\"map\",[" NETWORK options "]]"
#define LEADS_TO "[\"router-port\",\"rp0\"]"
#define ROUTER(options)                                                        \
	TYPE("router") "\"options\":[\"map\",[" LEADS_TO options "]]"
#define AGE(text) OPTION("options", "mac_binding_age_threshold", text)

static const struct nb_case ports[] = {
	{"localnet", FRAME_LSP, LOCALNET(""),
	 "type 2 \"localnet\" enabled 1 unknown 0 router 0 no_arp 0 key 0 "
	 "chassis - peer -\n    localnet phys tag 0 type 8100 learn 0\n",
	 "notice"},
	{"tag", FRAME_LSP, LOCALNET("") ",\"tag\":4095",
	 " phys tag 4095 type 8100 ", "notice"},
	{"tag_request", FRAME_LSP, LOCALNET("") ",\"tag_request\":7",
	 " phys tag 7 ", "notice"},
	{"tag_request 0", FRAME_LSP, LOCALNET("") ",\"tag_request\":0",
	 " phys tag 0 ", "notice"},
	{"tag before tag_request", FRAME_LSP,
	 LOCALNET("") ",\"tag_request\":7,\"tag\":8", " phys tag 8 ", "notice"},
	{"`lsp-add SWITCH PORT \"\" TAG`", FRAME_LSP,
	 LOCALNET("") ",\"parent_name\":\"\",\"tag_request\":7", " phys tag 7 ",
	 "notice"},
	{"802.1ad", FRAME_LSP, LOCALNET(",[\"ethtype\",\"802.1ad\"]"),
	 " type 88a8 ", "notice"},
	{"802.1q", FRAME_LSP, LOCALNET(",[\"ethtype\",\"802.1q\"]"),
	 " type 8100 ", "notice"},
	{"another ethtype", FRAME_LSP, LOCALNET(",[\"ethtype\",\"qinq\"]"),
	 " type 8100 learn 0\nnotice ethtype that is neither 802.1q nor "
	 "802.1ad: 1 (p0)\n",
	 NULL},
	{"learning", FRAME_LSP, LOCALNET(",[\"localnet_learn_fdb\",\"true\"]"),
	 " learn 1\n", "notice"},
	{"no network", FRAME_LSP, TYPE("localnet") "\"tag\":5",
	 "    localnet - tag 5 type 8100 learn 0\nnotice localnet port without "
	 "options:network_name: 1 (p0)\n",
	 NULL},
	{"empty network name", FRAME_LSP,
	 TYPE("localnet") OPTION("options", "network_name", ""),
	 "    localnet - tag 0 type 8100 learn 0\nnotice localnet port without "
	 "options:network_name: 1 (p0)\n",
	 NULL},
	{"QoS", FRAME_LSP,
	 LOCALNET(",[\"qos_max_rate\",\"1\"],[\"qos_burst\",\"1\"]"),
	 "notice Logical_Switch_Port options:qos_burst: 1 (port p0)\n"
	 "notice Logical_Switch_Port options:qos_max_rate: 1 (port p0)\n",
	 NULL},
	{"announces NAT", FRAME_LSP, ROUTER(",[\"nat-addresses\",\"router\"]"),
	 " peer rp0\n    announces nat 1 but vips 0\n", "notice"},
	{"announces NAT without VIPs", FRAME_LSP,
	 ROUTER(",[\"nat-addresses\",\"router\"],[\"exclude-lb-vips-from-"
		"garp\",\"true\"]"),
	 "    announces nat 1 but vips 1\n", "notice"},
	{"announces nothing", FRAME_LSP, ROUTER(",[\"nat-addresses\",\"\"]"),
	 "lsp p0", "announces"},
	{"announces addresses", FRAME_LSP,
	 ROUTER(",[\"nat-addresses\",\"02:00:00:00:00:01 192.0.2.1 "
		"192.0.2.2\"]"),
	 "    announces 02:00:00:00:00:01 192.0.2.1/32 192.0.2.2/32\n",
	 "notice"},
	{"announces where a port is", FRAME_LSP,
	 ROUTER(",[\"nat-addresses\",\"02:00:00:00:00:01 192.0.2.1 "
		"is_chassis_resident(\\\"cr-rp0\\\")\"]"),
	 "    announces 02:00:00:00:00:01 192.0.2.1/32\nnotice "
	 "is_chassis_resident() in nat-addresses: 1 (p0)\n",
	 NULL},
	{"announces no MAC", FRAME_LSP,
	 ROUTER(",[\"nat-addresses\",\"192.0.2.1\"]"),
	 "notice unparsable nat-addresses: 1 (p0)\n", "announces"},
	{"announces with a tail", FRAME_LSP,
	 ROUTER(",[\"nat-addresses\",\"02:00:00:00:00:01 192.0.2.1 x\"]"),
	 "    announces 02:00:00:00:00:01 192.0.2.1/32\nnotice unparsable "
	 "nat-addresses: 1 (p0)\n",
	 NULL},
	{"announcements switched off", FRAME_LSP,
	 ROUTER(",[\"disable_garp_rarp\",\"true\"],[\"exclude-router-ips-from-"
		"garp\",\"true\"]"),
	 "notice Logical_Switch_Port options:disable_garp_rarp: 1 (port p0)\n"
	 "notice Logical_Switch_Port options:exclude-router-ips-from-garp: 1 "
	 "(port p0)\n",
	 NULL},
	{"route table of a port", FRAME_LRP,
	 GOOD_LRP "," OPTION("options", "route_table", "t1"),
	 " 02:00:00:00:00:0a 10.0.0.1/24 table t1\n", "notice"},
	{"main table", FRAME_LRP,
	 GOOD_LRP "," OPTION("options", "route_table", ""),
	 " 02:00:00:00:00:0a 10.0.0.1/24\n", "notice"},
};

static const struct nb_case routers[] = {
	{"gateway router", FRAME_LR, OPTION("options", "chassis", "node1"),
	 " chassis node1 learn 1 dynamic 0 key 0\n", "notice"},
	{"force SNAT", FRAME_LR,
	 "\"options\":[\"map\",[[\"dnat_force_snat_ip\",\"192.0.2.1\"],"
	 "[\"lb_force_snat_ip\",\"192.0.2.2\"]]]",
	 "  dnat force 192.0.2.1\n  lb force 192.0.2.2\n", "notice"},
	{"router_ip", FRAME_LR,
	 "\"options\":[\"map\",[[\"dnat_force_snat_ip\",\"router_ip\"],"
	 "[\"lb_force_snat_ip\",\"router_ip\"]]]",
	 "  dnat force router_ip\n  lb force router_ip\n", "notice"},
	{"both families", FRAME_LR,
	 OPTION("options", "lb_force_snat_ip", "192.0.2.2 fd00::2"),
	 "  lb force 192.0.2.2\nnotice IPv6 lb_force_snat_ip: 1 (r0)\n", NULL},
	{"IPv6 alone", FRAME_LR,
	 OPTION("options", "lb_force_snat_ip", "fd00::2"),
	 "notice IPv6 lb_force_snat_ip: 1 (r0)\n", "force 0"},
	{"no address", FRAME_LR, OPTION("options", "lb_force_snat_ip", "host"),
	 "notice unparsable lb_force_snat_ip of a Logical_Router: 1 (r0)\n",
	 "  lb force"},
	{"empty", FRAME_LR, OPTION("options", "dnat_force_snat_ip", ""),
	 "notice unparsable dnat_force_snat_ip of a Logical_Router: 1 (r0)\n",
	 "  dnat force"},
	{"a network", FRAME_LR,
	 OPTION("options", "dnat_force_snat_ip", "192.0.2.0/24"),
	 "notice unparsable dnat_force_snat_ip of a Logical_Router: 1 (r0)\n",
	 "  dnat force"},
	{"two addresses", FRAME_LR,
	 OPTION("options", "dnat_force_snat_ip", "192.0.2.1 192.0.2.2"),
	 "notice unparsable dnat_force_snat_ip of a Logical_Router: 1 (r0)\n",
	 "  dnat force"},
	{"a tail", FRAME_LR,
	 OPTION("options", "dnat_force_snat_ip", "192.0.2.1,x"),
	 "  dnat force 192.0.2.1\nnotice unparsable dnat_force_snat_ip of a "
	 "Logical_Router: 1 (r0)\n",
	 NULL},
	{"age", FRAME_LR, AGE("60"), "  age 60\n", "notice"},
	{"age 0", FRAME_LR, AGE("0"), "router r0", "age"},
	{"age by prefix", FRAME_LR,
	 AGE("192.0.2.0/24:60;fd00::/8:0;10.0.0.1:5;300"),
	 "  age 300\nnotice mac_binding_age_threshold of a prefix: 3 (r0)\n",
	 NULL},
	{"age by prefix alone", FRAME_LR, AGE("192.0.2.0/24:60"),
	 "notice mac_binding_age_threshold of a prefix: 1 (r0)\n", "  age"},
	/* northd takes a prefix of length 0 for the default */
	{"age of the whole", FRAME_LR, AGE("0.0.0.0/0:60"), "  age 60\n",
	 "notice"},
	{"age, the last default counts", FRAME_LR, AGE("60;90"), "  age 90\n",
	 "notice"},
	{"age that is no number", FRAME_LR, AGE("60;1h"),
	 "notice unparsable mac_binding_age_threshold of a Logical_Router: 1 "
	 "(r0)\n",
	 "  age"},
	{"age of no prefix", FRAME_LR, AGE("60;net:5"),
	 "notice unparsable mac_binding_age_threshold of a Logical_Router: 1",
	 "  age"},
	{"age beyond 32 bits", FRAME_LR, AGE("4294967296"),
	 "notice unparsable mac_binding_age_threshold of a Logical_Router: 1",
	 "  age"},
	{"conntrack of the host", FRAME_LR,
	 "\"options\":[\"map\",[[\"snat-ct-zone\",\"0\"],[\"ct-zone-limit\","
	 "\"9\"]]]",
	 "notice Logical_Router options:ct-zone-limit: 1 (router r0)\n"
	 "notice Logical_Router options:snat-ct-zone: 1 (router r0)\n",
	 NULL},
	{"load balancers of switches", FRAME_NONE,
	 "\"NB_Global\":{\"" SW "\":{\"options\":[\"map\",[["
	 "\"install_ls_lb_from_router\",\"true\"]]]}}",
	 "notice NB_Global options:install_ls_lb_from_router: 1 (-)\n", NULL},
};

#define VIA(prefix) "\"ip_prefix\":\"" prefix "\",\"nexthop\":\"192.0.2.2\","

static const struct nb_case routes[] = {
	{"by source", FRAME_ROUTE, VIA("10.0.0.5/9") "\"policy\":\"src-ip\"",
	 "  route " ROUTE "2 src 10.0.0.0/9 via 192.0.2.2 port -\n", "notice"},
	{"in a table", FRAME_ROUTE, VIA("10.0.0.0/9") "\"route_table\":\"t1\"",
	 "2 10.0.0.0/9 via 192.0.2.2 port - table t1\n", "notice"},
	{"one prefix, two next hops", FRAME_ROUTE,
	 VIA("10.0.0.0/8") "\"output_port\":\"rp0\"",
	 "1 10.0.0.0/8 via 192.0.2.1 port -\n  route " ROUTE
	 "2 10.0.0.0/8 via 192.0.2.2 port rp0\n",
	 "notice"},
	{"the same twice", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/8\",\"nexthop\":\"192.0.2.1\"",
	 "1 10.0.0.0/8 via 192.0.2.1 port -\n  route " ROUTE
	 "2 10.0.0.0/8 via 192.0.2.1 port -\n",
	 "notice"},
	{"no next hop", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/9\",\"nexthop\":\"\",\"output_port\":"
	 "\"rp0\"",
	 "2 10.0.0.0/9 port rp0\n", "notice"},
	{"symmetric reply is off", FRAME_ROUTE,
	 VIA("10.0.0.0/9") OPTION("options", "ecmp_symmetric_reply", "false"),
	 "2 10.0.0.0/9 via 192.0.2.2 port -\n", "notice"},
	{"IPv6 by source", FRAME_ROUTE,
	 "\"ip_prefix\":\"fd00::/8\",\"nexthop\":\"fd00::1\",\"policy\":"
	 "\"src-ip\"",
	 "notice IPv6 static route: 1 (fd00::/8 in router r0)\n", "fd00::1"},
};

static const struct nb_case errors[] = {
	{"tag beyond 12 bits", FRAME_LSP, LOCALNET("") ",\"tag\":4096",
	 "Logical_Switch_Port p0: tag 4096 is no VLAN, which are from 1 to "
	 "4095 (0: untagged)",
	 NULL},
	{"negative tag_request", FRAME_LSP, LOCALNET("") ",\"tag_request\":-1",
	 "Logical_Switch_Port p0: tag_request -1 is no VLAN", NULL},
};

static void port_values(void **state)
{
	(void)state;
	NB_MODELS_CHECK(ports);
}

static void router_values(void **state)
{
	(void)state;
	NB_MODELS_CHECK(routers);
}

static void route_values(void **state)
{
	(void)state;
	NB_MODELS_CHECK(routes);
}

static void bad_values(void **state)
{
	(void)state;
	NB_ERRORS_CHECK(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(port_values),
		cmocka_unit_test(router_values),
		cmocka_unit_test(route_values),
		cmocka_unit_test(bad_values),
	};

	return cmocka_run_group_tests_name("nb_gateway", tests, NULL, NULL);
}
