// SPDX-License-Identifier: GPL-2.0-only
/* DNAT and dnat_and_snat on a gateway router, from outside, from inside and
 * back to oneself; stateless rules; forced SNAT.  ovn-northd(8) lr_in_dnat,
 * lr_out_undnat, lr_out_snat. */
#include "gateway.h"

#define FLOATING                                                               \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat dnat 192.168.209.122 172.18.100.10\n"                            \
	" nat dnat_and_snat 192.168.209.121 172.18.100.20\n"                   \
	" nat dnat_and_snat 192.168.209.125 172.18.100.50\n"
#define EXT_122 FROM_EXT "192.168.209.122 | "
#define EXT_121 FROM_EXT "192.168.209.121 | "

static const struct test dnat_tests[] = {
	LEARN_EXT,
	/* dnat */
	TEST("dnat: SYN", "localnet", EXT_122 "tcp 4000>80 flags=S",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 4000>80 flags=S",
	     .ct = "TCP_SYN_SENT tcp 192.168.209.7:4000>192.168.209.122:80"),
	VM1_OUT("dnat: its answer",
		"192.168.209.7 ttl=63 | tcp 80>4000 flags=SA ack=1",
		TO_EXT "192.168.209.122>192.168.209.7 ttl=62 | tcp 80>4000 "
		       "flags=SA ack=1"),
	TEST("dnat: UDP", "localnet", EXT_122 "udp 4000>80 | data 11",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | udp 4000>80 | data "
		    "11"),
	VM1_OUT("dnat: UDP back",
		"192.168.209.7 ttl=63 | udp 80>4000 | data 12",
		TO_EXT "192.168.209.122>192.168.209.7 ttl=62 | udp 80>4000 | "
		       "data 12"),
	TEST("dnat: ping", "localnet", EXT_122 "icmp 8/0 id=3 seq=1 | data 56",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 8/0 id=3 seq=1 "
		    "| data 56"),
	VM1_OUT("dnat: ping back",
		"192.168.209.7 ttl=63 | icmp 0/0 id=3 seq=1 | data 56",
		TO_EXT "192.168.209.122>192.168.209.7 ttl=62 | icmp 0/0 id=3 "
		       "seq=1 | data 56"),
	TEST("dnat: SCTP", "localnet", EXT_122 "sctp 4000>9 chunk=1 | data 16",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | sctp 4000>9 chunk=1 "
		    "| data 16"),
	VM1_OUT("dnat: SCTP back",
		"192.168.209.7 ttl=63 | sctp 9>4000 chunk=2 | data 16",
		TO_EXT "192.168.209.122>192.168.209.7 ttl=62 | sctp 9>4000 "
		       "chunk=2 | data 16"),
	TEST("dnat: another protocol", "localnet",
	     FROM_EXT "192.168.209.122 proto=47 | data 8", "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 proto=47 | data 8"),
	VM1_OUT("dnat: another protocol back",
		"192.168.209.7 ttl=63 proto=47 | data 8",
		TO_EXT "192.168.209.122>192.168.209.7 ttl=62 proto=47 | data "
		       "8"),
	VM1_OUT("dnat: its own connections leave by the SNAT rule",
		"192.168.209.7 ttl=63 | udp 5000>53 | data 8",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | udp 5000>53 | "
		       "data 8"),
	/* dnat_and_snat */
	TEST("both: from outside", "localnet", EXT_121 "tcp 4000>80 flags=S",
	     "redirect ens3",
	     TO_VM2 "192.168.209.7>172.18.100.20 ttl=62 | tcp 4000>80 "
		    "flags=S"),
	TEST("both: its answer", "underlay",
	     FROM_VM2 "192.168.209.7 ttl=63 | tcp 80>4000 flags=SA ack=1",
	     "redirect ens9",
	     TO_EXT "192.168.209.121>192.168.209.7 ttl=62 | tcp 80>4000 "
		    "flags=SA ack=1"),
	TEST("both: out by its own address", "underlay",
	     FROM_VM2 "192.168.209.7 ttl=63 | udp 5000>53 | data 8",
	     "redirect ens9",
	     TO_EXT "192.168.209.121>192.168.209.7 ttl=62 | udp 5000>53 | data "
		    "8"),
	TEST("both: and back", "localnet", EXT_121 "udp 53>5000 | data 9",
	     "redirect ens3",
	     TO_VM2 "192.168.209.7>172.18.100.20 ttl=62 | udp 53>5000 | data "
		    "9"),
	TEST("both: a guest here, out", "vif vm5",
	     FROM_VM5 "192.168.209.7 | icmp 8/0 id=5 seq=1 | data 8",
	     "redirect ens9",
	     TO_EXT "192.168.209.125>192.168.209.7 ttl=62 | icmp 8/0 id=5 "
		    "seq=1 | data 8"),
	TEST("both: a guest here, from outside", "localnet",
	     FROM_EXT "192.168.209.125 | icmp 8/0 id=6 seq=1 | data 8",
	     "redirect vm5",
	     TO_VM5 "192.168.209.7>172.18.100.50 ttl=62 | icmp 8/0 id=6 seq=1 "
		    "| data 8"),
	/* From inside: both ends are translated, by the rules of each. */
	TEST("I7: inside, vm1 to vm2's address", "underlay",
	     FROM_VM1 "192.168.209.121 ttl=63 | tcp 6000>80 flags=S",
	     "redirect ens3",
	     TO_VM2 "192.168.209.120>172.18.100.20 ttl=61 | tcp 6000>80 "
		    "flags=S"),
	TEST("I7: inside, vm2's answer to vm1", "underlay",
	     FROM_VM2 "192.168.209.120 ttl=63 | tcp 80>6000 flags=SA ack=1",
	     "redirect ens3",
	     TO_VM1 "192.168.209.121>172.18.100.10 ttl=61 | tcp 80>6000 "
		    "flags=SA ack=1"),
	TEST("I7: inside, a guest here to vm2's address", "vif vm5",
	     FROM_VM5 "192.168.209.121 | udp 6001>80 | data 8", "redirect ens3",
	     TO_VM2 "192.168.209.125>172.18.100.20 ttl=61 | udp 6001>80 | data "
		    "8"),
	TEST("I7: inside, vm2's answer to it", "underlay",
	     FROM_VM2 "192.168.209.125 ttl=63 | udp 80>6001 | data 9",
	     "redirect vm5",
	     TO_VM5 "192.168.209.121>172.18.100.50 ttl=61 | udp 80>6001 | data "
		    "9"),
	TEST("I7: inside, vm2 to the address of the guest here", "underlay",
	     FROM_VM2 "192.168.209.125 ttl=63 | icmp 8/0 id=4 seq=1 | data 8",
	     "redirect vm5",
	     TO_VM5 "192.168.209.121>172.18.100.50 ttl=61 | icmp 8/0 id=4 "
		    "seq=1 | data 8"),
	TEST("I7: inside, its answer to vm2", "vif vm5",
	     FROM_VM5 "192.168.209.121 | icmp 0/0 id=4 seq=1 | data 8",
	     "redirect ens3",
	     TO_VM2 "192.168.209.125>172.18.100.20 ttl=61 | icmp 0/0 id=4 "
		    "seq=1 | data 8"),
	TEST("hairpin: vm2 to its own address", "underlay",
	     FROM_VM2 "192.168.209.121 ttl=63 | tcp 7000>80 flags=S",
	     "redirect ens3",
	     TO_VM2 "192.168.209.121>172.18.100.20 ttl=61 | tcp 7000>80 "
		    "flags=S"),
	TEST("hairpin: vm2's answer to itself", "underlay",
	     FROM_VM2 "192.168.209.121 ttl=63 | tcp 80>7000 flags=SA ack=1",
	     "redirect ens3",
	     TO_VM2 "192.168.209.121>172.18.100.20 ttl=61 | tcp 80>7000 "
		    "flags=SA ack=1"),
	TEST("hairpin: a guest here to its own address", "vif vm5",
	     FROM_VM5 "192.168.209.125 | udp 7000>80 | data 8", "redirect vm5",
	     TO_VM5 "192.168.209.125>172.18.100.50 ttl=61 | udp 7000>80 | data "
		    "8"),
	TEST("hairpin: its answer to itself", "vif vm5",
	     FROM_VM5 "192.168.209.125 | udp 80>7000 | data 9", "redirect vm5",
	     TO_VM5 "192.168.209.125>172.18.100.50 ttl=61 | udp 80>7000 | data "
		    "9"),
};

const struct test_group dnat_group =
	TEST_GROUP("dnat", FLOATING, dnat_tests, .is_stateful = true);

#define STATELESS                                                              \
	GATEWAY " nat dnat_and_snat 192.168.209.123 172.18.100.10 stateless\n"

static const struct test stateless_tests[] = {
	LEARN_EXT,
	TEST("in", "localnet",
	     FROM_EXT "192.168.209.123 | tcp 4000>80 flags=A ack=3 | data 8",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 4000>80 flags=A "
		    "ack=3 | data 8",
	     .ct = "FREE tcp 192.168.209.7:4000>192.168.209.123:80"),
	VM1_OUT("out", "192.168.209.7 ttl=63 | tcp 80>4000 flags=A | data 8",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | tcp 80>4000 "
		       "flags=A | data 8",
		.ct = "FREE tcp 172.18.100.10:80>192.168.209.7:4000"),
	VM1_OUT("out, RST", "192.168.209.7 ttl=63 | tcp 81>4001 flags=R",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | tcp 81>4001 "
		       "flags=R"),
	TEST("in, UDP without a checksum", "localnet",
	     FROM_EXT "192.168.209.123 | udp 1>2 nocsum | data 9",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | udp 1>2 nocsum | "
		    "data 9"),
	TEST("in, echo reply", "localnet",
	     FROM_EXT "192.168.209.123 | icmp 0/0 id=1 seq=1 | data 8",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 0/0 id=1 seq=1 "
		    "| data 8"),
	VM1_OUT("out, echo", "192.168.209.7 ttl=63 | icmp 8/0 id=2 seq=1",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | icmp 8/0 id=2 "
		       "seq=1"),
	VM1_OUT("out, SCTP", "192.168.209.7 ttl=63 | sctp 1>2 vtag=3 chunk=0",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | sctp 1>2 vtag=3 "
		       "chunk=0"),
	TEST("in, a later fragment", "localnet",
	     FROM_EXT "192.168.209.123 id=5 | udp 1>2 | data 1000 | fragment "
		      "512+256",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 id=5 | udp 1>2 | data "
		    "1000 | fragment 512+256"),
	/* As stable OVN: what an error quotes stays as it is. */
	TEST("in, an ICMP error", "localnet",
	     FROM_EXT "192.168.209.123 | icmp 3/3 | quoting 0: ip4 "
		      "192.168.209.123>192.168.209.7 ttl=60 ; udp 1>2 ; data 8",
	     "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | icmp 3/3 | quoting "
		    "0: ip4 192.168.209.123>192.168.209.7 ttl=60 ; udp 1>2 ; "
		    "data 8",
	     .is_lax = true),
};

const struct test_group stateless_group = TEST_GROUP("dnat_and_snat, stateless",
						     STATELESS, stateless_tests,
						     .is_stateful = true);

#define FORCED(to)                                                             \
	GATEWAY " nat dnat 192.168.209.122 172.18.100.10\n force_dnat " to "\n"

#define FORCED_TESTS(source)                                                           \
	{                                                                              \
		LEARN_EXT,                                                             \
			TEST("DNATed: source, too", "localnet",                        \
			     EXT_122 "tcp 4000>80 flags=S", "redirect ens3",           \
			     TO_VM1 source                                             \
			     ">172.18.100.10 ttl=62 | tcp 4000>80 flags=S"),           \
			TEST("its answer", "underlay",                                 \
			     FROM_VM1 source                                           \
			     " ttl=63 | tcp 80>4000 flags=SA ack=1",                   \
			     "redirect ens9",                                          \
			     TO_EXT                                                    \
			     "192.168.209.122>192.168.209.7 ttl=62 | tcp 80>4000 "     \
			     "flags=SA ack=1"),                                        \
			EXT_IN("not DNATed: untouched",                                \
			       "172.18.100.10 | udp 1>2 | data 8",                     \
			       TO_VM1                                                  \
			       "192.168.209.7>172.18.100.10 ttl=62 | udp 1>2 | data "  \
			       "8"),                                                   \
			VM1_OUT("and its answer",                                      \
				"192.168.209.7 ttl=63 | udp 2>1 | data 8",             \
				TO_EXT                                                 \
				"172.18.100.10>192.168.209.7 ttl=62 | udp 2>1 | data " \
				"8")                                                   \
	}

static const struct test forced_tests[] = FORCED_TESTS("172.19.255.200");
static const struct test forced_router_tests[] = FORCED_TESTS("172.19.255.1");

const struct test_group forced_group =
	TEST_GROUP("dnat_force_snat_ip", FORCED("172.19.255.200"), forced_tests,
		   .is_stateful = true);
const struct test_group forced_router_group =
	TEST_GROUP("dnat_force_snat_ip=router_ip", FORCED("router_ip"),
		   forced_router_tests, .is_stateful = true);

/* northd's flow of a stateless rule asks for it, too. */
static const struct test forced_stateless_tests[] = {
	LEARN_EXT,
	TEST("stateless: source, too", "localnet",
	     FROM_EXT "192.168.209.123 | tcp 4000>80 flags=S", "redirect ens3",
	     TO_VM1
	     "172.19.255.200>172.18.100.10 ttl=62 | tcp 4000>80 flags=S"),
	TEST("stateless: its answer", "underlay",
	     FROM_VM1 "172.19.255.200 ttl=63 | tcp 80>4000 flags=SA ack=1",
	     "redirect ens9",
	     TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | tcp 80>4000 "
		    "flags=SA ack=1"),
	VM1_OUT("stateless: what nobody asked for",
		"192.168.209.7 ttl=63 | udp 2>1 | data 8",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | udp 2>1 | data "
		       "8"),
};

const struct test_group forced_stateless_group =
	TEST_GROUP("dnat_force_snat_ip, stateless",
		   STATELESS " force_dnat 172.19.255.200\n",
		   forced_stateless_tests, .is_stateful = true);
