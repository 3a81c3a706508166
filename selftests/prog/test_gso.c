// SPDX-License-Identifier: GPL-2.0-only
/*
 * What guests with offloads send: TCP in one piece with a segment size, and
 * checksums left to the device (virtio 1.2 5.1.6.2).  The taps take no
 * offload, so that what leaves has been segmented and finished by the kernel
 * as before a NIC without them: I5 can be judged on every segment.
 */
#include <stdio.h>
#include <string.h>

#include "tables.h"

#define SEGMENTS_MAX 12

static struct packet frame, expected;
static struct arrival got[SEGMENTS_MAX];

/* Routed from a1 to b2 on node3, and to b1 here; all addresses known. */
#define ROUTED                                                                 \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch swa\n"                                                         \
	" port a1 addr=02:00:00:00:0a:01,10.1.0.10 at=node2 if=a1\n"           \
	" port a2 addr=02:00:00:00:0a:02,10.1.0.20 at=node3\n"                 \
	" router-port swa-r r-a\n"                                             \
	"switch swb\n"                                                         \
	" port b1 addr=02:00:00:00:0b:01,10.2.0.10 at=node2 if=b1\n"           \
	" port b2 addr=02:00:00:00:0b:02,10.2.0.20 at=node3\n"                 \
	" router-port swb-r r-b\n"                                             \
	"switch swc\n"                                                         \
	" port c1 addr=02:00:00:00:0c:01 at=node2 if=c1\n"                     \
	" router-port swc-r r-c\n"                                             \
	"router r\n"                                                           \
	" lrp r-a 02:00:00:00:fa:01 10.1.0.1/24\n"                             \
	" lrp r-b 02:00:00:00:fb:01 10.2.0.1/24\n"                             \
	" lrp r-c 02:00:00:00:fc:01 10.4.0.1/24\n"

#define TCP(rest) " | tcp 1000>80 seq=100 ack=1 flags=A win=500 | data " rest
#define TO_A2 "eth a1>a2 | ip4 10.1.0.10>10.1.0.20 frag=0x4000"
#define TO_B2 "eth a1>r-a | ip4 10.1.0.10>10.2.0.20 frag=0x4000"
#define TO_B1 "eth a1>r-a | ip4 10.1.0.10>10.2.0.10 frag=0x4000"
#define TO_R "eth a1>r-a | ip4 10.1.0.10>10.1.0.1 frag=0x4000"
#define TO_C9 "eth a1>r-a | ip4 10.1.0.10>10.4.0.99 frag=0x4000"
#define ASK_C9 "eth r-c>all | arp request r-c/10.4.0.1>zero/10.4.0.99"
#define ROUTED_B2                                                              \
	"outer node2>node3 | geneve swb swb-r>b2 | eth r-b>b2 | ip4 "          \
	"10.1.0.10>10.2.0.20 frag=0x4000 ttl=63"
#define SWITCHED_A2 "outer node2>node3 | geneve swa a1>a2 | " TO_A2
#define ROUTED_B1 "eth r-b>b1 | ip4 10.1.0.10>10.2.0.10 frag=0x4000 ttl=63"
#define FROM_R(ttl) "eth r-a>a1 | ip4 10.1.0.1>10.1.0.10 frag=0x4000 ttl=" ttl

static const struct gso_test gso_tests[] = {
	{"I5: switched, 1402-byte segments fit exactly", TO_A2 TCP("7000"),
	 1402, "ens3", SWITCHED_A2 TCP("1402"), 5, NULL, "a1"},
	{"I5: routed", TO_B2 TCP("5001"), 1400, "ens3", ROUTED_B2 TCP("1400"),
	 4, NULL, "a1"},
	{"I5: routed to a guest here", TO_B1 TCP("5001"), 1400, "b1",
	 ROUTED_B1 TCP("1400"), 4, NULL, "a1"},
	{"I5: small segments", TO_B2 TCP("1000"), 100, "ens3",
	 ROUTED_B2 TCP("100"), 10, NULL, "a1"},
	{"I6: judged by segment: 1403 bytes are one too many",
	 TO_B2 TCP("7000"), 1403, "a1", FROM_R("254") " | icmp 3/4 rest=1442",
	 1, "TOO_BIG", "a1"},
	{"I6: 1403-byte segments to a guest here", TO_B1 TCP("7000"), 1403,
	 "b1", ROUTED_B1 TCP("1403"), 5, NULL, "a1"},
	{"I7: TTL 1", TO_B2 " ttl=1" TCP("7000"), 1400, "a1",
	 FROM_R("254") " | icmp 11/0", 1, "LR_TTL", "a1"},
	{"I7: to the router itself", TO_R TCP("7000"), 1400, "a1",
	 FROM_R("62") " | tcp 80>1000 seq=1 flags=R", 1, NULL, "a1"},
	{"I5: TCP checksum left open, switched", TO_A2 TCP("101"), 0, "ens3",
	 SWITCHED_A2 TCP("101"), 1, NULL, "a1"},
	{"I5: TCP checksum left open, routed", TO_B2 TCP("101"), 0, "ens3",
	 ROUTED_B2 TCP("101"), 1, NULL, "a1"},
	{"I5: TCP checksum left open, to a guest here", TO_B1 TCP("101"), 0,
	 "b1", ROUTED_B1 TCP("101"), 1, NULL, "a1"},
	{"I5: UDP checksum left open, routed", TO_B2 " | udp 1>2 | data 1001",
	 0, "ens3", ROUTED_B2 " | udp 1>2 | data 1001", 1, NULL, "a1"},
	{"I5: UDP checksum left open, IPv6",
	 "eth a1>a2 | ip6 fd00::1>fd00::2 | udp 1>2 | data 77", 0, "ens3",
	 "outer node2>node3 | geneve swa a1>a2 | eth a1>a2 | ip6 "
	 "fd00::1>fd00::2 | udp 1>2 | data 77",
	 1, NULL, "a1"},
	{"I5: time exceeded for an open checksum",
	 TO_B2 " ttl=1 | udp 1>2 | data 100", 0, "a1",
	 FROM_R("254") " | icmp 11/0", 1, "LR_TTL", "a1"},
	{"I5: port unreachable for an open checksum",
	 TO_R " | udp 1>2 | data 1300", 0, "a1", FROM_R("254") " | icmp 3/3", 1,
	 NULL, "a1"},
	{"I5: RST for a SYN with an open checksum",
	 TO_R " | tcp 1000>80 flags=S seq=9", 0, "a1",
	 FROM_R("62") " | tcp 80>1000 flags=RA ack=10", 1, NULL, "a1"},
	{"I5: fragmentation needed for an open checksum",
	 TO_B2 " | udp 1>2 | data 1440", 0, "a1",
	 FROM_R("254") " | icmp 3/4 rest=1442", 1, "TOO_BIG", "a1"},
	{"I5: ARP request in place of a GSO packet", TO_C9 TCP("7000"), 1400,
	 "c1", ASK_C9, 1, "LR_NEIGHBOR", "a1"},
	{"I5: ARP request in place of a SYN with an open checksum",
	 TO_C9 " | tcp 1000>80 flags=S seq=9", 0, "c1", ASK_C9, 1,
	 "LR_NEIGHBOR", "a1"},
	{"I5: ARP request in place of a short datagram with an open checksum",
	 TO_C9 " | udp 1>2", 0, "c1", ASK_C9, 1, "LR_NEIGHBOR", "a1"},
	{"I5: ARP request behind an open checksum far back",
	 TO_C9 " opt=01010101010101010101010101010101 | tcp 1>2 flags=S", 0,
	 "c1", ASK_C9, 1, "LR_NEIGHBOR", "a1"},
};

void checksum_open(struct packet *p, struct vnet_header *h, uint16_t gso_size)
{
	bool is_ip6 = p->data[14] >> 4 == 6;
	size_t l4 = is_ip6 ? 54 : 14 + (p->data[14] & 15) * 4;
	uint8_t proto = p->data[is_ip6 ? 20 : 23];
	size_t at = proto == 17 ? 6 : 16;
	uint32_t sum = p->len - l4 + proto;

	sum = is_ip6 ? sum_bytes(p->data + 22, 32, sum) :
		       sum_bytes(p->data + 26, 8, sum);
	put16(p->data + l4 + at, sum_fold(sum));
	h->flags = 1; /* VIRTIO_NET_HDR_F_NEEDS_CSUM */
	h->gso_type = !gso_size ? 0 : proto == 17 ? 3 : 1; /* UDP, TCPV4 */
	h->gso_size = gso_size;
	h->hdr_len = l4 + (proto == 17 ? 8 : 20);
	h->csum_start = l4;
	h->csum_offset = at;
}

static size_t l4_offset(const struct packet *p)
{
	for (size_t i = p->n_layers; i > 0; i--) {
		if (p->layer[i - 1].kind == LAYER_TCP)
			return p->layer[i - 1].offset;
	}
	return 0;
}

/* Segment i against the first one expected: all headers, then its data in
 * the stream.  Fields that differ from segment to segment are the inner IP
 * id, lengths, sequence number, flags of the last, checksums (which the
 * strict parser checks).  NULL or a complaint. */
static const char *segment_compare(const struct packet *s, size_t i,
				   const struct packet *sent, uint16_t gso_size)
{
	static char text[300];
	size_t l4 = l4_offset(&expected), from = 54 + i * gso_size, n;
	struct check_result r;

	if (!packet_check(s->data, s->len, CHECK_GSO_ID, &r))
		return strcpy(text, r.why);
	n = sent->len - from < gso_size ? sent->len - from : gso_size;
	if (s->len != l4 + 20 + n) {
		snprintf(text, sizeof(text), "%zu bytes, not %zu", s->len,
			 l4 + 20 + n);
		return text;
	}
	if (get32(s->data + l4 + 4) != 100 + i * gso_size)
		return "sequence number does not go on";
	if (memcmp(s->data + l4 + 20, sent->data + from, n))
		return "data differs";
	/* Ethernet to the option, and the inner Ethernet header */
	if (l4 > 58 && (memcmp(s->data, expected.data, 16) ||
			memcmp(s->data + 20, expected.data + 20, 4) ||
			memcmp(s->data + 26, expected.data + 26, 8) ||
			memcmp(s->data + 36, expected.data + 36, 2) ||
			memcmp(s->data + 42, expected.data + 42, 30)))
		return "outer headers, keys or inner MACs differ";
	if (memcmp(s->data + l4 - 14, expected.data + l4 - 14, 4) ||
	    memcmp(s->data + l4 - 8, expected.data + l4 - 8, 12))
		return "inner fragment, TTL, addresses or ports differ";
	if (l4 > 58 && get16(s->data + 34) != get16(got[0].packet.data + 34))
		return "source port differs between segments";
	return NULL;
}

/* Where the kernel cannot cut a frame in front of its open checksum some
 * padding is left, and the checksum lands in it; of the guest's packet there
 * may be nothing. */
static const char *arp_compare(const struct packet *s)
{
	static char text[300];
	size_t strange = 0;

	if (packet_diff(expected.data, 42, s->data, s->len < 42 ? s->len : 42,
			text, sizeof(text)))
		return text;
	for (size_t i = 42; i < s->len; i++)
		strange += !!s->data[i];
	if (strange > 4)
		return "the padding shows bytes of the packet it was";
	return NULL;
}

/* A whole packet, or an answer whose quoted bytes the strict parser checks:
 * headers up to the quote, then lengths. */
static const char *single_compare(const struct packet *s)
{
	static char text[300];
	struct packet *e = &expected;
	struct check_result r;
	bool is_icmp = e->layer[e->n_layers - 1].kind == LAYER_ICMP;

	if (e->layer[e->n_layers - 1].kind == LAYER_ARP)
		return arp_compare(s);
	if (!packet_check(s->data, s->len, 0, &r))
		return strcpy(text, r.why);
	if (e->len > 40 && get16(e->data + 34) == SPORT_ANY)
		memcpy(e->data + 34, s->data + 34, 2);
	if (is_icmp) {
		size_t quote = frame.len - 14 < 534 ? frame.len - 14 : 534;

		if (s->len != 42 + quote)
			return "ICMP error of a wrong length";
		e->len = s->len;
		memcpy(e->data + 16, s->data + 16, 2); /* length: checked */
		memcpy(e->data + 24, s->data + 24, 2); /* checksums, too */
		memcpy(e->data + 36, s->data + 36, 2);
		memcpy(e->data + 42, s->data + 42, s->len - 42);
	}
	if (packet_diff(e->data, e->len, s->data, s->len, text, sizeof(text)))
		return text;
	/* not the checksum, which may be finished or not */
	if (is_icmp && memcmp(s->data + 42 + 12, frame.data + 26, 14))
		return "quoted addresses or ports differ";
	return NULL;
}

static void gso_test_run(const char *group, const struct gso_test *t)
{
	uint64_t before[DROP_REASON_COUNT], after[DROP_REASON_COUNT];
	struct device *from = device_get(t->from);
	struct vnet_header h = {};
	char name[200], text[600];
	size_t n;
	int err;

	snprintf(name, sizeof(name), "%s: %s", group, t->name);
	text_to_packet(&frame, t->in, &net, NULL);
	text_to_packet(&expected, t->first, &net, NULL);
	checksum_open(&frame, &h, t->gso_size);
	devices_drain();
	if (!strncmp(from->name, "ens", 3))
		harness_attach_nic(from, false);
	else
		harness_attach_vif(from);
	harness_drops(before);
	err = device_write(from, &frame, &h);
	n = devices_collect(got, t->n, 300);
	n += devices_collect(got + n, SEGMENTS_MAX - n, 5);
	harness_drops(after);
	if (err || n != t->n) {
		test_fail(name, "%zu frames left, not %zu (write: %d)", n, t->n,
			  err);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *wrong = strcmp(got[i].device->name, t->device) ?
					    got[i].device->name :
				    n > 1 ? segment_compare(&got[i].packet, i,
							    &frame,
							    t->gso_size) :
					    single_compare(&got[i].packet);

		if (!wrong)
			continue;
		packet_decode(got[i].packet.data, got[i].packet.len, text,
			      sizeof(text));
		test_fail(name, "frame %zu: %s\n%s", i, wrong, text);
		return;
	}
	for (int r = 1; r < DROP_REASON_COUNT; r++) {
		bool due = t->counts && r == (int)drop_by_name(t->counts);

		if (after[r] - before[r] != due) {
			test_fail(name, "counter %s moved by %llu, not %d",
				  drop_name(r),
				  (unsigned long long)(after[r] - before[r]),
				  due);
			return;
		}
		if (due)
			reason_reached(r);
	}
	test_ok(name);
}

void gso_tests_run(const char *group, const struct gso_test *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		gso_test_run(group, &t[i]);
}

void test_gso(void)
{
	network_build(&net, ROUTED);
	harness_load(&net);
	gso_tests_run("gso", gso_tests, sizeof(gso_tests) / sizeof(*gso_tests));
	network_free(&net);
}
