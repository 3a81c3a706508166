/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frame to flow.  What a router or port security must trust is checked
 * against the frame's length; what is cut off behind the IP header only sets
 * FLOW_L4_SHORT.
 */
#ifndef XOVN_BPF_PARSE_H
#define XOVN_BPF_PARSE_H

#include "flow.h"

/* Headers as read at any alignment of two; never written through. */
struct eth_view {
	__u8 dst[6];
	__u8 src[6];
	__be16 type;
};

struct arp_view {
	__be16 hrd;
	__be16 pro;
	__u8 hln;
	__u8 pln;
	__be16 op;
	__u8 sha[6];
	__be16 spa[2];
	__u8 tha[6];
	__be16 tpa[2];
};

struct ip4_view {
	__u8 ver_ihl;
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag;
	__u8 ttl;
	__u8 proto;
	__sum16 check;
	__be16 src[2];
	__be16 dst[2];
};

struct ip6_view {
	__u8 ver;
	__u8 rest[3];
	__be16 payload_len;
	__u8 next;
	__u8 hop_limit;
	__be16 src[8];
	__be16 dst[8];
};

/* Of a packet or a map's value; on the stack the kernel wants words aligned. */
static __always_inline __be32 be16_pair(const __be16 *p)
{
	return *(const __be32 *)p;
}

/* Two multiplications instead of the kernel's dissector (2 ns, not 115).
 * Not symmetric: OVN wants only one port per flow (RFC 8926 3.3). */
static __always_inline __u32 hash_words(__u64 a, __u64 b)
{
	return ((a ^ b * 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull) >> 32;
}

/* Of a packet with ports, as flow_hash(). */
static __always_inline __u32 hash_ip4(__be32 src, __be32 dst, __u16 sport,
				      __u16 dport, __u8 proto)
{
	return hash_words((__u64)src << 32 | dst,
			  (__u64)sport << 32 | (__u64)dport << 8 | proto);
}

static __always_inline __u32 flow_hash(const struct flow *f)
{
	__u64 a = (__u64)f->src.ip4 << 32 | f->dst.ip4;
	__u64 b = (__u64)f->sport << 32 | (__u64)f->dport << 8 | f->proto;

	if (f->flags & FLOW_FRAGMENT)
		b = f->proto; /* all of them go one way */

	if (f->eth_type == ETH_P_IPV6) {
		a ^= (__u64)f->src.ip6[3] << 32 | f->dst.ip6[3];
		b ^= (__u64)f->src.ip6[1] << 32 | f->dst.ip6[1];
	}
	if (f->eth_type != ETH_P_IP && f->eth_type != ETH_P_IPV6)
		a ^= *(const __u16 *)(f->eth_src + 4);
	return hash_words(a, b);
}

static __always_inline int parse_arp(struct flow *f, void *p, void *end)
{
	struct arp_view *arp = p;

	if ((void *)(arp + 1) > end)
		return -DROP_MALFORMED;
	if (arp->hrd != bpf_htons(1) || arp->pro != bpf_htons(ETH_P_IP) ||
	    arp->hln != 6 || arp->pln != 4)
		return -DROP_MALFORMED;
	f->arp_op = bpf_ntohs(arp->op);
	mac_copy(f->lladdr, arp->sha);
	mac_copy(f->arp_tha, arp->tha);
	f->src.ip4 = be16_pair(arp->spa);
	f->dst.ip4 = be16_pair(arp->tpa);
	return 0;
}

/* ND carries a link-layer address as its first option, RFC 4861 4.3, 4.4. */
static __always_inline void parse_nd(struct flow *f, void *p, void *end,
				     __u32 room)
{
	__u8 *nd = p;

	if (room >= 24 && nd + 24 <= (__u8 *)end) {
#pragma unroll
		for (int i = 0; i < 4; i++)
			f->nd_target.ip6[i] = be16_pair(p + 8 + 4 * i);
	}
	if (room >= 32 && nd + 32 <= (__u8 *)end &&
	    (nd[24] == 1 || nd[24] == 2) && nd[25] == 1)
		mac_copy(f->lladdr, nd + 26);
	else
		f->flags |= FLOW_BAD_ND;
}

/* What an ICMP error quotes: RFC 792 gives at least 8 bytes of L4. */
static __always_inline void parse_inner(struct flow *f, void *p, void *end,
					__u32 room)
{
	struct ip4_view *ip = p;
	__be16 *port;
	__u32 hlen;

	if ((void *)(ip + 1) > end || ip->ver_ihl >> 4 != 4)
		return;
	hlen = (ip->ver_ihl & 0xf) * 4;
	if (hlen < IP_HLEN || hlen + 8 > room ||
	    ip->frag & bpf_htons(IP_OFFSET))
		return;
	port = p + (hlen & 0x3c);
	if ((void *)(port + 4) > end)
		return;
	f->inner.src = be16_pair(ip->src);
	f->inner.dst = be16_pair(ip->dst);
	f->inner_proto = ip->proto;
	f->inner_off = f->l4_off + 8;
	if (ip->proto == IPPROTO_TCP || ip->proto == IPPROTO_UDP ||
	    ip->proto == IPPROTO_SCTP) {
		f->inner.sport = bpf_ntohs(port[0]);
		f->inner.dport = bpf_ntohs(port[1]);
	} else if (ip->proto == IPPROTO_ICMP) {
		__u8 type = *(__u8 *)port;

		if (type == ICMP_ECHO) {
			f->inner.sport = bpf_ntohs(port[2]);
			f->inner.dport = ICMP_ECHO;
		} else if (type == ICMP_ECHOREPLY) {
			f->inner.sport = ICMP_ECHO;
			f->inner.dport = bpf_ntohs(port[2]);
		}
	}
	f->flags |= FLOW_INNER;
}

/* room: bytes of L4 that the IP header speaks of; padding follows. */
static __always_inline void parse_l4(struct flow *f, void *p, void *end,
				     __u32 room)
{
	__be16 *port = p;
	__u8 *byte = p;

	switch (f->proto) {
	case IPPROTO_TCP:
		if (room < 20 || byte + 20 > (__u8 *)end)
			break;
		f->tcp_flags = byte[13];
		f->sport = bpf_ntohs(port[0]);
		f->dport = bpf_ntohs(port[1]);
		f->l4_len = (byte[12] >> 4) * 4;
		return;
	case IPPROTO_SCTP:
		if (room < 13 || byte + 13 > (__u8 *)end)
			break;
		f->tcp_flags = byte[12];
		f->sport = bpf_ntohs(port[0]);
		f->dport = bpf_ntohs(port[1]);
		f->l4_len = 12;
		return;
	case IPPROTO_UDP:
		if (room < 8 || byte + 8 > (__u8 *)end)
			break;
		f->sport = bpf_ntohs(port[0]);
		f->dport = bpf_ntohs(port[1]);
		f->l4_len = 8;
		return;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (room < 8 || byte + 8 > (__u8 *)end)
			break;
		f->sport = (__u16)(byte[0] << 8 | byte[1]);
		if (f->proto == IPPROTO_ICMP) {
			if (flow_is_icmp_error(f))
				parse_inner(f, p + 8, end, room - 8);
			else
				f->dport = bpf_ntohs(port[2]);
		}
		if (f->proto == IPPROTO_ICMPV6 &&
		    (byte[0] == ND_NS || byte[0] == ND_NA))
			parse_nd(f, p, end, room);
		return;
	default:
		return;
	}
	f->flags |= FLOW_L4_SHORT;
}

static __always_inline int parse_ip4(struct flow *f, void *p, void *end)
{
	struct ip4_view *ip = p;
	__u32 hlen, tot_len;
	__u16 frag;

	if ((void *)(ip + 1) > end)
		return -DROP_MALFORMED;
	hlen = (ip->ver_ihl & 0xf) * 4;
	tot_len = bpf_ntohs(ip->tot_len);
	if (ip->ver_ihl >> 4 != 4 || hlen < IP_HLEN || tot_len < hlen ||
	    tot_len > f->len - ETH_HLEN)
		return -DROP_MALFORMED;
	f->proto = ip->proto;
	f->ttl = ip->ttl;
	f->ttl_before = ip->ttl;
	f->src.ip4 = be16_pair(ip->src);
	f->dst.ip4 = be16_pair(ip->dst);
	f->l4_off = ETH_HLEN + hlen;
	frag = bpf_ntohs(ip->frag);
	if (frag & IP_DF)
		f->flags |= FLOW_DF;
	if (frag & (IP_MF | IP_OFFSET)) {
		f->flags |= FLOW_FRAGMENT;
		f->ip_id = ip->id;
	}
	if (frag & IP_OFFSET)
		f->flags |= FLOW_LATER_FRAGMENT;
	else
		parse_l4(f, p + (hlen & 0x3c), end, tot_len - hlen);
	f->ip_len = tot_len;
	return 0;
}

static __always_inline int parse_ip6(struct flow *f, void *p, void *end)
{
	struct ip6_view *ip = p;

	if ((void *)(ip + 1) > end || ip->ver >> 4 != 6 ||
	    bpf_ntohs(ip->payload_len) + 40u > f->len - ETH_HLEN)
		return -DROP_MALFORMED;
	f->proto = ip->next;
	f->ttl = ip->hop_limit;
	f->ttl_before = ip->hop_limit;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		f->src.ip6[i] = be16_pair(ip->src + 2 * i);
		f->dst.ip6[i] = be16_pair(ip->dst + 2 * i);
	}
	f->l4_off = ETH_HLEN + 40;
	parse_l4(f, ip + 1, end, bpf_ntohs(ip->payload_len));
	f->ip_len = f->len - ETH_HLEN;
	return 0;
}

/* Reads the frame at p, f->len bytes long, into a flow whose packet fields
 * are zero.  0 or a negative drop reason. */
static __always_inline int flow_parse(struct flow *f, void *p, void *end)
{
	struct eth_view *eth = p;
	int ret = 0;

	if ((void *)(eth + 1) > end)
		return -DROP_MALFORMED;
	mac_copy(f->eth_dst, eth->dst);
	mac_copy(f->eth_src, eth->src);
	f->eth_type = bpf_ntohs(eth->type);
	f->ip_len = f->len - ETH_HLEN;
	if (f->eth_type == ETH_P_IP)
		ret = parse_ip4(f, eth + 1, end);
	else if (f->eth_type == ETH_P_ARP)
		ret = parse_arp(f, eth + 1, end);
	else if (f->eth_type == ETH_P_IPV6)
		ret = parse_ip6(f, eth + 1, end);
	else if (f->eth_type == ETH_P_8021Q || f->eth_type == ETH_P_8021AD)
		f->flags |= FLOW_VLAN;
	f->hash = flow_hash(f);
	return ret;
}

#endif /* XOVN_BPF_PARSE_H */
