// SPDX-License-Identifier: GPL-2.0-only
/* Logical switches: ovn-northd(8) "Ingress Table: Destination Lookup",
 * ovn-architecture(7) "Life Cycle of a Packet". */
#include <netinet/in.h>
#include <string.h>

#include "drop.h"
#include "model.h"

/* Headers that are not there, or contradict the length. */
enum malformed frame_form(const struct frame *f)
{
	const uint8_t *ip = IP_OF(f);

	switch (eth_type(f)) {
	case ETH_IP4:
		if (!frame_is_ip4(f))
			return CUT;
		if (ip4_is_later_fragment(f))
			return GOOD;
		switch (ip[9]) {
		case IPPROTO_TCP:
			return ip4_l4(f, 20) ? GOOD : DOUBTFUL;
		case IPPROTO_UDP:
		case IPPROTO_ICMP:
			return ip4_l4(f, 8) ? GOOD : DOUBTFUL;
		case IPPROTO_SCTP:
			return ip4_l4(f, 12) ? GOOD : DOUBTFUL;
		}
		return GOOD;
	case ETH_IP6: /* what stands behind the first header is not asked */
		return frame_is_ip6(f) ? GOOD : CUT;
	case ETH_ARP:
		return frame_is_arp(f) ? GOOD : DOUBTFUL;
	default:
		return GOOD;
	}
}

bool group_has(const struct logical *net, int lsp, enum group group)
{
	const struct lsp *p = &net->lsp[lsp];

	if (!p->is_enabled)
		return false;
	switch (group) {
	case GROUP_UNKNOWN:
		return p->has_unknown;
	case GROUP_L2:
		return p->type != LSP_ROUTER;
	default:
		return true;
	}
}

/* The chassis that a port is on; -1: on each, or none. */
static int lsp_chassis(const struct logical *net, const struct lsp *p)
{
	if (p->type == LSP_VIF)
		return p->chassis;
	if (p->type == LSP_ROUTER)
		return net->router[net->lrp[p->lrp].router].chassis;
	return -1;
}

void switch_egress(struct model *m, struct walk *w, int outport)
{
	const struct lsp *p = &m->net->lsp[outport];
	struct out o = {.kind = OUT_VIF, .port = outport, .frame = w->f};
	enum allowed may;

	if (p->type == LSP_ROUTER) {
		struct frame f = w->f;

		router_ingress(m, p->lrp, &f, w->inport);
		return;
	}
	if (p->type == LSP_LOCALNET) {
		o.kind = OUT_EXTERNAL;
		if (p->chassis == m->here && model_fits(m, &w->f, 0))
			model_out(m, &o);
		else if (p->chassis != m->here)
			model_drop(m, REASON(PORT_NOT_BOUND) |
					      REASON(LOCALNET_NOT_ATTACHED));
		return;
	}
	may = port_may_get(p, &w->f);
	if (may == ALLOWED_NO || (may == ALLOWED_OPEN && model_choose(m, 2)))
		model_drop(m,
			   REASON(PORT_SEC_OUT) |
				   (p->is_bound ? 0 : REASON(PORT_NOT_BOUND)));
	else if (!p->is_bound)
		model_drop(m, REASON(PORT_NOT_BOUND));
	else
		model_out(m, &o);
}

void switch_unicast(struct model *m, struct walk *w, int outport)
{
	const struct logical *net = m->net;
	const struct lsp *p = &net->lsp[outport];
	int chassis = lsp_chassis(net, p);

	/* flags.loopback is the router's: a patch port clears it. */
	if (outport == w->inport) {
		model_drop(m, REASON(SAME_PORT));
		return;
	}
	if (!p->is_enabled) {
		model_drop(m, REASON(PORT_DISABLED));
		return;
	}
	if (p->type == LSP_VIF && chassis < 0) {
		model_drop(m, REASON(PORT_UNPLACED));
		return;
	}
	if (chassis < 0 || chassis == m->here) {
		switch_deliver(m, w, outport);
		return;
	}
	/* ovn-architecture(7): guests elsewhere are behind the physical
	 * network, gateway routers are not. */
	if (p->type == LSP_VIF && switch_has_localnet(net, w->sw)) {
		if (w->inport == net->localnet)
			model_drop(m, REASON(SAME_PORT));
		else
			switch_deliver(m, w, net->localnet);
		return;
	}
	tunnel_send(m, &w->f, chassis, w->sw, net->lsp[w->inport].key, p->key,
		    false);
}

/* Copies may be dropped without a word: others have gone on. */
static void copy_egress(struct model *m, struct walk *w, int outport)
{
	size_t n = m->result.n_drops;
	struct walk copy = *w;

	switch_egress(m, &copy, outport);
	for (; n < m->result.n_drops; n++)
		m->result.drop[n] |= REASON_NONE | REASON(NO_MEMBERS);
}

/* Would a stock chassis flood a gateway router with it?  ARP, but what asks for
 * its own address goes to its port. */
static bool is_meant(const struct logical *net, const struct walk *w, int lsp)
{
	const uint8_t *arp = IP_OF(&w->f);

	return frame_is_arp(&w->f) &&
	       !(get16(arp + 6) == 1 &&
		 switch_router_of_ip(net, w->sw, get32(arp + 24)) == lsp);
}

bool switch_expand(struct model *m, struct walk *w, enum group group)
{
	const struct logical *net = m->net;
	bool has_any = false;

	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];
		int chassis = lsp_chassis(net, p);

		if (p->sw != w->sw || (int)i == w->inport ||
		    !group_has(net, i, group))
			continue;
		/* patch ports are the sender's to serve */
		if (chassis != m->here && p->type != LSP_LOCALNET &&
		    (p->type == LSP_VIF || chassis >= 0 || w->is_from_tunnel))
			continue;
		/* nobody sends such */
		if (p->type == LSP_LOCALNET && w->is_from_tunnel &&
		    model_choose(m, 2))
			continue;
		if (p->type == LSP_ROUTER && w->is_from_tunnel &&
		    !is_meant(m->net, w, i) && model_choose(m, 2)) {
			has_any |= frame_is_arp(&w->f);
			if (frame_is_arp(&w->f))
				router_learn(m, m->here, p->lrp, &w->f);
			continue;
		}
		has_any = true;
		copy_egress(m, w, i);
	}
	if (!has_any)
		model_drop(m, REASON(NO_MEMBERS) | REASON(SAME_PORT) |
				      REASON(TUNNEL_NOT_LOCAL) | REASON_NONE);
	return has_any;
}

/* ovn-architecture(7): one copy for each chassis with a member. */
static bool flood_to_chassis(struct model *m, struct walk *w, enum group group,
			     int chassis, uint16_t key)
{
	const struct logical *net = m->net;
	size_t n;

	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];

		if (p->sw != w->sw || !group_has(net, i, group) ||
		    lsp_chassis(net, p) != chassis)
			continue;
		n = m->result.n_drops;
		tunnel_send(m, &w->f, chassis, w->sw, net->lsp[w->inport].key,
			    key, false);
		for (; n < m->result.n_drops; n++) /* once for all copies */
			m->result.drop[n] |= REASON_NONE;
		return true;
	}
	return false;
}

/* A single member may as well be named itself. */
static uint16_t group_key(struct model *m, const struct walk *w,
			  enum group group)
{
	uint16_t key = 0;
	int n = 0;

	for (size_t i = 0; group == GROUP_UNKNOWN && i < m->net->n_lsps; i++) {
		if (m->net->lsp[i].sw != w->sw || !group_has(m->net, i, group))
			continue;
		key = m->net->lsp[i].key;
		n++;
	}
	return n == 1 && model_choose(m, 2) ? key : group;
}

void switch_flood(struct model *m, struct walk *w, enum group group)
{
	uint16_t key = group_key(m, w, group);
	size_t n = m->result.n_drops;
	bool is_sent = switch_expand(m, w, group);

	for (int c = 0; c < N_CHASSIS; c++) {
		/* ovn-architecture(7): the physical network has the others */
		if (c != m->here && !switch_has_localnet(m->net, w->sw))
			is_sent |= flood_to_chassis(m, w, group, c, key);
	}
	/* what a physical network says to all its host hears, too */
	if (!is_sent && m->result.n_drops > n && w->inport != m->net->localnet)
		m->result.drop[n] &= ~REASON_NONE;
	if (!is_sent && m->result.n_drops > n && group == GROUP_UNKNOWN)
		m->result.drop[n] |= REASON(L2_UNKNOWN_DST);
}

int switch_port_of_mac(const struct logical *net, int sw, const uint8_t mac[6])
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];

		if (p->sw != sw)
			continue;
		if (p->type == LSP_ROUTER &&
		    !memcmp(net->lrp[p->lrp].mac, mac, 6))
			return i;
		for (size_t j = 0; j < p->n_addresses; j++) {
			if (!memcmp(p->addresses[j].mac, mac, 6))
				return i;
		}
	}
	return -1;
}

bool switch_is_router_mac(const struct logical *net, int sw,
			  const uint8_t mac[6])
{
	int lsp = switch_port_of_mac(net, sw, mac);

	return lsp >= 0 && net->lsp[lsp].type == LSP_ROUTER;
}

static void lookup_unknown(struct model *m, struct walk *w)
{
	const struct logical *net = m->net;
	int port = fdb_find(m, w->sw, w->f.data);

	if (port >= 0) {
		switch_unicast(m, w, port);
		return;
	}
	for (size_t i = 0; i < net->n_lsps; i++) {
		if (net->lsp[i].sw != w->sw ||
		    !group_has(net, i, GROUP_UNKNOWN))
			continue;
		switch_flood(m, w, GROUP_UNKNOWN);
		return;
	}
	model_drop(m, REASON(L2_UNKNOWN_DST));
}

/* 26.03: routers hear ARP, and of IPv6 what speaks of neighbors and routers. */
static enum group flood_group(struct model *m, const struct walk *w)
{
	const uint8_t *ip = IP_OF(&w->f), *icmp = ip + 40;
	bool is_arp = frame_is_arp(&w->f), is_open;

	/* A router's reply to whoever asks with a multicast MAC: some releases
	 * spare the routers what is not broadcast. */
	if (is_arp && m->net->lsp[w->inport].type == LSP_ROUTER)
		return model_choose(m, 2) ? GROUP_L2 : GROUP_FLOOD;
	if (is_arp)
		return GROUP_FLOOD;
	if (!frame_is_ip6(&w->f) || ip[6] != IPPROTO_ICMPV6 ||
	    get16(ip + 4) < 8 || icmp[0] < 133 || icmp[0] > 136)
		return GROUP_L2;
	/* what RFC 4861 7.1 refuses is none of these for some releases */
	is_open = icmp[0] == 135 || icmp[1] || ip[7] != 255;
	return is_open && model_choose(m, 2) ? GROUP_L2 : GROUP_FLOOD;
}

static void lookup(struct model *m, struct walk *w)
{
	const struct logical *net = m->net;
	const uint8_t *arp = IP_OF(&w->f);
	bool is_arp = frame_is_arp(&w->f);
	bool is_request = is_arp && get16(arp + 6) == 1;
	int lsp = -1;

	if (is_request)
		lsp = switch_router_of_ip(net, w->sw, get32(arp + 24));
	if (lsp >= 0 && lsp != w->inport) {
		struct walk copy = *w;
		size_t n = m->result.n_drops;

		switch_unicast(m, &copy, lsp);
		/* An asker whose MAC is elsewhere may wait for an answer. */
		for (size_t i = 0; i < m->result.n_out; i++) {
			struct out *o = &m->result.out[i];

			o->is_optional |= o->kind == OUT_TUNNEL &&
					  get16(IP_OF(&o->frame) + 6) == 2;
		}
		switch_flood(m, w, GROUP_L2);
		for (; n < m->result.n_drops; n++)
			m->result.drop[n] |= REASON_NONE;
	} else if (is_request &&
		   switch_is_router_mac(net, w->sw, w->f.data + 6)) {
		switch_flood(m, w, GROUP_L2);
	} else if (is_multicast(w->f.data)) {
		switch_flood(m, w, flood_group(m, w));
	} else {
		lsp = switch_port_of_mac(net, w->sw, w->f.data);
		if (lsp >= 0)
			switch_unicast(m, w, lsp);
		else
			lookup_unknown(m, w);
	}
}

/* ovn-northd(8) "put_fdb". */
bool lsp_learns(const struct lsp *p)
{
	return p->type == LSP_VIF && p->has_unknown && !p->n_security;
}

void switch_ingress(struct model *m, struct walk *w)
{
	const struct lsp *in = &m->net->lsp[w->inport];

	if (++m->depth > DATAPATHS_MAX) {
		m->result.is_overflow = true;
		return;
	}
	if (!in->is_enabled) {
		model_drop(m, REASON(PORT_DISABLED));
		return;
	}
	if (lsp_learns(in))
		fdb_learn(m, m->here, w->sw, w->f.data + 6, w->inport);
	if (!switch_balance(m, w) && !switch_responds(m, w))
		lookup(m, w);
}

uint64_t switch_refuses(struct model *m, const struct lsp *p,
			const struct frame *f)
{
	uint64_t reasons = 0;
	enum malformed form = frame_form(f);
	enum allowed may;

	if (!p->is_enabled)
		reasons |= REASON(PORT_DISABLED);
	if (frame_is_tagged(f)) /* and what is in it may be cut */
		reasons |= REASON(VLAN_TAGGED) | REASON(MALFORMED);
	if (is_multicast(f->data + 6))
		reasons |= REASON(SRC_MULTICAST);
	if (form == CUT || (form == DOUBTFUL && model_choose(m, 2)))
		reasons |= REASON(MALFORMED);
	may = port_may_send(p, f);
	if (may == ALLOWED_NO || (may == ALLOWED_OPEN && model_choose(m, 2)))
		reasons |= REASON(PORT_SEC_IN);
	return reasons;
}

void model_vif(struct model *m, int lsp, const struct frame *f)
{
	const struct lsp *p = &m->net->lsp[lsp];
	struct walk w = {.f = *f, .sw = p->sw, .inport = lsp};
	uint64_t reasons = switch_refuses(m, p, f);

	m->here = p->chassis;
	if (reasons)
		model_drop(m, reasons);
	else
		switch_ingress(m, &w);
}
