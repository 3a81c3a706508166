/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets whose next hop has no MAC yet go to the agent (TC), as they came
 * in: it gives them back once there is one (reinject.bpf.c), and they begin
 * where they began.
 *
 * That a packet goes through the pipeline twice does no harm.  What it did to
 * connections the first time is what a retransmission finds; the source is
 * translated behind the look-up of the next hop only, and what is counted on
 * the way out was not.  An echo request that a router could not answer is
 * such a packet, too.  What a router has built (an ICMP error, a RST) is not
 * kept: the packet it was built of is counted, and lost in it.
 */
#ifndef XOVN_BPF_KEEP_H
#define XOVN_BPF_KEEP_H

#include "flow.h"
#include "upcall.h"
#include "../maps/l3.h"
#include "../maps/ports.h"

/* Is there room for one more packet to the next hop?  *is_first: it is the
 * hop's first, and the entry is new. */
static __always_inline struct upcall_hop_val *
hop_take(const struct neighbor_key *key, bool *is_first)
{
	struct upcall_hop_val *hop = bpf_map_lookup_elem(&upcall_hop, key);
	struct upcall_hop_val none = {};

	*is_first = !hop;
	if (!hop) {
		bpf_map_update_elem(&upcall_hop, key, &none, BPF_NOEXIST);
		hop = bpf_map_lookup_elem(&upcall_hop, key);
	}
	return hop && READ_ONCE(hop->n) < UPCALL_PER_HOP ? hop : 0;
}

/* Where it came in.  false: what is in hand is not what came in, or there is
 * no way back to where it did. */
static __always_inline bool keep_origin(const struct __sk_buff *skb,
					const struct flow *f,
					struct reinject *r)
{
	struct lrp_key key = {.datapath = f->start.datapath,
			      .port = f->start.inport};
	struct lrp_val *p;

	r->kind = f->start.flags & FLOW_FROM_LOCALNET ? REINJECT_LOCALNET :
							REINJECT_VIF;
	r->datapath = f->start.in_datapath;
	r->inport = f->start.in_port;
	r->outport = 0;
	r->ifindex = skb->ifindex;
	r->drop_datapath = f->datapath;
	r->drop_port = f->inport;
	if (f->start.stage != STAGE_LR)
		return true;
	/* It was for a gateway, which is behind one port of the switch. */
	p = bpf_map_lookup_elem(&lrp, &key);
	if (!p)
		return false;
	r->kind = REINJECT_TUNNEL;
	r->outport = p->peer_port;
	r->ifindex = 0;
	return true;
}

/* size: of data[], a constant that the verifier knows. */
static __always_inline bool keep_copy(struct __sk_buff *skb,
				      const struct flow *f,
				      const struct neighbor_key *key,
				      const __u32 size)
{
	struct upcall_packet *p;
	__u32 len = skb->len;

	p = bpf_ringbuf_reserve(
		&upcall, __builtin_offsetof(struct upcall_packet, data) + size,
		0);
	if (!p)
		return false;
	p->head.kind = UPCALL_PACKET;
	p->head.datapath = key->datapath;
	p->head.port = key->port;
	__builtin_memcpy(p->head.ip, key->ip, 4);
	__builtin_memset(p->head.mac, 0, 8);
	p->len = len;
	barrier_var(len);
	if (len < ETH_HLEN || len > size || !keep_origin(skb, f, &p->origin) ||
	    bpf_skb_load_bytes(skb, 0, p->data, len)) {
		bpf_ringbuf_discard(p, 0);
		return false;
	}
	bpf_ringbuf_submit(p, 0);
	return true;
}

/* V_ARP_REQUEST, before the packet becomes the request.  1: kept, it is no
 * drop (yet); 0. */
__noinline int upcall_keep(struct __sk_buff *skb, struct flow *f)
{
	struct neighbor_key key = {};
	struct upcall_hop_val *hop;
	bool is_first, is_kept;

	/* No beginning: the packet was built since. */
	if (!f || !f->start.datapath || f->flags & FLOW_REINJECTED ||
	    skb->gso_size || skb->len > UPCALL_PACKET_MAX || !upcall_is_heard())
		return 0;
	key.datapath = f->datapath;
	key.port = f->outport;
	*(__be32 *)key.ip = f->dst.ip4;
	hop = hop_take(&key, &is_first);
	if (!hop)
		return 0;
	is_kept = skb->len <= UPCALL_PACKET_SMALL ?
			  keep_copy(skb, f, &key, UPCALL_PACKET_SMALL) :
			  keep_copy(skb, f, &key, UPCALL_PACKET_MAX);
	if (is_kept)
		__sync_fetch_and_add(&hop->n, 1);
	else if (is_first) /* the agent will not hear of it */
		bpf_map_delete_elem(&upcall_hop, &key);
	return is_kept;
}

#endif /* XOVN_BPF_KEEP_H */
