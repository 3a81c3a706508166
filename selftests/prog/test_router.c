// SPDX-License-Identifier: GPL-2.0-only
/* Logical router: ARP, routing, what it answers itself, ICMP errors.  Rules:
 * ovn-northd(8) lr_in_*, RFC 1812, RFC 792, RFC 9293. */
#include "tables.h"

/* Router r between a (10.1/24), b (10.2/24 and 10.3/24) and c; guests have
 * addresses, so that nothing has to be resolved. */
#define ROUTED                                                                 \
	"self node2\n"                                                         \
	"chassis node1 192.168.209.110\n"                                      \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch swa\n"                                                         \
	" port a1 addr=02:00:00:00:0a:01,10.1.0.10 at=node2 if=a1\n"           \
	" port a2 addr=02:00:00:00:0a:02,10.1.0.20 at=node3\n"                 \
	" router-port swa-r r-a\n"                                             \
	"switch swb\n"                                                         \
	" port b1 addr=02:00:00:00:0b:01,10.2.0.10 at=node2 if=b1\n"           \
	" port b2 addr=02:00:00:00:0b:02,10.2.0.20,10.3.0.20 at=node3\n"       \
	" port b3 addr=02:00:00:00:0b:03,10.2.0.30 at=node2 if=b3\n"           \
	" router-port swb-r r-b\n"                                             \
	"switch swc\n"                                                         \
	" port c1 addr=02:00:00:00:0c:01,10.4.0.10 at=node2 if=c1\n"           \
	" router-port swc-r r-c router\n"                                      \
	"router r\n"                                                           \
	" lrp r-a 02:00:00:00:fa:01 10.1.0.1/24\n"                             \
	" lrp r-b 02:00:00:00:fb:01 10.2.0.1/24 10.3.0.1/24\n"                 \
	" lrp r-c 02:00:00:00:fc:01 10.4.0.1/24 disabled\n"                    \
	" route 10.99.0.0/16 10.2.0.10\n"                                      \
	" route 10.99.5.0/24 10.2.0.20\n"                                      \
	" route 10.99.5.5/32 10.3.0.20\n"                                      \
	" route 10.98.0.0/16 discard\n"                                        \
	" route 10.98.1.0/24 10.2.0.10\n"

#define A1 "eth a1>r-a | ip4 10.1.0.10>"
#define A1_UDP(dst) A1 dst " | udp 1>2 | data 40"
#define UDP_FROM(src) "eth a1>r-a | ip4 " src ">10.2.0.10 | udp 1>2 | data 40"
#define B1(rest) "eth r-b>b1 | ip4 10.1.0.10>" rest
#define UNANSWERED(group)                                                      \
	.copies = {"ens3: outer node2>node3 | geneve swa a1>" group " | frame"}

static const struct test arp_tests[] = {
	TEST("request for the router's address", "vif a1",
	     "eth a1>all | arp request a1/10.1.0.10>zero/10.1.0.1", "consumed",
	     NULL,
	     .copies = {"a1: eth r-a>a1 | arp reply r-a/10.1.0.1>a1/10.1.0.10",
			"ens3: outer node2>node3 | geneve swa a1>flood_l2 | "
			"frame"}),
	TEST("the same by unicast to the router", "vif a1",
	     "eth a1>r-a | arp request a1/10.1.0.10>zero/10.1.0.1", "consumed",
	     NULL,
	     .copies = {"a1: eth r-a>a1 | arp reply r-a/10.1.0.1>a1/10.1.0.10",
			"ens3: outer node2>node3 | geneve swa a1>flood_l2 | "
			"frame"}),
	TEST("the same, padded", "vif a1",
	     "eth a1>all | arp request a1/10.1.0.10>zero/10.1.0.1 | pad 60",
	     "consumed", NULL,
	     .copies = {"a1: eth r-a>a1 | arp reply r-a/10.1.0.1>a1/10.1.0.10 "
			"| pad 60",
			"ens3: outer node2>node3 | geneve swa a1>flood_l2 | "
			"frame"}),
	TEST("asker in another subnet", "vif a1",
	     "eth a1>all | arp request a1/10.9.0.10>zero/10.1.0.1", "consumed",
	     NULL, UNANSWERED("flood_l2"), .counts = "LR_ARP"),
	TEST("address of another port of the router", "vif a1",
	     "eth a1>all | arp request a1/10.1.0.10>zero/10.2.0.1", "consumed",
	     NULL, UNANSWERED("flood")),
	TEST("an unknown address", "vif a1",
	     "eth a1>all | arp request a1/10.1.0.10>zero/10.1.0.99", "consumed",
	     NULL, UNANSWERED("flood")),
	TEST("second network of a port", "vif b1",
	     "eth b1>all | arp request b1/10.3.0.10>zero/10.3.0.1", "consumed",
	     NULL,
	     .copies = {"b1: eth r-b>b1 | arp reply r-b/10.3.0.1>b1/10.3.0.10",
			"b3: frame",
			"ens3: outer node2>node3 | geneve swb b1>flood_l2 | "
			"frame"}),
	TEST("a switch port with addresses=router answers itself", "vif c1",
	     "eth c1>all | arp request c1/10.9.9.9>zero/10.4.0.1",
	     "redirect c1", "eth r-c>c1 | arp reply r-c/10.4.0.1>c1/10.9.9.9"),
	TEST("second network, asker in the first", "vif b1",
	     "eth b1>all | arp request b1/10.2.0.10>zero/10.3.0.1", "consumed",
	     NULL,
	     .copies = {"b3: frame",
			"ens3: outer node2>node3 | geneve swb b1>flood_l2 | "
			"frame"},
	     .counts = "LR_ARP"),
};

const struct test_group arp_group = TEST_GROUP("router arp", ROUTED, arp_tests);

static const struct test route_tests[] = {
	TEST("I7: to a guest here: MACs, TTL, checksum", "vif a1",
	     A1_UDP("10.2.0.10"), "redirect b1",
	     B1("10.2.0.10 ttl=63 | udp 1>2 | data 40")),
	TEST("I1: to a guest elsewhere", "vif a1", A1_UDP("10.2.0.20"),
	     "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.10>10.2.0.20 ttl=63 | udp 1>2 | data 40"),
	TEST("TTL 2 is enough", "vif a1",
	     A1 "10.2.0.10 ttl=2 | udp 1>2 | data 40", "redirect b1",
	     B1("10.2.0.10 ttl=1 | udp 1>2 | data 40")),
	TEST("TTL 255", "vif a1", A1 "10.2.0.10 ttl=255 | tcp 1>2 flags=S",
	     "redirect b1", B1("10.2.0.10 ttl=254 | tcp 1>2 flags=S")),
	TEST("checksum 0xffff after the decrement is written as such", "vif a1",
	     A1 "10.2.0.10 id=0x2f58 | udp 1>2 | data 40", "redirect b1",
	     B1("10.2.0.10 id=0x2f58 ttl=63 | udp 1>2 | data 40")),
	TEST("TOS, id, DF and options stay", "vif a1",
	     A1 "10.2.0.10 tos=0xb9 id=4711 frag=0x4000 opt=94040000 | udp 1>2 "
		"| data 40",
	     "redirect b1",
	     B1("10.2.0.10 tos=0xb9 id=4711 frag=0x4000 opt=94040000 ttl=63 | "
		"udp 1>2 | data 40")),
	TEST("later fragments are routed", "vif a1",
	     A1 "10.2.0.10 id=9 frag=0x0010 proto=17 | data 40", "redirect b1",
	     B1("10.2.0.10 id=9 frag=0x0010 proto=17 ttl=63 | data 40")),
	TEST("UDP without a checksum", "vif a1",
	     A1_UDP("10.2.0.10") " | poke 40=0000", "redirect b1",
	     B1("10.2.0.10 ttl=63 | udp 1>2 | data 40 | poke 40=0000")),
	TEST("back where it came from", "vif b1",
	     "eth b1>r-b | ip4 10.2.0.10>10.3.0.20 | udp 1>2 | data 40",
	     "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.2.0.10>10.3.0.20 ttl=63 | udp 1>2 | data 40"),
	TEST("to the sender itself, by the router", "vif b1",
	     "eth b1>r-b | ip4 10.2.0.11>10.2.0.10 | udp 1>2 | data 40",
	     "redirect b1",
	     "eth r-b>b1 | ip4 10.2.0.11>10.2.0.10 ttl=63 | udp 1>2 | data 40"),
	TEST("static route", "vif a1", A1_UDP("10.99.1.1"), "redirect b1",
	     B1("10.99.1.1 ttl=63 | udp 1>2 | data 40")),
	TEST("longer prefix", "vif a1", A1_UDP("10.99.5.1"), "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.10>10.99.5.1 ttl=63 | udp 1>2 | data 40"),
	TEST("host route by the second network", "vif a1", A1_UDP("10.99.5.5"),
	     "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.10>10.99.5.5 ttl=63 | udp 1>2 | data 40"),
	TEST("discard route", "vif a1", A1_UDP("10.98.0.1"), "drop LR_DISCARD",
	     NULL),
	TEST("a longer prefix in a discard route", "vif a1",
	     A1_UDP("10.98.1.1"), "redirect b1",
	     B1("10.98.1.1 ttl=63 | udp 1>2 | data 40")),
	TEST("no route", "vif a1", A1_UDP("11.0.0.1"), "drop LR_NO_ROUTE",
	     NULL),
	TEST("out of a disabled port", "vif a1", A1_UDP("10.4.0.10"),
	     "drop LR_PORT_DISABLED", NULL),
	TEST("into a disabled port", "vif c1",
	     "eth c1>r-c | ip4 10.4.0.10>10.1.0.10 | udp 1>2 | data 8",
	     "drop LR_PORT_DISABLED", NULL),
	TEST("IPv6 to a router", "vif a1",
	     "eth a1>r-a | ip6 fd00::1>fd00::2 | udp 1>2 | data 8",
	     "drop LR_NOT_IP", NULL),
	TEST("source 127/8", "vif a1", UDP_FROM("127.0.0.1"), "drop LR_BAD_SRC",
	     NULL),
	TEST("source 0/8", "vif a1", UDP_FROM("0.0.0.1"), "drop LR_BAD_SRC",
	     NULL),
	TEST("source multicast", "vif a1", UDP_FROM("224.0.0.5"),
	     "drop LR_BAD_SRC", NULL),
	TEST("source 239/8", "vif a1", UDP_FROM("239.255.255.255"),
	     "drop LR_BAD_SRC", NULL),
	TEST("source broadcast", "vif a1", UDP_FROM("255.255.255.255"),
	     "drop LR_BAD_SRC", NULL),
	TEST("source of the port itself", "vif a1", UDP_FROM("10.1.0.1"),
	     "drop LR_BAD_SRC", NULL),
	TEST("source of another port", "vif a1", UDP_FROM("10.3.0.1"),
	     "drop LR_BAD_SRC", NULL),
	TEST("source broadcast of its subnet", "vif a1", UDP_FROM("10.1.0.255"),
	     "drop LR_BAD_SRC", NULL),
	TEST("source broadcast of another subnet", "vif a1",
	     UDP_FROM("10.3.0.255"), "drop LR_BAD_SRC", NULL),
	TEST("a foreign source is routed", "vif a1", UDP_FROM("8.8.8.8"),
	     "redirect b1",
	     "eth r-b>b1 | ip4 8.8.8.8>10.2.0.10 ttl=63 | udp 1>2 | data 40"),
	TEST("destination 127/8", "vif a1", A1_UDP("127.0.0.1"),
	     "drop LR_BAD_DST", NULL),
	TEST("destination 0/8", "vif a1", A1_UDP("0.0.0.0"), "drop LR_BAD_DST",
	     NULL),
	TEST("destination multicast", "vif a1", A1_UDP("224.0.0.1"),
	     "drop LR_BAD_DST", NULL),
};

const struct test_group route_group =
	TEST_GROUP("routing", ROUTED, route_tests);

/* Frames to the router itself. */
#define ECHO " | icmp 8/0 rest=0x00070001 | data 56"
#define ECHO_REPLY " | icmp 0/0 rest=0x00070001 | data 56"
#define TO_A1(rest) "eth r-a>a1 | ip4 " rest

static const struct test local_tests[] = {
	TEST("I7: echo", "vif a1", A1 "10.1.0.1" ECHO, "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254" ECHO_REPLY)),
	TEST("I7: echo with TTL 1 is answered", "vif a1",
	     A1 "10.1.0.1 ttl=1" ECHO, "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254" ECHO_REPLY)),
	TEST("echo to another port's address", "vif a1", A1 "10.3.0.1" ECHO,
	     "redirect a1", TO_A1("10.3.0.1>10.1.0.10 ttl=254" ECHO_REPLY)),
	TEST("echo keeps id, TOS, data of odd length", "vif a1",
	     A1 "10.1.0.1 id=77 tos=4 frag=0x4000 | icmp 8/0 rest=0xffff0000 | "
		"data 57",
	     "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 id=77 tos=4 frag=0x4000 ttl=254 | icmp "
		   "0/0 rest=0xffff0000 | data 57")),
	TEST("echo whose reply goes elsewhere", "vif a1",
	     "eth a1>r-a | ip4 10.2.0.20>10.1.0.1" ECHO, "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.1>10.2.0.20 ttl=254" ECHO_REPLY),
	TEST("echo from nowhere", "vif a1",
	     "eth a1>r-a | ip4 11.0.0.1>10.1.0.1" ECHO, "drop LR_NO_ROUTE",
	     NULL),
	TEST("echo of code 1", "vif a1",
	     A1 "10.1.0.1 | icmp 8/1 rest=1 | data 8", "drop LR_LOCAL", NULL),
	TEST("padding is no TCP header", "vif a1",
	     A1 "10.1.0.1 proto=6 | pad 60", "drop LR_LOCAL", NULL),
	TEST("echo reply", "vif a1", A1 "10.1.0.1 | icmp 0/0 rest=1 | data 8",
	     "drop LR_LOCAL", NULL),
	TEST("later fragment of an echo", "vif a1",
	     A1 "10.1.0.1 frag=0x0002 proto=1 | data 40", "drop LR_LOCAL",
	     NULL),
	TEST("I7: UDP to a closed port", "vif a1",
	     A1 "10.1.0.1 | udp 9>33434 | data 32", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 3/3 | "
		   "quote 60")),
	TEST("UDP to another port's address", "vif a1",
	     A1 "10.2.0.1 | udp 9>33434 | data 32", "redirect a1",
	     TO_A1("10.2.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 3/3 | "
		   "quote 60")),
	TEST("UDP quoted up to 534 bytes", "vif a1",
	     A1 "10.1.0.1 | udp 9>33434 | data 1400", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 3/3 | "
		   "quote 534")),
	TEST("UDP of 534 bytes is quoted whole", "vif a1",
	     A1 "10.1.0.1 | udp 9>33434 | data 506", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 3/3 | "
		   "quote 534")),
	TEST("UDP with options in the IP header", "vif a1",
	     A1 "10.1.0.1 opt=94040000 | udp 9>33434 | data 31", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 3/3 | "
		   "quote 63")),
	TEST("Ethernet padding is not quoted", "vif a1",
	     A1 "10.1.0.1 | udp 9>33434 | data 2 | pad 60", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 3/3 | "
		   "quote 30")),
	TEST("later fragment of UDP", "vif a1",
	     A1 "10.1.0.1 frag=0x0002 proto=17 | data 40", "drop LR_LOCAL",
	     NULL),
	TEST("a protocol it does not know", "vif a1",
	     A1 "10.1.0.1 proto=253 | data 40", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 3/2 | "
		   "quote 60")),
	TEST("I7: SYN", "vif a1",
	     A1 "10.1.0.1 | tcp 1000>80 flags=S seq=1000 win=5000",
	     "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=62 frag=0x4000 | tcp 80>1000 "
		   "flags=RA ack=1001")),
	TEST("SYN with sequence number 0xffffffff", "vif a1",
	     A1 "10.1.0.1 | tcp 1000>80 flags=S seq=0xffffffff", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=62 frag=0x4000 | tcp 80>1000 "
		   "flags=RA ack=0")),
	TEST("SYN with options and data", "vif a1",
	     A1 "10.1.0.1 | tcp 1000>80 flags=S seq=1000 | hex 020405b4 | "
		"data 10 | poke 46=60 | checksum",
	     "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=62 frag=0x4000 | tcp 80>1000 "
		   "flags=RA ack=1011")),
	TEST("ACK: the RST takes its sequence number", "vif a1",
	     A1 "10.1.0.1 | tcp 1000>80 flags=A seq=1000 ack=77777 | data 30",
	     "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=62 frag=0x4000 | tcp 80>1000 "
		   "flags=R seq=77777")),
	TEST("FIN without ACK", "vif a1",
	     A1 "10.1.0.1 | tcp 1000>80 flags=F seq=5 | data 3", "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=62 frag=0x4000 | tcp 80>1000 "
		   "flags=RA ack=9")),
	TEST("SYN, padded", "vif a1",
	     A1 "10.1.0.1 | tcp 1000>80 flags=S seq=1000 | pad 60",
	     "redirect a1",
	     TO_A1("10.1.0.1>10.1.0.10 ttl=62 frag=0x4000 | tcp 80>1000 "
		   "flags=RA ack=1001")),
	TEST("an RST is not answered", "vif a1",
	     A1 "10.1.0.1 | tcp 1000>80 flags=R seq=1000", "drop LR_LOCAL",
	     NULL),
	TEST("TCP header cut", "vif a1", A1 "10.1.0.1 proto=6 | data 12",
	     "drop LR_LOCAL", NULL),
};

const struct test_group router_local_group =
	TEST_GROUP("router itself", ROUTED, local_tests);

#define EXPIRED(in, quote)                                                     \
	A1 in, "redirect a1",                                                  \
		TO_A1("10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp 11/0 | "  \
		      "quote " quote),                                         \
		.counts = "LR_TTL"

static const struct test error_tests[] = {
	TEST("I7: TTL 1", "vif a1",
	     EXPIRED("10.2.0.10 ttl=1 | udp 1>2 | data 32", "60")),
	TEST("TTL 0", "vif a1",
	     EXPIRED("10.2.0.10 ttl=0 | udp 1>2 | data 32", "60")),
	TEST("quoted up to 534 bytes", "vif a1",
	     EXPIRED("10.2.0.10 ttl=1 | udp 1>2 | data 1300", "534")),
	TEST("quoted with an odd length", "vif a1",
	     EXPIRED("10.2.0.10 ttl=1 | udp 1>2 | data 33", "61")),
	TEST("shortest packet", "vif a1",
	     EXPIRED("10.2.0.10 ttl=1 proto=253", "20")),
	TEST("before there is a route", "vif a1",
	     EXPIRED("11.0.0.1 ttl=1 | udp 1>2 | data 32", "60")),
	TEST("IP options", "vif a1",
	     EXPIRED("10.2.0.10 ttl=1 opt=94040000 | tcp 1>2 | data 8", "52")),
	TEST("from the second network of the port", "vif b1",
	     "eth b1>r-b | ip4 10.3.0.10>10.1.0.10 ttl=1 | udp 1>2 | data 32",
	     "redirect b1",
	     "eth r-b>b1 | ip4 10.3.0.1>10.3.0.10 ttl=254 frag=0x4000 | icmp "
	     "11/0 | quote 60",
	     .counts = "LR_TTL"),
	TEST("from a source behind the port", "vif b1",
	     "eth b1>r-b | ip4 8.8.8.8>10.1.0.10 ttl=1 | udp 1>2 | data 32",
	     "redirect b1",
	     "eth r-b>b1 | ip4 10.2.0.1>8.8.8.8 ttl=254 frag=0x4000 | icmp "
	     "11/0 | quote 60",
	     .counts = "LR_TTL"),
	TEST("first fragment", "vif a1",
	     EXPIRED("10.2.0.10 ttl=1 frag=0x2000 id=3 | udp 1>2 | data 32",
		     "60")),
	TEST("later fragments expire in silence", "vif a1",
	     A1 "10.2.0.10 ttl=1 frag=0x0009 id=3 proto=17 | data 32",
	     "drop LR_TTL", NULL),
	TEST("no error about an error", "vif a1",
	     A1 "10.2.0.10 ttl=1 | icmp 3/3 | hex "
		"4500001c00000000401166ce0a0100010a02000a00010002000800000000",
	     "drop LR_TTL", NULL),
	TEST("echo with TTL 1", "vif a1",
	     EXPIRED("10.2.0.10 ttl=1" ECHO, "84")),
};

const struct test_group router_error_group =
	TEST_GROUP("time exceeded", ROUTED, error_tests);

/* Two routers that point at each other. */
#define LOOP                                                                   \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch sw\n"                                                          \
	" port l addr=02:00:00:00:00:01,10.5.0.10 at=node2 if=l\n"             \
	" router-port sw-r1 r1-sw\n"                                           \
	" router-port sw-r2 r2-sw\n"                                           \
	"router r1\n"                                                          \
	" lrp r1-sw 02:00:00:00:f1:01 10.5.0.1/24\n"                           \
	" route 10.6.0.0/16 10.5.0.2\n"                                        \
	"router r2\n"                                                          \
	" lrp r2-sw 02:00:00:00:f2:01 10.5.0.2/24\n"                           \
	" route 10.6.0.0/16 10.5.0.1\n"

static const struct test loop_tests[] = {
	TEST("a loop ends at the hop limit", "vif l",
	     "eth l>r1-sw | ip4 10.5.0.10>10.6.0.1 ttl=255 | udp 1>2 | data 8",
	     "drop HOP_LIMIT", NULL),
	TEST("I7: TTL 2 expires at the second router", "vif l",
	     "eth l>r1-sw | ip4 10.5.0.10>10.6.0.1 ttl=2 | udp 1>2 | data 32",
	     "redirect l",
	     "eth r1-sw>l | ip4 10.5.0.2>10.5.0.10 ttl=253 frag=0x4000 | icmp "
	     "11/0 | quote 60 ttl=1",
	     .counts = "LR_TTL"),
};

const struct test_group loop_group = TEST_GROUP("loops", LOOP, loop_tests);
