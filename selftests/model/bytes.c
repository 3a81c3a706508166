// SPDX-License-Identifier: GPL-2.0-only
/* Fields of a frame, from the RFCs: 791, 826, 1624, 768, 9293, 792. */
#include <netinet/in.h>
#include <string.h>

#include "model.h"

#define ARP_LEN 28

uint16_t eth_type(const struct frame *f)
{
	return get16(f->data + 12);
}

bool is_multicast(const uint8_t mac[6])
{
	return mac[0] & 1;
}

bool is_broadcast(const uint8_t mac[6])
{
	return !memcmp(mac, "\xff\xff\xff\xff\xff\xff", 6);
}

bool frame_is_tagged(const struct frame *f)
{
	return eth_type(f) == 0x8100 || eth_type(f) == 0x88a8;
}

size_t ip4_header_len(const struct frame *f)
{
	return (IP_OF(f)[0] & 15) * 4;
}

bool frame_is_ip4(const struct frame *f)
{
	const uint8_t *ip = IP_OF(f);

	return eth_type(f) == ETH_IP4 && f->len >= 34 && ip[0] >> 4 == 4 &&
	       (ip[0] & 15) >= 5 && get16(ip + 2) >= ip4_header_len(f) &&
	       get16(ip + 2) <= f->len - 14;
}

bool frame_is_ip6(const struct frame *f)
{
	const uint8_t *ip = IP_OF(f);

	return eth_type(f) == ETH_IP6 && f->len >= 54 && ip[0] >> 4 == 6 &&
	       get16(ip + 4) <= f->len - 54;
}

bool frame_is_arp(const struct frame *f)
{
	static const uint8_t ethernet_ip4[6] = {0, 1, 8, 0, 6, 4};

	return eth_type(f) == ETH_ARP && f->len >= 14 + ARP_LEN &&
	       !memcmp(IP_OF(f), ethernet_ip4, 6);
}

bool ip4_is_later_fragment(const struct frame *f)
{
	return get16(IP_OF(f) + 6) & 0x1fff;
}

bool ip4_is_fragment(const struct frame *f)
{
	return get16(IP_OF(f) + 6) & 0x3fff;
}

uint8_t *ip4_l4(const struct frame *f, size_t need)
{
	size_t len = ip4_header_len(f);

	if (ip4_is_later_fragment(f) || get16(IP_OF(f) + 2) < len + need)
		return NULL;
	return (uint8_t *)IP_OF(f) + len;
}

void sum_adjust(uint8_t *sum, uint16_t was, uint16_t is)
{
	uint32_t s = (uint16_t)~get16(sum);

	s += (uint16_t)~was;
	s += is;
	put16(sum, ~sum_fold(s));
}

static void word_set(uint8_t *at, uint16_t is, uint8_t *sum)
{
	if (sum)
		sum_adjust(sum, get16(at), is);
	put16(at, is);
}

void ip4_set_ttl(struct frame *f, uint8_t ttl)
{
	uint8_t *ip = IP_OF(f);

	word_set(ip + 8, ttl << 8 | ip[9], ip + 10);
}
