// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops over crafted frames, too many for a table: every length, every
 * combination of options, random bytes.  The programs must always come to a
 * verdict, and I4: a frame that is not passed and not delivered is counted
 * exactly once.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static struct packet frame;
static struct outcome result;

static uint64_t drops_total(void)
{
	uint64_t counts[DROP_REASON_COUNT], sum = 0;

	harness_drops(counts);
	for (int r = 1; r < DROP_REASON_COUNT; r++)
		sum += counts[r];
	return sum;
}

/* Runs one frame; NULL or what is wrong with the outcome. */
static const char *verdict_check(enum program which, const struct device *d)
{
	uint64_t before = drops_total(), added;
	bool is_drop;

	program_run(which, d, &frame, &result);
	added = drops_total() - before;
	/* the kernel itself refuses what has no whole IP header */
	if (result.err == -22)
		return NULL;
	if (result.err)
		return "BPF_PROG_TEST_RUN failed";
	is_drop = which == PROGRAM_XDP ? result.retval == XDP_DROP :
					 result.retval == TC_ACT_SHOT;
	if (!is_drop && which == PROGRAM_XDP && result.retval != XDP_PASS)
		return "neither XDP_PASS nor XDP_DROP";
	if (!is_drop && which != PROGRAM_XDP && result.retval != TC_ACT_OK &&
	    result.retval != TC_ACT_REDIRECT)
		return "an unknown TC action";
	if (which == PROGRAM_VIF && result.retval == TC_ACT_OK)
		return "a guest's frame was passed to the host's stack";
	if (added > 1)
		return "counted more than once";
	if (is_drop && !added)
		return "dropped and not counted";
	if (!is_drop && added)
		return "counted and not dropped";
	return NULL;
}

static const struct {
	enum program which;
	const char *name, *device;
} programs[] = {
	{PROGRAM_VIF, "vif", "vm1"},
	{PROGRAM_TC, "tc", UNDERLAY},
	{PROGRAM_XDP, "xdp", UNDERLAY},
};

/* A frame cut to every length from 14 (the kernel's least) to its own. */
static void lengths_check(const char *what, const char *text, int p)
{
	size_t len;
	char name[200];

	snprintf(name, sizeof(name), "hostile: %s: %s cut to every length",
		 programs[p].name, what);
	text_to_packet(&frame, text, &net, NULL);
	len = frame.len;
	for (frame.len = 14; frame.len < len; frame.len++) {
		const char *wrong = verdict_check(
			programs[p].which, device_get(programs[p].device));

		devices_drain();
		if (wrong || result.retval == TC_ACT_REDIRECT ||
		    result.meta_len) {
			test_fail(name, "%zu bytes: %s", frame.len,
				  wrong ? wrong : "forwarded though cut");
			return;
		}
	}
	test_ok(name);
}

/* Frames with one byte of the headers changed, every byte, many values: no
 * outcome is asked for but that there is one, counted rightly. */
static void bytes_check(const char *what, const char *text, int p)
{
	static const uint8_t values[] = {0x00, 0x01, 0x0f, 0x45, 0x7f,
					 0x80, 0xc0, 0xf0, 0xff};
	char name[200];
	size_t len;

	snprintf(name, sizeof(name), "hostile: %s: %s with any byte changed",
		 programs[p].name, what);
	text_to_packet(&frame, text, &net, NULL);
	len = frame.len;
	for (size_t at = 12; at < len; at++) {
		for (size_t v = 0; v < sizeof(values); v++) {
			uint8_t old = frame.data[at];
			const char *wrong;

			frame.data[at] = values[v];
			wrong = verdict_check(programs[p].which,
					      device_get(programs[p].device));
			frame.data[at] = old;
			if (wrong && strcmp(wrong, "dropped and not counted")) {
				test_fail(name, "byte %zu = 0x%02x: %s", at,
					  values[v], wrong);
				return;
			}
		}
		devices_drain();
	}
	test_ok(name);
}

/* Options in front of, behind and around OVN's: hex of each, and whether a
 * stock chassis accepts the frame (OVN 23.03: unknown critical options and a
 * missing OVN option do not pass; unknown non-critical ones do). */
static const struct {
	const char *name, *options;
	const char *verdict;
} option_cases[] = {
	{"unknown non-critical option before OVN's", "0104010100000000 OVN",
	 "redirect"},
	{"unknown non-critical option of no words before OVN's", "01040100 OVN",
	 "redirect"},
	{"unknown non-critical option behind OVN's", "OVN 0104010100000000",
	 "redirect"},
	{"OVN's type not critical in another class before OVN's",
	 "0103000100000000 OVN", "redirect"},
	{"unknown critical option before OVN's", "0104810100000000 OVN",
	 "TUNNEL_OPTION"},
	{"unknown critical option behind OVN's", "OVN 0104810100000000",
	 "TUNNEL_OPTION"},
	{"critical option of OVN's class", "OVN 0102810100000000",
	 "TUNNEL_OPTION"},
	{"two non-critical and no OVN option",
	 "0104010100000000 0104020100000000", "TUNNEL_OPTION"},
	{"OVN option of two words", "0102800200000000 00000000",
	 "TUNNEL_OPTION"},
	{"last option reaches behind the header", "OVN 01040102 00000000",
	 "TUNNEL_OPTION"},
	{"an option of 31 words before OVN's", "0104011f ZEROS OVN",
	 "redirect"},
	{"eight options before OVN's",
	 "01040100 01040100 01040100 01040100 01040100 01040100 01040100 "
	 "01040100 OVN",
	 "redirect"},
};

static void option_check(size_t c)
{
	char hex[1024] = "", text[2048], name[200], verdict[64];
	const char *in = option_cases[c].options;
	struct test t = {
		.name = option_cases[c].name, .at = "underlay", .in = text};
	struct test_group g = {.name = "hostile options",
			       .network = TUTORIAL,
			       .tests = &t,
			       .n_tests = 1};
	size_t n = 0;

	for (; *in; in++) {
		if (!strncmp(in, "OVN", 3)) {
			n += sprintf(hex + n, "01028001%04x%04x",
				     network_key(&net, "ls1-vm2"),
				     network_key(&net, "ls1-vm1"));
			in += 2;
		} else if (!strncmp(in, "ZEROS", 5)) {
			n += sprintf(hex + n, "%0248d", 0); /* 31 words */
			in += 4;
		} else if (*in != ' ') {
			hex[n++] = *in;
			hex[n] = 0;
		}
	}
	snprintf(name, sizeof(name), "%s", option_cases[c].name);
	snprintf(text, sizeof(text),
		 "outer node3>node2 | hex %02zx406558%06x00%s | eth "
		 "ls1-vm2>ls1-vm1 | " VM2_VM1 " | udp 1>2 | data 20",
		 n / 8, network_key(&net, "ls1"), hex);
	if (!strcmp(option_cases[c].verdict, "redirect")) {
		t.verdict = "redirect vm1";
		t.out = "eth ls1-vm2>ls1-vm1 | " VM2_VM1 " | udp 1>2 | data 20";
	} else {
		snprintf(verdict, sizeof(verdict), "drop %s",
			 option_cases[c].verdict);
		t.verdict = verdict;
	}
	network_free(&net);
	test_group_run(&g);
	network_build(&net, TUTORIAL);
}

#define RANDOM_FRAMES 20000

/* Reproducible: xorshift from a fixed seed. */
static void random_check(int p)
{
	uint32_t x = 0x2545f491;
	char name[100];

	snprintf(name, sizeof(name), "hostile: %s: %d random frames",
		 programs[p].name, RANDOM_FRAMES);
	for (int i = 0; i < RANDOM_FRAMES; i++) {
		const char *wrong;

		text_to_packet(&frame,
			       p ? "outer node3>node2 | geneve ls1 "
				   "ls1-vm2>ls1-vm1 | eth ls1-vm2>ls1-vm1 | "
				   "ip4 1.2.3.4>5.6.7.8 | tcp 1>2 | data 40" :
				   "eth ls1-vm1>router1-ls1 | ip4 "
				   "172.18.100.10>172.18.100.1 | tcp 1>2 | "
				   "data 40",
			       &net, NULL);
		for (int n = 0; n < 1 + i % 12; n++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			frame.data[12 + x % (frame.len - 12)] = x >> 16;
		}
		if (i % 3 == 0)
			frame.len = 14 + x % (frame.len - 14);
		wrong = verdict_check(programs[p].which,
				      device_get(programs[p].device));
		if (i % 64 == 0)
			devices_drain();
		if (wrong && strcmp(wrong, "dropped and not counted") &&
		    strcmp(wrong, "counted and not dropped")) {
			char text[600];

			packet_decode(frame.data, frame.len, text,
				      sizeof(text));
			test_fail(name, "frame %d: %s\n%s", i, wrong, text);
			return;
		}
	}
	devices_drain();
	test_ok(name);
}

void test_hostile(void)
{
	static const char received[] =
		"outer node3>node2 | geneve ls1 ls1-vm2>ls1-vm1 | eth "
		"ls1-vm2>ls1-vm1 | ip4 172.18.100.20>172.18.100.10 | tcp 1>2 "
		"| data 18";
	static const char received_arp[] =
		"outer node3>node2 | geneve ls2 ls2-vm3>ls2-router1 | eth "
		"ls2-vm3>router1-ls2 | arp reply ls2-vm3/172.18.200.10>"
		"router1-ls2/172.18.200.1";
	static const char sent[] =
		"eth ls1-vm1>router1-ls1 | ip4 172.18.100.10>172.18.100.1 | "
		"udp 1>2 | data 60";
	static const char sent_nd[] =
		"eth ls1-vm1>ls1-vm2 | ip6 fd00::1>fd00::2 hops=255 | ns "
		"fd00::2 mac=ls1-vm1";

	network_build(&net, TUTORIAL);
	harness_load(&net);
	lengths_check("an IPv4 packet", sent, 0);
	lengths_check("an IPv6 packet", sent_nd, 0);
	bytes_check("an IPv4 packet", sent, 0);
	bytes_check("a neighbor solicitation", sent_nd, 0);
	for (int p = 1; p <= 2; p++) {
		lengths_check("a Geneve packet", received, p);
		lengths_check("an ARP reply in Geneve", received_arp, p);
		bytes_check("a Geneve packet", received, p);
		bytes_check("an ARP reply in Geneve", received_arp, p);
	}
	for (int p = 0; p <= 2; p++)
		random_check(p);
	for (size_t c = 0; c < sizeof(option_cases) / sizeof(*option_cases);
	     c++)
		option_check(c);
	network_free(&net);
}
