// SPDX-License-Identifier: GPL-2.0-only
/* xovn monitor: an event in words, as JSON, as a comment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <time.h>

#include "cmd/cmd.h"
#include "cmd/monitor.h"
#include "wire.h"

#define TIME 1764120000123456789ull /* 2025-11-26 01:20:00 UTC */

#define EXPLAINED "port_security: the guest may not send this address"

/* 02:ac:10:ff:00:99 sends an ARP request. */
#define ARP                                                                    \
	{                                                                      \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0xac, 0x10, 0xff,    \
			0x00, 0x99, 0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 0x06,  \
			0x04, 0x00, 0x01, 0x02, 0xac, 0x10, 0xff, 0x00, 0x99,  \
			0xac, 0x12, 0x64, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00,  \
			0x00, 0xac, 0x12, 0x64, 0x14                           \
	}

static const struct event drop = {
	.kind = EVENT_DROP,
	.reason = DROP_PORT_SEC_IN,
	.datapath = 1,
	.port = 2,
	.in_datapath = 1,
	.in_port = 2,
	.ifindex = 7,
	.len = 42,
	.captured = 42,
	.head = ARP,
};

static const struct event_names drop_names = {
	.datapath = "ls1",
	.port = "ls1-vm1",
	.in_datapath = "ls1",
	.in_port = "ls1-vm1",
	.interface = "vm1",
};

static const struct event connection = {
	.kind = EVENT_NEW_CONNECTION,
	.datapath = 5,
	.in_datapath = 1,
	.in_port = 2,
	.ifindex = 3,
	.len = 42,
	.captured = 42,
	.orig = {.src = {172, 18, 100, 10},
		 .dst = {192, 168, 209, 161},
		 .sport = 40000,
		 .dport = 80,
		 .proto = IPPROTO_TCP},
	.reply = {.src = {192, 168, 209, 161},
		  .dst = {192, 168, 209, 120},
		  .sport = 80,
		  .dport = 40001,
		  .proto = IPPROTO_TCP},
	.head = ARP,
};

static const struct event_names connection_names = {
	.datapath = "gw1",
	.in_datapath = "ls1",
	.in_port = "ls1-vm1",
	.interface = "ens3",
};

#define TUPLES                                                                 \
	"tcp src=172.18.100.10 dst=192.168.209.161 sport=40000 dport=80 "      \
	"src=192.168.209.161 dst=192.168.209.120 sport=80 dport=40001"

static const struct event punt = {
	.kind = EVENT_PUNT,
	.reason = DROP_LR_NEIGHBOR,
	.datapath = 4,
	.port = 9,
	.ifindex = 7,
	.len = 42,
	.captured = 42,
	.next_hop = {172, 18, 200, 10},
	.head = ARP,
};

/* No packet of anybody known, no interface of that number. */
static const struct event stranger = {
	.kind = EVENT_DROP,
	.reason = DROP_TUNNEL_CHASSIS,
	.ifindex = 7,
	.len = 42,
	.captured = 42,
	.head = ARP,
};

static const struct event newer = {
	.kind = 200,
	.reason = 200,
	.len = 14,
	.captured = 14,
};

static const struct event_names unknown;

static const struct {
	const struct event *event;
	const struct event_names *names;
	const char *comment, *place; /* of the line, behind the time */
} rows[] = {
	{&drop, &drop_names, "drop PORT_SEC_IN at ls1 port ls1-vm1: " EXPLAINED,
	 "drop PORT_SEC_IN at ls1 port ls1-vm1 on vm1: " EXPLAINED "; "},
	{&drop, &unknown, "drop PORT_SEC_IN at 1 port 2: " EXPLAINED,
	 "drop PORT_SEC_IN at 1 port 2: " EXPLAINED "; "},
	{&connection, &connection_names,
	 "new-connection at gw1, in by ls1-vm1: " TUPLES,
	 "new-connection at gw1, in by ls1-vm1 on ens3: " TUPLES "; "},
	{&punt, &unknown,
	 "punt at 4 port 9: next hop 172.18.200.10 has no known MAC, asked for",
	 "punt at 4 port 9: next hop 172.18.200.10 has no known MAC, asked "
	 "for; "},
	{&stranger, &unknown,
	 "drop TUNNEL_CHASSIS: Geneve from an address that is no known chassis",
	 "drop TUNNEL_CHASSIS: Geneve from an address that is no known "
	 "chassis; "},
	{&newer, &unknown, "unknown event", "unknown event; "},
};

static void test_words(void **state)
{
	char text[EVENT_LINE_MAX], wanted[EVENT_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		event_comment(text, EVENT_COMMENT_MAX, rows[i].event,
			      rows[i].names);
		assert_string_equal(rows[i].comment, text);
		event_line(text, sizeof(text), rows[i].event, TIME,
			   rows[i].names);
		snprintf(wanted, sizeof(wanted), "01:20:00.123456 %s",
			 rows[i].place);
		assert_memory_equal(wanted, text, strlen(wanted));
	}
}

/* What stands behind the last "; ": the packet. */
static void assert_packet(const struct event *event, const char *wanted)
{
	char line[EVENT_LINE_MAX];
	const char *packet;

	event_line(line, sizeof(line), event, TIME, &unknown);
	packet = strrchr(line, ';');
	assert_non_null(packet);
	if (!strstr(packet, wanted))
		fail_msg("'%s' lacks '%s'", packet, wanted);
}

static void test_packet(void **state)
{
	static const uint8_t arp[] = ARP;
	struct event e = drop;

	(void)state;
	assert_packet(&e, "; arp,");
	assert_packet(&e, "arp.spa=172.18.100.10,arp.tpa=172.18.100.20");
	/* in a tunnel: 50 bytes in front */
	memset(e.head, 0, 50);
	memcpy(e.head + 50, arp, sizeof(arp));
	e.outer_len = 50;
	e.len = 92;
	e.captured = 92;
	assert_packet(&e, "; Geneve, arp,");
	assert_packet(&e, "arp.tpa=172.18.100.20");
	/* a tag is no tunnel */
	e = drop;
	e.outer_len = 4;
	assert_packet(&e, "; arp,");
	memset(e.head, 0, 50);
	memcpy(e.head + 50, arp, sizeof(arp));
	e.outer_len = 50;
	e.len = 92;
	/* cut within the headers, the outer ones or the inner ones */
	e.captured = 70;
	assert_packet(&e, ", 20 bytes of 42");
	e.captured = 40;
	assert_packet(&e, ", 40 bytes of 92");
	/* more than there is room for */
	e.captured = 100000;
	e.outer_len = 100000;
	assert_packet(&e, ";");
}

/* A long packet of which the headers were captured is not a broken one. */
static void test_captured(void **state)
{
	static const uint8_t udp[] = {0x02, 0xac, 0x10, 0xff, 0x00, 0x20, 0x02,
				      0xac, 0x10, 0xff, 0x00, 0x10, 0x08, 0x00,
				      0x45, 0x00, 0x05, 0xdc, 0x00, 0x00, 0x40,
				      0x00, 0x40, 0x11, 0x00, 0x00, 0xac, 0x12,
				      0x64, 0x0a, 0xac, 0x12, 0x64, 0x14, 0x03,
				      0xe8, 0x07, 0xd0, 0x05, 0xc8, 0x00, 0x00};
	struct event e = drop;
	char line[EVENT_LINE_MAX];

	(void)state;
	memcpy(e.head, udp, sizeof(udp));
	e.captured = 128;
	e.len = 1514;
	event_line(line, sizeof(line), &e, TIME, &unknown);
	assert_non_null(strstr(line, "udp.src=1000,udp.dst=2000"));
	assert_non_null(strstr(line, "len=1514"));
	assert_null(strstr(line, "cut"));
	assert_null(strstr(line, "bytes of"));
	/* behind outer headers, too */
	memset(e.head, 0, ENCAP_LEN);
	memcpy(e.head + ENCAP_LEN, udp, sizeof(udp));
	e.outer_len = ENCAP_LEN;
	e.len += ENCAP_LEN;
	event_line(line, sizeof(line), &e, TIME, &unknown);
	assert_non_null(strstr(line, "; Geneve, udp,"));
	assert_non_null(strstr(line, "len=1514"));
	assert_null(strstr(line, "cut"));
}

/* Names come from databases that others write. */
static void test_unprintable(void **state)
{
	struct event_names names = {.datapath = "a\033[2Jb\nc"};
	char line[EVENT_LINE_MAX];

	(void)state;
	event_line(line, sizeof(line), &drop, TIME, &names);
	assert_non_null(strstr(line, " at a?[2Jb?c port 2"));
}

static const char *string_of(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "(none)";
}

static long long number_of(json_t *o, const char *key)
{
	json_t *n = json_object_get(o, key);

	assert_true(json_is_integer(n));
	return json_integer_value(n);
}

static void test_json(void **state)
{
	json_t *o = event_json(&drop, TIME, &drop_names);

	(void)state;
	assert_string_equal("2025-11-26T01:20:00.123456789Z",
			    string_of(o, "time"));
	assert_string_equal("drop", string_of(o, "event"));
	assert_string_equal("PORT_SEC_IN", string_of(o, "reason"));
	assert_string_equal(EXPLAINED, string_of(o, "explanation"));
	assert_string_equal("ls1", string_of(o, "datapath"));
	assert_string_equal("ls1-vm1", string_of(o, "in_port"));
	assert_string_equal("vm1", string_of(o, "interface"));
	assert_int_equal(2, number_of(o, "port_key"));
	assert_int_equal(42, number_of(o, "length"));
	assert_int_equal(2 * 42, strlen(string_of(o, "packet")));
	assert_memory_equal("ffffffffffff02ac10ff00990806",
			    string_of(o, "packet"), 28);
	json_decref(o);

	o = event_json(&connection, TIME, &connection_names);
	assert_string_equal("new-connection", string_of(o, "event"));
	assert_string_equal("tcp", string_of(o, "proto"));
	assert_string_equal("172.18.100.10",
			    string_of(json_object_get(o, "orig"), "src"));
	assert_int_equal(40001,
			 number_of(json_object_get(o, "reply"), "dport"));
	json_decref(o);

	o = event_json(&punt, TIME, &unknown);
	assert_string_equal("172.18.200.10", string_of(o, "next_hop"));
	assert_true(json_is_null(json_object_get(o, "datapath")));
	assert_int_equal(4, number_of(o, "datapath_key"));
	json_decref(o);
}

static void test_reason(void **state)
{
	enum drop_reason reason = DROP_NONE;
	struct error e;

	(void)state;
	assert_int_equal(0, drop_reason_find("PORT_SEC_IN", &reason, &e));
	assert_int_equal(DROP_PORT_SEC_IN, reason);
	assert_int_equal(0, drop_reason_find("drop_lr_ttl", &reason, &e));
	assert_int_equal(DROP_LR_TTL, reason);
	assert_int_equal(-ENOENT, drop_reason_find("NONE", &reason, &e));
	assert_int_equal(-ENOENT, drop_reason_find("PORT_SEC", &reason, &e));
	assert_non_null(strstr(e.text, "--reason PORT_SEC: no drop reason"));
}

static void test_usage(void **state)
{
	static char *const rows[][3] = {
		{"--count", "0", "--count 0: a number from 1 to"},
		{"--snaplen", "257", "--snaplen 257: a number from 14 to 256"},
		{"--sample", "-1", "--sample -1: a number from 1 to"},
		{"--rate", "many", "--rate many: a number from 0 to"},
		{"--rate", "", "--rate : a number from 0 to"},
		{"--buffer", "3", "--buffer 3: a number from 4 to"},
		{"--punt", "--reason=LR_TTL", "--reason is of drops"},
		{"--json", "--pcap=-", "both want standard output"},
		{"--json", "drops", "'drops' is one word too many"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[] = "monitor";
		char *argv[] = {name, rows[i][0], rows[i][1], NULL};
		struct error e = {""};

		assert_int_equal(CMD_USAGE,
				 cmd_monitor("/nowhere", 3, argv, &e));
		if (!strstr(e.text, rows[i][2]))
			fail_msg("'%s' lacks '%s'", e.text, rows[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_captured),
		cmocka_unit_test(test_unprintable),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_usage),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
