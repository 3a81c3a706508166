// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that are known: what the record remembers of the way out holds
 * until something changes, and never for packets that need an answer from a
 * router.  Errors about translated packets come back as their sender knows
 * them.
 */
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <string.h>

#include "gateway.h"

#define NATS                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" lb web tcp 192.168.209.55:80 172.18.100.10:8000\n"
#define AS_GW "192.168.209.120>192.168.209.7 ttl=62 | "
#define CONN "TCP_ESTABLISHED tcp 172.18.100.10:5555>192.168.209.7:80"

static const struct test action_tests[] = {
	LEARN_EXT,
	VM1_OUT("SYN", "192.168.209.7 ttl=63 | tcp 5555>80 flags=S",
		TO_EXT AS_GW "tcp 5555>80 flags=S"),
	EXT_IN("SYN, ACK", "192.168.209.120 | tcp 80>5555 flags=SA",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 80>5555 "
		      "flags=SA"),
	VM1_OUT("ACK", "192.168.209.7 ttl=63 | tcp 5555>80 flags=A",
		TO_EXT AS_GW "tcp 5555>80 flags=A", .ct = CONN),
	VM1_OUT("another TTL, TOS and length",
		"192.168.209.7 ttl=9 tos=8 | tcp 5555>80 flags=A | data 9",
		TO_EXT "192.168.209.120>192.168.209.7 ttl=8 tos=8 | tcp "
		       "5555>80 flags=A | data 9"),
	TEST("I7: TTL 2 from outside: time exceeded, by the sender's address",
	     "localnet",
	     FROM_EXT "192.168.209.120 ttl=2 | tcp 80>5555 flags=A | data 8",
	     "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=253 frag=0x4000 | icmp "
		    "11/0 | quoting 0: ip4 192.168.209.7>192.168.209.120 "
		    "ttl=1 ; tcp 80>5555 flags=A ; data 8",
	     .counts = "LR_TTL"),
	TEST("I7: TTL 1 from outside", "localnet",
	     FROM_EXT "192.168.209.120 ttl=1 | tcp 80>5555 flags=A | data 8",
	     "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=254 frag=0x4000 | icmp "
		    "11/0 | quote 48",
	     .counts = "LR_TTL"),
	TEST("I7: TTL 2 from inside", "underlay",
	     FROM_VM1 "192.168.209.7 ttl=1 | tcp 5555>80 flags=A | data 8",
	     "redirect ens3",
	     TO_VM1 "172.19.255.1>172.18.100.10 ttl=253 frag=0x4000 | icmp "
		    "11/0 | quoting 0: ip4 172.18.100.10>192.168.209.7 ttl=1 "
		    "; tcp 5555>80 flags=A ; data 8",
	     .counts = "LR_TTL"),
	TEST("I6: too big an answer: by the sender's address", "localnet",
	     FROM_EXT "192.168.209.120 frag=0x4000 | tcp 80>5555 flags=A | "
		      "data 1403",
	     "redirect ens9",
	     TO_EXT "192.168.209.120>192.168.209.7 ttl=253 frag=0x4000 | icmp "
		    "3/4 rest=1442 | quoting 534: ip4 "
		    "192.168.209.7>192.168.209.120 ttl=63 frag=0x4000 ; tcp "
		    "80>5555 flags=A ; data 1403",
	     .counts = "TOO_BIG"),
	TEST("I6: too big for the physical network, from a tunnel", "underlay",
	     FROM_VM1 "192.168.209.7 ttl=63 frag=0x4000 | tcp 5555>80 flags=A "
		      "| data 1461",
	     "redirect ens3",
	     TO_VM1 "172.19.255.1>172.18.100.10 ttl=253 frag=0x4000 | icmp "
		    "3/4 rest=1500 | quoting 534: ip4 "
		    "172.18.100.10>192.168.209.7 ttl=63 frag=0x4000 ; tcp "
		    "5555>80 flags=A ; data 1461",
	     .counts = "TOO_BIG"),
	TEST("to the VIP", "localnet",
	     FROM_EXT "192.168.209.55 | tcp 4000>80 flags=S", "redirect ens3",
	     TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 4000>8000 "
		    "flags=S"),
	TEST("I6: too big for the way to the backend: by the VIP", "localnet",
	     FROM_EXT "192.168.209.55 frag=0x4000 | tcp 4000>80 flags=A | data "
		      "1403",
	     "redirect ens9",
	     TO_EXT "192.168.209.55>192.168.209.7 ttl=253 frag=0x4000 | icmp "
		    "3/4 rest=1442 | quoting 534: ip4 "
		    "192.168.209.7>192.168.209.55 ttl=63 frag=0x4000 ; tcp "
		    "4000>80 flags=A ; data 1403",
	     .counts = "TOO_BIG"),
	EXT_IN("it goes on",
	       "192.168.209.120 | tcp 80>5555 flags=A | data 1402",
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | tcp 80>5555 "
		      "flags=A | data 1402",
	       .ct = CONN),
	/* The neighbor has another MAC. */
	TEST("a neighbor with another MAC", "localnet",
	     "eth ext2>gw1-outside | arp reply "
	     "ext2/192.168.209.7>gw1-outside/192.168.209.120",
	     "consumed", NULL),
	VM1_OUT("is followed by the next packet",
		"192.168.209.7 ttl=63 | tcp 5555>80 flags=A",
		TO_EXT2 AS_GW "tcp 5555>80 flags=A"),
	TEST("and back, by broadcast", "localnet",
	     "eth ext>all | arp request ext/192.168.209.7>zero/192.168.209.7",
	     "pass", NULL),
	VM1_OUT("is followed, too",
		"192.168.209.7 ttl=63 | tcp 5555>80 flags=A",
		TO_EXT AS_GW "tcp 5555>80 flags=A"),
};

/* Last byte of the MAC that vm1's next packet goes to, -1: nowhere. */
static int next_mac(void)
{
	static struct outcome o;
	static struct packet p;

	text_to_packet(&p, FROM_VM1 "192.168.209.7 ttl=63 | tcp 5555>80", &net,
		       NULL);
	program_run(PROGRAM_TC, device_get(UNDERLAY), &p, &o);
	return o.err || o.retval != TC_ACT_REDIRECT ? -1 : o.out.data[5];
}

/* A change of the tables without a new generation is not seen by a known
 * connection: that is what makes it cheap.  With one it is. */
static void generation_check(void)
{
	struct neighbor_key key = {.datapath = network_key(&net, "gw1"),
				   .port = network_key(&net, "gw1-outside"),
				   .ip = {192, 168, 209, 7}};
	struct neighbor_val val = {.mac = {2, 0, 0, 0, 0, 0x55}};
	const char *name = "actions: a known connection needs no tables";
	int before = next_mac(), same, changed;

	bpf_map_update_elem(harness_map("learned"), &key, &val, BPF_ANY);
	same = next_mac();
	if (before != 7 || same != 7)
		test_fail(name, "MAC ends in %d, then %d", before, same);
	else
		test_ok(name);
	name = "actions: a new generation of tables is seen at once";
	harness_ct_size(1024, 512);
	changed = next_mac();
	if (changed != 0x55)
		test_fail(name, "MAC ends in %d", changed);
	else
		test_ok(name);
}

static bool ct_delete(uint32_t record, uint32_t seq)
{
	struct ct_delete_arg arg = {.record = record, .seq = seq};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &arg,
		    .ctx_size_in = sizeof(arg));
	int err = bpf_prog_test_run_opts(harness_program(PROGRAM_CT_DELETE),
					 &opts);

	return !err && arg.is_deleted;
}

static void delete_check(void)
{
	const char *tuple = "tcp 172.18.100.10:5555>192.168.209.7:80";
	const char *name = "actions: ct_delete spares another connection";
	static struct outcome o;
	static struct packet p;
	struct ct_val val;
	uint32_t record = ct_find(tuple, &val);
	size_t n = ct_count();

	if (record == UINT32_MAX || ct_delete(record, val.seq + 2) ||
	    ct_delete(record, val.seq + 1) || ct_count() != n)
		test_fail(name, "deleted, though seq was another");
	else
		test_ok(name);
	name = "actions: ct_delete removes the one it was asked to";
	text_to_packet(&p, FROM_EXT "192.168.209.120 | tcp 80>5555 flags=A",
		       &net, NULL);
	if (!ct_delete(record, val.seq) || ct_count() != n - 1 ||
	    ct_find(tuple, &val) != UINT32_MAX) {
		test_fail(name, "the record is still there");
		return;
	}
	program_run(PROGRAM_TC, device_get(LOCALNET), &p, &o);
	if (o.err || o.retval != TC_ACT_SHOT)
		test_fail(name, "its answers are still translated");
	else if (harness_ct_event(CT_EVENT_DELETED) != 1)
		test_fail(name, "not counted");
	else
		test_ok(name);
}

static void action_check(void)
{
	generation_check();
	delete_check();
}

const struct test_group action_group = TEST_GROUP("actions", NATS, action_tests,
						  .is_stateful = true,
						  .after = action_check);

/* A guest's load balancer, and behind it a rule that keeps no connection: the
 * record of the one does not know what the other does. */
static const struct test stateless_tests[] = {
	LEARN_EXT,
	VM5_OUT("SYN to the VIP", "10.9.9.9 | tcp 4000>80 flags=S",
		TO_EXT
		"192.168.209.123>192.168.209.7 ttl=62 | tcp 4000>80 flags=S"),
	EXT_VM5("SYN, ACK", "192.168.209.123 | tcp 80>4000 flags=SA",
		TO_VM5 "10.9.9.9>172.18.100.50 ttl=62 | tcp 80>4000 flags=SA"),
	VM5_OUT("the next packets, too", "10.9.9.9 | tcp 4000>80 flags=A",
		TO_EXT
		"192.168.209.123>192.168.209.7 ttl=62 | tcp 4000>80 flags=A"),
	VM5_OUT("and more", "10.9.9.9 | tcp 4000>80 flags=PA | data 8",
		TO_EXT "192.168.209.123>192.168.209.7 ttl=62 | tcp 4000>80 "
		       "flags=PA | data 8"),
};

const struct test_group action_stateless_group = TEST_GROUP(
	"actions, stateless rule",
	GATEWAY_AS(
		"node1", "", "if=vm5\n lb web tcp 10.9.9.9:80 192.168.209.7:80",
		"if=ens9") " nat dnat_and_snat 192.168.209.123 172.18.100.50 stateless\n",
	stateless_tests, .is_stateful = true);
