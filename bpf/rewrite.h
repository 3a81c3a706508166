/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pipeline changed goes into the frame, once, checksums by RFC 1624.
 * With TC a checksum may still have to be finished by the device
 * (CHECKSUM_PARTIAL): only the kernel's helper knows, so it changes what
 * covers a pseudo-header there.
 */
#ifndef XOVN_BPF_REWRITE_H
#define XOVN_BPF_REWRITE_H

#include "csum.h"
#include "ct.h"
#include "flow.h"
#include "parse.h"

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

/* Is the L4 checksum at off still to be finished (CHECKSUM_PARTIAL)?  The
 * context does not tell; bpf_l4_csum_replace() does, because it leaves such
 * a field alone when no pseudo-header changes. */
static __always_inline bool csum_is_partial(struct __sk_buff *skb, __u32 off)
{
	__u16 before, after;

	if (bpf_skb_load_bytes(skb, off, &before, 2) ||
	    bpf_l4_csum_replace(skb, off, 1, 2, 2) ||
	    bpf_skb_load_bytes(skb, off, &after, 2))
		return false;
	if (before == after)
		return true;
	bpf_skb_store_bytes(skb, off, &before, 2, 0);
	return false;
}

#define L4_OFF_MAX (ETH_HLEN + 60)
#define INNER_OFF_MAX (L4_OFF_MAX + 8)
#define TCP_CHECK 16
#define UDP_CHECK 6

/* Where the ports or ids of a quoted header stand, and its checksum: 0:
 * none, or cut off. */
static __always_inline void inner_write_l4(const struct flow *f, __u8 *l4,
					   void *end,
					   const struct flow_tuple *t,
					   __u32 pseudo, __u32 *delta)
{
	__be16 *port = (__be16 *)l4;
	__be16 sport = bpf_htons(t->sport), dport = bpf_htons(t->dport);
	__u32 change = pseudo;
	__sum16 *check = 0;

	if (f->inner_proto == IPPROTO_ICMP) {
		/* Echo: the id, and no pseudo-header. */
		__be16 id = t->dport == ICMP_ECHO ? sport : dport;

		if (*l4 != ICMP_ECHO && *l4 != ICMP_ECHOREPLY)
			return;
		change = 0;
		csum_change16(&change, port[2], id);
		csum_change16(delta, port[2], id);
		port[2] = id;
		check = (__sum16 *)(l4 + 2);
	} else if (proto_has_ports(f->inner_proto)) {
		csum_change16(&change, port[0], sport);
		csum_change16(&change, port[1], dport);
		csum_change16(delta, port[0], sport);
		csum_change16(delta, port[1], dport);
		port[0] = sport;
		port[1] = dport;
		if (f->inner_proto == IPPROTO_UDP &&
		    *(__sum16 *)(l4 + UDP_CHECK))
			check = (__sum16 *)(l4 + UDP_CHECK);
		else if (f->inner_proto == IPPROTO_TCP &&
			 (void *)(l4 + TCP_CHECK + 2) <= end)
			check = (__sum16 *)(l4 + TCP_CHECK);
	}
	if (check) {
		__sum16 old = *check;

		*check = csum_apply(old, change);
		csum_change16(delta, old, *check);
	}
}

/* CHANGE_INNER: what an ICMP error quotes, and the error's own checksum. */
static __always_inline int rewrite_inner(const struct flow *f, void *p,
					 void *end)
{
	__u32 l4_off = f->l4_off, off = f->inner_off, hlen;
	__u32 delta = 0, pseudo = 0, header = 0;
	const struct flow_tuple *t = &f->inner;
	struct ip4_view *ip;
	__sum16 *check, old;
	__u8 *l4;

	if (l4_off > L4_OFF_MAX || off > INNER_OFF_MAX)
		return -DROP_MALFORMED;
	check = p + l4_off + 2;
	ip = p + off;
	if ((void *)(check + 1) > end || (void *)(ip + 1) > end)
		return -DROP_MALFORMED;
	hlen = (ip->ver_ihl & 0xf) * 4;
	l4 = (__u8 *)ip + (hlen & 0x3c);
	if ((void *)(l4 + 8) > end)
		return -DROP_MALFORMED;
	csum_change32(&pseudo, be16_pair(ip->src), t->src);
	csum_change32(&pseudo, be16_pair(ip->dst), t->dst);
	header = pseudo;
	delta = pseudo;
	be16_pair_store(ip->src, t->src);
	be16_pair_store(ip->dst, t->dst);
	old = ip->check;
	ip->check = csum_apply(old, header);
	csum_change16(&delta, old, ip->check);
	inner_write_l4(f, l4, end, t, pseudo, &delta);
	*check = csum_apply(*check, delta);
	return 0;
}

/* Addresses in the IP header.  *pseudo: what that does to sums over them. */
static __always_inline void
rewrite_addresses(const struct flow *f, struct ip4_view *ip, __u32 *pseudo)
{
	csum_change32(pseudo, be16_pair(ip->src), f->src.ip4);
	csum_change32(pseudo, be16_pair(ip->dst), f->dst.ip4);
	be16_pair_store(ip->src, f->src.ip4);
	be16_pair_store(ip->dst, f->dst.ip4);
	ip->check = csum_apply(ip->check, *pseudo);
}

/* CHANGE_NAT at L4, all sums finished: XDP, and ICMP anywhere. */
static __always_inline int rewrite_l4(const struct flow *f, void *p, void *end,
				      __u32 pseudo)
{
	__be16 sport = bpf_htons(f->sport), dport = bpf_htons(f->dport);
	__u32 l4_off = f->l4_off, change = pseudo, crc;
	__be16 *port;
	__sum16 *check;
	__u8 *l4;

	if (f->flags & (FLOW_LATER_FRAGMENT | FLOW_L4_SHORT) ||
	    l4_off > L4_OFF_MAX)
		return 0;
	/* Others may be shorter than any header. */
	if (f->proto != IPPROTO_ICMP && !proto_has_ports(f->proto))
		return 0;
	l4 = p + l4_off;
	port = (__be16 *)l4;
	if ((void *)(l4 + 8) > end)
		return -DROP_MALFORMED;
	if (f->proto == IPPROTO_ICMP) {
		if (!flow_is_echo(f))
			return 0;
		check = (__sum16 *)(l4 + 2);
		*check = csum_update(*check, port[2], dport);
		port[2] = dport;
		return 0;
	}
	if (f->proto == IPPROTO_SCTP) {
		__u32 was = be16_pair(port),
		      is = (__u32)sport | (__u32)dport << 16;

		if ((void *)(l4 + 12) > end)
			return -DROP_MALFORMED;
		if (was == is)
			return 0;
		/* The checksum covers what is in other fragments. */
		if (f->flags & FLOW_FRAGMENT)
			return -DROP_CT_FRAGMENT;
		crc = crc32c_change(was ^ is, f->ip_len + ETH_HLEN - l4_off);
		be16_pair_store(port + 4, be16_pair(port + 4) ^ crc);
		port[0] = sport;
		port[1] = dport;
		return 0;
	}
	if (f->proto == IPPROTO_UDP) {
		check = (__sum16 *)(l4 + UDP_CHECK);
	} else {
		check = (__sum16 *)(l4 + TCP_CHECK);
		if ((void *)(check + 1) > end)
			return -DROP_MALFORMED;
	}
	csum_change16(&change, port[0], sport);
	csum_change16(&change, port[1], dport);
	port[0] = sport;
	port[1] = dport;
	if (f->proto == IPPROTO_UDP && !*check)
		return 0; /* none, RFC 768 */
	*check = csum_apply(*check, change);
	if (f->proto == IPPROTO_UDP && !*check)
		*check = 0xffff;
	return 0;
}

/* The parts that are written alike everywhere: the frame at p. */
static __always_inline int rewrite_headers(struct flow *f, void *p, void *end,
					   __u32 *pseudo)
{
	struct eth_view *eth = p;
	struct ip4_view *ip = p + ETH_HLEN;
	__u32 l4_off;

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
	if (!(f->changed &
	      (CHANGE_TTL | CHANGE_ECHO | CHANGE_NAT | CHANGE_INNER)))
		return 0;
	if ((void *)(ip + 1) > end)
		return -DROP_MALFORMED;
	if (f->changed & CHANGE_TTL)
		rewrite_ttl(f, ip);
	if (f->changed & CHANGE_INNER && rewrite_inner(f, p, end))
		return -DROP_MALFORMED;
	if (f->changed & CHANGE_NAT)
		rewrite_addresses(f, ip, pseudo);
	if (f->changed & CHANGE_ECHO) {
		l4_off = f->l4_off;
		if (l4_off > L4_OFF_MAX || rewrite_echo(f, ip, p + l4_off, end))
			return -DROP_MALFORMED;
	}
	return 0;
}

/* CHANGE_NAT at L4 with TC: TCP and UDP by the kernel's helper, which knows
 * whether the checksum is finished.  from: as the header was. */
static __always_inline int skb_rewrite_l4(struct __sk_buff *skb,
					  const struct flow *f, __be32 src,
					  __be32 dst)
{
	__u32 off = f->frame_off + f->l4_off, check_off, ports[2];
	__u64 flags = 0;

	if (f->flags & (FLOW_LATER_FRAGMENT | FLOW_L4_SHORT))
		return 0;
	if (f->proto == IPPROTO_TCP) {
		check_off = off + TCP_CHECK;
	} else {
		check_off = off + UDP_CHECK;
		flags = BPF_F_MARK_MANGLED_0;
	}
	if (bpf_skb_load_bytes(skb, off, &ports[0], 4))
		return -DROP_MALFORMED;
	ports[1] = bpf_htons(f->sport) | (__u32)bpf_htons(f->dport) << 16;
	if (src != f->src.ip4 &&
	    bpf_l4_csum_replace(skb, check_off, src, f->src.ip4,
				flags | BPF_F_PSEUDO_HDR | 4))
		return -DROP_MALFORMED;
	if (dst != f->dst.ip4 &&
	    bpf_l4_csum_replace(skb, check_off, dst, f->dst.ip4,
				flags | BPF_F_PSEUDO_HDR | 4))
		return -DROP_MALFORMED;
	if (ports[0] == ports[1])
		return 0;
	if (bpf_l4_csum_replace(skb, check_off, ports[0], ports[1],
				flags | 4) ||
	    bpf_skb_store_bytes(skb, off, &ports[1], 4, 0))
		return -DROP_MALFORMED;
	return 0;
}

#define FRAME_OFF_MAX 255

/* Writes f->changed into the frame of a TC packet.  0 or a drop reason. */
__noinline int flow_rewrite(struct __sk_buff *skb, struct flow *f)
{
	void *p = CTX_DATA(skb), *end = CTX_DATA_END(skb);
	__be32 src = 0, dst = 0;
	struct ip4_view *ip;
	__u32 pseudo = 0;
	bool is_nat;
	int ret;

	if (!f || f->frame_off > FRAME_OFF_MAX)
		return -DROP_MALFORMED;
	if (!f->changed)
		return 0;
	p += f->frame_off & FRAME_OFF_MAX;
	ip = p + ETH_HLEN;
	is_nat = f->changed & CHANGE_NAT;
	if (is_nat) {
		if ((void *)(ip + 1) > end)
			return -DROP_MALFORMED;
		src = be16_pair(ip->src);
		dst = be16_pair(ip->dst);
	}
	ret = rewrite_headers(f, p, end, &pseudo);
	if (ret)
		return ret;
	f->changed = 0;
	f->ttl_before = f->ttl;
	if (!is_nat)
		return 0;
	if (f->proto == IPPROTO_TCP || f->proto == IPPROTO_UDP)
		return skb_rewrite_l4(skb, f, src, dst);
	if (f->proto == IPPROTO_SCTP &&
	    !(f->flags & (FLOW_LATER_FRAGMENT | FLOW_L4_SHORT)) &&
	    csum_is_partial(skb, f->frame_off + f->l4_off + 8)) {
		__u32 ports = bpf_htons(f->sport) | (__u32)bpf_htons(f->dport)
							    << 16;

		return bpf_skb_store_bytes(skb, f->frame_off + f->l4_off,
					   &ports, 4, 0) ?
			       -DROP_MALFORMED :
			       0;
	}
	p = CTX_DATA(skb); /* the helpers may have moved the data */
	p += f->frame_off & FRAME_OFF_MAX;
	return rewrite_l4(f, p, CTX_DATA_END(skb), pseudo);
}

#endif /* XOVN_BPF_REWRITE_H */
