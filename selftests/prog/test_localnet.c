// SPDX-License-Identifier: GPL-2.0-only
/* Physical networks: what of a NIC's frames is the logical network's and what
 * the host's, ARP for addresses behind it, VLAN tags, switches that reach
 * other chassis by it.  Rules: ovn-architecture(7) "Physical VLAN MTU Issues"
 * ff., ovn-northd(8) ls_in_arp_rsp, ls_in_l2_lkup. */
#include "gateway.h"

#define UDP " | udp 1000>2000 | data 32"
#define ASK(ip) "eth ext>all | arp request ext/192.168.209.7>zero/" ip
#define ANSWER(ip)                                                             \
	.copies = {"ens9: eth gw1-outside>ext | arp reply gw1-outside/" ip     \
		   ">ext/192.168.209.7"}

#define NAT_AND_VIPS                                                           \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat dnat_and_snat 192.168.209.121 172.18.100.20\n"                   \
	" nat dnat 10.77.0.1 172.18.100.10\n"                                  \
	" nat snat 192.168.209.130 172.18.200.0/24\n"                          \
	" lb near tcp 192.168.209.55:80 172.18.100.10:8000\n"                  \
	" lb far tcp 172.18.2.2:80 172.18.100.10:8000\n"

/* The host hears broadcasts as well.  ovn-northd(8): own addresses to askers of the subnet, NAT addresses on any
 * port, VIPs where they can be reached. */
static const struct test arp_tests[] = {
	TEST("the router's address", "localnet", ASK("192.168.209.120"), "pass",
	     NULL, ANSWER("192.168.209.120")),
	TEST("padded, as a NIC sends it", "localnet",
	     ASK("192.168.209.120") " | pad 60", "pass", NULL,
	     .copies = {"ens9: eth gw1-outside>ext | arp reply "
			"gw1-outside/192.168.209.120>ext/192.168.209.7 | pad "
			"60"}),
	TEST("by unicast", "localnet",
	     "eth ext>gw1-outside | arp request "
	     "ext/192.168.209.7>zero/192.168.209.120",
	     "sent", NULL, ANSWER("192.168.209.120")),
	TEST("an asker of another subnet gets none", "localnet",
	     "eth ext>all | arp request ext/10.9.9.9>zero/192.168.209.120",
	     "pass", NULL, .counts = "LR_ARP"),
	TEST("external address of dnat_and_snat", "localnet",
	     ASK("192.168.209.121"), "pass", NULL, ANSWER("192.168.209.121")),
	TEST("of snat", "localnet", ASK("192.168.209.130"), "pass", NULL,
	     ANSWER("192.168.209.130")),
	TEST("of dnat, outside of the subnet", "localnet", ASK("10.77.0.1"),
	     "pass", NULL, ANSWER("10.77.0.1")),
	TEST("a NAT address, whoever asks", "localnet",
	     "eth ext>all | arp request ext/10.9.9.9>zero/192.168.209.121",
	     "pass", NULL,
	     .copies = {"ens9: eth gw1-outside>ext | arp reply "
			"gw1-outside/192.168.209.121>ext/10.9.9.9"}),
	TEST("a VIP of the subnet", "localnet", ASK("192.168.209.55"), "pass",
	     NULL, ANSWER("192.168.209.55")),
	TEST("a VIP of no subnet here: the host's business", "localnet",
	     ASK("172.18.2.2"), "pass", NULL),
	TEST("the router's address inside: the host's business", "localnet",
	     ASK("172.19.255.1"), "pass", NULL),
	TEST("an address of nobody here: the host's business", "localnet",
	     ASK("192.168.209.9"), "pass", NULL),
	TEST("a reply for the host", "localnet",
	     "eth ext>02:11:22:33:44:99 | arp reply "
	     "ext/192.168.209.7>02:11:22:33:44:99/192.168.209.9",
	     "pass", NULL),
};

const struct test_group localnet_arp_group = TEST_GROUP(
	"localnet arp", GATEWAY NAT_AND_VIPS, arp_tests, .is_stateful = true);

/* addresses=router: the switch answers for the router, but not what comes from
 * outside: ovn-northd(8) ls_in_arp_rsp 100, ls_in_l2_lkup 80. */
#define ADDRESSES_ROUTER                                                       \
	"self node1\n"                                                         \
	"chassis node1 192.168.209.110\n"                                      \
	"host ext 02:11:22:33:44:07\n"                                         \
	"switch out\n"                                                         \
	" port o1 addr=02:00:00:00:0e:01,10.8.0.11 at=node1 if=o1\n"           \
	" localnet phys phyNet if=ens9\n"                                      \
	" router-port out-gw gw-out router\n"                                  \
	"router gw gateway=node1\n"                                            \
	" lrp gw-out 02:00:00:00:fe:01 10.8.0.1/24\n"

static const struct test answer_tests[] = {
	TEST("a physical neighbor asks: the router answers", "localnet",
	     "eth ext>all | arp request ext/10.8.0.99>zero/10.8.0.1", "pass",
	     NULL,
	     .copies = {"ens9: eth gw-out>ext | arp reply "
			"gw-out/10.8.0.1>ext/10.8.0.99",
			"o1: frame"}),
	TEST("a guest asks: the switch answers", "vif o1",
	     "eth o1>all | arp request o1/10.8.0.11>zero/10.8.0.1",
	     "redirect o1",
	     "eth gw-out>o1 | arp reply gw-out/10.8.0.1>o1/10.8.0.11"),
};

const struct test_group localnet_answer_group =
	TEST_GROUP("localnet, addresses=router", ADDRESSES_ROUTER, answer_tests,
		   .is_stateful = true);

/* The NIC may be the host's own, too: what is not for a logical port goes on
 * to the stack as it is. */
static const struct test host_tests[] = {
	TEST("IP for another MAC", "localnet",
	     "eth ext>02:11:22:33:44:99 | ip4 192.168.209.7>192.168.209.9" UDP,
	     "pass", NULL),
	TEST("TCP for another MAC, our address", "localnet",
	     "eth ext>02:11:22:33:44:99 | ip4 192.168.209.7>192.168.209.120 | "
	     "tcp 1>2 flags=S",
	     "pass", NULL),
	TEST("IPv6", "localnet",
	     "eth ext>02:11:22:33:44:99 | ip6 fe80::1>fe80::2 | udp 1>2 | data "
	     "20",
	     "pass", NULL),
	TEST("IP broadcast", "localnet",
	     "eth ext>all | ip4 192.168.209.7>255.255.255.255" UDP, "pass",
	     NULL),
	TEST("IPv6 multicast", "localnet",
	     "eth ext>33:33:00:00:00:01 | ip6 fe80::1>ff02::1 hops=1 | icmp6 "
	     "128/0 rest=1",
	     "pass", NULL),
	TEST("LLDP", "localnet",
	     "eth ext>01:80:c2:00:00:0e type=0x88cc | data 60", "pass", NULL),
	TEST("of a VLAN nobody here has", "localnet",
	     "eth ext>gw1-outside | vlan 9 | ip4 192.168.209.7>172.18.100.10" UDP,
	     "pass", NULL, .no_test_run = true),
	TEST("Geneve between others", "localnet",
	     "eth ext>02:11:22:33:44:99 | ip4 192.168.209.7>192.168.209.9 | "
	     "udp 40000>6081 | data 40",
	     "pass", NULL, .is_lax = true),
	TEST("a frame of 14 bytes", "localnet",
	     "eth ext>02:11:22:33:44:99 type=0x88b6", "pass", NULL),
	TEST("IPv6 for the gateway", "localnet",
	     "eth ext>gw1-outside | ip6 fe80::1>fe80::2 | udp 1>2 | data 20",
	     "drop LR_NOT_IP", NULL),
	TEST("IP with a length beyond the frame", "localnet",
	     FROM_EXT "172.18.100.10" UDP " | poke 16=0400 | checksum",
	     "drop MALFORMED", NULL),
	TEST("source MAC is multicast", "localnet",
	     "eth 03:11:22:33:44:07>gw1-outside | ip4 "
	     "192.168.209.7>172.18.100.10" UDP,
	     "drop SRC_MULTICAST", NULL),
};

const struct test_group localnet_host_group =
	TEST_GROUP("localnet host", GATEWAY, host_tests);

/* Priority tags (VLAN 0) belong to an untagged port; tests of tags are live,
 * where the kernel keeps them beside the frame. */
static const struct test untagged_tests[] = {
	LEARN_EXT,
	TEST("tag 0 is untagged", "localnet",
	     "eth ext>gw1-outside | vlan 0 | ip4 192.168.209.7>172.18.100.10" UDP,
	     "redirect ens3", TO_VM1 "192.168.209.7>172.18.100.10 ttl=62" UDP,
	     .no_test_run = true),
};

const struct test_group localnet_untagged_group = TEST_GROUP(
	"localnet untagged", GATEWAY, untagged_tests, .is_stateful = true);

#define TAGGED(tag, ip)                                                        \
	"eth ext>gw1-outside | vlan " tag " | ip4 192.168.209.7>" ip

static const struct test tagged_tests[] = {
	TEST("ARP request out: tagged", "vif vm5", FROM_VM5 "192.168.209.7" UDP,
	     "sent", NULL,
	     .copies = {"ens9: eth gw1-outside>all | vlan 10 | arp request "
			"gw1-outside/192.168.209.120>zero/192.168.209.7"},
	     .counts = "LR_NEIGHBOR", .no_test_run = true),
	TEST("ARP reply in", "localnet",
	     "eth ext>gw1-outside | vlan 10 | arp reply "
	     "ext/192.168.209.7>gw1-outside/192.168.209.120",
	     "consumed", NULL, .no_test_run = true),
	TEST("ARP request in: answered with the tag", "localnet",
	     "eth ext>all | vlan 10 | arp request "
	     "ext/192.168.209.7>zero/192.168.209.120",
	     "pass", NULL,
	     .copies = {"ens9: eth gw1-outside>ext | vlan 10 | arp reply "
			"gw1-outside/192.168.209.120>ext/192.168.209.7"},
	     .no_test_run = true),
	TEST("pushed, from a tunnel", "underlay",
	     FROM_VM1 "192.168.209.7 ttl=63" UDP, "redirect ens9",
	     "eth gw1-outside>ext | vlan 10 | ip4 172.18.100.10>192.168.209.7 "
	     "ttl=62" UDP,
	     .no_test_run = true),
	TEST("pushed, from a guest here", "vif vm5",
	     FROM_VM5 "192.168.209.7" UDP, "redirect ens9",
	     "eth gw1-outside>ext | vlan 10 | ip4 172.18.100.50>192.168.209.7 "
	     "ttl=62" UDP,
	     .no_test_run = true),
	TEST("popped, to a tunnel", "localnet",
	     TAGGED("10", "172.18.100.10") UDP, "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62" UDP,
	     .no_test_run = true),
	TEST("popped, to a guest here", "localnet",
	     TAGGED("10", "172.18.100.50") UDP, "redirect vm5",
	     TO_VM5 "192.168.209.7>172.18.100.50 ttl=62" UDP,
	     .no_test_run = true),
	TEST("priority bits do not matter", "localnet",
	     TAGGED("40970", "172.18.100.10") UDP, "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62" UDP,
	     .no_test_run = true),
	TEST("its own answer goes out tagged", "localnet",
	     TAGGED("10", "192.168.209.120") " | icmp 8/0 rest=1 | data 56",
	     "redirect ens9",
	     "eth gw1-outside>ext | vlan 10 | ip4 192.168.209.120>192.168.209.7 "
	     "ttl=254 | icmp 0/0 rest=1 | data 56",
	     .no_test_run = true),
	TEST("time exceeded goes out tagged", "localnet",
	     TAGGED("10", "172.18.100.10 ttl=1") UDP, "redirect ens9",
	     "eth gw1-outside>ext | vlan 10 | ip4 192.168.209.120>192.168.209.7 "
	     "ttl=254 frag=0x4000 | icmp 11/0 | quoting 0: ip4 "
	     "192.168.209.7>172.18.100.10 ttl=1 ; udp 1000>2000 ; data 32",
	     .counts = "LR_TTL", .no_test_run = true),
	TEST("two tags: no guest sees the second", "localnet",
	     "eth ext>gw1-outside | vlan 10 | vlan 20 | ip4 "
	     "192.168.209.7>172.18.100.50" UDP,
	     "drop VLAN_TAGGED", NULL, .no_test_run = true),
	TEST("two tags, broadcast: the host's alone", "localnet",
	     "eth ext>all | vlan 10 | vlan 20 | ip4 "
	     "192.168.209.7>192.168.223.255" UDP,
	     "pass", NULL, .counts = "VLAN_TAGGED", .no_test_run = true),
	TEST("untagged: the host's", "localnet", FROM_EXT "172.18.100.10" UDP,
	     "pass", NULL),
	TEST("another tag: the host's", "localnet",
	     TAGGED("11", "172.18.100.10") UDP, "pass", NULL,
	     .no_test_run = true),
	TEST("tag 0: the host's", "localnet", TAGGED("0", "172.18.100.10") UDP,
	     "pass", NULL, .no_test_run = true),
};

const struct test_group localnet_tagged_group = TEST_GROUP(
	"localnet tagged", GATEWAY_AS("node1", "", "if=vm5", "tag=10 if=ens9"),
	tagged_tests, .is_stateful = true);

static const struct test unattached_tests[] = {
	TEST("no interface here for the network: nobody to ask", "vif vm5",
	     FROM_VM5 "192.168.209.7" UDP, "drop LR_NEIGHBOR", NULL,
	     .counts = "NO_MEMBERS"),
};

const struct test_group localnet_unattached_group =
	TEST_GROUP("localnet not attached",
		   GATEWAY_AS("node1", "", "if=vm5", ""), unattached_tests);

/* Where the NIC takes no frames that XDP redirects, TC sends them. */
static const struct test slow_tests[] = {
	LEARN_EXT,
	VM1_OUT("out of a NIC attached with --mode tc",
		"192.168.209.7 ttl=63" UDP,
		TO_EXT "172.18.100.10>192.168.209.7 ttl=62" UDP, .by_tc = true),
};

const struct test_group localnet_slow_group = TEST_GROUP(
	"localnet in TC", GATEWAY_AS("node1", "", "if=vm5", "if=ens9 tc"),
	slow_tests, .is_stateful = true);
