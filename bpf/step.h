/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet's way through TC programs: the pipeline decides, the decision is
 * carried out, and where that makes another packet of it (an error, an ARP
 * request) it goes round again.
 */
#ifndef XOVN_BPF_STEP_H
#define XOVN_BPF_STEP_H

#include "build.h"
#include "emit.h"
#include "event.h"
#include "flood.h"
#include "keep.h"
#include "limit.h"
#include "pipeline.h"

#define EMIT_ROUNDS 6 /* packet, error, ARP request for it, its flood */

/* The packet once more from where it came in, now without the actions of
 * connections: somebody has to answer it, and the tables know who. */
__noinline int flow_restart(struct __sk_buff *skb, struct flow *f)
{
	struct flow_start start;
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	start = f->start;
	flow_clear(f);
	f->start = start;
	f->datapath = start.datapath;
	f->inport = start.inport;
	f->stage = start.stage;
	f->len = skb->len;
	ret = skb_parse(skb, f);
	f->flags |= start.flags | FLOW_SLOW;
	return ret;
}

/* Too big for its way out: an error to its sender. */
static __always_inline int step_too_big(struct __sk_buff *skb, struct flow *f)
{
	if (f->flags & FLOW_CACHED)
		return flow_restart(skb, f);
	if (!rate_take(f, RATE_ICMP))
		return -DROP_ICMP_RATE;
	drop_skb(skb, f, DROP_TOO_BIG, f->len);
	return build_icmp_error(skb, f);
}

/* What follows from a decision.  A TC action, a drop reason, or EMIT_BUILD:
 * there is another packet to run through the pipeline. */
__noinline int step_act(struct __sk_buff *skb, struct flow *f, int verdict)
{
	int ret;

	if (!f)
		return TC_ACT_SHOT;
	event_created(skb, f);
	switch (verdict) {
	case V_DELIVER:
		ret = emit_deliver(skb, f);
		if (ret != EMIT_BUILD)
			return ret;
		ret = step_too_big(skb, f);
		break;
	case V_TUNNEL:
		ret = emit_tunnel(skb, f);
		if (ret != EMIT_BUILD)
			return ret;
		ret = step_too_big(skb, f);
		break;
	case V_FLOOD_ROUTER:
		emit_router_copy(skb, f);
		ret = emit_flood(skb, f);
		return ret ? ret : TC_ACT_SHOT;
	case V_FLOOD:
		ret = emit_flood(skb, f);
		return ret ? ret : TC_ACT_SHOT;
	case V_SHARE_ARP:
		ret = emit_share(skb, f);
		if (!ret)
			TRACE(f, CONSUMED, 0, 0, 0);
		return ret ? ret : TC_ACT_SHOT;
	case V_ICMP_ERROR:
		if (!rate_take(f, RATE_ICMP))
			return -DROP_ICMP_RATE;
		if (f->icmp_type == ICMP_TIME_EXCEEDED)
			drop_skb(skb, f, DROP_LR_TTL, f->len);
		ret = build_icmp_error(skb, f);
		break;
	case V_TCP_RST:
		if (!rate_take(f, RATE_ICMP))
			return -DROP_ICMP_RATE;
		ret = build_tcp_rst(skb, f);
		break;
	case V_ARP_REQUEST:
		if (!upcall_keep(skb, f))
			drop_skb(skb, f, DROP_LR_NEIGHBOR, f->len);
		event_skb(skb, f, EVENT_PUNT, DROP_LR_NEIGHBOR);
		lr_enter_peer(f, f->next_datapath, f->next_port,
			      f->next_is_router);
		ret = build_arp_request(skb, f);
		break;
	case V_ND_REPLY:
		ret = build_nd_reply(skb, f);
		break;
	default:
		if (verdict < 0)
			return verdict;
		TRACE(f, CONSUMED, 0, 0, 0);
		return TC_ACT_SHOT;
	}
	if (ret)
		return ret;
	TRACE(f, BUILD, f->sport >> 8, f->sport & 0xff, 0);
	return EMIT_BUILD;
}

/* A broadcast from a physical network, for members of this host; the packet
 * stays as it was, for the host.  0 or a drop reason. */
static __always_inline int localnet_flood(struct __sk_buff *skb, struct flow *f)
{
	int ret = pipeline_run(f);

	if (ret == V_FLOOD_ROUTER)
		emit_router_copy(skb, f);
	else if (ret != V_FLOOD)
		return ret < 0 ? ret : 0;
	/* Router copies put the frame back with flow_rewrite(). */
	ret = flow_rewrite(skb, f);
	if (ret)
		return ret;
	ret = flood_local(skb, f);
	return ret < 0 ? ret : 0;
}

static __always_inline int steps(struct __sk_buff *skb, struct flow *f)
{
	int ret;

	for (int i = 0; i < EMIT_ROUNDS; i++) {
		ret = pipeline_run(f);
		ret = step_act(skb, f, ret);
		if (ret != EMIT_BUILD)
			return ret;
	}
	return -DROP_HOP_LIMIT;
}

/* Where the pipeline begins; kept for flow_restart(). */
static __always_inline void flow_begin(struct flow *f, __u32 datapath,
				       __u32 inport, __u16 stage, __u32 flags)
{
	f->datapath = datapath;
	f->inport = inport;
	f->stage = stage;
	f->flags |= flags;
	if (!f->start.in_datapath) {
		f->start.in_datapath = datapath;
		f->start.in_port = inport;
	}
	f->start.datapath = datapath;
	f->start.inport = inport;
	f->start.stage = stage;
	f->start.flags = flags;
}

#endif /* XOVN_BPF_STEP_H */
