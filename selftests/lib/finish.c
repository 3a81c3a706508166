// SPDX-License-Identifier: GPL-2.0-only
/* What of a packet follows from the rest of it: lengths and checksums. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

uint32_t sum_bytes(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++) {
		sum += i & 1 ? p[i] : p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

uint32_t sctp_checksum(const uint8_t *sctp, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= i >= 8 && i < 12 ? 0 : sctp[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	/* the reflected CRC's low byte comes first */
	return __builtin_bswap32(~crc);
}

/* Where the bytes of layer i end: an Ethernet frame has no length of its own,
 * so that every layer reaches to the end of the packet. */
static void lengths_set(struct packet *p)
{
	for (size_t i = 0; i < p->n_layers; i++) {
		uint8_t *h = p->data + p->layer[i].offset;
		size_t len = p->len - p->layer[i].offset;

		if (p->layer[i].kind == LAYER_IP4)
			put16(h + 2, len);
		else if (p->layer[i].kind == LAYER_IP6)
			put16(h + 4, len - 40);
		else if (p->layer[i].kind == LAYER_UDP)
			put16(h + 4, len);
		else if (p->layer[i].kind == LAYER_SCTP)
			put16(h + 14, len - 12);
	}
}

static uint32_t pseudo_sum(const uint8_t *ip, size_t len, uint8_t proto)
{
	uint32_t sum = len + proto;

	if (ip[0] >> 4 == 4)
		return sum_bytes(ip + 12, 8, sum);
	return sum_bytes(ip + 8, 32, sum);
}

static void l4_checksum_set(uint8_t *ip, uint8_t *l4, size_t len,
			    enum packet_layer_kind kind)
{
	size_t at = kind == LAYER_UDP ? 6 : kind == LAYER_TCP ? 16 : 2;
	uint8_t proto = kind == LAYER_UDP ? 17 : kind == LAYER_TCP ? 6 : 58;
	uint32_t sum = 0;
	uint16_t csum;

	put16(l4 + at, 0);
	if (kind != LAYER_ICMP)
		sum = pseudo_sum(ip, len, proto);
	csum = ~sum_fold(sum_bytes(l4, len, sum));
	if (kind == LAYER_UDP && !csum)
		csum = 0xffff; /* RFC 768: 0 says "no checksum" */
	put16(l4 + at, csum);
}

void packet_checksum(struct packet *p)
{
	uint8_t *ip = NULL;

	for (size_t n = p->n_layers; n > 0; n--) {
		struct packet_layer *l = &p->layer[n - 1];
		uint8_t *h = p->data + l->offset;

		ip = n > 1 ? p->data + p->layer[n - 2].offset : NULL;
		switch (l->kind) {
		case LAYER_IP4:
			put16(h + 10, 0);
			put16(h + 10,
			      ~sum_fold(sum_bytes(h, (h[0] & 15) * 4, 0)));
			break;
		case LAYER_UDP:
			if (l->no_checksum ||
			    (n < p->n_layers && l[1].kind == LAYER_GENEVE))
				break;
			/* fall through */
		case LAYER_TCP:
		case LAYER_ICMP:
		case LAYER_ICMP6:
			/* a fragment's checksum is that of the whole: the
			 * test's business */
			if (ip && ip[0] >> 4 == 4 && get16(ip + 6) & 0x3fff)
				break;
			l4_checksum_set(ip, h, p->end - l->offset, l->kind);
			break;
		case LAYER_SCTP:
			put32(h + 8, sctp_checksum(h, p->end - l->offset));
			break;
		default:
			break;
		}
	}
}

void packet_finish(struct packet *p)
{
	p->end = p->len;
	lengths_set(p);
	packet_checksum(p);
}

void packet_fragment(struct packet *p, size_t offset, size_t len)
{
	size_t n = p->n_layers, header, total;
	uint8_t *ip;
	bool is_last;

	while (n > 0 && p->layer[n - 1].kind != LAYER_IP4)
		n--;
	if (!n) {
		fprintf(stderr, "test error: no IPv4 packet to cut\n");
		abort();
	}
	ip = p->data + p->layer[n - 1].offset;
	header = (ip[0] & 15) * 4;
	total = p->end - p->layer[n - 1].offset - header;
	if (offset % 8 || offset >= total) {
		fprintf(stderr, "test error: no fragment at byte %zu\n",
			offset);
		abort();
	}
	is_last = len >= total - offset;
	if (is_last)
		len = total - offset;
	memmove(ip + header, ip + header + offset, len);
	put16(ip + 6,
	      (get16(ip + 6) & IP4_DF) | (is_last ? 0 : IP4_MF) | offset / 8);
	p->n_layers = n;
	p->len = p->layer[n - 1].offset + header + len;
	packet_finish(p);
}

void packet_pad_inner(struct packet *p, size_t len)
{
	size_t i = p->n_layers, n = p->len;

	while (i > 0 && p->layer[i - 1].kind != LAYER_ETH)
		i--;
	packet_pad(p, i ? p->layer[i - 1].offset + len : 0);
	n = p->len - n;
	for (size_t outer = 0; outer + 1 < i; outer++) {
		uint8_t *h = p->data + p->layer[outer].offset;

		if (p->layer[outer].kind == LAYER_UDP)
			put16(h + 4, get16(h + 4) + n);
		if (p->layer[outer].kind != LAYER_IP4)
			continue;
		put16(h + 2, get16(h + 2) + n);
		put16(h + 10, 0);
		put16(h + 10, ~sum_fold(sum_bytes(h, (h[0] & 15) * 4, 0)));
	}
}
