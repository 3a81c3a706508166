// SPDX-License-Identifier: GPL-2.0-only
/* MAC-only ports: the tutorial's routers ask for, learn and
 * share neighbors; and what does not fit the underlay (I6). */
#include <bpf/bpf.h>
#include <string.h>

#include "tables.h"

#define VM1_ROUTED(to) "eth ls1-vm1>router1-ls1 | " to " | udp 1>2 | data 40"
#define ASK_VM4                                                                \
	"eth router1-ls2>all | arp request router1-ls2/172.18.200.1>"          \
	"zero/172.18.200.20"
#define ASK_VM3                                                                \
	"eth router1-ls2>all | arp request router1-ls2/172.18.200.1>"          \
	"zero/172.18.200.10"
#define ASK_VM1                                                                \
	"eth router1-ls1>all | arp request router1-ls1/172.18.100.1>"          \
	"zero/172.18.100.10"
#define VM3_REPLY                                                              \
	"eth ls2-vm3>router1-ls2 | arp reply ls2-vm3/172.18.200.10>"           \
	"router1-ls2/172.18.200.1"
#define FROM_NODE3(keys) "outer node3>node2 | geneve " keys " | "

static const struct test learn_tests[] = {
	TEST("next hop unknown: the packet becomes an ARP request", "vif vm1",
	     VM1_ROUTED(VM1_VM4), "consumed", NULL,
	     .copies = {"vm4: " ASK_VM4, "ens3: outer node2>node3 | geneve "
					 "ls2 ls2-router1>flood_l2 | " ASK_VM4},
	     .counts = "LR_NEIGHBOR"),
	TEST("a long packet becomes one, too", "vif vm1",
	     "eth ls1-vm1>router1-ls1 | " VM1_VM4 " | udp 1>2 | data 1400",
	     "consumed", NULL,
	     .copies = {"vm4: " ASK_VM4, "ens3: outer node2>node3 | geneve "
					 "ls2 ls2-router1>flood_l2 | " ASK_VM4},
	     .counts = "LR_NEIGHBOR"),
	TEST("the shortest packet becomes one", "vif vm1",
	     "eth ls1-vm1>router1-ls1 | " VM1_VM4 " proto=253", "consumed",
	     NULL,
	     .copies = {"vm4: " ASK_VM4, "ens3: outer node2>node3 | geneve "
					 "ls2 ls2-router1>flood_l2 | " ASK_VM4},
	     .counts = "LR_NEIGHBOR"),
	TEST("an answer becomes one: its tail says nothing of the packet",
	     "vif vm1",
	     "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>172.18.100.1 | udp "
	     "1>2 | data 4",
	     "consumed", NULL,
	     .copies = {"vm1: " ASK_VM1 " | zeros 58",
			"ens3: outer node2>node3 | geneve ls1 "
			"ls1-router1>flood_l2 | " ASK_VM1 " | zeros 58"},
	     .counts = "LR_NEIGHBOR", .is_lax = true, .no_test_run = true),
	TEST("a guest's reply ends at the router and is shared", "vif vm4",
	     "eth ls2-vm4>router1-ls2 | arp reply ls2-vm4/172.18.200.20>"
	     "router1-ls2/172.18.200.1",
	     "consumed", NULL,
	     .copies = {"ens3: outer node2>node3 | geneve ls2 "
			"ls2-vm4>ls2-router1 | frame"}),
	TEST("I7: now the guest here is reached", "vif vm1",
	     VM1_ROUTED(VM1_VM4), "redirect vm4",
	     "eth router1-ls2>ls2-vm4 | " VM1_VM4
	     " ttl=63 | udp 1>2 | data 40"),
	TEST("unknown guest elsewhere", "vif vm1", VM1_ROUTED(VM1_VM3),
	     "consumed", NULL,
	     .copies = {"vm4: " ASK_VM3, "ens3: outer node2>node3 | geneve "
					 "ls2 ls2-router1>flood_l2 | " ASK_VM3},
	     .counts = "LR_NEIGHBOR"),
	TEST("I2: its reply comes as a copy: learned, not answered", "underlay",
	     FROM_NODE3("ls2 ls2-vm3>ls2-router1") VM3_REPLY, "consumed", NULL),
	TEST("I1: now the guest elsewhere is reached", "vif vm1",
	     VM1_ROUTED(VM1_VM3), "redirect ens3",
	     "outer node2>node3 | geneve ls2 ls2-router1>ls2-vm3 | eth "
	     "router1-ls2>ls2-vm3 | " VM1_VM3 " ttl=63 | udp 1>2 | data 40"),
	TEST("I2: an ARP request for the router by tunnel is not answered",
	     "underlay",
	     FROM_NODE3(
		     "ls1 ls1-vm2>ls1-router1") "eth ls1-vm2>router1-ls1 | arp request ls1-vm2/172.18.100.20>"
						"zero/172.18.100.1",
	     "consumed", NULL),
	TEST("its flood copy reaches the guests here", "underlay",
	     FROM_NODE3(
		     "ls1 ls1-vm2>flood_l2") "eth ls1-vm2>all | arp request ls1-vm2/172.18.100.21>"
					     "zero/172.18.100.1",
	     "consumed", NULL,
	     .copies = {"vm1: eth ls1-vm2>all | arp request "
			"ls1-vm2/172.18.100.21>zero/172.18.100.1"}),
	TEST("and taught the router its sender", "vif vm4",
	     "eth ls2-vm4>router1-ls2 | ip4 172.18.200.20>172.18.100.21 | udp "
	     "1>2 | data 8",
	     "redirect ens3",
	     "outer node2>node3 | geneve ls1 ls1-router1>ls1-vm2 | eth "
	     "router1-ls1>ls1-vm2 | ip4 172.18.200.20>172.18.100.21 ttl=63 | "
	     "udp 1>2 | data 8"),
	TEST("a broadcast ARP request teaches, too", "vif vm1",
	     "eth ls1-vm1>all | arp request ls1-vm1/172.18.100.10>"
	     "zero/172.18.100.20",
	     "consumed", NULL,
	     .copies = {"ens3: outer node2>node3 | geneve ls1 ls1-vm1>flood | "
			"frame"}),
	TEST("its sender is reached", "vif vm4",
	     "eth ls2-vm4>router1-ls2 | ip4 172.18.200.20>172.18.100.10 | udp "
	     "1>2 | data 8",
	     "redirect vm1",
	     "eth router1-ls1>ls1-vm1 | ip4 172.18.200.20>172.18.100.10 ttl=63 "
	     "| udp 1>2 | data 8"),
	TEST("a request from outside the subnet teaches nothing", "vif vm1",
	     "eth ls1-vm1>all | arp request ls1-vm1/172.18.200.66>"
	     "zero/172.18.100.20",
	     "consumed", NULL,
	     .copies = {"ens3: outer node2>node3 | geneve ls1 ls1-vm1>flood | "
			"frame"}),
	TEST("a guest that moved its address is found again", "vif vm4",
	     "eth ls2-vm4>router1-ls2 | arp reply ls2-vm4/172.18.200.10>"
	     "router1-ls2/172.18.200.1",
	     "consumed", NULL,
	     .copies = {"ens3: outer node2>node3 | geneve ls2 "
			"ls2-vm4>ls2-router1 | frame"}),
	TEST("at its new port", "vif vm1", VM1_ROUTED(VM1_VM3), "redirect vm4",
	     "eth router1-ls2>ls2-vm4 | " VM1_VM3
	     " ttl=63 | udp 1>2 | data 40"),
};

/* What was learned stands in the map as OVN's MAC_Binding rows would. */
static void learned_check(void)
{
	struct neighbor_key key = {.datapath = network_key(&net, "router1"),
				   .port = network_key(&net, "router1-ls1"),
				   .ip = {172, 18, 100, 10}};
	const char *name = "learn: the map says who was learned where";
	struct neighbor_val val;

	if (bpf_map_lookup_elem(harness_map("learned"), &key, &val)) {
		test_fail(name, "no entry for 172.18.100.10 on router1-ls1");
		return;
	}
	if (memcmp(val.mac, network_alias(&net, "ls1-vm1")->mac, 6)) {
		test_fail(name, "another MAC for 172.18.100.10");
		return;
	}
	memcpy(key.ip, (uint8_t[]){172, 18, 200, 66}, 4);
	if (!bpf_map_lookup_elem(harness_map("learned"), &key, &val))
		test_fail(name, "an address outside the subnet was learned");
	else
		test_ok(name);
}

const struct test_group learn_group =
	TEST_GROUP("learn", TUTORIAL, learn_tests, .after = learned_check);

/* A router that learns from requests for its own address only. */
#define NO_LEARN                                                               \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch swa\n"                                                         \
	" port a1 addr=02:00:00:00:0a:01 at=node2 if=a1\n"                     \
	" port a2 addr=02:00:00:00:0a:02 at=node3\n"                           \
	" router-port swa-r r-a\n"                                             \
	"switch swb\n"                                                         \
	" router-port swb-r r-b\n"                                             \
	"router r no-learn\n"                                                  \
	" lrp r-a 02:00:00:00:fa:01 10.1.0.1/24\n"                             \
	" lrp r-b 02:00:00:00:fb:01 10.2.0.1/24\n"

static const struct test teach_tests[] = {
	TEST("ARP that is neither request nor reply", "vif a1",
	     "eth a1>r-a | arp request a1/10.1.0.10>zero/10.1.0.1 | poke 21=03",
	     "drop LR_ARP", NULL),
	TEST("a request for the address of another port", "vif a1",
	     "eth a1>all | arp request a1/10.1.0.10>zero/10.2.0.1", "consumed",
	     NULL,
	     .copies = {"ens3: outer node2>node3 | geneve swa a1>flood | "
			"frame"}),
	TEST("a request from a router's MAC is not for routers", "vif a1",
	     "eth r-a>all | arp request r-a/10.1.0.10>zero/10.1.0.77",
	     "consumed", NULL,
	     .copies = {"ens3: outer node2>node3 | geneve swa a1>flood_l2 | "
			"frame"}),
	TEST("a request to a group that is none", "underlay",
	     "outer node3>node2 | geneve swa a2>32771 | eth a2>all | "
	     "arp request a2/10.1.0.10>zero/10.1.0.1",
	     "drop NO_MEMBERS", NULL),
};

static void taught_check(void)
{
	struct neighbor_key key = {.datapath = network_key(&net, "r"),
				   .port = network_key(&net, "r-a"),
				   .ip = {10, 1, 0, 10}};
	const char *name = "teach: none of these taught anything";
	struct neighbor_val val;

	if (bpf_map_lookup_elem(harness_map("learned"), &key, &val))
		test_ok(name);
	else
		test_fail(name, "10.1.0.10 was learned");
}

const struct test_group teach_group =
	TEST_GROUP("teach", NO_LEARN, teach_tests, .after = taught_check);

static const struct test own_mac_tests[] = {
	TEST("a guest gives the router's own MAC", "vif a1",
	     "eth a1>r-a | arp reply r-a/10.1.0.66>r-a/10.1.0.1", "consumed",
	     NULL,
	     .copies = {"ens3: outer node2>node3 | geneve swa a1>swa-r | "
			"frame"}),
	TEST("the switch gives nothing back to the port it has it from",
	     "vif a1",
	     "eth a1>r-a | ip4 10.1.0.10>10.1.0.66 ttl=2 | udp 1>2 | data 40",
	     "drop SAME_PORT", NULL),
};

const struct test_group own_mac_group =
	TEST_GROUP("own MAC", NO_LEARN, own_mac_tests);

/* Underlay 1500: inner IP packets up to 1442 (58 bytes of Geneve). */
#define BIG                                                                    \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch swa\n"                                                         \
	" port a1 addr=02:00:00:00:0a:01,10.1.0.10 at=node2 if=a1\n"           \
	" port a2 addr=02:00:00:00:0a:02,10.1.0.20 at=node3\n"                 \
	" router-port swa-r r-a\n"                                             \
	"switch swb\n"                                                         \
	" port b1 addr=02:00:00:00:0b:01,10.2.0.10 at=node2 if=b1\n"           \
	" port b2 addr=02:00:00:00:0b:02,10.2.0.20 at=node3\n"                 \
	" router-port swb-r r-b\n"                                             \
	"router r\n"                                                           \
	" lrp r-a 02:00:00:00:fa:01 10.1.0.1/24\n"                             \
	" lrp r-b 02:00:00:00:fb:01 10.2.0.1/24\n"

#define A1_ROUTED(rest) "eth a1>r-a | ip4 10.1.0.10>10.2.0.20 " rest
#define OUT_ROUTED(rest)                                                       \
	"outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "          \
	"10.1.0.10>10.2.0.20 ttl=63 " rest

/* Ethernet and padding: so many bytes. */
#define A1_PADDED(to, len)                                                     \
	"eth a1>" to " | ip4 10.1.0.10>10.1.0.20 frag=0x4000 | udp 1>2 | "     \
	"data 8 | pad " len

static const struct test too_big_tests[] = {
	TEST("I6: 1442 bytes fit", "vif a1",
	     A1_ROUTED("frag=0x4000 | udp 1>2 | data 1414"), "redirect ens3",
	     OUT_ROUTED("frag=0x4000 | udp 1>2 | data 1414")),
	TEST("I6: 1443 bytes do not: from the router's port", "vif a1",
	     A1_ROUTED("frag=0x4000 | udp 1>2 | data 1415"), "redirect a1",
	     "eth r-a>a1 | ip4 10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp "
	     "3/4 rest=1442 | quote 534",
	     .counts = "TOO_BIG"),
	TEST("I6: in the switch, 1442 bytes fit", "vif a1",
	     "eth a1>a2 | ip4 10.1.0.10>10.1.0.20 frag=0x4000 | udp 1>2 | data "
	     "1414",
	     "redirect ens3", "outer node2>node3 | geneve swa a1>a2 | frame"),
	TEST("I6: a packet that fits because it stays here", "vif a1",
	     "eth a1>r-a | ip4 10.1.0.10>10.2.0.10 frag=0x4000 | udp 1>2 | "
	     "data 1472",
	     "redirect b1",
	     "eth r-b>b1 | ip4 10.1.0.10>10.2.0.10 ttl=63 frag=0x4000 | udp "
	     "1>2 | data 1472"),
	TEST("I6: a later fragment gets no answer", "vif a1",
	     A1_ROUTED("frag=0x0100 proto=17 | data 1440"), "drop TOO_BIG",
	     NULL),
	TEST("I6: an IPv6 packet of 1442 bytes fits", "vif a1",
	     "eth a1>a2 | ip6 fd00::1>fd00::2 | udp 1>2 | data 1394",
	     "redirect ens3", "outer node2>node3 | geneve swa a1>a2 | frame"),
	TEST("I6: an IPv6 packet of 1443 bytes does not", "vif a1",
	     "eth a1>a2 | ip6 fd00::1>fd00::2 | udp 1>2 | data 1395",
	     "drop TOO_BIG", NULL),
	TEST("I6: any other frame of 1442 bytes fits", "vif a1",
	     "eth a1>a2 type=0x88b6 | data 1442", "redirect ens3",
	     "outer node2>node3 | geneve swa a1>a2 | frame"),
	TEST("I6: any other frame of 1443 bytes does not", "vif a1",
	     "eth a1>a2 type=0x88b6 | data 1443", "drop TOO_BIG", NULL),
	TEST("I6: a short packet in a frame of 1442 bytes fits", "vif a1",
	     A1_PADDED("a2", "1456"), "redirect ens3",
	     "outer node2>node3 | geneve swa a1>a2 | frame", .is_lax = true),
	TEST("I6: in one of 1443 bytes it does not, and no MTU would help",
	     "vif a1", A1_PADDED("a2", "1457"), "drop TOO_BIG", NULL),
	TEST("I6: nor does a broadcast", "vif a1", A1_PADDED("all", "1457"),
	     "drop TOO_BIG", NULL),
};

const struct test_group too_big_group =
	TEST_GROUP("too big", BIG, too_big_tests);
