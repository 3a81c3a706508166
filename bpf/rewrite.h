/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pipeline changed goes into the frame, once, checksums by RFC 1624.
 * None of these changes touches an L4 pseudo-header, so a checksum that is
 * still to be finished (CHECKSUM_PARTIAL) stays right.
 */
#ifndef XOVN_BPF_REWRITE_H
#define XOVN_BPF_REWRITE_H

#include "flow.h"
#include "parse.h"

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

static __always_inline void be16_pair_store(__be16 *p, __be32 v)
{
	p[0] = v;
	p[1] = v >> 16;
}

static __always_inline void rewrite_arp(const struct flow *f,
					struct arp_view *arp)
{
	arp->op = bpf_htons(f->arp_op);
	mac_copy(arp->sha, f->lladdr);
	be16_pair_store(arp->spa, f->src.ip4);
	mac_copy(arp->tha, f->arp_tha);
	be16_pair_store(arp->tpa, f->dst.ip4);
}

static __always_inline void rewrite_ttl(struct flow *f, struct ip4_view *ip)
{
	__u16 from = bpf_htons(ip->ttl << 8 | ip->proto);

	ip->ttl = f->ttl;
	ip->check = csum_update(ip->check, from,
				bpf_htons(f->ttl << 8 | ip->proto));
}

static __always_inline int
rewrite_echo(const struct flow *f, struct ip4_view *ip, void *icmp, void *end)
{
	__sum16 *check = icmp + 2;
	__u8 *type = icmp;

	if (icmp + 8 > end)
		return -DROP_MALFORMED;
	be16_pair_store(ip->src, f->src.ip4);
	be16_pair_store(ip->dst, f->dst.ip4);
	*check = csum_update(*check, bpf_htons(*type << 8),
			     bpf_htons(ICMP_ECHOREPLY << 8));
	*type = ICMP_ECHOREPLY;
	return 0;
}

/* Writes f->changed into the frame of a TC packet.  0 or a drop reason. */
__noinline int flow_rewrite(struct __sk_buff *skb, struct flow *f)
{
	void *p = CTX_DATA(skb), *end = CTX_DATA_END(skb);
	struct eth_view *eth = p;
	struct ip4_view *ip = p + ETH_HLEN;
	__u32 l4_off;

	if (!f)
		return -DROP_MALFORMED;
	if (!f->changed)
		return 0;
	if ((void *)(eth + 1) > end)
		return -DROP_MALFORMED;
	if (f->changed & CHANGE_ETH) {
		mac_copy(eth->dst, f->eth_dst);
		mac_copy(eth->src, f->eth_src);
	}
	if (f->changed & CHANGE_ARP) {
		if (p + ETH_HLEN + ARP_LEN > end)
			return -DROP_MALFORMED;
		rewrite_arp(f, p + ETH_HLEN);
	}
	if (f->changed & (CHANGE_TTL | CHANGE_ECHO)) {
		if ((void *)(ip + 1) > end)
			return -DROP_MALFORMED;
		if (f->changed & CHANGE_TTL)
			rewrite_ttl(f, ip);
		l4_off = f->l4_off;
		if (f->changed & CHANGE_ECHO) {
			if (l4_off > ETH_HLEN + 60 ||
			    rewrite_echo(f, ip, p + l4_off, end))
				return -DROP_MALFORMED;
		}
	}
	f->changed = 0;
	return 0;
}

#endif /* XOVN_BPF_REWRITE_H */
