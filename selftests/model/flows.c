// SPDX-License-Identifier: GPL-2.0-only
/* What frames carry: IPv4 with each kind of transport, options, fragments;
 * IPv6, ND; ARP. */
#include <netinet/in.h>
#include <string.h>

#include "random.h"
#include "flows.h"

static uint16_t port_random(void)
{
	static const uint16_t some[] = {53, 67, 68, 80, 1000, 1001, 1002, 4789};

	return random_percent(90) ? some[random_below(8)] :
				    1 + random_below(65535);
}

static void tcp_random(struct packet *p)
{
	static const uint8_t flags[] = {TCP_SYN,	   TCP_SYN | TCP_ACK,
					TCP_ACK,	   TCP_ACK | TCP_PSH,
					TCP_FIN | TCP_ACK, TCP_RST,
					TCP_RST | TCP_ACK, TCP_SYN};
	struct tcp_header h = {.sport = port_random(),
			       .dport = port_random(),
			       .seq = random_next(),
			       .flags = flags[random_below(8)],
			       .window = 1000};

	h.ack = h.flags & TCP_ACK ? random_next() : 0;
	packet_tcp(p, &h);
}

static size_t length_random(void)
{
	if (random_percent(70))
		return random_below(80);
	return random_percent(90) ? random_below(1300) :
				    1380 + random_below(90);
}

static void transport_random(struct packet *p, int proto)
{
	static const uint8_t types[] = {8, 8, 8, 8, 0, 3, 11, 13, 5};
	uint8_t type = types[random_below(9)];

	switch (proto) {
	case IPPROTO_UDP:
		packet_udp(p, port_random(), port_random());
		break;
	case IPPROTO_TCP:
		tcp_random(p);
		break;
	case IPPROTO_ICMP:
		packet_icmp(p, type, random_percent(95) ? 0 : 1,
			    random_below(4) << 16 | random_below(99));
		break;
	case IPPROTO_SCTP:
		packet_sctp(p, port_random(), port_random(), 7, 1);
		break;
	}
	packet_payload(p, length_random());
}

void ip4_random(struct packet *p, uint32_t src, uint32_t dst)
{
	static const uint8_t protos[] = {
		IPPROTO_UDP,  IPPROTO_UDP,  IPPROTO_UDP,  IPPROTO_TCP,
		IPPROTO_TCP,  IPPROTO_ICMP, IPPROTO_ICMP, IPPROTO_ICMP,
		IPPROTO_SCTP, 47,	    253};
	static const uint8_t options[12] = {0x94, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0};
	char from[16], to[16];
	struct ip4_header h = {.src = ip_text(src, from),
			       .dst = ip_text(dst, to),
			       .proto = protos[random_below(11)],
			       .ttl = 64};
	size_t start;

	if (random_percent(25))
		h.ttl = random_below(5);
	h.ttl_zero = !h.ttl;
	h.tos = random_percent(80) ? 0 : random_below(256);
	h.id = random_next();
	h.fragment = random_percent(50) ? IP4_DF : 0;
	if (random_percent(5)) {
		h.options = options;
		h.options_len = 4 + 8 * random_below(2);
	}
	if (random_percent(4))
		h.fragment = IP4_MF;
	start = p->len;
	packet_ip4(p, &h);
	transport_random(p, h.proto);
	packet_finish(p);
	if (random_percent(4) && p->len - start > 60)
		packet_fragment(p, 8 * random_below(2), 16);
}

void ip6_random(struct packet *p, const uint8_t src[16], const uint8_t dst[16])
{
	static const uint8_t headers[] = {IPPROTO_HOPOPTS, IPPROTO_DSTOPTS,
					  IPPROTO_FRAGMENT};
	char from[48], to[48];

	ip6_text(src, from);
	ip6_text(dst, to);
	if (random_percent(20)) { /* an extension header, then anything */
		static const uint8_t extension[8] = {59, 0, 1, 4};

		packet_ip6(p, from, to, headers[random_below(3)], 64);
		packet_bytes(p, extension, 8);
	} else if (random_percent(50)) {
		packet_ip6(p, from, to, IPPROTO_UDP, random_below(65));
		packet_udp(p, port_random(), port_random());
	} else {
		packet_ip6(p, from, to, IPPROTO_ICMPV6, 64);
		packet_icmp6(p, random_percent(50) ? 128 : 129, 0, 7);
	}
	packet_payload(p, length_random());
	packet_finish(p);
}
