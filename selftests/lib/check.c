// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

bool check_fail(struct check *c, const char *format, ...)
{
	size_t n = snprintf(c->r->why, sizeof(c->r->why), "%s", c->where);
	va_list args;

	va_start(args, format);
	vsnprintf(c->r->why + n, sizeof(c->r->why) - n, format, args);
	va_end(args);
	return false;
}

static bool check_frame(struct check *c, const uint8_t *f, size_t len,
			bool inner);

/* RFC 8926 3.4, 3.5; ovn-architecture(7) "Tunnel Encapsulations". */
bool check_geneve(struct check *c, const uint8_t *h, size_t len)
{
	size_t opt_len, at, n_ovn = 0;
	bool critical = false;
	uint32_t value = 0;

	if (len < 8)
		return check_fail(c, "Geneve header cut to %zu bytes", len);
	opt_len = (h[0] & 0x3f) * 4;
	if (h[0] >> 6)
		return check_fail(c, "Geneve version %d, not 0", h[0] >> 6);
	if (len < 8 + opt_len)
		return check_fail(c, "Geneve options cut: %zu of %zu bytes",
				  len - 8, opt_len);
	if (h[1] & 0x80)
		return check_fail(c, "Geneve O flag (control packet)");
	if (h[1] & 0x3f)
		return check_fail(c, "Geneve reserved flag bits 0x%02x",
				  h[1] & 0x3f);
	if (get16(h + 2) != 0x6558)
		return check_fail(c, "Geneve protocol 0x%04x, not 0x6558",
				  get16(h + 2));
	if (h[7])
		return check_fail(c, "Geneve reserved byte 0x%02x", h[7]);
	for (at = 8; at < 8 + opt_len;) {
		const uint8_t *o = h + at;
		size_t words = o[3] & 0x1f;

		if (at + 4 + words * 4 > 8 + opt_len)
			return check_fail(
				c,
				"Geneve option at byte %zu claims %zu words, beyond the header",
				at, words);
		if (o[3] & 0xe0)
			return check_fail(
				c, "Geneve option's reserved bits 0x%02x",
				o[3] >> 5);
		if (o[2] & 0x80)
			critical = true;
		if (get16(o) == 0x0102 && o[2] == 0x80) {
			if (words != 1)
				return check_fail(
					c, "OVN option of %zu words, not 1",
					words);
			value = get32(o + 4);
			n_ovn++;
		} else if (!(c->flags & CHECK_NO_ENCAP_RULES)) {
			return check_fail(
				c,
				"Geneve option class 0x%04x type 0x%02x beside OVN's",
				get16(o), o[2]);
		}
		at += 4 + words * 4;
	}
	if (critical != !!(h[1] & 0x40))
		return check_fail(c,
				  "Geneve C flag %d, but critical options: %s",
				  !!(h[1] & 0x40), critical ? "yes" : "no");
	if (n_ovn != 1)
		return check_fail(c, "%zu OVN options, not 1", n_ovn);
	if (value >> 31)
		return check_fail(c, "OVN option's top bit is set (0x%08x)",
				  value);
	c->r->geneve.vni = get32(h + 4) >> 8;
	c->r->geneve.in = value >> 16;
	c->r->geneve.out = value;
	if (!c->r->geneve.vni)
		return check_fail(c, "VNI 0");
	if (!c->r->geneve.in)
		return check_fail(c, "ingress key 0");
	if (!c->r->geneve.out)
		return check_fail(c, "egress key 0");
	if (c->r->geneve.in == c->r->geneve.out)
		return check_fail(c, "ingress and egress key are both %u",
				  c->r->geneve.in);
	c->r->is_geneve = true;
	return check_frame(c, h + 8 + opt_len, len - 8 - opt_len, true);
}

/* What stock OVN fixes in the headers in front of its Geneve. */
bool check_outer(struct check *c, const uint8_t *ip, const uint8_t *udp)
{
	memcpy(c->r->src_ip, ip + 12, 4);
	memcpy(c->r->dst_ip, ip + 16, 4);
	c->r->src_port = get16(udp);
	if (c->flags & CHECK_NO_ENCAP_RULES)
		return true;
	if ((ip[0] & 15) != 5)
		return check_fail(c, "outer IPv4 options");
	if (ip[1] >> 2)
		return check_fail(c, "outer DSCP %d, not 0", ip[1] >> 2);
	if (get16(ip + 4) && !(c->flags & CHECK_GSO_ID))
		return check_fail(c, "outer IPv4 id %u, not 0", get16(ip + 4));
	if (get16(ip + 6) != IP4_DF)
		return check_fail(
			c, "outer flags and fragment 0x%04x, not DF alone",
			get16(ip + 6));
	if (ip[8] != 64)
		return check_fail(c, "outer TTL %d, not 64", ip[8]);
	if (get16(udp) < 32768)
		return check_fail(c, "outer source port %u below 32768",
				  get16(udp));
	return true;
}

/* Behind the IP length only Ethernet's padding to 60 bytes may follow. */
static bool check_tail(struct check *c, const uint8_t *f, size_t used,
		       size_t len)
{
	if (used < len && len > 60)
		return check_fail(c, "%zu bytes behind the packet's length",
				  len - used);
	for (size_t i = used; i < len; i++) {
		if (f[i])
			return check_fail(c,
					  "padding byte %zu is 0x%02x, not 0",
					  i, f[i]);
	}
	return true;
}

static bool check_ip4(struct check *c, const uint8_t *h, size_t len,
		      size_t *used)
{
	size_t header, total, fragment;

	if (len < 20)
		return check_fail(c, "IPv4 header cut to %zu bytes", len);
	header = (h[0] & 15) * 4;
	total = get16(h + 2);
	if (h[0] >> 4 != 4 || header < 20)
		return check_fail(c, "IPv4 version and IHL 0x%02x", h[0]);
	if (total < header || total > len)
		return check_fail(c,
				  "IPv4 length %zu, header %zu, frame has %zu",
				  total, header, len);
	if (sum_fold(sum_bytes(h, header, 0)) != 0xffff)
		return check_fail(c, "IPv4 header checksum 0x%04x is wrong",
				  get16(h + 10));
	for (size_t at = 20; at < header && h[at] != 0;) {
		if (h[at] == 1) {
			at++;
			continue;
		}
		if (at + 1 >= header || h[at + 1] < 2 ||
		    at + h[at + 1] > header)
			return check_fail(
				c, "IPv4 option %d runs out of the header",
				h[at]);
		at += h[at + 1];
	}
	fragment = get16(h + 6);
	if (fragment & 0x8000)
		return check_fail(c, "IPv4 reserved flag");
	if (!h[8])
		return check_fail(c, "IPv4 TTL 0");
	*used = total;
	if (fragment & IP4_MF && (total - header) % 8)
		return check_fail(c, "fragment of %zu bytes, no multiple of 8",
				  total - header);
	if (fragment & 0x3fff)
		return true; /* the L4 checksum is that of the whole */
	return check_l4(c, h, h + header, total - header, h[9],
			sum_bytes(h + 12, 8, total - header + h[9]));
}

static bool check_ip6(struct check *c, const uint8_t *h, size_t len,
		      size_t *used)
{
	size_t payload, at = 0, ext;
	uint8_t next;

	if (len < 40)
		return check_fail(c, "IPv6 header cut to %zu bytes", len);
	payload = get16(h + 4);
	if (h[0] >> 4 != 6)
		return check_fail(c, "IPv6 version %d", h[0] >> 4);
	if (payload > len - 40)
		return check_fail(c, "IPv6 payload %zu, frame has %zu", payload,
				  len - 40);
	if (!h[7])
		return check_fail(c, "IPv6 hop limit 0");
	*used = 40 + payload;
	next = h[6];
	h += 40;
	while (next == 0 || next == 43 || next == 60) {
		if (payload - at < 8)
			return check_fail(c, "IPv6 extension header %d is cut",
					  next);
		ext = 8 + h[at + 1] * 8;
		if (payload - at < ext)
			return check_fail(c, "IPv6 extension header %d is cut",
					  next);
		next = h[at];
		at += ext;
	}
	if (next == 44)
		return true;
	return check_l4(c, h - 40, h + at, payload - at, next,
			sum_bytes(h - 32, 32, payload - at + next));
}

static bool check_arp(struct check *c, const uint8_t *h, size_t len,
		      size_t *used)
{
	if (len < 28)
		return check_fail(c, "ARP cut to %zu bytes", len);
	if (get16(h) != 1 || get16(h + 2) != 0x0800 || h[4] != 6 || h[5] != 4)
		return check_fail(c, "ARP that is not Ethernet and IPv4");
	if (get16(h + 6) != 1 && get16(h + 6) != 2)
		return check_fail(c, "ARP operation %u", get16(h + 6));
	if (h[8] & 1)
		return check_fail(c, "ARP sender MAC is multicast");
	*used = 28;
	return true;
}

static bool check_frame(struct check *c, const uint8_t *f, size_t len,
			bool inner)
{
	size_t l3 = 14, used = 0;
	uint16_t type;
	bool ok;

	if (inner)
		strcpy(c->where, "inner: ");
	if (len < 14)
		return check_fail(c, "Ethernet header cut to %zu bytes", len);
	if (f[6] & 1)
		return check_fail(c, "Ethernet source is multicast");
	type = get16(f + 12);
	while (type == 0x8100 || type == 0x88a8) {
		if (inner)
			return check_fail(c, "frame is VLAN tagged");
		if (len < l3 + 4)
			return check_fail(c, "VLAN tag is cut");
		type = get16(f + l3 + 2);
		l3 += 4;
	}
	switch (type) {
	case 0x0800:
		ok = check_ip4(c, f + l3, len - l3, &used);
		break;
	case 0x86dd:
		ok = check_ip6(c, f + l3, len - l3, &used);
		break;
	case 0x0806:
		ok = check_arp(c, f + l3, len - l3, &used);
		break;
	default:
		return true; /* nothing known about its length */
	}
	return ok && check_tail(c, f, l3 + used, len);
}

bool packet_check(const uint8_t *frame, size_t len, unsigned int flags,
		  struct check_result *r)
{
	struct check c = {.flags = flags, .r = r};

	memset(r, 0, sizeof(*r));
	return check_frame(&c, frame, len, false);
}
