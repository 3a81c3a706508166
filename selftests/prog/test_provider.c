// SPDX-License-Identifier: GPL-2.0-only
/* Guests on a switch with a localnet port: their traffic takes the physical
 * network, never a tunnel.  ovn-architecture(7), "localnet". */
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <string.h>

#include "gateway.h"

#define PROVIDER(self, options) PROVIDER_AS(self, "if=ens9 " options)
#define PROVIDER_AS(self, options)                                             \
	"self " self "\n"                                                      \
	"chassis node1 192.168.209.110\n"                                      \
	"chassis node2 192.168.209.111\n"                                      \
	"host ext 02:11:22:33:44:07\n"                                         \
	"host ext2 02:11:22:33:44:08\n"                                        \
	"switch out\n"                                                         \
	" port o1 addr=02:00:00:00:0e:01,10.8.0.11,fd00::2 at=" self           \
	" if=o1\n"                                                             \
	" port o2 addr=02:00:00:00:0e:02,10.8.0.12 at=node2\n"                 \
	" port o3 addr=02:00:00:00:0e:03,10.8.0.13 at=" self " if=o3\n"        \
	" port o4 addr=02:00:00:00:0e:04,10.8.0.14\n"                          \
	" localnet phys phyNet " options "\n"                                  \
	" router-port out-gw gw-out\n"                                         \
	"router gw gateway=node2\n"                                            \
	" lrp gw-out 02:00:00:00:fe:01 10.8.0.1/24\n"

#define O1(to) "eth o1>" to " | ip4 10.8.0.11>10.8.0.99 | udp 1>2 | data 8"
#define EXT(to) "eth ext>" to " | ip4 10.8.0.99>10.8.0.11 | udp 2>1 | data 8"
#define TO_PHYS .copies = {"ens9: frame"}

static const struct test provider_tests[] = {
	TEST("to a MAC nobody here has: out", "vif o1", O1("ext"), "sent", NULL,
	     TO_PHYS),
	TEST("to a guest here", "vif o1", O1("o3"), "redirect o3", NULL),
	TEST("to a guest of another chassis: out, not by tunnel", "vif o1",
	     O1("o2"), "redirect ens9", NULL),
	TEST("to a guest that is placed nowhere: out", "vif o1", O1("o4"),
	     "redirect ens9", NULL),
	TEST("to a gateway of another chassis: by tunnel", "vif o1",
	     O1("gw-out"), "redirect ens3",
	     "outer node1>node2 | geneve out o1>out-gw | frame"),
	TEST("broadcast: one copy out, no tunnel", "vif o1",
	     "eth o1>all | ip4 10.8.0.11>10.8.0.255 | udp 1>2 | data 8", "sent",
	     NULL, .copies = {"o3: frame", "ens9: frame"}),
	TEST("broadcast of 1501 bytes: not out", "vif o1",
	     "eth o1>all | ip4 10.8.0.11>10.8.0.255 | udp 1>2 | data 1473",
	     "sent", NULL, .counts = "TOO_BIG", .copies = {"o3: frame"}),
	TEST("ARP request for a physical host", "vif o1",
	     "eth o1>all | arp request o1/10.8.0.11>zero/10.8.0.99", "sent",
	     NULL, .copies = {"o3: frame", "ens9: frame"}),
	TEST("ARP request for a guest with an address: answered here", "vif o1",
	     "eth o1>all | arp request o1/10.8.0.11>zero/10.8.0.12",
	     "redirect o1", "eth o2>o1 | arp reply o2/10.8.0.12>o1/10.8.0.11"),
	TEST("in: to a guest here", "localnet", EXT("o1"), "redirect o1", NULL),
	TEST("in: 1500 bytes", "localnet",
	     "eth ext>o1 | ip4 10.8.0.99>10.8.0.11 frag=0x4000 | udp 2>1 | "
	     "data 1472",
	     "redirect o1", NULL),
	TEST("in: to a guest of another chassis: not ours", "localnet",
	     EXT("o2"), "pass", NULL),
	TEST("in: to a gateway of another chassis: not ours", "localnet",
	     EXT("gw-out"), "pass", NULL),
	TEST("in: to a physical host: not ours", "localnet", EXT("ext2"),
	     "pass", NULL),
	TEST("in: broadcast: guests here and the host", "localnet",
	     "eth ext>all | ip4 10.8.0.99>10.8.0.255 | udp 1>2 | data 8",
	     "pass", NULL, .copies = {"o1: frame", "o3: frame"}),
	TEST("in: ARP request: the guest answers, not the switch", "localnet",
	     "eth ext>all | arp request ext/10.8.0.99>zero/10.8.0.11", "pass",
	     NULL, .copies = {"o1: frame", "o3: frame"}),
	TEST("in: ARP reply to a guest", "localnet",
	     "eth ext>o1 | arp reply ext/10.8.0.99>o1/10.8.0.11", "redirect o1",
	     NULL),
	TEST("in: ND solicitation: the guest answers, not the switch",
	     "localnet",
	     "eth ext>33:33:ff:00:00:02 | ip6 fd00::1>ff02::1:ff00:2 hops=255 "
	     "| ns fd00::2 mac=ext",
	     "pass", NULL, .copies = {"o1: frame", "o3: frame"}),
	TEST("in: ND solicitation by unicast", "localnet",
	     "eth ext>o1 | ip6 fd00::1>fd00::2 hops=255 | ns fd00::2 mac=ext",
	     "redirect o1", NULL),
	TEST("in: IPv6 to a guest", "localnet",
	     "eth ext>o1 | ip6 fd00::1>fd00::2 | udp 1>2 | data 8",
	     "redirect o1", NULL),
};

const struct test_group provider_group =
	TEST_GROUP("provider switch", PROVIDER("node1", ""), provider_tests);

/* localnet_learn_fdb: a frame for a learned MAC that some guest does not have
 * still goes out; without it, too: the group of "unknown" ports. */
static const struct test provider_fdb_tests[] = {
	TEST("a frame from a physical host", "localnet", EXT("o1"),
	     "redirect o1", NULL),
	TEST("its MAC is known now: no flood", "vif o1", O1("ext"),
	     "redirect ens9", NULL),
};

/* The NIC's own MAC is the host's, whoever else uses it. */
static void provider_fdb_check(void)
{
	static const uint8_t mac[] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x99};
	const char *name = "provider switch, learning: the host keeps its MAC";
	static struct outcome claim, tc, xdp;
	static struct packet p;
	uint32_t out = network_key(&net, "out");
	struct l2_key key = {.datapath = out};
	struct fdb_val val;

	device_set_mac(device_get(LOCALNET), mac);
	memcpy(key.mac, mac, sizeof(mac));
	text_to_packet(&p,
		       "eth 02:11:22:33:44:99>o1 | ip4 10.8.0.15>10.8.0.11 | "
		       "udp 1>2 | data 8",
		       &net, NULL);
	program_run(PROGRAM_VIF, device_get("o5"), &p, &claim);
	text_to_packet(&p, EXT("02:11:22:33:44:99"), &net, NULL);
	program_run(PROGRAM_TC, device_get(LOCALNET), &p, &tc);
	program_run(PROGRAM_XDP, device_get(LOCALNET), &p, &xdp);
	if (claim.retval != TC_ACT_REDIRECT ||
	    bpf_map_lookup_elem(harness_map("fdb"), &key, &val) ||
	    val.port != network_key(&net, "o5"))
		test_fail(name, "the guest's frame was not learned from");
	else if (tc.retval != TC_ACT_OK)
		test_fail(name, "tc: verdict %d", tc.retval);
	else if (xdp.retval != XDP_PASS || xdp.meta_len)
		test_fail(name, "xdp: verdict %d, %zu bytes for TC", xdp.retval,
			  xdp.meta_len);
	else
		test_ok(name);
}

const struct test_group provider_fdb_group = TEST_GROUP(
	"provider switch, learning",
	PROVIDER("node1", "fdb\n port o5 addr=unknown at=node1 if=o5"),
	provider_fdb_tests, .after = provider_fdb_check);

static const struct test provider_tagged_tests[] = {
	TEST("out, tagged 802.1ad", "vif o1", O1("o2"), "redirect ens9",
	     "eth o1>o2 | vlan 7 tpid=0x88a8 | ip4 10.8.0.11>10.8.0.99 | udp "
	     "1>2 | data 8",
	     .no_test_run = true),
	TEST("broadcast: the copy out is tagged, the other not", "vif o1",
	     "eth o1>all | ip4 10.8.0.11>10.8.0.255 | udp 1>2 | data 8", "sent",
	     NULL,
	     .copies = {"o3: frame",
			"ens9: eth o1>all | vlan 7 tpid=0x88a8 | ip4 "
			"10.8.0.11>10.8.0.255 | udp 1>2 | data 8"},
	     .no_test_run = true),
	TEST("in, untagged for the guest", "localnet",
	     "eth ext>o1 | vlan 7 tpid=0x88a8 | ip4 10.8.0.99>10.8.0.11 | udp "
	     "2>1 | data 8",
	     "redirect o1",
	     "eth ext>o1 | ip4 10.8.0.99>10.8.0.11 | udp 2>1 | data 8",
	     .no_test_run = true),
};

const struct test_group provider_tagged_group = TEST_GROUP(
	"provider switch, tagged", PROVIDER("node1", "tag=7 tpid=0x88a8"),
	provider_tagged_tests);

static const struct test provider_unattached_tests[] = {
	TEST("to a guest of another chassis", "vif o1", O1("o2"),
	     "drop LOCALNET_NOT_ATTACHED", NULL),
	TEST("to a guest here", "vif o1", O1("o3"), "redirect o3", NULL),
	TEST("broadcast: only here", "vif o1",
	     "eth o1>all | ip4 10.8.0.11>10.8.0.255 | udp 1>2 | data 8", "sent",
	     NULL, .copies = {"o3: frame"}),
};

const struct test_group provider_unattached_group =
	TEST_GROUP("provider switch, not attached", PROVIDER_AS("node1", ""),
		   provider_unattached_tests);
