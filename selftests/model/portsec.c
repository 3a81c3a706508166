// SPDX-License-Identifier: GPL-2.0-only
/* port_security: ovn-nb(5) "port_security".  What its text leaves open is
 * ALLOWED_OPEN: either is right. */
#include <netinet/in.h>
#include <string.h>

#include "model.h"

static bool mac_is(const uint8_t a[6], const uint8_t b[6])
{
	return !memcmp(a, b, 6);
}

/* "10.0.0.4/24" is that host; with a zero host part the whole subnet. */
static bool net4_has(const struct net4 *n, uint32_t ip)
{
	uint32_t mask = n->plen ? ~0u << (32 - n->plen) : 0;

	return n->ip & ~mask ? ip == n->ip : !((ip ^ n->ip) & mask);
}

static uint32_t net4_broadcast(const struct net4 *n)
{
	return n->plen < 32 ? n->ip | ~0u >> n->plen : n->ip;
}

static bool element_has_ip4(const struct element *e, uint32_t ip)
{
	for (size_t i = 0; i < e->n_ip4; i++) {
		if (net4_has(&e->ip4[i], ip))
			return true;
	}
	return false;
}

static bool element_has_ip6(const struct element *e, const uint8_t ip[16])
{
	for (size_t i = 0; i < e->n_ip6; i++) {
		if (!memcmp(e->ip6[i].ip, ip, 16))
			return true;
	}
	return false;
}

static const struct element *element_of(const struct lsp *p,
					const uint8_t mac[6])
{
	for (size_t i = 0; i < p->n_security; i++) {
		if (mac_is(p->security[i].mac, mac))
			return &p->security[i];
	}
	return NULL;
}

static enum allowed arp_may_send(const struct element *e, const struct frame *f)
{
	const uint8_t *arp = IP_OF(f);

	if (!frame_is_arp(f))
		return ALLOWED_OPEN;
	if (!mac_is(arp + 8, e->mac))
		return ALLOWED_NO;
	if (!e->n_ip4)
		return e->n_ip6 ? ALLOWED_NO : ALLOWED_YES;
	return element_has_ip4(e, get32(arp + 14)) ? ALLOWED_YES : ALLOWED_NO;
}

static bool ip4_is_dhcp(const struct frame *f)
{
	const uint8_t *ip = IP_OF(f), *udp;

	udp = ip[9] == IPPROTO_UDP ? ip4_l4(f, 8) : NULL;
	return udp && !get32(ip + 12) && get32(ip + 16) == ~0u &&
	       get16(udp) == 68 && get16(udp + 2) == 67;
}

/* The option with a link-layer address, of a solicitation or advertisement
 * without others; NULL: none. */
static const uint8_t *nd_lladdr(const struct frame *f)
{
	const uint8_t *icmp = IP_OF(f) + 40;
	uint8_t option = icmp[0] == 135 ? 1 : 2;

	if (get16(IP_OF(f) + 4) < 32 || icmp[24] != option || icmp[25] != 1)
		return NULL;
	return icmp + 26;
}

static enum allowed ip6_may_send(const struct element *e, const struct frame *f)
{
	static const uint8_t any[16];
	const uint8_t *ip = IP_OF(f), *icmp = ip + 40, *ll;
	bool is_nd;

	if (!frame_is_ip6(f))
		return ALLOWED_OPEN;
	if (!e->n_ip6 && e->n_ip4)
		return ALLOWED_NO;
	is_nd = ip[6] == IPPROTO_ICMPV6 && get16(ip + 4) >= 24 &&
		(icmp[0] == 135 || icmp[0] == 136) && !icmp[1] && ip[7] == 255;
	if (is_nd) {
		ll = nd_lladdr(f);
		if (ll && !mac_is(ll, e->mac))
			return ALLOWED_NO;
		if (!ll && get16(ip + 4) > 24)
			return ALLOWED_OPEN;
	}
	if (!e->n_ip6)
		return ALLOWED_YES;
	/* :: and link-local have rules of their own */
	if (!memcmp(ip + 8, any, 16) || (ip[8] == 0xfe && ip[9] == 0x80))
		return ALLOWED_OPEN;
	if (!element_has_ip6(e, ip + 8))
		return ALLOWED_NO;
	/* an advertisement speaks for its target, too */
	if (!is_nd || icmp[0] != 136)
		return ALLOWED_YES;
	if (icmp[8] == 0xfe && icmp[9] == 0x80)
		return ALLOWED_OPEN;
	return element_has_ip6(e, icmp + 8) ? ALLOWED_YES : ALLOWED_NO;
}

enum allowed port_may_send(const struct lsp *p, const struct frame *f)
{
	const struct element *e = element_of(p, f->data + 6);

	if (!p->n_security)
		return ALLOWED_YES;
	if (eth_type(f) == ETH_RARP)
		return ALLOWED_OPEN;
	if (!e)
		return ALLOWED_NO;
	switch (eth_type(f)) {
	case ETH_ARP:
		return arp_may_send(e, f);
	case ETH_IP4:
		if (!e->n_ip4 && !e->n_ip6)
			return ALLOWED_YES;
		if (!frame_is_ip4(f))
			return ALLOWED_OPEN;
		if (!e->n_ip4)
			return ALLOWED_NO;
		return element_has_ip4(e, get32(IP_OF(f) + 12)) ||
				       ip4_is_dhcp(f) ?
			       ALLOWED_YES :
			       ALLOWED_NO;
	case ETH_IP6:
		return ip6_may_send(e, f);
	default:
		return e->n_ip4 || e->n_ip6 ? ALLOWED_OPEN : ALLOWED_YES;
	}
}

static bool ip4_may_get(const struct element *e, uint32_t dst)
{
	if (dst == ~0u || dst >> 28 == 14 || element_has_ip4(e, dst))
		return true;
	for (size_t i = 0; i < e->n_ip4; i++) {
		if (e->ip4[i].plen < 32 && dst == net4_broadcast(&e->ip4[i]))
			return true;
	}
	return false;
}

enum allowed port_may_get(const struct lsp *p, const struct frame *f)
{
	const struct element *e = element_of(p, f->data);
	const uint8_t *ip = IP_OF(f);

	if (!p->n_security || is_multicast(f->data))
		return ALLOWED_YES;
	if (!e)
		return ALLOWED_NO;
	if (!e->n_ip4 && !e->n_ip6)
		return ALLOWED_YES;
	switch (eth_type(f)) {
	case ETH_IP4:
		if (!frame_is_ip4(f))
			return ALLOWED_OPEN;
		return e->n_ip4 && ip4_may_get(e, get32(ip + 16)) ?
			       ALLOWED_YES :
			       ALLOWED_NO;
	case ETH_IP6:
		if (!frame_is_ip6(f))
			return ALLOWED_OPEN;
		if (!e->n_ip6)
			return ALLOWED_NO;
		if (ip[24] == 0xff || element_has_ip6(e, ip + 24))
			return ALLOWED_YES;
		/* the link-local address that goes with the MAC */
		return ip[24] == 0xfe && ip[25] == 0x80 ? ALLOWED_OPEN :
							  ALLOWED_NO;
	default: /* only IP is restricted on the way to a guest */
		return ALLOWED_YES;
	}
}
