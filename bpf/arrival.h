/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Geneve for a guest of this host, when the same chassis has sent the like
 * before: which interface it goes to, without asking what tunnel.h asked then.
 * The rules are those of cache.h.  Used by XDP and by TC.
 */
#ifndef XOVN_BPF_ARRIVAL_H
#define XOVN_BPF_ARRIVAL_H

#include "cache.h"
#include "encap.h"
#include "tunnel.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ARRIVAL_PLACES);
	__type(key, __u32);
	__type(value, struct arrival_val);
} arrival SEC(".maps");

struct arrival_view {
	struct outer_view outer;
	struct eth_view eth;
	struct ip4_view ip;
};

/* Headers as every OVN writes them, none that has to be looked for. */
static __always_inline bool arrival_is_plain(const struct arrival_view *p,
					     const struct config *c)
{
	const struct outer_view *o = &p->outer;

	return o->eth.type == bpf_htons(ETH_P_IP) && o->ip.ver_ihl == 0x45 &&
	       o->ip.proto == IPPROTO_UDP &&
	       !(o->ip.frag & bpf_htons(IP_MF | IP_OFFSET)) &&
	       be16_pair(o->ip.dst) == ip4_load(c->encap_ip) &&
	       o->udp.dport == bpf_htons(GENEVE_UDP_PORT) &&
	       o->geneve[0] ==
		       bpf_htons(GENEVE_VER_OPTLEN << 8 | GENEVE_F_CRITICAL) &&
	       o->geneve[1] == bpf_htons(0x6558) &&
	       o->geneve[4] == bpf_htons(GENEVE_OPT_CLASS_OVN) &&
	       o->geneve[5] == bpf_htons(GENEVE_OPT_TYPE_OVN << 8 | 1) &&
	       p->eth.type == bpf_htons(ETH_P_IP);
}

/* Do the lengths in the headers and that of the frame agree? */
static __always_inline bool arrival_len_is_right(const struct arrival_view *p,
						 __u32 len, bool is_gso)
{
	__u32 outer = bpf_ntohs(p->outer.ip.tot_len);
	__u32 inner = bpf_ntohs(p->ip.tot_len);
	__u32 hlen = (p->ip.ver_ihl & 0xf) * 4;

	if (!is_gso && (outer + ETH_HLEN != len ||
			bpf_ntohs(p->outer.udp.len) + IP_HLEN != outer))
		return false;
	return p->ip.ver_ihl >> 4 == 4 && hlen >= IP_HLEN && inner >= hlen &&
	       inner + ETH_HLEN + ENCAP_LEN <= len;
}

static __always_inline __u32 arrival_place(const struct arrival_view *p)
{
	__u64 a = (__u64)be16_pair(p->outer.ip.src) << 32 |
		  be16_pair(p->ip.dst);
	__u64 b = (__u64)be16_pair(p->outer.geneve + 2) << 32 |
		  be16_pair(p->outer.geneve + 6);

	return hash_words(a, b) & (ARRIVAL_PLACES - 1);
}

static __always_inline bool arrival_key_is(const struct arrival_key *k,
					   const struct arrival_view *p)
{
	return ip4_load(k->outer_src) == be16_pair(p->outer.ip.src) &&
	       k->vni == be16_pair(p->outer.geneve + 2) &&
	       k->ports == be16_pair(p->outer.geneve + 6) &&
	       ip4_load(k->dst) == be16_pair(p->ip.dst) &&
	       mac_equal(k->eth_dst, p->eth.dst) &&
	       mac_equal(k->outer_eth_src, p->outer.eth.src);
}

/* What is known of a frame of len bytes, ENCAP_LEN in front of the inner one;
 * 0: nothing, or it is not plain. */
static __always_inline struct arrival_val *
arrival_find(const struct arrival_view *p, void *end, __u32 len, bool is_gso)
{
	struct config *c = config_find();
	struct arrival_val *v;
	__u32 at;

	if ((void *)(p + 1) > end || !c || trace_on ||
	    !arrival_is_plain(p, c) || !arrival_len_is_right(p, len, is_gso))
		return 0;
	at = arrival_place(p);
	v = bpf_map_lookup_elem(&arrival, &at);
	if (!v || !cache_is_fresh(v->generation, generation_now(c), v->stamp) ||
	    !arrival_key_is(&v->key, p))
		return 0;
	v->misses = 0;
	return v;
}

/* The tables are about to be asked: of which generation. */
static __always_inline void arrival_begin(struct flow *f)
{
	struct config *c = config_find();

	f->cache_generation = c && !trace_on ? generation_now(c) : 0;
}

/* What tunnel_input() said of a frame, outer headers still on, for the next
 * of its kind: of one that is delivered as it came. */
static __always_inline void arrival_note(const struct arrival_view *p,
					 void *end, const struct flow *f)
{
	struct config *c = config_find();
	struct arrival_val *v;
	__u32 at;

	if ((void *)(p + 1) > end || !c || !f->cache || !f->cache_generation ||
	    f->changed || f->generation || mac_is_multicast(f->eth_dst) ||
	    !arrival_is_plain(p, c))
		return;
	at = arrival_place(p);
	v = bpf_map_lookup_elem(&arrival, &at);
	if (!v ||
	    (cache_is_fresh(v->generation, f->cache_generation, v->stamp) &&
	     ++v->misses <= CACHE_PATIENCE))
		return;
	*(__be32 *)v->key.outer_src = be16_pair(p->outer.ip.src);
	v->key.vni = be16_pair(p->outer.geneve + 2);
	v->key.ports = be16_pair(p->outer.geneve + 6);
	*(__be32 *)v->key.dst = be16_pair(p->ip.dst);
	mac_copy(v->key.eth_dst, p->eth.dst);
	mac_copy(v->key.outer_eth_src, p->outer.eth.src);
	v->stamp = bpf_jiffies64();
	v->misses = 0;
	v->ifindex = f->ifindex;
	v->counter_in = f->counter_in;
	v->counter_out = f->counter_out;
	v->is_peer = !!(f->flags & FLOW_PEER);
	v->generation = f->cache_generation;
}

#endif /* XOVN_BPF_ARRIVAL_H */
