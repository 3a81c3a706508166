// SPDX-License-Identifier: GPL-2.0-only
/* The frame: headers one behind the other, then lengths and checksums. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "trace/frame.h"
#include "trace/microflow_fields.h"

#define PING_PAYLOAD 56
#define ETHERNET_PAYLOAD_MIN 46 /* IEEE 802.3 */
#define LATER_OFFSET 1480 /* bytes: behind a first fragment of 1500 */
#define FRAGMENT_REST 8 /* bytes of the datagram behind a first fragment */
#define TCP_WINDOW 64240
#define SCTP_TAG 1 /* any but zero, RFC 9260 3.3.2 */
#define SCTP_WINDOW 65536
#define SCTP_STREAMS 10

#define SCTP_DATA 0
#define SCTP_INIT 1
#define SCTP_WHOLE_MESSAGE 3 /* flags of DATA: first and last piece of it */

/* Headers together are far shorter than a frame; only payloads are checked. */
static uint8_t *append(struct microflow *m, size_t len)
{
	uint8_t *p = m->frame + m->len;

	m->len += len;
	return p;
}

static void copy(uint8_t *to, const struct fields *fields, enum field field,
		 size_t len)
{
	memcpy(to, fields->f[field].value.b + 16 - len, len);
}

static uint64_t number(const struct fields *fields, enum field field)
{
	return field_number(fields, field, 0);
}

static void build_eth(const struct fields *fields, struct microflow *m)
{
	uint16_t type = number(fields, FIELD_ETH_TYPE);
	uint8_t *p = append(m, 14);

	copy(p, fields, FIELD_ETH_DST, 6);
	copy(p + 6, fields, FIELD_ETH_SRC, 6);
	frame_put16(p + 12, type);
	if (!number(fields, FIELD_VLAN_PRESENT))
		return;
	frame_put16(p + 12, FRAME_VLAN);
	p = append(m, 4);
	frame_put16(p, number(fields, FIELD_VLAN_PCP) << 13 |
			       number(fields, FIELD_VLAN_VID));
	frame_put16(p + 2, type);
}

static void build_arp(const struct fields *fields, struct microflow *m)
{
	bool is_rarp = number(fields, FIELD_ETH_TYPE) == FRAME_RARP;
	uint8_t *p = append(m, 28);

	frame_put16(p, 1);
	frame_put16(p + 2, FRAME_IP4);
	p[4] = 6;
	p[5] = 4;
	frame_put16(p + 6, field_number(fields, FIELD_ARP_OP, is_rarp ? 3 : 1));
	copy(p + 8, fields, FIELD_ARP_SHA, 6);
	copy(p + 14, fields, FIELD_ARP_SPA, 4);
	copy(p + 18, fields, FIELD_ARP_THA, 6);
	copy(p + 24, fields, FIELD_ARP_TPA, 4);
}

static uint8_t traffic_class(const struct fields *fields)
{
	return number(fields, FIELD_IP_DSCP) << 2 |
	       number(fields, FIELD_IP_ECN);
}

static uint8_t ttl(const struct fields *fields)
{
	uint8_t type = number(fields, FIELD_ICMP6_TYPE);

	return field_number(fields, FIELD_IP_TTL,
			    type >= 133 && type <= 137 ? 255 : 64);
}

static void build_ip4(const struct fields *fields, struct microflow *m)
{
	bool is_frag = number(fields, FIELD_IS_FRAG);
	bool is_later = number(fields, FIELD_LATER_FRAG);
	bool df = field_number(fields, FIELD_IP_DF, !is_frag);
	uint8_t *p = append(m, 20);

	p[0] = 0x45;
	p[1] = traffic_class(fields);
	frame_put16(p + 4, field_number(fields, FIELD_IP_ID, !df));
	frame_put16(p + 6,
		    (df ? FRAME_IP_DF : 0) | (is_later ? LATER_OFFSET / 8 :
					      is_frag  ? FRAME_IP_MF :
							 0));
	p[8] = ttl(fields);
	p[9] = number(fields, FIELD_IP_PROTO);
	copy(p + 12, fields, FIELD_IP4_SRC, 4);
	copy(p + 16, fields, FIELD_IP4_DST, 4);
}

static void build_ip6(const struct fields *fields, struct microflow *m)
{
	bool is_frag = number(fields, FIELD_IS_FRAG);
	uint8_t proto = field_number(fields, FIELD_IP_PROTO, IPPROTO_NONE);
	uint8_t *p = append(m, 40);

	frame_put32(p, 6u << 28 | traffic_class(fields) << 20 |
			       number(fields, FIELD_IP6_LABEL));
	p[6] = is_frag ? IPPROTO_FRAGMENT : proto;
	p[7] = ttl(fields);
	copy(p + 8, fields, FIELD_IP6_SRC, 16);
	copy(p + 24, fields, FIELD_IP6_DST, 16);
	if (!is_frag)
		return;
	p = append(m, 8);
	p[0] = proto;
	frame_put16(p + 2, number(fields, FIELD_LATER_FRAG) ? LATER_OFFSET : 1);
	frame_put32(p + 4, 1);
}

/* What the answered packet began with: UDP between the same two, the other
 * way, ports unknown. */
static void build_quote(struct microflow *m, const uint8_t *ip)
{
	bool is_ip6 = ip[0] >> 4 == 6;
	uint8_t *q = append(m, is_ip6 ? 48 : 28);
	struct microflow quote = {.len = is_ip6 ? 62 : 42};
	uint8_t *in = quote.frame + 14;

	frame_put16(quote.frame + 12, is_ip6 ? FRAME_IP6 : FRAME_IP4);
	if (is_ip6) {
		in[0] = 0x60;
		in[6] = IPPROTO_UDP;
		in[7] = 64;
		memcpy(in + 8, ip + 24, 16);
		memcpy(in + 24, ip + 8, 16);
	} else {
		in[0] = 0x45;
		frame_put16(in + 6, FRAME_IP_DF);
		in[8] = 64;
		in[9] = IPPROTO_UDP;
		memcpy(in + 12, ip + 16, 4);
		memcpy(in + 16, ip + 12, 4);
	}
	frame_seal(quote.frame, quote.len, 0);
	memcpy(q, in, quote.len - 14);
}

/* Returns the payload's length where payload.len does not say it. */
static size_t build_icmp4(const struct fields *fields, struct microflow *m,
			  const uint8_t *ip)
{
	uint8_t *p = append(m, 8);

	p[0] = field_number(fields, FIELD_ICMP4_TYPE, 8);
	p[1] = number(fields, FIELD_ICMP4_CODE);
	frame_put16(p + 4, number(fields, FIELD_ICMP4_ID));
	frame_put16(p + 6, number(fields, FIELD_ICMP4_SEQ));
	if (frame_is_icmp4_error(p[0]) &&
	    !field_is_set(fields, FIELD_PAYLOAD_LEN))
		build_quote(m, ip);
	return p[0] == 8 || p[0] == 0 ? PING_PAYLOAD : 0;
}

/* RFC 4861 4.6.1: type, length in units of 8 bytes, address. */
static void build_nd_option(const struct fields *fields, struct microflow *m,
			    enum field field, uint8_t type)
{
	uint8_t *p;

	if (!field_is_set(fields, field))
		return;
	p = append(m, 8);
	p[0] = type;
	p[1] = 1;
	copy(p + 2, fields, field, 6);
}

static size_t build_icmp6(const struct fields *fields, struct microflow *m,
			  const uint8_t *ip)
{
	uint8_t *p = append(m, 8);

	p[0] = field_number(fields, FIELD_ICMP6_TYPE, 128);
	p[1] = number(fields, FIELD_ICMP6_CODE);
	frame_put16(p + 4, number(fields, FIELD_ICMP6_ID));
	frame_put16(p + 6, number(fields, FIELD_ICMP6_SEQ));
	switch (p[0]) {
	case 128:
	case 129:
		return PING_PAYLOAD;
	case 134:
		append(m, 8);
		break;
	case 136:
		p[4] = 0x60; /* solicited, override */
		/* fall through */
	case 135:
		copy(append(m, 16), fields, FIELD_ND_TARGET, 16);
		build_nd_option(fields, m, FIELD_ND_SLL, 1);
		build_nd_option(fields, m, FIELD_ND_TLL, 2);
		break;
	default:
		if (frame_is_icmp6_error(p[0]) &&
		    !field_is_set(fields, FIELD_PAYLOAD_LEN))
			build_quote(m, ip);
	}
	return 0;
}

static void build_tcp(const struct fields *fields, struct microflow *m)
{
	uint16_t flags = field_number(fields, FIELD_TCP_FLAGS, FRAME_TCP_SYN);
	uint8_t *p = append(m, 20);

	copy(p, fields, FIELD_TCP_SRC, 2);
	copy(p + 2, fields, FIELD_TCP_DST, 2);
	frame_put16(p + 12, 5 << 12 | flags);
	frame_put16(p + 14, TCP_WINDOW);
}

static void build_udp(const struct fields *fields, struct microflow *m)
{
	uint8_t *p = append(m, 8);

	copy(p, fields, FIELD_UDP_SRC, 2);
	copy(p + 2, fields, FIELD_UDP_DST, 2);
}

/* RFC 9260 3.3.1, 3.3.2 */
static void build_sctp(const struct fields *fields, struct microflow *m)
{
	uint16_t data = number(fields, FIELD_PAYLOAD_LEN);
	uint8_t *p = append(m, data ? 28 : 32);

	copy(p, fields, FIELD_SCTP_SRC, 2);
	copy(p + 2, fields, FIELD_SCTP_DST, 2);
	if (data) {
		frame_put32(p + 4, SCTP_TAG);
		p[12] = SCTP_DATA;
		p[13] = SCTP_WHOLE_MESSAGE;
		frame_put16(p + 14, 16 + data);
		frame_put32(p + 16, 1);
		return;
	}
	p[12] = SCTP_INIT;
	frame_put16(p + 14, 20);
	frame_put32(p + 16, SCTP_TAG);
	frame_put32(p + 20, SCTP_WINDOW);
	frame_put16(p + 24, SCTP_STREAMS);
	frame_put16(p + 26, SCTP_STREAMS);
	frame_put32(p + 28, 1);
}

/* Returns the payload's length where payload.len does not say it. */
static size_t build_l4(const struct fields *fields, struct microflow *m,
		       const uint8_t *ip)
{
	bool is_ip6 = ip[0] >> 4 == 6;

	if (number(fields, FIELD_LATER_FRAG))
		return 8;
	switch (number(fields, FIELD_IP_PROTO)) {
	case IPPROTO_ICMP:
		return is_ip6 ? 0 : build_icmp4(fields, m, ip);
	case IPPROTO_ICMPV6:
		return is_ip6 ? build_icmp6(fields, m, ip) : 0;
	case IPPROTO_TCP:
		build_tcp(fields, m);
		break;
	case IPPROTO_UDP:
		build_udp(fields, m);
		break;
	case IPPROTO_SCTP:
		build_sctp(fields, m);
		break;
	}
	return 0;
}

/* What begins at offset from must fill units of so many bytes. */
static int build_payload(const struct fields *fields, struct microflow *m,
			 size_t len, size_t from, size_t unit, struct error *e)
{
	size_t begun = m->len - from;
	size_t most = (sizeof(m->frame) - from) / unit * unit - begun;
	uint8_t *p;

	if (len > most)
		return error_set(
			e, EINVAL,
			"microflow: payload.len == %zu is too long (column %u); allowed is 0 to %zu: the frame has at most %zu bytes",
			len, fields->f[FIELD_PAYLOAD_LEN].by.column, most,
			sizeof(m->frame));
	p = append(m, (begun + len + unit - 1) / unit * unit - begun);
	/* each byte says where it was */
	for (size_t i = 0; i < len; i++)
		p[i] = i;
	return 0;
}

int microflow_build(const struct fields *fields, struct microflow *m,
		    struct error *e)
{
	uint16_t type = number(fields, FIELD_ETH_TYPE);
	bool is_first = number(fields, FIELD_IS_FRAG) &&
			!number(fields, FIELD_LATER_FRAG);
	bool is_sctp = number(fields, FIELD_IP_PROTO) == IPPROTO_SCTP;
	size_t payload = 0, l3, l4 = 0;
	int err;

	memset(m, 0, sizeof(*m));
	strcpy(m->inport, fields->inport);
	build_eth(fields, m);
	l3 = m->len;
	if (type == FRAME_ARP || type == FRAME_RARP) {
		build_arp(fields, m);
	} else if (type == FRAME_IP4 || type == FRAME_IP6) {
		if (type == FRAME_IP4)
			build_ip4(fields, m);
		else
			build_ip6(fields, m);
		l4 = m->len;
		payload = build_l4(fields, m, m->frame + l3);
	} else {
		payload = ETHERNET_PAYLOAD_MIN;
	}
	payload = field_number(fields, FIELD_PAYLOAD_LEN, payload);
	/* RFC 791 3.2 fragments; RFC 9260 3.2 chunks */
	err = build_payload(fields, m, payload, l4,
			    is_first ? 8 :
			    is_sctp  ? 4 :
				       1,
			    e);
	if (err)
		return err;
	frame_seal(m->frame, m->len, is_first ? FRAGMENT_REST : 0);
	return 0;
}
