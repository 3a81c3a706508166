// SPDX-License-Identifier: GPL-2.0-only
/* Rows of a Northbound database and the model made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "nb_case.h"

static const struct nb_case values[] = {
	{"MAC alone", FRAME_LSP, "\"addresses\":\"02:00:00:00:00:01\"",
	 "    address 02:00:00:00:00:01\n", "notice"},
	{"MAC and IPs, spaces", FRAME_LSP,
	 "\"addresses\":\" 02:0:00:00:00:aB  10.0.0.1   fd00::1 10.0.0.2 \"",
	 "    address 02:00:00:00:00:ab 10.0.0.1/32 10.0.0.2/32 "
	 "fd00::1/128\n",
	 "notice"},
	{"several, unknown", FRAME_LSP,
	 "\"addresses\":[\"set\",[\"unknown\",\"02:00:00:00:00:02 10.0.0.2\","
	 "\"02:00:00:00:00:01\"]]",
	 "unknown 1 router 0 no_arp 0 key 0 chassis - peer -\n"
	 "    address 02:00:00:00:00:01\n"
	 "    address 02:00:00:00:00:02 10.0.0.2/32\n",
	 "notice"},
	{"dynamic", FRAME_LSP,
	 "\"addresses\":\"dynamic\",\"dynamic_addresses\":"
	 "\"02:00:00:00:00:05 10.0.0.5 fd00::5\"",
	 "    address 02:00:00:00:00:05 10.0.0.5/32 fd00::5/128\n", "notice"},
	{"dynamic IP", FRAME_LSP,
	 "\"addresses\":\"dynamic 10.0.0.5\",\"dynamic_addresses\":"
	 "\"02:00:00:00:00:05 10.0.0.5\"",
	 "    address 02:00:00:00:00:05 10.0.0.5/32\n", "notice"},
	{"MAC dynamic", FRAME_LSP,
	 "\"addresses\":\"02:00:00:00:00:05 dynamic\",\"dynamic_addresses\":"
	 "\"02:00:00:00:00:05 10.0.0.5\"",
	 "    address 02:00:00:00:00:05 10.0.0.5/32\n", "notice"},
	{"dynamic, not assigned", FRAME_LSP, "\"addresses\":\"dynamic\"",
	 "notice dynamic address that northd has not assigned: 1 (p0)",
	 "    address"},
	{"router port", FRAME_LSP,
	 "\"addresses\":\"router\",\"type\":\"router\"," OPTION(
		 "options", "router-port", "rp0"),
	 "type 1 \"router\" enabled 1 unknown 0 router 1 no_arp 0 key 0 "
	 "chassis - peer rp0",
	 "notice"},
	{"disabled, no ARP replies, key, chassis", FRAME_LSP,
	 "\"enabled\":false,\"options\":[\"map\",[[\"disable_arp_nd_rsp\","
	 "\"true\"],[\"requested-tnl-key\",\"32767\"],[\"requested-chassis\","
	 "\"node1\"]]]",
	 "enabled 0 unknown 0 router 0 no_arp 1 key 32767 chassis node1 peer -",
	 "notice"},
	{"enabled is optional", FRAME_LSP, "\"enabled\":[\"set\",[]]",
	 "enabled 1", "notice"},
	{"port security with masks", FRAME_LSP,
	 "\"port_security\":[\"set\",[\"02:00:00:00:00:01 10.0.0.0/24 "
	 "10.0.1.7/255.255.255.0 fd00::/64\",\"02:00:00:00:00:02\"]]",
	 "    security 02:00:00:00:00:01 10.0.0.0/24 10.0.1.7/24 fd00::/64\n"
	 "    security 02:00:00:00:00:02\n",
	 "notice"},
	/* OVN, lib/ovn-util.c: what stands before the mistake counts. */
	{"addresses with a tail", FRAME_LSP,
	 "\"addresses\":\"02:00:00:00:00:01 10.0.0.1,10.0.0.2\"",
	 "    address 02:00:00:00:00:01 10.0.0.1/32\n"
	 "notice unparsable addresses: 1 (p0)",
	 NULL},
	{"addresses without a MAC", FRAME_LSP, "\"addresses\":\"10.0.0.1\"",
	 "notice unparsable addresses: 1 (p0)", "    address"},
	{"address 0.0.0.0", FRAME_LSP,
	 "\"addresses\":\"02:00:00:00:00:01 0.0.0.0\"",
	 "    address 02:00:00:00:00:01\nnotice unparsable addresses: 1", NULL},
	{"MAC of five", FRAME_LSP, "\"addresses\":\"02:00:00:00:01\"",
	 "notice unparsable addresses: 1 (p0)", "    address"},
	{"plen 33", FRAME_LSP,
	 "\"port_security\":\"02:00:00:00:00:01 10.0.0.0/33\"",
	 "    security 02:00:00:00:00:01\nnotice unparsable port_security: 1",
	 NULL},
	{"mask with a hole", FRAME_LSP,
	 "\"port_security\":\"02:00:00:00:00:01 10.0.0.0/255.0.255.0\"",
	 "notice unparsable port_security: 1", NULL},
	{"VRRPv3", FRAME_LSP, "\"port_security\":\"VRRPv3 02:00:00:00:00:01\"",
	 "notice VRRPv3 port_security: 1 (p0)", "    security"},
	{"switch key", FRAME_LS,
	 OPTION("other_config", "requested-tnl-key", "16777215"),
	 "switch sw0 " SW " key 16777215\n", "notice"},
	{"LRP", FRAME_LRP,
	 "\"mac\":\"02:00:00:00:00:0A\",\"networks\":[\"set\",[\"10.0.1.1/24\","
	 "\"10.0.0.1/24\"]],\"peer\":\"other\",\"enabled\":false," OPTION(
		 "options", "requested-tnl-key", "5"),
	 "  lrp rp0 " LRP " enabled 0 gateway 0 key 5 peer other "
	 "02:00:00:00:00:0a 10.0.0.1/24 10.0.1.1/24\n",
	 "notice"},
	{"LRP without a prefix length", FRAME_LRP,
	 "\"mac\":\"02:00:00:00:00:0a\",\"networks\":\"10.0.0.1\"",
	 " 10.0.0.1/32\n", "notice"},
	{"router options", FRAME_LR,
	 "\"enabled\":false,\"options\":[\"map\",[[\"requested-tnl-key\",\"9\"],"
	 "[\"always_learn_from_arp_request\",\"false\"],"
	 "[\"dynamic_neigh_routers\",\"true\"]]]",
	 "router r0 " LR " enabled 0 chassis - learn 0 dynamic 1 key 9\n",
	 "notice"},
	{"router defaults", FRAME_LR, "\"external_ids\":[\"map\",[]]",
	 "router r0 " LR " enabled 1 chassis - learn 1 dynamic 0 key 0\n",
	 "notice"},
	{"route: host bits", FRAME_ROUTE,
	 "\"ip_prefix\":\"172.16.5.7/12\",\"nexthop\":\"192.0.2.2\","
	 "\"policy\":\"dst-ip\",\"output_port\":\"rp0\"",
	 " 172.16.0.0/12 via 192.0.2.2 port rp0\n", "notice"},
	{"route: default", FRAME_ROUTE,
	 "\"ip_prefix\":\"0.0.0.0/0\",\"nexthop\":\"192.0.2.2\"",
	 "  route " ROUTE "1 10.0.0.0/8 via 192.0.2.1 port -\n  route " ROUTE
	 "2 0.0.0.0/0 via 192.0.2.2 port -\n",
	 "notice"},
	{"route: host", FRAME_ROUTE,
	 "\"ip_prefix\":\"172.16.5.7\",\"nexthop\":\"discard\"",
	 " 172.16.5.7/32 discard port -\n", "notice"},
	{"route: no next hop", FRAME_ROUTE,
	 "\"ip_prefix\":\"172.16.5.7\",\"nexthop\":\"\",\"output_port\":\"rp0\"",
	 " 172.16.5.7/32 port rp0\n", "notice"},
	{"route: ECMP keeps both", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.1.2.3/8\",\"nexthop\":\"192.0.2.9\"",
	 "  route " ROUTE "1 10.0.0.0/8 via 192.0.2.1 port -\n"
	 "  route " ROUTE "2 10.0.0.0/8 via 192.0.2.9 port -\n",
	 "notice"},
};

static const struct nb_case errors[] = {
	{"a router with a switch's uuid", FRAME_NONE,
	 "\"Logical_Switch\":{\"" SW "\":{\"name\":\"sw0\"}},"
	 "\"Logical_Router\":{\"" SW "\":{\"name\":\"r0\"}}",
	 "Logical_Router r0: a Logical_Switch has the same _uuid", NULL},
	{"LRP without a network", FRAME_LRP, "\"mac\":\"02:00:00:00:00:0a\"",
	 "Logical_Router_Port rp0: it has no network; give it one, as in "
	 "10.0.0.1/24",
	 NULL},
	{"LRP without a MAC", FRAME_LRP, "\"networks\":\"10.0.0.1/24\"",
	 "Logical_Router_Port rp0: mac \"\" is no Ethernet address", NULL},
	{"LRP with a bad MAC", FRAME_LRP,
	 "\"mac\":\"02:00:00:00:00:0a 10.0.0.1\",\"networks\":\"10.0.0.1/24\"",
	 "Logical_Router_Port rp0: mac \"02:00:00:00:00:0a 10.0.0.1\" is no",
	 NULL},
	{"LRP with a bad network", FRAME_LRP,
	 "\"mac\":\"02:00:00:00:00:0a\",\"networks\":\"10.0.0.1/40\"",
	 "Logical_Router_Port rp0: networks \"10.0.0.1/40\" is no address",
	 NULL},
	{"port key beyond 15 bits", FRAME_LSP,
	 OPTION("options", "requested-tnl-key", "32768"),
	 "Logical_Switch_Port p0: options:requested-tnl-key \"32768\" is no "
	 "number from 1 to 32767",
	 NULL},
	{"port key is a word", FRAME_LSP,
	 OPTION("options", "requested-tnl-key", "7x"), "\"7x\" is no number",
	 NULL},
	{"switch key beyond 24 bits", FRAME_LS,
	 OPTION("other_config", "requested-tnl-key", "16777216"),
	 "Logical_Switch sw0: other_config:requested-tnl-key", NULL},
	{"negative router key", FRAME_LR,
	 OPTION("options", "requested-tnl-key", "-1"),
	 "Logical_Router r0: options:requested-tnl-key \"-1\"", NULL},
	{"bad prefix", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0\",\"nexthop\":\"192.0.2.2\"",
	 "static route " ROUTE "2 of router r0: ip_prefix \"10.0.0\" is no "
	 "network",
	 NULL},
	{"bad next hop", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/9\",\"nexthop\":\"gateway\"",
	 "nexthop \"gateway\" is neither an address nor discard", NULL},
	{"next hop is a network", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/9\",\"nexthop\":\"192.0.2.0/24\"",
	 "nexthop \"192.0.2.0/24\" is neither", NULL},
	{"port row missing", FRAME_LS, "\"ports\":" UUID(1),
	 "Logical_Switch sw0: a row of its ports is missing", NULL},
	{"LRP row missing", FRAME_LR, "\"ports\":" UUID(1),
	 "Logical_Router r0: a row of its ports is missing", NULL},
	{"route row missing", FRAME_LR, "\"static_routes\":" UUID(1),
	 "Logical_Router r0: a row of its static_routes is missing", NULL},
	{"a name that would write a line of its own", FRAME_LSP,
	 "\"name\":\"p\\nq\\u001b[1m\"," OPTION("options", "requested-tnl-key",
						"x"),
	 "Logical_Switch_Port p?q?[1m: options:requested-tnl-key", NULL},
	{"port without a name", FRAME_LSP, "\"name\":\"\"",
	 "Logical_Switch_Port " PORT ": it has no name", NULL},
};

static const struct nb_case notices[] = {
	{"ACL", FRAME_LS,
	 "\"acls\":[\"set\",[" UUID(1) "," UUID(2) "," UUID(3) "]]",
	 "notice ACL: 3 (switch sw0)\n", NULL},
	{"QoS", FRAME_LS, "\"qos_rules\":" UUID(1),
	 "notice QoS: 1 (switch sw0)\n", NULL},
	{"DNS", FRAME_LS, "\"dns_records\":" UUID(1), "notice DNS: 1", NULL},
	{"Forwarding_Group", FRAME_LS, "\"forwarding_groups\":" UUID(1),
	 "notice Forwarding_Group: 1", NULL},
	{"snooping", FRAME_LS, OPTION("other_config", "mcast_snoop", "true"),
	 "notice Logical_Switch other_config:mcast_snoop: 1 (switch sw0)",
	 NULL},
	{"no snooping", FRAME_LS,
	 OPTION("other_config", "mcast_snoop", "false"), "switch", "notice"},
	{"vlan-passthru", FRAME_LS,
	 OPTION("other_config", "vlan-passthru", "true"),
	 "other_config:vlan-passthru: 1", NULL},
	{"IPAM is northd's", FRAME_LS,
	 OPTION("other_config", "subnet", "10.0.0.0/24"), "switch", "notice"},
	{"virtual", FRAME_LSP, "\"type\":\"virtual\"",
	 "notice switch port of type virtual: 1 (p0)\n", NULL},
	{"nested port", FRAME_LSP, "\"parent_name\":\"p1\",\"tag\":5",
	 "notice nested port (parent_name): 1 (port p0)\n", NULL},
	{"DHCP", FRAME_LSP,
	 "\"dhcpv4_options\":" UUID(1) ",\"dhcpv6_options\":" UUID(2),
	 "notice DHCP_Options (DHCPv4): 1 (port p0)\n"
	 "notice DHCP_Options (DHCPv6): 1 (port p0)\n",
	 NULL},
	{"mirror", FRAME_LSP, "\"mirror_rules\":" UUID(1),
	 "notice Mirror: 1 (port p0)\n", NULL},
	{"several chassis", FRAME_LSP,
	 OPTION("options", "requested-chassis", "a,b"),
	 "notice port on several chassis (requested-chassis list): 1 (p0)",
	 NULL},
	{"an option nobody knows", FRAME_LSP,
	 OPTION("options", "new-thing", "1"),
	 "notice Logical_Switch_Port options:new-thing: 1 (port p0)\n", NULL},
	{"options without effect", FRAME_LSP,
	 "\"options\":[\"map\",[[\"mcast_flood\",\"false\"],"
	 "[\"iface-id-ver\",\"x\"],[\"nat-addresses\",\"router\"]]]",
	 "lsp p0", "notice"},
	{"policy", FRAME_LR, "\"policies\":" UUID(1),
	 "notice Logical_Router_Policy: 1 (router r0)\n", NULL},
	{"copp", FRAME_LR, "\"copp\":" UUID(1), "notice Copp: 1", NULL},
	{"ic routes", FRAME_LR, OPTION("options", "ic-route-adv", "true"),
	 "router r0", "notice"},
	{"gateway chassis", FRAME_LRP, GOOD_LRP ",\"gateway_chassis\":" UUID(1),
	 "gateway 1 key 0 peer - 02:00:00:00:00:0a 10.0.0.1/24\nnotice "
	 "distributed gateway port (Gateway_Chassis): 1 (port rp0)",
	 NULL},
	{"HA group", FRAME_LRP, GOOD_LRP ",\"ha_chassis_group\":" UUID(1),
	 "notice distributed gateway port (HA_Chassis_Group): 1 (port rp0)",
	 NULL},
	{"IPv6 network", FRAME_LRP,
	 "\"mac\":\"02:00:00:00:00:0a\",\"networks\":[\"set\",[\"fd00::1/64\","
	 "\"fd01::1/64\"]]",
	 "notice IPv6 network of a router port: 2 (rp0)\n", NULL},
	{"RA", FRAME_LRP,
	 GOOD_LRP ",\"ipv6_ra_configs\":[\"map\",[[\"address_mode\",\"slaac\"],"
		  "[\"mtu\",\"1400\"]]]",
	 "notice Logical_Router_Port ipv6_ra_configs: 1 (port rp0)\n", NULL},
	{"gateway_mtu", FRAME_LRP,
	 GOOD_LRP "," OPTION("options", "gateway_mtu", "1400"),
	 "notice Logical_Router_Port options:gateway_mtu: 1 (port rp0)\n",
	 NULL},
	{"IPv6 route", FRAME_ROUTE,
	 "\"ip_prefix\":\"::/0\",\"nexthop\":\"fd00::9\"",
	 "notice IPv6 static route: 1 (::/0 in router r0)\n", NULL},
	{"IPv6 next hop", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/9\",\"nexthop\":\"fd00::9\"",
	 "notice IPv4 static route with an IPv6 next hop: 1", NULL},
	{"BFD", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/9\",\"nexthop\":\"192.0.2.2\",\"bfd\":" UUID(
		 1),
	 "notice static route with BFD: 1", "192.0.2.2"},
	{"selection fields", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/9\",\"nexthop\":\"192.0.2.2\","
	 "\"selection_fields\":\"ip_src\"",
	 "notice selection_fields of a static route: 1 (10.0.0.0/9 in router "
	 "r0)\n",
	 NULL},
	{"symmetric reply", FRAME_ROUTE,
	 "\"ip_prefix\":\"10.0.0.0/9\",\"nexthop\":\"192.0.2.2\"," OPTION(
		 "options", "ecmp_symmetric_reply", "true"),
	 "Logical_Router_Static_Route options:ecmp_symmetric_reply: 1 "
	 "(10.0.0.0/9 in router r0)",
	 NULL},
	{"ACL of a port group", FRAME_NONE,
	 "\"Port_Group\":{\"" SW "\":{\"name\":\"pg0\",\"ports\":" UUID(
		 1) ",\"acls\":[\"set\",[" UUID(2) "," UUID(3) "]]}}",
	 "notice ACL of a port group: 2 (port group pg0)\n", NULL},
	{"port group without ports", FRAME_NONE,
	 "\"Port_Group\":{\"" SW "\":{\"name\":\"pg0\",\"acls\":" UUID(2) "}}",
	 "", "notice"},
	{"Static_MAC_Binding", FRAME_NONE,
	 "\"Static_MAC_Binding\":{\"" SW "\":{\"logical_port\":\"rp0\"}}",
	 "notice Static_MAC_Binding: 1 (port rp0)\n", NULL},
	{"ipsec", FRAME_NONE, "\"NB_Global\":{\"" SW "\":{\"ipsec\":true}}",
	 "notice NB_Global ipsec: 1 (-)\n", NULL},
	{"rows without effect", FRAME_NONE,
	 "\"NB_Global\":{\"" SW "\":{\"name\":\"x\",\"options\":[\"map\",[["
	 "\"mac_prefix\",\"0a:0b:0c\"]]]}},\"Connection\":{\"" SW
	 "\":{\"target\":\"ptcp:6641\"}},\"Load_Balancer\":{\"" SW
	 "\":{\"name\":\"lb\"}},\"Meter\":{\"" SW "\":{\"name\":\"m\"}},"
	 "\"DHCP_Options\":{\"" SW "\":{\"cidr\":\"10.0.0.0/24\"}},"
	 "\"Address_Set\":{\"" SW "\":{\"name\":\"as\"}}",
	 "", "notice"},
};

static void good_values(void **state)
{
	(void)state;
	NB_MODELS_CHECK(values);
}

static void unsupported(void **state)
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
		cmocka_unit_test(bad_values),
		cmocka_unit_test(unsupported),
	};

	return cmocka_run_group_tests_name("nb", tests, NULL, NULL);
}
