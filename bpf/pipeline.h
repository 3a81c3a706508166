/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From datapath to datapath until something decides: the same code for XDP
 * and TC, no packet, no context.
 */
#ifndef XOVN_BPF_PIPELINE_H
#define XOVN_BPF_PIPELINE_H

#include "router.h"

#define PIPELINE_HOPS 32

/* Runs from f->stage on.  An enum verdict (never V_NEXT) or -drop_reason. */
__noinline int pipeline_run(struct flow *f)
{
	int ret = -DROP_MALFORMED;

	if (!f)
		return ret;
	for (int hop = 0; hop < PIPELINE_HOPS; hop++) {
		switch (f->stage) {
		case STAGE_LS:
			ret = ls_ingress(f);
			break;
		case STAGE_LR:
			ret = lr_ingress(f);
			break;
		case STAGE_LR_ARP:
			ret = lr_arp(f);
			break;
		case STAGE_LR_ROUTE:
			ret = lr_route_own(f);
			break;
		case STAGE_LS_OUTPUT:
			ret = ls_output_port(f);
			break;
		}
		if (ret != V_NEXT)
			return ret;
	}
	return -DROP_HOP_LIMIT;
}

#endif /* XOVN_BPF_PIPELINE_H */
