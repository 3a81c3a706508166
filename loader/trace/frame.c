// SPDX-License-Identifier: GPL-2.0-only
#include "trace/frame.h"

#include <netinet/in.h>
#include <string.h>

#define TAGS_MAX 2
#define EXTENSIONS_MAX 8

bool frame_is_icmp4_error(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

bool frame_is_icmp6_error(uint8_t type)
{
	return type < 128;
}

static void read_l4(struct frame_view *v, const uint8_t *frame, size_t at)
{
	size_t left = v->end - at, fixed = 0;
	const char *name = "";

	switch (v->proto) {
	case IPPROTO_TCP:
		name = "tcp";
		fixed = 20;
		if (left < fixed)
			break;
		fixed = (frame[at + 12] >> 4) * 4u;
		if (fixed < 20)
			fixed = left + 1;
		break;
	case IPPROTO_UDP:
		name = "udp";
		fixed = 8;
		break;
	case IPPROTO_SCTP:
		name = "sctp";
		fixed = 16;
		break;
	case IPPROTO_ICMP:
		if (v->eth_type == FRAME_IP4) {
			name = "icmp4";
			fixed = 8;
		}
		break;
	case IPPROTO_ICMPV6:
		if (v->eth_type == FRAME_IP6) {
			name = "icmp6";
			fixed = 8;
		}
		break;
	}
	if (left < fixed) {
		v->cut = name;
		return;
	}
	v->l4 = at;
	v->payload = at + fixed;
}

static void read_ip4(struct frame_view *v, const uint8_t *frame)
{
	const uint8_t *ip = frame + v->l3;
	size_t left = v->end - v->l3, header, total;
	uint16_t fragment;

	v->cut = "ip4";
	if (left < 20)
		return;
	header = (ip[0] & 15) * 4;
	total = frame_get16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header || header > left)
		return;
	v->cut = total > left ? "ip4" : NULL;
	if (total < left)
		v->end = v->l3 + total;
	v->proto = ip[9];
	fragment = frame_get16(ip + 6);
	v->is_fragment = fragment & (FRAME_IP_MF | FRAME_IP_OFFSET);
	v->is_later_fragment = fragment & FRAME_IP_OFFSET;
	v->payload = v->l3 + header;
	if (!v->is_later_fragment)
		read_l4(v, frame, v->payload);
}

static void read_ip6(struct frame_view *v, const uint8_t *frame)
{
	const uint8_t *ip = frame + v->l3;
	size_t left = v->end - v->l3, at = v->l3 + 40, total;

	v->cut = "ip6";
	if (left < 40 || ip[0] >> 4 != 6)
		return;
	total = 40 + frame_get16(ip + 4);
	v->cut = total > left ? "ip6" : NULL;
	if (total < left)
		v->end = v->l3 + total;
	v->proto = ip[6];
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		size_t size;

		if (v->proto != IPPROTO_HOPOPTS &&
		    v->proto != IPPROTO_ROUTING &&
		    v->proto != IPPROTO_DSTOPTS && v->proto != IPPROTO_FRAGMENT)
			break;
		v->payload = at;
		if (v->end - at < 8) {
			v->cut = "ip6 extension";
			return;
		}
		size = 8;
		if (v->proto == IPPROTO_FRAGMENT) {
			v->is_fragment = true;
			v->is_later_fragment = frame_get16(frame + at + 2) &
					       0xfff8;
		} else {
			size += frame[at + 1] * 8u;
		}
		v->proto = frame[at];
		if (v->end - at < size) {
			v->cut = "ip6 extension";
			return;
		}
		at += size;
		if (v->is_later_fragment)
			break;
	}
	v->payload = at;
	if (!v->is_later_fragment)
		read_l4(v, frame, at);
}

void frame_read_ip(struct frame_view *v, const uint8_t *frame, size_t len)
{
	memset(v, 0, sizeof(*v));
	v->end = len;
	v->eth_type = len && frame[0] >> 4 == 6 ? FRAME_IP6 : FRAME_IP4;
	if (v->eth_type == FRAME_IP6)
		read_ip6(v, frame);
	else
		read_ip4(v, frame);
}

void frame_read(struct frame_view *v, const uint8_t *frame, size_t len)
{
	memset(v, 0, sizeof(*v));
	v->end = len;
	v->cut = "eth";
	if (len < 14)
		return;
	v->l3 = 14;
	for (int i = 0; i < TAGS_MAX; i++) {
		uint16_t type = frame_get16(frame + v->l3 - 2);

		if (type != FRAME_VLAN && type != FRAME_QINQ)
			break;
		if (len < v->l3 + 4) {
			v->cut = "vlan";
			v->eth_type = type;
			return;
		}
		if (!v->has_vlan)
			v->tci = frame_get16(frame + v->l3);
		v->has_vlan = true;
		v->l3 += 4;
	}
	v->cut = NULL;
	v->eth_type = frame_get16(frame + v->l3 - 2);
	if (v->eth_type == FRAME_IP4) {
		read_ip4(v, frame);
	} else if (v->eth_type == FRAME_IP6) {
		read_ip6(v, frame);
	} else if (v->eth_type == FRAME_ARP || v->eth_type == FRAME_RARP) {
		if (len - v->l3 < 28)
			v->cut = v->eth_type == FRAME_ARP ? "arp" : "rarp";
		else
			v->payload = v->l3 + 28;
	} else {
		v->payload = v->l3;
	}
}

/* RFC 1071 */
static uint32_t sum_add(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += frame_get16(p + i);
	if (i < len)
		sum += p[i] << 8;
	return sum;
}

static uint16_t sum_finish(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* RFC 9260 appendix A; the polynomial, bits reversed. */
#define CRC32C_POLYNOMIAL 0x82f63b78u

static uint32_t crc_add(uint32_t crc, uint8_t byte)
{
	crc ^= byte;
	for (int bit = 0; bit < 8; bit++)
		crc = crc >> 1 ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0);
	return crc;
}

static void seal_sctp(uint8_t *sctp, size_t len, size_t rest)
{
	uint32_t crc = ~0u;

	frame_put32(sctp + 8, 0);
	for (size_t i = 0; i < len; i++)
		crc = crc_add(crc, sctp[i]);
	for (size_t i = 0; i < rest; i++)
		crc = crc_add(crc, 0);
	crc = ~crc;
	for (int i = 0; i < 4; i++)
		sctp[8 + i] = crc >> 8 * i;
}

/* pseudo: sum of the addresses. */
static void seal_l4(uint8_t *l4, size_t len, size_t rest, uint8_t proto,
		    uint32_t pseudo)
{
	size_t at;

	pseudo += proto + len + rest;
	switch (proto) {
	case IPPROTO_TCP:
		at = 16;
		break;
	case IPPROTO_UDP:
		frame_put16(l4 + 4, len + rest);
		at = 6;
		break;
	case IPPROTO_ICMP:
		pseudo = 0;
		at = 2;
		break;
	case IPPROTO_ICMPV6:
		at = 2;
		break;
	case IPPROTO_SCTP:
		seal_sctp(l4, len, rest);
		return;
	default:
		return;
	}
	frame_put16(l4 + at, 0);
	frame_put16(l4 + at, sum_finish(sum_add(pseudo, l4, len)));
	/* RFC 768: zero would say that there is none */
	if (proto == IPPROTO_UDP && !frame_get16(l4 + at))
		frame_put16(l4 + at, 0xffff);
}

void frame_seal(uint8_t *frame, size_t len, size_t rest)
{
	struct frame_view v;
	uint8_t *ip;
	uint32_t pseudo;

	frame_read(&v, frame, len);
	ip = frame + v.l3;
	if (v.eth_type == FRAME_IP4) {
		size_t header = (ip[0] & 15) * 4;

		frame_put16(ip + 2, len - v.l3);
		frame_put16(ip + 10, 0);
		frame_put16(ip + 10, sum_finish(sum_add(0, ip, header)));
		pseudo = sum_add(0, ip + 12, 8);
	} else if (v.eth_type == FRAME_IP6) {
		frame_put16(ip + 4, len - v.l3 - 40);
		pseudo = sum_add(0, ip + 8, 32);
	} else {
		return;
	}
	frame_read(&v, frame, len);
	/* ICMP of the other IP version is just bytes */
	if (!v.l4 || v.proto == (v.eth_type == FRAME_IP4 ? IPPROTO_ICMPV6 :
							   IPPROTO_ICMP))
		return;
	seal_l4(frame + v.l4, len - v.l4, rest, v.proto, pseudo);
}
