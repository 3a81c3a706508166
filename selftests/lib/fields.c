// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "packet.h"

enum field_format { FIELD_HEX, FIELD_DEC, FIELD_MAC, FIELD_IP4, FIELD_IP6 };

struct field {
	const char *name;
	uint8_t len;
	enum field_format format;
};

/* One table a header: the fields in order, the name of the layer first. */
static const struct field eth_fields[] = {{"eth.dst", 6, FIELD_MAC},
					  {"eth.src", 6, FIELD_MAC},
					  {"eth.type", 2, FIELD_HEX},
					  {}};
static const struct field vlan_fields[] = {
	{"vlan.tci", 2, FIELD_HEX}, {"vlan.type", 2, FIELD_HEX}, {}};
static const struct field arp_fields[] = {
	{"arp.htype", 2, FIELD_DEC}, {"arp.ptype", 2, FIELD_HEX},
	{"arp.hlen", 1, FIELD_DEC},  {"arp.plen", 1, FIELD_DEC},
	{"arp.op", 2, FIELD_DEC},    {"arp.sha", 6, FIELD_MAC},
	{"arp.spa", 4, FIELD_IP4},   {"arp.tha", 6, FIELD_MAC},
	{"arp.tpa", 4, FIELD_IP4},   {}};
static const struct field ip4_fields[] = {{"ip4.version_ihl", 1, FIELD_HEX},
					  {"ip4.tos", 1, FIELD_HEX},
					  {"ip4.length", 2, FIELD_DEC},
					  {"ip4.id", 2, FIELD_DEC},
					  {"ip4.fragment", 2, FIELD_HEX},
					  {"ip4.ttl", 1, FIELD_DEC},
					  {"ip4.proto", 1, FIELD_DEC},
					  {"ip4.checksum", 2, FIELD_HEX},
					  {"ip4.src", 4, FIELD_IP4},
					  {"ip4.dst", 4, FIELD_IP4},
					  {}};
static const struct field ip6_fields[] = {{"ip6.version_flow", 4, FIELD_HEX},
					  {"ip6.length", 2, FIELD_DEC},
					  {"ip6.next", 1, FIELD_DEC},
					  {"ip6.hops", 1, FIELD_DEC},
					  {"ip6.src", 16, FIELD_IP6},
					  {"ip6.dst", 16, FIELD_IP6},
					  {}};
static const struct field udp_fields[] = {{"udp.src", 2, FIELD_DEC},
					  {"udp.dst", 2, FIELD_DEC},
					  {"udp.length", 2, FIELD_DEC},
					  {"udp.checksum", 2, FIELD_HEX},
					  {}};
static const struct field tcp_fields[] = {
	{"tcp.src", 2, FIELD_DEC},    {"tcp.dst", 2, FIELD_DEC},
	{"tcp.seq", 4, FIELD_DEC},    {"tcp.ack", 4, FIELD_DEC},
	{"tcp.offset", 1, FIELD_HEX}, {"tcp.flags", 1, FIELD_HEX},
	{"tcp.window", 2, FIELD_DEC}, {"tcp.checksum", 2, FIELD_HEX},
	{"tcp.urgent", 2, FIELD_DEC}, {}};
static const struct field sctp_fields[] = {
	{"sctp.src", 2, FIELD_DEC},	     {"sctp.dst", 2, FIELD_DEC},
	{"sctp.vtag", 4, FIELD_HEX},	     {"sctp.checksum", 4, FIELD_HEX},
	{"sctp.chunk.type", 1, FIELD_DEC},   {"sctp.chunk.flags", 1, FIELD_HEX},
	{"sctp.chunk.length", 2, FIELD_DEC}, {}};
static const struct field icmp_fields[] = {{"icmp.type", 1, FIELD_DEC},
					   {"icmp.code", 1, FIELD_DEC},
					   {"icmp.checksum", 2, FIELD_HEX},
					   {"icmp.rest", 4, FIELD_HEX},
					   {}};
static const struct field geneve_fields[] = {
	{"geneve.ver_optlen", 1, FIELD_HEX},
	{"geneve.flags", 1, FIELD_HEX},
	{"geneve.protocol", 2, FIELD_HEX},
	{"geneve.vni", 3, FIELD_DEC},
	{"geneve.reserved", 1, FIELD_HEX},
	{"geneve.option.class", 2, FIELD_HEX},
	{"geneve.option.type", 1, FIELD_HEX},
	{"geneve.option.length", 1, FIELD_DEC},
	{"geneve.option.in", 2, FIELD_DEC},
	{"geneve.option.out", 2, FIELD_HEX},
	{}};

/* A header found in a frame, and what follows it. */
struct header {
	const struct field *fields;
	size_t offset, len; /* fixed fields may be fewer than len */
	const char *depth; /* "", "inner ", "quoted " */
};

#define HEADERS_MAX 16

struct dissection {
	struct header header[HEADERS_MAX];
	size_t n;
};

static void header_add(struct dissection *d, const struct field *fields,
		       size_t offset, size_t len, const char *depth)
{
	if (d->n < HEADERS_MAX)
		d->header[d->n++] = (struct header){fields, offset, len, depth};
}

static void dissect_ip(struct dissection *d, const uint8_t *f, size_t len,
		       size_t at, const char *depth);

/* Never reads past len; a cut header is not listed. */
static void dissect_frame(struct dissection *d, const uint8_t *f, size_t len,
			  size_t at, const char *depth)
{
	uint16_t type;

	if (len < at + 14)
		return;
	header_add(d, eth_fields, at, 14, depth);
	type = get16(f + at + 12);
	at += 14;
	while ((type == 0x8100 || type == 0x88a8) && len >= at + 4) {
		header_add(d, vlan_fields, at, 4, depth);
		type = get16(f + at + 2);
		at += 4;
	}
	if (type == 0x0806 && len >= at + 28)
		header_add(d, arp_fields, at, 28, depth);
	else if (type == 0x0800 || type == 0x86dd)
		dissect_ip(d, f, len, at, depth);
}

static void dissect_ip(struct dissection *d, const uint8_t *f, size_t len,
		       size_t at, const char *depth)
{
	size_t header = 40;
	uint8_t proto;

	if (len < at + 20)
		return;
	if (f[at] >> 4 == 4) {
		header = (f[at] & 15) * 4;
		if (header < 20 || len < at + header)
			return;
		header_add(d, ip4_fields, at, header, depth);
		proto = get16(f + at + 6) & 0x1fff ? 255 : f[at + 9];
	} else {
		if (len < at + 40)
			return;
		header_add(d, ip6_fields, at, header, depth);
		proto = f[at + 6];
	}
	at += header;
	if (proto == 17 && len >= at + 8) {
		header_add(d, udp_fields, at, 8, depth);
		if (get16(f + at + 2) == 6081 && len >= at + 24 && !*depth) {
			header = 8 + (f[at + 8] & 0x3f) * 4;
			header_add(d, geneve_fields, at + 8, header, depth);
			dissect_frame(d, f, len, at + 8 + header, "inner ");
		}
	} else if (proto == 6 && len >= at + 20) {
		header_add(d, tcp_fields, at, 20, depth);
	} else if (proto == 132 && len >= at + 16) {
		header_add(d, sctp_fields, at, 16, depth);
	} else if ((proto == 1 || proto == 58) && len >= at + 8) {
		header_add(d, icmp_fields, at, 8, depth);
		if (proto == 1 && (f[at] == 3 || f[at] == 11 || f[at] == 12))
			dissect_ip(d, f, len, at + 8, "quoted ");
	}
}

static size_t value_print(char *text, size_t size, const struct field *field,
			  const uint8_t *b)
{
	char address[INET6_ADDRSTRLEN];
	unsigned long value = 0;

	switch (field->format) {
	case FIELD_MAC:
		return snprintf(text, size, "%02x:%02x:%02x:%02x:%02x:%02x",
				b[0], b[1], b[2], b[3], b[4], b[5]);
	case FIELD_IP4:
	case FIELD_IP6:
		inet_ntop(field->format == FIELD_IP4 ? AF_INET : AF_INET6, b,
			  address, sizeof(address));
		return snprintf(text, size, "%s", address);
	default:
		for (int i = 0; i < field->len; i++)
			value = value << 8 | b[i];
		return snprintf(text, size,
				field->format == FIELD_DEC ? "%lu" : "0x%02lx",
				value);
	}
}

/* The named field that holds byte pos. */
static bool field_find(const struct dissection *d, size_t pos,
		       const struct field **field, size_t *start,
		       const char **depth)
{
	for (size_t i = d->n; i > 0; i--) {
		const struct header *h = &d->header[i - 1];
		size_t at = h->offset;

		if (pos < at || pos >= at + h->len)
			continue;
		for (const struct field *f = h->fields; f->name; f++) {
			if (pos < at + f->len) {
				*field = f;
				*start = at;
				*depth = h->depth;
				return true;
			}
			at += f->len;
		}
	}
	return false;
}

bool packet_diff(const uint8_t *want, size_t want_len, const uint8_t *got,
		 size_t got_len, char *text, size_t size)
{
	size_t n = want_len < got_len ? want_len : got_len, pos = 0, start;
	struct dissection d = {};
	const struct field *field;
	char w[64], g[64];
	const char *depth;

	while (pos < n && want[pos] == got[pos])
		pos++;
	if (pos == n && want_len == got_len)
		return false;
	dissect_frame(&d, want, want_len, 0, "");
	if (pos == n)
		snprintf(text, size, "length: want %zu, got %zu", want_len,
			 got_len);
	else if (field_find(&d, pos, &field, &start, &depth) &&
		 start + field->len <= n) {
		value_print(w, sizeof(w), field, want + start);
		value_print(g, sizeof(g), field, got + start);
		snprintf(text, size,
			 "%s%s (byte %zu): want %s, got %s; lengths %zu, %zu",
			 depth, field->name, start, w, g, want_len, got_len);
	} else {
		snprintf(text, size,
			 "byte %zu: want 0x%02x, got 0x%02x; lengths %zu, %zu",
			 pos, want[pos], got[pos], want_len, got_len);
	}
	return true;
}

struct line {
	char *text;
	size_t size, len;
};

static void line_add(struct line *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void line_add(struct line *l, const char *format, ...)
{
	va_list args;

	if (l->len >= l->size)
		return;
	va_start(args, format);
	l->len += vsnprintf(l->text + l->len, l->size - l->len, format, args);
	va_end(args);
}

static void field_add(struct line *l, const char *label, const uint8_t *b,
		      const struct field *field)
{
	char value[64];

	value_print(value, sizeof(value), field, b);
	line_add(l, "%s%s", label, value);
}

/* The fields of a header that tell packets apart when reading a failure. */
static void header_print(struct line *l, const struct header *h,
			 const uint8_t *b)
{
	line_add(l, "%s%s", l->len ? " | " : "", h->depth);
	if (h->fields == eth_fields) {
		field_add(l, "", b + 6, &eth_fields[1]);
		field_add(l, " > ", b, &eth_fields[0]);
		line_add(l, " type 0x%04x", get16(b + 12));
	} else if (h->fields == vlan_fields) {
		line_add(l, "vlan %u type 0x%04x", get16(b) & 0xfff,
			 get16(b + 2));
	} else if (h->fields == arp_fields) {
		line_add(l, "ARP op %u", get16(b + 6));
		field_add(l, " sha ", b + 8, &arp_fields[5]);
		field_add(l, " spa ", b + 14, &arp_fields[6]);
		field_add(l, " tha ", b + 18, &arp_fields[7]);
		field_add(l, " tpa ", b + 24, &arp_fields[8]);
	} else if (h->fields == ip4_fields) {
		field_add(l, "IPv4 ", b + 12, &ip4_fields[8]);
		field_add(l, " > ", b + 16, &ip4_fields[9]);
		line_add(l, " proto %d ttl %d id %u frag 0x%04x len %u", b[9],
			 b[8], get16(b + 4), get16(b + 6), get16(b + 2));
		if (h->len > 20)
			line_add(l, " options %zu", h->len - 20);
	} else if (h->fields == ip6_fields) {
		field_add(l, "IPv6 ", b + 8, &ip6_fields[4]);
		field_add(l, " > ", b + 24, &ip6_fields[5]);
		line_add(l, " next %d hops %d len %u", b[6], b[7],
			 get16(b + 4));
	} else if (h->fields == udp_fields) {
		line_add(l, "UDP %u > %u len %u", get16(b), get16(b + 2),
			 get16(b + 4));
	} else if (h->fields == tcp_fields) {
		line_add(l, "TCP %u > %u flags 0x%02x seq %u ack %u", get16(b),
			 get16(b + 2), b[13], get32(b + 4), get32(b + 8));
	} else if (h->fields == sctp_fields) {
		line_add(l, "SCTP %u > %u vtag 0x%08x chunk %d", get16(b),
			 get16(b + 2), get32(b + 4), b[12]);
	} else if (h->fields == icmp_fields) {
		line_add(l, "ICMP %d/%d rest 0x%08x", b[0], b[1], get32(b + 4));
	} else if (h->fields == geneve_fields) {
		line_add(l, "Geneve vni %u in %u out 0x%04x flags 0x%02x",
			 get32(b + 4) >> 8, get16(b + 12), get16(b + 14), b[1]);
	}
}

void packet_decode(const uint8_t *frame, size_t len, char *text, size_t size)
{
	struct line l = {.text = text, .size = size};
	struct dissection d = {};

	text[0] = 0;
	dissect_frame(&d, frame, len, 0, "");
	for (size_t i = 0; i < d.n; i++)
		header_print(&l, &d.header[i], frame + d.header[i].offset);
	if (!d.n)
		line_add(&l, "no Ethernet header");
	line_add(&l, " | %zu bytes", len);
}
