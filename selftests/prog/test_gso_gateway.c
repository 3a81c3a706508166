// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments and open checksums through a gateway in TC: addresses and ports
 * change under a checksum that somebody else will finish.
 */
#include <linux/pkt_cls.h>
#include <stdio.h>

#include "gateway.h"

#define NATS                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" lb web tcp 192.168.209.55:80 172.18.100.10:8000\n"                   \
	" vip 192.168.209.55:81 172.18.100.50:8000\n"

#define DF " frag=0x4000 "
#define TCP(ports, len)                                                        \
	"| tcp " ports " seq=100 ack=1 flags=A win=500 | data " len

/* Frames before: connections, so that the tests' data belongs to one. */
static const struct {
	enum program program;
	const char *device, *frame;
} before[] = {
	{PROGRAM_TC, LOCALNET,
	 "eth ext>gw1-outside | arp reply "
	 "ext/192.168.209.7>gw1-outside/192.168.209.120"},
	{PROGRAM_VIF, "vm5", FROM_VM5 "192.168.209.7 | tcp 1000>80 flags=S"},
	{PROGRAM_TC, UNDERLAY,
	 FROM_VM1 "192.168.209.7 ttl=63 | tcp 2000>80 flags=S"},
	{PROGRAM_TC, LOCALNET, FROM_EXT "192.168.209.55 | tcp 4000>80 flags=S"},
	{PROGRAM_TC, LOCALNET, FROM_EXT "192.168.209.55 | tcp 4000>81 flags=S"},
	{PROGRAM_VIF, "vm5", FROM_VM5 "192.168.209.7 | udp 3000>53 | data 8"},
	{PROGRAM_TC, UNDERLAY,
	 FROM_VM1 "192.168.209.7 ttl=63 | udp 3001>53 | data 8"},
};

static const struct gso_test tests[] = {
	{"I5: SNAT, from a guest here",
	 FROM_VM5 "192.168.209.7" DF TCP("1000>80", "7000"), 1460, "ens9",
	 TO_EXT
	 "192.168.209.120>192.168.209.7 ttl=62" DF TCP("1000>80", "1460"),
	 5, NULL, "vm5"},
	{"I5: un-SNAT, to a guest here",
	 FROM_EXT "192.168.209.120" DF TCP("80>1000", "7000"), 1460, "vm5",
	 TO_VM5 "192.168.209.7>172.18.100.50 ttl=62" DF TCP("80>1000", "1460"),
	 5, NULL, "ens9"},
	{"I5: un-SNAT, to a tunnel",
	 FROM_EXT "192.168.209.120" DF TCP("80>2000", "7000"), 1400, "ens3",
	 TO_VM1 "192.168.209.7>172.18.100.10 ttl=62" DF TCP("80>2000", "1400"),
	 5, NULL, "ens9"},
	{"I5: un-SNAT, 1402-byte segments fit exactly",
	 FROM_EXT "192.168.209.120" DF TCP("80>2000", "4000"), 1402, "ens3",
	 TO_VM1 "192.168.209.7>172.18.100.10 ttl=62" DF TCP("80>2000", "1402"),
	 3, NULL, "ens9"},
	{"I6: 1403-byte segments do not",
	 FROM_EXT "172.18.100.10" DF TCP("7>8", "7000"), 1403, "ens9",
	 TO_EXT "172.19.255.2>192.168.209.7 ttl=253 frag=0x4000 | icmp 3/4 "
		"rest=1442",
	 1, "TOO_BIG", "ens9"},
	{"I5: to a VIP, backend elsewhere, another port",
	 FROM_EXT "192.168.209.55" DF TCP("4000>80", "5001"), 1400, "ens3",
	 TO_VM1
	 "192.168.209.7>172.18.100.10 ttl=62" DF TCP("4000>8000", "1400"),
	 4, NULL, "ens9"},
	{"I5: to a VIP, backend here",
	 FROM_EXT "192.168.209.55" DF TCP("4000>81", "5001"), 1460, "vm5",
	 TO_VM5
	 "192.168.209.7>172.18.100.50 ttl=62" DF TCP("4000>8000", "1460"),
	 4, NULL, "ens9"},
	{"I5: from the VIP, another port",
	 FROM_VM5 "192.168.209.7" DF TCP("8000>4000", "5001"), 1460, "ens9",
	 TO_EXT "192.168.209.55>192.168.209.7 ttl=62" DF TCP("81>4000", "1460"),
	 4, NULL, "vm5"},
	{"I5: SNAT, TCP checksum left open",
	 FROM_VM5 "192.168.209.7" DF TCP("1000>80", "101"), 0, "ens9",
	 TO_EXT "192.168.209.120>192.168.209.7 ttl=62" DF TCP("1000>80", "101"),
	 1, NULL, "vm5"},
	{"I5: SNAT, UDP checksum left open",
	 FROM_VM5 "192.168.209.7 | udp 3000>53 | data 77", 0, "ens9",
	 TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | udp 3000>53 | data 77",
	 1, NULL, "vm5"},
	{"I5: un-SNAT to a tunnel, UDP checksum left open",
	 FROM_EXT "192.168.209.120 | udp 53>3001 | data 77", 0, "ens3",
	 TO_VM1 "192.168.209.7>172.18.100.10 ttl=62 | udp 53>3001 | data 77", 1,
	 NULL, "ens9"},
	{"I5: to a VIP, TCP checksum left open",
	 FROM_EXT "192.168.209.55" DF TCP("4000>80", "33"), 0, "ens3",
	 TO_VM1 "192.168.209.7>172.18.100.10 ttl=62" DF TCP("4000>8000", "33"),
	 1, NULL, "ens9"},
	{"I5: from the VIP, TCP checksum left open",
	 FROM_VM5 "192.168.209.7" DF TCP("8000>4000", "33"), 0, "ens9",
	 TO_EXT "192.168.209.55>192.168.209.7 ttl=62" DF TCP("81>4000", "33"),
	 1, NULL, "vm5"},
	{"I5: a SYN with an open checksum makes a connection",
	 FROM_VM5 "192.168.209.7 | tcp 1001>80 flags=S seq=9", 0, "ens9",
	 TO_EXT "192.168.209.120>192.168.209.7 ttl=62 | tcp 1001>80 flags=S "
		"seq=9",
	 1, NULL, "vm5"},
};

void test_gso_gateway(void)
{
	static struct outcome o;
	static struct packet p;

	network_build(&net, NATS);
	harness_load(&net);
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		text_to_packet(&p, before[i].frame, &net, NULL);
		program_run(before[i].program, device_get(before[i].device), &p,
			    &o);
	}
	gso_tests_run("gso gateway", tests, sizeof(tests) / sizeof(*tests));
	network_free(&net);
}
