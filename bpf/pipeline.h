/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From datapath to datapath until something decides: the same code for XDP
 * and TC, no packet, no context.
 */
#ifndef XOVN_BPF_PIPELINE_H
#define XOVN_BPF_PIPELINE_H

#include "gateway.h"
#include "router.h"

#define PIPELINE_HOPS 32

/* One stage's work, those that need no connections. */
static __always_inline int pipeline_stage(struct flow *f)
{
	switch (f->stage) {
	case STAGE_LS:
		return ls_ingress(f);
	case STAGE_LR:
		return lr_ingress(f);
	case STAGE_LR_ARP:
		return lr_arp(f);
	case STAGE_LR_ROUTE:
		return lr_route_own(f);
	case STAGE_LS_OUTPUT:
		return ls_output_port(f);
	}
	return -DROP_MALFORMED;
}

/* Runs from f->stage on.  An enum verdict (never V_NEXT) or -drop_reason. */
static __always_inline int pipeline_loop(struct flow *f)
{
	for (int hop = 0; hop < PIPELINE_HOPS; hop++) {
		int ret;

		if (f->stage == STAGE_LR_TRACK)
			ret = lr_track(f);
		else if (f->stage == STAGE_LR_SNAT)
			ret = lr_egress(f);
		else if (f->stage == STAGE_LS_LB)
			ret = ls_lb(f);
		else
			ret = pipeline_stage(f);
		if (ret != V_NEXT)
			return ret;
	}
	return -DROP_HOP_LIMIT;
}

__noinline int pipeline_run(struct flow *f)
{
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	if (trace_on) /* the tables are to say why */
		f->flags |= FLOW_SLOW;
	ret = pipeline_loop(f);
	if ((ret == V_DELIVER || ret == V_TUNNEL) && f->ct_record &&
	    !(f->flags & (FLOW_CACHED | FLOW_SLOW | FLOW_FRAGMENT)))
		action_note(f, ret);
	return ret;
}

/* The same for ARP, which may be called from deeper down: Linux follows
 * eight calls and no more. */
__noinline int pipeline_run_arp(struct flow *f)
{
	if (!f)
		return -DROP_MALFORMED;
	for (int hop = 0; hop < PIPELINE_HOPS; hop++) {
		int ret = pipeline_stage(f);

		if (ret != V_NEXT)
			return ret;
	}
	return -DROP_HOP_LIMIT;
}

#endif /* XOVN_BPF_PIPELINE_H */
