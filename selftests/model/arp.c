// SPDX-License-Identifier: GPL-2.0-only
/* Who answers for an address on a switch: ovn-northd(8) "ARP/ND responder". */
#include <netinet/in.h>
#include <string.h>

#include "model.h"

#define ARP_REQUEST 1

/* The LSP that has the address, and the MAC to tell. */
static int responder(const struct logical *net, int sw, uint32_t ip,
		     const uint8_t ip6[16], const uint8_t **mac)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];

		if (p->sw != sw || p->has_unknown || p->no_responder)
			continue;
		if (p->type == LSP_ROUTER && p->has_router && ip) {
			const struct lrp *r = &net->lrp[p->lrp];

			for (size_t j = 0; j < r->n_nets; j++) {
				*mac = r->mac;
				if (r->net[j].ip == ip)
					return i;
			}
		}
		if (p->type != LSP_VIF)
			continue;
		for (size_t j = 0; j < p->n_addresses; j++) {
			const struct element *e = &p->addresses[j];

			*mac = e->mac;
			for (size_t k = 0; ip && k < e->n_ip4; k++) {
				if (e->ip4[k].ip == ip)
					return i;
			}
			for (size_t k = 0; ip6 && k < e->n_ip6; k++) {
				if (!memcmp(e->ip6[k].ip, ip6, 16))
					return i;
			}
		}
	}
	return -1;
}

int switch_router_of_ip(const struct logical *net, int sw, uint32_t ip)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];

		if (p->sw != sw || p->type != LSP_ROUTER)
			continue;
		if (nat_has_arp(net, p->lrp, ip))
			return i;
		for (size_t j = 0; j < net->lrp[p->lrp].n_nets; j++) {
			if (net->lrp[p->lrp].net[j].ip == ip)
				return i;
		}
	}
	return -1;
}

static void arp_reply(struct frame *f, const uint8_t mac[6])
{
	uint8_t *arp = IP_OF(f), tpa[4];

	memcpy(tpa, arp + 24, 4);
	memcpy(f->data, f->data + 6, 6);
	memcpy(f->data + 6, mac, 6);
	put16(arp + 6, 2);
	memcpy(arp + 18, arp + 8, 10); /* tha, tpa: the asker's */
	memcpy(arp + 8, mac, 6);
	memcpy(arp + 14, tpa, 4);
}

static bool is_solicited(const uint8_t dst[16], const uint8_t target[16])
{
	static const uint8_t prefix[13] = {0xff, 2, 0, 0, 0, 0,	  0,
					   0,	 0, 0, 0, 1, 0xff};

	return !memcmp(dst, target, 16) ||
	       (!memcmp(dst, prefix, 13) && !memcmp(dst + 13, target + 13, 3));
}

/* The target of a neighbor solicitation, or NULL: RFC 4861 4.3, 7.1.1. */
static const uint8_t *nd_target(const struct frame *f)
{
	const uint8_t *ip = IP_OF(f), *icmp = ip + 40;

	if (!frame_is_ip6(f) || ip[6] != IPPROTO_ICMPV6 || ip[7] != 255 ||
	    get16(ip + 4) < 24 || icmp[0] != 135 || icmp[1])
		return NULL;
	return icmp + 8;
}

/* RFC 4861 4.4: solicited, override, with the target's address. */
static void nd_reply(struct frame *f, const uint8_t mac[6])
{
	uint8_t *ip = IP_OF(f), *icmp = ip + 40, asker[16], target[16];
	uint32_t sum;

	memcpy(asker, ip + 8, 16);
	memcpy(target, icmp + 8, 16);
	memcpy(f->data, f->data + 6, 6);
	memcpy(f->data + 6, mac, 6);
	memset(ip, 0, 72);
	ip[0] = 0x60;
	put16(ip + 4, 32);
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = 255;
	memcpy(ip + 8, target, 16);
	memcpy(ip + 24, asker, 16);
	icmp[0] = 136;
	icmp[4] = 0x60;
	memcpy(icmp + 8, target, 16);
	icmp[24] = 2;
	icmp[25] = 1;
	memcpy(icmp + 26, mac, 6);
	sum = sum_bytes(ip + 8, 32, 32 + IPPROTO_ICMPV6);
	put16(icmp + 2, ~sum_fold(sum_bytes(icmp, 32, sum)));
	f->len = 86;
}

bool switch_responds(struct model *m, struct walk *w)
{
	const struct logical *net = m->net;
	const uint8_t *arp = IP_OF(&w->f), *target = NULL, *mac = NULL;
	uint32_t ip = 0;
	bool is_open;
	int owner;

	if (frame_is_arp(&w->f) && get16(arp + 6) == ARP_REQUEST)
		ip = get32(arp + 24);
	else
		target = nd_target(&w->f);
	owner = responder(net, w->sw, ip, target, &mac);
	if (owner < 0 || owner == w->inport)
		return false;
	/* Releases differ for requests by unicast, from a physical network,
	 * and for disabled ports. */
	is_open = !is_multicast(w->f.data) || w->inport == net->localnet ||
		  !net->lsp[owner].is_enabled ||
		  (target && !is_solicited(IP_OF(&w->f) + 24, target));
	if (is_open && model_choose(m, 2))
		return false;
	if (target)
		nd_reply(&w->f, mac);
	else
		arp_reply(&w->f, mac);
	switch_egress(m, w, w->inport);
	return true;
}
