/* SPDX-License-Identifier: GPL-2.0 */
/* TC packets as a whole: cutting, clearing, summing up. */
#ifndef XOVN_BPF_SKB_H
#define XOVN_BPF_SKB_H

#include "csum.h"
#include "flow.h"

#define ENOTSUPP 524

#define SUM_CHUNK 64
#define SUM_CHUNKS_MAX 9 /* an ICMP header and what it quotes */

/* Cuts the frame to len bytes.  The kernel does not where it has seen a
 * tunnel (skb->encapsulation; only devices without a wire in between leave
 * that on): what is behind the packet is padding then.  0 or -errno. */
static __always_inline long skb_cut(struct __sk_buff *skb, __u32 len)
{
	long err = bpf_skb_change_tail(skb, len, 0);

	return err == -ENOTSUPP && !skb->gso_size && skb->len >= len ? 0 : err;
}

/* One's complement sum, folded, of the frame's bytes from off to end. */
__noinline int skb_sum(struct __sk_buff *skb, __u32 off, __u32 end)
{
	__u32 sum = 0;

	for (int i = 0; i < SUM_CHUNKS_MAX; i++) {
		__be32 chunk[SUM_CHUNK / 4] = {};
		__u32 left = end - off;

		if (off >= end)
			break;
		if (left > SUM_CHUNK)
			left = SUM_CHUNK;
		/* 1..64 in a form that Linux 6.1's verifier follows. */
		barrier_var(left);
		left = ((left - 1) & (SUM_CHUNK - 1)) + 1;
		if (bpf_skb_load_bytes(skb, off, chunk, left))
			break;
		sum = (__u16)~csum_fold(
			bpf_csum_diff(0, 0, chunk, sizeof(chunk), sum));
		off += SUM_CHUNK;
	}
	return sum;
}

#define CLEAR_CHUNK 64
#define CLEAR_CHUNKS_MAX 32

/* Overwrites the rest of a frame that cannot be cut: it is another's. */
__noinline int skb_clear_from(struct __sk_buff *skb, __u32 off)
{
	__u64 zeros[CLEAR_CHUNK / 8] = {};

	if (skb->gso_size)
		return -1;
	for (int i = 0; i < CLEAR_CHUNKS_MAX; i++) {
		__u32 left = skb->len - off;

		if (off >= skb->len)
			return 0;
		if (left > CLEAR_CHUNK)
			left = CLEAR_CHUNK;
		barrier_var(left);
		left = ((left - 1) & (CLEAR_CHUNK - 1)) + 1;
		if (bpf_skb_store_bytes(skb, off, zeros, left, 0))
			return -1;
		off += CLEAR_CHUNK;
	}
	return -1;
}

#endif /* XOVN_BPF_SKB_H */
