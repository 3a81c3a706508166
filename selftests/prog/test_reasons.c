// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drops that take more than a frame: a host in a bad state, a full table, a
 * guest whose offloads the kernel cannot serve.
 */
#include <bpf/bpf.h>
#include <stdio.h>

#include "gateway.h"

#define HOST                                                                   \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch sw\n"                                                          \
	" port a addr=02:00:00:00:00:0a,10.0.0.10 at=node2 if=a\n"             \
	" port b addr=02:00:00:00:00:0b,10.0.0.11 at=node2 if=b\n"             \
	" port g addr=02:00:00:00:00:0c,10.0.0.12 at=node2 if=g\n"             \
	" port d addr=02:00:00:00:00:0d,10.0.0.13 at=node3\n"                  \
	" port meta addr=02:00:00:00:00:0e,10.0.0.14 type=localport\n"         \
	" router-port sw-r r-sw\n"                                             \
	"router r\n"                                                           \
	" lrp r-sw 02:00:00:00:f1:01 10.0.0.1/24\n"                            \
	" lrp r-void 02:00:00:00:f2:01 10.2.0.1/24\n"

#define A_TO(to, ip) "eth a>" to " | ip4 10.0.0.10>" ip " frag=0x4000 | "
#define TO_D A_TO("d", "10.0.0.13")
#define TO_ALL A_TO("all", "10.0.0.255")
#define SMALL "udp 1>2 | data 8"
#define LARGE "udp 1>2 | data 1400"
#define QUIET_MS 20 /* for what must not come */
#define NODE3_ALL "ens3: outer node2>node3 | geneve sw a>flood_l2 | frame"

static const struct test unsupported_tests[] = {
	TEST("to a port of type localport", "vif a",
	     A_TO("meta", "10.0.0.14") SMALL, "drop PORT_UNSUPPORTED", NULL),
	TEST("out of a router port that leads nowhere", "vif a",
	     A_TO("r-sw", "10.2.0.10") SMALL, "drop PORT_UNSUPPORTED", NULL),
};

const struct test_group unsupported_group =
	TEST_GROUP("unsupported port", HOST, unsupported_tests);

/* No underlay has been attached yet: load leaves no tunnels. */
static void underlay_missing(void)
{
	harness_clear("tunnel");
}

static const struct test no_underlay_tests[] = {
	TEST("to a guest on another chassis", "vif a", TO_D SMALL,
	     "drop NO_TUNNEL", NULL),
	TEST("as large as fits", "vif a", TO_D LARGE, "drop NO_TUNNEL", NULL),
	TEST("broadcast: guests here get it", "vif a", TO_ALL SMALL,
	     "drop NO_TUNNEL", NULL, .copies = {"b: frame", "g: frame"}),
};

const struct test_group no_underlay_group = TEST_GROUP(
	"no underlay", HOST, no_underlay_tests, .before = underlay_missing);

static const struct test no_underlay_gateway_tests[] = {
	TEST("from outside to a guest on another chassis", "localnet",
	     FROM_EXT "172.18.100.20 | " SMALL, "drop NO_TUNNEL", NULL),
};

const struct test_group no_underlay_gateway_group =
	TEST_GROUP("no underlay at a gateway", GATEWAY,
		   no_underlay_gateway_tests, .before = underlay_missing);

/* Since the last load; what is in the maps leads to an interface that was. */
static void underlay_deleted(void)
{
	struct device *d = device_get("ens4");
	uint32_t gone = d->ifindex, chassis, *at = NULL;
	int tunnels = harness_map("tunnel");
	struct tunnel_val t;

	device_delete(d);
	while (!bpf_map_get_next_key(tunnels, at, &chassis)) {
		at = &chassis;
		if (bpf_map_lookup_elem(tunnels, at, &t) || !t.ifindex)
			continue;
		t.ifindex = gone;
		bpf_map_update_elem(tunnels, at, &t, BPF_ANY);
	}
}

static const struct test underlay_deleted_tests[] = {
	TEST("as large as fits", "vif a", TO_D LARGE, "drop NO_TUNNEL", NULL),
	TEST("broadcast: guests here get it", "vif a", TO_ALL SMALL,
	     "drop REDIRECT_FAILED", NULL, .copies = {"b: frame", "g: frame"}),
};

const struct test_group underlay_deleted_group =
	TEST_GROUP("underlay deleted", HOST, underlay_deleted_tests,
		   .before = underlay_deleted);

static void guest_down(void)
{
	device_set_up(device_get("b"), false);
}

static void guest_up(void)
{
	device_set_up(device_get("b"), true);
}

static void guest_deleted(void)
{
	device_delete(device_get("b"));
}

/* The rest of the group is served. */
static const struct test lost_copy_tests[] = {
	TEST("broadcast", "vif a", TO_ALL SMALL, "drop REDIRECT_FAILED", NULL,
	     .copies = {"g: frame", NODE3_ALL}),
	TEST("broadcast from another chassis", "underlay",
	     "outer node3>node2 | geneve sw d>flood_l2 | eth d>all | ip4 "
	     "10.0.0.13>10.0.0.255 | udp 1>2 | data 8",
	     "drop REDIRECT_FAILED", NULL,
	     .copies = {"a: eth d>all | ip4 10.0.0.13>10.0.0.255 | udp 1>2 | "
			"data 8",
			"g: eth d>all | ip4 10.0.0.13>10.0.0.255 | udp 1>2 | "
			"data 8"}),
};

const struct test_group down_group =
	TEST_GROUP("a guest's interface is down", HOST, lost_copy_tests,
		   .before = guest_down, .after = guest_up);
const struct test_group deleted_group =
	TEST_GROUP("a guest's interface was deleted", HOST, lost_copy_tests,
		   .before = guest_deleted);

#define GW "192.168.209.120"
#define OUT_AS_GW TO_EXT GW ">192.168.209.7 ttl=62 | "

static void one_record(void)
{
	harness_ct_size(1, 1);
}

static const struct test ct_full_tests[] = {
	LEARN_EXT,
	VM1_OUT("SYN", "192.168.209.7 ttl=63 | tcp 5555>80 flags=S",
		OUT_AS_GW "tcp 5555>80 flags=S"),
	EXT_IN("SYN, ACK back", GW " | tcp 80>5555 flags=SA",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 80>5555 "
		      "flags=SA"),
	VM1_OUT("ACK", "192.168.209.7 ttl=63 | tcp 5555>80 flags=A",
		OUT_AS_GW "tcp 5555>80 flags=A"),
	TEST("another SYN", "underlay",
	     FROM_VM1 "192.168.209.7 ttl=63 | tcp 5556>80 flags=S",
	     "drop CT_FULL", NULL),
	TEST("UDP", "underlay",
	     FROM_VM2 "192.168.209.7 ttl=63 | udp 1000>53 | data 8",
	     "drop CT_FULL", NULL,
	     .ct = "TCP_ESTABLISHED tcp 172.18.100.10:5555>192.168.209.7:80"),
};

const struct test_group ct_full_group =
	TEST_GROUP("full table", GATEWAY " nat snat " GW " 172.18.0.0/16\n",
		   ct_full_tests, .is_stateful = true, .before = one_record);

/* A guest's offloads that the kernel cannot serve.  UDP in one piece that is
 * to leave as fragments (UFO) cannot stand behind a tunnel's headers.  Where
 * the checksum to be finished stands is what the guest says: a packet is not
 * cut in front of it. */
static const struct refused_test {
	const char *name, *in;
	uint16_t gso_size, csum_start; /* 0: none; where it belongs */
	enum drop_reason reason;
} refused_tests[] = {
	{"UFO to another chassis", TO_D "udp 1>2 | data 5001", 1400, 0,
	 DROP_ENCAP_FAILED},
	{"UFO over IPv6 to another chassis",
	 "eth a>d | ip6 fd00::1>fd00::2 | udp 1>2 | data 5001", 1300, 0,
	 DROP_ENCAP_FAILED},
	{"port unreachable, a checksum behind what is quoted",
	 A_TO("r-sw", "10.0.0.1") LARGE, 0, 700, DROP_BUILD_FAILED},
	{"RST, a checksum behind the TCP header",
	 A_TO("r-sw", "10.0.0.1") "tcp 1>2 flags=S | data 200", 0, 100,
	 DROP_BUILD_FAILED},
};

static void refused_test_run(const struct refused_test *t)
{
	uint64_t before[DROP_REASON_COUNT], after[DROP_REASON_COUNT];
	struct device *from = device_get("a");
	static struct packet frame;
	static struct arrival left;
	struct vnet_header h = {};
	char name[100];
	int err;

	snprintf(name, sizeof(name), "refused: %s", t->name);
	text_to_packet(&frame, t->in, &net, NULL);
	checksum_open(&frame, &h, t->gso_size);
	if (t->csum_start)
		h.csum_start = t->csum_start;
	devices_drain();
	harness_attach_vif(from);
	harness_drops(before);
	err = device_write(from, &frame, &h);
	if (err || devices_collect(&left, 1, QUIET_MS)) {
		test_fail(name, "something left, or write failed: %d", err);
		return;
	}
	harness_drops(after);
	for (int r = 1; r < DROP_REASON_COUNT; r++) {
		if (after[r] - before[r] == (r == (int)t->reason))
			continue;
		test_fail(name, "counter %s moved by %llu", drop_name(r),
			  (unsigned long long)(after[r] - before[r]));
		return;
	}
	reason_reached(t->reason);
	test_ok(name);
}

void test_refused(void)
{
	network_build(&net, HOST);
	harness_load(&net);
	for (size_t i = 0; i < sizeof(refused_tests) / sizeof(*refused_tests);
	     i++)
		refused_test_run(&refused_tests[i]);
	network_free(&net);
}
