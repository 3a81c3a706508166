// SPDX-License-Identifier: GPL-2.0
/*
 * TC ingress of the agent's tap: packets that waited for their next hop
 * (keep.h) begin once more where they came in, by what is there now.  They
 * were counted there; what they are counted by from here on is new.
 */
#include "flow.h"
#include "admit.h"
#include "localnet.h"
#include "parse.h"
#include "step.h"
#include "tunnel.h"
#include "../maps/attachment.h"

#define CUT_FLAGS (BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET)

/* Cuts struct reinject out, and keeps what it says in the flow, f->ifindex and
 * the place for a drop included.  Enum reinject_kind, or a drop reason. */
__noinline int reinject_open(struct __sk_buff *skb, struct flow *f)
{
	struct reinject r = {};

	if (!f || bpf_skb_load_bytes(skb, ETH_HLEN, &r, sizeof(r)) ||
	    bpf_skb_adjust_room(skb, -(__s32)sizeof(r), BPF_ADJ_ROOM_MAC,
				CUT_FLAGS))
		return -DROP_MALFORMED;
	f->len = skb->len;
	f->start.in_datapath = r.datapath;
	f->start.in_port = r.inport;
	f->datapath = r.datapath;
	f->inport = r.inport;
	f->outport = r.outport;
	f->ifindex = r.ifindex;
	f->next_datapath = r.drop_datapath;
	f->next_port = r.drop_port;
	return r.kind;
}

static __always_inline int from_vif(struct __sk_buff *skb, struct flow *f)
{
	struct vif_key key = {.ifindex = f->ifindex};
	struct vif_val *bound = bpf_map_lookup_elem(&vif, &key);
	int ret;

	/* Another port's since: what it sent is not that one's. */
	if (!bound || bound->datapath != f->datapath ||
	    bound->port != f->inport)
		return -DROP_VIF_NOT_BOUND;
	flow_begin(f, bound->datapath, bound->port,
		   bound->policy.flags & PORT_F_LB ? STAGE_LS_LB : STAGE_LS,
		   FLOW_REINJECTED);
	ret = skb_parse(skb, f);
	return ret ? ret : vif_admit(skb, f, &bound->policy);
}

static __always_inline int from_localnet(struct __sk_buff *skb, struct flow *f)
{
	struct port_key key = {.datapath = f->datapath, .port = f->inport};
	struct port_val *p = bpf_map_lookup_elem(&port, &key);
	struct localnet_val *from;
	int ret;

	if (!p || p->kind != PORT_LOCALNET)
		return -DROP_LOCALNET_NOT_ATTACHED;
	from = localnet_find(f->ifindex, p->vlan);
	if (!from || from->datapath != f->datapath || from->port != f->inport)
		return -DROP_LOCALNET_NOT_ATTACHED;
	flow_begin(f, from->datapath, from->port, STAGE_LS,
		   FLOW_FROM_LOCALNET | FLOW_REINJECTED);
	ret = skb_parse(skb, f);
	return ret ? ret : localnet_admit(f, from);
}

/* What is no gateway's any more has no business here. */
static __always_inline int from_tunnel(struct __sk_buff *skb, struct flow *f)
{
	int ret = skb_parse(skb, f);

	if (ret)
		return ret;
	ret = tunnel_input(f);
	if (ret < 0)
		return ret;
	if (ret != V_NEXT)
		return -DROP_TUNNEL_NOT_LOCAL;
	flow_begin(f, f->datapath, f->inport, f->stage, FLOW_REINJECTED);
	f->start.stage = STAGE_LR; /* as in gateway_run() */
	return 0;
}

static __always_inline int reinject_run(struct __sk_buff *skb, struct flow *f)
{
	int ret = reinject_open(skb, f);

	switch (ret) {
	case REINJECT_VIF:
		ret = from_vif(skb, f);
		break;
	case REINJECT_LOCALNET:
		ret = from_localnet(skb, f);
		break;
	case REINJECT_TUNNEL:
		ret = from_tunnel(skb, f);
		break;
	case REINJECT_DROP:
		f->datapath = f->next_datapath;
		f->inport = f->next_port;
		return -DROP_LR_NEIGHBOR;
	default:
		return ret < 0 ? ret : -DROP_MALFORMED;
	}
	return ret ? ret : steps(skb, f);
}

SEC("tc")
int reinject_ingress(struct __sk_buff *skb)
{
	struct flow *f = flow_new();
	int ret;

	if (!f)
		return TC_ACT_SHOT;
	f->len = skb->len;
	ret = reinject_run(skb, f);
	if (ret >= 0)
		return ret;
	drop_skb(skb, f, -ret, f->len);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
