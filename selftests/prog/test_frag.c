// SPDX-License-Identifier: GPL-2.0-only
/* Fragments through NAT: the first one has the ports, the others follow it;
 * without it they would be translated wrongly and are dropped. */
#include "gateway.h"

#define NATS                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" lb web udp 192.168.209.55:80 172.18.100.10:8000\n"
#define OUT(id, part)                                                          \
	"192.168.209.7 ttl=63 id=" id                                          \
	" | udp 1000>53 | data 1200 | fragment " part
#define OUT_SNAT(id, part)                                                     \
	TO_EXT "192.168.209.120>192.168.209.7 ttl=62 id=" id                   \
	       " | udp 1000>53 | data 1200 | fragment " part
#define BACK(id, part)                                                         \
	"192.168.209.120 id=" id " | udp 53>1000 | data 1200 | fragment " part
#define BACK_VM1(id, part)                                                     \
	TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 id=" id                     \
	       " | udp 53>1000 | data 1200 | fragment " part
#define LB_IN(id, part)                                                        \
	FROM_EXT "192.168.209.55 id=" id                                       \
		 " | udp 4000>80 | data 1200 | fragment " part
#define LB_VM1(id, part)                                                       \
	TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 id=" id                     \
	       " | udp 4000>8000 | data 1200 | fragment " part

static const struct test frag_tests[] = {
	LEARN_EXT,
	TEST("out: a later one first", "underlay",
	     FROM_VM1 OUT("70", "512+512"), "drop CT_FRAGMENT", NULL),
	VM1_OUT("out: the first one", OUT("7", "0+512"), OUT_SNAT("7", "0+512"),
		.ct = "UDP udp 172.18.100.10:1000>192.168.209.7:53"),
	VM1_OUT("out: the second", OUT("7", "512+512"),
		OUT_SNAT("7", "512+512")),
	VM1_OUT("out: the last", OUT("7", "1024+512"),
		OUT_SNAT("7", "1024+512")),
	TEST("out: of another packet, whose first did not pass", "underlay",
	     FROM_VM1 OUT("8", "512+512"), "drop CT_FRAGMENT", NULL),
	EXT_IN("back: the first one", BACK("9", "0+800"),
	       BACK_VM1("9", "0+800"),
	       .ct = "UDP_STREAM udp 172.18.100.10:1000>192.168.209.7:53"),
	EXT_IN("back: the last", BACK("9", "800+800"),
	       BACK_VM1("9", "800+800")),
	TEST("back: a later one without its first", "localnet",
	     FROM_EXT BACK("10", "800+800"), "drop CT_FRAGMENT", NULL),
	TEST("to a VIP: the first one", "localnet", LB_IN("20", "0+800"),
	     "redirect ens3", LB_VM1("20", "0+800")),
	TEST("to a VIP: the last", "localnet", LB_IN("20", "800+800"),
	     "redirect ens3", LB_VM1("20", "800+800")),
	VM1_OUT("from the VIP: the first one",
		"192.168.209.7 ttl=63 id=21 | udp 8000>4000 | data 1200 | "
		"fragment 0+800",
		TO_EXT "192.168.209.55>192.168.209.7 ttl=62 id=21 | udp "
		       "80>4000 | data 1200 | fragment 0+800"),
	VM1_OUT("from the VIP: the last",
		"192.168.209.7 ttl=63 id=21 | udp 8000>4000 | data 1200 | "
		"fragment 800+800",
		TO_EXT "192.168.209.55>192.168.209.7 ttl=62 id=21 | udp "
		       "80>4000 | data 1200 | fragment 800+800"),
	TEST("to the gateway itself", "localnet",
	     FROM_EXT "192.168.209.120 id=30 frag=0x0010 proto=17 | data 40",
	     "drop CT_FRAGMENT", NULL),
	/* Direct traffic has a connection, too, so that its answers stay. */
	EXT_IN("outside in: the first one",
	       "172.18.100.10 id=40 | udp 4001>53 | data 900 | fragment 0+400",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 id=40 | udp 4001>53 "
		      "| data 900 | fragment 0+400"),
	EXT_IN("outside in: a later one",
	       "172.18.100.10 id=40 | udp 4001>53 | data 900 | fragment "
	       "400+800",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 id=40 | udp 4001>53 "
		      "| data 900 | fragment 400+800"),
	VM1_OUT("its answer, first fragment: not translated",
		"192.168.209.7 ttl=63 id=41 | udp 53>4001 | data 900 | "
		"fragment 0+400",
		TO_EXT "172.18.100.10>192.168.209.7 ttl=62 id=41 | udp 53>4001 "
		       "| data 900 | fragment 0+400"),
	VM1_OUT("its answer, later fragment: not translated",
		"192.168.209.7 ttl=63 id=41 | udp 53>4001 | data 900 | "
		"fragment 400+800",
		TO_EXT "172.18.100.10>192.168.209.7 ttl=62 id=41 | udp 53>4001 "
		       "| data 900 | fragment 400+800"),
};

const struct test_group frag_group =
	TEST_GROUP("nat, fragments", NATS, frag_tests, .is_stateful = true);
