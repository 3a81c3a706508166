// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers of a logical switch: where the client's packet enters and
 * where the answer leaves to it, whatever chassis the backend is on.
 * ovn-northd(8) ls_in_lb, ls_in_hairpin, ls_out_lb. */
#include "tables.h"

#define SWITCHES                                                               \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch swa\n"                                                         \
	" port a1 addr=02:00:00:00:0a:01,10.1.0.10 at=node2 if=a1\n"           \
	" port a2 addr=02:00:00:00:0a:02,10.1.0.20 at=node3\n"                 \
	" port a3 addr=02:00:00:00:0a:03,10.1.0.30 at=node2 if=a3\n"           \
	" router-port swa-r r-a\n"                                             \
	" lb far tcp 10.9.9.9:80 10.2.0.20:8000\n"                             \
	" vip 10.9.9.9:81 10.2.0.10:8000\n"                                    \
	" vip 10.9.9.9:82 10.1.0.10:8000\n"                                    \
	" vip 10.9.9.9:84 10.1.0.30:8000\n"                                    \
	" lb udp udp 10.9.9.9:53 10.2.0.20:5353\n"                             \
	" lb any tcp 10.9.9.10 10.2.0.20\n"                                    \
	" lb hairpin tcp 10.9.9.9:83 10.1.0.10:8000 hairpin=10.9.9.200\n"      \
	" lb none tcp 10.9.9.9:90 -\n"                                         \
	" lb refuse tcp 10.9.9.9:91 - reject\n"                                \
	" lb refuse-udp udp 10.9.9.9:91 - reject\n"                            \
	"switch swb\n"                                                         \
	" port b1 addr=02:00:00:00:0b:01,10.2.0.10 at=node2 if=b1\n"           \
	" port b2 addr=02:00:00:00:0b:02,10.2.0.20 at=node3\n"                 \
	" router-port swb-r r-b\n"                                             \
	"router r\n"                                                           \
	" lrp r-a 02:00:00:00:fa:01 10.1.0.1/24\n"                             \
	" lrp r-b 02:00:00:00:fb:01 10.2.0.1/24\n"

#define A1 "eth a1>r-a | ip4 10.1.0.10>"
#define TO_B2                                                                  \
	"outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "          \
	"10.1.0.10>10.2.0.20 ttl=63 | "
#define TO_B1 "eth r-b>b1 | ip4 10.1.0.10>10.2.0.10 ttl=63 | "
/* Answers of b2, routed on its host. */
#define FROM_B2                                                                \
	"outer node3>node2 | geneve swa swa-r>a1 | eth r-a>a1 | ip4 "          \
	"10.2.0.20>10.1.0.10 ttl=63 | "
#define TO_A1(vip) "eth r-a>a1 | ip4 " vip ">10.1.0.10 ttl=63 | "

static const struct test lb_switch_tests[] = {
	TEST("backend elsewhere: SYN", "vif a1",
	     A1 "10.9.9.9 | tcp 4000>80 flags=S", "redirect ens3",
	     TO_B2 "tcp 4000>8000 flags=S",
	     .ct = "TCP_SYN_SENT tcp 10.1.0.10:4000>10.9.9.9:80"),
	TEST("backend elsewhere: SYN, ACK", "underlay",
	     FROM_B2 "tcp 8000>4000 flags=SA ack=1", "redirect a1",
	     TO_A1("10.9.9.9") "tcp 80>4000 flags=SA ack=1",
	     .ct = "TCP_SYN_RECV tcp 10.1.0.10:4000>10.9.9.9:80"),
	TEST("backend elsewhere: data", "vif a1",
	     A1 "10.9.9.9 | tcp 4000>80 flags=A | data 77", "redirect ens3",
	     TO_B2 "tcp 4000>8000 flags=A | data 77",
	     .ct = "TCP_ESTABLISHED tcp 10.1.0.10:4000>10.9.9.9:80"),
	TEST("its next packet with another guest's MAC goes to that one",
	     "vif a1",
	     "eth a1>a3 | ip4 10.1.0.10>10.9.9.9 | tcp 4000>80 flags=A | data "
	     "78",
	     "redirect a3",
	     "eth a1>a3 | ip4 10.1.0.10>10.2.0.20 | tcp 4000>8000 flags=A | "
	     "data 78"),
	TEST("and with the router's again where the connection goes", "vif a1",
	     A1 "10.9.9.9 | tcp 4000>80 flags=A | data 79", "redirect ens3",
	     TO_B2 "tcp 4000>8000 flags=A | data 79"),
	TEST("backend elsewhere: data back", "underlay",
	     FROM_B2 "tcp 8000>4000 flags=A | data 1348", "redirect a1",
	     TO_A1("10.9.9.9") "tcp 80>4000 flags=A | data 1348"),
	TEST("backend here: SYN", "vif a1", A1 "10.9.9.9 | tcp 4001>81 flags=S",
	     "redirect b1", TO_B1 "tcp 4001>8000 flags=S"),
	TEST("backend here: SYN, ACK", "vif b1",
	     "eth b1>r-b | ip4 10.2.0.10>10.1.0.10 | tcp 8000>4001 flags=SA "
	     "ack=1",
	     "redirect a1", TO_A1("10.9.9.9") "tcp 81>4001 flags=SA ack=1"),
	TEST("UDP", "vif a1", A1 "10.9.9.9 | udp 4000>53 | data 8",
	     "redirect ens3", TO_B2 "udp 4000>5353 | data 8"),
	TEST("UDP back", "underlay", FROM_B2 "udp 5353>4000 | data 9",
	     "redirect a1", TO_A1("10.9.9.9") "udp 53>4000 | data 9"),
	TEST("UDP without a checksum", "vif a1",
	     A1 "10.9.9.9 | udp 4001>53 nocsum | data 8", "redirect ens3",
	     TO_B2 "udp 4001>5353 nocsum | data 8"),
	TEST("UDP without a checksum back", "underlay",
	     FROM_B2 "udp 5353>4001 nocsum | data 9", "redirect a1",
	     TO_A1("10.9.9.9") "udp 53>4001 nocsum | data 9"),
	TEST("without a port: ping", "vif a1",
	     A1 "10.9.9.10 | icmp 8/0 id=3 seq=1 | data 56", "redirect ens3",
	     TO_B2 "icmp 8/0 id=3 seq=1 | data 56"),
	TEST("I7: without a port: the backend's answer, ttl 63", "underlay",
	     FROM_B2 "icmp 0/0 id=3 seq=1 | data 56", "redirect a1",
	     TO_A1("10.9.9.10") "icmp 0/0 id=3 seq=1 | data 56"),
	TEST("an error about a balanced packet", "underlay",
	     FROM_B2 "icmp 3/3 | quoting 0: ip4 10.1.0.10>10.2.0.20 ttl=63 ; "
		     "udp 4000>5353 ; data 8",
	     "redirect a1",
	     TO_A1("10.9.9.9") "icmp 3/3 | quoting 0: ip4 "
			       "10.1.0.10>10.9.9.9 ttl=63 ; udp 4000>53 ; "
			       "data 8"),
	TEST("an error of the client about an answer", "vif a1",
	     A1 "10.9.9.9 | icmp 3/3 | quoting 0: ip4 10.9.9.9>10.1.0.10 "
		"ttl=63 ; udp 53>4000 ; data 9",
	     "redirect ens3",
	     TO_B2 "icmp 3/3 | quoting 0: ip4 10.2.0.20>10.1.0.10 ttl=63 ; udp "
		   "5353>4000 ; data 9"),
	/* Client and backend are the same port. */
	TEST("hairpin: from the VIP", "vif a1",
	     A1 "10.9.9.9 | tcp 5000>82 flags=S", "redirect a1",
	     "eth r-a>a1 | ip4 10.9.9.9>10.1.0.10 | tcp 5000>8000 flags=S"),
	TEST("hairpin: the answer", "vif a1",
	     A1 "10.9.9.9 | tcp 8000>5000 flags=SA ack=1", "redirect a1",
	     "eth r-a>a1 | ip4 10.9.9.9>10.1.0.10 | tcp 82>5000 flags=SA "
	     "ack=1"),
	TEST("hairpin_snat_ip", "vif a1", A1 "10.9.9.9 | tcp 5001>83 flags=S",
	     "redirect a1",
	     "eth r-a>a1 | ip4 10.9.9.200>10.1.0.10 | tcp 5001>8000 flags=S"),
	TEST("hairpin_snat_ip: the answer", "vif a1",
	     A1 "10.9.9.200 | tcp 8000>5001 flags=SA ack=1", "redirect a1",
	     "eth r-a>a1 | ip4 10.9.9.9>10.1.0.10 | tcp 83>5001 flags=SA "
	     "ack=1"),
	/* The backend on the client's own switch: by the router and back, as
	 * the frame is the router's; the answer goes straight. */
	TEST("backend on the same switch", "vif a1",
	     A1 "10.9.9.9 | tcp 5002>84 flags=S", "redirect a3",
	     "eth r-a>a3 | ip4 10.1.0.10>10.1.0.30 ttl=63 | tcp 5002>8000 "
	     "flags=S"),
	TEST("backend on the same switch: the answer", "vif a3",
	     "eth a3>a1 | ip4 10.1.0.30>10.1.0.10 | tcp 8000>5002 flags=SA "
	     "ack=1",
	     "redirect a1",
	     "eth a3>a1 | ip4 10.9.9.9>10.1.0.10 | tcp 84>5002 flags=SA "
	     "ack=1"),
	TEST("another port's connection is its own", "vif a3",
	     "eth a3>r-a | ip4 10.1.0.30>10.9.9.9 | tcp 4000>80 flags=S",
	     "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.30>10.2.0.20 ttl=63 | tcp 4000>8000 flags=S"),
	/* What is to no VIP. */
	TEST("another port of the VIP", "vif a1",
	     A1 "10.9.9.9 | tcp 4000>99 flags=S", "drop LR_NO_ROUTE", NULL),
	TEST("ping of a VIP with ports", "vif a1",
	     A1 "10.9.9.9 | icmp 8/0 id=1 | data 8", "drop LR_NO_ROUTE", NULL),
	TEST("to a backend itself: untouched", "vif a1",
	     A1 "10.2.0.20 | tcp 4005>8000 flags=S", "redirect ens3",
	     TO_B2 "tcp 4005>8000 flags=S",
	     .ct = "FREE tcp 10.1.0.10:4005>10.2.0.20:8000"),
	TEST("and its answer", "underlay",
	     FROM_B2 "tcp 8000>4005 flags=SA ack=1", "redirect a1",
	     "eth r-a>a1 | ip4 10.2.0.20>10.1.0.10 ttl=63 | tcp 8000>4005 "
	     "flags=SA ack=1"),
	TEST("a client of a switch without load balancers", "vif b1",
	     "eth b1>r-b | ip4 10.2.0.10>10.9.9.9 | tcp 1>80 flags=S",
	     "drop LR_NO_ROUTE", NULL),
	TEST("no backend", "vif a1", A1 "10.9.9.9 | tcp 4000>90 flags=S",
	     "drop LB_NO_BACKEND", NULL),
	TEST("reject: TCP", "vif a1", A1 "10.9.9.9 | tcp 4000>91 flags=S seq=4",
	     "redirect a1",
	     "eth r-a>a1 | ip4 10.9.9.9>10.1.0.10 ttl=63 frag=0x4000 | tcp "
	     "91>4000 flags=RA ack=5"),
	TEST("reject: UDP", "vif a1", A1 "10.9.9.9 | udp 4000>91 | data 8",
	     "redirect a1",
	     "eth r-a>a1 | ip4 10.9.9.9>10.1.0.10 ttl=255 frag=0x4000 | icmp "
	     "3/3 | quote 36"),
	TEST("RST of no connection", "vif a1",
	     A1 "10.9.9.9 | tcp 4999>80 flags=R", "drop CT_INVALID", NULL),
	/* Fragments. */
	TEST("later fragment first", "vif a1",
	     A1 "10.9.9.9 id=8 | udp 4000>53 | data 900 | fragment 400+800",
	     "drop CT_FRAGMENT", NULL),
	TEST("first fragment", "vif a1",
	     A1 "10.9.9.9 id=9 | udp 4000>53 | data 900 | fragment 0+400",
	     "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.10>10.2.0.20 ttl=63 id=9 | udp 4000>5353 | data 900 | "
	     "fragment 0+400"),
	TEST("last fragment", "vif a1",
	     A1 "10.9.9.9 id=9 | udp 4000>53 | data 900 | fragment 400+800",
	     "redirect ens3",
	     "outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.10>10.2.0.20 ttl=63 id=9 | udp 4000>5353 | data 900 | "
	     "fragment 400+800"),
	TEST("a later fragment that is no answer", "underlay",
	     "outer node3>node2 | geneve swa swa-r>a1 | eth r-a>a1 | ip4 "
	     "10.2.0.77>10.1.0.10 ttl=63 id=5 frag=0x0010 proto=17 | data 40",
	     "redirect a1",
	     "eth r-a>a1 | ip4 10.2.0.77>10.1.0.10 ttl=63 id=5 frag=0x0010 "
	     "proto=17 | data 40"),
};

const struct test_group lb_switch_group = TEST_GROUP(
	"lb of a switch", SWITCHES, lb_switch_tests, .is_stateful = true);
