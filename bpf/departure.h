/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's packet whose flow is known, from its interface to its way out in
 * one go, however many routers are in between: what parse.h, admit.h, the
 * pipeline, encap.h, rewrite.h and emit.h did for the flow's last packet, and
 * would do again.  Flows that a connection stands for are in action.h instead.
 * Nothing is changed before it is sure that nothing else has to look at it.
 */
#ifndef XOVN_BPF_DEPARTURE_H
#define XOVN_BPF_DEPARTURE_H

#include "cache.h"
#include "emit.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DEPARTURE_PLACES);
	__type(key, __u32);
	__type(value, struct departure_val);
} departure SEC(".maps");

/* hash: flow_hash() of the flow, or hash_ip4() */
static __always_inline __u32 departure_place(__u32 hash, __u32 ifindex)
{
	return (hash ^ ifindex * 0x9e37) & (DEPARTURE_PLACES - 1);
}

/* A packet that nothing is known of, not yet in the tables: will its way be
 * noted?  TCP and UDP, unicast, and nobody watches it. */
static __always_inline void departure_choose(struct flow *f, __u32 ifindex)
{
	struct config *c = config_find();
	__u32 at = departure_place(f->hash, ifindex), generation;
	struct departure_val *v;

	if (!c || trace_on || f->eth_type != ETH_P_IP || f->stage != STAGE_LS ||
	    mac_is_multicast(f->eth_dst) ||
	    (f->proto != IPPROTO_TCP && f->proto != IPPROTO_UDP) ||
	    f->flags & (FLOW_FRAGMENT | FLOW_L4_SHORT))
		return;
	generation = generation_now(c);
	v = bpf_map_lookup_elem(&departure, &at);
	if (!v || (cache_is_fresh(v->generation, generation, v->stamp) &&
		   ++v->misses <= CACHE_PATIENCE))
		return;
	f->cache = at + 1;
	f->cache_generation = generation;
	mac_copy(f->cache_eth_dst, f->eth_dst);
	mac_copy(f->cache_eth_src, f->eth_src);
}

/* The addresses are those it came with: only MACs can have changed. */
static __always_inline void
departure_key_set(const struct flow *f, __u32 ifindex, struct departure_key *k)
{
	k->ifindex = ifindex;
	mac_copy(k->eth_dst, f->cache_eth_dst);
	mac_copy(k->eth_src, f->cache_eth_src);
	*(__be32 *)k->src = f->src.ip4;
	*(__be32 *)k->dst = f->dst.ip4;
	k->sport = bpf_htons(f->sport);
	k->dport = bpf_htons(f->dport);
	k->proto = f->proto;
}

/* What the tables said, for the flow's next packet: of one that went as it
 * came but for MACs and TTL, and passed nothing that keeps connections. */
static __always_inline void departure_note(const struct flow *f, __u32 ifindex,
					   int verdict)
{
	__u32 at = f->cache - 1;
	struct departure_val *v;

	if (!f->cache || (verdict != V_DELIVER && verdict != V_TUNNEL) ||
	    f->generation || f->changed & ~(CHANGE_ETH | CHANGE_TTL) ||
	    f->flags & FLOW_SLOW || f->n_rules)
		return;
	v = bpf_map_lookup_elem(&departure, &at);
	if (!v)
		return;
	departure_key_set(f, ifindex, &v->key);
	v->stamp = bpf_jiffies64();
	v->misses = 0;
	v->outer_sport = outer_sport(f->hash);
	v->target = f->ifindex;
	v->keys.datapath = f->datapath;
	v->keys.inport = f->inport;
	v->keys.outport = f->outport;
	mac_copy(v->eth_dst, f->eth_dst);
	mac_copy(v->eth_src, f->eth_src);
	v->vlan = f->vlan;
	v->ttl = f->ttl_before - f->ttl;
	v->kind = action_kind(f, verdict);
	for (int i = 0; i < CACHE_ROUTES; i++)
		v->counter_route[i] =
			(__u32)i < f->n_routes ? f->counter_route[i] : 0;
	v->counter_in = f->counter_in;
	v->counter_out = f->counter_out;
	v->generation = f->cache_generation;
}

#define UDP_HLEN 8
#define TCP_HLEN 20

struct departure_view {
	struct eth_view eth;
	struct ip4_view ip;
	struct udp_view l4; /* TCP has the same ports */
};

/* Is it a whole TCP or UDP packet without tags, options and fragments? */
static __always_inline bool departure_is_plain(const struct __sk_buff *skb,
					       const struct departure_view *p,
					       void *end)
{
	__u32 tot_len;

	if ((void *)(p + 1) > end || skb->vlan_present ||
	    p->eth.type != bpf_htons(ETH_P_IP) || p->ip.ver_ihl != 0x45 ||
	    p->ip.frag & bpf_htons(IP_MF | IP_OFFSET))
		return false;
	tot_len = bpf_ntohs(p->ip.tot_len);
	if (tot_len > skb->len - ETH_HLEN)
		return false;
	if (p->ip.proto == IPPROTO_UDP)
		return tot_len >= IP_HLEN + UDP_HLEN;
	return p->ip.proto == IPPROTO_TCP && tot_len >= IP_HLEN + TCP_HLEN &&
	       (void *)&p->l4 + TCP_HLEN <= end;
}

/* Up to where the headers of a plain packet reach; 0: they cannot be read. */
static __always_inline __u32 departure_hlen(const struct departure_view *p,
					    void *end)
{
	const __u8 *tcp = (const __u8 *)&p->l4;

	if (p->ip.proto == IPPROTO_UDP)
		return ETH_HLEN + IP_HLEN + UDP_HLEN;
	return (void *)(tcp + TCP_HLEN) > end ?
		       0 :
		       ETH_HLEN + IP_HLEN + (tcp[12] >> 4) * 4;
}

static __always_inline bool departure_is(const struct departure_key *k,
					 const struct departure_view *p,
					 __u32 ifindex)
{
	return k->ifindex == ifindex &&
	       ip4_load(k->src) == be16_pair(p->ip.src) &&
	       ip4_load(k->dst) == be16_pair(p->ip.dst) &&
	       be16_pair(&k->sport) == be16_pair(&p->l4.sport) &&
	       k->proto == p->ip.proto && macs_equal(k->eth_dst, p->eth.dst);
}

static __always_inline void departure_write(struct eth_view *eth,
					    struct ip4_view *ip,
					    const struct departure_val *v)
{
	__u16 from = bpf_htons(ip->ttl << 8 | ip->proto);

	macs_store(eth->dst, macs_load(v->eth_dst));
	eth->type = bpf_htons(ETH_P_IP);
	if (!v->ttl)
		return;
	ip->ttl -= v->ttl;
	ip->check = csum_update(ip->check, from,
				bpf_htons(ip->ttl << 8 | ip->proto));
}

static __always_inline void departure_count(const struct departure_val *v,
					    __u32 len)
{
	count(v->counter_in, len);
	for (int i = 0; i < CACHE_ROUTES && v->counter_route[i]; i++)
		count(v->counter_route[i], len);
	count(v->counter_out, len);
}

/* Does the packet, or each segment of a GSO one, fit the interface, with so
 * many bytes of headers to come? */
static __always_inline bool departure_fits(struct __sk_buff *skb,
					   const struct departure_view *p,
					   __u32 ifindex, __u32 cost)
{
	__u32 len = skb->len, mtu = 0;

	if (skb->gso_size) {
		len = departure_hlen(p, CTX_DATA_END(skb));
		if (!len)
			return false;
		len += skb->gso_size;
	}
	len += cost - ETH_HLEN;
	return len <= MTU_MIN ||
	       (bpf_check_mtu(skb, ifindex, &mtu, 0, 0) >= 0 && len <= mtu);
}

static __always_inline int departure_tunnel(struct __sk_buff *skb,
					    const struct departure_view *p,
					    const struct departure_val *v)
{
	struct bpf_redir_neigh nh = {.nh_family = AF_INET};
	struct tunnel_val *t = tunnel_find(v->target);
	struct outer_view *o;
	struct eth_view *eth;
	struct ip4_view *ip;
	__u32 len;

	if (!t || !departure_fits(skb, p, t->ifindex, ENCAP_MTU_COST) ||
	    bpf_skb_adjust_room(skb, ENCAP_LEN, BPF_ADJ_ROOM_MAC, ENCAP_FLAGS))
		return KNOWN_NOT;
	o = CTX_DATA(skb);
	eth = (void *)(o + 1);
	ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > CTX_DATA_END(skb))
		return -DROP_ENCAP_FAILED;
	departure_write(eth, ip, v);
	len = skb->len - ENCAP_LEN;
	outer_write(o, t, v->target, &v->keys, len, v->outer_sport);
	departure_count(v, len);
	count(COUNTER_CHASSIS_TX(v->target), len);
	nh.ipv4_nh = ip4_load(t->nexthop);
	return bpf_redirect_neigh(t->ifindex, &nh, sizeof(nh), 0);
}

/* To a guest of this host, or a physical network. */
static __always_inline int departure_deliver(struct __sk_buff *skb,
					     struct departure_view *p,
					     const struct departure_val *v)
{
	__u16 type = v->kind & ACTION_8021AD ? ETH_P_8021AD : ETH_P_8021Q;
	bool is_localnet = v->kind & ACTION_LOCALNET;

	if (is_localnet && !departure_fits(skb, p, v->target, 0))
		return KNOWN_NOT;
	departure_write(&p->eth, &p->ip, v);
	departure_count(v, skb->len);
	if (!is_localnet)
		return skb_deliver(skb, v->target, v->kind & ACTION_PEER);
	if (v->vlan && bpf_skb_vlan_push(skb, bpf_htons(type), v->vlan))
		return -DROP_REDIRECT_FAILED;
	return bpf_redirect(v->target, 0);
}

/* A TC action, a drop reason, or KNOWN_NOT. */
static __always_inline int departure_send(struct __sk_buff *skb)
{
	struct departure_view *p = CTX_DATA(skb);
	struct config *c = config_find();
	struct departure_val *v;
	__u32 at;

	if (!c || trace_on || !departure_is_plain(skb, p, CTX_DATA_END(skb)))
		return KNOWN_NOT;
	at = hash_ip4(be16_pair(p->ip.src), be16_pair(p->ip.dst),
		      bpf_ntohs(p->l4.sport), bpf_ntohs(p->l4.dport),
		      p->ip.proto);
	at = departure_place(at, skb->ifindex);
	v = bpf_map_lookup_elem(&departure, &at);
	if (!v || !cache_is_fresh(v->generation, generation_now(c), v->stamp) ||
	    !departure_is(&v->key, p, skb->ifindex) || p->ip.ttl <= v->ttl)
		return KNOWN_NOT;
	v->misses = 0;
	if ((v->kind & ACTION_VERDICT) == V_TUNNEL)
		return departure_tunnel(skb, p, v);
	return departure_deliver(skb, p, v);
}

#endif /* XOVN_BPF_DEPARTURE_H */
