// SPDX-License-Identifier: GPL-2.0
/*
 * Native XDP on the underlay device: strips Geneve from unicast frames for
 * guests of this host and passes the inner frame, so that GRO sees plain
 * TCP; TC ingress delivers it by the metadata.  Everything else goes on
 * untouched: to nic.bpf.c if it is Geneve, to the host if it is not.
 */
#include "flow.h"
#include "stats.h"
#include "tunnel.h"

static __always_inline int xdp_hand_over(struct xdp_md *ctx, struct flow *f)
{
	struct tunnel_meta *meta;

	if (bpf_xdp_adjust_head(ctx, f->outer_len))
		return -DROP_DECAP_FAILED;
	/* A driver without room for metadata: TC does the whole job. */
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return bpf_xdp_adjust_head(ctx, -(int)f->outer_len) ?
			       -DROP_DECAP_FAILED :
			       XDP_PASS;
	meta = CTX_DATA_META(ctx);
	if ((void *)(meta + 1) > CTX_DATA(ctx))
		return -DROP_DECAP_FAILED;
	meta->ifindex = f->ifindex;
	meta->is_peer = !!(f->flags & FLOW_PEER) &&
			!mac_is_multicast(f->eth_dst);
	return XDP_PASS;
}

static __always_inline int xdp_run(struct xdp_md *ctx, struct flow *f)
{
	void *p = CTX_DATA(ctx), *end = CTX_DATA_END(ctx);
	int ret;

	ret = geneve_parse(f, p, end, false);
	if (ret != TUNNEL_OURS)
		return ret == TUNNEL_NOT_OURS ? XDP_PASS : ret;
	if (f->outport >= OVN_MC_FLOOD)
		return XDP_PASS;
	p += f->outer_len & 0x1ff;
	ret = flow_parse(f, p, end);
	if (ret)
		return ret;
	if (f->eth_type == ETH_P_ARP)
		return XDP_PASS; /* may have to teach a router */
	ret = tunnel_input(f);
	if (ret != V_DELIVER)
		return ret < 0 ? ret : XDP_PASS;
	return xdp_hand_over(ctx, f);
}

SEC("xdp.frags")
int nic_xdp(struct xdp_md *ctx)
{
	struct flow f = {.len = bpf_xdp_get_buff_len(ctx)};
	__u32 len = f.len;
	int ret;

	ret = xdp_run(ctx, &f);
	if (ret >= 0)
		return ret;
	drop_count(-ret, len);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
