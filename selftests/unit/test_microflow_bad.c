// SPDX-License-Identifier: GPL-2.0-only
/* Microflows and hex that are none: what the error line says; and that no
 * text crashes the parser. */
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

#define PORT128                                                                \
	"0123456789012345678901234567890123456789012345678901234567890123"     \
	"0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *text;
	const char *wanted[3]; /* pieces of the line */
} rows[] = {
	/* names */
	{"eth.src == 0a:00:00:00:00:01 && ip4.srk == 10.0.0.1",
	 {"ip4.srk: no such field", "(column 33)", "are ip4.src ip4.dst"}},
	{"foo", {"foo: no such field", "inport eth.src", "payload.len"}},
	{"foo.bar == 1", {"foo.bar", "inport eth.src", "payload.len"}},
	{"ct.new && tcp", {"ct.new is no part of a packet", "(column 1)"}},
	{"outport == \"a\"", {"outport is no part of a packet"}},
	{"ip4 == 1", {"ip4 is a predicate", "(column 1)", "stands alone"}},
	{"ip4.src", {"ip4.src lacks its value", "ip4.src == VALUE"}},
	/* values */
	{"tcp.dst == 65536", {"tcp.dst == 65536", "(column 12)", "0 to 65535"}},
	{"tcp.dst == 0x10000", {"tcp.dst == 0x10000", "0 to 65535"}},
	{"tcp.dst == http", {"tcp.dst == http", "a number from"}},
	{"tcp.dst == 10.0.0.1", {"tcp.dst == 10.0.0.1", "a number from"}},
	{"ip.ttl == 256", {"ip.ttl == 256", "0 to 255"}},
	{"vlan.vid == 4096", {"vlan.vid == 4096", "0 to 4095"}},
	{"ip.ecn == 4", {"ip.ecn == 4", "0 to 3"}},
	{"ip.ttl == 99999999999999999999", {"ip.ttl ==", "0 to 255"}},
	{"ip.ttl == 1x", {"ip.ttl == 1x", "0 to 255"}},
	{"ip.ttl == 0x", {"ip.ttl == 0x", "0 to 255"}},
	{"eth.src == 0a:00:00:00:00", {"eth.src ==", "a MAC address"}},
	{"eth.src == 0a:00:00:00:00:01:02", {"eth.src ==", "a MAC address"}},
	{"eth.src == 0a:00:00:00:00:0g", {"eth.src ==", "a MAC address"}},
	{"eth.src == 10.0.0.1", {"eth.src ==", "a MAC address"}},
	{"ip4.src == 10.0.0", {"ip4.src ==", "an IPv4 address"}},
	{"ip4.src == fd00::1", {"ip4.src ==", "an IPv4 address"}},
	{"ip4.src == 10.0.0.0/8", {"is many", "one value", "an IPv4"}},
	{"ip6.src == fd00:::1", {"ip6.src ==", "an IPv6 address"}},
	{"ip6.src == 10.0.0.1", {"ip6.src ==", "an IPv6 address"}},
	{"ip4.src == \"10.0.0.1\"", {"only inport has a string"}},
	{"inport == lsp1", {"inport == lsp1", "in double quotes"}},
	{"inport == 5", {"inport == 5", "in double quotes"}},
	{"inport == \"\"", {"empty"}},
	{"inport == \"" PORT128 "\"", {"too long", "127"}},
	{"inport == \"a\\n\"", {"'\\n' (column 13)", "allowed behind"}},
	{"inport == \"lsp1", {"column 11 on", "closing quote"}},
	{"inport == \"lsp1\\\"", {"column 11 on", "closing quote"}},
	{"vlan.tci == 100", {"vlan.tci == 0x64", "lacks bit 12"}},
	{"ip.frag == 2", {"ip.frag == 2", "0, 1", "or 3"}},
	{"eth.type == 0x8100", {"that of a tag", "use vlan.vid"}},
	{"ip4.src == 10.0.0.1 && udp && payload.len == 2959",
	 {"payload.len == 2959", "(column 31)", "0 to 2958"}},
	{"sctp && payload.len == 65535", {"payload.len == 65535", "2936"}},
	/* operators */
	{"tcp.dst != 80", {"!= (column 9)", "only =="}},
	{"tcp.dst > 80", {"> (column 9)", "only =="}},
	{"tcp.dst <= 80", {"<= (column 9)", "only =="}},
	{"80 < tcp.dst", {"< (column 4)", "only =="}},
	{"tcp.dst = 80", {"= (column 9)", "only =="}},
	{"tcp || udp", {"|| (column 5)", "trace each by itself"}},
	{"tcp.dst == {80, 443}", {"{ (column 12)", "a set is many"}},
	{"ip4.src == $set", {"$ (column 12)", "one value"}},
	{"inport == @pg", {"@ (column 11)", "one value"}},
	{"tcp.flags[1] == 1", {"[ (column 10)", "bits of a field"}},
	{"tcp & udp", {"& (column 5)", "joined by &&"}},
	{"!tcp", {"!tcp says what the packet is not", "(column 2)"}},
	{"!ip.first_frag", {"!ip.first_frag says", "say what it is"}},
	{"!(tcp)", {"'('", "a field or predicate", "column 2"}},
	{"!tcp.dst == 80", {"!tcp.dst", "says what the packet is not"}},
	/* structure */
	{"", {"a field or predicate is due", "(column 1)"}},
	{"   ", {"a field or predicate is due", "(column 4)"}},
	{"tcp &&", {"a field or predicate is due", "(column 7)"}},
	{"tcp udp", {"'udp' where && is due", "(column 5)"}},
	{"(tcp", {"&& or ) is due", "(column 5)"}},
	{"tcp)", {"')' where && is due", "(column 4)"}},
	{"()", {"')' where a field or predicate is due"}},
	{"tcp.dst ==", {"a value is due", "(column 11)"}},
	{"tcp.dst == == 80", {"'==' where a value is due", "(column 12)"}},
	{"80", {"== is due", "(column 3)"}},
	{"80 == 80", {"'80' where a field is due", "(column 7)"}},
	{"tcp; udp", {"';' where && is due"}},
	/* contradictions name both words */
	{"ip4.src == 10.0.0.1 && ip6.dst == ::1",
	 {"ip6.dst (column 24) contradicts ip4.src (column 1)",
	  "eth.type cannot be both 0x800 and 0x86dd"}},
	{"udp.src == 1 && tcp",
	 {"tcp (column 17) contradicts udp.src (column 1)",
	  "ip.proto cannot be both 17 and 6"}},
	{"arp && tcp.dst == 80",
	 {"tcp.dst (column 8) contradicts arp (column 1)", "0x86dd"}},
	{"ip && arp.op == 1", {"ip (column 1) contradicts arp.op (column 7)"}},
	{"icmp && udp", {"icmp (column 1) contradicts udp (column 9)"}},
	{"icmp && arp", {"icmp (column 1) contradicts arp (column 9)"}},
	{"icmp && ip4 && icmp6.type == 1",
	 {"icmp6.type (column 16) contradicts ip4 (column 9)"}},
	{"arp && rarp.op == 3", {"rarp.op (column 8) contradicts arp"}},
	{"nd && icmp6.type == 133", {"nd (column 1) contradicts icmp6.type"}},
	{"nd.sll == ::1 && nd.tll == 1", {"nd.sll ==", "a MAC address"}},
	{"nd.sll == 1 && nd.tll == 1", {"nd.tll", "contradicts nd.sll"}},
	{"nd_ns && ip.ttl == 64",
	 {"ip.ttl", "contradicts nd_ns", "both 255 and 64"}},
	{"eth.src == 0a:00:00:00:00:01 && eth.src == 0a:00:00:00:00:02",
	 {"eth.src cannot be both 0a:00:00:00:00:01 and 0a:00:00:00:00:02"}},
	{"ip4.src == 10.0.0.1 && ip4.src == 10.0.0.2",
	 {"ip4.src cannot be both 10.0.0.1 and 10.0.0.2"}},
	{"ip6.src == ::1 && ip6.src == ::2",
	 {"ip6.src cannot be both ::1 and ::2"}},
	{"inport == \"a\" && inport == \"b\"",
	 {"inport (column 18) contradicts inport (column 1)"}},
	{"!vlan.present && vlan.vid == 1",
	 {"vlan.vid (column 18) contradicts vlan.present (column 2)"}},
	{"vlan.tci == 0x1001 && vlan.vid == 2", {"contradicts vlan.tci"}},
	{"ip.frag == 0 && ip.later_frag", {"contradicts ip.frag"}},
	{"ip.later_frag && udp.dst == 53",
	 {"udp.dst (column 18) contradicts ip.later_frag (column 1)"}},
	{"ip.df == 1 && ip6", {"ip6 (column 15) contradicts ip.df"}},
	{"arp && payload.len == 1", {"payload.len (column 8)", "arp"}},
	{"nd_ns && payload.len == 1", {"payload.len (column 10)", "nd_ns"}},
	{"nd_ns && icmp6.id == 1", {"icmp6.id (column 10)", "nd_ns"}},
};

static void test_refused(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = {""};
		struct microflow m;

		if (microflow_parse(rows[i].text, &m, &e) != -EINVAL)
			fail_msg("'%s' is accepted", rows[i].text);
		assert_ptr_equal(e.text, strstr(e.text, "microflow: "));
		for (int k = 0; k < 3 && rows[i].wanted[k]; k++)
			if (!strstr(e.text, rows[i].wanted[k]))
				fail_msg("'%s': '%s' lacks '%s'", rows[i].text,
					 e.text, rows[i].wanted[k]);
	}
	(void)state;
}

static void assert_hex_refused(const char *text, const char *wanted)
{
	struct microflow m;
	struct error e = {""};

	assert_int_equal(-EINVAL, microflow_parse_hex(text, &m, &e));
	if (!strstr(e.text, wanted))
		fail_msg("'%.60s': '%s' lacks '%s'", text, e.text, wanted);
}

static void test_hex(void **state)
{
	static const uint8_t want[] = {0x0a, 0, 0, 0,	 0,    2,    0x0a,
				       0,    0, 0, 0x0f, 0xfe, 0x08, 0x06};
	static char many[2 * MICROFLOW_FRAME_MAX + 2];
	struct microflow m;
	struct error e;

	assert_int_equal(0, microflow_parse_hex("0a0000000002 0A000000"
						"0fFE\t08:06\n",
						&m, &e));
	assert_int_equal(sizeof(want), m.len);
	assert_memory_equal(want, m.frame, m.len);
	assert_string_equal("", m.inport);
	memset(many, 'a', sizeof(many) - 2);
	assert_int_equal(0, microflow_parse_hex(many, &m, &e));
	assert_int_equal(MICROFLOW_FRAME_MAX, m.len);
	many[2 * MICROFLOW_FRAME_MAX] = 'a';
	assert_hex_refused(many, "more than 3000 bytes");
	assert_hex_refused("", "0 bytes");
	assert_hex_refused("0a000000000102030405060708", "13 bytes");
	assert_hex_refused("0a000000000102030405060708094", "29 hex digits");
	assert_hex_refused("0x0a", "'x' (column 2)");
	assert_hex_refused("0a 0 0", "' ' (column 5)");
	assert_hex_refused("0a,00", "',' (column 3)");
	(void)state;
}

static const char *const pieces[] = {
	"inport",
	"eth.src",
	"eth.type",
	"vlan.tci",
	"vlan.vid",
	"arp.op",
	"ip",
	"ip4",
	"ip6",
	"ip.proto",
	"ip.frag",
	"ip.is_frag",
	"ip.later_frag",
	"ip4.src",
	"ip6.dst",
	"icmp",
	"icmp4.type",
	"icmp6.type",
	"nd",
	"nd.target",
	"nd.sll",
	"tcp.flags",
	"tcp",
	"udp",
	"udp.dst",
	"sctp",
	"ip.df",
	"payload.len",
	"!vlan.present",
	"rarp",
	" && ",
	" && ",
	" && ",
	" && ",
	" == ",
	" == ",
	" == ",
	"(",
	")",
	"!",
	"\"lsp\"",
	"\"",
	"\\",
	"{",
	" ",
	"0",
	"1",
	"0x86dd",
	"255",
	"2900",
	"::1",
	"10.0.0.1",
	"0a:00:00:00:00:01",
	"135",
	"/",
};

/* Whatever is accepted is a frame of a sane length. */
static void try(const char *text)
{
	struct error e = {""};
	struct microflow m;
	char line[512];
	int err = microflow_parse(text, &m, &e);

	if (err) {
		assert_int_equal(-EINVAL, err);
		assert_int_not_equal(0, e.text[0]);
		return;
	}
	assert_in_range(m.len, 14, MICROFLOW_FRAME_MAX);
	microflow_describe(m.frame, m.len, line, sizeof(line));
	/* ip.proto may promise an extension header that is not there */
	if (strstr(line, "is cut") && !strstr(text, "ip.proto"))
		fail_msg("%s: %s", text, line);
}

static void test_any_text(void **state)
{
	char *text;

	srand(4);
	for (int i = 0; i < 100000; i++) {
		size_t n = 0;

		text = malloc(512);
		for (int k = rand() % 12; k >= 0; k--)
			n += sprintf(text + n, "%s",
				     pieces[rand() % (sizeof(pieces) /
						      sizeof(pieces[0]))]);
		/* as long as it is, so that reading on is seen */
		text = realloc(text, n + 1);
		if (i % 4 == 0)
			text[rand() % (n ? n : 1)] = 1 + rand() % 255;
		try(text);
		free(text);
	}
	(void)state;
}

/* Half of these are accepted: comparisons, joined. */
static void test_any_fields(void **state)
{
	static const char *const terms[] = {
		"inport == \"p\"",
		"eth.type == 0x86dd",
		"vlan.vid == 7",
		"arp.op == 2",
		"ip",
		"ip4",
		"ip6",
		"ip.is_frag",
		"ip.later_frag",
		"icmp",
		"icmp4.type == 3",
		"icmp6.type == 1",
		"icmp6.type == 134",
		"nd",
		"nd.tll == 1",
		"tcp",
		"udp.dst == 53",
		"sctp",
		"ip.df == 1",
		"payload.len == 0",
		"payload.len == 7",
		"ip.ttl == 255",
		"ip6.label == 5",
		"ip.dscp == 63",
	};
	unsigned int n_good = 0;

	for (int i = 0; i < 20000; i++) {
		char text[256] = "eth.src == 0a:00:00:00:00:01";
		struct check_result r;
		struct microflow m;
		struct error e;

		for (int k = rand() % 4; k >= 0; k--) {
			strcat(text, " && ");
			strcat(text, terms[rand() %
					   (sizeof(terms) / sizeof(terms[0]))]);
		}
		if (microflow_parse(text, &m, &e))
			continue;
		n_good++;
		/* where the payload is not the quote that RFC 792 asks for */
		if (strstr(text, "icmp4.type == 3") && strstr(text, "payload"))
			continue;
		if (!packet_check(m.frame, m.len, 0, &r))
			fail_msg("%s: %s", text, r.why);
	}
	assert_in_range(n_good, 4000, 16000);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_any_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
