/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a frame's headers are, and what must be right in them once all else
 * is: lengths and checksums. */
#ifndef XOVN_TRACE_FRAME_H
#define XOVN_TRACE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_IP4 0x0800
#define FRAME_ARP 0x0806
#define FRAME_RARP 0x8035
#define FRAME_VLAN 0x8100
#define FRAME_IP6 0x86dd
#define FRAME_QINQ 0x88a8

#define FRAME_IP_DF 0x4000
#define FRAME_IP_MF 0x2000
#define FRAME_IP_OFFSET 0x1fff

#define FRAME_TCP_FIN 0x01
#define FRAME_TCP_SYN 0x02
#define FRAME_TCP_RST 0x04
#define FRAME_TCP_ACK 0x10

/* Of the headers that a frame begins with. */
struct frame_view {
	size_t l3; /* offset of what the last Ethernet type names */
	size_t l4; /* of what IP carries; 0: nothing, a later fragment, cut */
	size_t payload; /* behind the last header; 0: it is cut, or one before */
	size_t end; /* of what the headers count, at most the frame's */
	uint16_t eth_type; /* host order, behind the tags */
	uint16_t tci; /* of the outer tag */
	uint8_t proto; /* behind IPv6's extension headers */
	bool has_vlan;
	bool is_fragment;
	bool is_later_fragment;
	const char *cut; /* the header that is cut or contradicts the length;
			  * NULL: none */
};

void frame_read(struct frame_view *v, const uint8_t *frame, size_t len);

/* As frame_read(), from an IPv4 or IPv6 header on. */
void frame_read_ip(struct frame_view *v, const uint8_t *frame, size_t len);

/* Lengths and checksums of IP and what it carries.  rest: bytes, all zero,
 * that later fragments of the same datagram hold. */
void frame_seal(uint8_t *frame, size_t len, size_t rest);

/* RFC 792, RFC 4443 2.1: errors, which quote what they answer. */
bool frame_is_icmp4_error(uint8_t type);
bool frame_is_icmp6_error(uint8_t type);

static inline uint16_t frame_get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline uint32_t frame_get32(const uint8_t *p)
{
	return (uint32_t)frame_get16(p) << 16 | frame_get16(p + 2);
}

static inline void frame_put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void frame_put32(uint8_t *p, uint32_t v)
{
	frame_put16(p, v >> 16);
	frame_put16(p + 2, v);
}

#endif /* XOVN_TRACE_FRAME_H */
