/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Logical router with NAT or load balancers, behind lr_in_admission: the
 * stages of router.h, and around them the connection's.
 */
#ifndef XOVN_BPF_GATEWAY_H
#define XOVN_BPF_GATEWAY_H

#include "nat.h"
#include "router.h"

/* STAGE_LR_TRACK, a router that keeps connections: a known one is translated
 * as it was, and mostly sent where it went; a new one goes by the rules. */
__noinline int lr_track(struct flow *f)
{
	struct lrp_key key = {};
	struct router_ip_val *own;
	struct route_val *r;
	struct lrp_val *p;
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	TRACE(f, LR_IN, f->inport, 0, 0);
	/* What ends here is none of its connection's: lr_in_ip_input. */
	ret = f->ttl > 1 ? ct_track(f, 0, f->inport) : CT_MISS;
	if (ret == CT_AGAIN) /* until the other CPU is done with it */
		return V_NEXT;
	if (ret == V_CONSUMED || ret == V_NEXT)
		track_pass(f);
	if (ret == V_CONSUMED)
		return f->stage;
	if (ret == -DROP_CT_FRAGMENT && lr_is_stateless(f))
		ret = CT_MISS;
	key.datapath = f->datapath;
	key.port = f->inport;
	p = bpf_map_lookup_elem(&lrp, &key);
	if (!p) {
		f->outport = f->inport;
		return -DROP_PORT_UNSUPPORTED;
	}
	/* lr_in_admission, for those that came without it. */
	if (!mac_is_multicast(f->eth_dst) && !mac_equal(f->eth_dst, p->mac)) {
		TRACE(f, LR_IN, f->inport, DROP_LR_ADMISSION, 0);
		return -DROP_LR_ADMISSION;
	}
	if (ret != CT_MISS && ret < 0)
		return ret;
	f->route_table = p->route_table;
	if (ret == CT_MISS) {
		TRACE(f, CT_MISS, 0, 0, 0);
		ret = lr_check_addresses(f, p);
		if (ret)
			return ret;
		own = router_ip_find(f->datapath, f->dst.ip4);
		if (own && own->kind == ROUTER_IP_OWN &&
		    f->proto == IPPROTO_ICMP && f->sport == ICMP_ECHO << 8)
			return lr_local(f, p->flags);
		if (f->ttl <= 1)
			return lr_time_exceeded(f, p);
		ret = lr_dnat(f, p->flags);
		if (ret)
			return ret;
		/* To an external address, and no rule or connection for it. */
		if (own && own->kind == ROUTER_IP_NAT &&
		    f->dst.ip4 == f->in.dst)
			return flow_is_icmp_error(f) ? -DROP_CT_INVALID :
						       -DROP_LR_LOCAL;
	} else if (f->ttl <= 1) {
		return lr_time_exceeded(f, p);
	}
	r = lr_route_find(f, p->flags);
	if (!r)
		return -DROP_LR_NO_ROUTE;
	if (r->kind == ROUTE_LOCAL)
		return lr_local(f, p->flags);
	return lr_forward(f, r, false);
}

/* STAGE_LR_SNAT: the rules for the source, then out of the port that routing
 * has chosen. */
__noinline int lr_egress(struct flow *f)
{
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	ret = lr_snat(f);
	if (ret == CT_AGAIN) { /* another CPU noted it first: once more */
		flow_set_tuple(f, &f->in);
		f->ttl = f->ttl_in;
		f->stage = STAGE_LR_TRACK;
		return V_NEXT;
	}
	if (ret)
		return ret;
	route_pass(f, f->next_counter);
	lr_enter_peer(f, f->next_datapath, f->next_port, f->next_is_router);
	return 0;
}

#endif /* XOVN_BPF_GATEWAY_H */
