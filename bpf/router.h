/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Logical router: stages in the order of ovn-northd(8).  Entered with
 * datapath and inport = LRP key; leaves to the switch behind the LRP that
 * the route chose.
 */
#ifndef XOVN_BPF_ROUTER_H
#define XOVN_BPF_ROUTER_H

#include "flow.h"
#include "nat.h"
#include "neighbor.h"
#include "switch.h"
#include "../maps/l3.h"

/* Out of a router's port.  flags.loopback ends there: a switch gives nothing
 * back to the port it has it from, whatever MAC it is for. */
static __always_inline void lr_enter_peer(struct flow *f, __u32 datapath,
					  __u32 peer, bool is_router)
{
	f->datapath = datapath;
	f->inport = peer;
	f->stage = is_router ? STAGE_LR : STAGE_LS;
	f->flags |= FLOW_FROM_ROUTER;
	f->flags &= ~(FLOW_FROM_LOCALNET | FLOW_LOOPBACK);
}

/* Does the router answer ARP for the address on the port it came by?  Its
 * own on their port, for askers in their subnet; external addresses of NAT
 * anywhere; VIPs where the load balancer says. */
static __always_inline bool lr_answers(const struct flow *f)
{
	struct router_ip_val *ip = router_ip_find(f->datapath, f->dst.ip4);

	if (!ip)
		return false;
	if (ip->kind == ROUTER_IP_OWN && ip->port == f->inport)
		return !((f->src.ip4 ^ f->dst.ip4) & ip4_load(ip->mask));
	return ip->kind == ROUTER_IP_NAT ||
	       (ip->kind == ROUTER_IP_VIP &&
		(!ip->port || ip->port == f->inport));
}

/* lr_in_ip_input, ARP: learn, answer. */
__noinline int lr_arp(struct flow *f)
{
	struct lrp_key key = {};
	struct lrp_val *p;

	if (!f)
		return -DROP_MALFORMED;
	lr_learn(f, f->datapath, f->inport);
	if (f->arp_op == ARPOP_REPLY)
		return V_SHARE_ARP;
	if (f->arp_op != ARPOP_REQUEST)
		return -DROP_LR_ARP;
	if (!lr_answers(f)) {
		TRACE(f, LR_ARP, 0, 0, 0);
		return -DROP_LR_ARP;
	}
	TRACE(f, LR_ARP, 1, 0, 0);
	key.datapath = f->datapath;
	key.port = f->inport;
	p = bpf_map_lookup_elem(&lrp, &key);
	if (!p)
		return -DROP_LR_ARP;
	flow_set_arp_reply(f, p->mac);
	lr_enter_peer(f, p->peer_datapath, p->peer_port,
		      p->flags & LRP_F_PEER_ROUTER);
	return V_NEXT;
}

/* Source of an ICMP error: the port's address in the sender's subnet, else
 * its first. */
static __always_inline __be32 lr_error_source(const struct lrp_val *p,
					      __be32 to)
{
	int i = lrp_network_of(p, to);

	return ip4_load(p->network[i < 0 ? 0 : i & 3].addr);
}

/* lr_in_ip_input: a packet to one of the router's addresses. */
__noinline int lr_local(struct flow *f, __u32 lrp_flags)
{
	__be32 ip;

	if (!f)
		return -DROP_LR_LOCAL;
	TRACE(f, LR_LOCAL, lrp_flags, 0, 0);
	if (f->flags & (FLOW_LATER_FRAGMENT | FLOW_L4_SHORT))
		return -DROP_LR_LOCAL;
	f->ip_error_src = f->dst.ip4;
	f->icmp_ttl = ROUTER_TTL_REPLY;
	f->icmp_type = ICMP_DEST_UNREACH;
	switch (f->proto) {
	case IPPROTO_ICMP:
		if (f->sport != ICMP_ECHO << 8 || f->flags & FLOW_FRAGMENT)
			return -DROP_LR_LOCAL;
		ip = f->src.ip4;
		f->src.ip4 = f->dst.ip4;
		f->dst.ip4 = ip;
		f->ttl = ROUTER_TTL_REPLY;
		f->sport = ICMP_ECHOREPLY << 8;
		f->changed |= CHANGE_TTL | CHANGE_ECHO;
		f->ct_record = 0; /* the request went no further */
		f->stage = STAGE_LR_ROUTE;
		return V_NEXT;
	case IPPROTO_UDP:
		f->icmp_code = ICMP_PORT_UNREACH;
		break;
	case IPPROTO_TCP:
		if (f->tcp_flags & TCP_RST)
			return -DROP_LR_LOCAL;
		return lrp_flags & LRP_F_SILENT ? -DROP_LR_LOCAL : V_TCP_RST;
	default:
		f->icmp_code = ICMP_PROT_UNREACH;
		break;
	}
	return lrp_flags & LRP_F_SILENT ? -DROP_LR_LOCAL : V_ICMP_ERROR;
}

/* lr_in_arp_resolve, lr_in_arp_request. */
static __always_inline int lr_resolve(struct flow *f, const struct route_val *r,
				      __be32 nexthop)
{
	struct neighbor_key key = {.datapath = f->datapath, .port = r->port};
	struct neighbor_val *n = 0;

	*(__be32 *)key.ip = nexthop;
	if (r->lrp_flags & LRP_F_STATIC_NEIGHBORS)
		n = bpf_map_lookup_elem(&neighbor, &key);
	if (!n)
		n = bpf_map_lookup_elem(&learned, &key);
	mac_copy(f->eth_src, r->mac);
	if (n && r->lrp_flags & LRP_F_AGES && neighbor_is_aged(f, n)) {
		TRACE(f, NEIGHBOR, nexthop, TRACE_NEIGHBOR_AGED, r->port);
		n = 0;
	}
	if (n) {
		mac_copy(f->eth_dst, n->mac);
		f->changed |= CHANGE_ETH | CHANGE_TTL;
		TRACE(f, NEIGHBOR, nexthop,
		      n->seen ? TRACE_NEIGHBOR_LEARNED : TRACE_NEIGHBOR_STATIC,
		      r->port);
		return V_NEXT;
	}
	TRACE(f, NEIGHBOR, nexthop, TRACE_NEIGHBOR_NONE, r->port);
	__builtin_memset(f->eth_dst, 0xff, 6);
	__builtin_memset(f->arp_tha, 0, 6);
	mac_copy(f->lladdr, r->mac);
	f->src.ip4 = ip4_load(r->src_ip);
	f->dst.ip4 = nexthop;
	f->eth_type = ETH_P_ARP;
	f->arp_op = ARPOP_REQUEST;
	f->outport = r->port;
	return V_ARP_REQUEST;
}

static __always_inline void trace_route(const struct flow *f,
					const struct route_val *r, __u32 by_src)
{
	__u32 table = f->route_table;

	if (!trace_on)
		return;
	if (r)
		trace_note(f, TRACE_ROUTE, r->plen, r->kind,
			   by_src | table << 1);
	else
		trace_note(f, TRACE_NO_ROUTE, table, 0, 0);
}

/* lr_in_ip_routing: the longer of the prefixes that match destination and
 * source; at equal length the destination's. */
static __always_inline struct route_val *lr_route_find(const struct flow *f,
						       __u32 lrp_flags)
{
	struct route_key key = {.prefixlen = 96,
				.datapath = f->datapath,
				.table = f->route_table};
	struct route_val *by_dst, *by_src;

	*(__be32 *)key.ip = f->dst.ip4;
	by_dst = bpf_map_lookup_elem(&route, &key);
	if (lrp_flags & LRP_F_SRC_ROUTES) {
		*(__be32 *)key.ip = f->src.ip4;
		by_src = bpf_map_lookup_elem(&route_src, &key);
		if (by_src && (!by_dst || by_src->plen > by_dst->plen)) {
			trace_route(f, by_src, 1);
			return by_src;
		}
	}
	trace_route(f, by_dst, 0);
	return by_dst;
}

/* lr_in_ip_routing_ecmp: one route of the group, the same for a flow. */
static __always_inline struct route_val *lr_ecmp(const struct flow *f,
						 const struct route_val *r)
{
	struct ecmp_key key = {.id = r->ecmp};

	key.index = maglev_choose(r->ecmp, r->n_slots, f->hash);
	TRACE(f, ECMP, key.id, key.index, 0);
	return bpf_map_lookup_elem(&ecmp, &key);
}

/* lr_in_ip_routing (TTL, next hop, MACs), lr_out_snat where the router made
 * no packet of its own, then out of the chosen port. */
static __always_inline int lr_forward(struct flow *f, struct route_val *r,
				      bool is_own)
{
	int ret;

	if (r->kind == ROUTE_ECMP) {
		r = lr_ecmp(f, r);
		if (!r)
			return -DROP_LR_NO_ROUTE;
	}
	if (r->kind == ROUTE_DISCARD)
		return -DROP_LR_DISCARD;
	if (r->lrp_flags & LRP_F_DISABLED || !r->peer_datapath) {
		f->outport = r->port;
		return r->lrp_flags & LRP_F_DISABLED ? -DROP_LR_PORT_DISABLED :
						       -DROP_PORT_UNSUPPORTED;
	}
	f->ttl--;
	ret = lr_resolve(f, r,
			 r->kind == ROUTE_STATIC ? ip4_load(r->nexthop) :
						   f->dst.ip4);
	f->next_datapath = r->peer_datapath;
	f->next_port = r->peer_port;
	f->next_is_router = r->lrp_flags & LRP_F_PEER_ROUTER;
	if (ret != V_NEXT)
		return ret; /* the packet ends here, the request leaves */
	if (r->lrp_flags & LRP_F_CT && !is_own) {
		if (!(f->flags & FLOW_CT_KNOWN)) {
			f->nat.src = ip4_load(r->src_ip);
			f->next_counter = r->counter;
			f->stage = STAGE_LR_SNAT;
			return V_NEXT;
		}
		track_source(f);
	}
	route_pass(f, r->counter);
	lr_enter_peer(f, r->peer_datapath, r->peer_port,
		      r->lrp_flags & LRP_F_PEER_ROUTER);
	return V_NEXT;
}

/* A packet the router made itself starts at its routing stages. */
__noinline int lr_route_own(struct flow *f)
{
	struct route_val *r;

	if (!f)
		return -DROP_MALFORMED;
	r = lr_route_find(f, LRP_F_SRC_ROUTES);
	if (!r)
		return -DROP_LR_NO_ROUTE;
	if (r->kind == ROUTE_LOCAL)
		return -DROP_LR_LOCAL;
	return lr_forward(f, r, true);
}

/* lr_in_ip_input 100: addresses no packet may come from or go to. */
static __always_inline int lr_check_addresses(const struct flow *f,
					      const struct lrp_val *p)
{
	__u8 from = f->src.b[0], to = f->dst.b[0];
	int i;

	if ((from & 0xf0) == 0xe0 || f->src.ip4 == 0xffffffff || from == 127 ||
	    !from)
		return -DROP_LR_BAD_SRC;
	if (to == 127 || !to || (to & 0xf0) == 0xe0 ||
	    mac_is_multicast(f->eth_dst))
		return -DROP_LR_BAD_DST;
	/* The router's own addresses; the look-up is saved for the usual
	 * sender, which is in the network of the port it came by. */
	i = lrp_network_of(p, f->src.ip4);
	if (i >= 0) {
		__u32 own = ip4_load(p->network[i & 3].addr);
		__u32 mask = ip4_load(p->network[i & 3].mask);

		if (f->src.ip4 == own)
			return -DROP_LR_BAD_SRC;
		if (mask != 0xffffffff && bpf_ntohl(~mask) > 1 &&
		    f->src.ip4 == (own | ~mask))
			return -DROP_LR_BAD_SRC;
	} else {
		struct router_ip_val *own =
			router_ip_find(f->datapath, f->src.ip4);

		if (own && (own->kind == ROUTER_IP_OWN ||
			    own->kind == ROUTER_IP_BROADCAST))
			return -DROP_LR_BAD_SRC;
	}
	return 0;
}

static __always_inline int lr_time_exceeded(struct flow *f,
					    const struct lrp_val *p)
{
	TRACE(f, TTL, f->ttl, 0, 0);
	if (f->flags & FLOW_LATER_FRAGMENT || flow_is_icmp_error(f))
		return -DROP_LR_TTL;
	f->icmp_type = ICMP_TIME_EXCEEDED;
	f->icmp_code = 0;
	f->icmp_ttl = ROUTER_TTL_ERROR;
	f->ip_error_src = lr_error_source(p, f->in.src);
	return V_ICMP_ERROR;
}

/* lr_in_admission, lr_in_ip_input, lr_in_ip_routing. */
__noinline int lr_ingress(struct flow *f)
{
	struct lrp_key key = {};
	struct route_val *r;
	struct lrp_val *p;
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	key.datapath = f->datapath;
	key.port = f->inport;
	p = bpf_map_lookup_elem(&lrp, &key);
	if (!p || p->flags & LRP_F_DISABLED) {
		f->outport = f->inport;
		return p ? -DROP_LR_PORT_DISABLED : -DROP_PORT_UNSUPPORTED;
	}
	if (!mac_is_multicast(f->eth_dst) && !mac_equal(f->eth_dst, p->mac)) {
		TRACE(f, LR_IN, f->inport, DROP_LR_ADMISSION, 0);
		return -DROP_LR_ADMISSION;
	}
	if (trace_on && !(p->flags & LRP_F_CT && f->eth_type == ETH_P_IP))
		trace_note(f, TRACE_LR_IN, f->inport, 0, 0); /* else lr_track */
	if (f->eth_type == ETH_P_ARP) {
		f->stage = STAGE_LR_ARP; /* from here the stack is too deep */
		return V_NEXT;
	}
	if (f->eth_type != ETH_P_IP)
		return -DROP_LR_NOT_IP;
	lr_begin(f);
	if (p->flags & LRP_F_AGES)
		neighbor_refresh(f);
	if (p->flags & LRP_F_CT) {
		f->stage = STAGE_LR_TRACK;
		return V_NEXT;
	}
	f->route_table = p->route_table;
	ret = lr_check_addresses(f, p);
	if (ret)
		return ret;
	r = lr_route_find(f, p->flags);
	if (r && r->kind == ROUTE_LOCAL)
		return lr_local(f, p->flags);
	if (f->ttl <= 1)
		return lr_time_exceeded(f, p);
	if (!r)
		return -DROP_LR_NO_ROUTE;
	return lr_forward(f, r, true);
}

#endif /* XOVN_BPF_ROUTER_H */
