// SPDX-License-Identifier: GPL-2.0-only
/* Addresses and ports of a packet, and of what an ICMP error quotes: RFC 792,
 * 768, 9293, 9260, 1624, 5508. */
#include <netinet/in.h>
#include <string.h>

#include "model.h"

void tuple_turn(struct tuple *to, const struct tuple *t)
{
	*to = (struct tuple){.src = t->dst,
			     .dst = t->src,
			     .sport = t->dport,
			     .dport = t->sport,
			     .proto = t->proto};
}

bool tuple_same(const struct tuple *a, const struct tuple *b)
{
	return a->src == b->src && a->dst == b->dst && a->sport == b->sport &&
	       a->dport == b->dport && a->proto == b->proto;
}

static void icmp_read(const uint8_t *icmp, struct tuple *t)
{
	if (icmp[0] == 8) {
		t->sport = get16(icmp + 4);
		t->dport = TUPLE_ECHO;
	} else if (icmp[0] == 0) {
		t->sport = TUPLE_ECHO;
		t->dport = get16(icmp + 4);
	}
}

bool tuple_read(const uint8_t *ip, size_t len, struct tuple *t)
{
	size_t header = (ip[0] & 15) * 4;
	const uint8_t *l4 = ip + header;

	*t = (struct tuple){
		.src = get32(ip + 12), .dst = get32(ip + 16), .proto = ip[9]};
	switch (t->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		if (len < header + 8)
			return false;
		t->sport = get16(l4);
		t->dport = get16(l4 + 2);
		return true;
	case IPPROTO_ICMP:
		if (len < header + 8)
			return false;
		if (!l4[1]) /* else no echo that anybody knows */
			icmp_read(l4, t);
	}
	return true;
}

/* A field of ICMP's data, which its checksum covers. */
static void quoted_set(uint8_t *icmp, uint8_t *at, uint16_t is)
{
	sum_adjust(icmp + 2, get16(at), is);
	put16(at, is);
}

/* 32 bits at at, and in a sum that covers them, and in the sum over that. */
static void quoted_ip(uint8_t *icmp, uint8_t *at, uint32_t is, uint8_t *header,
		      uint8_t *l4)
{
	for (int i = 0; i < 4; i += 2) {
		uint16_t was = get16(at + i), now = is >> (16 - i * 8);
		uint8_t *sums[2] = {header, l4};

		for (int s = 0; s < 2; s++) {
			uint16_t before;

			if (!sums[s])
				continue;
			before = get16(sums[s]);
			sum_adjust(sums[s], was, now);
			sum_adjust(icmp + 2, before, get16(sums[s]));
		}
		quoted_set(icmp, at + i, now);
	}
}

static void quoted_port(uint8_t *icmp, uint8_t *at, uint16_t is, uint8_t *l4)
{
	if (l4) {
		uint16_t before = get16(l4);

		sum_adjust(l4, get16(at), is);
		sum_adjust(icmp + 2, before, get16(l4));
	}
	quoted_set(icmp, at, is);
}

bool is_icmp_error(const struct frame *f)
{
	const uint8_t *icmp = ip4_l4(f, 8);
	uint8_t type = icmp ? icmp[0] : 0;

	return IP_OF(f)[9] == IPPROTO_ICMP && icmp &&
	       (type == 3 || type == 4 || type == 5 || type == 11 ||
		type == 12);
}

static uint8_t *quoted_at(const struct frame *f)
{
	return ip4_l4(f, 8) + 8;
}

bool tuple_quoted(const struct frame *f, struct tuple *t)
{
	size_t room = get16(IP_OF(f) + 2) - ip4_header_len(f);
	const uint8_t *ip;

	if (!ip4_l4(f, 8 + 28))
		return false;
	ip = quoted_at(f);
	room -= 8;
	if (ip[0] >> 4 != 4 || (ip[0] & 15) < 5 ||
	    (size_t)(ip[0] & 15) * 4 + 8 > room || get16(ip + 6) & 0x1fff)
		return false;
	if (!tuple_read(ip, room, t))
		return false;
	if (ip[9] == IPPROTO_ICMP) /* an echo's id, whatever its code */
		icmp_read(ip + (ip[0] & 15) * 4, t);
	return true;
}

void tuple_write_quoted(struct frame *f, const struct tuple *is)
{
	uint8_t *icmp = ip4_l4(f, 8), *ip = quoted_at(f);
	uint8_t *l4 = ip + (ip[0] & 15) * 4, *sum = NULL;
	const uint8_t *end = f->data + f->len;

	if (ip[9] == IPPROTO_UDP && get16(l4 + 6))
		sum = l4 + 6;
	else if (ip[9] == IPPROTO_TCP && l4 + 18 <= end)
		sum = l4 + 16;
	quoted_ip(icmp, ip + 12, is->src, ip + 10, sum);
	quoted_ip(icmp, ip + 16, is->dst, ip + 10, sum);
	switch (ip[9]) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		quoted_port(icmp, l4, is->sport, sum);
		quoted_port(icmp, l4 + 2, is->dport, sum);
		break;
	case IPPROTO_ICMP:
		if (l4[0] == 8)
			quoted_port(icmp, l4 + 4, is->sport, l4 + 2);
		else if (l4[0] == 0)
			quoted_port(icmp, l4 + 4, is->dport, l4 + 2);
	}
}

/* Where the checksum of a packet's ports is; NULL: none, or not in it. */
static uint8_t *l4_sum(const struct frame *f)
{
	uint8_t *l4 = ip4_l4(f, 8);

	if (!l4)
		return NULL;
	if (IP_OF(f)[9] == IPPROTO_UDP)
		return get16(l4 + 6) ? l4 + 6 : NULL;
	if (IP_OF(f)[9] == IPPROTO_TCP)
		return ip4_l4(f, 20) ? l4 + 16 : NULL;
	return NULL;
}

static void word_set(uint8_t *at, uint16_t is, uint8_t *sum, uint8_t *second)
{
	if (sum)
		sum_adjust(sum, get16(at), is);
	if (second)
		sum_adjust(second, get16(at), is);
	put16(at, is);
}

void ip4_set_addresses(struct frame *f, uint32_t src, uint32_t dst)
{
	uint8_t *ip = IP_OF(f), *sum = l4_sum(f);

	word_set(ip + 12, src >> 16, ip + 10, sum);
	word_set(ip + 14, src, ip + 10, sum);
	word_set(ip + 16, dst >> 16, ip + 10, sum);
	word_set(ip + 18, dst, ip + 10, sum);
}

/* Wrong by as much as it was. */
static void sctp_set_ports(struct frame *f, uint8_t *l4, const struct tuple *is)
{
	size_t len = get16(IP_OF(f) + 2) - ip4_header_len(f);
	uint32_t wrong = get32(l4 + 8) ^ sctp_checksum(l4, len);

	put16(l4, is->sport);
	put16(l4 + 2, is->dport);
	put32(l4 + 8, sctp_checksum(l4, len) ^ wrong);
}

bool tuple_is_writable(const struct frame *f, const struct tuple *is)
{
	const uint8_t *l4 = ip4_l4(f, 8);

	return !ip4_is_fragment(f) || !l4 || IP_OF(f)[9] != IPPROTO_SCTP ||
	       (get16(l4) == is->sport && get16(l4 + 2) == is->dport);
}

void tuple_write(struct frame *f, const struct tuple *is)
{
	uint8_t *ip = IP_OF(f), *l4 = ip4_l4(f, 8), *sum = l4_sum(f);

	ip4_set_addresses(f, is->src, is->dst);
	if (!l4)
		return;
	switch (ip[9]) {
	case IPPROTO_TCP:
		if (!sum)
			return;
		word_set(l4, is->sport, sum, NULL);
		word_set(l4 + 2, is->dport, sum, NULL);
		break;
	case IPPROTO_UDP:
		word_set(l4, is->sport, sum, NULL);
		word_set(l4 + 2, is->dport, sum, NULL);
		if (sum && !get16(sum))
			put16(sum, 0xffff);
		break;
	case IPPROTO_SCTP:
		if (ip4_l4(f, 13))
			sctp_set_ports(f, l4, is);
		break;
	case IPPROTO_ICMP:
		if (l4[1])
			return;
		if (l4[0] == 8)
			word_set(l4 + 4, is->sport, l4 + 2, NULL);
		else if (l4[0] == 0)
			word_set(l4 + 4, is->dport, l4 + 2, NULL);
	}
}
