// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's flows that are known: what a CPU has noted of their way out holds
 * until something changes, and never for packets that need an answer.  A flow
 * that hits shows in nothing but that its place is taken, so places are looked
 * at, too.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>

#include "flow_cache.h"
#include "tables.h"

#define NETWORK                                                                \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch swa\n"                                                         \
	" port a1 addr=02:00:00:00:0a:01,10.1.0.10 at=node2 if=a1\n"           \
	" port a2 addr=02:00:00:00:0a:02,10.1.0.20 at=node3\n"                 \
	" router-port swa-r r-a\n"                                             \
	"switch swb\n"                                                         \
	" port b1 addr=02:00:00:00:0b:01,10.2.0.10 at=node2 if=b1\n"           \
	" port b2 addr=02:00:00:00:0b:02,10.2.0.20 at=node3\n"                 \
	" router-port swb-r r-b\n"                                             \
	"router r\n"                                                           \
	" lrp r-a 02:00:00:00:fa:01 10.1.0.1/24\n"                             \
	" lrp r-b 02:00:00:00:fb:01 10.2.0.1/24\n"

#define ROUTED(rest) "eth a1>r-a | ip4 10.1.0.10>10.2.0.20 " rest
#define ROUTED_OUT(rest)                                                       \
	"outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "          \
	"10.1.0.10>10.2.0.20 " rest

static const struct test tests[] = {
	TEST("a flow", "vif a1", ROUTED("| udp 1>2"), "redirect ens3",
	     ROUTED_OUT("ttl=63 | udp 1>2")),
	TEST("another TTL, TOS and length", "vif a1",
	     ROUTED("ttl=2 tos=8 | udp 1>2 | data 9"), "redirect ens3",
	     "outer node2>node3 tos=8 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "
	     "10.1.0.10>10.2.0.20 ttl=1 tos=8 | udp 1>2 | data 9"),
	TEST("I7: TTL 1", "vif a1", ROUTED("ttl=1 | udp 1>2 | data 8"),
	     "redirect a1",
	     "eth r-a>a1 | ip4 10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp "
	     "11/0 | quote 36",
	     .counts = "LR_TTL"),
	TEST("I6: too big", "vif a1",
	     ROUTED("frag=0x4000 | udp 1>2 | data 1415"), "redirect a1",
	     "eth r-a>a1 | ip4 10.1.0.1>10.1.0.10 ttl=254 frag=0x4000 | icmp "
	     "3/4 rest=1442 | quote 534",
	     .counts = "TOO_BIG"),
	TEST("the same addresses and ports in the switch", "vif a1",
	     "eth a1>a2 | ip4 10.1.0.10>10.2.0.20 | udp 1>2", "redirect ens3",
	     "outer node2>node3 | geneve swa a1>a2 | eth a1>a2 | ip4 "
	     "10.1.0.10>10.2.0.20 | udp 1>2"),
	TEST("... by another router port's MAC", "vif a1",
	     "eth a1>r-b | ip4 10.1.0.10>10.2.0.20 | udp 1>2",
	     "drop L2_UNKNOWN_DST", NULL),
	TEST("... from another guest", "vif b1",
	     "eth b1>r-b | ip4 10.1.0.10>10.2.0.20 | udp 1>2", "redirect ens3",
	     ROUTED_OUT("ttl=63 | udp 1>2")),
	TEST("and still", "vif a1", ROUTED("| udp 1>2"), "redirect ens3",
	     ROUTED_OUT("ttl=63 | udp 1>2")),
	TEST("to a guest here", "vif a1",
	     "eth a1>r-a | ip4 10.1.0.10>10.2.0.10 | udp 1>2", "redirect b1",
	     "eth r-b>b1 | ip4 10.1.0.10>10.2.0.10 ttl=63 | udp 1>2"),
	TEST("the router answers each echo request", "vif a1",
	     "eth a1>r-a | ip4 10.1.0.10>10.1.0.1 | icmp 8/0 rest=7",
	     "redirect a1",
	     "eth r-a>a1 | ip4 10.1.0.1>10.1.0.10 ttl=254 | icmp 0/0 rest=7"),
};

#define GENEVE_LEN 58 /* bytes in front of the guest's frame */

static int n_cpu, this_cpu;

/* From now on what is noted is found. */
static void on_one_cpu(void)
{
	n_cpu = libbpf_num_possible_cpus();
	this_cpu = harness_one_cpu();
}

/* This CPU's note in a place. */
static struct departure_val place_read(uint32_t place)
{
	struct departure_val all[n_cpu];

	if (bpf_map_lookup_elem(harness_map("departure"), &place, all))
		memset(all, 0, sizeof(all));
	return all[this_cpu];
}

static void place_write(uint32_t place, const struct departure_val *val)
{
	struct departure_val all[n_cpu];

	for (int cpu = 0; cpu < n_cpu; cpu++)
		all[cpu] = *val;
	bpf_map_update_elem(harness_map("departure"), &place, all, BPF_ANY);
}

static uint32_t places_taken(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < DEPARTURE_PLACES; i++)
		n += place_read(i).generation != 0;
	return n;
}

static void places_clear(void)
{
	static const struct departure_val none;

	for (uint32_t i = 0; i < DEPARTURE_PLACES; i++)
		place_write(i, &none);
}

/* Where there is one taken. */
static uint32_t place_only(void)
{
	uint32_t i = 0;

	while (i < DEPARTURE_PLACES && !place_read(i).generation)
		i++;
	return i;
}

static const struct outcome *a1_sends(const char *text)
{
	static struct outcome o;
	static struct packet p;

	text_to_packet(&p, text, &net, NULL);
	program_run(PROGRAM_VIF, device_get("a1"), &p, &o);
	return &o;
}

/* Does a packet of the flow go out to b2, and not an ARP request for it? */
static bool goes_out(unsigned int sport)
{
	static const uint8_t b2[6] = {2, 0, 0, 0, 0x0b, 2};
	const struct outcome *o;
	char text[128];

	snprintf(text, sizeof(text), ROUTED("| udp %u>2"), sport);
	o = a1_sends(text);
	return !o->err && o->retval == TC_ACT_REDIRECT &&
	       !memcmp(o->out.data + GENEVE_LEN, b2, sizeof(b2));
}

static void b2_forget(bool is_known)
{
	struct neighbor_key key = {.datapath = network_key(&net, "r"),
				   .port = network_key(&net, "r-b"),
				   .ip = {10, 2, 0, 20}};
	struct neighbor_val val = {.mac = {2, 0, 0, 0, 0x0b, 2}};

	bpf_map_delete_elem(harness_map("neighbor"), &key);
	/* the switch answers for b2, and so the router learns */
	bpf_map_delete_elem(harness_map("learned"), &key);
	if (is_known)
		bpf_map_update_elem(harness_map("neighbor"), &key, &val,
				    BPF_ANY);
}

static void age(void)
{
	uint32_t place = place_only();
	struct departure_val val = place_read(place);

	val.stamp -= CACHE_JIFFIES + 1;
	place_write(place, &val);
}

/* A known flow passes with an entry of the tables gone, until something says
 * that they are to be asked again. */
static void until_check(const char *name, void (*change)(void))
{
	bool before, known, after;

	places_clear();
	before = goes_out(3);
	b2_forget(false);
	known = goes_out(3);
	change();
	after = goes_out(3);
	b2_forget(true);
	if (before && known && !after)
		test_ok(name);
	else
		test_fail(name, "goes out: before %d, known %d, after %d",
			  before, known, after);
}

/* Of two flows with one place the one that is in use has it; the other takes
 * it once that has been silent. */
static void patience_check(void)
{
	const char *name = "departure: a place stays with a flow in use";
	unsigned int other = 1000, n = 0;
	uint32_t place;

	places_clear();
	goes_out(3);
	place = place_only();
	while (other < 65536 && !place_read(place).misses)
		goes_out(++other);
	for (int i = 0; i < 3 * CACHE_PATIENCE; i++) {
		goes_out(3);
		goes_out(other);
	}
	if (place_read(place).key.sport == htons(3))
		test_ok(name);
	else
		test_fail(name, "taken by port %u, wanted 3; other port %u",
			  place_read(place).key.sport, other);
	name = "departure: and goes to another when that is silent";
	goes_out(3);
	while (n < 4 * CACHE_PATIENCE &&
	       place_read(place).key.sport == htons(3)) {
		goes_out(other);
		n++;
	}
	if (n == CACHE_PATIENCE + 1)
		test_ok(name);
	else
		test_fail(name, "after %u packets, not %u", n,
			  CACHE_PATIENCE + 1);
}

static const char *const unnoted[] = {
	"eth a1>r-a | ip4 10.1.0.10>10.1.0.1 | icmp 8/0 rest=7",
	ROUTED("frag=0x2000 id=5 | udp 1>2 | data 8"),
	"eth a1>all | ip4 10.1.0.10>255.255.255.255 | udp 1>2",
	ROUTED("ttl=1 | udp 1>2"),
	"eth a1>r-a | ip4 10.1.0.10>10.9.0.1 | udp 1>2",
};

static void departure_check(void)
{
	const char *name =
		"departure: what must be answered, copied or dropped";

	on_one_cpu();
	until_check("departure: a new generation of tables is seen at once",
		    harness_new_generation);
	until_check("departure: and so is what was learned", harness_new_epoch);
	until_check("departure: the tables are asked now and then", age);
	patience_check();
	places_clear();
	for (size_t i = 0; i < sizeof(unnoted) / sizeof(*unnoted); i++)
		a1_sends(unnoted[i]);
	if (!places_taken())
		test_ok(name);
	else
		test_fail(name, "%u noted", places_taken());
	harness_any_cpu();
}

const struct test_group departure_group =
	TEST_GROUP("departure", NETWORK, tests, .after = departure_check);

/* ls - r1 - r2 ... r9 - far: a route more than packets count. */
#define MIDDLE(here, before, next, n, m)                                       \
	"router " here "\n"                                                    \
	" lrp " here "-" before " 02:00:00:00:0b:0" n " 10.0." n               \
	".2/24 peer=" before "-" here "\n"                                     \
	" lrp " here "-" next " 02:00:00:00:0a:0" m " 10.0." m                 \
	".1/24 peer=" next "-" here "\n"                                       \
	" route 10.99.0.0/16 10.0." m ".2\n"

#define ROUTERS                                                                      \
	"self node2\n"                                                               \
	"chassis node2 192.168.209.111\n"                                            \
	"switch ls\n"                                                                \
	" port x addr=02:00:00:00:00:0a,10.0.0.10 at=node2 if=x\n"                   \
	" router-port ls-r1 r1-ls\n"                                                 \
	"switch far\n"                                                               \
	" port y addr=02:00:00:00:00:0b,10.99.0.10 at=node2 if=y\n"                  \
	" router-port far-r9 r9-far\n"                                               \
	"router r1\n"                                                                \
	" lrp r1-ls 02:00:00:00:0c:01 10.0.0.1/24\n"                                 \
	" lrp r1-r2 02:00:00:00:0a:01 10.0.1.1/24 peer=r2-r1\n"                      \
	" route 10.99.0.0/16 10.0.1.2\n" MIDDLE(                                     \
		"r2", "r1", "r3", "1",                                               \
		"2") MIDDLE("r3", "r2", "r4", "2",                                   \
			    "3") MIDDLE("r4", "r3", "r5", "3",                       \
					"4") MIDDLE("r5", "r4", "r6", "4",           \
						    "5") MIDDLE("r6", "r5",          \
								"r7", "5",           \
								"6")                 \
		MIDDLE("r7", "r6", "r8", "6", "7") MIDDLE(                           \
			"r8", "r7", "r9", "7",                                       \
			"8") "router r9\n"                                           \
			     " lrp r9-r8 02:00:00:00:0b:08 10.0.8.2/24 peer=r8-r9\n" \
			     " lrp r9-far 02:00:00:00:0c:09 10.99.0.1/24\n"

#define TO_FAR "eth x>r1-ls | ip4 10.0.0.10>10.99.0.10 | udp 1>2"
#define AT_FAR "eth r9-far>y | ip4 10.0.0.10>10.99.0.10 ttl=55 | udp 1>2"
#define EIGHT(n) "route r" n " 10.99.0.0/16"
#define ROUTES                                                                 \
	EIGHT("1")                                                             \
	", " EIGHT("2") ", " EIGHT("3") ", " EIGHT("4") ", " EIGHT(            \
		"5") ", " EIGHT("6") ", " EIGHT("7") ", " EIGHT("8")

static const struct test routers_tests[] = {
	TEST("by nine routers: asks the tables", "vif x", TO_FAR, "redirect y",
	     AT_FAR, .counters = "x in, y out, " ROUTES),
	TEST("is known, and counts the same", "vif x", TO_FAR, "redirect y",
	     AT_FAR, .counters = "x in, y out, " ROUTES),
};

static void routers_check(void)
{
	const char *name = "departure: a flow by nine routers is noted";

	if (places_taken() == 1)
		test_ok(name);
	else
		test_fail(name, "%u noted", places_taken());
	harness_any_cpu();
}

const struct test_group departure_routers_group =
	TEST_GROUP("departure by many routers", ROUTERS, routers_tests,
		   .before = on_one_cpu, .after = routers_check);
