// SPDX-License-Identifier: GPL-2.0-only
/* Answers to frames, and frames in words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "packet.h"
#include "trace/microflow.h"

#define A "0a:00:00:00:00:01"
#define B "0a:00:00:00:00:02"
#define MACS "eth.src == " A " && eth.dst == " B " && "
#define IPS MACS "ip4.src == 10.0.0.1 && ip4.dst == 10.0.0.2 && "
#define IP6S MACS "ip6.src == fd00::1 && ip6.dst == fd00::2 && "

static const uint8_t other_mac[6] = {0x0a, 0, 0, 0, 0, 9};

static void parse(const char *text, struct microflow *m)
{
	struct error e = {"no error text"};

	if (microflow_parse(text, m, &e))
		fail_msg("%s: %s", text, e.text);
}

/* A question and what its answer is in words, which the test library's strict
 * parser judges besides. */
static const struct {
	const char *text, *answer;
} rows[] = {
	{"eth.src == " A " && eth.bcast && arp.sha == " A
	 " && arp.spa == 10.0.0.1 && arp.tpa == 10.0.0.9",
	 "arp,eth.src=0a:00:00:00:00:09,eth.dst=" A
	 ",arp.op=2,arp.spa=10.0.0.9,arp.tpa=10.0.0.1"
	 ",arp.sha=0a:00:00:00:00:09,arp.tha=" A ",len=42"},
	{IPS "icmp4.id == 7 && icmp4.seq == 3 && ip.ttl == 2 && ip.dscp == 8",
	 "icmp4,eth.src=" B ",eth.dst=" A
	 ",ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64,ip.dscp=8"
	 ",icmp4.type=0,icmp4.code=0,icmp4.id=7,icmp4.seq=3,len=98"},
	{IP6S "icmp6.id == 7 && vlan.vid == 5",
	 "icmp6,eth.src=" B ",eth.dst=" A ",vlan.vid=5"
	 ",ip6.src=fd00::2,ip6.dst=fd00::1,ip.ttl=64"
	 ",icmp6.type=129,icmp6.code=0,icmp6.id=7,icmp6.seq=0,len=122"},
	{"eth.src == " A " && eth.dst == 33:33:ff:00:00:02"
	 " && ip6.src == fd00::1 && ip6.dst == ff02::1:ff00:2"
	 " && nd.target == fd00::2 && nd.sll == " A,
	 "nd_na,eth.src=0a:00:00:00:00:09,eth.dst=" A
	 ",ip6.src=fd00::2,ip6.dst=fd00::1,ip.ttl=255"
	 ",icmp6.type=136,icmp6.code=0,nd.target=fd00::2"
	 ",nd.tll=0a:00:00:00:00:09,len=86"},
	/* duplicate address detection */
	{"eth.src == " A " && eth.dst == 33:33:ff:00:00:02"
	 " && ip6.dst == ff02::1:ff00:2 && nd.target == fd00::2",
	 "nd_na,eth.src=0a:00:00:00:00:09,eth.dst=33:33:00:00:00:01"
	 ",ip6.src=fd00::2,ip6.dst=ff02::1,ip.ttl=255"
	 ",icmp6.type=136,icmp6.code=0,nd.target=fd00::2"
	 ",nd.tll=0a:00:00:00:00:09,len=86"},
	{IPS "tcp.src == 40000 && tcp.dst == 80",
	 "tcp,eth.src=" B ",eth.dst=" A
	 ",ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64"
	 ",tcp.src=80,tcp.dst=40000,tcp.flags=syn|ack,len=54"},
	{IPS "tcp.src == 40000 && tcp.dst == 80 && tcp.flags == 0x12",
	 "tcp,eth.src=" B ",eth.dst=" A
	 ",ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64"
	 ",tcp.src=80,tcp.dst=40000,tcp.flags=ack,len=54"},
	{IPS "tcp.src == 40000 && tcp.dst == 80 && tcp.flags == 0x11"
	     " && payload.len == 9",
	 "tcp,eth.src=" B ",eth.dst=" A
	 ",ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64"
	 ",tcp.src=80,tcp.dst=40000,tcp.flags=ack,len=54"},
	{IP6S "udp.src == 5000 && udp.dst == 53 && payload.len == 31",
	 "udp,eth.src=" B ",eth.dst=" A
	 ",ip6.src=fd00::2,ip6.dst=fd00::1,ip.ttl=64"
	 ",udp.src=53,udp.dst=5000,len=93"},
	{IPS "sctp.src == 5000 && sctp.dst == 38412",
	 "sctp,eth.src=" B ",eth.dst=" A
	 ",ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64"
	 ",sctp.src=38412,sctp.dst=5000,chunk=2,len=74"},
	{IPS "sctp.src == 5000 && sctp.dst == 38412 && payload.len == 3",
	 "sctp,eth.src=" B ",eth.dst=" A
	 ",ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64"
	 ",sctp.src=38412,sctp.dst=5000,chunk=3,len=62"},
	{IPS "ip.proto == 47 && payload.len == 10",
	 "ip4,eth.src=" B ",eth.dst=" A
	 ",ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64"
	 ",ip.proto=47,len=44"},
};

static void test_answers(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct microflow q, a;
		struct check_result r;
		struct error e;
		char line[512];

		parse(rows[i].text, &q);
		assert_int_equal(0, microflow_answer(q.frame, q.len, other_mac,
						     &a, &e));
		microflow_describe(a.frame, a.len, line, sizeof(line));
		if (strcmp(line, rows[i].answer))
			fail_msg("%s:\n%s\nnot\n%s", rows[i].text, line,
				 rows[i].answer);
		if (!packet_check(a.frame, a.len, 0, &r))
			fail_msg("%s: %s", rows[i].text, r.why);
	}
	(void)state;
}

/* SCTP's handshake goes on from answer to answer until it is done. */
static void test_sctp_handshake(void **state)
{
	static const uint8_t chunks[] = {2, 10, 11};
	struct microflow q, a;
	struct check_result r;
	struct error e;

	parse(IPS "sctp.src == 1 && sctp.dst == 2", &q);
	for (size_t i = 0; i < sizeof(chunks); i++) {
		assert_int_equal(0, microflow_answer(q.frame, q.len, other_mac,
						     &a, &e));
		assert_int_equal(chunks[i], a.frame[46]);
		assert_int_equal(1, get32(a.frame + 38)); /* INIT's tag */
		assert_true(packet_check(a.frame, a.len, 0, &r));
		q = a;
	}
	assert_int_equal(-ENOENT,
			 microflow_answer(q.frame, q.len, other_mac, &a, &e));
	(void)state;
}

static void test_tcp_numbers(void **state)
{
	struct microflow q, a;
	struct error e;

	parse(IPS "tcp.flags == 0x11 && payload.len == 9", &q);
	put32(q.frame + 38, 1000);
	put32(q.frame + 42, 5000);
	assert_int_equal(0,
			 microflow_answer(q.frame, q.len, other_mac, &a, &e));
	assert_int_equal(5000, get32(a.frame + 38));
	assert_int_equal(1000 + 9 + 1, get32(a.frame + 42));
	(void)state;
}

static void test_silence(void **state)
{
	static const struct {
		const char *text, *why;
	} silent[] = {
		{MACS "arp.op == 2", "ARP reply"},
		{MACS "arp.spa == 10.0.0.1 && arp.tpa == 10.0.0.1",
		 "gratuitous"},
		{MACS "rarp", "neither ARP nor IP"},
		{MACS "eth.type == 0x88cc", "neither ARP nor IP"},
		{IPS "icmp4.type == 0", "ICMP other"},
		{IPS "icmp4.type == 3", "ICMP other"},
		{IP6S "icmp6.type == 129", "ICMP other"},
		{IP6S "icmp6.type == 1", "ICMP other"},
		{IP6S "nd_na", "ICMP other"},
		{IP6S "icmp6.type == 135 && ip.ttl == 254", "hop limit"},
		{IP6S "tcp && ip.is_frag", "a fragment"},
		{IPS "udp && ip.first_frag", "a fragment"},
		{IPS "udp && ip.later_frag", "a fragment"},
		{IPS "tcp.flags == 0x14", "reset"},
		{IP6S "ip.ttl == 9", "carries nothing"},
		{"eth.src == " A " && eth.bcast && ip4.src == 10.0.0.1"
		 " && ip4.dst == 10.0.0.2 && icmp4",
		 "broadcast"},
		{MACS "ip4.src == 10.0.0.1 && ip4.dst == 255.255.255.255"
		      " && udp",
		 "broadcast"},
		{MACS "ip4.dst == 10.0.0.2 && udp", "without addresses"},
		{MACS "ip6.src == fd00::1 && ip6.dst == ff02::1 && icmp6",
		 "multicast"},
		{"eth.src == 01:00:00:00:00:01 && icmp4", "multicast sender"},
	};

	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		struct microflow q, a;
		struct error e = {""};

		parse(silent[i].text, &q);
		assert_int_equal(-ENOENT, microflow_answer(q.frame, q.len,
							   other_mac, &a, &e));
		if (!strstr(e.text, silent[i].why))
			fail_msg("%s: '%s' lacks '%s'", silent[i].text, e.text,
				 silent[i].why);
	}
	(void)state;
}

static void test_describe(void **state)
{
	static const struct {
		const char *text, *line;
	} lines[] = {
		{IPS "udp && ip.later_frag",
		 "udp,eth.src=" A ",eth.dst=" B
		 ",ip4.src=10.0.0.1,ip4.dst=10.0.0.2,ip.ttl=64,ip.id=1"
		 ",ip.later_frag,ip.proto=17,len=42"},
		{IPS "udp.dst == 53 && ip.df == 0 && ip.ecn == 1"
		     " && vlan.tci == 0x7005",
		 "udp,eth.src=" A ",eth.dst=" B
		 ",vlan.vid=5,vlan.pcp=3,ip4.src=10.0.0.1,ip4.dst=10.0.0.2"
		 ",ip.ttl=64,ip.ecn=1,ip.df=0,udp.src=0,udp.dst=53,len=46"},
		{IPS "icmp4.type == 3 && icmp4.code == 4 && icmp4.seq == 1400",
		 "icmp4,eth.src=" A ",eth.dst=" B
		 ",ip4.src=10.0.0.1,ip4.dst=10.0.0.2,ip.ttl=64"
		 ",icmp4.type=3,icmp4.code=4,mtu=1400"
		 ",quotes(udp,ip4.src=10.0.0.2,ip4.dst=10.0.0.1,ip.ttl=64"
		 ",udp.src=0,udp.dst=0),len=70"},
		{IP6S "icmp6.type == 1",
		 "icmp6,eth.src=" A ",eth.dst=" B
		 ",ip6.src=fd00::1,ip6.dst=fd00::2,ip.ttl=64"
		 ",icmp6.type=1,icmp6.code=0"
		 ",quotes(udp,ip6.src=fd00::2,ip6.dst=fd00::1,ip.ttl=64"
		 ",udp.src=0,udp.dst=0),len=110"},
		{IPS "tcp.flags == 0",
		 "tcp,eth.src=" A ",eth.dst=" B
		 ",ip4.src=10.0.0.1,ip4.dst=10.0.0.2,ip.ttl=64"
		 ",tcp.src=0,tcp.dst=0,tcp.flags=0,len=54"},
		{MACS "eth.type == 0x88cc",
		 "eth,eth.src=" A ",eth.dst=" B ",eth.type=0x88cc,len=60"},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct microflow m;
		char line[512];

		parse(lines[i].text, &m);
		microflow_describe(m.frame, m.len, line, sizeof(line));
		assert_string_equal(lines[i].line, line);
	}
	(void)state;
}

/* An ICMP error of RFC 792's least size: eight bytes of TCP. */
static void test_short_quote(void **state)
{
	struct microflow m;
	char line[512];

	parse(IPS "icmp4.type == 11", &m);
	m.frame[14 + 20 + 8 + 9] = 6;
	put16(m.frame + 14 + 20 + 8 + 2, 1500);
	put16(m.frame + 14 + 20 + 8 + 20, 80);
	microflow_describe(m.frame, m.len, line, sizeof(line));
	assert_non_null(strstr(line, "quotes(tcp,ip4.src=10.0.0.2"));
	assert_non_null(strstr(line, ",tcp.src=80,tcp.dst=0),len=70"));
	(void)state;
}

static void test_cut(void **state)
{
	static const struct {
		size_t len;
		const char *end;
	} cuts[] = {
		{0, "eth,len=0 (eth header is cut"},
		{13, "eth,len=13 (eth header is cut"},
		{14, ",eth.type=0x8100,len=14 (vlan header is cut"},
		{37, ",vlan.vid=5,len=37 (ip4 header is cut"},
		{45, ",ip.ttl=64,len=45 (tcp header is cut"},
		{60, ",tcp.flags=syn,len=60 (ip4 header is cut"},
	};
	struct microflow m, a;
	struct error e;
	char line[512];

	parse(IPS "tcp && vlan.vid == 5 && payload.len == 40", &m);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		microflow_describe(m.frame, cuts[i].len, line, sizeof(line));
		if (!strstr(line, cuts[i].end))
			fail_msg("'%s' lacks '%s'", line, cuts[i].end);
		assert_int_equal(-ENOENT, microflow_answer(m.frame, cuts[i].len,
							   other_mac, &a, &e));
	}
	(void)state;
}

static void test_short_buffer(void **state)
{
	struct microflow m;
	char line[512];

	parse(IPS "tcp && vlan.vid == 5", &m);
	microflow_describe(m.frame, m.len, line, sizeof(line));
	for (size_t size = 1; size <= strlen(line) + 1; size++) {
		/* no byte more, so that writing on is seen */
		char *text = malloc(size);

		microflow_describe(m.frame, m.len, text, size);
		assert_int_equal(size - 1, strlen(text));
		assert_memory_equal(line, text, size - 1);
		free(text);
	}
	microflow_describe(m.frame, m.len, NULL, 0);
	(void)state;
}

/* Bytes that look like headers, and any length. */
static void test_any_bytes(void **state)
{
	static const char *const seeds[] = {
		IPS "tcp && payload.len == 20", IPS "icmp4.type == 3",
		IPS "sctp && payload.len == 5", IPS "udp && vlan.vid == 1",
		IP6S "nd_ns && nd.sll == " A,	IP6S "udp && ip.is_frag",
		IP6S "icmp6.type == 2",		MACS "arp.spa == 10.0.0.1",
	};
	unsigned int n_answers = 0;

	srand(5);
	for (int i = 0; i < 100000; i++) {
		struct microflow m, a;
		struct error e;
		char line[512];
		uint8_t *frame;
		size_t len;

		parse(seeds[rand() % (sizeof(seeds) / sizeof(seeds[0]))], &m);
		for (int k = rand() % 4; k > 0; k--)
			m.frame[12 + rand() % 60] = rand() % 4 ? rand() % 64 :
								 rand();
		len = rand() % 3 ? m.len : rand() % (m.len + 1);
		/* no byte more, so that reading on is seen */
		frame = malloc(len + !len);
		memcpy(frame, m.frame, len);
		microflow_describe(frame, len, line, sizeof(line));
		if (!microflow_answer(frame, len, other_mac, &a, &e)) {
			struct check_result r;

			n_answers++;
			if (!packet_check(a.frame, a.len, 0, &r))
				fail_msg("%s: %s", line, r.why);
		}
		free(frame);
	}
	assert_in_range(n_answers, 10000, 90000);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_sctp_handshake),
		cmocka_unit_test(test_tcp_numbers),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_short_quote),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_short_buffer),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
