/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Port security, ovn-nb(5) "port_security" and OVN's controller/lflow.c
 * (tables 73 to 75): what a guest may send, and what it may receive.  The
 * common case, one bare MAC, is decided from the port's policy alone.
 */
#ifndef XOVN_BPF_PORTSEC_H
#define XOVN_BPF_PORTSEC_H

#include "flow.h"
#include "../maps/ports.h"

/* addresses that no entry has listed yet */
#define MISSING_IP 1
#define MISSING_TARGET 2

#define ICMPV6_MLD_REPORT 131
#define ICMPV6_MLD2_REPORT 143

/* 1 for 0, else 0.  Without a branch, or the verifier would have two ways to
 * follow at each entry. */
static __always_inline __u64 is_zero(__u32 x)
{
	__u64 wide = x;

	barrier_var(wide);
	return (wide - 1) >> 63;
}

/* 1 or 0. */
static __always_inline __u64 ip4_matches(__be32 ip,
					 const struct port_sec_ip4 *e)
{
	return is_zero((ip ^ ip4_load(e->addr)) & ip4_load(e->mask));
}

static __always_inline __u64 ip6_matches(const union flow_ip *ip,
					 const struct port_sec_ip6 *e)
{
	const __u32 *addr = (const __u32 *)e->addr;
	const __u32 *mask = (const __u32 *)e->mask;

	return is_zero(((ip->ip6[0] ^ addr[0]) & mask[0]) |
		       ((ip->ip6[1] ^ addr[1]) & mask[1]) |
		       ((ip->ip6[2] ^ addr[2]) & mask[2]) |
		       ((ip->ip6[3] ^ addr[3]) & mask[3]));
}

/* The link-local address a MAC makes, RFC 4291 appendix A. */
static __always_inline bool ip6_is_lla_of(const union flow_ip *ip,
					  const __u8 *mac)
{
	return ip->ip6[0] == bpf_htonl(0xfe800000) && !ip->ip6[1] &&
	       ip->b[8] == (mac[0] ^ 2) && ip->b[9] == mac[1] &&
	       ip->b[10] == mac[2] && ip->b[11] == 0xff && ip->b[12] == 0xfe &&
	       ip->b[13] == mac[3] && ip->b[14] == mac[4] &&
	       ip->b[15] == mac[5];
}

/* RFC 4861 7.1: code 0, and from the link itself. */
static __always_inline bool flow_is_nd(const struct flow *f)
{
	return f->eth_type == ETH_P_IPV6 && f->proto == IPPROTO_ICMPV6 &&
	       !(f->flags & FLOW_L4_SHORT) && f->ttl_before == 255 &&
	       (f->sport == ND_NS << 8 || f->sport == ND_NA << 8);
}

/* ARP and ND must name the sender's MAC, or no MAC in ND. */
static __always_inline bool port_sec_lladdr(const struct flow *f,
					    const __u8 *mac)
{
	if (f->eth_type == ETH_P_ARP)
		return mac_equal(f->lladdr, mac);
	if (flow_is_nd(f) && !(f->flags & FLOW_BAD_ND))
		return mac_equal(f->lladdr, mac);
	return true;
}

/* Is any listed address ip?  Out: the subnet's broadcast counts, too.  Of its
 * own, so that the verifier looks at it once. */
__noinline int port_sec_listed(const struct port_sec_val *val,
			       const struct flow *f, const union flow_ip *ip,
			       int out)
{
	__u64 to_broadcast, found = 0;

	if (!val || !f || !ip)
		return 0;
	to_broadcast = out && f->eth_type == ETH_P_IP && ip->ip4;
	if (f->eth_type == ETH_P_IPV6) {
		for (int i = 0; i < PORT_SEC_IP6_MAX && i < val->n_ip6; i++)
			found |= ip6_matches(ip, &val->ip6[i]);
		return found;
	}
	for (int i = 0; i < PORT_SEC_IP4_MAX && i < val->n_ip4; i++) {
		const struct port_sec_ip4 *e = &val->ip4[i];

		found |= ip4_matches(ip->ip4, e);
		found |= to_broadcast &
			 is_zero(ip->ip4 ^ ip4_load(e->broadcast));
	}
	return found;
}

static __always_inline bool port_sec_exempt_in(const struct flow *f)
{
	__u8 type = f->sport >> 8;

	if (f->eth_type == ETH_P_IP) /* DHCP before there is an address */
		return !f->src.ip4 && f->dst.ip4 == 0xffffffff &&
		       f->proto == IPPROTO_UDP && f->sport == 68 &&
		       f->dport == 67;
	if (f->eth_type != ETH_P_IPV6)
		return false;
	if (!(f->src.ip6[0] | f->src.ip6[1] | f->src.ip6[2] | f->src.ip6[3]))
		return f->proto == IPPROTO_ICMPV6 &&
		       (type == ND_NS || type == ICMPV6_MLD_REPORT ||
			type == ICMPV6_MLD2_REPORT); /* DAD, MLD */
	return ip6_is_lla_of(&f->src, f->eth_src);
}

/* An advertisement speaks for its target, too. */
static __always_inline bool port_sec_has_target(const struct flow *f, bool out)
{
	return !out && flow_is_nd(f) && f->sport >> 8 == ND_NA &&
	       !ip6_is_lla_of(&f->nd_target, f->eth_src);
}

static __always_inline bool port_sec_exempt_out(const struct flow *f)
{
	if (f->eth_type == ETH_P_IP)
		return f->dst.ip4 == 0xffffffff || (f->dst.b[0] & 0xf0) == 0xe0;
	return f->dst.b[0] == 0xff || ip6_is_lla_of(&f->dst, f->eth_dst);
}

/* Elements with addresses, or several of them.  0 or a drop reason. */
__noinline int port_sec_check(struct flow *f, __u32 datapath, __u32 portkey,
			      int out)
{
	struct port_sec_key key = {.datapath = datapath};
	int drop = out ? -DROP_PORT_SEC_OUT : -DROP_PORT_SEC_IN;
	__u32 missing = MISSING_IP | MISSING_TARGET;

	if (!f)
		return drop;
	key.port = portkey;
	mac_copy(key.mac, out ? f->eth_dst : f->eth_src);
	for (__u64 seq = 0; seq < PORT_SEC_CHAIN_MAX; seq++) {
		struct port_sec_val *val;
		bool is_ip4, is_ip6;

		key.seq = seq;
		val = bpf_map_lookup_elem(&port_sec, &key);
		if (!val)
			return drop;
		if (!seq && !out && !port_sec_lladdr(f, f->eth_src))
			return drop;
		is_ip4 = f->eth_type == ETH_P_IP ||
			 (f->eth_type == ETH_P_ARP && !out);
		is_ip6 = f->eth_type == ETH_P_IPV6;
		if (!val->restricts_ip || (!is_ip4 && !is_ip6))
			return 0;
		if ((is_ip4 && !val->has_ip4) || (is_ip6 && !val->has_ip6))
			return drop;
		if (!seq) {
			if (out ? port_sec_exempt_out(f) :
				  port_sec_exempt_in(f))
				missing &= ~MISSING_IP;
			if (!port_sec_has_target(f, out))
				missing &= ~MISSING_TARGET;
		}
		if (port_sec_listed(val, f, out ? &f->dst : &f->src, out))
			missing &= ~MISSING_IP;
		if (missing & MISSING_TARGET &&
		    port_sec_listed(val, f, &f->nd_target, false))
			missing &= ~MISSING_TARGET;
		if (!missing)
			return 0;
		if (!val->more)
			return drop;
		missing = FORGET(f, missing);
	}
	return drop;
}

/* From the guest: ls_in_check_port_sec. */
static __always_inline int port_sec_in(struct flow *f,
				       const struct port_policy *policy)
{
	if (!(policy->flags & PORT_F_SECURITY))
		return 0;
	if (!(policy->flags & PORT_F_ONE_MAC))
		return port_sec_check(f, f->datapath, f->inport, 0);
	if (!mac_equal(f->eth_src, policy->security_mac) ||
	    !port_sec_lladdr(f, policy->security_mac))
		return -DROP_PORT_SEC_IN;
	return 0;
}

/* To the guest: ls_out_check_port_sec; multicast always passes. */
static __always_inline int port_sec_out(struct flow *f, __u32 portkey,
					const struct port_policy *policy)
{
	if (!(policy->flags & PORT_F_SECURITY) || mac_is_multicast(f->eth_dst))
		return 0;
	if (!(policy->flags & PORT_F_ONE_MAC))
		return port_sec_check(f, f->datapath, portkey, 1);
	if (!mac_equal(f->eth_dst, policy->security_mac))
		return -DROP_PORT_SEC_OUT;
	return 0;
}

#endif /* XOVN_BPF_PORTSEC_H */
