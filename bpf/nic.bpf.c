// SPDX-License-Identifier: GPL-2.0
/*
 * TC ingress of the host's NICs, underlay and localnet alike (they may be
 * one).  Underlay: what XDP has decapsulated goes to its interface; where
 * there is no XDP, or a packet needs clones or must be built, the whole
 * receive half happens here, and behind it the gateway routers of this host.
 * Localnet: what is for the logical network.  All else is the host's own.
 */
#include "flow.h"
#include "arrival.h"
#include "emit.h"
#include "localnet.h"
#include "stats.h"
#include "step.h"
#include "tunnel.h"

/* FIXED_GSO: the segments' size is the guest's and stays. */
#define DECAP_FLAGS (BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET)

/* Outer headers off; the inner Ethernet header takes the outer one's place. */
static __always_inline int skb_decap(struct __sk_buff *skb, struct flow *f)
{
	__u64 flags = DECAP_FLAGS;
	struct eth_view eth;

	if (bpf_skb_load_bytes(skb, f->outer_len, &eth, sizeof(eth)))
		return -DROP_DECAP_FAILED;
	if (f->eth_type == ETH_P_IPV6 && LINUX_KERNEL_VERSION >= KERNEL_6_3)
		flags |= BPF_F_ADJ_ROOM_DECAP_L3_IPV6; /* sets the protocol */
	if (bpf_skb_adjust_room(skb, -(__s32)f->outer_len, BPF_ADJ_ROOM_MAC,
				flags) ||
	    bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0))
		return -DROP_DECAP_FAILED;
	f->outer_len = 0;
	/* Behind the outer IP packet there was padding. */
	if (skb->len > f->len && !skb->gso_size && skb_cut(skb, f->len))
		return -DROP_DECAP_FAILED;
	return 0;
}

/* A frame whose like is known: a TC action, a drop reason, or KNOWN_NOT. */
static __always_inline int nic_known(struct __sk_buff *skb)
{
	struct arrival_view *p = CTX_DATA(skb);
	struct arrival_val *v;
	struct eth_view *inner;
	struct macs macs;

	if (skb->vlan_present)
		return KNOWN_NOT;
	v = arrival_find(p, CTX_DATA_END(skb), skb->len, skb->gso_size);
	if (!v)
		return KNOWN_NOT;
	macs = macs_load(p->eth.dst);
	if (bpf_skb_adjust_room(skb, -ENCAP_LEN, BPF_ADJ_ROOM_MAC, DECAP_FLAGS))
		return KNOWN_NOT;
	inner = CTX_DATA(skb);
	if ((void *)(inner + 1) > CTX_DATA_END(skb))
		return -DROP_DECAP_FAILED;
	macs_store(inner->dst, macs);
	inner->type = bpf_htons(ETH_P_IP);
	count(v->counter_in, skb->len);
	count(v->counter_out, skb->len);
	return skb_deliver(skb, v->ifindex, v->is_peer);
}

__noinline int nic_note(struct __sk_buff *skb, const struct flow *f)
{
	if (f)
		arrival_note(CTX_DATA(skb), CTX_DATA_END(skb), f);
	return 0;
}

/* redirect_peer hands the packet on with skb->protocol as it is, and that is
 * the outer one's: right for IPv4 only, and IPv6 where decap sets it. */
static __always_inline bool protocol_is_right(const struct flow *f)
{
	return f->eth_type == ETH_P_IP || (f->eth_type == ETH_P_IPV6 &&
					   LINUX_KERNEL_VERSION >= KERNEL_6_3);
}

/* A tunnelled packet for a gateway router of this host.  Where it leaves by
 * another tunnel, its outer headers are put to use again. */
static __always_inline int gateway_run(struct __sk_buff *skb, struct flow *f)
{
	int verdict, ret;

	flow_begin(f, f->datapath, f->inport, f->stage, 0);
	f->start.stage = STAGE_LR; /* again, it has to pass admission */
	verdict = pipeline_run(f);
	if (verdict == V_TUNNEL && f->outer_len == ENCAP_LEN &&
	    f->eth_type == ETH_P_IP) {
		event_created(skb, f);
		f->frame_off = ENCAP_LEN;
		ret = emit_tunnel(skb, f);
		if (ret != EMIT_BUILD)
			return ret;
		f->frame_off = 0;
	}
	ret = skb_decap(skb, f);
	if (ret)
		return ret;
	f->len = skb->len;
	ret = step_act(skb, f, verdict);
	return ret == EMIT_BUILD ? steps(skb, f) : ret;
}

/* Parses the frame behind outer headers.  Of its own for the stack's sake. */
__noinline int nic_parse(struct __sk_buff *skb, struct flow *f)
{
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	ret = flow_parse(f, CTX_DATA(skb) + (f->outer_len & 0x1ff),
			 CTX_DATA_END(skb));
	if (skb->gso_size)
		f->ip_len = f->l4_off - ETH_HLEN + f->l4_len + skb->gso_size;
	return ret;
}

/* The flow of a tunnelled packet, outer headers still on. */
static __always_inline int underlay_run(struct __sk_buff *skb, struct flow *f)
{
	int ret, err;

	count(f->counter_in, f->len);
	arrival_begin(f);
	ret = nic_parse(skb, f);
	if (ret)
		return ret;
	ret = tunnel_input(f);
	if (ret < 0)
		return ret;
	if (ret == V_NEXT)
		return gateway_run(skb, f);
	if (ret != V_DELIVER && ret != V_FLOOD) {
		TRACE(f, CONSUMED, 0, 0, 0);
		return TC_ACT_SHOT;
	}
	if (ret == V_DELIVER && f->eth_type == ETH_P_IP)
		nic_note(skb, f);
	err = skb_decap(skb, f);
	if (err)
		return err;
	if (ret == V_FLOOD) {
		ret = flood_verdict(f, flood_local(skb, f));
		return ret ? ret : TC_ACT_SHOT;
	}
	err = flow_rewrite(skb, f);
	if (err)
		return err;
	flow_count(f);
	TRACE(f, DELIVER, f->ifindex, f->outport, 0);
	return skb_deliver(skb, f->ifindex,
			   f->flags & FLOW_PEER && protocol_is_right(f) &&
				   !mac_is_multicast(f->eth_dst));
}

/* From a physical network.  The tag comes off; a frame that is not for the
 * logical network, or not for it alone, gets it back on its way to the host. */
static __always_inline int localnet_run(struct __sk_buff *skb, struct flow *f,
					const struct localnet_val *from)
{
	__u32 tag = skb->vlan_present ?
			    (__u32)bpf_ntohs(skb->vlan_proto) << 16 |
				    skb->vlan_tci :
			    0;
	int ret;

	if (localnet_is_others(f, from, localnet_lookup(f, from),
			       skb->pkt_type == PACKET_HOST)) {
		TRACE(f, PASS, 0, 0, 0);
		return TC_ACT_OK;
	}
	if (tag && bpf_skb_vlan_pop(skb))
		return TC_ACT_OK;
	flow_begin(f, from->datapath, from->port, STAGE_LS, FLOW_FROM_LOCALNET);
	if (from->counter)
		count(from->counter + COUNTER_PORT_IN, f->len);
	ret = skb_parse(skb, f);
	TRACE(f, LOCALNET_IN, from->flags, 0, 0);
	if (skb->vlan_present) /* the next tag took the place of the first */
		f->flags |= FLOW_VLAN;
	if (!ret)
		ret = localnet_admit(f, from);
	if (!mac_is_multicast(f->eth_dst))
		return ret ? ret : steps(skb, f);
	/* The host hears broadcasts, too. */
	if (!ret)
		ret = localnet_flood(skb, f);
	if (ret < 0)
		drop_skb(skb, f, -ret, f->len);
	TRACE(f, PASS, 0, 0, 0);
	if (tag && bpf_skb_vlan_push(skb, bpf_htons(tag >> 16), tag & 0xffff))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

/* Enum tunnel_result, or a drop reason.  Of its own for the stack's sake. */
static __noinline int nic_classify(struct __sk_buff *skb, struct flow *f)
{
	__u32 want = f->len < PULL_LEN ? f->len : PULL_LEN;

	if (CTX_DATA(skb) + want > CTX_DATA_END(skb))
		bpf_skb_pull_data(skb, want);
	/* Tagged: of another VLAN; the kernel has taken the tag out. */
	if (skb->vlan_present)
		return TUNNEL_NOT_OURS;
	return geneve_parse(f, CTX_DATA(skb), CTX_DATA_END(skb), skb->gso_size);
}

static __always_inline int nic_run(struct __sk_buff *skb, struct flow *f)
{
	struct localnet_val *from;
	int ret = nic_classify(skb, f);

	if (ret == TUNNEL_OURS)
		return underlay_run(skb, f);
	if (ret != TUNNEL_NOT_OURS)
		return ret;
	from = localnet_find(skb->ifindex,
			     skb->vlan_present ? skb->vlan_tci & 0xfff : 0);
	if (!from || localnet_read_macs(f, CTX_DATA(skb), CTX_DATA_END(skb)))
		return TC_ACT_OK;
	return localnet_run(skb, f, from);
}

SEC("tc")
int nic_ingress(struct __sk_buff *skb)
{
	struct tunnel_meta *meta = CTX_DATA_META(skb);
	struct flow *f;
	__u32 len;
	int ret;

	if ((void *)(meta + 1) <= CTX_DATA(skb))
		return skb_deliver(skb, meta->ifindex, meta->is_peer);
	ret = nic_known(skb);
	if (ret >= 0)
		return ret;
	f = flow_new();
	if (!f)
		return TC_ACT_SHOT;
	len = skb->len;
	f->len = len;
	if (ret == KNOWN_NOT)
		ret = nic_run(skb, f);
	if (ret >= 0)
		return ret;
	drop_skb(skb, f, -ret, len);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
