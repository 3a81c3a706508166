// SPDX-License-Identifier: GPL-2.0-only
/* What the other side makes of a packet: its answer, an ICMP error about it,
 * more of the same. */
#include <netinet/in.h>
#include <string.h>

#include "random.h"
#include "turn.h"

#define QUOTED_MAX 576

static void l4_sum(uint8_t *ip, uint8_t *l4, size_t len, uint8_t *sum)
{
	uint32_t s = sum_bytes(ip + 12, 8, len + ip[9]);

	put16(sum, 0);
	s = sum_fold(sum_bytes(l4, len, s));
	put16(sum, ip[9] == IPPROTO_UDP && s == 0xffff ? 0xffff : ~s);
}

void frame_sums(struct frame *f)
{
	uint8_t *ip = IP_OF(f), *l4 = ip + ip4_header_len(f);
	size_t len = get16(ip + 2) - ip4_header_len(f);

	put16(ip + 10, 0);
	put16(ip + 10, ~sum_fold(sum_bytes(ip, ip4_header_len(f), 0)));
	switch (ip[9]) {
	case IPPROTO_TCP:
		l4_sum(ip, l4, len, l4 + 16);
		break;
	case IPPROTO_UDP:
		if (get16(l4 + 6))
			l4_sum(ip, l4, len, l4 + 6);
		break;
	case IPPROTO_SCTP:
		put32(l4 + 8, sctp_checksum(l4, len));
		break;
	case IPPROTO_ICMP:
		put16(l4 + 2, 0);
		put16(l4 + 2, ~sum_fold(sum_bytes(l4, len, 0)));
	}
}

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
	uint8_t was[6];

	memcpy(was, a, len);
	memcpy(a, b, len);
	memcpy(b, was, len);
}

static uint8_t answer_flags(uint8_t flags)
{
	static const uint8_t later[] = {TCP_ACK, TCP_ACK, TCP_ACK | TCP_PSH,
					TCP_ACK | TCP_FIN, TCP_RST};

	if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		return random_percent(80) ? TCP_SYN | TCP_ACK :
					    TCP_RST | TCP_ACK;
	return later[random_below(5)];
}

bool frame_turn(const struct frame *in, struct frame *f)
{
	uint8_t *ip, *l4;

	*f = *in;
	ip = IP_OF(f);
	if (!frame_is_ip4(f) || ip4_is_fragment(f) || frame_form(f) != GOOD ||
	    is_icmp_error(f) || is_multicast(f->data) ||
	    is_multicast(f->data + 6))
		return false;
	l4 = ip + ip4_header_len(f);
	swap(f->data, f->data + 6, 6);
	swap(ip + 12, ip + 16, 4);
	ip[8] = 64;
	switch (ip[9]) {
	case IPPROTO_TCP:
		l4[13] = answer_flags(l4[13]);
		swap(l4, l4 + 2, 2);
		break;
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		swap(l4, l4 + 2, 2);
		break;
	case IPPROTO_ICMP:
		if (l4[0] == 8)
			l4[0] = 0;
		else if (l4[0] == 0)
			l4[0] = 8;
	}
	frame_sums(f);
	return true;
}

void frame_again(struct frame *f)
{
	static const uint8_t some[] = {TCP_SYN,		  TCP_SYN,
				       TCP_ACK,		  TCP_ACK | TCP_PSH,
				       TCP_ACK | TCP_FIN, TCP_RST};
	uint8_t *ip = IP_OF(f), *tcp;

	if (!frame_is_ip4(f) || ip4_is_fragment(f) || frame_form(f) != GOOD)
		return;
	tcp = ip4_l4(f, 20);
	if (ip[9] == IPPROTO_TCP && tcp)
		tcp[13] = some[random_below(6)];
	if (random_percent(8))
		ip[8] = random_below(4);
	frame_sums(f);
}

bool frame_error(const struct frame *about, uint32_t from, struct frame *f)
{
	static const uint8_t types[] = {3, 3, 3, 11, 12, 4};
	const uint8_t *was = IP_OF(about);
	uint8_t *ip = IP_OF(f), *icmp = ip + 20;
	size_t quoted = get16(was + 2);

	if (!frame_is_ip4(about) || ip4_is_later_fragment(about) ||
	    frame_form(about) != GOOD || is_multicast(about->data))
		return false;
	if (quoted > QUOTED_MAX || random_percent(30))
		quoted = ip4_header_len(about) + 8;
	memcpy(f->data, about->data + 6, 6);
	memcpy(f->data + 6, about->data, 6);
	put16(f->data + 12, ETH_IP4);
	memset(ip, 0, 28);
	ip[0] = 0x45;
	put16(ip + 2, 28 + quoted);
	put16(ip + 4, random_next());
	ip[8] = 64;
	ip[9] = IPPROTO_ICMP;
	put32(ip + 12, from);
	memcpy(ip + 16, was + 12, 4);
	icmp[0] = types[random_below(6)];
	icmp[1] = icmp[0] == 3 ? random_below(5) : 0;
	if (icmp[0] == 3 && icmp[1] == 4)
		put16(icmp + 6, 1400);
	memcpy(icmp + 8, was, quoted);
	f->len = 42 + quoted;
	frame_sums(f);
	return true;
}
