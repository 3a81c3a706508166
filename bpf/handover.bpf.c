// SPDX-License-Identifier: GPL-2.0
/* At all interfaces while an upgrade to another map layout goes on: which
 * side is on is one word, so no packet meets both. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "../maps/upgrade.h"

#define TC_ACT_SHOT 2

/* The verifier follows each look at the state, and not too many of them;
 * reading the clock takes time. */
#define HOLD_LOOKS 1000
#define HOLD_CLOCKS 8

static __always_inline __u32 hold(const volatile struct handover_val *h)
{
	__u64 end = bpf_ktime_get_ns() + HANDOVER_HOLD_NS, now = 0;

	/* It may have interrupted whom it would wait for. */
	if (h->cpu == bpf_get_smp_processor_id())
		return HANDOVER_OLD;
	for (int i = 0; i < HOLD_LOOKS && now <= end; i++) {
		__u32 state = h->state;

		if (state != HANDOVER_HOLD)
			return state;
#pragma unroll
		for (int j = 0; j < HOLD_CLOCKS; j++)
			now = bpf_ktime_get_ns();
	}
	return HANDOVER_OLD;
}

static __always_inline __u32 side(void)
{
	const volatile struct handover_val *h;
	__u32 zero = 0, state;

	h = bpf_map_lookup_elem(&handover, &zero);
	if (!h)
		return HANDOVER_OLD;
	state = h->state;
	if (state == HANDOVER_HOLD)
		state = hold(h);
	return state == HANDOVER_NEW;
}

SEC("tc")
int handover_vif(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &handover_tc, HANDOVER_TC_VIF + side());
	return TC_ACT_SHOT;
}

SEC("tc")
int handover_nic(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &handover_tc, HANDOVER_TC_NIC + side());
	return TC_ACT_SHOT;
}

SEC("xdp.frags")
int handover_nic_xdp(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &handover_xdp, side());
	return XDP_PASS; /* the TC program can do it all */
}

char _license[] SEC("license") = "GPL";
