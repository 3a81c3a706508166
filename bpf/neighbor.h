/* SPDX-License-Identifier: GPL-2.0 */
/* Routers' own addresses, and neighbors: learning them, and their age. */
#ifndef XOVN_BPF_NEIGHBOR_H
#define XOVN_BPF_NEIGHBOR_H

#include "flow.h"
#include "limit.h"
#include "switch.h"
#include "upcall.h"
#include "../maps/l3.h"

/* Does the cluster know it, and so? */
static __always_inline bool neighbor_is_known(const struct neighbor_key *key,
					      const __u8 *mac)
{
	struct neighbor_val *n = bpf_map_lookup_elem(&neighbor, key);

	return n && mac_equal(n->mac, mac);
}

/* What is old here may be news to others: their row may be gone, say another
 * MAC since, or never have been written.  Such a refresh is told, too, once a
 * second at most. */
static __always_inline void neighbor_learn(struct flow *f, __u32 datapath,
					   __u32 lrpkey, __be32 ip,
					   const __u8 *mac)
{
	struct neighbor_key key = {.datapath = datapath, .port = lrpkey};
	struct neighbor_val val = {}, *old;
	bool has_moved;

	if (mac_is_multicast(mac))
		return;
	*(__be32 *)key.ip = ip;
	val.seen = flow_now(f);
	old = bpf_map_lookup_elem(&learned, &key);
	if (old && mac_equal(old->mac, mac)) {
		if (old->seen == val.seen)
			return;
		old->seen = val.seen;
		if (neighbor_is_known(&key, mac))
			return;
	} else {
		if (!learn_take(f, RATE_NEIGHBOR))
			return;
		has_moved = old;
		TRACE(f, LR_LEARN, lrpkey, ip, datapath);
		mac_copy(val.mac, mac);
		bpf_map_update_elem(&learned, &key, &val, BPF_ANY);
		/* What was decided by the old one holds no longer. */
		if (has_moved)
			epoch_advance();
	}
	upcall_learned(UPCALL_NEIGHBOR, datapath, lrpkey, ip, mac,
		       mac_is_multicast(f->eth_dst));
}

/* Network i of an LRP that holds the address, or -1. */
static __always_inline int lrp_network_of(const struct lrp_val *p, __be32 ip)
{
	for (__u32 i = 0; i < LRP_NETWORKS_INLINE && i < p->n_networks; i++) {
		const struct lrp_network *n = &p->network[i];

		if (!((ip ^ ip4_load(n->addr)) & ip4_load(n->mask)))
			return i;
	}
	return -1;
}

/* Own address or subnet broadcast of any port of the router? */
static __always_inline struct router_ip_val *router_ip_find(__u32 datapath,
							    __be32 ip)
{
	struct router_ip_key key = {.datapath = datapath};

	*(__be32 *)key.ip = ip;
	return bpf_map_lookup_elem(&router_ip, &key);
}

/* lr_in_lookup_neighbor, lr_in_learn_neighbor.  A request teaches when its
 * sender is in the port's subnet (and, unless the router always learns, asks
 * for the port's own address there, or is known), a reply always. */
__noinline int lr_learn(struct flow *f, __u32 datapath, __u32 lrpkey)
{
	struct lrp_key key = {.datapath = datapath, .port = lrpkey};
	struct neighbor_key nkey = {.datapath = datapath, .port = lrpkey};
	struct lrp_val *p;
	struct router_ip_val *own;

	if (!f)
		return 0;
	p = bpf_map_lookup_elem(&lrp, &key);
	if (!p || p->flags & LRP_F_DISABLED || !f->src.ip4)
		return 0;
	if (f->arp_op == ARPOP_REQUEST) {
		if (lrp_network_of(p, f->src.ip4) < 0)
			return 0;
		if (!(p->flags & LRP_F_LEARN_ALWAYS)) {
			own = router_ip_find(datapath, f->dst.ip4);
			*(__be32 *)nkey.ip = f->src.ip4;
			if ((!own || own->kind != ROUTER_IP_OWN ||
			     own->port != lrpkey ||
			     (f->src.ip4 ^ f->dst.ip4) & ip4_load(own->mask)) &&
			    !bpf_map_lookup_elem(&learned, &nkey))
				return 0;
		}
	} else if (f->arp_op != ARPOP_REPLY) {
		return 0;
	}
	neighbor_learn(f, datapath, lrpkey, f->src.ip4, f->lladdr);
	return 0;
}

/* mac_binding_age_threshold: who has not been heard of for so long is asked
 * for again.  An entry without a time is the loader's and does not age; on
 * another CPU it may have been heard of in a second that is yet to come here. */
static __always_inline bool neighbor_is_aged(struct flow *f,
					     const struct neighbor_val *n)
{
	struct datapath_key key = {.datapath = f->datapath};
	struct router_val *val = bpf_map_lookup_elem(&router, &key);

	return val && val->neighbor_age && n->seen &&
	       flow_now(f) > (__u64)n->seen + val->neighbor_age;
}

/* What a neighbor sends keeps its entry young (OVN's MAC cache use). */
static __always_inline void neighbor_refresh(struct flow *f)
{
	struct neighbor_key key = {.datapath = f->datapath, .port = f->inport};
	struct neighbor_val *n;

	*(__be32 *)key.ip = f->src.ip4;
	n = bpf_map_lookup_elem(&learned, &key);
	if (n && mac_equal(n->mac, f->eth_src) && n->seen != flow_now(f))
		n->seen = f->now;
}

#endif /* XOVN_BPF_NEIGHBOR_H */
