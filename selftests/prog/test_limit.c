// SPDX-License-Identifier: GPL-2.0-only
/* What one port may have of what all share: the limit, that it holds for that
 * port alone, that time gives back, and that each refusal is counted. */
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>

#include "gateway.h"
#include "tables.h"

#define HOUR 3600000000000ull /* ns */

static void limit_set(enum rate_kind kind, uint64_t interval, int n, int ct)
{
	struct limit_val val = {.ct = ct};
	__u32 zero = 0;

	val.rate[kind].interval = interval;
	val.rate[kind].burst = interval * (n - 1);
	bpf_map_update_elem(harness_map("limit"), &zero, &val, BPF_ANY);
}

/* As if that much time had passed for all ports. */
static void limit_age(uint64_t ns)
{
	struct rate_key key, *at = NULL;
	struct rate_val val;
	int fd = harness_map("rate");

	while (!bpf_map_get_next_key(fd, at, &key)) {
		at = &key;
		if (bpf_map_lookup_elem(fd, &key, &val))
			continue;
		val.next -= ns;
		bpf_map_update_elem(fd, &key, &val, BPF_EXIST);
	}
}

static void limit_off(void)
{
	limit_set(RATE_ICMP, 0, 1, 0);
}

static uint64_t dropped(enum drop_reason r)
{
	uint64_t counts[DROP_REASON_COUNT];

	harness_drops(counts);
	return counts[r];
}

static uint64_t dropped_any(void)
{
	uint64_t counts[DROP_REASON_COUNT], sum = 0;

	harness_drops(counts);
	for (int r = 0; r < DROP_REASON_COUNT; r++)
		sum += counts[r];
	return sum;
}

static int sent(enum program which, const char *dev, const char *text)
{
	static struct outcome o;
	static struct packet p;

	text_to_packet(&p, text, &net, NULL);
	program_run(which, device_get(dev), &p, &o);
	return o.err ? -1 : o.retval;
}

/* The reason's counter moved as wanted. */
static void expect_counted(const char *name, enum drop_reason r, uint64_t n)
{
	reason_reached(r);
	if (n == dropped(r))
		test_ok(name);
	else
		test_fail(name, "%s is at %llu, not %llu", drop_name(r),
			  (unsigned long long)dropped(r),
			  (unsigned long long)n);
}

static void expect(const char *name, uint64_t wanted, uint64_t got)
{
	if (wanted == got)
		test_ok(name);
	else
		test_fail(name, "%llu, not %llu", (unsigned long long)got,
			  (unsigned long long)wanted);
}

/* ---- answers of routers ---- */

static void two_answers(void)
{
	limit_set(RATE_ICMP, HOUR, 2, 0);
}

#define TO_ROUTER "eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>172.18.100.1 | "

static const struct test icmp_tests[] = {
	TEST("another port's", "vif vm4",
	     "eth ls2-vm4>router1-ls2 | ip4 172.18.200.20>172.18.100.10 ttl=1 "
	     "| icmp 3/3",
	     "drop LR_TTL", NULL),
};

/* Each run of a line takes one, so they are counted by hand. */
static void icmp_check(void)
{
	static const char *const refused[] = {
		TO_ROUTER "udp 1>2 | data 8",
		TO_ROUTER "tcp 1>2 flags=S",
		"eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>172.18.200.20 "
		"ttl=1 | udp 1>2 | data 8",
	};
	const char *other = "eth ls2-vm4>router1-ls2 | ip4 172.18.200.20>"
			    "172.18.200.1 | udp 1>2 | data 8";
	uint64_t before = dropped(DROP_ICMP_RATE), ttl;

	two_answers();
	for (int i = 0; i < 2; i++)
		sent(PROGRAM_VIF, "vm1", refused[i]);
	expect("limit: as many answers as a port may have at once", 0,
	       dropped(DROP_ICMP_RATE) - before);
	ttl = dropped(DROP_LR_TTL);
	for (int i = 0; i < 3; i++)
		sent(PROGRAM_VIF, "vm1", refused[i]);
	expect_counted("limit: no more, whichever kind, and counted",
		       DROP_ICMP_RATE, before + 3);
	expect("limit: by one reason", 0, dropped(DROP_LR_TTL) - ttl);
	sent(PROGRAM_VIF, "vm4", other);
	expect("limit: another port is answered", 3,
	       dropped(DROP_ICMP_RATE) - before);
	limit_age(HOUR);
	sent(PROGRAM_VIF, "vm1", refused[0]);
	expect("limit: time gives one back", 3,
	       dropped(DROP_ICMP_RATE) - before);
	sent(PROGRAM_VIF, "vm1", refused[0]);
	expect("limit: and no more than that", 4,
	       dropped(DROP_ICMP_RATE) - before);
	limit_off();
}

const struct test_group limit_icmp_group =
	TEST_GROUP("limit icmp", TUTORIAL, icmp_tests, .after = icmp_check);

/* ---- what routers learn ---- */

static bool learns(const char *port, int subnet, int host)
{
	struct neighbor_key key = {.datapath = network_key(&net, "router1"),
				   .ip = {172, 18, subnet, host}};
	struct neighbor_val val;
	char text[200];

	key.port = network_key(&net,
			       subnet == 100 ? "router1-ls1" : "router1-ls2");
	snprintf(text, sizeof(text),
		 subnet == 100 ?
			 "eth ls1-vm1>router1-ls1 | arp reply "
			 "ls1-vm1/172.18.100.%d>router1-ls1/172.18.100.1" :
			 "eth ls2-vm4>router1-ls2 | arp reply "
			 "ls2-vm4/172.18.200.%d>router1-ls2/172.18.200.1",
		 host);
	sent(PROGRAM_VIF, port, text);
	return !bpf_map_lookup_elem(harness_map("learned"), &key, &val);
}

static void learn_check(void)
{
	uint64_t before = counter_read(COUNTER_LEARN_REFUSED);
	uint64_t drops = dropped_any();

	limit_set(RATE_NEIGHBOR, HOUR, 2, 0);
	expect("limit: a port teaches its share", 2,
	       learns("vm1", 100, 50) + learns("vm1", 100, 51));
	expect("limit: not more", 0, learns("vm1", 100, 52));
	expect("limit: which is counted", 1,
	       counter_read(COUNTER_LEARN_REFUSED) - before);
	expect("limit: and is no drop", 0, dropped_any() - drops);
	expect("limit: what it has taught stays", 1, learns("vm1", 100, 50));
	expect("limit: another port teaches", 1, learns("vm4", 200, 52));
	limit_age(HOUR);
	expect("limit: later it teaches again", 1, learns("vm1", 100, 52));
	limit_off();
}

const struct test_group limit_learn_group =
	TEST_GROUP("limit learn", TUTORIAL, icmp_tests, .after = learn_check);

/* ---- connections ---- */

#define SHARE 8

static bool connects(const char *from, int port, const char *flags)
{
	char text[320];

	snprintf(text, sizeof(text), "%s192.168.209.7 ttl=63 | tcp %d>80 %s",
		 from, port, flags);
	return sent(PROGRAM_TC, UNDERLAY, text) == TC_ACT_REDIRECT;
}

static bool establishes(const char *from, int port)
{
	char text[200];

	snprintf(text, sizeof(text),
		 FROM_EXT "192.168.209.120 | tcp 80>%d flags=SA", port);
	return connects(from, port, "flags=S") &&
	       sent(PROGRAM_TC, LOCALNET, text) == TC_ACT_REDIRECT &&
	       connects(from, port, "flags=A");
}

static void ct_check_limit(void)
{
	uint64_t before = dropped(DROP_CT_LIMIT), events;
	int n = 0;

	harness_ct_size(64, 32);
	limit_set(RATE_ICMP, 0, 1, SHARE);
	events = harness_ct_event(CT_EVENT_LIMITED);
	for (int i = 0; i < 3 * SHARE; i++)
		n += connects(FROM_VM1, 3000 + i, "flags=S");
	expect("limit: what is not established gives way", 3 * SHARE, n);
	expect("limit: to the opener's own", SHARE, ct_count());
	n = 0;
	for (int i = 0; i < SHARE; i++)
		n += establishes(FROM_VM1, 4000 + i);
	expect("limit: one establishes his share", SHARE, n);
	expect("limit: not more", 0, connects(FROM_VM1, 5000, "flags=S"));
	expect_counted("limit: which is counted", DROP_CT_LIMIT, before + 1);
	expect("limit: by its event, too", 1,
	       harness_ct_event(CT_EVENT_LIMITED) - events);
	n = 0;
	for (int i = 0; i < SHARE; i++)
		n += connects(FROM_VM1, 4000 + i, "flags=A");
	expect("limit: his go on", SHARE, n);
	expect("limit: another has his own", 1, establishes(FROM_VM2, 6000));
	ct_expire("tcp 172.18.100.10:4000>192.168.209.7:80");
	expect("limit: when one ends, another begins", 1,
	       connects(FROM_VM1, 5001, "flags=S"));
	limit_off();
}

static const struct test ct_tests[] = {
	LEARN_EXT,
};

const struct test_group limit_ct_group = TEST_GROUP(
	"limit ct", GATEWAY " nat snat 192.168.209.120 172.18.0.0/16\n",
	ct_tests, .after = ct_check_limit);
