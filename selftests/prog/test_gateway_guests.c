// SPDX-License-Identifier: GPL-2.0-only
/*
 * A gateway router on the guests' own switch: ARP between guests and a router
 * that is on another chassis goes by tunnel, both ways; and a gateway whose
 * underlay and physical network are one NIC.
 */
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <time.h>

#include "gateway.h"

#define GUESTS(self, g1_if, g2_if, options)                                    \
	"self " self "\n"                                                      \
	"chassis node1 192.168.209.110\n"                                      \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"host ext 02:11:22:33:44:07\n"                                         \
	"switch sw\n"                                                          \
	" port g1 addr=02:00:00:00:01:01,10.1.0.11 at=node1 " g1_if "\n"       \
	" port g2 addr=02:00:00:00:01:02 at=node2 " g2_if "\n"                 \
	" port g3 addr=02:00:00:00:01:03 at=node3\n"                           \
	" router-port sw-gw gw-in\n"                                           \
	"switch outside\n"                                                     \
	" localnet phys phyNet if=ens9\n"                                      \
	" router-port outside-gw gw1-outside\n"                                \
	"router gw gateway=node1 " options "\n"                                \
	" lrp gw-in 02:00:00:00:f1:01 10.1.0.1/24\n"                           \
	" lrp gw1-outside 02:0a:7f:18:01:02 192.168.209.120/19\n"              \
	" lb web tcp 10.1.0.80:80 10.1.0.11:8000\n"                            \
	" nat snat 192.168.209.120 10.1.0.0/24\n"

#define UDP " | udp 1>2 | data 8"
#define FLOOD_L2(node, from)                                                   \
	"ens3: outer node1>" node " | geneve sw " from ">flood_l2 | "

static const struct test gateway_tests[] = {
	LEARN_EXT,
	TEST("a guest here asks for it", "vif g1",
	     "eth g1>all | arp request g1/10.1.0.11>zero/10.1.0.1", "sent",
	     NULL,
	     .copies = {"g1: eth gw-in>g1 | arp reply gw-in/10.1.0.1>"
			"g1/10.1.0.11",
			FLOOD_L2("node2", "g1") "frame",
			FLOOD_L2("node3", "g1") "frame"}),
	TEST("a guest here asks for a VIP", "vif g1",
	     "eth g1>all | arp request g1/10.1.0.11>zero/10.1.0.80", "sent",
	     NULL,
	     .copies = {"g1: eth gw-in>g1 | arp reply gw-in/10.1.0.80>"
			"g1/10.1.0.11",
			FLOOD_L2("node2", "g1") "frame",
			FLOOD_L2("node3", "g1") "frame"}),
	TEST("a guest elsewhere asks: answered by tunnel", "underlay",
	     "outer node2>node1 | geneve sw g2>sw-gw | eth g2>all | arp "
	     "request g2/10.1.0.12>zero/10.1.0.1",
	     "redirect ens3",
	     "outer node1>node2 | geneve sw sw-gw>g2 | eth gw-in>g2 | arp "
	     "reply gw-in/10.1.0.1>g2/10.1.0.12",
	     .by_tc = true),
	TEST("I2: its flood copy reaches guests only", "underlay",
	     "outer node2>node1 | geneve sw g2>flood_l2 | eth g2>all | arp "
	     "request g2/10.1.0.12>zero/10.1.0.1",
	     "consumed", NULL,
	     .copies = {"g1: eth g2>all | arp request g2/10.1.0.12>zero/"
			"10.1.0.1"}),
	TEST("the asker is known now", "localnet", FROM_EXT "10.1.0.12" UDP,
	     "redirect ens3",
	     "outer node1>node2 | geneve sw sw-gw>g2 | eth gw-in>g2 | ip4 "
	     "192.168.209.7>10.1.0.12 ttl=63" UDP),
	TEST("its way out", "underlay",
	     "outer node2>node1 | geneve sw g2>sw-gw | eth g2>gw-in | ip4 "
	     "10.1.0.12>192.168.209.7 | udp 5>6 | data 8",
	     "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=63 | udp 5>6 | data 8"),
	TEST("a guest that is not known: asked for by tunnel", "localnet",
	     FROM_EXT "10.1.0.13" UDP, "sent", NULL,
	     .copies = {"g1: eth gw-in>all | arp request gw-in/10.1.0.1>zero/"
			"10.1.0.13",
			FLOOD_L2("node2", "sw-gw") "eth gw-in>all | arp "
						   "request gw-in/10.1.0.1>"
						   "zero/10.1.0.13",
			FLOOD_L2("node3", "sw-gw") "eth gw-in>all | arp "
						   "request gw-in/10.1.0.1>"
						   "zero/10.1.0.13"},
	     .counts = "LR_NEIGHBOR"),
	TEST("it answers by tunnel", "underlay",
	     "outer node3>node1 | geneve sw g3>sw-gw | eth g3>gw-in | arp "
	     "reply g3/10.1.0.13>gw-in/10.1.0.1",
	     "consumed", NULL),
	TEST("and is reached", "localnet", FROM_EXT "10.1.0.13" UDP,
	     "redirect ens3",
	     "outer node1>node3 | geneve sw sw-gw>g3 | eth gw-in>g3 | ip4 "
	     "192.168.209.7>10.1.0.13 ttl=63" UDP),
	TEST("a flooded request teaches the gateway, too", "underlay",
	     "outer node3>node1 | geneve sw g3>flood | eth g3>all | arp "
	     "request g3/10.1.0.33>zero/10.1.0.99",
	     "consumed", NULL,
	     .copies = {"g1: eth g3>all | arp request g3/10.1.0.33>zero/"
			"10.1.0.99"}),
	TEST("who has sent it is reached", "localnet", FROM_EXT "10.1.0.33" UDP,
	     "redirect ens3",
	     "outer node1>node3 | geneve sw sw-gw>g3 | eth gw-in>g3 | ip4 "
	     "192.168.209.7>10.1.0.33 ttl=63" UDP),
	TEST("ping by tunnel: its answer goes back", "underlay",
	     "outer node2>node1 | geneve sw g2>sw-gw | eth g2>gw-in | ip4 "
	     "10.1.0.12>10.1.0.1 | icmp 8/0 id=1 seq=1 | data 56",
	     "redirect ens3",
	     "outer node1>node2 | geneve sw sw-gw>g2 | eth gw-in>g2 | ip4 "
	     "10.1.0.1>10.1.0.12 ttl=254 | icmp 0/0 id=1 seq=1 | data 56"),
	TEST("TTL 1 by tunnel", "underlay",
	     "outer node2>node1 | geneve sw g2>sw-gw | eth g2>gw-in | ip4 "
	     "10.1.0.12>192.168.209.7 ttl=1 | udp 7>8 | data 8",
	     "redirect ens3",
	     "outer node1>node2 | geneve sw sw-gw>g2 | eth gw-in>g2 | ip4 "
	     "10.1.0.1>10.1.0.12 ttl=254 frag=0x4000 | icmp 11/0 | quoting 0: "
	     "ip4 10.1.0.12>192.168.209.7 ttl=1 ; udp 7>8 ; data 8",
	     .counts = "LR_TTL"),
	TEST("one guest to another's VIP: from tunnel to here", "underlay",
	     "outer node2>node1 | geneve sw g2>sw-gw | eth g2>gw-in | ip4 "
	     "10.1.0.12>10.1.0.80 | tcp 5>80 flags=S",
	     "redirect g1",
	     "eth gw-in>g1 | ip4 192.168.209.120>10.1.0.11 ttl=63 | tcp 5>8000 "
	     "flags=S"),
	TEST("and back", "vif g1",
	     "eth g1>gw-in | ip4 10.1.0.11>192.168.209.120 | tcp 8000>5 "
	     "flags=SA",
	     "redirect ens3",
	     "outer node1>node2 | geneve sw sw-gw>g2 | eth gw-in>g2 | ip4 "
	     "10.1.0.80>10.1.0.12 ttl=63 | tcp 80>5 flags=SA"),
	TEST("IPv6 by tunnel for the gateway", "underlay",
	     "outer node2>node1 | geneve sw g2>sw-gw | eth g2>gw-in | ip6 "
	     "fd00::1>fd00::2 | udp 1>2 | data 8",
	     "drop LR_NOT_IP", NULL),
	TEST("a frame by tunnel for another MAC", "underlay",
	     "outer node2>node1 | geneve sw g2>sw-gw | eth g2>g3 | ip4 "
	     "10.1.0.12>192.168.209.7" UDP,
	     "drop LR_ADMISSION", NULL),
};

const struct test_group gateway_guests_group =
	TEST_GROUP("gateway of guests", GUESTS("node1", "if=g1", "", ""),
		   gateway_tests, .is_stateful = true);

static const struct test remote_tests[] = {
	TEST("asking for a gateway elsewhere: a copy of its own", "vif g2",
	     "eth g2>all | arp request g2/10.1.0.12>zero/10.1.0.1", "sent",
	     NULL,
	     .copies = {"ens3: outer node2>node1 | geneve sw g2>sw-gw | frame",
			"ens3: outer node2>node1 | geneve sw g2>flood_l2 | "
			"frame",
			"ens3: outer node2>node3 | geneve sw g2>flood_l2 | "
			"frame"}),
	TEST("its answer", "underlay",
	     "outer node1>node2 | geneve sw sw-gw>g2 | eth gw-in>g2 | arp "
	     "reply gw-in/10.1.0.1>g2/10.1.0.12",
	     "redirect g2",
	     "eth gw-in>g2 | arp reply gw-in/10.1.0.1>g2/10.1.0.12"),
	TEST("packets for it", "vif g2",
	     "eth g2>gw-in | ip4 10.1.0.12>192.168.209.7" UDP, "redirect ens3",
	     "outer node2>node1 | geneve sw g2>sw-gw | frame"),
	TEST("the gateway asks for a guest here", "underlay",
	     "outer node1>node2 | geneve sw sw-gw>flood_l2 | eth gw-in>all | "
	     "arp request gw-in/10.1.0.1>zero/10.1.0.12",
	     "consumed", NULL,
	     .copies = {"g2: eth gw-in>all | arp request gw-in/10.1.0.1>zero/"
			"10.1.0.12"}),
	TEST("the guest's answer goes to it, and nowhere else", "vif g2",
	     "eth g2>gw-in | arp reply g2/10.1.0.12>gw-in/10.1.0.1",
	     "redirect ens3", "outer node2>node1 | geneve sw g2>sw-gw | frame"),
};

const struct test_group gateway_remote_group =
	TEST_GROUP("gateway of guests, elsewhere",
		   GUESTS("node2", "", "if=g2", ""), remote_tests);

/* One NIC for both. */
#define AT_ENS3(name, in, out, ...)                                            \
	TEST(name, "underlay", in, "redirect ens3", out, ##__VA_ARGS__)

static const struct test one_nic_tests[] = {
	TEST("ext answers ARP", "underlay",
	     "eth ext>gw1-outside | arp reply "
	     "ext/192.168.209.7>gw1-outside/192.168.209.120",
	     "consumed", NULL),
	AT_ENS3("out: tunnel to network",
		FROM_VM1 "192.168.209.7 ttl=63 | tcp 1>2 flags=S",
		TO_EXT
		"192.168.209.120>192.168.209.7 ttl=62 | tcp 1>2 flags=S"),
	AT_ENS3("back: network to tunnel",
		FROM_EXT "192.168.209.120 | tcp 2>1 flags=SA",
		TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 2>1 flags=SA"),
	AT_ENS3("ping of the gateway",
		FROM_EXT "192.168.209.120 | icmp 8/0 id=1 seq=1 | data 8",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=254 | icmp 0/0 id=1 "
		       "seq=1 | data 8"),
	TEST("ARP for it", "underlay",
	     "eth ext>all | arp request "
	     "ext/192.168.209.7>zero/192.168.209.120",
	     "pass", NULL,
	     .copies = {"ens3: eth gw1-outside>ext | arp reply "
			"gw1-outside/192.168.209.120>ext/192.168.209.7"}),
	TEST("to a guest here", "underlay", FROM_EXT "172.18.100.50" UDP,
	     "redirect vm5", TO_VM5 "192.168.209.7>172.18.100.50 ttl=62" UDP),
	TEST("the host's own", "underlay",
	     "eth ext>node1 | ip4 192.168.209.7>192.168.209.110 | tcp 1>22 "
	     "flags=S",
	     "pass", NULL),
	TEST("ARP for the host", "underlay",
	     "eth ext>all | arp request "
	     "ext/192.168.209.7>zero/192.168.209.110",
	     "pass", NULL),
};

const struct test_group one_nic_group = TEST_GROUP(
	"gateway with one NIC",
	GATEWAY_AS("node1", "", "if=vm5",
		   "if=ens3") " nat snat 192.168.209.120 172.18.0.0/16\n",
	one_nic_tests, .is_stateful = true);

/* mac_binding_age_threshold: who was not heard of is asked again. */
static void age_check(void)
{
	const char *name = "neighbor age: asked again when it is over";
	struct neighbor_key key = {.datapath = network_key(&net, "gw"),
				   .port = network_key(&net, "gw1-outside"),
				   .ip = {192, 168, 209, 7}};
	uint64_t before[DROP_REASON_COUNT], after[DROP_REASON_COUNT];
	static struct outcome o;
	static struct packet p;
	struct neighbor_val val;
	struct timespec now;
	int fresh, ahead;

	text_to_packet(&p, "eth g1>gw-in | ip4 10.1.0.11>192.168.209.7" UDP,
		       &net, NULL);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (bpf_map_lookup_elem(harness_map("learned"), &key, &val)) {
		test_fail(name, "ext was not learned");
		return;
	}
	val.seen = now.tv_sec - 30;
	bpf_map_update_elem(harness_map("learned"), &key, &val, BPF_ANY);
	program_run(PROGRAM_VIF, device_get("g1"), &p, &o);
	fresh = o.retval;
	/* as another CPU may have noted it */
	val.seen = now.tv_sec + 1;
	bpf_map_update_elem(harness_map("learned"), &key, &val, BPF_ANY);
	harness_ct_size(1024, 512); /* a new generation: no known way */
	program_run(PROGRAM_VIF, device_get("g1"), &p, &o);
	ahead = o.retval;
	val.seen = now.tv_sec - 300;
	bpf_map_update_elem(harness_map("learned"), &key, &val, BPF_ANY);
	harness_ct_size(1024, 512);
	harness_drops(before);
	program_run(PROGRAM_VIF, device_get("g1"), &p, &o);
	harness_drops(after);
	devices_drain();
	if (fresh != TC_ACT_REDIRECT)
		test_fail(name, "asked before its time was over");
	else if (ahead != TC_ACT_REDIRECT)
		test_fail(name, "asked for what was heard of just now");
	else if (after[DROP_LR_NEIGHBOR] != before[DROP_LR_NEIGHBOR] + 1)
		test_fail(name, "not asked: verdict %d", o.retval);
	else
		test_ok(name);
}

static const struct test age_tests[] = {
	LEARN_EXT,
	TEST("it is used", "vif g1",
	     "eth g1>gw-in | ip4 10.1.0.11>192.168.209.7" UDP, "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=63" UDP),
};

const struct test_group age_group =
	TEST_GROUP("neighbor age", GUESTS("node1", "if=g1", "", "age=60"),
		   age_tests, .after = age_check);
