// SPDX-License-Identifier: GPL-2.0-only
/* Gateway routers that keep connections: ovn-northd(8) "UNSNAT", "DNAT",
 * "UNDNAT", "SNAT".  One table takes the place of the two zones: what opens a
 * connection is translated by the rules, what follows as it was. */
#include <netinet/in.h>

#include "drop.h"
#include "model.h"

bool gateway_keeps(const struct logical *net, int router)
{
	const struct router *r = &net->router[router];

	if (r->chassis < 0)
		return false;
	for (size_t i = 0; i < net->n_nats; i++) {
		if (net->nat[i].router == router)
			return true;
	}
	for (size_t i = 0; i < net->n_lbs; i++) {
		if (net->lb[i].router == router)
			return true;
	}
	return r->dnat_force || r->lb_force;
}

/* Nobody's packet; one to the router itself may be dropped as that. */
static uint64_t invalid_reasons(const struct logical *net, int router,
				const struct passage *p)
{
	return REASON(CT_INVALID) |
	       (router_owns(net, router, p->was.dst) ? REASON(LR_LOCAL) : 0);
}

/* The destination of a new connection.  False: it was dropped. */
static bool destination(struct model *m, int router, struct passage *p)
{
	const struct lb *lb = lb_find(m->net, router, -1, &p->was);
	const struct nat *nat;
	int i;

	if (lb) {
		if (!p->begins) {
			model_drop(m, invalid_reasons(m->net, router, p));
			return false;
		}
		if (!lb->n_backends) {
			model_drop(m, REASON(LB_NO_BACKEND));
			return false;
		}
		i = lb->n_backends > 1 ? model_choose(m, lb->n_backends) : 0;
		p->is.dst = lb->backend[i].ip;
		if (lb->port)
			p->is.dport = lb->backend[i].port;
		p->is_lb = true;
		p->skips_snat = lb->skip_snat;
		return true;
	}
	nat = nat_of_destination(m->net, router, p->was.dst, p->was.src);
	if (nat) {
		p->is_dnat = true;
		p->is.dst = nat->logical.ip;
		p->is_stateless = nat->is_stateless;
		p->is_vague = !nat->is_stateless &&
			      !nat_choose_dport(m, nat, &p->is);
	} else if (router_owns(m->net, router, p->was.dst) ||
		   nat_is_external(m->net, router, p->was.dst)) {
		model_drop(m, REASON(LR_LOCAL) | REASON(CT_INVALID));
		return false;
	}
	return true;
}

void passage_set_destination(struct frame *f, const struct passage *p)
{
	ip4_set_addresses(f, get32(IP_OF(f) + 12), p->is.dst);
}

static bool is_refused(struct model *m, int lrp, struct frame *f, uint64_t also)
{
	int router = m->net->lrp[lrp].router;
	const uint8_t *ip = IP_OF(f);
	uint64_t reasons = router_refuses(m->net, router, f);
	uint32_t dst = get32(ip + 16);

	if (!reasons && is_multicast(f->data))
		reasons = REASON(LR_BAD_DST);
	/* northd has no rule for these */
	if (!reasons &&
	    (dst >> 28 >= 14 || router_has_broadcast(m->net, router, dst)) &&
	    model_choose(m, 2))
		reasons = REASON(LR_BAD_DST);
	if (reasons)
		model_drop(m, reasons | also);
	return reasons;
}

/* Who is refused by its address may be let in as one that is known. */
static bool is_excused(struct model *m, int router, const struct frame *f,
		       const struct passage *p)
{
	struct tuple t = p->was;
	enum direction d;

	if (is_icmp_error(f) && tuple_quoted(f, &t))
		tuple_turn(&t, &t);
	if (!conn_find(m, router, &t, &d) || !model_choose(m, 2))
		return false;
	m->result.n_drops--;
	return true;
}

static bool is_echo_request(const struct frame *f)
{
	const uint8_t *icmp = ip4_l4(f, 8);

	return IP_OF(f)[9] == IPPROTO_ICMP && icmp && icmp[0] == 8 && !icmp[1];
}

void gateway_ip4(struct model *m, int lrp, struct frame *f)
{
	const struct logical *net = m->net;
	int router = net->lrp[lrp].router;
	struct passage p = {};
	bool has_tuple = conn_tuple(m, router, f, &p);
	uint32_t dst = get32(IP_OF(f) + 16);
	uint64_t also = has_tuple ? 0 : REASON(CT_FRAGMENT);
	enum begins begins;

	if (is_refused(m, lrp, f, also) && !is_excused(m, router, f, &p))
		return;
	/* The rest of what the router itself answered. */
	if (router_owns(net, router, dst) && ip4_is_later_fragment(f) &&
	    p.was.dport == TUPLE_ECHO) {
		model_drop(m, also | REASON(LR_LOCAL) | REASON(LR_TTL) |
				      REASON(CT_INVALID));
		return;
	}
	if (router_owns(net, router, dst) &&
	    (is_echo_request(f) || (!nat_is_external(net, router, dst) &&
				    !lb_has_vip(net, router, -1, dst)))) {
		size_t n = m->result.n_drops;

		if (IP_OF(f)[8] <= 1 && !is_echo_request(f) &&
		    model_choose(m, 2))
			router_expired(m, lrp, f);
		else
			router_local(m, lrp, f);
		for (; n < m->result.n_drops; n++)
			m->result.drop[n] |= also;
		return;
	}
	if (IP_OF(f)[8] <= 1) {
		size_t n = m->result.n_drops;

		router_expired(m, lrp, f);
		m->result.drop[n] |= also;
		return;
	}
	/* Rules without connections ask for no ports. */
	if (!has_tuple && (!nat_is_stateless(net, router, p.was.src, dst) ||
			   model_choose(m, 2))) {
		if (nat_is_external(net, router, dst))
			also |= REASON(LR_LOCAL) | REASON(CT_INVALID);
		model_drop(m, also);
		return;
	}
	if (!has_tuple || !conn_track(m, router, f, &p)) {
		begins = conn_begins(f);
		p.begins = begins == BEGINS_YES ||
			   (begins == BEGINS_OPEN && model_choose(m, 2));
		p.is = p.was;
		if (!destination(m, router, &p))
			return;
	}
	passage_set_destination(f, &p);
	router_route_passage(m, lrp, f, &p);
}

void passage_apply(struct model *m, struct frame *f, const struct passage *p)
{
	uint32_t src = get32(IP_OF(f) + 12);
	struct tuple quoted;

	if (!p->is_error) {
		/* OVN's conntrack has the whole packet there. */
		m->result.is_lax |= !tuple_is_writable(f, &p->is);
		tuple_write(f, &p->is);
		return;
	}
	tuple_turn(&quoted, &p->is);
	tuple_write_quoted(f, &quoted);
	/* what a router on the way says keeps its own source */
	if (p->is.src != p->was.src)
		src = p->is.src;
	ip4_set_addresses(f, src, get32(IP_OF(f) + 16));
}

static uint32_t forced_source(const struct router *r, const struct passage *p)
{
	return p->is_lb ? r->lb_force : p->is_dnat ? r->dnat_force : 0;
}

bool gateway_egress(struct model *m, int lrp, struct frame *f,
		    struct passage *p)
{
	int router = m->net->lrp[lrp].router;
	const struct nat *rule = NULL;
	enum port_choice port;
	uint32_t forced = 0;
	bool translates, is_stateless = false;

	if (p->is_known) {
		passage_apply(m, f, p);
		return true;
	}
	if (!p->skips_snat) {
		forced = forced_source(&m->net->router[router], p);
		if (!forced)
			rule = nat_of_source(m->net, router, p->was.src,
					     p->is.dst);
	}
	if (rule && rule->is_stateless) {
		p->is.src = rule->external;
		rule = NULL;
		is_stateless = true;
	}
	translates = forced || rule || p->is_lb ||
		     (p->is_dnat && !p->is_stateless);
	/* Nothing to note: by rules alone, or the answer is none that a rule
	 * would translate. */
	if (!translates &&
	    (is_stateless || p->is_stateless ||
	     !nat_of_source(m->net, router, p->was.dst, p->was.src))) {
		passage_apply(m, f, p);
		return true;
	}
	if (!p->begins) {
		if (translates)
			model_drop(m, invalid_reasons(m->net, router, p));
		return !translates;
	}
	if (forced || rule)
		p->is.src = forced ? forced : rule->external;
	port = nat_choose_sport(m, router, rule ? rule->port_first : 0,
				rule ? rule->port_last : 0, &p->is);
	/* With another of the ports that the destination may have now, there
	 * may be none left for the source. */
	if (port == PORT_NONE ||
	    (p->is_vague && rule && rule->port_first && model_choose(m, 2))) {
		model_drop(m, REASON(SNAT_EXHAUSTED));
		return false;
	}
	/* Where it is not seen what follows will show the port. */
	p->is_vague |= port == PORT_UNSEEN;
	conn_add(m, router, &p->was, &p->is, p->is_vague);
	m->result.is_lax |= p->is_vague && p->is.proto == IPPROTO_SCTP;
	passage_apply(m, f, p);
	return true;
}
