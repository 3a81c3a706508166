// SPDX-License-Identifier: GPL-2.0-only
/* Logical routers: ovn-northd(8) "Logical Router Datapaths". */
#include <netinet/in.h>
#include <string.h>

#include "drop.h"
#include "model.h"

#define CHOICES 8

bool router_has_broadcast(const struct logical *net, int router, uint32_t ip)
{
	for (size_t i = 0; i < net->n_lrps; i++) {
		const struct lrp *p = &net->lrp[i];

		for (size_t j = 0; p->router == router && j < p->n_nets; j++) {
			if (p->net[j].plen < 31 &&
			    ip == (p->net[j].ip | ~0u >> p->net[j].plen))
				return true;
		}
	}
	return false;
}

bool router_owns(const struct logical *net, int router, uint32_t ip)
{
	for (size_t i = 0; i < net->n_lrps; i++) {
		const struct lrp *p = &net->lrp[i];

		for (size_t j = 0; p->router == router && j < p->n_nets; j++) {
			if (p->net[j].ip == ip)
				return true;
		}
	}
	return false;
}

void router_output(struct model *m, int lrp, struct frame *f)
{
	const struct lrp *p = &m->net->lrp[lrp];
	struct walk w = {.f = *f, .inport = p->lsp};

	if (!p->is_enabled || !m->net->router[p->router].is_enabled) {
		model_drop(m, REASON(LR_PORT_DISABLED));
	} else if (p->peer >= 0) {
		router_ingress(m, p->peer, f, -1);
	} else if (p->lsp >= 0) {
		w.sw = m->net->lsp[p->lsp].sw;
		if (m->net->lsp[p->lsp].is_enabled)
			switch_ingress(m, &w);
		else
			model_drop(m, REASON(PORT_DISABLED) |
					      REASON(LR_PORT_DISABLED));
	} else {
		model_drop(m, REASON(PORT_UNSUPPORTED) | REASON(LR_NO_ROUTE) |
				      REASON(LR_PORT_DISABLED) |
				      REASON(PORT_UNPLACED));
	}
}

/* An address that is own by another port, or by this one for its subnet only,
 * and external, too: releases differ. */
static bool arp_is_external(struct model *m, int lrp, uint32_t ip)
{
	return nat_has_arp(m->net, lrp, ip) &&
	       !(router_owns(m->net, m->net->lrp[lrp].router, ip) &&
		 model_choose(m, 2));
}

static bool arp_answer(struct model *m, int lrp, struct frame *f)
{
	const struct lrp *p = &m->net->lrp[lrp];
	uint8_t *arp = IP_OF(f), tpa[4];
	uint32_t spa = get32(arp + 14);
	bool is_own = false;

	for (size_t i = 0; i < p->n_nets; i++)
		is_own |=
			p->net[i].ip == get32(arp + 24) &&
			!((p->net[i].ip ^ spa) & ~0u << (32 - p->net[i].plen));
	if (!is_own && !arp_is_external(m, lrp, get32(arp + 24)))
		return false;
	memcpy(tpa, arp + 24, 4);
	memcpy(f->data, f->data + 6, 6);
	memcpy(f->data + 6, p->mac, 6);
	put16(arp + 6, 2);
	memcpy(arp + 18, arp + 8, 10);
	memcpy(arp + 8, p->mac, 6);
	memcpy(arp + 14, tpa, 4);
	return true;
}

/* Has the chassis a guest that the router serves? */
static bool chassis_is_served(const struct logical *net, int chassis,
			      int router)
{
	for (size_t i = 0; i < net->n_lrps; i++) {
		int lsp = net->lrp[i].lsp;

		if (net->lrp[i].router != router || lsp < 0)
			continue;
		for (size_t j = 0; j < net->n_lsps; j++) {
			if (net->lsp[j].sw == net->lsp[lsp].sw &&
			    net->lsp[j].type == LSP_VIF &&
			    net->lsp[j].is_enabled &&
			    net->lsp[j].chassis == chassis)
				return true;
		}
	}
	return false;
}

/* OVN tells the others by its Southbound database; without one they get the
 * packet.  They must: they may have asked. */
static void neighbor_tell(struct model *m, int lrp, const struct frame *f,
			  int from_lsp, bool is_learned)
{
	const struct lrp *p = &m->net->lrp[lrp];
	int sw = p->lsp >= 0 ? m->net->lsp[p->lsp].sw : -1;
	const struct router *r = &m->net->router[p->router];
	/* by multicast: they have it from the flood */
	bool is_reply = get16(IP_OF(f) + 6) == 2 && !is_multicast(f->data);

	if (from_lsp < 0 || sw < 0 || m->net->lsp[from_lsp].type != LSP_VIF)
		return;
	for (int c = 0; c < N_CHASSIS; c++) {
		if (c != m->here)
			tunnel_send(m, f, c, sw, m->net->lsp[from_lsp].key,
				    m->net->lsp[p->lsp].key,
				    !is_learned || !is_reply ||
					    r->chassis >= 0 ||
					    !chassis_is_served(m->net, c,
							       p->router));
	}
}

static void router_arp(struct model *m, int lrp, struct frame *f, int from_lsp)
{
	bool is_request = get16(IP_OF(f) + 6) == 1;
	bool is_reply = get16(IP_OF(f) + 6) == 2;
	bool is_learned = router_learn(m, m->here, lrp, f);

	/* What teaches nothing here teaches others nothing. */
	if (is_learned || is_reply)
		neighbor_tell(m, lrp, f, from_lsp, is_learned);
	if (is_request && arp_answer(m, lrp, f))
		router_output(m, lrp, f);
	else if (!is_reply) /* a reply has done its work */
		model_drop(m, REASON(LR_ARP) | REASON(LR_NOT_IP));
}

void router_local(struct model *m, int lrp, struct frame *f)
{
	const struct router *r = &m->net->router[m->net->lrp[lrp].router];
	const uint8_t *ip = IP_OF(f), *l4 = ip4_l4(f, 8);

	if (ip[9] == IPPROTO_ICMP) {
		if (l4 && l4[0] == 8 && !l4[1] &&
		    !(ip4_is_fragment(f) && model_choose(m, 2))) {
			router_echo(f);
			router_route(m, lrp, f);
			return;
		}
		model_drop(m, REASON(LR_LOCAL));
		return;
	}
	/* Without a header there is nobody to answer. */
	if (r->chassis >= 0 || ip4_is_later_fragment(f) ||
	    (frame_form(f) == DOUBTFUL && model_choose(m, 2))) {
		model_drop(m, REASON(LR_LOCAL));
		return;
	}
	/* The rest is dropped, too, once it has been answered. */
	switch (ip[9]) {
	case IPPROTO_TCP:
		if (!ip4_l4(f, 20) || (ip4_l4(f, 20)[13] & TCP_RST) ||
		    (ip4_header_len(f) > 20 && model_choose(m, 2)))
			break;
		router_reset(m, lrp, f);
		break;
	case IPPROTO_UDP:
		router_unreachable(m, lrp, f, 3);
		break;
	default:
		router_unreachable(m, lrp, f, 2);
		break;
	}
	model_drop(m, REASON(LR_LOCAL) | REASON_NONE);
}

void router_route(struct model *m, int lrp, struct frame *f)
{
	router_route_passage(m, lrp, f, NULL);
}

void router_route_passage(struct model *m, int lrp, struct frame *f,
			  struct passage *p)
{
	const struct logical *net = m->net;
	uint8_t *ip = IP_OF(f), mac[6];
	struct route_choice to[CHOICES], *c = to;
	size_t n = route_lookup(net, net->lrp[lrp].router, lrp, get32(ip + 12),
				get32(ip + 16), to, CHOICES);

	if (!n) {
		model_drop(m, REASON(LR_NO_ROUTE));
		return;
	}
	if (n > 1)
		c = &to[model_choose(m, n)];
	if (c->is_discard) {
		model_drop(m, REASON(LR_DISCARD));
		return;
	}
	if (!net->lrp[c->lrp].is_enabled ||
	    (net->lrp[c->lrp].lsp >= 0 &&
	     !net->lsp[net->lrp[c->lrp].lsp].is_enabled)) {
		model_drop(m, REASON(LR_PORT_DISABLED) | REASON(LR_NO_ROUTE) |
				      REASON(PORT_DISABLED));
		return;
	}
	ip4_set_ttl(f, ip[8] - 1);
	memcpy(f->data + 6, net->lrp[c->lrp].mac, 6);
	if (!neighbor_static(net, c->lrp, c->nexthop, mac) &&
	    !neighbor_find(m, c->lrp, c->nexthop, mac)) {
		router_ask(m, c->lrp, c->nexthop);
		return;
	}
	memcpy(f->data, mac, 6);
	if (!p || gateway_egress(m, c->lrp, f, p))
		router_output(m, c->lrp, f);
}

static bool is_bad_src(const struct logical *net, int router, uint32_t ip)
{
	return ip >> 24 == 0 || ip >> 24 == 127 || ip >> 28 == 14 ||
	       ip == ~0u || router_owns(net, router, ip) ||
	       router_has_broadcast(net, router, ip);
}

uint64_t router_refuses(const struct logical *net, int router,
			const struct frame *f)
{
	uint32_t src = get32(IP_OF(f) + 12), dst = get32(IP_OF(f) + 16);
	uint64_t reasons = 0;

	if (is_bad_src(net, router, src))
		reasons |= REASON(LR_BAD_SRC);
	if (dst >> 24 == 0 || dst >> 24 == 127)
		reasons |= REASON(LR_BAD_DST);
	/* a group: dropped further on, for that */
	if (reasons && (dst >> 28 == 14 || is_multicast(f->data)))
		reasons |= REASON(LR_BAD_DST);
	return reasons;
}

/* RFC 1122 3.2.2: none about an error, or what may be one. */
static bool is_icmp_message(const struct frame *f)
{
	const uint8_t *icmp = ip4_l4(f, 8);

	return IP_OF(f)[9] == IPPROTO_ICMP && icmp && icmp[0] != 0 &&
	       icmp[0] != 8;
}

void router_expired(struct model *m, int lrp, const struct frame *f)
{
	model_drop(m, REASON(LR_TTL));
	if (!ip4_is_later_fragment(f) &&
	    !(is_icmp_message(f) && model_choose(m, 2)))
		router_time_exceeded(m, lrp, f);
}

static void router_ip4(struct model *m, int lrp, struct frame *f)
{
	int router = m->net->lrp[lrp].router;
	uint8_t *ip = IP_OF(f);
	uint64_t reasons = router_refuses(m->net, router, f);

	if (reasons) {
		model_drop(m, reasons);
		return;
	}
	if (router_owns(m->net, router, get32(ip + 16))) {
		if (is_multicast(f->data) && model_choose(m, 2))
			model_drop(m, REASON(LR_BAD_DST));
		else
			router_local(m, lrp, f);
		return;
	}
	if (is_multicast(f->data)) { /* broadcast on the wire */
		model_drop(m, REASON(LR_BAD_DST));
		return;
	}
	/* A directed broadcast, or a group by unicast: northd has no rule. */
	if ((get32(ip + 16) >> 28 >= 14 ||
	     router_has_broadcast(m->net, router, get32(ip + 16))) &&
	    model_choose(m, 2)) {
		model_drop(m, REASON(LR_BAD_DST));
		return;
	}
	if (ip[8] <= 1)
		router_expired(m, lrp, f);
	else
		router_route(m, lrp, f);
}

void router_ingress(struct model *m, int lrp, struct frame *f, int from_lsp)
{
	const struct lrp *p = &m->net->lrp[lrp];

	if (++m->depth > DATAPATHS_MAX)
		m->result.is_overflow = true;
	else if (!p->is_enabled || !m->net->router[p->router].is_enabled)
		model_drop(m, REASON(LR_PORT_DISABLED));
	else if (memcmp(f->data, p->mac, 6) && !is_multicast(f->data))
		model_drop(m, REASON(LR_ADMISSION));
	else if (frame_is_arp(f))
		router_arp(m, lrp, f, from_lsp);
	else if (frame_is_ip4(f) && gateway_keeps(m->net, p->router))
		gateway_ip4(m, lrp, f);
	else if (frame_is_ip4(f))
		router_ip4(m, lrp, f);
	else /* IPv6 is switched only */
		model_drop(m, REASON(LR_NOT_IP));
}
