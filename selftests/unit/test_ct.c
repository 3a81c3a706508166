// SPDX-License-Identifier: GPL-2.0-only
/* Connections as the user sees them: filters, lines, timeouts; and the
 * announcements of addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "cmd/cmd.h"
#include "cmd/ct.h"
#include "sync/conntrack.h"
#include "sync/garp.h"

/* 172.18.100.10:40000 asks 10.0.0.1:80, is 192.168.209.120:40001 there. */
static const struct ct_val snat = {
	.orig = {.src = {172, 18, 100, 10},
		 .dst = {10, 0, 0, 1},
		 .sport = 40000,
		 .dport = 80,
		 .proto = IPPROTO_TCP},
	.reply = {.src = {10, 0, 0, 1},
		  .dst = {192, 168, 209, 120},
		  .sport = 80,
		  .dport = 40001,
		  .proto = IPPROTO_TCP},
	.datapath = 7,
	.flags = CT_F_SEEN_REPLY | CT_F_SNAT,
	.state = CT_TCP_ESTABLISHED,
	.expires = 1000431990u,
};

static const struct ct_val echo = {
	.orig = {.src = {172, 18, 100, 10},
		 .dst = {10, 0, 0, 1},
		 .sport = 555,
		 .dport = 8,
		 .proto = IPPROTO_ICMP},
	.reply = {.src = {10, 0, 0, 1},
		  .dst = {172, 18, 100, 10},
		  .sport = 8,
		  .dport = 556,
		  .proto = IPPROTO_ICMP},
	.datapath = 7,
	.port = 3,
	.state = CT_ICMP,
	.expires = 1000000030u,
};

#define NOW 1000000000u

static bool matches(struct ct_filter_text text, const struct ct_val *ct)
{
	struct ct_filter f;
	struct error e;

	assert_int_equal(0, ct_filter_parse(&text, &f, &e));
	return ct_filter_match(&f, ct);
}

static void assert_refused(struct ct_filter_text text, const char *wanted)
{
	struct ct_filter f;
	struct error e;

	assert_int_equal(CMD_USAGE, ct_filter_parse(&text, &f, &e));
	if (!strstr(e.text, wanted))
		fail_msg("'%s' lacks '%s'", e.text, wanted);
}

#define TEXT(...) ((struct ct_filter_text){__VA_ARGS__})

static void test_filter(void **state)
{
	static const struct {
		struct ct_filter_text text;
		bool is_snat, is_echo;
	} rows[] = {
		{{0}, true, true},
		{{.proto = "tcp"}, true, false},
		{{.proto = "ICMP"}, false, true},
		{{.proto = "6"}, true, false},
		{{.proto = "udp"}, false, false},
		{{.sport = "40000"}, true, false},
		{{.sport = "40001"}, false, false},
		{{.sport = "555"}, false, true},
		{{.dport = "80"}, true, false},
		{{.state = "tcp_established"}, true, false},
		{{.state = "ICMP"}, false, true},
		{{.is_nat = true}, true, false},
		{{.address = {[CT_ORIG_SRC] = "172.18.100.10"}}, true, true},
		{{.address = {[CT_ORIG_SRC] = "10.0.0.1"}}, false, false},
		{{.address = {[CT_ORIG_DST] = "10.0.0.1"}}, true, true},
		{{.address = {[CT_REPLY_SRC] = "10.0.0.1"}}, true, true},
		{{.address = {[CT_REPLY_DST] = "192.168.209.120"}}, true, false},
		{{.any_addr = "192.168.209.120"}, true, false},
		{{.any_addr = "172.18.100.10"}, true, true},
		{{.any_addr = "172.18.100.11"}, false, false},
		{{.proto = "tcp", .any_addr = "10.0.0.1", .dport = "81"},
		 false,
		 false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (matches(rows[i].text, &snat) != rows[i].is_snat)
			fail_msg("row %zu, TCP", i);
		if (matches(rows[i].text, &echo) != rows[i].is_echo)
			fail_msg("row %zu, ICMP", i);
	}
}

static void test_filter_zone(void **state)
{
	struct ct_filter_text text = {0};
	struct ct_filter f;
	struct error e;

	(void)state;
	assert_int_equal(0, ct_filter_parse(&text, &f, &e));
	f.n_zones = 1;
	f.zone[0] = (struct port_key){7, 0};
	assert_true(ct_filter_match(&f, &snat));
	assert_false(ct_filter_match(&f, &echo));
	f.n_zones = 2;
	f.zone[1] = (struct port_key){7, 3};
	assert_true(ct_filter_match(&f, &echo));
}

static void test_filter_bad(void **state)
{
	(void)state;
	assert_refused(TEXT(.proto = "tpc"), "--proto tpc: tcp, udp");
	assert_refused(TEXT(.proto = "256"), "--proto 256");
	assert_refused(TEXT(.proto = "-1"), "--proto -1");
	assert_refused(TEXT(.sport = "65536"), "--sport 65536");
	assert_refused(TEXT(.dport = "http"), "--dport http");
	assert_refused(TEXT(.dport = ""), "--dport");
	assert_refused(TEXT(.state = "FREE"), "TCP_ESTABLISHED");
	assert_refused(TEXT(.any_addr = "10.0.0"), "--any-addr 10.0.0");
	assert_refused(TEXT(.address = {[CT_REPLY_DST] = "::1"}),
		       "--reply-dst ::1: an IPv4 address");
}

static void test_line(void **state)
{
	struct ct_names names = {.zone = "gw1", .lb = "web"};
	struct ct_val ct = snat;
	char line[768];

	(void)state;
	ct_format(line, sizeof(line), &snat, NOW, &names);
	assert_string_equal("tcp 431990 TCP_ESTABLISHED src=172.18.100.10 "
			    "dst=10.0.0.1 sport=40000 dport=80 src=10.0.0.1 "
			    "dst=192.168.209.120 sport=80 dport=40001 "
			    "[ASSURED] zone=gw1 lb=web",
			    line);
	names.lb = NULL;
	names.zone = NULL;
	ct_format(line, sizeof(line), &echo, NOW, &names);
	assert_string_equal("icmp 30 ICMP src=172.18.100.10 dst=10.0.0.1 "
			    "id=555 [UNREPLIED] src=10.0.0.1 "
			    "dst=172.18.100.10 id=556 zone=7/3",
			    line);
	ct.orig.proto = ct.reply.proto = 47;
	ct.state = CT_GENERIC_STREAM;
	ct.expires = NOW + 1;
	ct_format(line, sizeof(line), &ct, NOW, &names);
	assert_string_equal("47 1 GENERIC_STREAM src=172.18.100.10 "
			    "dst=10.0.0.1 src=10.0.0.1 dst=192.168.209.120 "
			    "[ASSURED] zone=7/0",
			    line);
}

static void test_json(void **state)
{
	struct ct_names names = {.zone = "gw1"};
	json_t *o = ct_json(&echo, NOW, &names);
	const json_t *reply = json_object_get(o, "reply");

	(void)state;
	assert_non_null(o);
	assert_string_equal("icmp",
			    json_string_value(json_object_get(o, "proto")));
	assert_string_equal("gw1",
			    json_string_value(json_object_get(o, "zone")));
	assert_int_equal(30, json_integer_value(json_object_get(o, "timeout")));
	assert_int_equal(556, json_integer_value(json_object_get(reply, "id")));
	assert_true(json_is_null(json_object_get(o, "load_balancer")));
	assert_true(json_is_false(json_object_get(o, "assured")));
	json_decref(o);
}

/* The longest names there are do not run over the line. */
static void test_line_long(void **state)
{
	char name[XOVN_NAME_LEN], line[768];
	struct ct_names names = {.zone = name, .lb = name};
	struct ct_val ct = snat;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ct.flags = 0;
	ct.expires = NOW - 1;
	memset(&ct.orig, 255, sizeof(ct.orig));
	memset(&ct.reply, 255, sizeof(ct.reply));
	ct.orig.proto = ct.reply.proto = IPPROTO_SCTP;
	ct_format(line, sizeof(line), &ct, NOW, &names);
	assert_true(strlen(line) < sizeof(line) - 1);
	assert_string_equal(name, line + strlen(line) - strlen(name));
}

static void test_timeouts(void **state)
{
	uint32_t seconds[CT_STATE_COUNT];
	struct error e;

	(void)state;
	assert_int_equal(0, ct_timeouts_parse(NULL, seconds, &e));
	assert_int_equal(432000, seconds[CT_TCP_ESTABLISHED]);
	assert_int_equal(30, seconds[CT_UDP]);
	assert_int_equal(0, ct_timeouts_parse("tcp_established=3600,UDP=1",
					      seconds, &e));
	assert_int_equal(3600, seconds[CT_TCP_ESTABLISHED]);
	assert_int_equal(1, seconds[CT_UDP]);
	/* udp is not udp_stream, and a second call starts anew */
	assert_int_equal(120, seconds[CT_UDP_STREAM]);
	assert_int_equal(0,
			 ct_timeouts_parse("generic=2147483647", seconds, &e));
	assert_int_equal(2147483647, seconds[CT_GENERIC]);
	assert_int_equal(432000, seconds[CT_TCP_ESTABLISHED]);
}

static void test_timeouts_bad(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{"tcp=5", "no state 'tcp'; there are: tcp_syn_sent"},
		{"free=5", "no state 'free'"},
		{"", "no state ''"},
		{"udp=1,", "no state ''"},
		{"udp", "udp=60"},
		{"udp=", "udp=: seconds from 1 to 2147483647"},
		{"udp=0", "udp=0"},
		{"udp=-1", "udp=-1"},
		{"udp= 1", "udp= 1"},
		{"udp=2147483648", "udp=2147483648"},
		{"udp=99999999999999999999", "seconds from"},
		{"icmp=5,udp=6x", "udp=6x"},
		{"udp=5=6", "udp=5=6"},
	};
	uint32_t seconds[CT_STATE_COUNT];
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!ct_timeouts_parse(rows[i].text, seconds, &e))
			fail_msg("'%s' was taken", rows[i].text);
		if (!strstr(e.text, rows[i].wanted))
			fail_msg("'%s' lacks '%s'", e.text, rows[i].wanted);
	}
}

/* OVN 1.7: an ARP request of the address for itself, sent from its MAC. */
static void test_garp(void **state)
{
	static const uint8_t mac[6] = {2, 0x0a, 0x7f, 0x18, 1, 2};
	static const uint8_t ip[4] = {192, 168, 209, 120};
	static const uint8_t untagged[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,	 0x0a, 0x7f, 0x18, 1,
		2,    8,    6,	  0,	1,    8,    0,	 6,    4,    0,	   1,
		2,    0x0a, 0x7f, 0x18, 1,    2,    192, 168,  209,  120,  0,
		0,    0,    0,	  0,	0,    192,  168, 209,  120,
	};
	static const uint8_t tag[] = {0x88, 0xa8, 0x01, 0x2c};
	uint8_t frame[GARP_FRAME_MAX];

	(void)state;
	assert_int_equal(42, garp_frame(frame, mac, ip, 0, 0x8100));
	assert_memory_equal(untagged, frame, 42);
	assert_int_equal(46, garp_frame(frame, mac, ip, 300, 0x88a8));
	assert_memory_equal(untagged, frame, 12);
	assert_memory_equal(tag, frame + 12, 4);
	assert_memory_equal(untagged + 12, frame + 16, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_filter_zone),
		cmocka_unit_test(test_filter_bad),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_line_long),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_timeouts_bad),
		cmocka_unit_test(test_garp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
