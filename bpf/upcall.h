/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the agent is told of learned addresses (include/upcall.h), by TC and
 * XDP.  Nothing without an agent that listens, and nothing of a refresh that
 * the cluster knows.
 */
#ifndef XOVN_BPF_UPCALL_H
#define XOVN_BPF_UPCALL_H

#include "flow.h"
#include "../maps/upcall.h"

/* Seconds by the coarse clock, as in flow_now(). */
static __always_inline bool upcall_is_heard(void)
{
	__u32 zero = 0;
	struct upcall_ctl *c = bpf_map_lookup_elem(&upcall_ctl, &zero);

	return c && c->lease &&
	       (__s32)(c->lease -
		       (__u32)(bpf_ktime_get_coarse_ns() / 1000000000)) >= 0;
}

/* A full ring loses it: a refresh tells it again.  Straight into the ring:
 * there is no stack for it. */
static __always_inline void upcall_learned(enum upcall_kind kind,
					   __u32 datapath, __u32 port,
					   __be32 ip, const __u8 *mac,
					   bool is_broadcast)
{
	struct upcall *u;

	if (!upcall_is_heard())
		return;
	u = bpf_ringbuf_reserve(&upcall, sizeof(*u), 0);
	if (!u)
		return;
	u->kind = kind;
	u->datapath = datapath;
	u->port = port;
	*(__be32 *)u->ip = ip;
	mac_copy(u->mac, mac);
	u->is_broadcast = is_broadcast;
	u->pad = 0;
	bpf_ringbuf_submit(u, 0);
}

#endif /* XOVN_BPF_UPCALL_H */
