// SPDX-License-Identifier: GPL-2.0-only
/* The tutorial's database file, read, compiled and run: what the text
 * networks show piecewise, with real rows and keys. */
#include "tables.h"

#define BASE                                                                   \
	"nb base/nb.db\n"                                                      \
	"placement placement\n"                                                \
	"self node2\n"                                                         \
	"bind ls1-vm1 vm1\n"                                                   \
	"bind ls2-vm4 vm4\n"

#define PING " | icmp 8/0 rest=0x00010001 | data 56"
#define ASKED(ip)                                                              \
	"eth ls2-router1>all | arp request ls2-router1/172.18.200.1>"          \
	"zero/" ip ""

static const struct test base_tests[] = {
	TEST("I1: vm1 to vm2", "vif vm1",
	     "eth ls1-vm1>ls1-vm2 | ip4 172.18.100.10>172.18.100.20" PING,
	     "redirect ens3",
	     "outer node2>node3 | geneve ls1 ls1-vm1>ls1-vm2 | frame"),
	TEST("vm1 asks for its gateway", "vif vm1",
	     "eth ls1-vm1>all | arp request ls1-vm1/172.18.100.10>"
	     "zero/172.18.100.1",
	     "consumed", NULL,
	     .copies = {"vm1: eth ls1-router1>ls1-vm1 | arp reply "
			"ls1-router1/172.18.100.1>ls1-vm1/172.18.100.10",
			"ens3: outer node2>node3 | geneve ls1 "
			"ls1-vm1>flood_l2 | frame"}),
	TEST("I7: vm1 pings its gateway", "vif vm1",
	     "eth ls1-vm1>ls1-router1 | ip4 172.18.100.10>172.18.100.1" PING,
	     "redirect vm1",
	     "eth ls1-router1>ls1-vm1 | ip4 172.18.100.1>172.18.100.10 ttl=254 "
	     "| icmp 0/0 rest=0x00010001 | data 56"),
	TEST("vm1 to vm3: ARP first", "vif vm1",
	     "eth ls1-vm1>ls1-router1 | ip4 172.18.100.10>172.18.200.10" PING,
	     "consumed", NULL,
	     .copies = {"vm4: " ASKED("172.18.200.10"),
			"ens3: outer node2>node3 | geneve ls2 "
			"ls2-router1>flood_l2 | " ASKED("172.18.200.10")},
	     .counts = "LR_NEIGHBOR"),
	TEST("vm3's answer arrives", "underlay",
	     "outer node3>node2 | geneve ls2 ls2-vm3>ls2-router1 | eth "
	     "ls2-vm3>ls2-router1 | arp reply "
	     "ls2-vm3/172.18.200.10>ls2-router1/172.18.200.1",
	     "consumed", NULL),
	TEST("I7: vm1 to vm3, ttl 63", "vif vm1",
	     "eth ls1-vm1>ls1-router1 | ip4 172.18.100.10>172.18.200.10" PING,
	     "redirect ens3",
	     "outer node2>node3 | geneve ls2 ls2-router1>ls2-vm3 | eth "
	     "ls2-router1>ls2-vm3 | ip4 172.18.100.10>172.18.200.10 "
	     "ttl=63" PING),
	TEST("vm3 to vm1, routed there", "underlay",
	     "outer node3>node2 | geneve ls1 ls1-router1>ls1-vm1 | eth "
	     "ls1-router1>ls1-vm1 | ip4 172.18.200.10>172.18.100.10 "
	     "ttl=63" PING,
	     "redirect vm1",
	     "eth ls1-router1>ls1-vm1 | ip4 172.18.200.10>172.18.100.10 "
	     "ttl=63" PING),
	TEST("vm1 with another's source MAC", "vif vm1",
	     "eth ls1-vm2>ls1-router1 | ip4 172.18.100.10>172.18.200.10" PING,
	     "drop PORT_SEC_IN", NULL),
	TEST("to the outside: by tunnel to the gateway's host", "vif vm1",
	     "eth ls1-vm1>ls1-router1 | ip4 172.18.100.10>192.168.209.1" PING,
	     "redirect ens3",
	     "outer node2>node1 | geneve ls3 ls3-router1>ls3-gw1 | eth "
	     "ls3-router1>ls3-gw1 | ip4 172.18.100.10>192.168.209.1 "
	     "ttl=63" PING),
};

const struct test_group base_group =
	TEST_GROUP("base snapshot", BASE, base_tests);
