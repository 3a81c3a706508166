// SPDX-License-Identifier: GPL-2.0-only
/* RFC 8926 3.3: the outer source port is the same for all packets of a flow
 * and differs between flows, in OVS's range. */
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>

#include "tables.h"

#define FLOWS 256

static struct outcome result;
static struct packet frame;

static int source_port(const char *text)
{
	text_to_packet(&frame, text, &net, NULL);
	program_run(PROGRAM_VIF, device_get("vm1"), &frame, &result);
	if (result.err || result.retval != TC_ACT_REDIRECT ||
	    get16(result.out.data + 36) != 6081)
		return -1;
	return get16(result.out.data + 34);
}

static void same_check(const char *name, const char *a, const char *b)
{
	int x = source_port(a), y = source_port(b);

	if (x < 0 || x != y)
		test_fail(name, "ports %d and %d\n%s\n%s", x, y, a, b);
	else
		test_ok(name);
}

/* Flows that differ in one field only. */
static void spread_check(const char *name, const char *format)
{
	static uint8_t seen[65536];
	size_t distinct = 0;
	char text[300];

	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < FLOWS; i++) {
		int port;

		snprintf(text, sizeof(text), format, i);
		port = source_port(text);
		if (port < 32768) {
			test_fail(name, "port %d\n%s", port, text);
			return;
		}
		distinct += !seen[port];
		seen[port] = 1;
	}
	/* 256 balls in 28,000 bins: 254 on average */
	if (distinct < FLOWS * 9 / 10)
		test_fail(name, "only %zu ports for %d flows", distinct, FLOWS);
	else
		test_ok(name);
}

#define ETH "eth ls1-vm1>ls1-vm2 | "

void test_source_port(void)
{
	network_build(&net, TUTORIAL);
	harness_load(&net);
	same_check("source port: same for all segments of a connection",
		   ETH VM1_VM2 " | tcp 1000>80 flags=S seq=1",
		   ETH VM1_VM2 " id=9 ttl=33 | tcp 1000>80 flags=A seq=99 | "
			       "data 1000");
	same_check("source port: same for all datagrams of a flow",
		   ETH VM1_VM2 " | udp 5>6 | data 1",
		   ETH VM1_VM2 " id=4 tos=8 | udp 5>6 | data 999");
	same_check("source port: same for all packets of an IPv6 flow",
		   ETH "ip6 fd00::1>fd00::2 | udp 5>6 | data 1",
		   ETH "ip6 fd00::1>fd00::2 hops=3 | udp 5>6 | data 900");
	same_check("source port: same for all echo requests of a ping",
		   ETH VM1_VM2 " | icmp 8/0 rest=0x00050001 | data 8",
		   ETH VM1_VM2 " | icmp 8/0 rest=0x00050002 | data 8");
	same_check("source port: same for all fragments of a datagram",
		   ETH VM1_VM2 " frag=0x2010 id=3 proto=17 | data 64",
		   ETH VM1_VM2 " frag=0x0018 id=3 proto=17 | data 64");
	spread_check("source port: flows by TCP source port",
		     ETH VM1_VM2 " | tcp %d>80 flags=S");
	spread_check("source port: flows by UDP destination port",
		     ETH VM1_VM2 " | udp 7>%d | data 8");
	spread_check("source port: flows by source address",
		     ETH "ip4 10.0.0.%d>10.0.1.1 | udp 7>8 | data 8");
	spread_check("source port: flows by destination address",
		     ETH "ip4 10.0.0.1>10.0.1.%d | udp 7>8 | data 8");
	spread_check("source port: IPv6 flows by source address",
		     ETH "ip6 fd00::%d>fd00::1 | udp 7>8 | data 8");
	spread_check("source port: IPv6 flows by TCP source port",
		     ETH "ip6 fd00::2>fd00::1 | tcp %d>80 flags=S");
	network_free(&net);
}
