/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Physical networks, receive side: which frames of a NIC are the logical
 * network's.  The NIC stays the host's as well, as a port of a bridge would
 * (OVN's br-eth1): broadcasts are for both.
 */
#ifndef XOVN_BPF_LOCALNET_H
#define XOVN_BPF_LOCALNET_H

#include "flow.h"
#include "parse.h"
#include "pipeline.h"
#include "../maps/ports.h"

static __always_inline struct localnet_val *localnet_find(__u32 ifindex,
							  __u32 vlan)
{
	struct localnet_key key = {.ifindex = ifindex, .vlan = vlan};

	return bpf_map_lookup_elem(&localnet, &key);
}

static __always_inline int localnet_read_macs(struct flow *f, void *p,
					      void *end)
{
	struct eth_view *eth = p;

	if ((void *)(eth + 1) > end)
		return -1;
	mac_copy(f->eth_dst, eth->dst);
	mac_copy(f->eth_src, eth->src);
	return 0;
}

/* Where the logical network has the frame's destination, or NULL. */
static __always_inline struct l2_val *
localnet_lookup(const struct flow *f, const struct localnet_val *from)
{
	struct l2_key key = {.datapath = from->datapath};

	mac_copy(key.mac, f->eth_dst);
	return bpf_map_lookup_elem(&l2, &key);
}

/* A unicast frame for nobody of the logical network, or for one that is
 * behind this network itself.  is_host: to the NIC's own MAC, which no guest
 * takes from the host by using it as its own. */
static __always_inline bool localnet_is_others(const struct flow *f,
					       const struct localnet_val *from,
					       const struct l2_val *to,
					       bool is_host)
{
	if (mac_is_multicast(f->eth_dst))
		return false;
	if (!to) {
		struct l2_key key = {.datapath = from->datapath};
		struct fdb_val *learned_at;

		mac_copy(key.mac, f->eth_dst);
		learned_at = is_host ? 0 : bpf_map_lookup_elem(&fdb, &key);
		return !learned_at || learned_at->port == from->port;
	}
	return to->kind == PORT_LOCALNET ||
	       (to->kind == PORT_GATEWAY && to->chassis != chassis_own());
}

/* ls_in_admission for a localnet port, localnet_learn_fdb. */
static __always_inline int localnet_admit(struct flow *f,
					  const struct localnet_val *from)
{
	if (from->flags & PORT_F_DISABLED) {
		f->outport = f->inport;
		return -DROP_PORT_DISABLED;
	}
	if (f->flags & FLOW_VLAN)
		return -DROP_VLAN_TAGGED;
	if (mac_is_multicast(f->eth_src))
		return -DROP_SRC_MULTICAST;
	if (from->flags & PORT_F_LEARN)
		fdb_learn(f, f->datapath, f->eth_src, f->inport);
	return 0;
}

#endif /* XOVN_BPF_LOCALNET_H */
