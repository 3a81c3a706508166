// SPDX-License-Identifier: GPL-2.0
/*
 * Native XDP on the host's NICs, underlay and localnet alike.  Geneve for a
 * guest of this host is stripped and passed on, so that GRO sees plain TCP
 * and TC delivers it by the metadata.  What a gateway router of this host
 * sends on leaves from here.  Everything else goes on untouched: to
 * nic.bpf.c if it is ours, to the host if it is not.
 */
#include "flow.h"
#include "localnet.h"
#include "stats.h"
#include "tunnel.h"
#include "xdp.h"

/* Geneve, its outer headers read.  Here and below an XDP action, a drop
 * reason, or V_NEXT (as a number XDP_ABORTED, which nothing here returns):
 * xdp_emit() is due.  Once for both, it costs the stack of one. */
static __always_inline int xdp_underlay(struct xdp_md *ctx, struct flow *f)
{
	void *p = CTX_DATA(ctx);
	int ret;

	if (f->outport >= OVN_MC_FLOOD ||
	    bpf_xdp_get_buff_len(ctx) != f->len + f->outer_len)
		return XDP_PASS; /* copies, or padding to cut */
	p += f->outer_len & 0x1ff;
	arrival_begin(f);
	ret = flow_parse(f, p, CTX_DATA_END(ctx));
	if (ret)
		return ret;
	if (f->eth_type == ETH_P_ARP)
		return XDP_PASS; /* may have to teach a router */
	ret = tunnel_input(f);
	if (ret == V_DELIVER) {
		if (f->eth_type == ETH_P_IP)
			xdp_note(ctx, f);
		return xdp_hand_over(ctx, f);
	}
	return ret <= V_NEXT ? ret : XDP_PASS;
}

/* From a physical network; a tag is an outer header of four bytes. */
static __always_inline int xdp_from_localnet(struct xdp_md *ctx, struct flow *f)
{
	void *p = CTX_DATA(ctx), *end = CTX_DATA_END(ctx);
	struct localnet_val *from;
	struct l2_val *to;
	__be16 *tag = p + 12;
	__u32 vlan = 0;
	int ret;

	if (localnet_read_macs(f, p, end) || (void *)(tag + 2) > end)
		return XDP_PASS;
	if (mac_is_multicast(f->eth_dst))
		return XDP_PASS; /* the host's as well */
	if (*tag == bpf_htons(ETH_P_8021Q) || *tag == bpf_htons(ETH_P_8021AD)) {
		vlan = bpf_ntohs(tag[1]) & 0xfff;
		f->outer_len = VLAN_HLEN;
		f->len -= VLAN_HLEN;
	}
	from = localnet_find(ctx->ingress_ifindex, vlan);
	/* TC knows whether it is the host's; the guest's way leads there. */
	if (!from)
		return XDP_PASS;
	to = localnet_lookup(f, from);
	if (localnet_is_others(f, from, to, true))
		return XDP_PASS;
	if (f->outer_len) {
		p += VLAN_HLEN;
		f->changed |= CHANGE_ETH;
	}
	f->datapath = from->datapath;
	f->inport = from->port;
	f->stage = STAGE_LS;
	f->flags |= FLOW_FROM_LOCALNET;
	f->start.in_datapath = from->datapath;
	f->start.in_port = from->port;
	if (from->counter)
		f->counter_in = from->counter + COUNTER_PORT_IN;
	ret = flow_parse(f, p, end);
	/* Behind a tag it took other bytes for them. */
	if (ret || localnet_read_macs(f, CTX_DATA(ctx), end))
		return ret ? ret : XDP_PASS;
	if (f->eth_type == ETH_P_ARP)
		return XDP_PASS;
	TRACE(f, LOCALNET_IN, from->flags, 0, 0);
	ret = localnet_admit(f, from);
	if (ret)
		return ret;
	/* ls_in_l2_lkup is done; only IP needs nothing of what is before it. */
	if (to && f->eth_type == ETH_P_IP &&
	    (to->kind == PORT_ROUTER || to->kind == PORT_GATEWAY)) {
		ret = ls_output(f, to);
		if (ret != V_NEXT)
			return ret < 0 ? ret : XDP_PASS;
	}
	return V_NEXT;
}

SEC("xdp.frags")
int nic_xdp(struct xdp_md *ctx)
{
	__u32 len = bpf_xdp_get_buff_len(ctx);
	int ret = xdp_known(ctx, len);
	struct flow *f;

	if (ret >= 0)
		return ret;
	f = flow_new();
	if (!f)
		return XDP_ABORTED;
	f->len = len;
	if (ret == KNOWN_NOT)
		ret = geneve_parse(f, CTX_DATA(ctx), CTX_DATA_END(ctx), false);
	if (ret == TUNNEL_OURS)
		ret = xdp_underlay(ctx, f);
	else if (ret == TUNNEL_NOT_OURS)
		ret = xdp_from_localnet(ctx, f);
	if (ret == V_NEXT)
		ret = xdp_emit(ctx, f);
	if (ret >= 0)
		return ret;
	count(f->counter_in, f->len);
	drop_count(f, -ret, len);
	event_xdp(ctx, f, EVENT_DROP, -ret);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
