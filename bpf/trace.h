/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For xovn trace: what is decided on a packet's way, and copies instead of
 * clones.  Where trace_on is 0, as on every host that forwards, the verifier
 * knows and takes the code out.
 */
#ifndef XOVN_BPF_TRACE_H
#define XOVN_BPF_TRACE_H

#include "flow.h"
#include "../maps/trace.h"

const volatile __u32 trace_on SEC(".rodata.trace");

#define TRACE(f, what, a, b, c)                                                \
	do {                                                                   \
		if (trace_on)                                                  \
			trace_note(f, TRACE_##what, a, b, c);                  \
	} while (0)

static __always_inline struct trace_count_val *trace_count_find(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&trace_count, &zero);
}

/* One step: see include/trace.h. */
__noinline int trace_note(const struct flow *f, __u32 what, __u32 a, __u32 b,
			  __u32 c)
{
	struct trace_count_val *n;
	struct trace_step_val *s;
	__u32 at;

	if (!trace_on || !f)
		return 0;
	n = trace_count_find();
	if (!n)
		return 0;
	at = n->steps;
	s = bpf_map_lookup_elem(&trace_step, &at);
	if (!s) {
		n->lost++;
		return 0;
	}
	n->steps = at + 1;
	s->what = what;
	s->a = a;
	s->b = b;
	s->c = c;
	s->datapath = f->datapath;
	s->inport = f->inport;
	s->outport = f->outport;
	s->flags = f->flags;
	mac_copy(s->eth_dst, f->eth_dst);
	mac_copy(s->eth_src, f->eth_src);
	s->eth_type = f->eth_type;
	s->arp_op = f->arp_op;
	__builtin_memcpy(s->src, f->src.b, sizeof(s->src));
	__builtin_memcpy(s->dst, f->dst.b, sizeof(s->dst));
	mac_copy(s->lladdr, f->lladdr);
	s->proto = f->proto;
	s->ttl = f->ttl;
	s->sport = f->sport;
	s->dport = f->dport;
	return 0;
}

/* Instead of a clone that is sent.  0 or -1. */
__noinline int trace_copy(struct __sk_buff *skb, struct flow *f, __u32 ifindex,
			  __u32 chassis)
{
	struct trace_packet_val *p;
	struct trace_count_val *n;
	__u32 at, len;

	if (!trace_on || !f)
		return -1;
	n = trace_count_find();
	if (!n)
		return -1;
	at = n->packets;
	p = bpf_map_lookup_elem(&trace_packet, &at);
	len = skb->len;
	if (!p || len > TRACE_PACKET_LEN) {
		n->lost++;
		return -1;
	}
	barrier_var(len); /* and a form that Linux 6.1's verifier follows */
	len = ((len - 1) & (TRACE_PACKET_LEN - 1)) + 1;
	if (bpf_skb_load_bytes(skb, 0, p->data, len))
		return -1;
	p->len = len;
	p->step = n->steps;
	n->packets = at + 1;
	return trace_note(f, TRACE_COPY, ifindex, at, chassis);
}

/* bpf_clone_redirect(), or what stands for it. */
static __always_inline long clone_to(struct __sk_buff *skb, struct flow *f,
				     __u32 ifindex, __u32 chassis)
{
	if (trace_on)
		return trace_copy(skb, f, ifindex, chassis);
	return bpf_clone_redirect(skb, ifindex, 0);
}

/* bpf_check_mtu() for an interface that need not exist. */
static __always_inline long trace_check_mtu(__u32 ifindex, __u32 *mtu)
{
	struct trace_mtu_val *val = bpf_map_lookup_elem(&trace_mtu, &ifindex);

	if (!val)
		return -1;
	*mtu = val->mtu;
	return 0;
}

#endif /* XOVN_BPF_TRACE_H */
