// SPDX-License-Identifier: GPL-2.0
/*
 * TC ingress of a guest's interface (host end of a veth, or a tap): the
 * whole pipeline, GSO packets in one piece.  Nothing from here reaches the
 * host's own stack.
 */
#include "flow.h"
#include "parse.h"
#include "pipeline.h"
#include "build.h"
#include "flood.h"
#include "emit.h"
#include "../maps/attachment.h"
#include "../maps/ct.h"
#include "../maps/nat.h"

#define EMIT_ROUNDS 6 /* packet, error, ARP request for it, its flood */

/* One decision and what follows from it.  A TC action, a drop reason, or
 * EMIT_BUILD: there is another packet to run through the pipeline. */
__noinline int vif_step(struct __sk_buff *skb, struct flow *f)
{
	int ret;

	if (!f)
		return TC_ACT_SHOT;
	ret = pipeline_run(f);
	switch (ret) {
	case V_DELIVER:
		ret = flow_rewrite(skb, f);
		return ret ? ret : emit_deliver(skb, f);
	case V_TUNNEL:
		ret = emit_tunnel(skb, f);
		if (ret != EMIT_BUILD)
			return ret;
		drop_count(DROP_TOO_BIG, f->len);
		ret = build_icmp_error(skb, f);
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
		return ret ? ret : TC_ACT_SHOT;
	case V_ICMP_ERROR:
		if (f->icmp_type == ICMP_TIME_EXCEEDED)
			drop_count(DROP_LR_TTL, f->len);
		ret = build_icmp_error(skb, f);
		break;
	case V_TCP_RST:
		ret = build_tcp_rst(skb, f);
		break;
	case V_ARP_REQUEST:
		drop_count(DROP_LR_NEIGHBOR, f->len);
		ret = build_arp_request(skb, f);
		break;
	case V_ND_REPLY:
		ret = build_nd_reply(skb, f);
		break;
	default:
		return ret < 0 ? ret : TC_ACT_SHOT;
	}
	return ret ? ret : EMIT_BUILD;
}

/* ls_in_admission, ls_in_check_port_sec, ls_in_lookup_fdb. */
static __always_inline int vif_admit(struct __sk_buff *skb, struct flow *f,
				     const struct port_policy *policy)
{
	int ret;

	if (policy->flags & PORT_F_DISABLED)
		return -DROP_PORT_DISABLED;
	if (f->flags & FLOW_VLAN || skb->vlan_present)
		return -DROP_VLAN_TAGGED;
	if (mac_is_multicast(f->eth_src))
		return -DROP_SRC_MULTICAST;
	ret = port_sec_in(f, policy);
	if (ret)
		return ret;
	if (policy->flags & PORT_F_LEARN)
		fdb_learn(f->datapath, f->eth_src, f->inport);
	return 0;
}

static __always_inline int vif_run(struct __sk_buff *skb, struct flow *f)
{
	struct vif_key key = {.ifindex = skb->ifindex};
	struct vif_val *bound = bpf_map_lookup_elem(&vif, &key);
	int ret;

	if (!bound || !bound->datapath)
		return -DROP_VIF_NOT_BOUND;
	f->datapath = bound->datapath;
	f->inport = bound->port;
	ret = skb_parse(skb, f);
	if (ret)
		return ret;
	ret = vif_admit(skb, f, &bound->policy);
	if (ret)
		return ret;
	for (int i = 0; i < EMIT_ROUNDS; i++) {
		ret = vif_step(skb, f);
		if (ret != EMIT_BUILD)
			return ret;
	}
	return -DROP_HOP_LIMIT;
}

SEC("tc")
int vif_ingress(struct __sk_buff *skb)
{
	struct flow f = {.len = skb->len};
	__u32 len = skb->len;
	int ret;

	ret = vif_run(skb, &f);
	if (ret >= 0)
		return ret;
	drop_count(-ret, len);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
