/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdict to kernel (XDP): the frame as it came in, f->outer_len bytes in
 * front of the inner one, becomes the one that goes out.  What XDP cannot do
 * (copies, packets to be built, devices without native XDP) is passed on as
 * it is, and TC decides it anew.
 */
#ifndef XOVN_BPF_XDP_H
#define XOVN_BPF_XDP_H

#include "arrival.h"
#include "encap.h"
#include "event.h"
#include "pipeline.h"
#include "rewrite.h"
#include "tunnel.h"

#define VLAN_HLEN 4

/* f->changed into the frame that starts off bytes behind data. */
static __always_inline int xdp_rewrite(struct xdp_md *ctx, struct flow *f,
				       __u32 off)
{
	void *p = CTX_DATA(ctx) + off, *end = CTX_DATA_END(ctx);
	bool is_nat = f->changed & CHANGE_NAT;
	__u32 pseudo = 0;
	int ret;

	if (!f->changed)
		return 0;
	ret = rewrite_headers(f, p, end, &pseudo);
	if (!ret && is_nat)
		ret = rewrite_l4(f, p, end, pseudo);
	return ret;
}

/* It leaves, and TC will not see it again. */
static __always_inline void xdp_count(struct flow *f)
{
	count(f->counter_in, f->len);
	flow_count(f);
}

/* Delivery to a guest is TC's, which merges segments first: outer_len bytes of
 * headers off, and the inner frame goes up with a word for it.  XDP_PASS, with
 * *meta set; XDP_PASS without: a driver has no room for that, TC does the whole
 * job; or a drop reason. */
static __always_inline int xdp_strip(struct xdp_md *ctx, __u32 outer_len,
				     struct tunnel_meta **meta)
{
	struct tunnel_meta *m;

	*meta = 0;
	if (bpf_xdp_adjust_head(ctx, outer_len))
		return -DROP_DECAP_FAILED;
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*m)))
		return bpf_xdp_adjust_head(ctx, -(int)outer_len) ?
			       -DROP_DECAP_FAILED :
			       XDP_PASS;
	m = CTX_DATA_META(ctx);
	if ((void *)(m + 1) > CTX_DATA(ctx))
		return -DROP_DECAP_FAILED;
	*meta = m;
	return XDP_PASS;
}

static __always_inline int xdp_hand_over(struct xdp_md *ctx, struct flow *f)
{
	struct tunnel_meta *meta;
	int ret = xdp_strip(ctx, f->outer_len, &meta);

	if (!meta)
		return ret;
	meta->ifindex = f->ifindex;
	meta->is_peer = !!(f->flags & FLOW_PEER) &&
			!mac_is_multicast(f->eth_dst);
	ret = xdp_rewrite(ctx, f, 0);
	if (ret)
		return ret;
	xdp_count(f);
	TRACE(f, DELIVER, f->ifindex, f->outport, 0);
	return XDP_PASS;
}

/* A frame whose like is known: an XDP action, a drop reason, or KNOWN_NOT. */
static __always_inline int xdp_known(struct xdp_md *ctx, __u32 len)
{
	struct tunnel_meta *meta;
	struct arrival_val *v;
	int ret;

	v = arrival_find(CTX_DATA(ctx), CTX_DATA_END(ctx), len, false);
	if (!v)
		return KNOWN_NOT;
	ret = xdp_strip(ctx, ENCAP_LEN, &meta);
	if (!meta)
		return ret;
	meta->ifindex = v->ifindex;
	meta->is_peer = v->is_peer;
	count(v->counter_in, len - ENCAP_LEN);
	count(v->counter_out, len - ENCAP_LEN);
	return XDP_PASS;
}

__noinline int xdp_note(struct xdp_md *ctx, const struct flow *f)
{
	if (f)
		arrival_note(CTX_DATA(ctx), CTX_DATA_END(ctx), f);
	return 0;
}

static __always_inline int xdp_send(struct xdp_md *ctx, __u32 ifindex)
{
	struct config *c = config_find();

	if (ifindex == ctx->ingress_ifindex && c && !(c->flags & CONFIG_F_VETH))
		return XDP_TX;
	return bpf_redirect(ifindex, 0);
}

/* V_DELIVER to a physical network. */
static __always_inline int xdp_localnet(struct xdp_md *ctx, struct flow *f)
{
	__u32 tag = f->vlan ? VLAN_HLEN : 0;
	__be16 *p;
	int ret;

	if (!(f->flags & FLOW_NATIVE) ||
	    check_size(ctx, f, f->ifindex, 0, false))
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, (int)f->outer_len - (int)tag))
		return -DROP_DECAP_FAILED;
	f->changed |= CHANGE_ETH;
	ret = xdp_rewrite(ctx, f, tag);
	if (ret)
		return ret;
	if (tag) {
		p = CTX_DATA(ctx);
		if ((void *)(p + 8) > CTX_DATA_END(ctx))
			return -DROP_MALFORMED;
		mac_copy(p, f->eth_dst);
		mac_copy(p + 3, f->eth_src);
		p[6] = bpf_htons(f->vlan_type);
		p[7] = bpf_htons(f->vlan);
	}
	xdp_count(f);
	TRACE(f, DELIVER, f->ifindex, f->outport, f->vlan);
	return xdp_send(ctx, f->ifindex);
}

static __always_inline int xdp_tunnel(struct xdp_md *ctx, struct flow *f)
{
	struct tunnel_val *t = tunnel_find(f->chassis);
	struct encap_keys k = {.datapath = f->datapath,
			       .inport = f->inport,
			       .outport = f->outport};
	struct outer_view *o;
	int ret;

	if (!t)
		return -DROP_NO_TUNNEL;
	/* TC can have the next hop looked up. */
	if (!t->is_native || !tunnel_mac(t, f->chassis) ||
	    check_size(ctx, f, t->ifindex, ENCAP_MTU_COST, false))
		return XDP_PASS;
	if (f->outer_len != ENCAP_LEN &&
	    bpf_xdp_adjust_head(ctx, (int)f->outer_len - ENCAP_LEN))
		return -DROP_ENCAP_FAILED;
	f->changed |= CHANGE_ETH;
	ret = xdp_rewrite(ctx, f, ENCAP_LEN);
	if (ret)
		return ret;
	o = CTX_DATA(ctx);
	if ((void *)(o + 1) > CTX_DATA_END(ctx))
		return -DROP_ENCAP_FAILED;
	outer_write(o, t, f->chassis, &k, f->len, outer_sport(f->hash));
	xdp_count(f);
	count(COUNTER_CHASSIS_TX(f->chassis), f->len);
	TRACE(f, TUNNEL, f->chassis, f->inport, f->outport);
	return xdp_send(ctx, t->ifindex);
}

/* What the pipeline says, carried out.  An XDP action or a drop reason. */
static __always_inline int xdp_emit(struct xdp_md *ctx, struct flow *f)
{
	int ret = pipeline_run(f);

	if (f->ct_created)
		event_xdp(ctx, f, EVENT_NEW_CONNECTION, DROP_NONE);
	switch (ret) {
	case V_DELIVER:
		return f->flags & FLOW_LOCALNET ? xdp_localnet(ctx, f) :
						  xdp_hand_over(ctx, f);
	case V_TUNNEL:
		return xdp_tunnel(ctx, f);
	}
	return ret < 0 ? ret : XDP_PASS;
}

#endif /* XOVN_BPF_XDP_H */
