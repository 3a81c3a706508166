/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checksums: RFC 1624 for one's complement sums, and what a changed port does
 * to SCTP's CRC32c (RFC 9260 appendix A).
 */
#ifndef XOVN_BPF_CSUM_H
#define XOVN_BPF_CSUM_H

#include "flow.h"

/* RFC 1624 eqn. 3; all in network order. */
static __always_inline __sum16 csum_update(__sum16 check, __u16 from, __u16 to)
{
	__u32 sum = (__u16)~check + (__u16)~from + to;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline __sum16 csum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Several changes, gathered in *delta and applied once. */
static __always_inline void csum_change16(__u32 *delta, __u16 from, __u16 to)
{
	*delta += (__u16)~from + to;
}

static __always_inline void csum_change32(__u32 *delta, __be32 from, __be32 to)
{
	csum_change16(delta, from, to);
	csum_change16(delta, from >> 16, to >> 16);
}

static __always_inline __sum16 csum_apply(__sum16 check, __u32 delta)
{
	delta += (__u16)~check;
	delta = (delta & 0xffff) + (delta >> 16);
	return csum_fold(delta);
}

/* x * y modulo CRC32c's polynomial, bits reflected: bit 31 is x^0. */
__noinline __u32 crc32c_multiply(__u32 x, __u32 y)
{
	__u32 product = 0;

	for (int i = 0; i < 32; i++) {
		product ^= x & 0x80000000 ? y : 0;
		x <<= 1;
		y = (y >> 1) ^ (y & 1 ? 0x82f63b78 : 0);
	}
	return product;
}

/* x^8 and its squares, each of the one before: of 2^i bytes. */
static const __u32 crc32c_power[16] = {
	0x00800000, 0x00008000, 0x82f63b78, 0x6ea2d55c, 0x18b8ea18, 0x510ac59a,
	0xb82be955, 0xb8fdb1e7, 0x88e56f72, 0x74c360a4, 0xe4172b16, 0x0d65762a,
	0x35d73a62, 0x28461564, 0xbf455269, 0xe2ea32dc,
};

/* How a CRC32c over len bytes changes when its first four do; change: their
 * exclusive or, as loaded from the packet.  The CRC is linear, so that is the
 * change's own, moved past the len - 4 bytes behind it: times x^(8 * that),
 * by those of x^8, x^16, x^32 ... that its bits ask for. */
__noinline __u32 crc32c_change(__u32 change, __u32 len)
{
	__u32 crc = change;

	/* The four bytes themselves: 32 shifts, a multiplication by x^32. */
	for (int i = 0; i < 32; i++)
		crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
	len -= 4;
	for (int i = 0; i < 16 && len; i++) {
		if (len & 1)
			crc = crc32c_multiply(crc, crc32c_power[i]);
		len >>= 1;
	}
	return crc;
}

#endif /* XOVN_BPF_CSUM_H */
