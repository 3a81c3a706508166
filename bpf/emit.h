/* SPDX-License-Identifier: GPL-2.0 */
/* Verdict to kernel (TC): delivery to an interface, and reading the packet. */
#ifndef XOVN_BPF_EMIT_H
#define XOVN_BPF_EMIT_H

#include "event.h"
#include "flood.h"
#include "pipeline.h"

#define PACKET_HOST 0
#define PULL_LEN 192 /* outer and inner headers, with room for options */
#define KERNEL_6_3 0x060300

extern int LINUX_KERNEL_VERSION __kconfig;

/* Makes the headers readable and parses them; f->len is set.  A function of
 * its own keeps its spills off the stack that the pipeline stands on. */
__noinline int skb_parse(struct __sk_buff *skb, struct flow *f)
{
	__u32 want;
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	want = f->len < PULL_LEN ? f->len : PULL_LEN;
	if (CTX_DATA(skb) + want > CTX_DATA_END(skb))
		bpf_skb_pull_data(skb, want);
	ret = flow_parse(f, CTX_DATA(skb), CTX_DATA_END(skb));
	if (skb->gso_size)
		f->ip_len = f->l4_off - ETH_HLEN + f->l4_len + skb->gso_size;
	return ret;
}

/* Into the guest's namespace at once where the port allows it: that saves a
 * queue and a third of the cost. */
static __always_inline int skb_deliver(struct __sk_buff *skb, __u32 ifindex,
				       bool is_peer)
{
	if (!is_peer)
		return bpf_redirect(ifindex, 0);
	/* The frame was not for this host's MAC, so its type is
	 * PACKET_OTHERHOST, which the guest's stack would drop. */
	if (skb->pkt_type != PACKET_HOST)
		bpf_skb_change_type(skb, PACKET_HOST);
	return bpf_redirect_peer(ifindex, 0);
}

/* Out to a physical network.  A TC action, a drop reason, or EMIT_BUILD. */
__noinline int emit_localnet(struct __sk_buff *skb, struct flow *f)
{
	int ret;

	if (!f)
		return -DROP_REDIRECT_FAILED;
	ret = check_size(skb, f, f->ifindex, 0, skb->gso_size);
	if (ret)
		return ret == V_ICMP_ERROR ? EMIT_BUILD : ret;
	ret = flow_rewrite(skb, f);
	if (ret)
		return ret;
	if (f->vlan && bpf_skb_vlan_push(skb, bpf_htons(f->vlan_type), f->vlan))
		return -DROP_REDIRECT_FAILED;
	flow_count(f);
	TRACE(f, DELIVER, f->ifindex, f->outport, f->vlan);
	return bpf_redirect(f->ifindex, 0);
}

/* V_DELIVER of a unicast frame. */
static __always_inline int emit_deliver(struct __sk_buff *skb, struct flow *f)
{
	int ret;

	if (f->flags & FLOW_LOCALNET)
		return emit_localnet(skb, f);
	ret = flow_rewrite(skb, f);
	if (ret)
		return ret;
	flow_count(f);
	TRACE(f, DELIVER, f->ifindex, f->outport, 0);
	return skb_deliver(skb, f->ifindex,
			   f->flags & FLOW_PEER &&
				   !mac_is_multicast(f->eth_dst));
}

/* One copy out of an interface, for the guest or a physical network. */
static __always_inline int emit_copy(struct __sk_buff *skb, struct flow *f)
{
	bool is_tagged = f->flags & FLOW_LOCALNET && f->vlan;
	int ret = flow_rewrite(skb, f);

	if (ret)
		return ret;
	if (is_tagged &&
	    bpf_skb_vlan_push(skb, bpf_htons(f->vlan_type), f->vlan))
		return -DROP_REDIRECT_FAILED;
	if (clone_to(skb, f, f->ifindex, 0))
		ret = -DROP_REDIRECT_FAILED;
	else
		flow_count(f);
	if (is_tagged)
		bpf_skb_vlan_pop(skb);
	return ret;
}

/* V_FLOOD_ROUTER, an ARP request for a router's address: the router behind
 * outport answers first, because after the remote copies nothing is left.
 * All an ARP frame holds is in the flow, so the request is put back for the
 * flood that the caller does next.  An asker with a MAC of another chassis
 * gets no answer. */
__noinline int emit_router_copy(struct __sk_buff *skb, struct flow *f)
{
	__u32 datapath, inport, flags;
	__u8 dst[6], tha[6];
	__be32 ip;
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	datapath = f->datapath;
	inport = f->inport;
	flags = f->flags;
	mac_copy(dst, f->eth_dst);
	mac_copy(tha, f->arp_tha);

	f->stage = STAGE_LS_OUTPUT;
	ret = pipeline_run_arp(f);
	if (ret == V_TUNNEL && f->arp_op == ARPOP_REQUEST) {
		f->copy_chassis = f->chassis;
		f->copy_outport = f->outport;
	} else if (ret == V_DELIVER) {
		ret = emit_copy(skb, f);
	} else if (ret == V_FLOOD) { /* the asker is behind an unknown port */
		ret = flow_rewrite(skb, f);
		if (!ret)
			ret = flood_local(skb, f);
	}
	if (ret < 0)
		drop_skb(skb, f, -ret, f->len);

	if (f->arp_op == ARPOP_REPLY) { /* the reverse of flow_set_arp_reply */
		f->arp_op = ARPOP_REQUEST;
		mac_copy(f->eth_src, f->eth_dst);
		mac_copy(f->lladdr, f->arp_tha);
		ip = f->src.ip4;
		f->src.ip4 = f->dst.ip4;
		f->dst.ip4 = ip;
	}
	mac_copy(f->eth_dst, dst);
	mac_copy(f->arp_tha, tha);
	f->datapath = datapath;
	f->inport = inport;
	f->counter_out = 0;
	f->group = OVN_MC_FLOOD_L2;
	f->flags = flags | FLOW_COPIED;
	f->changed = CHANGE_ETH | CHANGE_ARP;
	return 0;
}

#endif /* XOVN_BPF_EMIT_H */
