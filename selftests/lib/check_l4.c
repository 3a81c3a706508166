// SPDX-License-Identifier: GPL-2.0-only
/* What IP carries, judged by its own RFC. */
#include <stdio.h>
#include <string.h>

#include "check.h"

/* RFC 1071: data with its checksum in place sums up to all ones.  A partial
 * one (CHECKSUM_PARTIAL) holds the folded sum of the pseudo header alone. */
static bool checksum_ok(struct check *c, const char *what, const uint8_t *data,
			size_t len, size_t at, uint32_t pseudo)
{
	uint16_t have = get16(data + at);

	if (sum_fold(sum_bytes(data, len, pseudo)) == 0xffff)
		return true;
	if (c->flags & CHECK_PARTIAL_CSUM && pseudo &&
	    have == sum_fold(pseudo)) {
		c->r->n_partial++;
		return true;
	}
	return check_fail(c, "%s checksum 0x%04x is wrong, off by 0x%04x", what,
			  have,
			  (uint16_t)~sum_fold(sum_bytes(data, len, pseudo)));
}

static bool check_udp(struct check *c, const uint8_t *ip, const uint8_t *h,
		      size_t len, uint32_t pseudo)
{
	bool is_geneve;

	if (len < 8)
		return check_fail(c, "UDP header cut to %zu bytes", len);
	if (get16(h + 4) != len)
		return check_fail(c, "UDP length %u, but IP carries %zu",
				  get16(h + 4), len);
	if (!get16(h + 6) && ip[0] >> 4 == 6)
		return check_fail(c, "UDP over IPv6 without a checksum");
	if (get16(h + 6) && !checksum_ok(c, "UDP", h, len, 6, pseudo))
		return false;
	is_geneve = ip[0] >> 4 == 4 && get16(h + 2) == 6081 && !c->where[0];
	if (!is_geneve)
		return true;
	return check_outer(c, ip, h) && check_geneve(c, h + 8, len - 8);
}

static bool check_tcp(struct check *c, const uint8_t *h, size_t len,
		      uint32_t pseudo)
{
	size_t header;

	if (len < 20)
		return check_fail(c, "TCP header cut to %zu bytes", len);
	header = (h[12] >> 4) * 4;
	if (header < 20 || header > len)
		return check_fail(c, "TCP data offset %zu of %zu bytes", header,
				  len);
	for (size_t at = 20; at < header && h[at] != 0;) {
		if (h[at] == 1) {
			at++;
			continue;
		}
		if (at + 1 >= header || h[at + 1] < 2 ||
		    at + h[at + 1] > header)
			return check_fail(
				c, "TCP option %d runs out of the header",
				h[at]);
		at += h[at + 1];
	}
	return checksum_ok(c, "TCP", h, len, 16, pseudo);
}

/* RFC 9260 3: common header, then chunks, each padded to four bytes. */
static bool check_sctp(struct check *c, const uint8_t *h, size_t len)
{
	size_t chunk;

	if (len < 16)
		return check_fail(c, "SCTP cut to %zu bytes", len);
	if (get32(h + 8) != sctp_checksum(h, len))
		return check_fail(c,
				  "SCTP checksum 0x%08x is wrong, not 0x%08x",
				  get32(h + 8), sctp_checksum(h, len));
	for (size_t at = 12; at < len; at += (chunk + 3) & ~3u) {
		chunk = len - at < 4 ? 0 : get16(h + at + 2);
		if (chunk < 4 || at + chunk > len)
			return check_fail(
				c, "SCTP chunk at byte %zu has length %zu", at,
				chunk);
	}
	return true;
}

/* A packet that an ICMP error quotes whole must have been right where it was
 * sent; a fragment and what is cut cannot be judged.  SCTP goes by port and
 * verification tag (RFC 9260 10), nobody looks at a quoted CRC32c. */
static bool check_quoted(struct check *c, const uint8_t *q, size_t len)
{
	size_t header = (q[0] & 15) * 4, n = strlen(c->where);
	bool ok;

	if (!(c->flags & CHECK_QUOTED_CSUM) || len != get16(q + 2) ||
	    get16(q + 6) & 0x3fff || q[9] == 132)
		return true;
	snprintf(c->where + n, sizeof(c->where) - n, "quoted: ");
	ok = check_l4(c, q, q + header, len - header, q[9],
		      sum_bytes(q + 12, 8, len - header + q[9]));
	c->where[n] = 0;
	return ok;
}

/* RFC 792, RFC 1812 4.3.2.3: an error quotes the IP header and at least 8
 * bytes (or all there is), and no more than makes 576 bytes. */
static bool check_icmp(struct check *c, const uint8_t *ip, const uint8_t *h,
		       size_t len)
{
	const uint8_t *q = h + 8;
	size_t q_header, q_len;

	if (len < 8)
		return check_fail(c, "ICMP header cut to %zu bytes", len);
	if (!checksum_ok(c, "ICMP", h, len, 2, 0))
		return false;
	if (h[0] != 3 && h[0] != 11 && h[0] != 12)
		return true;
	if (len < 8 + 20 || q[0] >> 4 != 4)
		return check_fail(c, "ICMP error %d/%d quotes no IPv4 header",
				  h[0], h[1]);
	q_header = (q[0] & 15) * 4;
	q_len = get16(q + 2);
	if (q_header < 20 || q_len < q_header)
		return check_fail(c, "ICMP error quotes IHL %zu, length %zu",
				  q_header, q_len);
	if (len - 8 >= q_header &&
	    sum_fold(sum_bytes(q, q_header, 0)) != 0xffff)
		return check_fail(c,
				  "ICMP error quotes a wrong header checksum");
	if (len - 8 < q_header + 8 && len - 8 < q_len)
		return check_fail(c, "ICMP error quotes only %zu bytes",
				  len - 8);
	if (len - 8 > q_len)
		return check_fail(
			c, "ICMP error quotes %zu bytes of a %zu byte packet",
			len - 8, q_len);
	if ((ip[0] & 15) * 4 + len > 576)
		return check_fail(c, "ICMP error of %zu bytes, above 576",
				  (ip[0] & 15) * 4 + len);
	return check_quoted(c, q, len - 8);
}

/* RFC 4861 7.1: what makes a neighbor message valid. */
static bool check_icmp6(struct check *c, const uint8_t *ip, const uint8_t *h,
			size_t len, uint32_t pseudo)
{
	size_t fixed;

	if (len < 4)
		return check_fail(c, "ICMPv6 header cut to %zu bytes", len);
	if (!checksum_ok(c, "ICMPv6", h, len, 2, pseudo))
		return false;
	if (h[0] < 133 || h[0] > 137)
		return true;
	if (ip[7] != 255)
		return check_fail(c, "ND with hop limit %d", ip[7]);
	if (h[1])
		return check_fail(c, "ND with code %d", h[1]);
	fixed = h[0] == 133 ? 8 : h[0] == 134 ? 16 : h[0] == 137 ? 40 : 24;
	if (len < fixed)
		return check_fail(c, "ND message cut to %zu bytes", len);
	for (size_t at = fixed; at < len; at += h[at + 1] * 8) {
		if (at + 2 > len || !h[at + 1] || at + h[at + 1] * 8 > len)
			return check_fail(
				c, "ND option at byte %zu has a bad length",
				at);
	}
	return true;
}

bool check_l4(struct check *c, const uint8_t *ip, const uint8_t *h, size_t len,
	      uint8_t proto, uint32_t pseudo)
{
	switch (proto) {
	case 1:
		return ip[0] >> 4 != 4 || check_icmp(c, ip, h, len);
	case 6:
		return check_tcp(c, h, len, pseudo);
	case 132:
		return check_sctp(c, h, len);
	case 17:
		return check_udp(c, ip, h, len, pseudo);
	case 58:
		return ip[0] >> 4 != 6 || check_icmp6(c, ip, h, len, pseudo);
	}
	return true;
}
