/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Geneve, transmit half (TC): outer Ethernet, IPv4, UDP, Geneve and OVN's
 * option in front of a frame, byte for byte as stock OVN has them.
 */
#ifndef XOVN_BPF_ENCAP_H
#define XOVN_BPF_ENCAP_H

#include "flow.h"
#include "flow_cache.h"
#include "parse.h"
#include "rewrite.h"
#include "stats.h"
#include "../maps/tunnel.h"

#define AF_INET 2
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define OUTER_TTL 64
#define EALREADY 114
#define MTU_MIN 576 /* what fits here fits any IPv4 underlay: not asked for */

/* The flags without which a GSO packet dies on the way: the L2 length is the
 * inner Ethernet header alone, FIXED_GSO because the guest's MTU already
 * leaves room. */
#define ENCAP_FLAGS                                                            \
	(BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 |             \
	 BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_ENCAP_L2_ETH |           \
	 BPF_F_ADJ_ROOM_NO_CSUM_RESET |                                        \
	 ((__u64)ETH_HLEN << BPF_ADJ_ROOM_ENCAP_L2_SHIFT))

struct udp_view {
	__be16 sport;
	__be16 dport;
	__be16 len;
	__sum16 check;
};

struct outer_view {
	struct eth_view eth;
	struct ip4_view ip;
	struct udp_view udp;
	__be16 geneve[8]; /* header and option, see outer_write() */
};

XOVN_STATIC_ASSERT(sizeof(struct outer_view) == ENCAP_LEN, "outer headers");

static __always_inline struct tunnel_val *tunnel_find(__u32 chassis)
{
	struct tunnel_val *t = bpf_map_lookup_elem(&tunnel, &chassis);

	return t && t->ifindex ? t : 0;
}

/* Next hop's MAC, in the lower six bytes; 0: unknown.  What a chassis on the
 * same link sends with is newer than what load has seen. */
static __always_inline __u64 tunnel_mac(const struct tunnel_val *t,
					__u32 chassis)
{
	struct heard_val *h = bpf_map_lookup_elem(&heard, &chassis);
	__u64 word = h ? READ_ONCE(*(__u64 *)h) : 0, mac = 0;

	if (ip4_load(t->nexthop) == ip4_load(t->remote_ip) &&
	    word >> 48 == ip4_load(t->remote_ip) >> 16)
		mac = word << 16 >> 16;
	if (!mac)
		mac_copy(&mac, t->nexthop_mac);
	return mac;
}

/* Destination of the outer headers, and what depends on it. */
static __always_inline void outer_write_address(struct outer_view *o,
						const struct tunnel_val *t,
						__u32 chassis)
{
	const __be16 *src = (const __be16 *)t->local_ip;
	const __be16 *dst = (const __be16 *)t->remote_ip;
	__u64 mac = tunnel_mac(t, chassis);
	__u32 sum;

	if (!mac)
		mac = ~0ull; /* not resolved yet */
	mac_copy(o->eth.dst, &mac);
	mac_copy(o->eth.src, t->local_mac);
	o->ip.src[0] = src[0];
	o->ip.src[1] = src[1];
	o->ip.dst[0] = dst[0];
	o->ip.dst[1] = dst[1];
	sum = bpf_htons(0x4500) + bpf_htons(IP_DF) +
	      bpf_htons(OUTER_TTL << 8 | IPPROTO_UDP);
	sum += (__u32)o->ip.tot_len + src[0] + src[1] + dst[0] + dst[1];
	o->ip.check = csum_fold(sum);
}

/* Source port by the flow's hash, in OVS's range 32768..61000. */
static __always_inline __be16 outer_sport(__u32 hash)
{
	return bpf_htons(32768 + (((hash >> 16) * (61000u - 32768u)) >> 16));
}

/* inner_len: of the frame behind the outer headers. */
static __always_inline void
outer_write(struct outer_view *o, const struct tunnel_val *t, __u32 chassis,
	    const struct encap_keys *k, __u32 inner_len, __be16 sport)
{
	__u32 tot_len = inner_len + ENCAP_LEN - ETH_HLEN;

	o->eth.type = bpf_htons(ETH_P_IP);
	o->ip.ver_ihl = 0x45;
	o->ip.tos = 0;
	o->ip.tot_len = bpf_htons(tot_len);
	o->ip.id = 0;
	o->ip.frag = bpf_htons(IP_DF);
	o->ip.ttl = OUTER_TTL;
	o->ip.proto = IPPROTO_UDP;
	outer_write_address(o, t, chassis);
	o->udp.sport = sport;
	o->udp.dport = bpf_htons(GENEVE_UDP_PORT);
	o->udp.len = bpf_htons(tot_len - IP_HLEN);
	o->udp.check = 0; /* RFC 8926 3.3 allows it, stock OVN accepts it */
	o->geneve[0] = bpf_htons(GENEVE_VER_OPTLEN << 8 | GENEVE_F_CRITICAL);
	o->geneve[1] = bpf_htons(0x6558); /* Ethernet */
	o->geneve[2] = bpf_htons(k->datapath >> 8);
	o->geneve[3] = bpf_htons((k->datapath & 0xff) << 8);
	o->geneve[4] = bpf_htons(GENEVE_OPT_CLASS_OVN);
	o->geneve[5] = bpf_htons(GENEVE_OPT_TYPE_OVN << 8 | 1);
	o->geneve[6] = bpf_htons(k->inport & OVN_PORT_KEY_MAX);
	o->geneve[7] = bpf_htons(k->outport);
}

/* Puts the headers in front of the frame that f describes and that is
 * rewritten already.  The kernel takes IP by adjust_room, which keeps GSO,
 * but not where it has seen a tunnel before (a packet that this host has
 * decapsulated and built anew); that, and everything else (ARP, LLDP), is not
 * GSO and goes by change_head.  1: by adjust_room; 0; or a drop reason. */
__noinline int encap_push(struct __sk_buff *skb, struct flow *f,
			  const struct encap_keys *k, __u32 chassis)
{
	struct outer_view *o;
	struct eth_view *inner;
	struct tunnel_val *t;
	__u32 inner_len;
	bool is_ip;
	long err;

	if (!f || !k)
		return -DROP_ENCAP_FAILED;
	t = tunnel_find(chassis);
	if (!t)
		return -DROP_NO_TUNNEL;
	inner_len = skb->len;
	is_ip = f->eth_type == ETH_P_IP || f->eth_type == ETH_P_IPV6;
	err = is_ip ? bpf_skb_adjust_room(skb, ENCAP_LEN, BPF_ADJ_ROOM_MAC,
					  ENCAP_FLAGS) :
		      -EALREADY;
	if (err == -EALREADY && !skb->gso_size) {
		err = bpf_skb_change_head(skb, ENCAP_LEN, 0);
		is_ip = false;
	}
	if (err)
		return -DROP_ENCAP_FAILED;
	o = CTX_DATA(skb);
	inner = (void *)(o + 1);
	if ((void *)(inner + 1) > CTX_DATA_END(skb))
		return -DROP_ENCAP_FAILED;
	if (is_ip) {
		mac_copy(inner->dst, f->eth_dst);
		mac_copy(inner->src, f->eth_src);
		inner->type = bpf_htons(f->eth_type);
	}
	outer_write(o, t, chassis, k, inner_len, outer_sport(f->hash));
	return is_ip;
}

/* Does the frame, or each segment of a GSO one, fit the interface, with so many
 * bytes of headers to come?  A frame may be longer than its IP packet.  0, a
 * drop reason, or V_ICMP_ERROR with the MTU filled in.  ctx: of TC or XDP. */
static __always_inline int check_size(void *ctx, struct flow *f, __u32 ifindex,
				      __u32 cost, bool is_gso)
{
	__u32 mtu = 0, len = is_gso ? f->ip_len : f->len - ETH_HLEN;

	if (len + cost <= MTU_MIN)
		return 0;
	if (trace_on ? trace_check_mtu(ifindex, &mtu) :
		       bpf_check_mtu(ctx, ifindex, &mtu, 0, 0) < 0)
		return -DROP_NO_TUNNEL;
	if (len + cost <= mtu)
		return 0;
	/* Who sends more than his packet learns nothing from an MTU. */
	if (f->eth_type != ETH_P_IP || f->flags & FLOW_LATER_FRAGMENT ||
	    f->ip_len + cost <= mtu || flow_is_icmp_error(f))
		return -DROP_TOO_BIG;
	f->icmp_type = ICMP_DEST_UNREACH;
	f->icmp_code = ICMP_FRAG_NEEDED;
	f->icmp_mtu = mtu - cost;
	f->icmp_ttl = ROUTER_TTL_ERROR;
	return V_ICMP_ERROR;
}

/* The headers of the tunnel a packet came by, still in front of it, become
 * the new ones, and GSO stays as it is.  As encap_push(). */
static __always_inline int encap_turn(struct __sk_buff *skb,
				      const struct flow *f,
				      const struct encap_keys *k)
{
	struct tunnel_val *t = tunnel_find(f->chassis);
	struct outer_view *o = CTX_DATA(skb);

	if (!t || (void *)(o + 1) > CTX_DATA_END(skb))
		return -DROP_ENCAP_FAILED;
	outer_write(o, t, f->chassis, k, skb->len - ENCAP_LEN,
		    outer_sport(f->hash));
	return 1;
}

/* V_TUNNEL.  A TC action, a drop reason, or V_ICMP_ERROR + 256 (actions and
 * verdicts overlap). */
#define EMIT_BUILD 256
__noinline int emit_tunnel(struct __sk_buff *skb, struct flow *f)
{
	struct bpf_redir_neigh nh = {.nh_family = AF_INET};
	struct encap_keys k = {};
	struct tunnel_val *t;
	__u32 ifindex;
	int ret;

	if (!f)
		return -DROP_ENCAP_FAILED;
	t = tunnel_find(f->chassis);
	if (!t)
		return -DROP_NO_TUNNEL;
	ifindex = t->ifindex;
	nh.ipv4_nh = ip4_load(t->nexthop);
	ret = check_size(skb, f, ifindex, ENCAP_MTU_COST, skb->gso_size);
	if (ret)
		return ret == V_ICMP_ERROR ? EMIT_BUILD : ret;
	ret = flow_rewrite(skb, f);
	if (ret)
		return ret;
	k.datapath = f->datapath;
	k.inport = f->inport;
	k.outport = f->outport;
	ret = f->frame_off ? encap_turn(skb, f, &k) :
			     encap_push(skb, f, &k, f->chassis);
	if (ret < 0)
		return ret;
	flow_count(f);
	count(COUNTER_CHASSIS_TX(f->chassis), f->len);
	TRACE(f, TUNNEL, f->chassis, f->inport, f->outport);
	/* The kernel's neighbor table knows best, but wants to know where the
	 * outer IP header is, as adjust_room tells it. */
	if (ret)
		return bpf_redirect_neigh(ifindex, &nh, sizeof(nh), 0);
	return bpf_redirect(ifindex, 0);
}

#endif /* XOVN_BPF_ENCAP_H */
