// SPDX-License-Identifier: GPL-2.0-only
/* Connections: the state machine as the map shows it, expiry, and a table
 * that floods: established connections stay.  States: RFC 9293, RFC 9260. */
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>

#include "gateway.h"

#define SNAT GATEWAY " nat snat 192.168.209.120 172.18.0.0/16\n"
#define OUT(name, l4, state, ...)                                              \
	VM1_OUT(name, "192.168.209.7 ttl=63 | " l4,                            \
		TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | " l4,           \
		.ct = (state), ##__VA_ARGS__)
#define BACK(name, l4, state)                                                  \
	EXT_IN(name, "192.168.209.120 | " l4,                                  \
	       TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | " l4,              \
	       .ct = (state))
#define TCP(port) " tcp 172.18.100.10:" port ">192.168.209.7:80"

static const struct test state_tests[] = {
	LEARN_EXT,
	OUT("SYN", "tcp 1000>80 flags=S", "TCP_SYN_SENT" TCP("1000")),
	OUT("SYN again", "tcp 1000>80 flags=S", "TCP_SYN_SENT" TCP("1000")),
	TEST("RST that gets no further changes nothing", "underlay",
	     FROM_VM1 "192.168.209.7 ttl=1 | tcp 1000>80 flags=R",
	     "redirect ens3",
	     TO_VM1 "172.19.255.1>172.18.100.10 ttl=253 frag=0x4000 | icmp "
		    "11/0 | quoting 0: ip4 172.18.100.10>192.168.209.7 ttl=1 ; "
		    "tcp 1000>80 flags=R",
	     .counts = "LR_TTL", .by_tc = true,
	     .ct = "TCP_SYN_SENT" TCP("1000")),
	OUT("ACK before there is an answer", "tcp 1000>80 flags=A ack=1",
	    "TCP_SYN_SENT" TCP("1000")),
	BACK("ACK of an older connection", "tcp 80>1000 flags=A ack=1",
	     "TCP_SYN_SENT" TCP("1000")),
	BACK("SYN, ACK", "tcp 80>1000 flags=SA ack=1",
	     "TCP_SYN_RECV" TCP("1000")),
	BACK("SYN, ACK again", "tcp 80>1000 flags=SA ack=1",
	     "TCP_SYN_RECV" TCP("1000")),
	OUT("ACK", "tcp 1000>80 flags=A ack=2", "TCP_ESTABLISHED" TCP("1000")),
	BACK("data", "tcp 80>1000 flags=PA | data 9",
	     "TCP_ESTABLISHED" TCP("1000")),
	OUT("FIN", "tcp 1000>80 flags=FA", "TCP_FIN_WAIT" TCP("1000")),
	BACK("half closed: data goes on", "tcp 80>1000 flags=A | data 100",
	     "TCP_FIN_WAIT" TCP("1000")),
	BACK("FIN back", "tcp 80>1000 flags=FA", "TCP_TIME_WAIT" TCP("1000")),
	OUT("last ACK", "tcp 1000>80 flags=A", "TCP_TIME_WAIT" TCP("1000")),
	OUT("SYN: the same ports anew", "tcp 1000>80 flags=S",
	    "TCP_SYN_SENT" TCP("1000")),
	BACK("refused", "tcp 80>1000 flags=RA", "TCP_CLOSE" TCP("1000")),
	OUT("SYN after that", "tcp 1000>80 flags=S",
	    "TCP_SYN_SENT" TCP("1000")),
	/* The other side closes first. */
	OUT("second: SYN", "tcp 1001>80 flags=S", "TCP_SYN_SENT" TCP("1001")),
	BACK("second: SYN, ACK", "tcp 80>1001 flags=SA",
	     "TCP_SYN_RECV" TCP("1001")),
	OUT("second: ACK", "tcp 1001>80 flags=A",
	    "TCP_ESTABLISHED" TCP("1001")),
	BACK("second: FIN back", "tcp 80>1001 flags=FA",
	     "TCP_FIN_WAIT" TCP("1001")),
	OUT("second: RST", "tcp 1001>80 flags=R", "TCP_CLOSE" TCP("1001")),
	/* Picked up in its middle. */
	OUT("mid-stream", "tcp 1002>80 flags=A | data 5",
	    "TCP_MIDSTREAM" TCP("1002")),
	OUT("mid-stream, more", "tcp 1002>80 flags=A | data 5",
	    "TCP_MIDSTREAM" TCP("1002")),
	BACK("mid-stream, answered", "tcp 80>1002 flags=A",
	     "TCP_ESTABLISHED" TCP("1002")),
	/* Others. */
	OUT("UDP", "udp 1003>80 | data 1",
	    "UDP udp 172.18.100.10:1003>192.168.209.7:80"),
	BACK("UDP, answered", "udp 80>1003 | data 1",
	     "UDP_STREAM udp 172.18.100.10:1003>192.168.209.7:80"),
	OUT("echo", "icmp 8/0 id=9 seq=1 | data 1",
	    "ICMP icmp 172.18.100.10:9>192.168.209.7"),
	BACK("echo, answered", "icmp 0/0 id=9 seq=1 | data 1",
	     "ICMP icmp 172.18.100.10:9>192.168.209.7"),
	OUT("SCTP INIT", "sctp 1004>9 chunk=1",
	    "SCTP sctp 172.18.100.10:1004>192.168.209.7:9"),
	BACK("SCTP INIT ACK", "sctp 9>1004 chunk=2",
	     "SCTP sctp 172.18.100.10:1004>192.168.209.7:9"),
	OUT("SCTP COOKIE ECHO", "sctp 1004>9 chunk=10",
	    "SCTP sctp 172.18.100.10:1004>192.168.209.7:9"),
	BACK("SCTP COOKIE ACK", "sctp 9>1004 chunk=11",
	     "SCTP_ESTABLISHED sctp 172.18.100.10:1004>192.168.209.7:9"),
	OUT("SCTP SHUTDOWN", "sctp 1004>9 chunk=7 | data 4",
	    "SCTP_SHUTDOWN sctp 172.18.100.10:1004>192.168.209.7:9"),
	BACK("SCTP SHUTDOWN ACK", "sctp 9>1004 chunk=8",
	     "SCTP_SHUTDOWN sctp 172.18.100.10:1004>192.168.209.7:9"),
	OUT("SCTP SHUTDOWN COMPLETE", "sctp 1004>9 chunk=14",
	    "SCTP_SHUTDOWN sctp 172.18.100.10:1004>192.168.209.7:9"),
	OUT("SCTP INIT: the same ports anew", "sctp 1004>9 chunk=1",
	    "SCTP sctp 172.18.100.10:1004>192.168.209.7:9"),
	BACK("SCTP COOKIE ACK anew", "sctp 9>1004 chunk=11",
	     "SCTP_ESTABLISHED sctp 172.18.100.10:1004>192.168.209.7:9"),
	OUT("SCTP, aborted", "sctp 1005>9 chunk=1",
	    "SCTP sctp 172.18.100.10:1005>192.168.209.7:9"),
	BACK("SCTP ABORT", "sctp 9>1005 chunk=6",
	     "SCTP_SHUTDOWN sctp 172.18.100.10:1005>192.168.209.7:9"),
	TEST("an answer nobody waits for", "localnet",
	     FROM_EXT "192.168.209.120 | tcp 80>3333 flags=SA", "drop LR_LOCAL",
	     NULL),
};

/* A record whose time is over is nobody's: its answer finds nothing, and its
 * own next packet begins anew. */
static void expiry_check(void)
{
	static struct outcome o;
	static struct packet p;
	const char *name = "ct: a record past its time does not answer";
	const char *tuple = "udp 172.18.100.10:1003>192.168.209.7:80";
	uint64_t created, kept;
	const char *wrong;

	ct_expire(tuple);
	text_to_packet(&p, FROM_EXT "192.168.209.120 | udp 80>1003 | data 1",
		       &net, NULL);
	program_run(PROGRAM_TC, device_get(LOCALNET), &p, &o);
	if (o.err || o.retval != TC_ACT_SHOT)
		test_fail(name, "verdict %d", o.retval);
	else
		test_ok(name);
	name = "ct: and its next packet begins anew";
	created = harness_ct_event(CT_EVENT_CREATED);
	kept = harness_ct_event(CT_EVENT_PORT_KEPT);
	text_to_packet(&p, FROM_VM1 "192.168.209.7 ttl=63 | udp 1003>80", &net,
		       NULL);
	program_run(PROGRAM_TC, device_get(UNDERLAY), &p, &o);
	wrong = ct_check("UDP udp 172.18.100.10:1003>192.168.209.7:80");
	if (o.err || o.retval != TC_ACT_REDIRECT || wrong)
		test_fail(name, "verdict %d; %s", o.retval, wrong);
	else if (harness_ct_event(CT_EVENT_CREATED) != created + 1)
		test_fail(name, "not counted as created");
	else if (harness_ct_event(CT_EVENT_PORT_KEPT) != kept + 1)
		test_fail(name, "its port not counted as kept");
	else
		test_ok(name);
}

const struct test_group ct_group = TEST_GROUP(
	"ct", SNAT, state_tests, .is_stateful = true, .after = expiry_check);

/* A table of so many records. */
#define SMALL 64
#define ESTABLISHED 40
#define FLOOD 2000

/* One packet of vm1 with that source port, or back to it; true if it was
 * sent on. */
static bool flood_send(bool is_back, uint32_t src, int port, const char *flags)
{
	static struct outcome o;
	static struct packet p;
	char text[320];

	if (is_back)
		snprintf(text, sizeof(text),
			 FROM_EXT "192.168.209.120 | tcp 80>%d flags=%s", port,
			 flags);
	else
		snprintf(text, sizeof(text),
			 GENEVE_GW1("node2") "ip4 172.18.%u.%u>192.168.209.7 "
					     "ttl=63 | tcp %d>80 flags=%s",
			 src >> 8 & 0xff, src & 0xff, port, flags);
	text_to_packet(&p, text, &net, NULL);
	program_run(PROGRAM_TC, device_get(is_back ? LOCALNET : UNDERLAY), &p,
		    &o);
	return !o.err && o.retval == TC_ACT_REDIRECT;
}

#define VM1 (100 << 8 | 10)

static bool flood_establish(int port)
{
	return flood_send(false, VM1, port, "S") &&
	       flood_send(true, VM1, port, "SA") &&
	       flood_send(false, VM1, port, "A");
}

/* The n-th connection that never comes to be: packets of vm1, or a SYN and
 * the refusal.  True if there was a place for it. */
static bool flood_alone(int port, int n)
{
	static const char *const sent[][4] = {
		{"S", "R"}, {"S", "R", "A"}, {"FA", "FA"}, {"A", "FA"}};

	if (n % 5 == 4)
		return flood_send(false, VM1, port, "S") &&
		       flood_send(true, VM1, port, "RA");
	for (int i = 0; i < 4 && sent[n % 5][i]; i++)
		if (!flood_send(false, VM1, port, sent[n % 5][i]))
			return false;
	return true;
}

static int flood_alive(int n)
{
	int alive = 0;

	for (int i = 0; i < n; i++)
		alive += flood_send(true, VM1, 2000 + i, "A") &&
			 flood_send(false, VM1, 2000 + i, "A");
	return alive;
}

/* Makes every connection that waits for its SYN, ACK look n seconds older. */
static void flood_age(int n)
{
	struct ct_val val;

	for (uint32_t i = 0; i < SMALL; i++) {
		if (bpf_map_lookup_elem(harness_map("ct"), &i, &val) ||
		    val.state != CT_TCP_SYN_SENT)
			continue;
		val.expires -= n;
		bpf_map_update_elem(harness_map("ct"), &i, &val, BPF_ANY);
	}
}

/* UDP has less time than a SYN has; that makes it no older. */
static void fairness_check(void)
{
	const char *name = "ct flood: the oldest gives way, not the shortest";
	static struct outcome o;
	static struct packet p;
	const char *wrong;

	harness_clear("ct");
	harness_clear("ct_index");
	text_to_packet(&p, FROM_VM1 "192.168.209.7 ttl=63 | udp 1000>53", &net,
		       NULL);
	program_run(PROGRAM_TC, device_get(UNDERLAY), &p, &o);
	for (int i = 1; i < SMALL; i++)
		flood_send(false, VM1, 3000 + i, "S");
	flood_age(5);
	for (int i = 0; i < SMALL / 8; i++)
		flood_send(false, VM1, 4000 + i, "S");
	wrong = ct_check("UDP udp 172.18.100.10:1000>192.168.209.7:53");
	if (wrong)
		test_fail(name, "UDP: %s", wrong);
	else if (ct_count() != SMALL)
		test_fail(name, "%zu records of %d", ct_count(), SMALL);
	else
		test_ok(name);
}

static void flood_check(void)
{
	const char *name = "ct flood: connections are established";
	uint64_t before[DROP_REASON_COUNT], after[DROP_REASON_COUNT];
	int n = 0, passed = 0;
	uint32_t x = 0x2545f491;

	harness_ct_size(SMALL, SMALL / 2);
	while (n < ESTABLISHED && flood_establish(2000 + n))
		n++;
	if (n < ESTABLISHED) {
		test_fail(name, "%d of %d", n, ESTABLISHED);
		return;
	}
	test_ok(name);

	name = "ct flood: SYNs evict SYNs and nothing else";
	for (int i = 0; i < FLOOD; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		passed += flood_send(false, x, 1024 + (x >> 16) % 60000, "S");
	}
	n = flood_alive(ESTABLISHED);
	if (n != ESTABLISHED)
		test_fail(name, "%d of %d are left", n, ESTABLISHED);
	else if (passed < FLOOD * 9 / 10)
		test_fail(name, "only %d of %d SYNs found a place", passed,
			  FLOOD);
	else if (!harness_ct_event(CT_EVENT_EVICTED))
		test_fail(name, "none was counted as evicted");
	else if (ct_count() > SMALL)
		test_fail(name, "%zu records of %d", ct_count(), SMALL);
	else
		test_ok(name);

	/* Whatever one side alone sends, and whatever was refused. */
	name = "ct flood: no flood of one side fills the table";
	passed = 0;
	for (int i = 0; i < FLOOD; i++)
		passed += flood_alone(10000 + i, i);
	n = flood_alive(ESTABLISHED);
	if (n != ESTABLISHED)
		test_fail(name, "%d of %d are left", n, ESTABLISHED);
	else if (passed != FLOOD)
		test_fail(name, "only %d of %d connections found a place",
			  passed, FLOOD);
	else
		test_ok(name);

	name = "ct flood: a full table refuses, and says so";
	n = ESTABLISHED;
	while (n < 2 * SMALL && flood_establish(2000 + n))
		n++;
	harness_drops(before);
	for (int i = 0; i < 10; i++)
		flood_send(false, VM1, 5000 + i, "S");
	harness_drops(after);
	if (n < SMALL * 9 / 10 || n > SMALL)
		test_fail(name, "%d connections fit in %d records", n, SMALL);
	else if (after[DROP_CT_FULL] - before[DROP_CT_FULL] != 10)
		test_fail(name, "CT_FULL counted %llu of 10",
			  (unsigned long long)(after[DROP_CT_FULL] -
					       before[DROP_CT_FULL]));
	else if (flood_alive(n) != n)
		test_fail(name, "some of the %d are gone", n);
	else
		test_ok(name);
	fairness_check();
}

static const struct test flood_tests[] = {
	LEARN_EXT,
};

const struct test_group ct_flood_group =
	TEST_GROUP("ct flood", SNAT, flood_tests, .after = flood_check);
