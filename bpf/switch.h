/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Logical switch: ingress stages in the order of ovn-northd(8), then output.
 * Entered with datapath and inport; FLOW_FROM_ROUTER says what inport is.
 */
#ifndef XOVN_BPF_SWITCH_H
#define XOVN_BPF_SWITCH_H

#include "action.h"
#include "flow.h"
#include "lbswitch.h"
#include "limit.h"
#include "portsec.h"
#include "stats.h"
#include "upcall.h"
#include "../maps/l2.h"
#include "../maps/tunnel.h"

static __always_inline __u32 chassis_own(void)
{
	__u32 zero = 0;
	struct config *c = bpf_map_lookup_elem(&config, &zero);

	return c ? c->chassis : 0;
}

/* ls_in_put_fdb: remember behind which port a MAC was seen. */
static __always_inline void fdb_learn(const struct flow *f, __u32 datapath,
				      const __u8 *mac, __u32 portkey)
{
	struct l2_key key = {.datapath = datapath};
	struct fdb_val val = {.port = portkey}, *old;

	mac_copy(key.mac, mac);
	old = bpf_map_lookup_elem(&fdb, &key);
	if (old && old->port == portkey)
		return;
	if (!learn_take(f, RATE_FDB))
		return;
	TRACE(f, FDB_LEARN, datapath, portkey, !!old);
	if (old) /* moved: what was decided holds no longer */
		epoch_advance();
	bpf_map_update_elem(&fdb, &key, &val, BPF_ANY);
	upcall_learned(UPCALL_FDB, datapath, portkey, 0, mac, false);
}

static __always_inline __u32 port_counter_out(const struct port_val *val)
{
	return val->counter ? val->counter + COUNTER_PORT_OUT : 0;
}

/* Out to a physical network, ovn-architecture(7) "localnet". */
static __always_inline int ls_deliver_localnet(struct flow *f,
					       const struct port_val *val)
{
	if (!val->ifindex)
		return -DROP_LOCALNET_NOT_ATTACHED;
	f->ifindex = val->ifindex;
	f->vlan = val->vlan;
	f->vlan_type = val->vlan_type;
	f->counter_out = port_counter_out(val);
	f->flags |= FLOW_LOCALNET;
	if (val->policy.flags & PORT_F_NATIVE)
		f->flags |= FLOW_NATIVE;
	return V_DELIVER;
}

/* ls_out_stateful, ls_out_check_port_sec, then the interface of this host. */
__noinline int ls_deliver(struct flow *f)
{
	struct port_key key = {};
	struct port_val *val;
	int ret;

	if (!f)
		return -DROP_MALFORMED;
	key.datapath = f->datapath;
	key.port = f->outport;
	val = bpf_map_lookup_elem(&port, &key);
	if (!val)
		return -DROP_PORT_NOT_BOUND;
	if (val->kind == PORT_LOCALNET)
		return ls_deliver_localnet(f, val);
	if (!val->ifindex)
		return -DROP_PORT_NOT_BOUND;
	if (val->policy.flags & PORT_F_LB)
		ls_unlb(f, f->outport);
	ret = port_sec_out(f, f->outport, &val->policy);
	TRACE(f, PORT_SEC_OUT, f->outport, -ret, 0);
	if (ret)
		return ret;
	f->ifindex = val->ifindex;
	f->counter_out = port_counter_out(val);
	if (val->policy.flags & PORT_F_PEER)
		f->flags |= FLOW_PEER;
	return V_DELIVER;
}

/* What a router will want to know of the packet as it came. */
static __always_inline void lr_begin(struct flow *f)
{
	f->router = f->datapath;
	f->router_inport = f->inport;
	mac_copy(f->router_eth_src, f->eth_src);
	f->flags |= FLOW_ROUTED;
	f->flags &= ~(FLOW_CT_KNOWN | FLOW_DNATED | FLOW_LBED | FLOW_SKIP_SNAT |
		      FLOW_STATELESS);
	f->ttl_in = f->ttl;
	f->lb = 0;
	f->rule_dnat = 0;
	f->rule_snat = 0;
	flow_tuple(f, &f->in);
}

/* Through a switch's port into the router behind it.  Where that keeps
 * connections, a known one spares the look at the router's port. */
static __always_inline void lr_enter(struct flow *f, __u32 port_flags,
				     __u32 datapath, __u32 lrpkey)
{
	f->ls_datapath = f->datapath;
	f->ls_inport = f->inport;
	f->datapath = datapath;
	f->inport = lrpkey;
	f->stage = STAGE_LR;
	if (port_flags & PORT_F_CT && f->eth_type == ETH_P_IP &&
	    !mac_is_multicast(f->eth_dst)) {
		lr_begin(f);
		f->stage = STAGE_LR_TRACK;
	}
}

static __always_inline int ls_output(struct flow *f, const struct l2_val *to)
{
	f->outport = to->port;
	TRACE(f, L2, to->port, to->kind, to->chassis);
	if (to->flags & PORT_F_DISABLED)
		return -DROP_PORT_DISABLED;
	if (f->inport == to->port && !(f->flags & FLOW_LOOPBACK))
		return -DROP_SAME_PORT;
	/* Seen on the wire beside us: its chassis gets it there, too. */
	if (to->kind == PORT_GATEWAY && to->chassis != chassis_own() &&
	    f->flags & FLOW_FROM_LOCALNET)
		return V_CONSUMED;
	if (to->kind == PORT_ROUTER ||
	    (to->kind == PORT_GATEWAY && to->chassis == chassis_own())) {
		lr_enter(f, to->flags, to->peer_datapath, to->peer_port);
		return V_NEXT;
	}
	if (to->kind == PORT_UNSUPPORTED)
		return -DROP_PORT_UNSUPPORTED;
	if (!to->chassis)
		return -DROP_PORT_UNPLACED;
	f->chassis = to->chassis;
	if (to->chassis == chassis_own())
		return ls_deliver(f);
	return V_TUNNEL;
}

/* Output to f->outport, which some stage knows already. */
static __always_inline int ls_output_port(struct flow *f)
{
	struct port_key key = {.datapath = f->datapath, .port = f->outport};
	struct port_val *val = bpf_map_lookup_elem(&port, &key);
	struct l2_val to = {.port = f->outport};

	if (!val)
		return -DROP_L2_UNKNOWN_DST;
	to.kind = val->kind;
	to.chassis = val->chassis;
	to.flags = val->policy.flags;
	to.peer_datapath = val->peer_datapath;
	to.peer_port = val->peer_port;
	return ls_output(f, &to);
}

static __always_inline int ls_flood(struct flow *f, __u32 to)
{
	f->group = to;
	TRACE(f, FLOOD, to, 0, 0);
	return V_FLOOD;
}

static __always_inline void flow_set_arp_reply(struct flow *f, const __u8 *mac)
{
	__be32 asked = f->dst.ip4;

	mac_copy(f->eth_dst, f->eth_src);
	mac_copy(f->eth_src, mac);
	mac_copy(f->arp_tha, f->lladdr);
	mac_copy(f->lladdr, mac);
	f->dst.ip4 = f->src.ip4;
	f->src.ip4 = asked;
	f->arp_op = ARPOP_REPLY;
	f->changed |= CHANGE_ETH | CHANGE_ARP;
}

/* Does a router port of the switch have the sender's MAC? */
static __always_inline bool ls_is_router_mac(const struct flow *f)
{
	struct l2_key key = {.datapath = f->datapath};
	struct l2_val *from;

	mac_copy(key.mac, f->eth_src);
	from = bpf_map_lookup_elem(&l2, &key);
	return from &&
	       (from->kind == PORT_ROUTER || from->kind == PORT_GATEWAY);
}

/* ls_in_arp_rsp, and the ARP rules (80, 75, 70) of ls_in_l2_lkup. */
__noinline int ls_arp_request(struct flow *f)
{
	struct arp_key key = {};
	struct arp_val *val;

	if (!f)
		return -DROP_MALFORMED;
	key.datapath = f->datapath;
	*(__be32 *)key.ip = f->dst.ip4;
	val = bpf_map_lookup_elem(&arp, &key);
	/* Whoever is asked answers a physical network himself (ovn-northd(8)
	 * ls_in_arp_rsp 100), and a router has it from ls_in_l2_lkup 80. */
	if (val && val->kind == ARP_RESPOND && f->flags & FLOW_FROM_LOCALNET)
		val = 0;
	if (val && val->port != f->inport) {
		TRACE(f, ARP_RSP, val->kind, val->port, 0);
		if (val->kind != ARP_ROUTER &&
		    !(f->flags & FLOW_FROM_LOCALNET)) {
			flow_set_arp_reply(f, val->mac);
			f->outport = f->inport;
			f->flags |= FLOW_LOOPBACK;
			f->stage = STAGE_LS_OUTPUT;
			return V_CONSUMED; /* replaced: the caller outputs */
		}
		f->outport = val->port;
		f->group = OVN_MC_FLOOD_L2;
		return V_FLOOD_ROUTER;
	}
	if (f->flags & FLOW_FROM_ROUTER || ls_is_router_mac(f))
		return ls_flood(f, OVN_MC_FLOOD_L2);
	return mac_is_multicast(f->eth_dst) ? ls_flood(f, OVN_MC_FLOOD) :
					      V_NEXT;
}

/* ls_in_arp_rsp for IPv6: a neighbor solicitation that the switch answers. */
__noinline int ls_nd_solicitation(struct flow *f)
{
	struct nd_key key = {};
	struct arp_val *val;

	if (!f)
		return -DROP_MALFORMED;
	key.datapath = f->datapath;
	__builtin_memcpy(key.ip, f->nd_target.b, 16);
	val = bpf_map_lookup_elem(&nd, &key);
	/* A duplicate address probe (source ::) is left to the owner. */
	if (!val || val->port == f->inport ||
	    !(f->src.ip6[0] | f->src.ip6[1] | f->src.ip6[2] | f->src.ip6[3]))
		return V_NEXT;
	mac_copy(f->lladdr, val->mac);
	TRACE(f, ND_RSP, val->port, 0, 0);
	return V_ND_REPLY;
}

/* ls_in_l2_lkup 0, ls_in_l2_unknown: learned, else wherever it may be. */
__noinline int ls_unknown(struct flow *f)
{
	struct group_key gkey = {.group = OVN_MC_UNKNOWN};
	struct l2_key key = {};
	struct group_val *members;
	struct fdb_val *val;

	if (!f)
		return -DROP_MALFORMED;
	key.datapath = f->datapath;
	mac_copy(key.mac, f->eth_dst);
	val = bpf_map_lookup_elem(&fdb, &key);
	if (val) {
		TRACE(f, FDB, val->port, 0, 0);
		f->outport = val->port;
		f->stage = STAGE_LS_OUTPUT;
		return V_NEXT;
	}
	gkey.datapath = f->datapath;
	members = bpf_map_lookup_elem(&group, &gkey);
	if (!members || !(members->n_vif + members->n_chassis))
		return -DROP_L2_UNKNOWN_DST;
	/* One member, mostly a localnet port: no copies are needed. */
	if (members->n_vif == 1 && !members->n_chassis) {
		struct member_key mkey = {.datapath = f->datapath,
					  .group = OVN_MC_UNKNOWN,
					  .kind = MEMBER_VIF};
		struct member_val *only = bpf_map_lookup_elem(&member, &mkey);

		if (only) {
			TRACE(f, FLOOD, OVN_MC_UNKNOWN, 0, 0);
			f->outport = only->id;
			f->stage = STAGE_LS_OUTPUT;
			return V_NEXT;
		}
	}
	return ls_flood(f, OVN_MC_UNKNOWN);
}

/* Do the switch's routers hear it, too?  ARP; RS, RA, NS and NA. */
static __always_inline bool ls_routers_hear(const struct flow *f)
{
	__u8 type = f->sport >> 8;

	if (f->flags & FLOW_FROM_ROUTER)
		return false;
	if (f->eth_type == ETH_P_ARP)
		return true;
	return f->eth_type == ETH_P_IPV6 && f->proto == IPPROTO_ICMPV6 &&
	       !(f->flags & FLOW_L4_SHORT) && type >= ND_RS && type <= ND_NA;
}

/* ls_in_l2_lkup: multicast, then known addresses. */
static __always_inline int ls_ingress(struct flow *f)
{
	struct l2_key key = {};
	struct l2_val *to;
	int ret;

	if (f->eth_type == ETH_P_ARP && f->arp_op == ARPOP_REQUEST) {
		ret = ls_arp_request(f);
		if (ret == V_CONSUMED)
			return V_NEXT;
		if (ret != V_NEXT)
			return ret;
	} else if (flow_is_nd(f) && f->sport >> 8 == ND_NS &&
		   !(f->flags & FLOW_FROM_LOCALNET)) {
		ret = ls_nd_solicitation(f);
		if (ret != V_NEXT)
			return ret;
	}
	if (mac_is_multicast(f->eth_dst))
		return ls_flood(f, ls_routers_hear(f) ? OVN_MC_FLOOD :
							OVN_MC_FLOOD_L2);
	key.datapath = f->datapath;
	mac_copy(key.mac, f->eth_dst);
	to = bpf_map_lookup_elem(&l2, &key);
	if (!to)
		return ls_unknown(f);
	return ls_output(f, to);
}

#endif /* XOVN_BPF_SWITCH_H */
