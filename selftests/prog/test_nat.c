// SPDX-License-Identifier: GPL-2.0-only
/* SNAT on a gateway router: every protocol both ways, source ports that
 * clash, what is never translated.  Rules: ovn-northd(8) lr_in_unsnat,
 * lr_out_snat; ports as nf_nat has them. */
#include "gateway.h"

#define SNAT                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat snat 192.168.209.130 172.18.200.0/24\n"
#define GW ">192.168.209.120 "
#define AS_GW "192.168.209.120>192.168.209.7 ttl=62 | "
#define TO_7 "192.168.209.7 ttl=63 | "
#define BACK_VM1 TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | "
#define BACK_VM5 TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | "
#define EXT_GW FROM_EXT "192.168.209.120 | "

static const struct test snat_tests[] = {
	LEARN_EXT,
	LEARN_EXT2,
	VM1_OUT("SYN", TO_7 "tcp 5555>80 flags=S seq=100 win=1000",
		TO_EXT AS_GW "tcp 5555>80 flags=S seq=100 win=1000",
		.ct = "TCP_SYN_SENT tcp 172.18.100.10:5555>192.168.209.7:80"),
	EXT_IN("SYN, ACK back",
	       "192.168.209.120 | tcp 80>5555 flags=SA ack=101",
	       BACK_VM1 "tcp 80>5555 flags=SA ack=101",
	       .ct = "TCP_SYN_RECV tcp 172.18.100.10:5555>192.168.209.7:80"),
	VM1_OUT("ACK", TO_7 "tcp 5555>80 flags=A seq=101 ack=1 | data 33",
		TO_EXT AS_GW "tcp 5555>80 flags=A seq=101 ack=1 | data 33",
		.ct = "TCP_ESTABLISHED tcp "
		      "172.18.100.10:5555>192.168.209.7:80"),
	EXT_IN("data back", "192.168.209.120 | tcp 80>5555 flags=A | data 1348",
	       BACK_VM1 "tcp 80>5555 flags=A | data 1348"),
	EXT_IN("a padded ACK back",
	       "192.168.209.120 | tcp 80>5555 flags=A | pad 60",
	       BACK_VM1 "tcp 80>5555 flags=A | padded 60"),
	VM1_OUT("UDP", TO_7 "udp 1000>53 | data 40",
		TO_EXT AS_GW "udp 1000>53 | data 40"),
	EXT_IN("UDP back", "192.168.209.120 | udp 53>1000 | data 41",
	       BACK_VM1 "udp 53>1000 | data 41",
	       .ct = "UDP_STREAM udp 172.18.100.10:1000>192.168.209.7:53"),
	VM1_OUT("UDP without a checksum", TO_7 "udp 1001>53 nocsum | data 40",
		TO_EXT AS_GW "udp 1001>53 nocsum | data 40"),
	EXT_IN("UDP without a checksum back",
	       "192.168.209.120 | udp 53>1001 nocsum | data 40",
	       BACK_VM1 "udp 53>1001 nocsum | data 40"),
	VM1_OUT("UDP whose checksum becomes 0xffff",
		TO_7 "udp 1002>53 | hex 0000 | hex d7e5",
		TO_EXT AS_GW "udp 1002>53 | hex 0000 | hex d7e5"),
	VM1_OUT("UDP without payload", TO_7 "udp 1003>53",
		TO_EXT AS_GW "udp 1003>53"),
	VM1_OUT("echo", TO_7 "icmp 8/0 id=7 seq=1 | data 56",
		TO_EXT AS_GW "icmp 8/0 id=7 seq=1 | data 56",
		.ct = "ICMP icmp 172.18.100.10:7>192.168.209.7"),
	EXT_IN("echo reply", "192.168.209.120 | icmp 0/0 id=7 seq=1 | data 56",
	       BACK_VM1 "icmp 0/0 id=7 seq=1 | data 56"),
	VM1_OUT("SCTP INIT", TO_7 "sctp 4000>9 chunk=1 | data 16",
		TO_EXT AS_GW "sctp 4000>9 chunk=1 | data 16",
		.ct = "SCTP sctp 172.18.100.10:4000>192.168.209.7:9"),
	EXT_IN("SCTP INIT ACK back",
	       "192.168.209.120 | sctp 9>4000 vtag=77 chunk=2 | data 20",
	       BACK_VM1 "sctp 9>4000 vtag=77 chunk=2 | data 20"),
	VM1_OUT("SCTP COOKIE ECHO",
		TO_7 "sctp 4000>9 vtag=88 chunk=10 | data 20",
		TO_EXT AS_GW "sctp 4000>9 vtag=88 chunk=10 | data 20"),
	EXT_IN("SCTP COOKIE ACK back",
	       "192.168.209.120 | sctp 9>4000 vtag=77 chunk=11",
	       BACK_VM1 "sctp 9>4000 vtag=77 chunk=11",
	       .ct = "SCTP_ESTABLISHED sctp "
		     "172.18.100.10:4000>192.168.209.7:9"),
	VM1_OUT("another protocol", "192.168.209.7 ttl=63 proto=47 | data 40",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 proto=47 | data "
		       "40"),
	EXT_IN("another protocol back", "192.168.209.120 proto=47 | data 40",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 proto=47 | data 40",
	       .ct = "GENERIC_STREAM 47 172.18.100.10>192.168.209.7"),
	VM1_OUT("of next to nothing", "192.168.209.7 ttl=63 proto=253 | data 1",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 proto=253 | data "
		       "1"),
	VM1_OUT("IP options, TOS, id and DF stay",
		"192.168.209.7 ttl=63 tos=4 id=9 frag=0x4000 opt=94040000 | "
		"udp 1004>53 | data 7",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 tos=4 id=9 "
		       "frag=0x4000 opt=94040000 | udp 1004>53 | data 7"),
	VM5_OUT("from a guest here", "192.168.209.7 | tcp 6000>80 flags=S",
		TO_EXT AS_GW "tcp 6000>80 flags=S"),
	EXT_VM5("and back to it",
		"192.168.209.120 | tcp 80>6000 flags=SA ack=1",
		BACK_VM5 "tcp 80>6000 flags=SA ack=1"),
	/* Longest prefix of the rules. */
	TEST("the longer prefix's address", "underlay",
	     FROM_VM4 TO_7 "udp 1>2 | data 8", "redirect ens9",
	     TO_EXT "192.168.209.130>192.168.209.7 ttl=62 | udp 1>2 | data 8"),
	TEST("and back", "localnet",
	     FROM_EXT "192.168.209.130 | udp 2>1 | data 8", "redirect ens3",
	     TO_VM4 "192.168.209.7>172.18.200.20 ttl=62 | udp 2>1 | data 8"),
	TEST("a source outside of the rules stays", "underlay",
	     GENEVE_GW1("node2") "ip4 10.1.1.1>" TO_7 "udp 1>2 | data 8",
	     "redirect ens9",
	     TO_EXT "10.1.1.1>192.168.209.7 ttl=62 | udp 1>2 | data 8",
	     .ct = "FREE udp 10.1.1.1:1>192.168.209.7:2"),
};

const struct test_group snat_group =
	TEST_GROUP("snat", SNAT, snat_tests, .is_stateful = true);

/* The same source port to the same destination: an answer must be told
 * apart. */
static const struct test clash_tests[] = {
	LEARN_EXT,
	LEARN_EXT2,
	VM1_OUT("TCP, first", TO_7 "tcp 5555>80 flags=S",
		TO_EXT AS_GW "tcp 5555>80 flags=S"),
	VM5_OUT("TCP, second: another port",
		"192.168.209.7 | tcp 5555>80 flags=S",
		TO_EXT AS_GW "tcp ?t:1024-65535^5555>80 flags=S",
		.ct = "TCP_SYN_SENT tcp 172.18.100.50:5555>192.168.209.7:80"),
	EXT_VM5("TCP, answer to the second",
		"192.168.209.120 | tcp 80>$t flags=SA ack=1",
		BACK_VM5 "tcp 80>5555 flags=SA ack=1"),
	VM5_OUT("TCP, the second goes on with its port",
		"192.168.209.7 | tcp 5555>80 flags=A ack=9",
		TO_EXT AS_GW "tcp $t>80 flags=A ack=9"),
	EXT_IN("TCP, answer to the first",
	       "192.168.209.120 | tcp 80>5555 flags=SA ack=1",
	       BACK_VM1 "tcp 80>5555 flags=SA ack=1"),
	TEST("TCP, a third", "underlay", FROM_VM2 TO_7 "tcp 5555>80 flags=S",
	     "redirect ens9", TO_EXT AS_GW "tcp ?u:1024-65535^5555>80 flags=S"),
	TEST("TCP, answer to the third", "localnet",
	     EXT_GW "tcp 80>$u flags=SA ack=1", "redirect ens3",
	     TO_VM2 "192.168.209.7>172.18.100.20 ttl=62 | tcp 80>5555 flags=SA "
		    "ack=1"),
	TEST("another destination: no clash, 5-tuples are unique", "vif vm5",
	     FROM_VM5 "192.168.209.8 | tcp 5555>80 flags=S", "redirect ens9",
	     TO_EXT2 "192.168.209.120>192.168.209.8 ttl=62 | tcp 5555>80 "
		     "flags=S"),
	VM5_OUT("another destination port: no clash",
		"192.168.209.7 | tcp 5555>81 flags=S",
		TO_EXT AS_GW "tcp 5555>81 flags=S"),
	VM5_OUT("another protocol: no clash",
		"192.168.209.7 | udp 5555>80 | data 8",
		TO_EXT AS_GW "udp 5555>80 | data 8"),
	VM1_OUT("UDP, second", TO_7 "udp 5555>80 | data 8",
		TO_EXT AS_GW "udp ?v:1024-65535^5555>80 | data 8"),
	EXT_IN("UDP, answer to the second",
	       "192.168.209.120 | udp 80>$v | data 9",
	       BACK_VM1 "udp 80>5555 | data 9"),
	EXT_VM5("UDP, answer to the first",
		"192.168.209.120 | udp 80>5555 | data 9",
		BACK_VM5 "udp 80>5555 | data 9"),
	VM1_OUT("UDP without a checksum, first",
		TO_7 "udp 5556>80 nocsum | data 8",
		TO_EXT AS_GW "udp 5556>80 nocsum | data 8"),
	VM5_OUT("UDP without a checksum, second",
		"192.168.209.7 | udp 5556>80 nocsum | data 8",
		TO_EXT AS_GW "udp ?w:1024-65535^5556>80 nocsum | data 8"),
	/* nf_nat: ports below 512 and below 1024 stay there. */
	VM1_OUT("port 500, first", TO_7 "udp 500>500 | data 8",
		TO_EXT AS_GW "udp 500>500 | data 8"),
	VM5_OUT("port 500, second: below 512",
		"192.168.209.7 | udp 500>500 | data 8",
		TO_EXT AS_GW "udp ?x:1-511^500>500 | data 8"),
	EXT_VM5("port 500, answer to the second",
		"192.168.209.120 | udp 500>$x | data 8",
		BACK_VM5 "udp 500>500 | data 8"),
	VM1_OUT("port 700, first", TO_7 "tcp 700>22 flags=S",
		TO_EXT AS_GW "tcp 700>22 flags=S"),
	VM5_OUT("port 700, second: below 1024",
		"192.168.209.7 | tcp 700>22 flags=S",
		TO_EXT AS_GW "tcp ?y:512-1023^700>22 flags=S"),
	VM1_OUT("echo id 7, first", TO_7 "icmp 8/0 id=7 seq=1 | data 8",
		TO_EXT AS_GW "icmp 8/0 id=7 seq=1 | data 8"),
	VM5_OUT("echo id 7, second: another id",
		"192.168.209.7 | icmp 8/0 id=7 seq=1 | data 8",
		TO_EXT AS_GW "icmp 8/0 id=?i:0-65535^7 seq=1 | data 8"),
	EXT_VM5("echo, answer to the second",
		"192.168.209.120 | icmp 0/0 id=$i seq=1 | data 8",
		BACK_VM5 "icmp 0/0 id=7 seq=1 | data 8"),
	EXT_IN("echo, answer to the first",
	       "192.168.209.120 | icmp 0/0 id=7 seq=1 | data 8",
	       BACK_VM1 "icmp 0/0 id=7 seq=1 | data 8"),
	TEST("protocols without ports, first", "underlay",
	     FROM_VM1 "192.168.209.7 ttl=63 proto=47 | data 8", "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=62 proto=47 | data 8"),
	TEST("protocols without ports, second: cannot be told apart", "vif vm5",
	     FROM_VM5 "192.168.209.7 proto=47 | data 8", "drop SNAT_EXHAUSTED",
	     NULL),
};

const struct test_group snat_clash_group =
	TEST_GROUP("snat clash", SNAT, clash_tests, .is_stateful = true);

/* Outside to inside stays as it is though there is a SNAT rule. */
static const struct test direct_tests[] = {
	LEARN_EXT,
	EXT_IN("SYN from outside", "172.18.100.10 | tcp 4000>22 flags=S",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 4000>22 "
		      "flags=S"),
	VM1_OUT("its answer keeps its source",
		TO_7 "tcp 22>4000 flags=SA ack=1",
		TO_EXT "172.18.100.10>192.168.209.7 ttl=62 | tcp 22>4000 "
		       "flags=SA ack=1"),
	EXT_IN("ACK", "172.18.100.10 | tcp 4000>22 flags=A ack=2",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 4000>22 "
		      "flags=A ack=2"),
	EXT_IN("ping from outside",
	       "172.18.100.10 | icmp 8/0 id=9 seq=1 | data 56",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 8/0 id=9 "
		      "seq=1 | data 56"),
	VM1_OUT("its answer", TO_7 "icmp 0/0 id=9 seq=1 | data 56",
		TO_EXT "172.18.100.10>192.168.209.7 ttl=62 | icmp 0/0 id=9 "
		       "seq=1 | data 56"),
	EXT_VM5("UDP to a guest here", "172.18.100.50 | udp 4000>53 | data 8",
		TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | udp 4000>53 | "
		       "data 8"),
	VM5_OUT("its answer", "192.168.209.7 | udp 53>4000 | data 9",
		TO_EXT "172.18.100.50>192.168.209.7 ttl=62 | udp 53>4000 | "
		       "data 9"),
	VM5_OUT("another of its ports is a connection of its own",
		"192.168.209.7 | udp 54>4000 | data 9",
		TO_EXT AS_GW "udp 54>4000 | data 9"),
	/* The address itself. */
	TEST("ping of the address is the router's to answer", "localnet",
	     EXT_GW "icmp 8/0 id=1 seq=1 | data 56", "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=254 | icmp 0/0 id=1 "
		    "seq=1 | data 56"),
	TEST("TCP to it: silence", "localnet", EXT_GW "tcp 1>22 flags=S",
	     "drop LR_LOCAL", NULL),
	TEST("UDP to it: silence", "localnet", EXT_GW "udp 1>53 | data 8",
	     "drop LR_LOCAL", NULL),
	TEST("an echo reply nobody asked for", "localnet",
	     EXT_GW "icmp 0/0 id=1 seq=1 | data 8", "drop LR_LOCAL", NULL),
	TEST("UDP to an address that is only SNATed to", "localnet",
	     FROM_EXT "192.168.209.130 | udp 1>53 | data 8", "drop LR_LOCAL",
	     NULL),
	TEST("SYN to an address that is only SNATed to", "localnet",
	     FROM_EXT "192.168.209.130 | tcp 1>22 flags=S", "drop LR_LOCAL",
	     NULL),
	TEST("I7: vm1 pings the port outside: not translated", "underlay",
	     FROM_VM1 "192.168.209.120 ttl=63 | icmp 8/0 id=1 seq=1 | data 56",
	     "redirect ens3",
	     TO_VM1 "192.168.209.120>172.18.100.10 ttl=253 | icmp 0/0 id=1 "
		    "seq=1 | data 56"),
	TEST("RST of no connection", "underlay",
	     FROM_VM1 TO_7 "tcp 9>9 flags=R", "drop CT_INVALID", NULL),
};

const struct test_group snat_direct_group =
	TEST_GROUP("snat, outside in", SNAT, direct_tests, .is_stateful = true);

static const struct test range_tests[] = {
	LEARN_EXT,
	VM1_OUT("a port of the range", TO_7 "udp 5000>53 | data 8",
		TO_EXT AS_GW "udp ?a:20000-20003>53 | data 8"),
	EXT_IN("its answer", "192.168.209.120 | udp 53>$a | data 8",
	       BACK_VM1 "udp 53>5000 | data 8"),
	VM1_OUT("second", TO_7 "udp 5001>53 | data 8",
		TO_EXT AS_GW "udp ?b:20000-20003>53 | data 8"),
	VM1_OUT("third", TO_7 "udp 5002>53 | data 8",
		TO_EXT AS_GW "udp ?c:20000-20003>53 | data 8"),
	VM1_OUT("fourth", TO_7 "udp 5003>53 | data 8",
		TO_EXT AS_GW "udp ?d:20000-20003>53 | data 8"),
	TEST("no fifth", "underlay", FROM_VM1 TO_7 "udp 5004>53 | data 8",
	     "drop SNAT_EXHAUSTED", NULL,
	     .ct = "FREE udp 172.18.100.10:5004>192.168.209.7:53"),
	EXT_IN("answer to the fourth", "192.168.209.120 | udp 53>$d | data 8",
	       BACK_VM1 "udp 53>5003 | data 8"),
	VM1_OUT("to another port there are as many again",
		TO_7 "udp 5004>54 | data 8",
		TO_EXT AS_GW "udp ?a:20000-20003>54 | data 8"),
	VM1_OUT("a port that is in the range is kept",
		TO_7 "tcp 20002>80 flags=S",
		TO_EXT AS_GW "tcp 20002>80 flags=S"),
	TEST("SCTP's checksum is not whole in a fragment: the port stays, so it "
	     "does not leave",
	     "underlay",
	     FROM_VM1 TO_7 "sctp 4000>9 chunk=1 | data 1200 | fragment 0+512",
	     "drop CT_FRAGMENT", NULL),
	VM1_OUT("who has no ports needs none of them",
		"192.168.209.7 ttl=63 proto=47 | data 40",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 proto=47 | data "
		       "40"),
};

const struct test_group snat_range_group = TEST_GROUP(
	"snat, external_port_range",
	GATEWAY " nat snat 192.168.209.120 172.18.0.0/16 range=20000-20003\n",
	range_tests, .is_stateful = true);

#define SETS                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat snat 192.168.209.131 172.18.100.0/24 allowed=192.168.209.7\n"    \
	" nat snat 192.168.209.132 172.18.200.0/24 exempted=192.168.209.7\n"   \
	" nat dnat_and_snat 192.168.209.121 172.18.100.20 "                    \
	"exempted=192.168.209.8/32,10.0.0.0/8\n"                               \
	" nat dnat_and_snat 192.168.209.122 172.18.100.10 "                    \
	"allowed=192.168.209.8,192.168.210.0/24\n"

static const struct test set_tests[] = {
	LEARN_EXT,
	LEARN_EXT2,
	VM5_OUT("allowed peer", "192.168.209.7 | udp 1>2 | data 8",
		TO_EXT "192.168.209.131>192.168.209.7 ttl=62 | udp 1>2 | data "
		       "8"),
	EXT_VM5("and back", "192.168.209.131 | udp 2>1 | data 8",
		TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | udp 2>1 | data 8"),
	TEST("a peer not allowed: the shorter rule", "vif vm5",
	     FROM_VM5 "192.168.209.8 | udp 1>2 | data 8", "redirect ens9",
	     TO_EXT2 "192.168.209.120>192.168.209.8 ttl=62 | udp 1>2 | data "
		     "8"),
	TEST("exempted peer: not translated", "underlay",
	     FROM_VM4 TO_7 "udp 1>2 | data 8", "redirect ens9",
	     TO_EXT "172.18.200.20>192.168.209.7 ttl=62 | udp 1>2 | data 8"),
	TEST("a peer not exempted", "underlay",
	     FROM_VM4 "192.168.209.8 ttl=63 | udp 1>2 | data 8",
	     "redirect ens9",
	     TO_EXT2 "192.168.209.132>192.168.209.8 ttl=62 | udp 1>2 | data "
		     "8"),
	TEST("in: a peer not exempted", "localnet",
	     FROM_EXT "192.168.209.121 | udp 1>2 | data 8", "redirect ens3",
	     TO_VM2 "192.168.209.7>172.18.100.20 ttl=62 | udp 1>2 | data 8"),
	TEST("in: an exempted peer", "localnet",
	     FROM_EXT2 "192.168.209.121 | udp 1>2 | data 8", "drop LR_LOCAL",
	     NULL),
	TEST("in: an allowed peer", "localnet",
	     FROM_EXT2 "192.168.209.122 | udp 3>4 | data 8", "redirect ens3",
	     TO_VM1 "192.168.209.8>172.18.100.10 ttl=62 | udp 3>4 | data 8"),
	TEST("in: a peer not allowed", "localnet",
	     FROM_EXT "192.168.209.122 | udp 3>4 | data 8", "drop LR_LOCAL",
	     NULL),
	TEST("out: an allowed peer", "underlay",
	     FROM_VM1 "192.168.209.8 ttl=63 | udp 5>6 | data 8",
	     "redirect ens9",
	     TO_EXT2 "192.168.209.122>192.168.209.8 ttl=62 | udp 5>6 | data "
		     "8"),
	TEST("out: not allowed by /32, allowed by /24", "underlay",
	     FROM_VM1 TO_7 "udp 5>6 | data 8", "redirect ens9",
	     TO_EXT "192.168.209.131>192.168.209.7 ttl=62 | udp 5>6 | data "
		    "8"),
};

const struct test_group nat_sets_group = TEST_GROUP(
	"nat, allowed and exempted", SETS, set_tests, .is_stateful = true);
