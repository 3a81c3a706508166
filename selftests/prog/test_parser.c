// SPDX-License-Identifier: GPL-2.0-only
/* The strict parser: right frames pass, and one wrong field each is named. */
#include <stdio.h>
#include <string.h>

#include "tables.h"

#define FRAME                                                                  \
	"outer node2>node3 | geneve 1 2>3 | eth ls1-vm1>ls1-vm2 | " VM1_VM2
#define PLAIN "eth ls1-vm1>ls1-vm2 | " VM1_VM2
#define SIX "eth ls1-vm1>ls1-vm2 | ip6 fd00::1>fd00::2"

static const struct {
	const char *frame;
	const char *why; /* how the complaint begins, "": none */
} cases[] = {
	{FRAME " | udp 1>2 | data 33", ""},
	{FRAME " | tcp 1>2 flags=S | data 33", ""},
	{FRAME " | icmp 8/0 rest=7 | data 56", ""},
	{PLAIN " | udp 1>2 | data 3 | pad 60", ""},
	{PLAIN " frag=0x2000 | udp 1>2 | data 64 | poke 40=0000", ""},
	{SIX " | udp 1>2 | data 3", ""},
	{SIX " hops=255 | ns fd00::2 mac=ls1-vm1", ""},
	{"eth ls1-vm1>all | arp request ls1-vm1/1.2.3.4>zero/1.2.3.5", ""},
	{FRAME " | udp 1>2 | poke 14=46", "IPv4 "},
	{FRAME " | udp 1>2 | poke 15=04 | checksum", "outer DSCP"},
	{FRAME " | udp 1>2 | poke 18=0001 | checksum", "outer IPv4 id"},
	{FRAME " | udp 1>2 | poke 20=0000 | checksum", "outer flags"},
	{FRAME " | udp 1>2 | poke 22=3f | checksum", "outer TTL"},
	{FRAME " | udp 1>2 | poke 24=ffff", "IPv4 header checksum"},
	{FRAME " | udp 1>2 | poke 34=7fff", "outer source port"},
	{FRAME " | udp 1>2 | poke 38=0001", "UDP length"},
	{FRAME " | udp 1>2 | poke 40=1234", "UDP checksum"},
	{FRAME " | udp 1>2 | poke 42=42", "Geneve version"},
	{FRAME " | udp 1>2 | poke 43=c0", "Geneve O flag"},
	{FRAME " | udp 1>2 | poke 43=41", "Geneve reserved"},
	{FRAME " | udp 1>2 | poke 43=00", "Geneve C flag"},
	{FRAME " | udp 1>2 | poke 45=59", "Geneve protocol"},
	{FRAME " | udp 1>2 | poke 49=01", "Geneve reserved byte"},
	{FRAME " | udp 1>2 | poke 51=03", "Geneve option class"},
	{FRAME " | udp 1>2 | poke 53=02", "Geneve option at"},
	{FRAME " | udp 1>2 | poke 53=81", "Geneve option's reserved"},
	{FRAME " | udp 1>2 | poke 54=80", "OVN option's top bit"},
	{FRAME " | udp 1>2 | poke 42=00 | poke 43=00", "0 OVN options"},
	{"outer node2>node3 | geneve 0 2>3 | " PLAIN, "VNI 0"},
	{"outer node2>node3 | geneve 1 0>3 | " PLAIN, "ingress key 0"},
	{"outer node2>node3 | geneve 1 2>0 | " PLAIN, "egress key 0"},
	{"outer node2>node3 | geneve 1 2>2 | " PLAIN, "ingress and egress"},
	{FRAME " | udp 1>2 | data 8 | poke 99=00", "inner: UDP checksum"},
	{FRAME " | tcp 1>2 | data 8 | poke 99=ff", "inner: TCP checksum"},
	{FRAME " | tcp 1>2 | poke 104=40 | checksum", "inner: TCP data"},
	{FRAME " | icmp 8/0 | poke 98=77", "inner: ICMP checksum"},
	{FRAME " | icmp 3/3 | hex 4500", "inner: ICMP error"},
	{"outer node2>node3 | geneve 1 2>3 | eth ls1-vm1>ls1-vm2 | vlan 1",
	 "inner: frame is VLAN"},
	{"outer node2>node3 | geneve 1 2>3 | hex 0102030405", "inner: Eth"},
	{PLAIN " ttl=0 | udp 1>2", "IPv4 TTL 0"},
	{PLAIN " frag=0x8000 | udp 1>2", "IPv4 reserved"},
	{PLAIN " frag=0x2000 | udp 1>2 | data 1", "fragment of 9"},
	{PLAIN " opt=44040000 | udp 1>2", ""},
	{PLAIN " opt=44090000 | udp 1>2", "IPv4 option"},
	{PLAIN " | udp 1>2 | data 40 | pad 90", "8 bytes behind"},
	{PLAIN " | udp 1>2 | data 2 | pad 60 | poke 58=01", "padding byte"},
	{PLAIN " | icmp 11/0 | hex 4500001c0000000001110000010203040506070800"
	       "01000200080000",
	 "ICMP error quotes a wrong header checksum"},
	{PLAIN " | sctp 1>2 vtag=9 chunk=1 | data 16", ""},
	{PLAIN " | sctp 1>2 vtag=9 chunk=1 | data 16 | poke 42=01",
	 "SCTP check"},
	{PLAIN " | sctp 1>2 vtag=9 chunk=1 | data 16 | poke 54=01",
	 "SCTP check"},
	{PLAIN " | sctp 1>2 vtag=9 chunk=1 | data 4 | poke 48=0003 | checksum",
	 "SCTP chunk at"},
	{PLAIN
	 " | icmp 3/3 | quoting 0: ip4 1.2.3.4>5.6.7.8 ; udp 1>2 ; data 9",
	 ""},
	{PLAIN
	 " | icmp 3/3 | quoting 28: ip4 1.2.3.4>5.6.7.8 ; udp 1>2 ; data 9 "
	 "| poke 69=ff | checksum",
	 ""},
	{PLAIN
	 " | icmp 3/3 | quoting 0: ip4 1.2.3.4>5.6.7.8 ; udp 1>2 ; data 9 "
	 "| poke 69=ff | checksum",
	 "quoted: UDP checksum"},
	{PLAIN
	 " | icmp 3/3 | quoting 0: ip4 1.2.3.4>5.6.7.8 ; tcp 1>2 ; data 9 "
	 "| poke 68=ff | checksum",
	 "quoted: TCP checksum"},
	{PLAIN " | icmp 3/3 | quoting 0: ip4 1.2.3.4>5.6.7.8 ; icmp 8/0 id=1 | "
	       "poke 67=55 | checksum",
	 "quoted: ICMP checksum"},
	{PLAIN " | udp 1>2 | data 900 | fragment 400+800", ""},
	{SIX " hops=64 | ns fd00::2 mac=ls1-vm1", "ND with hop limit"},
	{SIX " hops=255 | ns fd00::2 mac=ls1-vm1 | poke 56=1234",
	 "ICMPv6 checksum"},
	{SIX " hops=255 | icmp6 135/0 | hex fd000000000000000000000000000002"
	     "0100010203040506",
	 "ND option"},
	{SIX " | udp 1>2 | poke 60=0000", "UDP over IPv6"},
	{SIX " | udp 1>2 | poke 18=0800", "IPv6 payload"},
	{"eth 03:00:00:00:00:01>ls1-vm2 type=0x88b6", "Ethernet source"},
	{"eth ls1-vm1>all | arp request ls1-vm1/1.2.3.4>zero/1.2.3.5 | poke "
	 "18=05",
	 "ARP that is not"},
};

void test_parser(void)
{
	static struct packet p;
	struct check_result r;
	char name[300];

	network_build(&net, TUTORIAL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool right, due = !*cases[i].why;

		text_to_packet(&p, cases[i].frame, &net, NULL);
		right = packet_check(p.data, p.len, CHECK_QUOTED_CSUM, &r);
		snprintf(name, sizeof(name), "parser: %s",
			 due ? cases[i].frame : cases[i].why);
		if (right == due &&
		    !strncmp(r.why, cases[i].why, strlen(cases[i].why)))
			test_ok(name);
		else
			test_fail(name, "%s\nfound: \"%s\"", cases[i].frame,
				  r.why);
	}
	network_free(&net);
}
