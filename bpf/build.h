/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets a router makes (TC), each out of the packet that provoked it:
 * ICMP error, TCP RST, ARP request, ND advertisement.  Afterwards the flow
 * describes the new packet and the stage at which it enters the pipeline.
 */
#ifndef XOVN_BPF_BUILD_H
#define XOVN_BPF_BUILD_H

#include "encap.h"
#include "router.h"
#include "skb.h"

/* ICMPv4 errors quote 576 - 14 - 20 - 8 bytes, as ovn-controller does. */
#define ICMP_QUOTE_MAX 534
#define ICMP_ERROR_HLEN 28 /* new IPv4 and ICMP header */
#define FRAME_MIN 60

struct icmp_view {
	__u8 type;
	__u8 code;
	__sum16 check;
	__be16 unused;
	__be16 mtu;
};

struct tcp_view {
	__be16 sport;
	__be16 dport;
	__be16 seq[2];
	__be16 ack[2];
	__u8 off;
	__u8 flags;
	__be16 window;
	__sum16 check;
	__be16 urgent;
};

/* A fresh description of the packet as it is now, at the place given. */
static __always_inline int flow_reparse(struct __sk_buff *skb, struct flow *f)
{
	__u32 datapath = f->datapath, inport = f->inport;
	__u32 outport = f->outport, flags = f->flags;
	__u16 stage = f->stage, table = f->route_table;
	__u32 in_datapath = f->start.in_datapath, in_port = f->start.in_port;

	flow_clear(f);
	f->start.in_datapath = in_datapath;
	f->start.in_port = in_port;
	f->route_table = table;
	f->datapath = datapath;
	f->inport = inport;
	f->outport = outport;
	f->stage = stage;
	f->flags = flags & (FLOW_LOOPBACK | FLOW_FROM_ROUTER);
	f->len = skb->len;
	return flow_parse(f, CTX_DATA(skb), CTX_DATA_END(skb));
}

/* Where the packet was refused: back out of the router port it came by, or,
 * where no router was passed, back to its sender. */
static __always_inline int error_route_back(struct flow *f)
{
	struct lrp_key key = {.datapath = f->router, .port = f->router_inport};
	struct lrp_val *p;

	if (!(f->flags & FLOW_ROUTED)) {
		__u8 mac[6];

		mac_copy(mac, f->eth_src);
		mac_copy(f->eth_src, f->eth_dst);
		mac_copy(f->eth_dst, mac);
		f->ip_error_src = f->dst.ip4;
		f->outport = f->inport;
		f->flags |= FLOW_LOOPBACK;
		f->stage = STAGE_LS_OUTPUT;
		return 0;
	}
	p = bpf_map_lookup_elem(&lrp, &key);
	if (!p || !p->peer_datapath)
		return -DROP_BUILD_FAILED;
	mac_copy(f->eth_src, p->mac);
	mac_copy(f->eth_dst, f->router_eth_src);
	if (f->icmp_type == ICMP_DEST_UNREACH)
		f->ip_error_src = lr_error_source(p, f->src.ip4);
	lr_enter_peer(f, p->peer_datapath, p->peer_port,
		      p->flags & LRP_F_PEER_ROUTER);
	return 0;
}

static __always_inline __u32 sum_ip_header(const struct ip4_view *ip)
{
	const __be16 *w = (const __be16 *)ip;
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < IP_HLEN / 2; i++)
		sum += w[i];
	return sum;
}

static __always_inline void write_ip(struct ip4_view *ip, __u32 tot_len,
				     __u8 ttl, __u8 proto, __be32 src,
				     __be32 dst)
{
	ip->ver_ihl = 0x45;
	ip->tos = 0;
	ip->tot_len = bpf_htons(tot_len);
	ip->id = 0;
	ip->frag = bpf_htons(IP_DF);
	ip->ttl = ttl;
	ip->proto = proto;
	ip->check = 0;
	be16_pair_store(ip->src, src);
	be16_pair_store(ip->dst, dst);
	ip->check = csum_fold(sum_ip_header(ip));
}

static __always_inline __u32 l4_check_off(const struct flow *f)
{
	if (f->flags & (FLOW_FRAGMENT | FLOW_L4_SHORT))
		return 0;
	if (f->proto == IPPROTO_TCP)
		return f->l4_off + 16;
	if (f->proto == IPPROTO_UDP)
		return f->l4_off + 6;
	return 0;
}

static __always_inline int icmp_write(struct __sk_buff *skb, struct flow *f,
				      __u32 quote, __u32 l3_len, __u16 partial,
				      bool is_partial)
{
	void *p = CTX_DATA(skb), *end = CTX_DATA_END(skb);
	struct eth_view *eth = p;
	struct ip4_view *ip = p + ETH_HLEN;
	struct icmp_view *icmp = (void *)(ip + 1);
	__u32 frame_end = ETH_HLEN + ICMP_ERROR_HLEN + quote, sum;

	if ((void *)(icmp + 1) > end)
		return -DROP_BUILD_FAILED;
	mac_copy(eth->dst, f->eth_dst);
	mac_copy(eth->src, f->eth_src);
	eth->type = bpf_htons(ETH_P_IP);
	write_ip(ip, quote + ICMP_ERROR_HLEN, f->icmp_ttl, IPPROTO_ICMP,
		 f->ip_error_src, f->src.ip4);
	icmp->type = f->icmp_type;
	icmp->code = f->icmp_code;
	icmp->check = 0;
	icmp->unused = 0;
	icmp->mtu = bpf_htons(f->icmp_mtu);
	sum = skb_sum(skb, ETH_HLEN + IP_HLEN, frame_end);
	/* Whoever finishes the quoted checksum makes its segment sum up to
	 * ~partial, whatever is in it: count that. */
	if (is_partial)
		sum += (__u16)~skb_sum(skb, ETH_HLEN + ICMP_ERROR_HLEN + l3_len,
				       frame_end) +
		       (__u16)~partial;
	icmp->check = csum_fold(sum);
	return 0;
}

/* A router that refuses a packet speaks of it as it came to it: what an
 * earlier router did stays, its own translation goes. */
static __always_inline void flow_untranslate(struct flow *f)
{
	if (!(f->flags & FLOW_ROUTED) || !(f->changed & CHANGE_NAT))
		return;
	flow_set_tuple(f, &f->in);
}

/* V_ICMP_ERROR: RFC 792, RFC 1812 4.3.2. */
__noinline int build_icmp_error(struct __sk_buff *skb, struct flow *f)
{
	__u32 quote, l4_off, check_off;
	bool is_partial = false;
	__u16 partial = 0;
	int ret;

	if (!f || f->eth_type != ETH_P_IP)
		return -DROP_BUILD_FAILED;
	if (CTX_DATA(skb) + ETH_HLEN + IP_HLEN > CTX_DATA_END(skb))
		return -DROP_BUILD_FAILED;
	flow_untranslate(f);
	if (f->icmp_type == ICMP_DEST_UNREACH &&
	    f->icmp_code != ICMP_FRAG_NEEDED && f->flags & FLOW_ROUTED) {
		f->datapath = f->router;
		f->stage = STAGE_LR_ROUTE;
	} else {
		ret = error_route_back(f);
		if (ret)
			return ret;
	}
	/* What is quoted is what the refusing router got: hops before it
	 * have counted, its own has not. */
	if (f->icmp_code == ICMP_FRAG_NEEDED &&
	    f->icmp_type == ICMP_DEST_UNREACH && f->flags & FLOW_ROUTED)
		f->ttl++;
	f->changed &= CHANGE_NAT;
	if (f->ttl != f->ttl_before)
		f->changed |= CHANGE_TTL;
	ret = flow_rewrite(skb, f);
	if (ret)
		return ret;
	quote = skb->gso_size ? skb->len - ETH_HLEN : f->ip_len;
	if (quote > ICMP_QUOTE_MAX)
		quote = ICMP_QUOTE_MAX;
	l4_off = f->l4_off;
	check_off = l4_check_off(f);
	if (check_off && check_off + 2 <= ETH_HLEN + quote &&
	    csum_is_partial(skb, check_off)) {
		is_partial = true;
		bpf_skb_load_bytes(skb, check_off, &partial, 2);
	}
	/* Trims, and makes one packet of a GSO one. */
	if (skb_cut(skb, ETH_HLEN + quote) ||
	    bpf_skb_adjust_room(skb, ICMP_ERROR_HLEN, BPF_ADJ_ROOM_MAC,
				BPF_F_ADJ_ROOM_NO_CSUM_RESET) ||
	    bpf_skb_pull_data(skb, ETH_HLEN + ICMP_ERROR_HLEN + quote))
		return -DROP_BUILD_FAILED;
	ret = icmp_write(skb, f, quote, l4_off - ETH_HLEN, partial, is_partial);
	return ret ? ret : flow_reparse(skb, f);
}

/* V_TCP_RST: RFC 9293 3.10.7.1, segment to a closed port. */
__noinline int build_tcp_rst(struct __sk_buff *skb, struct flow *f)
{
	const __u32 len = ETH_HLEN + IP_HLEN + sizeof(struct tcp_view);
	__u32 seq, ack, sum, l4_off;
	struct eth_view *eth;
	struct ip4_view *ip;
	struct tcp_view *tcp;
	__be16 port;
	bool is_partial;
	void *p, *end;

	/* With IP options the segment does not start where the kernel
	 * expects its unfinished checksum: no answer. */
	if (!f || f->l4_off != ETH_HLEN + IP_HLEN)
		return -DROP_LR_LOCAL;
	if (f->changed & CHANGE_NAT) { /* by an earlier router */
		f->changed = CHANGE_NAT;
		if (flow_rewrite(skb, f))
			return -DROP_BUILD_FAILED;
	}
	is_partial = csum_is_partial(skb, f->l4_off + 16);
	l4_off = f->l4_off + f->l4_len;
	seq = skb->gso_size ? skb->len - l4_off : f->ip_len + ETH_HLEN - l4_off;
	if (skb_cut(skb, len))
		return -DROP_BUILD_FAILED;
	p = CTX_DATA(skb);
	end = CTX_DATA_END(skb);
	if (p + len > end)
		return -DROP_BUILD_FAILED;
	ip = p + ETH_HLEN;
	tcp = (void *)(ip + 1);
	seq += bpf_ntohl(be16_pair(tcp->seq));
	seq += !!(f->tcp_flags & TCP_SYN) + !!(f->tcp_flags & TCP_FIN);
	ack = be16_pair(tcp->ack);
	write_ip(ip, IP_HLEN + sizeof(*tcp), ROUTER_TTL_RST, IPPROTO_TCP,
		 f->dst.ip4, f->src.ip4);
	port = tcp->sport;
	tcp->sport = tcp->dport;
	tcp->dport = port;
	if (f->tcp_flags & TCP_ACK) {
		be16_pair_store(tcp->seq, ack);
		be16_pair_store(tcp->ack, 0);
		tcp->flags = TCP_RST;
	} else {
		be16_pair_store(tcp->seq, 0);
		be16_pair_store(tcp->ack, bpf_htonl(seq));
		tcp->flags = TCP_RST | TCP_ACK;
	}
	tcp->off = 5 << 4;
	tcp->window = 0;
	tcp->urgent = 0;
	tcp->check = 0;
	sum = bpf_htons(IPPROTO_TCP) + bpf_htons(sizeof(*tcp)) + ip->src[0] +
	      ip->src[1] + ip->dst[0] + ip->dst[1];
	if (is_partial)
		tcp->check = ~csum_fold(sum);
	else
		tcp->check =
			csum_fold(sum + skb_sum(skb, ETH_HLEN + IP_HLEN, len));
	if (f->flags & FLOW_ROUTED) {
		f->datapath = f->router;
		f->stage = STAGE_LR_ROUTE;
		return flow_reparse(skb, f);
	}
	error_route_back(f); /* a switch's load balancer without backends */
	eth = CTX_DATA(skb);
	if ((void *)(eth + 1) > CTX_DATA_END(skb))
		return -DROP_BUILD_FAILED;
	mac_copy(eth->dst, f->eth_dst);
	mac_copy(eth->src, f->eth_src);
	return flow_reparse(skb, f);
}

/* Is an unfinished UDP checksum going to be written over the target address
 * of an ARP request, byte 40 of both?  The kernel offers no way to cancel it. */
static __always_inline bool arp_target_is_checksum(struct __sk_buff *skb,
						   const struct flow *f)
{
	return f->proto == IPPROTO_UDP && f->l4_off == ETH_HLEN + IP_HLEN &&
	       !(f->flags & (FLOW_FRAGMENT | FLOW_L4_SHORT)) &&
	       csum_is_partial(skb, f->l4_off + 6);
}

/* V_ARP_REQUEST: the flow has every field; the packet is lost for it. */
__noinline int build_arp_request(struct __sk_buff *skb, struct flow *f)
{
	struct arp_view *arp;
	struct eth_view *eth;
	bool is_checksum;
	void *p, *end;

	if (!f)
		return -DROP_BUILD_FAILED;
	is_checksum = arp_target_is_checksum(skb, f);
	/* The kernel does not cut off an unfinished checksum, nor what it takes
	 * for L4 headers; the tail is padding then, and must not tell others
	 * what the packet said. */
	if ((is_checksum || bpf_skb_change_tail(skb, ETH_HLEN + ARP_LEN, 0)) &&
	    bpf_skb_change_tail(skb, FRAME_MIN, 0) &&
	    (bpf_skb_change_tail(skb, FRAME_MIN + 40, 0),
	     skb_clear_from(skb, ETH_HLEN + ARP_LEN)))
		return -DROP_BUILD_FAILED;
	p = CTX_DATA(skb);
	end = CTX_DATA_END(skb);
	if (p + ETH_HLEN + ARP_LEN > end)
		return -DROP_BUILD_FAILED;
	eth = p;
	arp = (void *)(eth + 1);
	mac_copy(eth->dst, f->eth_dst);
	mac_copy(eth->src, f->eth_src);
	eth->type = bpf_htons(ETH_P_ARP);
	arp->hrd = bpf_htons(1);
	arp->pro = bpf_htons(ETH_P_IP);
	arp->hln = 6;
	arp->pln = 4;
	rewrite_arp(f, arp);
	if (p + FRAME_MIN <= end) {
		__builtin_memset(p + ETH_HLEN + ARP_LEN, 0,
				 FRAME_MIN - ETH_HLEN - ARP_LEN);
		/* The first word of padding makes the checksum come out as
		 * the address that stands in its place. */
		if (is_checksum)
			*(__sum16 *)(arp + 1) = csum_fold(
				(__u32)arp->tpa[0] + arp->tpa[1] + arp->tpa[1]);
	}
	return flow_reparse(skb, f);
}

/* V_ND_REPLY: RFC 4861 4.4; solicited, override, target link-layer address
 * f->lladdr. */
__noinline int build_nd_reply(struct __sk_buff *skb, struct flow *f)
{
	const __u32 nd_len = 32, len = ETH_HLEN + 40 + nd_len;
	struct ip6_view *ip;
	struct eth_view *eth;
	__u8 *nd;
	void *p, *end;
	__u32 sum;

	if (!f || bpf_skb_change_tail(skb, len, 0))
		return -DROP_BUILD_FAILED;
	p = CTX_DATA(skb);
	end = CTX_DATA_END(skb);
	if (p + len > end)
		return -DROP_BUILD_FAILED;
	eth = p;
	ip = (void *)(eth + 1);
	nd = (void *)(ip + 1);
	mac_copy(eth->dst, f->eth_src);
	mac_copy(eth->src, f->lladdr);
	ip->ver = 0x60;
	__builtin_memset(ip->rest, 0, sizeof(ip->rest));
	ip->payload_len = bpf_htons(nd_len);
	ip->next = IPPROTO_ICMPV6;
	ip->hop_limit = 255;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		be16_pair_store(ip->src + 2 * i, f->nd_target.ip6[i]);
		be16_pair_store(ip->dst + 2 * i, f->src.ip6[i]);
		be16_pair_store((__be16 *)(nd + 8) + 2 * i,
				f->nd_target.ip6[i]);
	}
	*(__u16 *)nd = bpf_htons(ND_NA << 8);
	*(__u16 *)(nd + 2) = 0;
	*(__u16 *)(nd + 4) = bpf_htons(0x6000);
	*(__u16 *)(nd + 6) = 0;
	*(__u16 *)(nd + 24) = bpf_htons(2 << 8 | 1);
	mac_copy(nd + 26, f->lladdr);
	sum = bpf_htons(nd_len) + bpf_htons(IPPROTO_ICMPV6);
	sum += skb_sum(skb, ETH_HLEN + 8, len); /* addresses and message */
	*(__u16 *)(nd + 2) = csum_fold(sum);
	f->outport = f->inport;
	f->flags |= FLOW_LOOPBACK;
	f->stage = STAGE_LS_OUTPUT;
	return flow_reparse(skb, f);
}

#endif /* XOVN_BPF_BUILD_H */
