// SPDX-License-Identifier: GPL-2.0
/*
 * TC ingress of a guest's interface (host end of a veth, or a tap): the
 * whole pipeline, GSO packets in one piece.  Nothing from here reaches the
 * host's own stack.
 */
#include "flow.h"
#include "admit.h"
#include "departure.h"
#include "event.h"
#include "parse.h"
#include "step.h"
#include "../maps/attachment.h"

static __always_inline int vif_run(struct __sk_buff *skb, struct flow *f)
{
	struct vif_key key = {.ifindex = skb->ifindex};
	struct vif_val *bound = bpf_map_lookup_elem(&vif, &key);
	int ret;

	if (!bound || !bound->datapath)
		return -DROP_VIF_NOT_BOUND;
	flow_begin(f, bound->datapath, bound->port,
		   bound->policy.flags & PORT_F_LB ? STAGE_LS_LB : STAGE_LS, 0);
	if (bound->counter)
		f->counter_in = bound->counter + COUNTER_PORT_IN;
	count(f->counter_in, f->len);
	ret = skb_parse(skb, f);
	TRACE(f, VIF_IN, bound->policy.flags, 0, 0);
	if (ret)
		return ret;
	ret = vif_admit(skb, f, &bound->policy);
	if (ret)
		return ret;
	departure_choose(f, skb->ifindex);
	ret = pipeline_run(f);
	departure_note(f, skb->ifindex, ret);
	ret = step_act(skb, f, ret);
	return ret == EMIT_BUILD ? steps(skb, f) : ret;
}

SEC("tc")
int vif_ingress(struct __sk_buff *skb)
{
	int ret = departure_send(skb);
	struct flow *f;
	__u32 len;

	if (ret >= 0)
		return ret;
	f = flow_new();
	if (!f)
		return TC_ACT_SHOT;
	len = skb->len;
	f->len = len;
	if (ret == KNOWN_NOT)
		ret = vif_run(skb, f);
	if (ret >= 0)
		return ret;
	drop_skb(skb, f, -ret, len);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
