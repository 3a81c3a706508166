// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "trace/frame.h"
#include "trace/microflow.h"

#define TTL 64
#define TCP_WINDOW 64240
#define SCTP_COOKIE 4 /* bytes of it */

enum sctp_chunk {
	SCTP_DATA = 0,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_SACK = 3,
	SCTP_HEARTBEAT = 4,
	SCTP_HEARTBEAT_ACK = 5,
	SCTP_SHUTDOWN = 7,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_COOKIE_ECHO = 10,
	SCTP_COOKIE_ACK = 11,
	SCTP_SHUTDOWN_COMPLETE = 14,
};

/* A question and the answer that grows. */
struct answer {
	struct frame_view q;
	const uint8_t *frame;
	const uint8_t *mac;
	struct microflow *m;
	size_t ip; /* offset in the answer */
	struct error *e;
};

static int silence(struct answer *a, const char *why)
{
	return error_set(a->e, ENOENT, "nobody answers %s", why);
}

static uint8_t *append(struct answer *a, size_t len)
{
	uint8_t *p = a->m->frame + a->m->len;

	a->m->len += len;
	return p;
}

/* Back to where it came from, with the same tag.  mac: the sender's. */
static void answer_eth(struct answer *a, const uint8_t *mac)
{
	uint8_t *p = append(a, a->q.l3);

	memcpy(p, a->frame, a->q.l3);
	memcpy(p, a->frame + 6, 6);
	memcpy(p + 6, mac, 6);
	a->ip = a->m->len;
}

static int answer_arp(struct answer *a)
{
	const uint8_t *q = a->frame + a->q.l3;
	uint8_t *p;

	if (frame_get16(q + 6) != 1)
		return silence(a, "an ARP reply");
	if (frame_get16(q) != 1 || frame_get16(q + 2) != FRAME_IP4 ||
	    q[4] != 6 || q[5] != 4)
		return silence(a, "ARP that is not Ethernet's and IPv4's");
	if (!memcmp(q + 14, q + 24, 4))
		return silence(a, "a gratuitous ARP request");
	answer_eth(a, a->mac);
	p = append(a, 28);
	memcpy(p, q, 8);
	frame_put16(p + 6, 2);
	memcpy(p + 8, a->mac, 6);
	memcpy(p + 14, q + 24, 4);
	memcpy(p + 18, q + 8, 10);
	return 0;
}

static void answer_ip4(struct answer *a, uint8_t tos)
{
	const uint8_t *q = a->frame + a->q.l3;
	uint8_t *p = append(a, 20);

	p[0] = 0x45;
	p[1] = tos;
	frame_put16(p + 6, FRAME_IP_DF);
	p[8] = TTL;
	p[9] = a->q.proto;
	memcpy(p + 12, q + 16, 4);
	memcpy(p + 16, q + 12, 4);
}

static void answer_ip6(struct answer *a, uint8_t hop_limit)
{
	const uint8_t *q = a->frame + a->q.l3;
	uint8_t *p = append(a, 40);

	p[0] = 0x60;
	p[6] = a->q.proto;
	p[7] = hop_limit;
	memcpy(p + 8, q + 24, 16);
	memcpy(p + 24, q + 8, 16);
}

/* Ethernet and IP, swapped; echo replies keep the type of service. */
static void answer_headers(struct answer *a, bool is_echo)
{
	answer_eth(a, a->frame);
	if (a->q.eth_type == FRAME_IP4)
		answer_ip4(a, is_echo ? a->frame[a->q.l3 + 1] : 0);
	else
		answer_ip6(a, TTL);
}

/* What stands behind the IP header, and where it stands in the answer. */
static uint8_t *answer_same(struct answer *a)
{
	size_t len = a->q.end - a->q.l4;

	return memcpy(append(a, len), a->frame + a->q.l4, len);
}

static int answer_icmp(struct answer *a, uint8_t request, uint8_t reply)
{
	if (a->frame[a->q.l4] != request)
		return silence(a, "ICMP other than echo requests");
	answer_headers(a, true);
	answer_same(a)[0] = reply;
	return 0;
}

/* RFC 4861 7.2.4; who has no address yet (7.2.2) hears it as all do. */
static int answer_ns(struct answer *a)
{
	static const uint8_t unspecified[16];
	static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};
	static const uint8_t all_nodes_mac[6] = {0x33, 0x33, [5] = 1};
	const uint8_t *q = a->frame + a->q.l3;
	bool is_solicited = memcmp(q + 8, unspecified, 16);
	uint8_t *p;

	if (a->q.end - a->q.l4 < 24)
		return silence(a, "a neighbor solicitation without target");
	if (q[7] != 255)
		return silence(
			a, "a neighbor solicitation with hop limit below 255");
	answer_eth(a, a->mac);
	answer_ip6(a, 255);
	memcpy(a->m->frame + a->ip + 8, a->frame + a->q.l4 + 8, 16);
	if (!is_solicited) {
		memcpy(a->m->frame, all_nodes_mac, 6);
		memcpy(a->m->frame + a->ip + 24, all_nodes, 16);
	}
	p = append(a, 32);
	p[0] = 136;
	p[4] = is_solicited ? 0x60 : 0x20; /* solicited, override */
	memcpy(p + 8, a->frame + a->q.l4 + 8, 16);
	p[24] = 2;
	p[25] = 1;
	memcpy(p + 26, a->mac, 6);
	return 0;
}

static uint8_t *answer_ports(struct answer *a, size_t len)
{
	const uint8_t *q = a->frame + a->q.l4;
	uint8_t *p = append(a, len);

	memcpy(p, q + 2, 2);
	memcpy(p + 2, q, 2);
	return p;
}

/* RFC 9293 3.10.7: sequence numbers continue what the segment says. */
static int answer_tcp(struct answer *a)
{
	const uint8_t *q = a->frame + a->q.l4;
	bool is_syn = q[13] & FRAME_TCP_SYN, is_fin = q[13] & FRAME_TCP_FIN;
	bool is_ack = q[13] & FRAME_TCP_ACK;
	uint8_t *p;

	if (q[13] & FRAME_TCP_RST)
		return silence(a, "a TCP reset");
	answer_headers(a, false);
	p = answer_ports(a, 20);
	frame_put32(p + 4, is_ack ? frame_get32(q + 8) : 0);
	frame_put32(p + 8, frame_get32(q + 4) + a->q.end - a->q.payload +
				   is_syn + is_fin);
	p[12] = 5 << 4;
	p[13] = FRAME_TCP_ACK | (is_syn && !is_ack ? FRAME_TCP_SYN : 0);
	frame_put16(p + 14, TCP_WINDOW);
	return 0;
}

static int answer_udp(struct answer *a)
{
	const uint8_t *q = a->frame + a->q.l4;
	uint8_t *p;

	answer_headers(a, false);
	p = answer_same(a);
	memcpy(p, q + 2, 2);
	memcpy(p + 2, q, 2);
	return 0;
}

/* Chunk header at p; the sender's verification tag is not known here, so both
 * ends go by the same one. */
static uint8_t *answer_chunk(struct answer *a, enum sctp_chunk chunk,
			     size_t len)
{
	uint8_t *p;

	answer_headers(a, false);
	p = answer_ports(a, 12 + ((len + 3) & ~3ul));
	memcpy(p + 4, a->frame + a->q.l4 + 4, 4);
	p[12] = chunk;
	frame_put16(p + 14, len);
	return p + 12;
}

/* RFC 9260 3.3.3: INIT's fields, and a cookie. */
static int answer_init(struct answer *a)
{
	const uint8_t *q = a->frame + a->q.l4;
	uint8_t *p;

	if (a->q.end - a->q.l4 < 32)
		return silence(a, "an SCTP INIT that is cut");
	p = answer_chunk(a, SCTP_INIT_ACK, 20 + 4 + SCTP_COOKIE);
	memcpy(p - 8, q + 16, 4);
	memcpy(p + 4, q + 16, 16);
	frame_put16(p + 20, 7);
	frame_put16(p + 22, 4 + SCTP_COOKIE);
	return 0;
}

static int answer_sctp(struct answer *a)
{
	const uint8_t *q = a->frame + a->q.l4;
	size_t len = frame_get16(q + 14);
	uint8_t *p;

	switch (q[12]) {
	case SCTP_INIT:
		return answer_init(a);
	case SCTP_INIT_ACK:
		answer_chunk(a, SCTP_COOKIE_ECHO, 4 + SCTP_COOKIE);
		return 0;
	case SCTP_COOKIE_ECHO:
		answer_chunk(a, SCTP_COOKIE_ACK, 4);
		return 0;
	case SCTP_DATA:
		if (a->q.end - a->q.l4 < 20)
			return silence(a, "an SCTP DATA chunk that is cut");
		p = answer_chunk(a, SCTP_SACK, 16);
		memcpy(p + 4, q + 16, 4);
		frame_put32(p + 8, 65536);
		return 0;
	case SCTP_HEARTBEAT:
		if (len < 4 || ((len + 3) & ~3ul) > a->q.end - a->q.l4 - 12)
			return silence(a, "an SCTP HEARTBEAT that is cut");
		p = answer_chunk(a, SCTP_HEARTBEAT_ACK, len);
		memcpy(p + 4, q + 16, len - 4);
		return 0;
	case SCTP_SHUTDOWN:
		answer_chunk(a, SCTP_SHUTDOWN_ACK, 4);
		return 0;
	case SCTP_SHUTDOWN_ACK:
		answer_chunk(a, SCTP_SHUTDOWN_COMPLETE, 4);
		return 0;
	}
	return silence(a, "an SCTP chunk that ends something");
}

/* RFC 1122 3.2.1.3 and RFC 4291 2.7: addresses nobody answers from or to. */
static bool is_unanswerable(const struct answer *a)
{
	const uint8_t *ip = a->frame + a->q.l3;

	if (a->q.eth_type == FRAME_IP6)
		return ip[8] == 0xff || ip[24] == 0xff;
	return ip[12] >= 224 || !ip[12] || ip[16] >= 224 || !ip[16];
}

static int answer_ip(struct answer *a)
{
	bool is_ip6 = a->q.eth_type == FRAME_IP6;

	if (a->q.is_fragment)
		return silence(a, "a fragment before the rest is there");
	if (is_ip6 && a->q.proto == IPPROTO_ICMPV6 && a->frame[a->q.l4] == 135)
		return answer_ns(a);
	if (a->frame[0] & 1 || is_unanswerable(a))
		return silence(
			a,
			"a broadcast or multicast packet, or one without addresses");
	switch (a->q.proto) {
	case IPPROTO_TCP:
		return answer_tcp(a);
	case IPPROTO_UDP:
		return answer_udp(a);
	case IPPROTO_SCTP:
		return answer_sctp(a);
	case IPPROTO_ICMP:
		if (!is_ip6)
			return answer_icmp(a, 8, 0);
		break;
	case IPPROTO_ICMPV6:
		if (is_ip6)
			return answer_icmp(a, 128, 129);
		break;
	case IPPROTO_NONE:
		return silence(a, "a packet that carries nothing");
	}
	answer_headers(a, false);
	answer_same(a);
	return 0;
}

int microflow_answer(const uint8_t *frame, size_t len,
		     const uint8_t answer_mac[6], struct microflow *answer,
		     struct error *e)
{
	struct answer a = {
		.frame = frame, .mac = answer_mac, .m = answer, .e = e};
	int err;

	if (len > sizeof(answer->frame))
		return error_set(
			e, EINVAL,
			"the frame to answer has %zu bytes; allowed are %d",
			len, MICROFLOW_FRAME_MAX);
	memset(answer, 0, sizeof(*answer));
	frame_read(&a.q, frame, len);
	if (a.q.cut)
		return silence(&a, "a frame that is cut");
	if (frame[6] & 1)
		return silence(&a, "a multicast sender");
	if (a.q.eth_type == FRAME_ARP)
		err = answer_arp(&a);
	else if (a.q.eth_type == FRAME_IP4 || a.q.eth_type == FRAME_IP6)
		err = answer_ip(&a);
	else
		return silence(&a, "what is neither ARP nor IP");
	if (!err)
		frame_seal(answer->frame, answer->len, 0);
	return err;
}
