// SPDX-License-Identifier: GPL-2.0-only
/* Logical switch: known, unknown and unreachable destinations; floods; FDB;
 * ARP and ND answers.  Rules: ovn-northd(8) ls_in_l2_lkup, ls_in_arp_rsp. */
#include "tables.h"

#define TO_VM2 "outer node2>node3 | geneve ls1 ls1-vm1>ls1-vm2 | frame"
#define VM1_TO_VM2 "eth ls1-vm1>ls1-vm2 | " VM1_VM2

static const struct test switch_tests[] = {
	TEST("I1: UDP to a guest on another chassis", "vif vm1",
	     VM1_TO_VM2 " | udp 1000>2000 | data 64", "redirect ens3", TO_VM2),
	TEST("I1: TCP", "vif vm1", VM1_TO_VM2 " | tcp 1000>80 flags=S | data 0",
	     "redirect ens3", TO_VM2),
	TEST("I1: ICMP echo", "vif vm1",
	     VM1_TO_VM2 " | icmp 8/0 rest=0x12340001 | data 56",
	     "redirect ens3", TO_VM2),
	TEST("I1: odd length", "vif vm1", VM1_TO_VM2 " | udp 1>2 | data 63",
	     "redirect ens3", TO_VM2),
	TEST("I1: shortest IPv4", "vif vm1", VM1_TO_VM2 " proto=253",
	     "redirect ens3", TO_VM2),
	TEST("I1: Ethernet padding is kept", "vif vm1",
	     VM1_TO_VM2 " | udp 1>2 | data 1 | pad 60", "redirect ens3",
	     TO_VM2),
	TEST("I1: IPv4 options", "vif vm1",
	     VM1_TO_VM2 " opt=94040000 | udp 1>2 | data 8", "redirect ens3",
	     TO_VM2),
	TEST("I1: first fragment", "vif vm1",
	     VM1_TO_VM2 " frag=0x2000 id=7 | udp 1>2 | data 64",
	     "redirect ens3", TO_VM2),
	TEST("I1: later fragment", "vif vm1",
	     VM1_TO_VM2 " frag=0x0009 id=7 proto=17 | data 40", "redirect ens3",
	     TO_VM2),
	TEST("I7: a switch leaves the TTL alone", "vif vm1",
	     VM1_TO_VM2 " ttl=1 | udp 1>2 | data 8", "redirect ens3", TO_VM2),
	TEST("I1: IPv6", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | ip6 fd00::1>fd00::2 | udp 1>2 | data 30",
	     "redirect ens3", TO_VM2),
	TEST("I1: unicast ARP reply", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | arp reply ls1-vm1/172.18.100.10>"
	     "ls1-vm2/172.18.100.20",
	     "redirect ens3", TO_VM2),
	TEST("I1: an ethertype nobody knows", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 type=0x88b6 | data 50", "redirect ens3",
	     TO_VM2),
	TEST("unknown MAC", "vif vm1",
	     "eth ls1-vm1>02:00:00:00:00:77 | " VM1_VM2 " | udp 1>2 | data 8",
	     "drop L2_UNKNOWN_DST", NULL),
	TEST("MAC of another switch", "vif vm1",
	     "eth ls1-vm1>ls2-vm4 | " VM1_VM4 " | udp 1>2 | data 8",
	     "drop L2_UNKNOWN_DST", NULL),
	TEST("own MAC", "vif vm1",
	     "eth ls1-vm1>ls1-vm1 | " VM1_VM2 " | udp 1>2 | data 8",
	     "drop SAME_PORT", NULL),
	TEST("802.1Q tag", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | vlan 5 | " VM1_VM2 " | udp 1>2 | data 8",
	     "drop VLAN_TAGGED", NULL),
	TEST("priority tag", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | vlan 0 | " VM1_VM2 " | udp 1>2 | data 8",
	     "drop VLAN_TAGGED", NULL),
	TEST("802.1ad and 802.1Q tags", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | vlan 7 tpid=0x88a8 | vlan 5 | " VM1_VM2
	     " | udp 1>2 | data 8",
	     "drop VLAN_TAGGED", NULL),
	TEST("multicast source MAC", "vif vm1",
	     "eth 03:ac:10:ff:00:10>ls1-vm2 | " VM1_VM2 " | udp 1>2 | data 8",
	     "drop SRC_MULTICAST", NULL),
	TEST("interface without a port", "vif stray",
	     VM1_TO_VM2 " | udp 1>2 | data 8", "drop VIF_NOT_BOUND", NULL),
	TEST("IPv4 length beyond the frame", "vif vm1",
	     VM1_TO_VM2 " | udp 1>2 | data 8 | poke 16=0100 | checksum",
	     "drop MALFORMED", NULL),
	TEST("IPv4 IHL below 5", "vif vm1",
	     VM1_TO_VM2 " | udp 1>2 | data 8 | poke 14=44 | checksum",
	     "drop MALFORMED", NULL),
	TEST("IPv4 length below the header's", "vif vm1",
	     VM1_TO_VM2 " | udp 1>2 | data 8 | poke 16=0010 | checksum",
	     "drop MALFORMED", NULL),
	TEST("IPv4 header cut", "vif vm1",
	     VM1_TO_VM2 " | udp 1>2 | data 8 | cut 33", "drop MALFORMED", NULL,
	     .no_test_run = true),
	TEST("ARP cut", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | arp request ls1-vm1/172.18.100.10>"
	     "zero/172.18.100.20 | cut 41",
	     "drop MALFORMED", NULL),
	TEST("IPv6 header cut", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | ip6 fd00::1>fd00::2 | data 8 | cut 53",
	     "drop MALFORMED", NULL, .no_test_run = true),
};

const struct test_group switch_group =
	TEST_GROUP("switch", TUTORIAL, switch_tests);

/* Members of all kinds on one switch. */
#define CAMPUS                                                                  \
	"self node2\n"                                                          \
	"chassis node1 192.168.209.110\n"                                       \
	"chassis node2 192.168.209.111\n"                                       \
	"chassis node3 192.168.209.112\n"                                       \
	"switch sw\n"                                                           \
	" port a addr=02:00:00:00:00:0a,10.0.0.10,fd00::a at=node2 if=a\n"      \
	" port b addr=02:00:00:00:00:0b,10.0.0.11 at=node2 if=b\n"              \
	" port c addr=02:00:00:00:00:0c,10.0.0.12 at=node1\n"                   \
	" port d addr=02:00:00:00:00:0d,10.0.0.13,fd00::d at=node3\n"           \
	" port off addr=02:00:00:00:00:0e,10.0.0.14 at=node2 if=off disabled\n" \
	" port far-off addr=02:00:00:00:00:1e at=node3 disabled\n"              \
	" port nowhere addr=02:00:00:00:00:0f,10.0.0.15\n"                      \
	" port unbound addr=02:00:00:00:00:10,10.0.0.16 at=node2\n"             \
	" port phys addr=unknown localnet\n"

#define A_UDP(to) "eth a>" to " | ip4 10.0.0.10>10.0.0.99 | udp 1>2 | data 8"
#define FLOOD_TO(node, from, group)                                            \
	"ens3: outer node2>" node " | geneve sw " from ">" group " | frame"

static const struct test flood_tests[] = {
	TEST("to a guest beside it", "vif a", A_UDP("b"), "redirect b", NULL),
	TEST("to a port that is disabled here", "vif a", A_UDP("off"),
	     "drop PORT_DISABLED", NULL),
	TEST("to a port that is disabled elsewhere", "vif a", A_UDP("far-off"),
	     "drop PORT_DISABLED", NULL),
	TEST("from a disabled port", "vif off",
	     "eth off>a | ip4 10.0.0.14>10.0.0.10 | udp 1>2 | data 8",
	     "drop PORT_DISABLED", NULL),
	TEST("to a port placed on no chassis", "vif a", A_UDP("nowhere"),
	     "drop PORT_UNPLACED", NULL),
	TEST("to a port without an interface", "vif a", A_UDP("unbound"),
	     "drop PORT_NOT_BOUND", NULL),
	TEST("broadcast: local copy and one per chassis", "vif a", A_UDP("all"),
	     "consumed", NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood_l2"),
			FLOOD_TO("node3", "a", "flood_l2")}),
	TEST("IPv4 multicast", "vif b",
	     "eth b>01:00:5e:00:00:fb | ip4 10.0.0.11>224.0.0.251 ttl=255 | "
	     "udp 5353>5353 | data 40",
	     "consumed", NULL,
	     .copies = {"a: frame", FLOOD_TO("node1", "b", "flood_l2"),
			FLOOD_TO("node3", "b", "flood_l2")}),
	TEST("IPv6 multicast", "vif a",
	     "eth a>33:33:00:00:00:01 | ip6 fd00::a>ff02::1 hops=1 | "
	     "icmp6 128/0 rest=1 | data 8",
	     "consumed", NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood_l2"),
			FLOOD_TO("node3", "a", "flood_l2")}),
	TEST("LLDP", "vif a", "eth a>01:80:c2:00:00:0e type=0x88cc | data 46",
	     "consumed", NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood_l2"),
			FLOOD_TO("node3", "a", "flood_l2")}),
	TEST("ARP request for an address nobody has", "vif a",
	     "eth a>all | arp request a/10.0.0.10>zero/10.0.0.99", "consumed",
	     NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood"),
			FLOOD_TO("node3", "a", "flood")}),
	TEST("a broadcast too big for the underlay still reaches guests here",
	     "vif a",
	     "eth a>all | ip4 10.0.0.10>10.0.0.255 | udp 1>2 | data 1420",
	     "drop TOO_BIG", NULL, .copies = {"b: frame"}),
};

const struct test_group flood_group = TEST_GROUP("flood", CAMPUS, flood_tests);

static const struct test answer_tests[] = {
	TEST("ARP for a guest with a known address", "vif a",
	     "eth a>all | arp request a/10.0.0.10>zero/10.0.0.13", "redirect a",
	     "eth d>a | arp reply d/10.0.0.13>a/10.0.0.10"),
	TEST("... with the request padded", "vif a",
	     "eth a>all | arp request a/10.0.0.10>zero/10.0.0.13 | pad 60",
	     "redirect a",
	     "eth d>a | arp reply d/10.0.0.13>a/10.0.0.10 | pad 60"),
	TEST("... asked by unicast", "vif a",
	     "eth a>b | arp request a/10.0.0.10>zero/10.0.0.11", "redirect a",
	     "eth b>a | arp reply b/10.0.0.11>a/10.0.0.10"),
	TEST("an ARP probe (sender 0.0.0.0) is answered", "vif a",
	     "eth a>all | arp request a/0.0.0.0>zero/10.0.0.13", "redirect a",
	     "eth d>a | arp reply d/10.0.0.13>a/0.0.0.0"),
	TEST("gratuitous ARP of the owner is flooded", "vif a",
	     "eth a>all | arp request a/10.0.0.10>zero/10.0.0.10", "consumed",
	     NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood"),
			FLOOD_TO("node3", "a", "flood")}),
	TEST("ND for a guest with a known address", "vif a",
	     "eth a>33:33:ff:00:00:0d | ip6 fd00::a>ff02::1:ff00:d hops=255 | "
	     "ns fd00::d mac=a",
	     "redirect a",
	     "eth d>a | ip6 fd00::d>fd00::a hops=255 | na fd00::d "
	     "rest=0x60000000 mac=d"),
	TEST("ND of the owner (duplicate address check) is flooded", "vif a",
	     "eth a>33:33:ff:00:00:0a | ip6 ::>ff02::1:ff00:a hops=255 | "
	     "ns fd00::a",
	     "consumed", NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood"),
			FLOOD_TO("node3", "a", "flood")}),
	TEST("ND from beyond the link is nobody's to answer", "vif a",
	     "eth a>33:33:ff:00:00:0d | ip6 fd00::a>ff02::1:ff00:d hops=254 | "
	     "ns fd00::d mac=a",
	     "consumed", NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood"),
			FLOOD_TO("node3", "a", "flood")},
	     .is_lax = true),
	TEST("ND for an address nobody has is flooded", "vif a",
	     "eth a>33:33:ff:00:00:99 | ip6 fd00::a>ff02::1:ff00:99 hops=255 | "
	     "ns fd00::99 mac=a",
	     "consumed", NULL,
	     .copies = {"b: frame", FLOOD_TO("node1", "a", "flood"),
			FLOOD_TO("node3", "a", "flood")}),
};

const struct test_group answer_group =
	TEST_GROUP("answers", CAMPUS, answer_tests);

/* Ports with "unknown": x, y and w here, z on node3; w's port_security keeps
 * from it what is for others. */
#define UNKNOWN                                                                \
	"self node2\n"                                                         \
	"chassis node1 192.168.209.110\n"                                      \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch sw\n"                                                          \
	" port k addr=02:00:00:00:00:01 at=node2 if=k\n"                       \
	" port far addr=02:00:00:00:00:02 at=node1\n"                          \
	" port x addr=unknown at=node2 if=x\n"                                 \
	" port y addr=unknown at=node2 if=y\n"                                 \
	" port z addr=unknown at=node3\n"                                      \
	" port w addr=unknown sec=02:00:00:00:00:07 at=node2 if=w\n"

#define MAC_X "02:00:00:00:99:01" /* behind x */
#define MAC_Z "02:00:00:00:99:03" /* behind z */
#define L3 " | ip4 10.0.0.1>10.0.0.2 | udp 1>2 | data 8"

static const struct test fdb_tests[] = {
	TEST("an unseen MAC goes to all ports with unknown", "vif k",
	     "eth k>" MAC_X L3, "consumed", NULL,
	     .copies = {"x: frame", "y: frame",
			FLOOD_TO("node3", "k", "unknown")},
	     .counts = "PORT_SEC_OUT"),
	TEST("x speaks and is learned", "vif x", "eth " MAC_X ">k" L3,
	     "redirect k", NULL),
	TEST("then its MAC is known", "vif k", "eth k>" MAC_X L3, "redirect x",
	     NULL),
	TEST("z speaks from node3", "underlay",
	     "outer node3>node2 | geneve sw z>k | eth " MAC_Z ">k" L3,
	     "redirect k", "eth " MAC_Z ">k" L3),
	TEST("then its MAC is known, too", "vif k", "eth k>" MAC_Z L3,
	     "redirect ens3", "outer node2>node3 | geneve sw k>z | frame"),
	TEST("x sends to itself", "vif x", "eth 02:00:00:00:99:02>" MAC_X L3,
	     "drop SAME_PORT", NULL),
	TEST("the MAC moves to y", "vif y", "eth " MAC_X ">k" L3, "redirect k",
	     NULL),
	TEST("and is found there", "vif k", "eth k>" MAC_X L3, "redirect y",
	     NULL),
	TEST("a copy for the unknown ports of this host", "underlay",
	     "outer node3>node2 | geneve sw z>unknown | eth " MAC_Z
	     ">02:00:00:00:99:77" L3,
	     "consumed", NULL,
	     .copies = {"x: eth " MAC_Z ">02:00:00:00:99:77" L3,
			"y: eth " MAC_Z ">02:00:00:00:99:77" L3},
	     .counts = "PORT_SEC_OUT"),
};

const struct test_group fdb_group = TEST_GROUP("fdb", UNKNOWN, fdb_tests);
