// SPDX-License-Identifier: GPL-2.0-only
/* port_security in both directions, ovn-nb(5) and the flows that OVN's
 * controller/lflow.c makes of it (tables 73 to 75). */
#include "tables.h"

#define GUARDED                                                                                                                          \
	"self node2\n"                                                                                                                   \
	"chassis node2 192.168.209.111\n"                                                                                                \
	"chassis node3 192.168.209.112\n"                                                                                                \
	"switch sw\n"                                                                                                                    \
	" port free addr=02:00:00:00:00:01 at=node2 if=free\n"                                                                           \
	" port mac addr=02:00:00:00:00:02 sec=02:00:00:00:00:02 at=node2 if=mac\n"                                                       \
	" port host addr=02:00:00:00:00:03 sec=02:00:00:00:00:03,10.0.0.3 at=node2 if=host\n"                                            \
	" port mask addr=02:00:00:00:00:04 sec=02:00:00:00:00:04,10.0.0.4/24 at=node2 if=mask\n"                                         \
	" port net addr=02:00:00:00:00:05 sec=02:00:00:00:00:05,10.1.0.0/24 at=node2 if=net\n"                                           \
	" port six addr=02:00:00:00:00:06 sec=02:00:00:00:00:06,fd00::6 at=node2 if=six\n"                                               \
	" port both addr=02:00:00:00:00:07 sec=02:00:00:00:00:07,10.0.0.7,fd00::7 at=node2 if=both\n"                                    \
	" port two addr=02:00:00:00:00:08 addr=02:00:00:00:01:08 sec=02:00:00:00:00:08 sec=02:00:00:00:01:08,10.0.0.8 at=node2 if=two\n" \
	" port many addr=02:00:00:00:00:09 sec=02:00:00:00:00:09,10.2.0.1,10.2.0.2,10.2.0.3,10.2.0.4,10.2.0.5,10.2.0.6,10.2.0.7,10.2.0.8,10.2.0.9,10.2.0.10,10.2.0.11,fd00::9 at=node2 if=many\n"

#define IP(src, dst) " | ip4 " src ">" dst " | udp 1>2 | data 8"
#define IP6(src, dst) " | ip6 " src ">" dst " | udp 1>2 | data 8"
#define IN(port, src) "eth " port ">free" IP(src, "9.9.9.9")
#define IN6(port, src) "eth " port ">free" IP6(src, "fd99::1")
#define OK "redirect free", NULL
#define BAD "drop PORT_SEC_IN", NULL
/* Link-local address made from MAC 02:00:00:00:00:0N. */
#define LLA(n) "fe80::ff:fe00:" n
#define NS(port, src, sll)                                                     \
	"eth " port ">free | ip6 " src                                         \
	">ff02::1:ff00:99 hops=255 | ns fd00::99 mac=" sll
#define NA(port, src, target, tll)                                             \
	"eth " port ">free | ip6 " src ">fd00::99 hops=255 | na " target       \
	" rest=0x60000000 mac=" tll
#define ARP(port, sha, spa)                                                    \
	"eth " port ">free | arp reply " sha "/" spa ">free/10.0.0.99"

static const struct test in_tests[] = {
	TEST("no port security: any MAC, any address", "vif free",
	     "eth 02:77:00:00:00:01>mac" IP("1.2.3.4", "5.6.7.8"),
	     "redirect mac", NULL),
	TEST("MAC only: its MAC, any address", "vif mac", IN("mac", "1.2.3.4"),
	     OK),
	TEST("MAC only: any IPv6 address", "vif mac", IN6("mac", "fd01::1"),
	     OK),
	TEST("MAC only: another MAC", "vif mac",
	     "eth 02:77:00:00:00:01>free" IP("1.2.3.4", "5.6.7.8"), BAD),
	TEST("MAC only: ARP with its MAC", "vif mac",
	     ARP("mac", "mac", "1.2.3.4"), OK),
	TEST("MAC only: ARP with another sender MAC", "vif mac",
	     ARP("mac", "host", "1.2.3.4"), BAD),
	TEST("MAC only: NS with its MAC", "vif mac", NS("mac", LLA("2"), "mac"),
	     OK),
	TEST("MAC only: NS with another source link layer", "vif mac",
	     NS("mac", LLA("2"), "host"), BAD),
	TEST("MAC only: NA with another target link layer", "vif mac",
	     NA("mac", LLA("2"), "fd00::2", "host"), BAD),
	TEST("MAC only: any ethertype", "vif mac",
	     "eth mac>free type=0x88b6 | data 46", OK),
	TEST("MAC only: another MAC, any ethertype", "vif mac",
	     "eth host>free type=0x88b6 | data 46", BAD),

	TEST("IPv4: its address", "vif host", IN("host", "10.0.0.3"), OK),
	TEST("IPv4: another address", "vif host", IN("host", "10.0.0.4"), BAD),
	TEST("IPv4: another MAC", "vif host", IN("mac", "10.0.0.3"), BAD),
	TEST("IPv4: ARP for its address", "vif host",
	     ARP("host", "host", "10.0.0.3"), OK),
	TEST("IPv4: ARP for another address", "vif host",
	     ARP("host", "host", "10.0.0.4"), BAD),
	TEST("IPv4: ARP for its address, another MAC", "vif host",
	     ARP("host", "mac", "10.0.0.3"), BAD),
	TEST("IPv4: RARP is not restricted", "vif host",
	     "eth host>free type=0x8035 | "
	     "hex 0001080006040003020000000003000000000200000000030000000000",
	     OK),
	TEST("IPv4: DHCP discovery", "vif host",
	     "eth host>free | ip4 0.0.0.0>255.255.255.255 | udp 68>67 | data 8",
	     OK),
	TEST("IPv4: 0.0.0.0 to another port", "vif host",
	     "eth host>free | ip4 0.0.0.0>255.255.255.255 | udp 68>53 | data 8",
	     BAD),
	TEST("IPv4: 0.0.0.0 to another address", "vif host",
	     "eth host>free | ip4 0.0.0.0>10.0.0.1 | udp 68>67 | data 8", BAD),
	TEST("IPv4: 0.0.0.0 by TCP", "vif host",
	     "eth host>free | ip4 0.0.0.0>255.255.255.255 | tcp 68>67", BAD),
	TEST("IPv4: DHCP in a fragment's guise", "vif host",
	     "eth host>free | ip4 0.0.0.0>255.255.255.255 frag=0x0001 proto=17 "
	     "| hex 0044004300080000",
	     BAD),
	TEST("IPv4 only: IPv6", "vif host", IN6("host", "fd00::3"), BAD),
	TEST("IPv4 only: IPv6 link local", "vif host", IN6("host", LLA("3")),
	     BAD),
	TEST("IPv4 host in a subnet: the host", "vif mask",
	     IN("mask", "10.0.0.4"), OK),
	TEST("IPv4 host in a subnet: another of the subnet", "vif mask",
	     IN("mask", "10.0.0.5"), BAD),
	TEST("IPv4 subnet: any of it", "vif net", IN("net", "10.1.0.77"), OK),
	TEST("IPv4 subnet: next to it", "vif net", IN("net", "10.1.1.0"), BAD),
	TEST("IPv4 subnet: ARP for any of it", "vif net",
	     ARP("net", "net", "10.1.0.200"), OK),
	TEST("IPv4 list: first", "vif many", IN("many", "10.2.0.1"), OK),
	TEST("IPv4 list: ninth", "vif many", IN("many", "10.2.0.9"), OK),
	TEST("IPv4 list: last", "vif many", IN("many", "10.2.0.11"), OK),
	TEST("IPv4 list: none", "vif many", IN("many", "10.2.0.12"), BAD),
	TEST("IPv4 list: and an IPv6 address", "vif many",
	     IN6("many", "fd00::9"), OK),

	TEST("IPv6: its address", "vif six", IN6("six", "fd00::6"), OK),
	TEST("IPv6: another address", "vif six", IN6("six", "fd00::7"), BAD),
	TEST("IPv6: link local of its MAC", "vif six", IN6("six", LLA("6")),
	     OK),
	TEST("IPv6: link local of another MAC", "vif six", IN6("six", LLA("7")),
	     BAD),
	TEST("IPv6: NS from its address", "vif six",
	     NS("six", "fd00::6", "six"), OK),
	TEST("IPv6: NS from its address, another MAC", "vif six",
	     NS("six", "fd00::6", "mac"), BAD),
	TEST("IPv6: duplicate address check", "vif six",
	     "eth six>free | ip6 ::>ff02::1:ff00:6 hops=255 | ns fd00::6", OK),
	TEST("IPv6: MLD report before there is an address", "vif six",
	     "eth six>free | ip6 ::>ff02::16 hops=1 | icmp6 143/0 rest=1 | "
	     "hex 04000000ff0200000000000000000001ff000006",
	     OK),
	TEST("IPv6: UDP from ::", "vif six", IN6("six", "::"), BAD),
	TEST("IPv6: NA for its address", "vif six",
	     NA("six", "fd00::6", "fd00::6", "six"), OK),
	TEST("IPv6: NA for another address", "vif six",
	     NA("six", "fd00::6", "fd00::7", "six"), BAD),
	TEST("IPv6: NA for its address from another", "vif six",
	     NA("six", "fd00::7", "fd00::6", "six"), BAD),
	TEST("IPv6: NA for its address, link local of its MAC", "vif six",
	     NA("six", LLA("6"), "fd00::6", "six"), OK),
	TEST("IPv6: NA for the link local of its MAC", "vif six",
	     NA("six", "fd00::6", LLA("6"), "six"), OK),
	TEST("IPv6: NA for the link local of another MAC", "vif six",
	     NA("six", "fd00::6", LLA("7"), "six"), BAD),
	TEST("IPv6 only: IPv4", "vif six", IN("six", "10.0.0.6"), BAD),
	TEST("IPv6 only: ARP", "vif six", ARP("six", "six", "10.0.0.6"), BAD),
	TEST("both: IPv4", "vif both", IN("both", "10.0.0.7"), OK),
	TEST("both: IPv6", "vif both", IN6("both", "fd00::7"), OK),
	TEST("both: another IPv4", "vif both", IN("both", "10.0.0.8"), BAD),

	TEST("two elements: the one with a MAC only", "vif two",
	     IN("two", "1.2.3.4"), OK),
	TEST("two elements: the other's address", "vif two",
	     "eth 02:00:00:00:01:08>free" IP("10.0.0.8", "9.9.9.9"), OK),
	TEST("two elements: not the other's address", "vif two",
	     "eth 02:00:00:00:01:08>free" IP("10.0.0.9", "9.9.9.9"), BAD),
	TEST("two elements: a third MAC", "vif two",
	     "eth 02:00:00:00:02:08>free" IP("10.0.0.8", "9.9.9.9"), BAD),
};

const struct test_group port_sec_in_group =
	TEST_GROUP("port security in", GUARDED, in_tests);

#define OUT(port, dst) "eth free>" port IP("9.9.9.9", dst)
#define OUT6(port, dst) "eth free>" port IP6("fd99::1", dst)
#define CLOSED "drop PORT_SEC_OUT", NULL
static const struct test out_tests[] = {
	TEST("MAC only: any address", "vif free", OUT("mac", "1.2.3.4"),
	     "redirect mac", NULL),
	TEST("IPv4: its address", "vif free", OUT("host", "10.0.0.3"),
	     "redirect host", NULL),
	TEST("IPv4: another address", "vif free", OUT("host", "10.0.0.4"),
	     CLOSED),
	TEST("IPv4: broadcast", "vif free", OUT("host", "255.255.255.255"),
	     "redirect host", NULL),
	TEST("IPv4: multicast", "vif free", OUT("host", "239.1.2.3"),
	     "redirect host", NULL),
	TEST("IPv4: subnet broadcast without a mask", "vif free",
	     OUT("host", "10.0.0.255"), CLOSED),
	TEST("IPv4: subnet broadcast with a mask", "vif free",
	     OUT("mask", "10.0.0.255"), "redirect mask", NULL),
	TEST("IPv4: another of the subnet", "vif free", OUT("mask", "10.0.0.5"),
	     CLOSED),
	TEST("IPv4 subnet: any of it", "vif free", OUT("net", "10.1.0.200"),
	     "redirect net", NULL),
	TEST("IPv4 subnet: not of it", "vif free", OUT("net", "10.2.0.200"),
	     CLOSED),
	TEST("IPv4 list: ninth", "vif free", OUT("many", "10.2.0.9"),
	     "redirect many", NULL),
	TEST("IPv4 list: none", "vif free", OUT("many", "10.2.0.12"), CLOSED),
	TEST("IPv4: ARP is not restricted", "vif free",
	     "eth free>host | arp reply free/10.0.0.99>host/10.0.0.50",
	     "redirect host", NULL),
	TEST("IPv6: its address", "vif free", OUT6("six", "fd00::6"),
	     "redirect six", NULL),
	TEST("IPv6: another address", "vif free", OUT6("six", "fd00::7"),
	     CLOSED),
	TEST("IPv6: link local of its MAC", "vif free", OUT6("six", LLA("6")),
	     "redirect six", NULL),
	TEST("IPv6: multicast", "vif free", OUT6("six", "ff02::1"),
	     "redirect six", NULL),
	TEST("IPv6 only: IPv4", "vif free", OUT("six", "10.0.0.6"), CLOSED),
	TEST("IPv4 only: IPv6", "vif free", OUT6("host", "fd00::3"), CLOSED),
	TEST("from a tunnel: its address", "underlay",
	     "outer node3>node2 | geneve sw 999>host | " OUT("host",
							     "10.0.0.3"),
	     "redirect host", OUT("host", "10.0.0.3")),
	TEST("from a tunnel: another address", "underlay",
	     "outer node3>node2 | geneve sw 999>host | " OUT("host",
							     "10.0.0.4"),
	     CLOSED),
};

const struct test_group port_sec_out_group =
	TEST_GROUP("port security out", GUARDED, out_tests);
