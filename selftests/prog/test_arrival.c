// SPDX-License-Identifier: GPL-2.0-only
/*
 * Geneve for guests of this host, of which the like has come before: what is
 * noted holds until something changes, and only for what the guest may have.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <string.h>

#include "flow_cache.h"
#include "tables.h"

#define NETWORK                                                                \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch sw\n"                                                          \
	" port a addr=02:00:00:00:00:0a at=node2 if=a\n"                       \
	" port b addr=02:00:00:00:00:0b "                                      \
	"sec=02:00:00:00:00:0b,10.1.0.11 at=node2 if=b\n"                      \
	" port far addr=02:00:00:00:00:0f at=node3\n"                          \
	" port other addr=02:00:00:00:00:0e at=node3\n"                        \
	"switch taught\n"                                                      \
	" port t addr=02:00:00:00:00:0c at=node2 if=t\n"                       \
	" port u addr=unknown at=node3\n"                                      \
	"switch balanced\n"                                                    \
	" port l addr=02:00:00:00:00:0d,10.3.0.13 at=node2 if=l\n"             \
	" port k addr=02:00:00:00:00:1d at=node3\n"                            \
	" lb web tcp 10.9.9.9:80 10.3.0.99:80\n"

#define OUTER "outer node3>node2 | geneve "
#define FROM_FAR OUTER "sw far>"
#define TO_A(rest) "eth far>a | ip4 10.1.0.15>10.1.0.10 " rest
#define TO_B(mac, ip) "eth far>" mac " | ip4 10.1.0.15>" ip " | udp 1>2"
#define UDP " | udp 1>2 | data 64"
#define MALFORMED "drop TUNNEL_MALFORMED", NULL

static const struct test tests[] = {
	TEST("a frame", "underlay", FROM_FAR "a | " TO_A(UDP), "redirect a",
	     TO_A(UDP)),
	TEST("the same", "underlay", FROM_FAR "a | " TO_A(UDP), "redirect a",
	     TO_A(UDP)),
	TEST("another TTL, protocol and length", "underlay",
	     FROM_FAR "a | " TO_A("ttl=1 tos=8 | tcp 1>2 | data 999"),
	     "redirect a", TO_A("ttl=1 tos=8 | tcp 1>2 | data 999")),
	TEST("a fragment", "underlay",
	     FROM_FAR "a | " TO_A("frag=0x2000 id=5 | udp 1>2 | data 8"),
	     "redirect a", TO_A("frag=0x2000 id=5 | udp 1>2 | data 8")),
	TEST("IPv6 from the same to the same", "underlay",
	     FROM_FAR "a | eth far>a | ip6 fd00::f>fd00::a" UDP, "redirect a",
	     "eth far>a | ip6 fd00::f>fd00::a" UDP),
	TEST("from another port", "underlay", OUTER "sw other>a | " TO_A(UDP),
	     "redirect a", TO_A(UDP)),
	TEST("to a port that is not", "underlay",
	     OUTER "sw far>77 | " TO_A(UDP), "drop TUNNEL_PORT", NULL),
	TEST("to itself", "underlay", OUTER "sw a>a | " TO_A(UDP),
	     "drop TUNNEL_SAME_PORT", NULL),
	TEST("from a stranger", "underlay",
	     "outer 192.168.209.99>node2 | geneve sw far>a | " TO_A(UDP),
	     "drop TUNNEL_CHASSIS", NULL),
	TEST("port security: its addresses", "underlay",
	     FROM_FAR "b | " TO_B("b", "10.1.0.11"), "redirect b",
	     TO_B("b", "10.1.0.11")),
	TEST("port security: another IP address", "underlay",
	     FROM_FAR "b | " TO_B("b", "10.1.0.12"), "drop PORT_SEC_OUT", NULL),
	TEST("port security: another MAC", "underlay",
	     FROM_FAR "b | " TO_B("a", "10.1.0.11"), "drop PORT_SEC_OUT", NULL),
	TEST("port security: its addresses, still", "underlay",
	     FROM_FAR "b | " TO_B("b", "10.1.0.11"), "redirect b",
	     TO_B("b", "10.1.0.11")),
};

static int n_cpu, this_cpu;

static uint32_t places_taken(void)
{
	struct arrival_val all[n_cpu];
	uint32_t n = 0;

	for (uint32_t i = 0; i < ARRIVAL_PLACES; i++) {
		memset(all, 0, sizeof(all));
		bpf_map_lookup_elem(harness_map("arrival"), &i, all);
		n += all[this_cpu].generation != 0;
	}
	return n;
}

/* Every place: emptied, or noted seconds ago. */
static void places_change(bool is_empty)
{
	struct arrival_val all[n_cpu];

	for (uint32_t i = 0; i < ARRIVAL_PLACES; i++) {
		memset(all, 0, sizeof(all));
		bpf_map_lookup_elem(harness_map("arrival"), &i, all);
		for (int cpu = 0; cpu < n_cpu; cpu++) {
			if (is_empty)
				memset(&all[cpu], 0, sizeof(all[cpu]));
			else
				all[cpu].stamp -= CACHE_JIFFIES + 1;
		}
		bpf_map_update_elem(harness_map("arrival"), &i, all, BPF_ANY);
	}
}

static void clear(void)
{
	places_change(true);
}

static void age(void)
{
	places_change(false);
}

static bool goes_in(enum program which, const char *text)
{
	static struct outcome o;
	static struct packet p;

	text_to_packet(&p, text, &net, NULL);
	program_run(which, device_get("ens3"), &p, &o);
	return !o.err &&
	       (which == PROGRAM_XDP ? o.retval == XDP_PASS && o.meta_len :
				       o.retval == TC_ACT_REDIRECT);
}

/* What is known passes with the port's entry gone, until something says that
 * the tables are to be asked again. */
static void until_check(enum program which, const char *name,
			void (*change)(void))
{
	static const char frame[] = FROM_FAR "a | " TO_A(UDP);
	struct port_key key = {.datapath = network_key(&net, "sw"),
			       .port = network_key(&net, "a")};
	int fd = harness_map("port");
	bool before, known, after;
	struct port_val val;

	clear();
	before = goes_in(which, frame);
	bpf_map_lookup_elem(fd, &key, &val);
	bpf_map_delete_elem(fd, &key);
	known = goes_in(which, frame);
	change();
	after = goes_in(which, frame);
	bpf_map_update_elem(fd, &key, &val, BPF_ANY);
	if (before && known && !after)
		test_ok(name);
	else
		test_fail(name, "goes in: before %d, known %d, after %d",
			  before, known, after);
}

/* Tables must see each packet that teaches them or that they change. */
static const char *const unnoted[] = {
	OUTER
	"taught u>t | eth 02:77:00:00:00:01>t | ip4 10.2.0.1>10.2.0.2" UDP,
	OUTER "balanced k>l | eth k>l | ip4 10.3.0.99>10.3.0.13 | tcp 80>5",
	FROM_FAR "a | eth far>all | ip4 10.1.0.15>10.1.0.255" UDP,
	FROM_FAR "a | eth far>a | ip6 fd00::f>fd00::a" UDP,
};

static void unnoted_check(enum program which, const char *name)
{
	clear();
	for (size_t i = 0; i < sizeof(unnoted) / sizeof(*unnoted); i++) {
		if (!goes_in(which, unnoted[i]))
			test_fail(name, "frame %zu does not go in", i);
	}
	if (!places_taken())
		test_ok(name);
	else
		test_fail(name, "%u noted", places_taken());
}

/* A neighbor of the underlay that takes over an address is heard at once. */
static void heard_check(void)
{
	const char *name = "arrival: a chassis' new MAC is heard";
	uint32_t chassis = net.out.own_chassis == 1 ? 2 : 1;
	struct heard_val was, now;
	static struct outcome o;
	static struct packet p;

	clear();
	goes_in(PROGRAM_TC, FROM_FAR "a | " TO_A(UDP));
	bpf_map_lookup_elem(harness_map("heard"), &chassis, &was);
	text_to_packet(&p, FROM_FAR "a | " TO_A(UDP), &net, NULL);
	p.data[11] ^= 0x55;
	program_run(PROGRAM_TC, device_get("ens3"), &p, &o);
	bpf_map_lookup_elem(harness_map("heard"), &chassis, &now);
	if (memcmp(&was, &now, sizeof(was)))
		test_ok(name);
	else
		test_fail(name, "nothing heard");
}

static void arrival_check(void)
{
	n_cpu = libbpf_num_possible_cpus();
	this_cpu = harness_one_cpu();
	until_check(PROGRAM_TC, "arrival, TC: a new generation is seen at once",
		    harness_new_generation);
	until_check(PROGRAM_TC, "arrival, TC: and so is what was learned",
		    harness_new_epoch);
	until_check(PROGRAM_TC, "arrival, TC: the tables are asked at times",
		    age);
	until_check(PROGRAM_XDP, "arrival, XDP: a new generation is seen",
		    harness_new_generation);
	until_check(PROGRAM_XDP, "arrival, XDP: the tables are asked at times",
		    age);
	unnoted_check(PROGRAM_TC, "arrival, TC: what tables must see");
	unnoted_check(PROGRAM_XDP, "arrival, XDP: what tables must see");
	heard_check();
	harness_any_cpu();
}

const struct test_group arrival_group =
	TEST_GROUP("arrival", NETWORK, tests, .after = arrival_check);
