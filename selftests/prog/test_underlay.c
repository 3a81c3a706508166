// SPDX-License-Identifier: GPL-2.0-only
/* Receiving from other chassis: RFC 8926, ovn-architecture(7) "Tunnel
 * Encapsulations", and what a stock chassis does with crafted packets. */
#include "tables.h"

#define INNER "eth ls1-vm2>ls1-vm1 | " VM2_VM1 " | udp 2000>1000 | data 64"
#define KEYS "geneve ls1 ls1-vm2>ls1-vm1 | "
#define FROM_NODE3 "outer node3>node2 | " KEYS
#define RECEIVED FROM_NODE3 INNER
/* Offsets in a received frame: IP 14, UDP 34, Geneve 42, option 50, inner
 * Ethernet 58, inner IP 72. */
#define MALFORMED "drop TUNNEL_MALFORMED", NULL
#define BAD_OPTION "drop TUNNEL_OPTION", NULL

static const struct test tunnel_tests[] = {
	TEST("I1: UDP", "underlay", RECEIVED, "redirect vm1", INNER),
	TEST("I1: TCP", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | " VM2_VM1 " | tcp 80>1000 | "
			"data 1400",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | " VM2_VM1 " | tcp 80>1000 | data 1400"),
	TEST("I1: largest that fits", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | " VM2_VM1 " | udp 1>2 | data "
			"1414",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | " VM2_VM1 " | udp 1>2 | data 1414"),
	TEST("IPv6", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | ip6 fd00::2>fd00::1 | udp 1>2 | "
			"data 30",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | ip6 fd00::2>fd00::1 | udp 1>2 | data 30"),
	TEST("ARP reply", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | arp reply "
			"ls1-vm2/172.18.100.20>ls1-vm1/172.18.100.10",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | arp reply "
	     "ls1-vm2/172.18.100.20>ls1-vm1/172.18.100.10"),
	TEST("an ethertype nobody knows", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 type=0x88b6 | data 50",
	     "redirect vm1", "eth ls1-vm2>ls1-vm1 type=0x88b6 | data 50"),
	TEST("an inner frame of 34 bytes", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 type=0x88b6 | data 20",
	     "redirect vm1", "eth ls1-vm2>ls1-vm1 type=0x88b6 | data 20"),
	/* adjust_room keeps 20 bytes behind the Ethernet header. */
	TEST("an inner frame of 33 bytes is too short for TC", "tc",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 type=0x88b6 | data 19",
	     "drop DECAP_FAILED", NULL),
	TEST("an inner frame of 14 bytes by XDP", "xdp",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 type=0x88b6", "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 type=0x88b6"),
	TEST("a VLAN tag is checked where a frame enters, not here", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | vlan 5 | " VM2_VM1
			" | udp 1>2 | data 8",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | vlan 5 | " VM2_VM1 " | udp 1>2 | data 8"),
	TEST("inner Ethernet padding stays", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | arp reply "
			"ls1-vm2/172.18.100.20>ls1-vm1/172.18.100.10 | hex "
			"000000000000000000000000000000000000",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | arp reply "
	     "ls1-vm2/172.18.100.20>ls1-vm1/172.18.100.10 | pad 60"),
	TEST("any source port is accepted", "underlay",
	     "outer node3>node2 sport=6081 | " KEYS INNER, "redirect vm1",
	     INNER),
	TEST("source port 1", "underlay",
	     "outer node3>node2 sport=1 | " KEYS INNER, "redirect vm1", INNER),
	TEST("outer DF clear", "underlay",
	     "outer node3>node2 frag=0 | " KEYS INNER, "redirect vm1", INNER),
	TEST("C flag clear, as the flag is not checked", "underlay",
	     RECEIVED " | poke 43=00", "redirect vm1", INNER),
	TEST("inner TTL 1 is no business of the receiver", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | " VM2_VM1
			" ttl=1 | udp 1>2 | data 8",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | " VM2_VM1 " ttl=1 | udp 1>2 | data 8"),
	TEST("already routed by the sender", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-router1>ls1-vm1 | eth "
	     "router1-ls1>ls1-vm1 | ip4 172.18.200.10>172.18.100.10 ttl=63 | "
	     "icmp 8/0 rest=1 | data 56",
	     "redirect vm1",
	     "eth router1-ls1>ls1-vm1 | ip4 172.18.200.10>172.18.100.10 ttl=63 "
	     "| icmp 8/0 rest=1 | data 56"),
	TEST("inner fragment", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | " VM2_VM1
			" id=5 frag=0x0010 proto=17 | data 40",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | " VM2_VM1
	     " id=5 frag=0x0010 proto=17 | data 40"),
	TEST("flood copy to the guests of the switch here", "underlay",
	     "outer node3>node2 | geneve ls2 ls2-vm3>flood_l2 | eth "
	     "ls2-vm3>all | ip4 172.18.200.10>172.18.200.255 | udp 1>2 | data "
	     "8",
	     "consumed", NULL,
	     .copies = {"vm4: eth ls2-vm3>all | ip4 "
			"172.18.200.10>172.18.200.255 | udp 1>2 | data 8"}),
	TEST("I2: flood copy to everything: routers are the sender's",
	     "underlay",
	     "outer node3>node2 | geneve ls2 ls2-vm3>flood | eth ls2-vm3>all | "
	     "arp request ls2-vm3/172.18.200.10>zero/172.18.200.1",
	     "consumed", NULL,
	     .copies = {"vm4: eth ls2-vm3>all | arp request "
			"ls2-vm3/172.18.200.10>zero/172.18.200.1"}),
	TEST("IPv6 multicast", "underlay",
	     "outer node3>node2 | geneve ls2 ls2-vm3>flood_l2 | eth "
	     "ls2-vm3>33:33:00:00:00:01 | ip6 fe80::1>ff02::1 hops=1 | icmp6 "
	     "128/0 rest=1",
	     "consumed", NULL,
	     .copies = {"vm4: eth ls2-vm3>33:33:00:00:00:01 | ip6 "
			"fe80::1>ff02::1 hops=1 | icmp6 128/0 rest=1"}),
};

const struct test_group tunnel_group =
	TEST_GROUP("tunnel", TUTORIAL, tunnel_tests);

/* Options that change the header's length are in test_hostile.c. */
static const struct test tunnel_drop_tests[] = {
	TEST("I3: from no chassis", "underlay",
	     "outer 192.168.209.99>node2 | " KEYS INNER, "drop TUNNEL_CHASSIS",
	     NULL),
	TEST("I3: from ourselves", "underlay",
	     "outer node2>node2 | " KEYS INNER, "drop TUNNEL_CHASSIS", NULL),
	TEST("I3: unknown VNI", "underlay",
	     "outer node3>node2 | geneve 77 1>2 | " INNER, "drop TUNNEL_VNI",
	     NULL),
	TEST("I3: VNI 0", "underlay",
	     "outer node3>node2 | geneve 0 1>2 | " INNER, "drop TUNNEL_VNI",
	     NULL),
	TEST("I3: unknown VNI, group", "underlay",
	     "outer node3>node2 | geneve 77 1>flood | " INNER,
	     "drop TUNNEL_VNI", NULL),
	TEST("I3: unknown port", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-vm2>32767 | " INNER,
	     "drop TUNNEL_PORT", NULL),
	TEST("I3: port 0", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-vm2>0 | " INNER,
	     "drop TUNNEL_PORT", NULL),
	TEST("I3: port of another datapath", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-vm2>ls2-vm4 | " INNER,
	     "drop TUNNEL_PORT", NULL),
	TEST("I3: group nobody knows", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-vm2>0x8123 | " INNER,
	     "drop NO_MEMBERS", NULL),
	TEST("I2: a port of another chassis", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-vm1>ls1-vm2 | " INNER,
	     "drop TUNNEL_NOT_LOCAL", NULL),
	TEST("I2: IP to a router port", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-vm2>ls1-router1 | eth "
	     "ls1-vm2>router1-ls1 | ip4 172.18.100.20>172.18.200.20 | udp 1>2",
	     "drop TUNNEL_NOT_LOCAL", NULL),
	TEST("ingress key is egress key", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-vm1>ls1-vm1 | " INNER,
	     "drop TUNNEL_SAME_PORT", NULL),
	TEST("egress port security: another MAC", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls2-vm4 | " VM2_VM1 " | udp 1>2 | data 8",
	     "drop PORT_SEC_OUT", NULL),
	TEST("Geneve version 1", "underlay", RECEIVED " | poke 42=42",
	     MALFORMED),
	TEST("Geneve protocol is not Ethernet", "underlay",
	     RECEIVED " | poke 44=0800", MALFORMED),
	TEST("option length beyond the header", "underlay",
	     RECEIVED " | poke 53=02", BAD_OPTION),
	TEST("OVN option without a value", "underlay", RECEIVED " | poke 53=00",
	     BAD_OPTION),
	TEST("no option: header length 0", "underlay", RECEIVED " | poke 42=00",
	     BAD_OPTION),
	TEST("half an option: header length 1", "underlay",
	     RECEIVED " | poke 42=01", BAD_OPTION),
	TEST("options said to reach behind the frame", "underlay",
	     RECEIVED " | poke 42=3f", MALFORMED),
	TEST("another class", "underlay", RECEIVED " | poke 50=0103",
	     BAD_OPTION),
	TEST("another, non-critical type", "underlay", RECEIVED " | poke 52=00",
	     BAD_OPTION),
	TEST("another, critical type", "underlay", RECEIVED " | poke 52=81",
	     BAD_OPTION),
	TEST("top bit of the option", "underlay", RECEIVED " | poke 54=80",
	     BAD_OPTION),
	TEST("UDP length too long", "underlay", RECEIVED " | poke 38=0fff",
	     MALFORMED),
	TEST("UDP length too short", "underlay", RECEIVED " | poke 38=0020",
	     MALFORMED),
	TEST("UDP length 0", "underlay", RECEIVED " | poke 38=0000", MALFORMED),
	TEST("UDP length 1 off", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | " VM2_VM1
			" | udp 1>2 | data 8 | poke 38=0055",
	     MALFORMED),
	TEST("outer IP options", "underlay",
	     "eth node3>node2 | ip4 node3>node2 frag=0x4000 opt=01010101 | udp "
	     "40000>6081 | " KEYS INNER,
	     MALFORMED),
	TEST("outer first fragment", "underlay",
	     "outer node3>node2 frag=0x2000 | " KEYS INNER, MALFORMED),
	TEST("inner IP length beyond the frame", "underlay",
	     RECEIVED " | poke 74=0400", "drop MALFORMED", NULL),
	TEST("inner IHL of 60 bytes in a packet of 40", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | " VM2_VM1
			" | udp 1>2 | data 12 | poke 72=4f",
	     "drop MALFORMED", NULL),
	TEST("inner frame cut in its Ethernet header", "underlay",
	     FROM_NODE3 "hex 0102030405060708090a0b0c0d", MALFORMED),
	TEST("inner frame of no bytes", "underlay", FROM_NODE3, MALFORMED),
	TEST("Geneve in Geneve is just UDP to a guest", "underlay",
	     FROM_NODE3 "eth ls1-vm2>ls1-vm1 | " VM2_VM1
			" | udp 1>6081 | hex 0240655800000100 | data 8",
	     "redirect vm1",
	     "eth ls1-vm2>ls1-vm1 | " VM2_VM1
	     " | udp 1>6081 | hex 0240655800000100 | data 8",
	     .is_lax = true),
};

const struct test_group tunnel_drop_group =
	TEST_GROUP("tunnel drops", TUTORIAL, tunnel_drop_tests);

#define HOST "eth 02:11:22:33:44:55>node2 | ip4 192.168.209.5>"

static const struct test pass_tests[] = {
	TEST("Geneve to another address", "underlay",
	     "outer node3>192.168.209.200 | " KEYS INNER, "pass", NULL),
	TEST("UDP to another port", "underlay",
	     "outer node3>node2 dport=4789 | " KEYS INNER, "pass", NULL,
	     .is_lax = true),
	TEST("UDP from port 6081", "underlay",
	     HOST "node2 | udp 6081>53 | data 20", "pass", NULL),
	TEST("TCP to port 6081", "underlay",
	     HOST "node2 | tcp 1000>6081 flags=S", "pass", NULL),
	TEST("ping", "underlay", HOST "node2 | icmp 8/0 rest=1 | data 56",
	     "pass", NULL),
	TEST("later fragment", "underlay",
	     HOST "node2 frag=0x0010 proto=17 | hex 9c4017c1 | data 40", "pass",
	     NULL),
	TEST("IP options", "underlay",
	     HOST "node2 opt=94040000 | udp 1>2 | data 20", "pass", NULL),
	TEST("ARP", "underlay",
	     "eth 02:11:22:33:44:55>all | arp request "
	     "02:11:22:33:44:55/192.168.209.5>zero/192.168.209.111 | pad 60",
	     "pass", NULL),
	TEST("IPv6", "underlay",
	     "eth 02:11:22:33:44:55>node2 | ip6 fe80::1>fe80::2 | udp 1>6081 | "
	     "data 20",
	     "pass", NULL),
	TEST("LLDP", "underlay",
	     "eth 02:11:22:33:44:55>01:80:c2:00:00:0e type=0x88cc | data 60",
	     "pass", NULL),
	TEST("802.1Q", "underlay",
	     "eth 02:11:22:33:44:55>node2 | vlan 9 | ip4 192.168.209.5>node2 | "
	     "udp 1>6081 | data 20",
	     "pass", NULL, .is_lax = true),
	TEST("a frame of 14 bytes", "underlay",
	     "eth 02:11:22:33:44:55>node2 type=0x88b6", "pass", NULL),
	TEST("a frame of 1514 bytes", "underlay",
	     HOST "node2 | udp 1>2 | data 1472", "pass", NULL),
};

const struct test_group underlay_pass_group =
	TEST_GROUP("host's own", TUTORIAL, pass_tests);
