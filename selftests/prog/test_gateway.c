// SPDX-License-Identifier: GPL-2.0-only
/* Gateway routers (options:chassis) without NAT: both ways through, TTLs of
 * the tutorial, what they answer and what not.  Rules: ovn-northd(8) lr_in_*,
 * "Gateway Routers" in ovn-architecture(7). */
#include "gateway.h"

#define ECHO " | icmp 8/0 rest=0x00070001 | data 56"
#define ECHO_REPLY " | icmp 0/0 rest=0x00070001 | data 56"
#define UDP " | udp 1000>2000 | data 32"
#define ASK_EXT                                                                \
	"ens9: eth gw1-outside>all | arp request "                             \
	"gw1-outside/192.168.209.120>zero/192.168.209.7"

static const struct test through_tests[] = {
	TEST("neighbor unknown: ARP request by the localnet", "underlay",
	     FROM_VM1 "192.168.209.7 ttl=63" UDP, "sent", NULL,
	     .copies = {ASK_EXT}, .counts = "LR_NEIGHBOR"),
	TEST("the same from a guest here", "vif vm5",
	     FROM_VM5 "192.168.209.7" UDP, "sent", NULL, .copies = {ASK_EXT},
	     .counts = "LR_NEIGHBOR"),
	LEARN_EXT,
	VM1_OUT("I7: to the outside", "192.168.209.7 ttl=63" UDP,
		TO_EXT "172.18.100.10>192.168.209.7 ttl=62" UDP),
	VM1_OUT("a packet of 1500 bytes that came in a larger underlay",
		"192.168.209.7 ttl=63 | udp 1>2 | data 1414",
		TO_EXT "172.18.100.10>192.168.209.7 ttl=62 | udp 1>2 | data "
		       "1414"),
	VM5_OUT("I7: from a guest here", "192.168.209.7" UDP,
		TO_EXT "172.18.100.50>192.168.209.7 ttl=62" UDP),
	VM5_OUT("I6: the localnet takes 1500 bytes",
		"192.168.209.7 frag=0x4000 | udp 1>2 | data 1472",
		TO_EXT "172.18.100.50>192.168.209.7 ttl=62 frag=0x4000 | udp "
		       "1>2 | data 1472"),
	EXT_IN("I1, I7: to a guest elsewhere", "172.18.100.10" UDP,
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62" UDP),
	EXT_IN("I1: by the other subnet", "172.18.200.20" UDP,
	       TO_VM4 "192.168.209.7>172.18.200.20 ttl=62" UDP),
	EXT_VM5("I7: to a guest here", "172.18.100.50" UDP,
		TO_VM5 "192.168.209.7>172.18.100.50 ttl=62" UDP),
	EXT_IN("Ethernet padding stays",
	       "172.18.100.10 | udp 1>2 | data 1 | pad 60",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | udp 1>2 | data 1 | "
		      "padded 60"),
	EXT_IN("TCP", "172.18.100.10 | tcp 1>2 flags=S seq=5",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 1>2 flags=S "
		      "seq=5"),
	EXT_IN("IP options, TOS, id and DF stay",
	       "172.18.100.10 tos=0xb8 id=99 frag=0x4000 opt=94040000" UDP,
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 tos=0xb8 id=99 "
		      "frag=0x4000 opt=94040000" UDP),
	EXT_IN("later fragments are routed",
	       "172.18.100.10 id=9 frag=0x0010 proto=17 | data 40",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 id=9 frag=0x0010 "
		      "proto=17 | data 40"),
	TEST("I6: too big for the underlay: the router inside says so",
	     "localnet",
	     FROM_EXT "172.18.100.10 frag=0x4000 | udp 1>2 | data 1415",
	     "redirect ens9",
	     TO_EXT "172.19.255.2>192.168.209.7 ttl=253 frag=0x4000 | icmp 3/4 "
		    "rest=1442 | quoting 534: ip4 "
		    "192.168.209.7>172.18.100.10 frag=0x4000 ttl=63 ; udp 1>2 "
		    "; data 1415",
	     .counts = "TOO_BIG"),
	TEST("no such network inside: back by the default route, for ever",
	     "localnet", FROM_EXT "172.18.7.7 ttl=255" UDP, "drop HOP_LIMIT",
	     NULL),
	TEST("no route", "localnet", FROM_EXT "11.0.0.1" UDP,
	     "drop LR_NO_ROUTE", NULL),
	TEST("source is the gateway's own", "localnet",
	     "eth ext>gw1-outside | ip4 192.168.209.120>172.18.100.10" UDP,
	     "drop LR_BAD_SRC", NULL),
	/* R: a neighbor that moves is followed at once. */
	TEST("a neighbor with another MAC", "localnet",
	     "eth ext2>gw1-outside | arp reply "
	     "ext2/192.168.209.7>gw1-outside/192.168.209.120",
	     "consumed", NULL),
	VM1_OUT("is followed at once", "192.168.209.7 ttl=63" UDP,
		TO_EXT2 "172.18.100.10>192.168.209.7 ttl=62" UDP),
	VM5_OUT("and from here", "192.168.209.7" UDP,
		TO_EXT2 "172.18.100.50>192.168.209.7 ttl=62" UDP),
};

const struct test_group gateway_group =
	TEST_GROUP("gateway", GATEWAY, through_tests, .is_stateful = true);

#define TO_GW "192.168.209.120"
#define NEAR_GW "172.19.255.1"

static const struct test own_tests[] = {
	LEARN_EXT,
	TEST("I7: ext pings it", "localnet", FROM_EXT TO_GW ECHO,
	     "redirect ens9", TO_EXT TO_GW ">192.168.209.7 ttl=254" ECHO_REPLY),
	TEST("I7: whatever the request's TTL", "localnet",
	     FROM_EXT TO_GW " ttl=1" ECHO, "redirect ens9",
	     TO_EXT TO_GW ">192.168.209.7 ttl=254" ECHO_REPLY),
	TEST("ext pings the port inside", "localnet", FROM_EXT NEAR_GW ECHO,
	     "redirect ens9",
	     TO_EXT NEAR_GW ">192.168.209.7 ttl=254" ECHO_REPLY),
	TEST("I7: ext pings the router behind", "localnet",
	     FROM_EXT "172.18.100.1" ECHO, "redirect ens9",
	     TO_EXT "172.18.100.1>192.168.209.7 ttl=253" ECHO_REPLY),
	TEST("I7: vm1 pings the port inside", "underlay",
	     FROM_VM1 NEAR_GW " ttl=63" ECHO, "redirect ens3",
	     TO_VM1 NEAR_GW ">172.18.100.10 ttl=253" ECHO_REPLY),
	TEST("I7: vm1 pings the port outside", "underlay",
	     FROM_VM1 TO_GW " ttl=63" ECHO, "redirect ens3",
	     TO_VM1 TO_GW ">172.18.100.10 ttl=253" ECHO_REPLY),
	TEST("I7: a guest here pings the port inside", "vif vm5",
	     FROM_VM5 NEAR_GW ECHO, "redirect vm5",
	     TO_VM5 NEAR_GW ">172.18.100.50 ttl=253" ECHO_REPLY),
	TEST("I7: a guest here pings the port outside", "vif vm5",
	     FROM_VM5 TO_GW ECHO, "redirect vm5",
	     TO_VM5 TO_GW ">172.18.100.50 ttl=253" ECHO_REPLY),
	/* A gateway router sends no RST and no port unreachable. */
	TEST("ext, TCP to it: silence", "localnet",
	     FROM_EXT TO_GW " | tcp 1>22 flags=S", "drop LR_LOCAL", NULL),
	TEST("ext, UDP to it: silence", "localnet", FROM_EXT TO_GW UDP,
	     "drop LR_LOCAL", NULL),
	TEST("ext, another protocol to it: silence", "localnet",
	     FROM_EXT TO_GW " proto=253 | data 8", "drop LR_LOCAL", NULL),
	TEST("ext, UDP to the port inside: silence", "localnet",
	     FROM_EXT NEAR_GW UDP, "drop LR_LOCAL", NULL),
	TEST("vm1, TCP to the port inside: silence", "underlay",
	     FROM_VM1 NEAR_GW " ttl=63 | tcp 1>22 flags=S", "drop LR_LOCAL",
	     NULL),
	TEST("vm1, UDP to the port outside: silence", "underlay",
	     FROM_VM1 TO_GW " ttl=63" UDP, "drop LR_LOCAL", NULL),
	TEST("a guest here, TCP to the port outside: silence", "vif vm5",
	     FROM_VM5 TO_GW " | tcp 1>22 flags=S", "drop LR_LOCAL", NULL),
	/* The distributed router behind it does answer. */
	TEST("I7: ext, UDP to the router behind: 3/3", "localnet",
	     FROM_EXT "172.18.100.1" UDP, "redirect ens9",
	     TO_EXT "172.18.100.1>192.168.209.7 ttl=253 frag=0x4000 | icmp 3/3 "
		    "| quoting 0: ip4 192.168.209.7>172.18.100.1 ttl=63 ; udp "
		    "1000>2000 ; data 32",
	     .by_tc = true),
	TEST("I7: ext, TCP to the router behind: RST", "localnet",
	     FROM_EXT "172.18.100.1 | tcp 1>22 flags=S seq=8", "redirect ens9",
	     TO_EXT "172.18.100.1>192.168.209.7 ttl=61 frag=0x4000 | tcp 22>1 "
		    "flags=RA ack=9",
	     .by_tc = true),
	/* Time exceeded: from the port where the packet came in. */
	TEST("I7: vm1 TTL 2", "underlay", FROM_VM1 "192.168.209.7 ttl=1" UDP,
	     "redirect ens3",
	     TO_VM1 "172.19.255.1>172.18.100.10 ttl=253 frag=0x4000 | icmp "
		    "11/0 | quoting 0: ip4 172.18.100.10>192.168.209.7 ttl=1 ; "
		    "udp 1000>2000 ; data 32",
	     .counts = "LR_TTL"),
	TEST("I7: a guest here, TTL 2", "vif vm5",
	     FROM_VM5 "192.168.209.7 ttl=2" UDP, "redirect vm5",
	     TO_VM5 "172.19.255.1>172.18.100.50 ttl=253 frag=0x4000 | icmp "
		    "11/0 | quoting 0: ip4 172.18.100.50>192.168.209.7 ttl=1 ; "
		    "udp 1000>2000 ; data 32",
	     .counts = "LR_TTL"),
	TEST("I7: a guest here, TTL 1", "vif vm5",
	     FROM_VM5 "192.168.209.7 ttl=1" UDP, "redirect vm5",
	     TO_VM5 "172.18.100.1>172.18.100.50 ttl=254 frag=0x4000 | icmp "
		    "11/0 | quote 60",
	     .counts = "LR_TTL"),
	TEST("I7: ext TTL 1", "localnet", FROM_EXT "172.18.100.10 ttl=1" UDP,
	     "redirect ens9",
	     TO_EXT TO_GW ">192.168.209.7 ttl=254 frag=0x4000 | icmp 11/0 | "
			  "quote 60",
	     .counts = "LR_TTL"),
	TEST("I7: ext TTL 2", "localnet", FROM_EXT "172.18.100.10 ttl=2" UDP,
	     "redirect ens9",
	     TO_EXT "172.19.255.2>192.168.209.7 ttl=253 frag=0x4000 | icmp "
		    "11/0 | quote 60 ttl=1",
	     .counts = "LR_TTL"),
	TEST("an ICMP error about nothing, to the gateway itself", "localnet",
	     FROM_EXT TO_GW " | icmp 3/1 | quoting 0: ip4 " TO_GW
			    ">192.168.209.7 ; udp 1>2 ; data 8",
	     "drop LR_LOCAL", NULL),
	TEST("ICMP errors for guests pass", "localnet",
	     FROM_EXT "172.18.100.10 | icmp 3/3 | quoting 0: ip4 "
		      "172.18.100.10>192.168.209.7 ; udp 1>2 ; data 8",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 3/3 | quoting "
		    "0: ip4 172.18.100.10>192.168.209.7 ; udp 1>2 ; data 8"),
};

const struct test_group gateway_own_group =
	TEST_GROUP("gateway itself", GATEWAY, own_tests, .is_stateful = true);

/* The same network on a host that is not the gateway. */
static const struct test elsewhere_tests[] = {
	TEST("I1: to the outside: by tunnel to the gateway's chassis",
	     "vif vm1",
	     "eth vm1>router1-ls1 | ip4 172.18.100.10>192.168.209.7" UDP,
	     "redirect ens3",
	     "outer node2>node1 | geneve ls3 ls3-router1>ls3-gw1 | eth "
	     "router1-ls3>gw1-ls3 | ip4 172.18.100.10>192.168.209.7 ttl=63" UDP),
	TEST("I1: so does a ping of its address", "vif vm1",
	     "eth vm1>router1-ls1 | ip4 172.18.100.10>192.168.209.120" ECHO,
	     "redirect ens3",
	     "outer node2>node1 | geneve ls3 ls3-router1>ls3-gw1 | eth "
	     "router1-ls3>gw1-ls3 | ip4 172.18.100.10>192.168.209.120 "
	     "ttl=63" ECHO),
	TEST("I7: TTL 1 ends at the router here", "vif vm1",
	     "eth vm1>router1-ls1 | ip4 172.18.100.10>192.168.209.7 ttl=1" UDP,
	     "redirect vm1",
	     "eth router1-ls1>vm1 | ip4 172.18.100.1>172.18.100.10 ttl=254 "
	     "frag=0x4000 | icmp 11/0 | quote 60",
	     .counts = "LR_TTL"),
	TEST("I7: what the gateway routed is delivered", "underlay",
	     "outer node1>node2 | geneve ls1 ls1-router1>vm1 | eth "
	     "router1-ls1>vm1 | ip4 192.168.209.7>172.18.100.10 ttl=62" UDP,
	     "redirect vm1",
	     "eth router1-ls1>vm1 | ip4 192.168.209.7>172.18.100.10 "
	     "ttl=62" UDP),
	TEST("I2: packets for the gateway are not ours", "underlay",
	     "outer node3>node2 | geneve ls3 ls3-router1>ls3-gw1 | eth "
	     "router1-ls3>gw1-ls3 | ip4 172.18.100.20>192.168.209.7 ttl=63" UDP,
	     "drop TUNNEL_NOT_LOCAL", NULL),
};

const struct test_group gateway_elsewhere_group = TEST_GROUP(
	"gateway elsewhere", GATEWAY_AS("node2", "if=vm1", "", "if=ens9"),
	elsewhere_tests);
