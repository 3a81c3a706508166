// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random right packets through every kind of NAT and load balancer: whatever
 * comes out is right again, in every checksum and length, and carries the
 * payload that went in.  Few addresses and ports, so that connections recur,
 * clash and answer each other.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>

#include "gateway.h"

#define FRAMES 100000

#define NATS                                                                   \
	GATEWAY                                                                \
	" nat snat 192.168.209.120 172.18.0.0/16\n"                            \
	" nat snat 192.168.209.130 172.18.200.0/24 range=1000-1003\n"          \
	" nat dnat 192.168.209.122 172.18.100.10\n"                            \
	" nat dnat_and_snat 192.168.209.121 172.18.100.20\n"                   \
	" nat dnat_and_snat 192.168.209.123 172.18.100.50 stateless\n"         \
	" force_dnat 172.19.255.1\n"                                           \
	" lb web tcp 192.168.209.55:1000 "                                     \
	"172.18.100.10:1001,172.18.100.20:1002,172.18.100.50:1003\n"           \
	" lb dns udp 192.168.209.55:1000 "                                     \
	"172.18.100.10:1001,172.18.100.50:1003\n"                              \
	" lb sctp sctp 192.168.209.55:1000 172.18.100.10:1005\n"               \
	" lb any tcp 192.168.209.56 172.18.100.10,172.18.100.20\n"

static const char *const outside[] = {"192.168.209.7", "192.168.209.8"};
static const char *const external[] = {
	"192.168.209.120", "192.168.209.121", "192.168.209.122",
	"192.168.209.123", "192.168.209.130", "192.168.209.55",
	"192.168.209.56",  "172.18.100.10",   "172.18.100.50",
	"172.19.255.1",
};
static const char *const guests[] = {"172.18.100.10", "172.18.100.20",
				     "172.18.200.20"};

static uint32_t random_state = 0x2545f491;

/* Reproducible: xorshift from a fixed seed. */
static uint32_t random_below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % n;
}

#define ONE_OF(array) array[random_below(sizeof(array) / sizeof(*(array)))]

static int random_port(void)
{
	return 1000 + random_below(6);
}

/* An L4 header and its payload. */
static void random_l4(char *text, size_t size, const char *by, bool is_quoted)
{
	static const char *const flags[] = {"S",  "SA", "A", "A",
					    "PA", "FA", "R", "RA"};
	int a = random_port(), b = random_port(), n = 1 + random_below(200);

	switch (random_below(is_quoted ? 4 : 8)) {
	case 0:
		snprintf(text, size, "udp %d>%d %s", a, b,
			 random_below(4) ? "" : "nocsum");
		break;
	case 1:
		snprintf(text, size, "icmp %d/0 id=%d seq=%d",
			 random_below(2) * 8, a, b);
		break;
	case 2:
		snprintf(text, size, "sctp %d>%d vtag=%d chunk=%u", a, b, n,
			 random_below(15));
		break;
	default:
		snprintf(text, size, "tcp %d>%d flags=%s seq=%d", a, b,
			 ONE_OF(flags), n);
		break;
	}
	snprintf(text + strlen(text), size - strlen(text), " %s data %d", by,
		 n);
}

/* One IP packet; an error quotes one that went the other way. */
static void random_ip(char *text, size_t size, const char *src, const char *dst)
{
	char l4[128];
	int ttl = random_below(8) ? 63 : 1 + random_below(3);

	if (!random_below(6)) {
		random_l4(l4, sizeof(l4), ";", true);
		snprintf(text, size,
			 "ip4 %s>%s ttl=%d | icmp %s | quoting %d: ip4 %s>%s "
			 "ttl=9 ; %s",
			 src, dst, ttl,
			 random_below(2) ? "3/3" : "3/4 rest=900",
			 random_below(2) ? 28 : 0, dst, src, l4);
		return;
	}
	random_l4(l4, sizeof(l4), "|", false);
	snprintf(text, size, "ip4 %s>%s ttl=%d id=%u%s | %s", src, dst, ttl,
		 random_below(4), random_below(9) ? "" : " opt=94040000", l4);
	if (!random_below(8))
		snprintf(text + strlen(text), size - strlen(text),
			 " | fragment %s", random_below(2) ? "0+16" : "8+400");
}

/* A frame and where it comes in. */
static struct device *random_frame(char *text, size_t size, enum program *which)
{
	char ip[300];

	*which = random_below(2) ? PROGRAM_TC : PROGRAM_XDP;
	switch (random_below(5)) {
	case 0:
		*which = PROGRAM_VIF;
		random_ip(ip, sizeof(ip), "172.18.100.50",
			  random_below(2) ? ONE_OF(outside) : ONE_OF(external));
		snprintf(text, size, "eth vm5>router1-ls1 | %s", ip);
		return device_get("vm5");
	case 1:
	case 2:
		random_ip(ip, sizeof(ip), ONE_OF(guests),
			  random_below(2) ? ONE_OF(outside) : ONE_OF(external));
		snprintf(text, size, GENEVE_GW1("node2") "%s", ip);
		return device_get(UNDERLAY);
	default:
		random_ip(ip, sizeof(ip), ONE_OF(outside), ONE_OF(external));
		snprintf(text, size, "eth ext>gw1-outside | %s", ip);
		return device_get(LOCALNET);
	}
}

/* The IP packet of a frame, inner where it is tunnelled. */
static const uint8_t *ip_of(const struct packet *p)
{
	const uint8_t *ip = p->data + 14;

	if (p->len >= 92 && ip[9] == 17 && get16(ip + 22) == 6081)
		ip += 58;
	return ip;
}

/* Forwarded, not answered: the payload behind addresses and ports stays. */
static bool payload_same(const struct packet *in, const struct packet *out)
{
	const uint8_t *a = ip_of(in), *b = ip_of(out);
	size_t len = get16(a + 2), headers = (a[0] & 15) * 4;

	if (a[9] != b[9] || a[9] == 1)
		return true; /* answers are ICMP, or below */
	if (get16(b + 2) != len)
		return a[9] == 6; /* an RST */
	headers += get16(a + 6) & 0x1fff ? 0 : a[9] == 6 ? 20 : 12;
	return len <= headers ||
	       !memcmp(a + headers, b + headers, len - headers);
}

static bool is_sent(enum program which, const struct outcome *o)
{
	if (which != PROGRAM_XDP)
		return o->retval == TC_ACT_REDIRECT;
	return o->retval == XDP_TX || o->retval == XDP_REDIRECT ||
	       (o->retval == XDP_PASS && o->meta_len);
}

void test_random(void)
{
	static const char *const neighbors[] = {
		"eth ext>gw1-outside | arp reply "
		"ext/192.168.209.7>gw1-outside/192.168.209.120",
		"eth ext2>gw1-outside | arp reply "
		"ext2/192.168.209.8>gw1-outside/192.168.209.120",
	};
	const char *name = "random: what comes out is right";
	int n_sent[PROGRAM_COUNT] = {};
	static struct outcome o;
	static struct packet p;
	struct check_result r;
	enum program which;
	char text[512], shown[600];

	network_build(&net, NATS);
	harness_load(&net);
	for (int i = 0; i < 2; i++) {
		text_to_packet(&p, neighbors[i], &net, NULL);
		program_run(PROGRAM_TC, device_get(LOCALNET), &p, &o);
	}
	for (int i = 0; i < FRAMES; i++) {
		struct device *d = random_frame(text, sizeof(text), &which);

		text_to_packet(&p, text, &net, NULL);
		if (!packet_check(p.data, p.len, CHECK_QUOTED_CSUM, &r)) {
			test_fail(name, "the test's frame is wrong: %s\n%s",
				  r.why, text);
			goto out;
		}
		program_run(which, d, &p, &o);
		if (i % 64 == 0)
			devices_drain();
		if (o.err || !is_sent(which, &o))
			continue;
		n_sent[which]++;
		if (packet_check(o.out.data, o.out.len, CHECK_QUOTED_CSUM,
				 &r) &&
		    payload_same(&p, &o.out))
			continue;
		packet_decode(o.out.data, o.out.len, shown, sizeof(shown));
		test_fail(name, "frame %d, program %d: %s\nin:  %s\nout: %s", i,
			  which, r.why[0] ? r.why : "payload differs", text,
			  shown);
		goto out;
	}
	/* else the test tests little */
	if (n_sent[PROGRAM_VIF] < FRAMES / 50 ||
	    n_sent[PROGRAM_TC] < FRAMES / 20 ||
	    n_sent[PROGRAM_XDP] < FRAMES / 20)
		test_fail(name, "only %d, %d and %d of %d frames were sent on",
			  n_sent[PROGRAM_VIF], n_sent[PROGRAM_TC],
			  n_sent[PROGRAM_XDP], FRAMES);
	else
		test_ok(name);
out:
	devices_drain();
	network_free(&net);
}
