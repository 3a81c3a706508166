// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers of a logical switch: ovn-northd(8) "LB", "Hairpin", where a
 * client's packet enters, in the zone of its port; and where the answer leaves
 * to it. */
#include <string.h>

#include "drop.h"
#include "model.h"

static bool is_to_vip(const struct logical *net, const struct walk *w)
{
	struct tuple t;

	/* what a client says of an answer is of the VIP's */
	if (is_icmp_error(&w->f) && tuple_quoted(&w->f, &t))
		return lb_has_vip(net, -1, w->sw, t.src);
	return lb_has_vip(net, -1, w->sw, get32(IP_OF(&w->f) + 16));
}

bool switch_has_lb(const struct logical *net, int sw)
{
	for (size_t i = 0; i < net->n_lbs; i++) {
		if (net->lb[i].sw == sw)
			return true;
	}
	return false;
}

/* Client and backend are one port. */
static void hairpin(struct model *m, struct walk *w)
{
	uint8_t mac[6];

	memcpy(mac, w->f.data, 6);
	memcpy(w->f.data, w->f.data + 6, 6);
	memcpy(w->f.data + 6, mac, 6);
	switch_deliver(m, w, w->inport);
}

static void translate(struct model *m, struct walk *w, const struct passage *p)
{
	passage_set_destination(&w->f, p);
	passage_apply(m, &w->f, p);
}

/* A backend for a new connection; false: it is for none. */
static bool choose_backend(struct model *m, const struct lb *l, int zone,
			   struct passage *p)
{
	int i = l->n_backends > 1 ? model_choose(m, l->n_backends) : 0;

	p->is = p->was;
	p->is.dst = l->backend[i].ip;
	if (l->port)
		p->is.dport = l->backend[i].port;
	if (p->is.dst == p->was.src)
		p->is.src = l->vip;
	switch (nat_choose_sport(m, zone, 0, 0, &p->is)) {
	case PORT_NONE:
		model_drop(m, REASON(SNAT_EXHAUSTED));
		return false;
	case PORT_UNSEEN:
		p->is_vague = true;
		break;
	case PORT_CHOSEN:
		break;
	}
	conn_add(m, zone, &p->was, &p->is, p->is_vague);
	return true;
}

/* True: there is no more to do. */
static bool begin(struct model *m, struct walk *w, int zone, struct passage *p)
{
	const struct lb *l = lb_find(m->net, -1, w->sw, &p->was);
	enum begins begins;

	if (!l || (!ip4_is_later_fragment(&w->f) && is_icmp_error(&w->f) &&
		   tuple_quoted(&w->f, &p->is)))
		return false;
	begins = conn_begins(&w->f);
	if (begins == BEGINS_NO ||
	    (begins == BEGINS_OPEN && model_choose(m, 2))) {
		model_drop(m, REASON(CT_INVALID));
		return true;
	}
	if (!l->n_backends) {
		model_drop(m, REASON(LB_NO_BACKEND));
		return true;
	}
	if (!choose_backend(m, l, zone, p))
		return true;
	translate(m, w, p);
	if (p->is.src == p->was.src)
		return false;
	hairpin(m, w);
	return true;
}

bool switch_balance(struct model *m, struct walk *w)
{
	int zone = ZONE_LSP + w->inport;
	struct passage p = {};

	if (m->net->lsp[w->inport].type != LSP_VIF || !frame_is_ip4(&w->f) ||
	    !is_to_vip(m->net, w))
		return false;
	if (!conn_tuple(m, zone, &w->f, &p)) {
		model_drop(m, REASON(CT_FRAGMENT));
		return true;
	}
	if (!conn_track(m, zone, &w->f, &p))
		return begin(m, w, zone, &p);
	translate(m, w, &p);
	if (p.is_error || p.is.src == p.was.src)
		return false;
	hairpin(m, w);
	return true;
}

void switch_deliver(struct model *m, struct walk *w, int outport)
{
	int zone = ZONE_LSP + outport;
	struct passage p = {};

	if (m->net->lsp[outport].type == LSP_VIF && frame_is_ip4(&w->f) &&
	    switch_has_lb(m->net, w->sw) && conn_tuple(m, zone, &w->f, &p) &&
	    conn_track(m, zone, &w->f, &p))
		translate(m, w, &p);
	switch_egress(m, w, outport);
}
