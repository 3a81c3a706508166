// SPDX-License-Identifier: GPL-2.0-only
/* Static routes: policy src-ip, route tables, next hop left out, ECMP.
 * ovn-northd(8) lr_in_ip_routing, lr_in_ip_routing_ecmp. */
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>

#include "tables.h"

#define ROUTES                                                                 \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch swa\n"                                                         \
	" port a1 addr=02:00:00:00:0a:01,10.1.0.10 at=node2 if=a1\n"           \
	" router-port swa-r r-a\n"                                             \
	"switch swb\n"                                                         \
	" port b1 addr=02:00:00:00:0b:01,10.2.0.10 at=node2 if=b1\n"           \
	" port b3 addr=02:00:00:00:0b:03,10.2.0.30 at=node2 if=b3\n"           \
	" router-port swb-r r-b\n"                                             \
	"switch swd\n"                                                         \
	" port d1 addr=02:00:00:00:0d:01,10.4.0.10 at=node2 if=d1\n"           \
	" router-port swd-r r-d\n"                                             \
	"router r\n"                                                           \
	" lrp r-a 02:00:00:00:fa:01 10.1.0.1/24\n"                             \
	" lrp r-b 02:00:00:00:fb:01 10.2.0.1/24\n"                             \
	" lrp r-d 02:00:00:00:fd:01 10.4.0.1/24 table=red\n"                   \
	" route 10.99.0.0/16 10.2.0.10\n"                                      \
	" route 10.99.0.0/16 10.2.0.30 table=red\n"                            \
	" route 10.98.0.0/16 10.2.0.30 table=red\n"                            \
	" route 10.97.0.0/16 discard table=red\n"                              \
	" route 10.1.0.66/32 10.2.0.30 src\n"                                  \
	" route 10.1.0.0/16 10.2.0.30 src\n"                                   \
	" route 10.96.0.0/16 10.2.0.10\n"                                      \
	" route 10.95.0.0/24 discard\n"                                        \
	" route 10.77.0.0/16 - out=r-b\n"                                      \
	" route 10.50.0.0/16 10.2.0.10\n"                                      \
	" route 10.50.0.0/16 10.2.0.30\n"

#define A1(dst) "eth a1>r-a | ip4 10.1.0.10>" dst " | udp 1>2 | data 8"
#define D1(dst) "eth d1>r-d | ip4 10.4.0.10>" dst " | udp 1>2 | data 8"
#define B1(from, dst)                                                          \
	"redirect b1",                                                         \
		"eth r-b>b1 | ip4 " from ">" dst " ttl=63 | udp 1>2 | data 8"
#define B3(from, dst)                                                          \
	"redirect b3",                                                         \
		"eth r-b>b3 | ip4 " from ">" dst " ttl=63 | udp 1>2 | data 8"

static const struct test route_tests[] = {
	/* Tables. */
	TEST("main table", "vif a1", A1("10.99.0.1"),
	     B1("10.1.0.10", "10.99.0.1")),
	TEST("another table by the port it came in", "vif d1", D1("10.99.0.1"),
	     B3("10.4.0.10", "10.99.0.1")),
	TEST("a route of the other table only", "vif d1", D1("10.98.0.1"),
	     B3("10.4.0.10", "10.98.0.1")),
	TEST("a route of the main table only", "vif d1", D1("10.96.0.1"),
	     "drop LR_NO_ROUTE", NULL),
	TEST("connected networks are in every table", "vif d1", D1("10.2.0.10"),
	     B1("10.4.0.10", "10.2.0.10")),
	TEST("own addresses, too", "vif d1",
	     "eth d1>r-d | ip4 10.4.0.10>10.2.0.1 | icmp 8/0 rest=1 | data 8",
	     "redirect d1",
	     "eth r-d>d1 | ip4 10.2.0.1>10.4.0.10 ttl=254 | icmp 0/0 rest=1 | "
	     "data 8"),
	TEST("discard in a table", "vif d1", D1("10.97.0.1"), "drop LR_DISCARD",
	     NULL),
	/* By source: the longer prefix, at equal length the destination's. */
	TEST("src-ip: longer than the destination's", "vif a1",
	     "eth a1>r-a | ip4 10.1.0.66>10.99.0.1 | udp 1>2 | data 8",
	     B3("10.1.0.66", "10.99.0.1")),
	TEST("src-ip: as long as the destination's", "vif a1", A1("10.96.0.1"),
	     B1("10.1.0.10", "10.96.0.1")),
	TEST("src-ip: shorter than a connected network", "vif a1",
	     A1("10.2.0.10"), B1("10.1.0.10", "10.2.0.10")),
	TEST("src-ip: longer than a connected network", "vif a1",
	     "eth a1>r-a | ip4 10.1.0.66>10.2.0.10 | udp 1>2 | data 8",
	     B3("10.1.0.66", "10.2.0.10")),
	TEST("src-ip: no route to the destination at all", "vif a1",
	     A1("11.0.0.1"), B3("10.1.0.10", "11.0.0.1")),
	TEST("src-ip: of another source", "vif b1",
	     "eth b1>r-b | ip4 10.2.0.10>11.0.0.1 | udp 1>2 | data 8",
	     "drop LR_NO_ROUTE", NULL),
	TEST("src-ip: of what the router itself sends", "vif a1",
	     "eth a1>r-a | ip4 11.0.0.9>10.1.0.1 | icmp 8/0 rest=1 | data 8",
	     "redirect b3",
	     "eth r-b>b3 | ip4 10.1.0.1>11.0.0.9 ttl=254 | icmp 0/0 rest=1 | "
	     "data 8"),
	TEST("discard, longer than src-ip", "vif a1", A1("10.95.0.1"),
	     "drop LR_DISCARD", NULL),
	TEST("a broadcast on a switch that has no other guest", "vif a1",
	     "eth a1>all | ip4 10.1.0.10>255.255.255.255 | udp 1>2 | data 8",
	     "drop NO_MEMBERS", NULL),
	/* No next hop: the destination itself is asked for. */
	TEST("no next hop: ARP for the destination", "vif b1",
	     "eth b1>r-b | ip4 10.2.0.10>10.77.0.1 | udp 1>2 | data 8", "sent",
	     NULL,
	     .copies = {"b1: eth r-b>all | arp request "
			"r-b/10.2.0.1>zero/10.77.0.1",
			"b3: eth r-b>all | arp request "
			"r-b/10.2.0.1>zero/10.77.0.1"},
	     .counts = "LR_NEIGHBOR"),
	TEST("no next hop: it answers", "vif b3",
	     "eth b3>r-b | arp reply b3/10.77.0.1>r-b/10.2.0.1", "consumed",
	     NULL),
	TEST("no next hop: reached", "vif b1",
	     "eth b1>r-b | ip4 10.2.0.10>10.77.0.1 | udp 1>2 | data 8",
	     B3("10.2.0.10", "10.77.0.1")),
};

#define FLOWS 400

/* Where one flow leaves: b1's interface, b3's or elsewhere (0). */
static uint32_t ecmp_port(int sport, const char *dst)
{
	static struct outcome o;
	static struct packet p;
	char text[160];

	snprintf(text, sizeof(text),
		 "eth b1>r-b | ip4 10.2.0.10>%s | udp %d>2 | data 8", dst,
		 1024 + sport);
	text_to_packet(&p, text, &net, NULL);
	program_run(PROGRAM_VIF, device_get("b1"), &p, &o);
	if (o.err || o.retval != TC_ACT_REDIRECT || o.out.len < 14)
		return 0;
	/* next hop's MAC: 02:00:00:00:0b:01 or :03 */
	return o.out.data[5];
}

static void ecmp_check(void)
{
	const char *name = "routes: ECMP: each flow its way, both are used";
	int b1 = 0, b3 = 0;

	for (int i = 0; i < FLOWS; i++) {
		uint32_t first = ecmp_port(i, "10.50.0.1");

		if (first != 1 && first != 3) {
			test_fail(name, "flow %d went to neither next hop", i);
			return;
		}
		if (ecmp_port(i, "10.50.0.1") != first) {
			test_fail(name, "flow %d changed its way", i);
			return;
		}
		b1 += first == 1;
		b3 += first == 3;
	}
	/* 200 each are due; 6 standard deviations of a fair coin are 60 */
	if (b1 < 140 || b3 < 140)
		test_fail(name, "%d and %d of %d flows", b1, b3, FLOWS);
	else
		test_ok(name);
}

const struct test_group routes_group =
	TEST_GROUP("routes", ROUTES, route_tests, .after = ecmp_check);
