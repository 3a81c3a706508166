// SPDX-License-Identifier: GPL-2.0-only
#include "sync/l4sum.h"

#include <netinet/in.h>
#include <string.h>

#define ETH_HLEN 14
#define IP_HLEN_MIN 20
#define TCP_HLEN 20
#define UDP_HLEN 8
#define SCTP_HLEN 12

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t sum16(uint32_t sum, const uint8_t *p, size_t n)
{
	for (; n > 1; p += 2, n -= 2)
		sum += get16(p);
	if (n)
		sum += (uint32_t)*p << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* RFC 1071; pseudo: sum of the pseudo header.  RFC 768: a result of 0 is sent
 * as all ones. */
static void finish_sum(uint8_t *l4, size_t n, uint8_t *field, uint16_t pseudo,
		       int is_udp)
{
	uint16_t sum;

	/* Right as it is: the sum over everything is all ones. */
	if (get16(field) != pseudo || fold(sum16(pseudo, l4, n)) == 0xffff)
		return;
	put16(field, 0);
	sum = (uint16_t)~fold(sum16(pseudo, l4, n));
	put16(field, is_udp && !sum ? 0xffff : sum);
}

/* RFC 9260 appendix A. */
static uint32_t crc32c(const uint8_t *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void finish_crc(uint8_t *l4, size_t n)
{
	static const uint8_t none[4];
	uint8_t *field = l4 + 8;
	uint32_t crc;

	if (memcmp(field, none, sizeof(none)))
		return;
	crc = crc32c(l4, n);
	for (int i = 0; i < 4; i++)
		field[i] = (uint8_t)(crc >> 8 * i);
}

void l4sum_finish(uint8_t *frame, size_t len)
{
	uint8_t *ip = frame + ETH_HLEN, *l4;
	size_t hlen, total, n;
	uint16_t pseudo;

	if (len < ETH_HLEN + IP_HLEN_MIN || get16(frame + 12) != 0x0800 ||
	    ip[0] >> 4 != 4)
		return;
	hlen = (ip[0] & 0xf) * 4u;
	total = get16(ip + 2);
	/* A fragment's checksum is always finished. */
	if (hlen < IP_HLEN_MIN || total < hlen || total > len - ETH_HLEN ||
	    get16(ip + 6) & 0x3fff)
		return;
	l4 = ip + hlen;
	n = total - hlen;
	pseudo = fold(sum16(ip[9] + (uint32_t)n, ip + 12, 8));
	switch (ip[9]) {
	case IPPROTO_TCP:
		if (n >= TCP_HLEN)
			finish_sum(l4, n, l4 + 16, pseudo, 0);
		break;
	case IPPROTO_UDP:
		/* 0: sent without a checksum. */
		if (n >= UDP_HLEN && get16(l4 + 6))
			finish_sum(l4, n, l4 + 6, pseudo, 1);
		break;
	case IPPROTO_SCTP:
		if (n >= SCTP_HLEN)
			finish_crc(l4, n);
		break;
	}
}
