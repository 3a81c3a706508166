// SPDX-License-Identifier: GPL-2.0
/*
 * TC ingress of the underlay device: what XDP has decapsulated goes to its
 * interface; where there is no XDP, or a packet needs clones or a look into
 * its ARP, the whole receive half happens here.
 */
#include "flow.h"
#include "emit.h"
#include "stats.h"
#include "tunnel.h"

/* FIXED_GSO: the segments' size is the guest's and stays. */
#define DECAP_FLAGS (BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET)

/* Outer headers off; the inner Ethernet header takes the outer one's place. */
static __always_inline int skb_decap(struct __sk_buff *skb, struct flow *f)
{
	__u64 flags = DECAP_FLAGS;
	struct eth_view *eth;

	if (f->eth_type == ETH_P_IPV6 && LINUX_KERNEL_VERSION >= KERNEL_6_3)
		flags |= BPF_F_ADJ_ROOM_DECAP_L3_IPV6; /* sets the protocol */
	if (bpf_skb_adjust_room(skb, -(__s32)f->outer_len, BPF_ADJ_ROOM_MAC,
				flags))
		return -DROP_DECAP_FAILED;
	eth = CTX_DATA(skb);
	if ((void *)(eth + 1) > CTX_DATA_END(skb))
		return -DROP_DECAP_FAILED;
	mac_copy(eth->dst, f->eth_dst);
	mac_copy(eth->src, f->eth_src);
	eth->type = bpf_htons(f->eth_type);
	return 0;
}

/* redirect_peer hands the packet on with skb->protocol as it is, and that is
 * the outer one's: right for IPv4 only, and IPv6 where decap sets it. */
static __always_inline bool protocol_is_right(const struct flow *f)
{
	return f->eth_type == ETH_P_IP || (f->eth_type == ETH_P_IPV6 &&
					   LINUX_KERNEL_VERSION >= KERNEL_6_3);
}

static __always_inline int underlay_run(struct __sk_buff *skb, struct flow *f)
{
	__u32 want = f->len < PULL_LEN ? f->len : PULL_LEN;
	void *p, *end;
	int ret, err;

	if (CTX_DATA(skb) + want > CTX_DATA_END(skb))
		bpf_skb_pull_data(skb, want);
	p = CTX_DATA(skb);
	end = CTX_DATA_END(skb);
	/* Of another VLAN; the kernel has taken its tag out of the frame. */
	if (skb->vlan_present)
		return TC_ACT_OK;
	ret = geneve_parse(f, p, end, skb->gso_size);
	if (ret != TUNNEL_OURS)
		return ret == TUNNEL_NOT_OURS ? TC_ACT_OK : ret;
	p += f->outer_len & 0x1ff;
	ret = flow_parse(f, p, end);
	if (ret)
		return ret;
	ret = tunnel_input(f);
	if (ret < 0)
		return ret;
	if (ret != V_DELIVER && ret != V_FLOOD)
		return TC_ACT_SHOT;
	err = skb_decap(skb, f);
	if (err)
		return err;
	if (ret == V_FLOOD) {
		ret = flood_local(skb, f);
		return ret ? ret : TC_ACT_SHOT;
	}
	return skb_deliver(skb, f->ifindex,
			   f->flags & FLOW_PEER && protocol_is_right(f) &&
				   !mac_is_multicast(f->eth_dst));
}

SEC("tc")
int nic_ingress(struct __sk_buff *skb)
{
	struct tunnel_meta *meta = CTX_DATA_META(skb);
	struct flow f = {.len = skb->len};
	__u32 len = skb->len;
	int ret;

	if ((void *)(meta + 1) <= CTX_DATA(skb))
		return skb_deliver(skb, meta->ifindex, meta->is_peer);
	ret = underlay_run(skb, &f);
	if (ret >= 0)
		return ret;
	drop_count(-ret, len);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
