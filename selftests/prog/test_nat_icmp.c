// SPDX-License-Identifier: GPL-2.0-only
/* ICMP errors about translated packets: the packet inside is translated, too,
 * so that its sender knows it again; every checksum is right, and that of a
 * quote cut short stays right for the whole.  RFC 5508 4.2, RFC 3022 4.3. */
#include "gateway.h"

#define NATS                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat snat 192.168.209.130 172.18.200.0/24\n"                          \
	" nat dnat 192.168.209.122 172.18.100.10\n"                            \
	" lb web tcp 192.168.209.55:80 172.18.100.20:8000\n"
/* An error of a router on the way, outside. */
#define HOP "eth ext>gw1-outside | ip4 192.168.211.1>"
#define HOP_TO_VM1 TO_VM1 "192.168.211.1>172.18.100.10 ttl=62 | "

static const struct test icmp_tests[] = {
	LEARN_EXT,
	/* About SNATed packets, from outside. */
	VM1_OUT("TCP out", "192.168.209.7 ttl=63 | tcp 5555>80 flags=S seq=7",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | tcp 5555>80 "
		       "flags=S seq=7"),
	TEST("time exceeded on the way, whole packet", "localnet",
	     HOP "192.168.209.120 | icmp 11/0 | quoting 0: ip4 "
		 "192.168.209.120>192.168.209.7 ttl=1 ; tcp 5555>80 flags=S "
		 "seq=7",
	     "redirect ens3",
	     HOP_TO_VM1 "icmp 11/0 | quoting 0: ip4 "
			"172.18.100.10>192.168.209.7 ttl=1 ; tcp 5555>80 "
			"flags=S seq=7"),
	TEST("fragmentation needed, 8 bytes of TCP", "localnet",
	     HOP "192.168.209.120 | icmp 3/4 rest=1400 | quoting 28: ip4 "
		 "192.168.209.120>192.168.209.7 frag=0x4000 ttl=60 ; tcp "
		 "5555>80 flags=A seq=8 ; data 1400",
	     "redirect ens3",
	     HOP_TO_VM1 "icmp 3/4 rest=1400 | quoting 28: ip4 "
			"172.18.100.10>192.168.209.7 frag=0x4000 ttl=60 ; tcp "
			"5555>80 flags=A seq=8 ; data 1400",
	     .ct = "TCP_SYN_SENT tcp 172.18.100.10:5555>192.168.209.7:80"),
	TEST("host unreachable, the header and 20 bytes", "localnet",
	     HOP "192.168.209.120 | icmp 3/1 | quoting 40: ip4 "
		 "192.168.209.120>192.168.209.7 ; tcp 5555>80 ; data 600",
	     "redirect ens3",
	     HOP_TO_VM1 "icmp 3/1 | quoting 40: ip4 "
			"172.18.100.10>192.168.209.7 ; tcp 5555>80 ; data "
			"600"),
	TEST("for another than who sent what it quotes", "underlay",
	     FROM_VM1 "172.18.100.50 ttl=63 | icmp 3/3 | quoting 0: ip4 "
		      "192.168.209.7>172.18.100.10 ; tcp 80>5555 flags=A",
	     "drop CT_INVALID", NULL),
	VM1_OUT("UDP out", "192.168.209.7 ttl=63 | udp 1000>53 | data 30",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | udp 1000>53 | "
		       "data 30"),
	TEST("port unreachable from the peer itself", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 3/3 | quoting 0: ip4 "
		      "192.168.209.120>192.168.209.7 ttl=62 ; udp 1000>53 ; "
		      "data 30",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 3/3 | quoting "
		    "0: ip4 172.18.100.10>192.168.209.7 ttl=62 ; udp 1000>53 ; "
		    "data 30",
	     .ct = "UDP udp 172.18.100.10:1000>192.168.209.7:53"),
	TEST("port unreachable, 8 bytes of UDP", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 3/3 | quoting 28: ip4 "
		      "192.168.209.120>192.168.209.7 ttl=62 ; udp 1000>53 ; "
		      "data 30",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 3/3 | quoting "
		    "28: ip4 172.18.100.10>192.168.209.7 ttl=62 ; udp 1000>53 "
		    "; data 30"),
	TEST("UDP without a checksum", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 3/3 | quoting 0: ip4 "
		      "192.168.209.120>192.168.209.7 ; udp 1000>53 nocsum ; "
		      "data 30",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 3/3 | quoting "
		    "0: ip4 172.18.100.10>192.168.209.7 ; udp 1000>53 nocsum ; "
		    "data 30"),
	TEST("a quoted header with options", "localnet",
	     HOP "192.168.209.120 | icmp 11/0 | quoting 0: ip4 "
		 "192.168.209.120>192.168.209.7 ttl=1 opt=94040000 ; udp "
		 "1000>53 ; data 30",
	     "redirect ens3",
	     HOP_TO_VM1 "icmp 11/0 | quoting 0: ip4 "
			"172.18.100.10>192.168.209.7 ttl=1 opt=94040000 ; udp "
			"1000>53 ; data 30"),
	VM1_OUT("echo out",
		"192.168.209.7 ttl=63 | icmp 8/0 id=7 seq=1 | data 56",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | icmp 8/0 id=7 "
		       "seq=1 | data 56"),
	TEST("time exceeded about an echo", "localnet",
	     HOP "192.168.209.120 | icmp 11/0 | quoting 0: ip4 "
		 "192.168.209.120>192.168.209.7 ttl=1 ; icmp 8/0 id=7 seq=1 ; "
		 "data 56",
	     "redirect ens3",
	     HOP_TO_VM1 "icmp 11/0 | quoting 0: ip4 "
			"172.18.100.10>192.168.209.7 ttl=1 ; icmp 8/0 id=7 "
			"seq=1 ; data 56"),
	VM1_OUT("SCTP out", "192.168.209.7 ttl=63 | sctp 4000>9 chunk=1",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | sctp 4000>9 "
		       "chunk=1"),
	TEST("protocol unreachable about SCTP", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 3/2 | quoting 0: ip4 "
		      "192.168.209.120>192.168.209.7 ; sctp 4000>9 chunk=1",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 3/2 | quoting "
		    "0: ip4 172.18.100.10>192.168.209.7 ; sctp 4000>9 "
		    "chunk=1"),
	/* Ports changed, too. */
	VM5_OUT("clash: another port", "192.168.209.7 | udp 1000>53 | data 30",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | udp "
		       "?p:512-1023^1000>53 | data 30"),
	TEST("port unreachable about the other port", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 3/3 | quoting 0: ip4 "
		      "192.168.209.120>192.168.209.7 ; udp $p>53 ; data 30",
	     "redirect vm5",
	     TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | icmp 3/3 | quoting "
		    "0: ip4 172.18.100.50>192.168.209.7 ; udp 1000>53 ; data "
		    "30"),
	TEST("the same, cut behind the ports", "localnet",
	     FROM_EXT "192.168.209.120 | icmp 3/3 | quoting 28: ip4 "
		      "192.168.209.120>192.168.209.7 ; udp $p>53 ; data 30",
	     "redirect vm5",
	     TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | icmp 3/3 | quoting "
		    "28: ip4 172.18.100.50>192.168.209.7 ; udp 1000>53 ; data "
		    "30"),
	VM5_OUT("clash: another id",
		"192.168.209.7 | icmp 8/0 id=7 seq=1 | data 56",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | icmp 8/0 "
		       "id=?i:0-65535^7 seq=1 | data 56"),
	TEST("time exceeded about the other id", "localnet",
	     HOP "192.168.209.120 | icmp 11/0 | quoting 0: ip4 "
		 "192.168.209.120>192.168.209.7 ttl=1 ; icmp 8/0 id=$i seq=1 ; "
		 "data 56",
	     "redirect vm5",
	     TO_VM5 "192.168.211.1>172.18.100.50 ttl=62 | icmp 11/0 | quoting "
		    "0: ip4 172.18.100.50>192.168.209.7 ttl=1 ; icmp 8/0 id=7 "
		    "seq=1 ; data 56"),
	/* About answers, from inside. */
	EXT_IN("UDP back", "192.168.209.120 | udp 53>1000 | data 100",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | udp 53>1000 | data "
		      "100"),
	VM1_OUT("port unreachable about an answer: as ext knows it",
		"192.168.209.7 ttl=63 | icmp 3/3 | quoting 0: ip4 "
		"192.168.209.7>172.18.100.10 ttl=62 ; udp 53>1000 ; data 100",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | icmp 3/3 | "
		       "quoting 0: ip4 192.168.209.7>192.168.209.120 ttl=62 ; "
		       "udp 53>1000 ; data 100"),
	/* About DNATed and load-balanced packets, from inside. */
	TEST("DNATed UDP in", "localnet",
	     FROM_EXT "192.168.209.122 | udp 4000>53 | data 20",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | udp 4000>53 | data "
		    "20"),
	VM1_OUT("port unreachable about it: from the address it was sent to",
		"192.168.209.7 ttl=63 | icmp 3/3 | quoting 0: ip4 "
		"192.168.209.7>172.18.100.10 ttl=62 ; udp 4000>53 ; data 20",
		TO_EXT "192.168.209.122>192.168.209.7 ttl=62 | icmp 3/3 | "
		       "quoting 0: ip4 192.168.209.7>192.168.209.122 ttl=62 ; "
		       "udp 4000>53 ; data 20"),
	TEST("to a VIP", "localnet",
	     FROM_EXT "192.168.209.55 | tcp 4000>80 flags=S", "redirect ens3",
	     TO_VM2 "192.168.209.7>172.18.100.20 ttl=62 | tcp 4000>8000 "
		    "flags=S"),
	TEST("port unreachable about it: VIP and its port", "underlay",
	     FROM_VM2 "192.168.209.7 ttl=63 | icmp 3/3 | quoting 0: ip4 "
		      "192.168.209.7>172.18.100.20 ttl=62 ; tcp 4000>8000 "
		      "flags=S",
	     "redirect ens9",
	     TO_EXT "192.168.209.55>192.168.209.7 ttl=62 | icmp 3/3 | quoting "
		    "0: ip4 192.168.209.7>192.168.209.55 ttl=62 ; tcp 4000>80 "
		    "flags=S"),
	TEST("fragmentation needed from ext about an answer of the backend",
	     "localnet",
	     HOP "192.168.209.55 | icmp 3/4 rest=1400 | quoting 28: ip4 "
		 "192.168.209.55>192.168.209.7 ; tcp 80>4000 ; data 1400",
	     "redirect ens3",
	     TO_VM2 "192.168.211.1>172.18.100.20 ttl=62 | icmp 3/4 rest=1400 | "
		    "quoting 28: ip4 172.18.100.20>192.168.209.7 ; tcp "
		    "8000>4000 ; data 1400"),
	/* About no connection. */
	TEST("about nothing, to an address that is only SNATed to", "localnet",
	     HOP "192.168.209.130 | icmp 3/1 | quoting 0: ip4 "
		 "192.168.209.130>192.168.209.7 ; udp 9>9 ; data 8",
	     "drop CT_INVALID", NULL),
	TEST("about nothing, to the gateway's own address", "localnet",
	     HOP "192.168.209.120 | icmp 3/1 | quoting 0: ip4 "
		 "192.168.209.120>192.168.209.7 ; udp 9>9 ; data 8",
	     "drop LR_LOCAL", NULL),
	TEST("a quote too short to tell", "localnet",
	     HOP "192.168.209.120 | icmp 3/1 | hex 4500001c000000004011",
	     "drop LR_LOCAL", NULL),
	TEST("about a packet of somebody else", "localnet",
	     HOP "192.168.209.120 | icmp 3/1 | quoting 0: ip4 "
		 "10.3.3.3>192.168.209.7 ; udp 1000>53 ; data 30",
	     "drop LR_LOCAL", NULL),
};

const struct test_group nat_icmp_group =
	TEST_GROUP("nat, icmp errors", NATS, icmp_tests, .is_stateful = true);
