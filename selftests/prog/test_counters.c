// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is counted: each packet once, whichever program it leaves by, and by
 * everything that it passed.
 */
#include "counters.h"
#include "gateway.h"

#define BY_R(to, ip) "eth r-s2>" to " | ip4 10.0.0.10>" ip " ttl=63 | "
#define FROM_D(to) "outer node3>node2 | geneve sw d>" to " | "
#define TO_ALL(inport)                                                         \
	"ens3: outer node2>node3 | geneve sw " inport ">flood_l2 | frame"

static const struct test counters_tests[] = {
	TEST("L2", "vif a", A_TO("b", "10.0.0.11") UDP, "redirect b", NULL,
	     .counters = "a in, b out"),
	TEST("L2, another chassis", "vif a", A_TO("d", "10.0.0.13") UDP,
	     "redirect ens3", "outer node2>node3 | geneve sw a>d | frame",
	     .counters = "a in, tx node3"),
	TEST("L2, from another chassis", "underlay",
	     FROM_D("a") "eth d>a | ip4 10.0.0.13>10.0.0.10 | " UDP,
	     "redirect a", "eth d>a | ip4 10.0.0.13>10.0.0.10 | " UDP,
	     .counters = "rx node3, a out"),
	TEST("broadcast", "vif a", A_TO("all", "10.0.0.255") UDP, "sent", NULL,
	     .copies = {"b: frame", "g: frame", TO_ALL("a")},
	     .counters = "a in, b out, g out, tx node3"),
	TEST("broadcast from another chassis", "underlay",
	     FROM_D("flood_l2") "eth d>all | ip4 10.0.0.13>10.0.0.255 | " UDP,
	     "sent", NULL,
	     .copies = {"a: eth d>all | ip4 10.0.0.13>10.0.0.255 | " UDP,
			"b: eth d>all | ip4 10.0.0.13>10.0.0.255 | " UDP,
			"g: eth d>all | ip4 10.0.0.13>10.0.0.255 | " UDP},
	     .counters = "rx node3, a out, b out, g out"),
	TEST("routed", "vif a", A_TO("r-sw", "10.1.0.14") UDP, "redirect e",
	     BY_R("e", "10.1.0.14") UDP,
	     .counters = "a in, e out, route r 10.1.0.0/24"),
	TEST("routed by a next hop", "vif a", A_TO("r-sw", "10.9.0.1") UDP,
	     "redirect e", BY_R("e", "10.9.0.1") UDP,
	     .counters = "a in, e out, route r 10.9.0.0/16"),
	TEST("routed, another chassis", "vif a", A_TO("r-sw", "10.1.0.15") UDP,
	     "redirect ens3",
	     "outer node2>node3 | geneve s2 s2-r>f | " BY_R("f", "10.1.0.15")
		     UDP,
	     .counters = "a in, tx node3, route r 10.1.0.0/24"),
	TEST("ping of the router", "vif a",
	     A_TO("r-sw", "10.0.0.1") "icmp 8/0 rest=1 | data 8", "redirect a",
	     "eth r-sw>a | ip4 10.0.0.1>10.0.0.10 ttl=254 | icmp 0/0 rest=1 | "
	     "data 8",
	     .counters = "a in, a out, route r 10.0.0.0/24"),
	TEST("ARP, the switch answers", "vif a",
	     "eth a>all | arp request a/10.0.0.10>zero/10.0.0.11", "redirect a",
	     "eth b>a | arp reply b/10.0.0.11>a/10.0.0.10",
	     .counters = "a in, a out"),
	TEST("ARP, the router answers", "vif a",
	     "eth a>all | arp request a/10.0.0.10>zero/10.0.0.1", "sent", NULL,
	     .copies = {"a: eth r-sw>a | arp reply r-sw/10.0.0.1>a/10.0.0.10",
			"b: frame", "g: frame", TO_ALL("a")},
	     .counters = "a in, a out, b out, g out, tx node3"),
	TEST("TTL runs out: what is dropped has taken no route", "vif a",
	     "eth a>r-sw | ip4 10.0.0.10>10.1.0.14 ttl=1 | " UDP, "redirect a",
	     "eth r-sw>a | ip4 10.0.0.1>10.0.0.10 ttl=254 frag=0x4000 | icmp "
	     "11/0 | quote 36",
	     .counts = "LR_TTL", .place = "r r-sw sw a",
	     .counters = "a in, a out"),
	TEST("next hop unknown: the request leaves, the packet does not",
	     "vif a", A_TO("r-sw", "10.1.0.77") UDP, "sent", NULL,
	     .copies = {"e: eth r-s2>all | arp request "
			"r-s2/10.1.0.1>zero/10.1.0.77",
			"ens3: outer node2>node3 | geneve s2 s2-r>flood_l2 | "
			"eth r-s2>all | arp request "
			"r-s2/10.1.0.1>zero/10.1.0.77"},
	     .counts = "LR_NEIGHBOR", .place = "r r-sw sw a",
	     .counters = "a in, e out, tx node3"),
};

const struct test_group counters_group =
	TEST_GROUP("counters", NETWORK, counters_tests);

/* outside - gw - r2 - r3 - r4 - ls, all on node1. */
#define ROUTERS                                                                \
	"self node1\n"                                                         \
	"chassis node1 192.168.209.110\n"                                      \
	"chassis node2 192.168.209.111\n"                                      \
	"host ext 02:11:22:33:44:07\n"                                         \
	"switch outside\n"                                                     \
	" localnet net phyNet if=ens9\n"                                       \
	" router-port outside-gw gw-outside\n"                                 \
	"switch ls\n"                                                          \
	" port x addr=02:00:00:00:00:0a,10.4.0.10 at=node1 if=x\n"             \
	" port y addr=02:00:00:00:00:0b,10.4.0.11 at=node2\n"                  \
	" router-port ls-r4 r4-ls\n"                                           \
	"router gw gateway=node1\n"                                            \
	" lrp gw-outside 02:0a:7f:18:01:02 192.168.209.120/19\n"               \
	" lrp gw-r2 02:00:00:00:f1:01 10.1.0.1/24 peer=r2-gw\n"                \
	" route 10.0.0.0/8 10.1.0.2\n"                                         \
	"router r2\n"                                                          \
	" lrp r2-gw 02:00:00:00:f1:02 10.1.0.2/24 peer=gw-r2\n"                \
	" lrp r2-r3 02:00:00:00:f2:01 10.2.0.1/24 peer=r3-r2\n"                \
	" route 0.0.0.0/0 10.1.0.1\n"                                          \
	" route 10.0.0.0/8 10.2.0.2\n"                                         \
	"router r3\n"                                                          \
	" lrp r3-r2 02:00:00:00:f2:02 10.2.0.2/24 peer=r2-r3\n"                \
	" lrp r3-r4 02:00:00:00:f3:01 10.3.0.1/24 peer=r4-r3\n"                \
	" route 0.0.0.0/0 10.2.0.1\n"                                          \
	" route 10.0.0.0/8 10.3.0.2\n"                                         \
	"router r4\n"                                                          \
	" lrp r4-r3 02:00:00:00:f3:02 10.3.0.2/24 peer=r3-r4\n"                \
	" lrp r4-ls 02:00:00:00:f4:01 10.4.0.1/24\n"                           \
	" route 0.0.0.0/0 10.3.0.1\n"

#define IN_LS "route gw 10.0.0.0/8, route r2 10.0.0.0/8, route r3 10.0.0.0/8"
#define EXT "eth ext>gw-outside | ip4 192.168.209.7>"

static const struct test routers_tests[] = {
	TEST("ext says who it is", "localnet",
	     "eth ext>gw-outside | arp reply "
	     "ext/192.168.209.7>gw-outside/192.168.209.120",
	     "consumed", NULL),
	TEST("four in a row", "localnet", EXT "10.4.0.10 | " UDP, "redirect x",
	     "eth r4-ls>x | ip4 192.168.209.7>10.4.0.10 ttl=60 | " UDP,
	     .counters = "net in, x out, " IN_LS ", route r4 10.4.0.0/24"),
	TEST("and by a tunnel", "localnet", EXT "10.4.0.11 | " UDP,
	     "redirect ens3",
	     "outer node1>node2 | geneve ls ls-r4>y | eth r4-ls>y | ip4 "
	     "192.168.209.7>10.4.0.11 ttl=60 | " UDP,
	     .counters = "net in, tx node2, " IN_LS ", route r4 10.4.0.0/24"),
	TEST("the other way", "vif x",
	     "eth x>r4-ls | ip4 10.4.0.10>192.168.209.7 | " UDP,
	     "redirect ens9",
	     "eth gw-outside>ext | ip4 10.4.0.10>192.168.209.7 ttl=60 | " UDP,
	     .counters = "x in, net out, route r4 0.0.0.0/0, "
			 "route r3 0.0.0.0/0, route r2 0.0.0.0/0, "
			 "route gw 192.168.192.0/19"),
	TEST("truncated", "localnet", EXT "10.4.0.10 | " UDP " | poke 14=44",
	     "drop MALFORMED", NULL, .counters = "net in", .is_lax = true,
	     .place = "outside net outside net"),
	TEST("refused by the fourth: no route was taken to an end", "localnet",
	     EXT "10.4.0.1 frag=0x4000 | icmp 0/0 rest=1 | data 8",
	     "drop LR_LOCAL", NULL, .place = "r4 r4-r3 outside net",
	     .counters = "net in"),
	TEST("too big behind the fourth: XDP leaves it to TC", "localnet",
	     EXT "10.4.0.11 frag=0x4000 | udp 1>2 | data 1460", "redirect ens9",
	     "eth gw-outside>ext | ip4 10.3.0.2>192.168.209.7 ttl=251 "
	     "frag=0x4000 | icmp 3/4 rest=1442 | quoting 534: ip4 "
	     "192.168.209.7>10.4.0.11 ttl=61 frag=0x4000 ; udp 1>2 ; data 1460",
	     .counts = "TOO_BIG",
	     .counters = "net in, net out, route r3 0.0.0.0/0, "
			 "route r2 0.0.0.0/0, route gw 192.168.192.0/19"),
};

const struct test_group counters_routers_group =
	TEST_GROUP("counters of routers in a row", ROUTERS, routers_tests);

#define NATS                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat dnat 192.168.209.122 172.18.100.20\n"                            \
	" nat dnat_and_snat 192.168.209.123 172.18.100.50 stateless\n"         \
	" lb web tcp 192.168.209.55:80 172.18.100.10:8000\n"
#define AS_GW "192.168.209.120>192.168.209.7 ttl=62 | "
#define OUTSIDE "route gw1 192.168.192.0/19"
#define INSIDE "route gw1 172.18.0.0/16, route router1 172.18.100.0/24"
#define VM1_SNAT "snat gw1 172.18.0.0/16 "
#define WEB "vip gw1 192.168.209.55:80 "
#define FLOAT "dnat gw1 192.168.209.122 "

static const struct test nat_tests[] = {
	LEARN_EXT,
	VM1_OUT("SNAT: SYN", "192.168.209.7 ttl=63 | tcp 5555>80 flags=S",
		TO_EXT AS_GW "tcp 5555>80 flags=S",
		.counters = "rx node2, outside-localnet out, " OUTSIDE
			    ", " VM1_SNAT "orig, " VM1_SNAT "new"),
	EXT_IN("SNAT: SYN, ACK back",
	       "192.168.209.120 | tcp 80>5555 flags=SA ack=101",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 80>5555 "
		      "flags=SA ack=101",
	       .counters = "outside-localnet in, tx node2, " INSIDE
			   ", " VM1_SNAT "reply"),
	VM1_OUT("SNAT: ACK, by the action",
		"192.168.209.7 ttl=63 | tcp 5555>80 flags=A",
		TO_EXT AS_GW "tcp 5555>80 flags=A",
		.counters = "rx node2, outside-localnet out, " OUTSIDE
			    ", " VM1_SNAT "orig"),
	TEST("SNAT: an error about it", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 3/3 | quoting 0: ip4 "
		      "192.168.209.120>192.168.209.7 ttl=62 ; tcp 5555>80 "
		      "flags=A",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 3/3 | quoting "
		    "0: ip4 172.18.100.10>192.168.209.7 ttl=62 ; tcp 5555>80 "
		    "flags=A",
	     .counters = "outside-localnet in, tx node2, " INSIDE ", " VM1_SNAT
			 "reply"),
	TEST("known and too big: an error, counted as what it is", "localnet",
	     FROM_EXT "192.168.209.120 frag=0x4000 | tcp 80>5555 flags=A | "
		      "data 1403",
	     "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=253 frag=0x4000 | icmp "
		    "3/4 rest=1442 | quoting 534: ip4 "
		    "192.168.209.7>192.168.209.120 ttl=63 frag=0x4000 ; tcp "
		    "80>5555 flags=A ; data 1403",
	     .counts = "TOO_BIG",
	     .counters = "outside-localnet in, outside-localnet out, " OUTSIDE
			 ", " VM1_SNAT "orig"),
	TEST("VIP: SYN", "localnet",
	     FROM_EXT "192.168.209.55 | tcp 4000>80 flags=S", "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 4000>8000 "
		    "flags=S",
	     .counters = "outside-localnet in, tx node2, " INSIDE ", " WEB
			 "orig, " WEB "new"),
	VM1_OUT("VIP: its answer",
		"192.168.209.7 ttl=63 | tcp 8000>4000 flags=SA ack=1",
		TO_EXT "192.168.209.55>192.168.209.7 ttl=62 | tcp 80>4000 "
		       "flags=SA ack=1",
		.counters = "rx node2, outside-localnet out, " OUTSIDE ", " WEB
			    "reply"),
	TEST("dnat, from a tunnel into a tunnel", "underlay",
	     FROM_VM1 "192.168.209.122 ttl=63 | udp 6000>53 | data 8",
	     "redirect ens3",
	     TO_VM2 "192.168.209.120>172.18.100.20 ttl=61 | udp 6000>53 | data "
		    "8",
	     .counters = "rx node2, tx node3, " INSIDE ", " FLOAT "orig, " FLOAT
			 "new, " VM1_SNAT "orig, " VM1_SNAT "new"),
	TEST("stateless, in", "localnet",
	     FROM_EXT "192.168.209.123 | tcp 4000>80 flags=A", "redirect vm5",
	     TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | tcp 4000>80 flags=A",
	     .counters = "outside-localnet in, vm5 out, " INSIDE
			 ", dnat gw1 192.168.209.123 orig"),
	VM5_OUT("stateless, out", "192.168.209.7 | tcp 80>4000 flags=A",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | tcp 80>4000 "
		       "flags=A",
		.counters = "vm5 in, outside-localnet out, route router1 "
			    "0.0.0.0/0, " OUTSIDE
			    ", snat gw1 172.18.100.50 orig"),
	TEST("ARP of the physical network", "localnet",
	     "eth ext>all | arp request "
	     "ext/192.168.209.7>zero/192.168.209.120",
	     "pass", NULL,
	     .copies = {"ens9: eth gw1-outside>ext | arp reply "
			"gw1-outside/192.168.209.120>ext/192.168.209.7"},
	     .counters = "outside-localnet in, outside-localnet out"),
	TEST("the host's own", "localnet",
	     "eth ext>02:11:22:33:44:99 | ip4 192.168.209.7>192.168.209.9 | "
	     "udp 1>2 | data 8",
	     "pass", NULL, .counters = ""),
};

const struct test_group counters_nat_group = TEST_GROUP(
	"counters of NAT and VIPs", NATS, nat_tests, .is_stateful = true);

/* A guest's load balancer, and behind it a gateway's SNAT. */
#define SWITCH_WEB "vip ls1 10.9.9.9:80 "
#define SWITCH_FAR "vip ls1 10.9.9.9:81 "

static const struct test switch_lb_tests[] = {
	LEARN_EXT,
	VM5_OUT("SYN", "10.9.9.9 | tcp 4000>80 flags=S",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | tcp 4000>80 "
		       "flags=S",
		.counters = "vm5 in, outside-localnet out, route router1 "
			    "0.0.0.0/0, " OUTSIDE ", " SWITCH_WEB
			    "orig, " SWITCH_WEB "new, " VM1_SNAT
			    "orig, " VM1_SNAT "new"),
	EXT_VM5("SYN, ACK", "192.168.209.120 | tcp 80>4000 flags=SA ack=1",
		TO_VM5 "10.9.9.9>172.18.100.50 ttl=62 | tcp 80>4000 flags=SA "
		       "ack=1",
		.counters = "outside-localnet in, vm5 out, " INSIDE
			    ", " SWITCH_WEB "reply, " VM1_SNAT "reply"),
	VM5_OUT("the next", "10.9.9.9 | tcp 4000>80 flags=A",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | tcp 4000>80 "
		       "flags=A",
		.counters = "vm5 in, outside-localnet out, route router1 "
			    "0.0.0.0/0, " OUTSIDE ", " SWITCH_WEB
			    "orig, " VM1_SNAT "orig"),
	TEST("a backend on the same switch", "vif vm5",
	     FROM_VM5 "10.9.9.9 | tcp 4001>81 flags=S", "redirect ens3",
	     "outer node1>node2 | geneve ls1 ls1-router1>vm1 | eth "
	     "router1-ls1>vm1 | ip4 172.18.100.50>172.18.100.10 ttl=63 | tcp "
	     "4001>8000 flags=S",
	     .counters =
		     "vm5 in, tx node2, route router1 172.18.100.0/24, " SWITCH_FAR
		     "orig, " SWITCH_FAR "new"),
	TEST("its answer", "underlay",
	     "outer node2>node1 | geneve ls1 vm1>vm5 | eth vm1>vm5 | ip4 "
	     "172.18.100.10>172.18.100.50 | tcp 8000>4001 flags=SA ack=1",
	     "redirect vm5",
	     "eth vm1>vm5 | ip4 10.9.9.9>172.18.100.50 | tcp 81>4001 flags=SA "
	     "ack=1",
	     .counters = "rx node2, vm5 out, " SWITCH_FAR "reply"),
	TEST("hairpin", "vif vm5", FROM_VM5 "10.9.9.9 | tcp 4002>82 flags=S",
	     "redirect vm5",
	     "eth router1-ls1>vm5 | ip4 10.9.9.9>172.18.100.50 | tcp 4002>8000 "
	     "flags=S",
	     .counters = "vm5 in, vm5 out, vip ls1 10.9.9.9:82 orig, vip ls1 "
			 "10.9.9.9:82 new"),
	TEST("hairpin: the answer", "vif vm5",
	     FROM_VM5 "10.9.9.9 | tcp 8000>4002 flags=SA ack=1", "redirect vm5",
	     "eth router1-ls1>vm5 | ip4 10.9.9.9>172.18.100.50 | tcp 82>4002 "
	     "flags=SA ack=1",
	     .counters = "vm5 in, vm5 out, vip ls1 10.9.9.9:82 reply"),
};

const struct test_group counters_switch_lb_group = TEST_GROUP(
	"counters of a switch's VIP and SNAT",
	GATEWAY_AS("node1", "",
		   "if=vm5\n lb web tcp 10.9.9.9:80 192.168.209.7:80\n"
		   " vip 10.9.9.9:81 172.18.100.10:8000\n"
		   " vip 10.9.9.9:82 172.18.100.50:8000",
		   "if=ens9") " nat snat 192.168.209.120 172.18.0.0/16\n",
	switch_lb_tests, .is_stateful = true);

/* A connection of the router's load balancer whose source is translated by a
 * rule that needs none, and the other way about. */
#define GW_WEB "vip gw1 10.9.9.9:80 "
#define BY_VM5 "snat gw1 172.18.100.50 "

static const struct test mixed_tests[] = {
	LEARN_EXT,
	VM5_OUT("VIP and stateless SNAT: SYN", "10.9.9.9 | tcp 4000>80 flags=S",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | tcp 4000>80 "
		       "flags=S",
		.counters = "vm5 in, outside-localnet out, route router1 "
			    "0.0.0.0/0, " OUTSIDE ", " GW_WEB "orig, " GW_WEB
			    "new, " BY_VM5 "orig, " BY_VM5 "new"),
	EXT_VM5("VIP and stateless SNAT: SYN, ACK",
		"192.168.209.123 | tcp 80>4000 flags=SA ack=1",
		TO_VM5 "10.9.9.9>172.18.100.50 ttl=62 | tcp 80>4000 flags=SA "
		       "ack=1",
		.counters = "outside-localnet in, vm5 out, " INSIDE ", " GW_WEB
			    "reply, " BY_VM5 "reply"),
	VM5_OUT("VIP and stateless SNAT: ACK", "10.9.9.9 | tcp 4000>80 flags=A",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | tcp 4000>80 "
		       "flags=A",
		.counters = "vm5 in, outside-localnet out, route router1 "
			    "0.0.0.0/0, " OUTSIDE ", " GW_WEB "orig, " BY_VM5
			    "orig"),
	TEST("stateless DNAT and SNAT", "underlay",
	     FROM_VM1 "192.168.209.123 ttl=63 | udp 6000>53 | data 8",
	     "redirect vm5",
	     TO_VM5 "192.168.209.120>172.18.100.50 ttl=61 | udp 6000>53 | data "
		    "8",
	     .counters = "rx node2, vm5 out, " INSIDE
			 ", dnat gw1 192.168.209.123 orig, dnat gw1 "
			 "192.168.209.123 new, " VM1_SNAT "orig, " VM1_SNAT
			 "new"),
};

const struct test_group counters_mixed_group = TEST_GROUP(
	"counters of rules with and without connections",
	GATEWAY " nat snat 192.168.209.120 172.18.0.0/16\n"
		" nat dnat_and_snat 192.168.209.123 172.18.100.50 stateless\n"
		" lb web tcp 10.9.9.9:80 192.168.209.7:80\n",
	mixed_tests, .is_stateful = true);
