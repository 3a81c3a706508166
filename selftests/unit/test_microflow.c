// SPDX-License-Identifier: GPL-2.0-only
/* Microflows to frames: every frame is compared with one that the test
 * library's builders make, and its strict parser judges both. */
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
#define ZERO "00:00:00:00:00:00"
#define MACS "eth.src == " A " && eth.dst == " B
#define IPS MACS " && ip4.src == 10.0.0.1 && ip4.dst == 10.0.0.2"
#define IP6S MACS " && ip6.src == fd00::1 && ip6.dst == fd00::2"

static void parse(const char *text, struct microflow *m)
{
	struct error e = {"no error text"};

	if (microflow_parse(text, m, &e))
		fail_msg("%s: %s", text, e.text);
}

/* ping's, whose bytes count up */
static void counting(struct packet *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		packet_bytes(p, &(uint8_t){i}, 1);
}

static void assert_frame(const char *text, struct packet *want)
{
	struct check_result r;
	struct microflow m;
	char diff[512];

	parse(text, &m);
	if (packet_diff(want->data, want->len, m.frame, m.len, diff,
			sizeof(diff)))
		fail_msg("%s: %s", text, diff);
	if (!packet_check(m.frame, m.len, 0, &r))
		fail_msg("%s: %s", text, r.why);
}

static void begin(struct packet *p, uint16_t type)
{
	packet_init(p);
	packet_eth(p, B, A, type);
}

static void begin_ip4(struct packet *p, uint8_t proto)
{
	begin(p, 0x0800);
	packet_ip4(p, &(struct ip4_header){.src = "10.0.0.1",
					   .dst = "10.0.0.2",
					   .proto = proto,
					   .fragment = IP4_DF});
}

static void test_arp(void **state)
{
	struct packet p;

	begin(&p, 0x0806);
	packet_arp(&p, 1, A, "10.0.0.1", ZERO, "10.0.0.2");
	assert_frame(MACS " && arp.sha == " A
			  " && arp.spa == 10.0.0.1 && arp.tpa == 10.0.0.2",
		     &p);
	packet_init(&p);
	packet_eth(&p, "ff:ff:ff:ff:ff:ff", A, 0x0806);
	packet_arp(&p, 2, A, "10.0.0.1", B, "10.0.0.2");
	assert_frame("eth.bcast && eth.src == " A " && arp.op == 2"
		     " && arp.sha == " A " && arp.spa == 10.0.0.1"
		     " && arp.tha == " B " && arp.tpa == 0xa000002",
		     &p);
	begin(&p, 0x8035);
	packet_arp(&p, 3, A, "0.0.0.0", ZERO, "0.0.0.0");
	assert_frame(MACS " && rarp.sha == " A, &p);
	(void)state;
}

static void test_icmp4(void **state)
{
	struct packet p;

	begin_ip4(&p, 1);
	packet_icmp(&p, 8, 0, 7 << 16 | 2);
	counting(&p, 56);
	packet_finish(&p);
	assert_int_equal(p.len, 98); /* what ping sends */
	assert_frame(IPS " && icmp4.id == 7 && icmp4.seq == 2", &p);
	assert_frame(IPS " && icmp && icmp4.id == 7 && icmp4.seq == 2", &p);
	assert_frame(IPS " && ip.proto == 1 && icmp4.type == 8"
			 " && icmp4.id == 7 && icmp4.seq == 2",
		     &p);

	begin_ip4(&p, 1);
	packet_icmp(&p, 13, 0, 0);
	packet_finish(&p);
	assert_frame(IPS " && icmp4.type == 13", &p);

	/* an error quotes UDP the other way */
	begin_ip4(&p, 1);
	packet_icmp(&p, 3, 4, 1400);
	{
		struct packet q;

		packet_init(&q);
		packet_eth(&q, B, A, 0x0800);
		packet_ip4(&q, &(struct ip4_header){.src = "10.0.0.2",
						    .dst = "10.0.0.1",
						    .proto = 17,
						    .fragment = IP4_DF});
		packet_udp(&q, 0, 0);
		packet_finish(&q);
		packet_bytes(&p, q.data + 14, q.len - 14);
	}
	packet_finish(&p);
	assert_frame(IPS " && icmp4.type == 3 && icmp4.code == 4"
			 " && icmp4.seq == 1400",
		     &p);
	(void)state;
}

static void test_transport(void **state)
{
	struct packet p;

	begin_ip4(&p, 6);
	packet_tcp(&p, &(struct tcp_header){.sport = 40000,
					    .dport = 80,
					    .flags = TCP_SYN,
					    .window = 64240});
	packet_finish(&p);
	assert_frame(IPS " && tcp.src == 40000 && tcp.dst == 80", &p);
	assert_frame("(" IPS ") && ((tcp.src == 0x9c40) && (80 == tcp.dst))"
		     " && ip && ip4 && tcp && eth.type == 0x800",
		     &p);

	begin_ip4(&p, 6);
	packet_tcp(&p, &(struct tcp_header){.sport = 1,
					    .dport = 2,
					    .flags = TCP_PSH | TCP_ACK,
					    .window = 64240});
	counting(&p, 11);
	packet_finish(&p);
	assert_frame(IPS "&&tcp.src==1&&tcp.dst==2&&tcp.flags==0x18"
			 "&&payload.len==11",
		     &p);

	begin_ip4(&p, 17);
	packet_udp(&p, 53, 5353);
	packet_finish(&p);
	assert_frame(IPS " && udp.src == 53 && udp.dst == 5353", &p);

	begin(&p, 0x86dd);
	packet_ip6(&p, "fd00::1", "fd00::2", 17, 64);
	packet_udp(&p, 53, 5353);
	counting(&p, 1400);
	packet_finish(&p);
	assert_frame(IP6S " && udp.src == 53 && udp.dst == 5353"
			  " && payload.len == 1400",
		     &p);
	(void)state;
}

static void test_sctp(void **state)
{
	static const uint8_t init[] = {0, 0,  0, 1,  0, 1, 0, 0,
				       0, 10, 0, 10, 0, 0, 0, 1};
	static const uint8_t data[] = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
	struct packet p;

	begin_ip4(&p, 132);
	packet_sctp(&p, 5000, 38412, 0, 1);
	packet_bytes(&p, init, sizeof(init));
	packet_finish(&p);
	assert_frame(IPS " && sctp.src == 5000 && sctp.dst == 38412", &p);

	begin_ip4(&p, 132);
	packet_sctp(&p, 5000, 38412, 1, 0);
	p.data[p.len - 3] = 3; /* first and last piece */
	packet_bytes(&p, data, sizeof(data));
	counting(&p, 5);
	packet_bytes(&p, "\0\0", 3); /* which the chunk does not count */
	packet_finish(&p);
	put16(p.data + 48, 16 + 5);
	packet_checksum(&p);
	assert_frame(IPS " && sctp.src == 5000 && sctp.dst == 38412"
			 " && payload.len == 5",
		     &p);
	(void)state;
}

static void test_nd(void **state)
{
	struct packet p;

	begin(&p, 0x86dd);
	packet_ip6(&p, "fd00::1", "fd00::2", 58, 255);
	packet_nd(&p, 135, 0, "fd00::2", A);
	packet_finish(&p);
	assert_frame(IP6S " && nd.target == fd00::2 && nd.sll == " A, &p);
	assert_frame(IP6S " && icmp6.type == 135 && nd.target == fd00::2"
			  " && nd_ns && ip.ttl == 255 && nd.sll == " A,
		     &p);

	begin(&p, 0x86dd);
	packet_ip6(&p, "fd00::1", "fd00::2", 58, 255);
	packet_nd(&p, 135, 0, "fd00::2", NULL);
	packet_finish(&p);
	assert_frame(IP6S " && nd.target == fd00::2", &p);
	assert_frame(IP6S " && nd && nd.target == fd00::2", &p);

	begin(&p, 0x86dd);
	packet_ip6(&p, "fd00::1", "fd00::2", 58, 255);
	packet_nd(&p, 136, 0x60000000, "fd00::1", A);
	packet_finish(&p);
	assert_frame(IP6S " && nd.target == fd00::1 && nd.tll == " A, &p);

	begin(&p, 0x86dd);
	packet_ip6(&p, "fd00::1", "fd00::2", 58, 255);
	packet_icmp6(&p, 133, 0, 0);
	packet_finish(&p);
	assert_frame(IP6S " && nd_rs", &p);

	begin(&p, 0x86dd);
	packet_ip6(&p, "fd00::1", "fd00::2", 58, 64);
	packet_icmp6(&p, 128, 0, 7 << 16 | 1);
	counting(&p, 56);
	packet_finish(&p);
	assert_frame(IP6S " && icmp && icmp6.id == 7 && icmp6.seq == 1", &p);
	(void)state;
}

/* Frames without a header that says more. */
static void test_bare(void **state)
{
	struct microflow m;
	struct packet p;

	begin(&p, 0);
	counting(&p, 46);
	assert_frame(MACS, &p);
	begin(&p, 0x88cc);
	counting(&p, 10);
	assert_frame(MACS " && eth.type == 0x88cc && payload.len == 10", &p);
	begin_ip4(&p, 0);
	packet_finish(&p);
	assert_frame(IPS, &p);
	begin(&p, 0x86dd);
	packet_ip6(&p, "fd00::1", "fd00::2", 59, 64);
	packet_finish(&p);
	assert_frame(IP6S, &p);

	parse("inport == \"ls1-vm1\" && inport==\"ls1-vm1\"", &m);
	assert_string_equal(m.inport, "ls1-vm1");
	parse("inport == \"a\\\"b\\\\c\"", &m);
	assert_string_equal(m.inport, "a\"b\\c");
	parse(MACS, &m);
	assert_string_equal(m.inport, "");
	(void)state;
}

static void test_vlan(void **state)
{
	struct packet p;

	begin(&p, 0x0800);
	packet_vlan(&p, 0x8100, 5 << 13 | 100);
	packet_ip4(&p, &(struct ip4_header){.src = "10.0.0.1",
					    .dst = "10.0.0.2",
					    .proto = 17,
					    .fragment = IP4_DF});
	packet_udp(&p, 1, 2);
	packet_finish(&p);
	assert_frame(IPS " && udp.src == 1 && udp.dst == 2"
			 " && vlan.vid == 100 && vlan.pcp == 5",
		     &p);
	assert_frame(IPS " && udp.src == 1 && udp.dst == 2"
			 " && vlan.tci == 0xb064",
		     &p);
	begin_ip4(&p, 0);
	packet_finish(&p);
	assert_frame(IPS " && vlan.tci == 0 && !vlan.present", &p);
	(void)state;
}

/* How a field of IP's header shows up in the frame. */
static void test_ip_fields(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		uint16_t value;
	} rows[] = {
		{"ip4 && ip.dscp == 46", 14, 0x45b8},
		{"ip.ecn == 3", 14, 0x4503},
		{"ip4", 16, 20},
		{"ip4", 18, 0}, /* DF: no id needed */
		{"ip.df == 0", 18, 1},
		{"ip.id == 4660", 18, 0x1234},
		{"ip4", 20, 0x4000},
		{"ip.df == 0", 20, 0},
		{"ip.is_frag", 20, 0x2000},
		{"ip.first_frag", 20, 0x2000},
		{"ip.frag == 1", 20, 0x2000},
		{"ip.later_frag", 20, 1480 / 8},
		{"ip.frag == 3 && ip.is_frag", 20, 1480 / 8},
		{"ip.frag == 0", 20, 0x4000},
		{"!ip.is_frag", 20, 0x4000},
		{"ip.is_frag && !ip.later_frag && ip.df == 1", 20, 0x6000},
		{"ip4", 22, 64 << 8},
		{"ip.ttl == 1 && udp", 22, 1 << 8 | 17},
		{"ip.ttl == 0", 22, 0},
		{"ip.proto == 132", 22, 64 << 8 | 132},
		{"ip6.label == 0xabcde && ip.dscp == 1", 14, 0x604a},
		{"ip6.label == 0xabcde", 16, 0xbcde},
		{"ip6 && ip.ttl == 3 && tcp", 20, 6 << 8 | 3},
		{"ip6 && icmp6.type == 135", 20, 58 << 8 | 255},
		{"ip6 && ip.later_frag && udp", 20, 44 << 8 | 64},
		{"ip6 && ip.later_frag && udp", 54, 17 << 8},
		{"ip6 && ip.later_frag && udp", 56, 1480},
		{"ip6 && ip.is_frag", 56, 1},
		{"tcp.flags == 0xfff", 46, 0x5fff},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct microflow m;

		parse(rows[i].text, &m);
		if (get16(m.frame + rows[i].at) != rows[i].value)
			fail_msg("%s: 0x%04x at byte %zu, not 0x%04x",
				 rows[i].text, get16(m.frame + rows[i].at),
				 rows[i].at, rows[i].value);
	}
	(void)state;
}

/* A first fragment and its rest are one right datagram. */
static void test_first_fragment(void **state)
{
	struct microflow m;
	struct packet p;

	begin_ip4(&p, 17);
	packet_udp(&p, 1, 2);
	counting(&p, 9);
	packet_bytes(&p, (uint8_t[15]){0}, 15); /* 7 of them are the first's */
	packet_finish(&p);
	parse(IPS " && udp.src == 1 && udp.dst == 2 && ip.first_frag"
		  " && payload.len == 9",
	      &m);
	assert_int_equal(m.len, p.len - 8);
	assert_memory_equal(m.frame + 34, p.data + 34, m.len - 34);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp),
		cmocka_unit_test(test_icmp4),
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_sctp),
		cmocka_unit_test(test_nd),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_ip_fields),
		cmocka_unit_test(test_first_fragment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
