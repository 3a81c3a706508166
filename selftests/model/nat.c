// SPDX-License-Identifier: GPL-2.0-only
/* NAT rules of gateway routers: ovn-nb(5) "NAT". */
#include <netinet/in.h>

#include "model.h"

static bool net4_has(const struct net4 *n, uint32_t ip)
{
	return !n->plen || !((n->ip ^ ip) >> (32 - n->plen));
}

static bool set_has(const struct logical *net, int set, uint32_t ip)
{
	for (size_t i = 0; i < net->set[set].n; i++) {
		if (net4_has(&net->set[set].net[i], ip))
			return true;
	}
	return false;
}

/* The longest logical_ip that is shorter than plen. */
static const struct nat *longest(const struct logical *net, int router,
				 uint32_t src, int plen)
{
	const struct nat *best = NULL;

	for (size_t i = 0; i < net->n_nats; i++) {
		const struct nat *n = &net->nat[i];

		if (n->router == router && n->type != NAT_DNAT &&
		    n->logical.plen < plen && net4_has(&n->logical, src) &&
		    (!best || n->logical.plen > best->logical.plen))
			best = n;
	}
	return best;
}

/* ovn-northd(8) lr_out_snat: priority by the length of logical_ip.  A flow
 * with allowed_ext_ips matches the peers, so others come to a shorter one; a
 * flow of exempted_ext_ips, above its rule's, ends it. */
const struct nat *nat_of_source(const struct logical *net, int router,
				uint32_t src, uint32_t peer)
{
	const struct nat *n = longest(net, router, src, 33);

	while (n && n->peers == PEERS_ALLOWED && !set_has(net, n->set, peer))
		n = longest(net, router, src, n->logical.plen);
	if (n && n->peers == PEERS_EXEMPTED && set_has(net, n->set, peer))
		return NULL;
	return n;
}

/* lr_in_dnat: of an address there is one. */
static bool is_for(const struct logical *net, const struct nat *n,
		   uint32_t peer)
{
	return n->peers == PEERS_ALL ||
	       set_has(net, n->set, peer) == (n->peers == PEERS_ALLOWED);
}

const struct nat *nat_of_destination(const struct logical *net, int router,
				     uint32_t dst, uint32_t peer)
{
	for (size_t i = 0; i < net->n_nats; i++) {
		const struct nat *n = &net->nat[i];

		if (n->router == router && n->type != NAT_SNAT &&
		    n->external == dst)
			return is_for(net, n, peer) ? n : NULL;
	}
	return NULL;
}

bool nat_is_stateless(const struct logical *net, int router, uint32_t src,
		      uint32_t dst)
{
	const struct nat *from = nat_of_source(net, router, src, dst);
	const struct nat *to = nat_of_destination(net, router, dst, src);

	return (from && from->is_stateless) || (to && to->is_stateless);
}

bool nat_is_external(const struct logical *net, int router, uint32_t ip)
{
	const struct router *r = &net->router[router];

	if (ip == r->dnat_force || ip == r->lb_force)
		return true;
	for (size_t i = 0; i < net->n_nats; i++) {
		if (net->nat[i].router == router && net->nat[i].external == ip)
			return true;
	}
	return false;
}

static bool lrp_reaches(const struct lrp *p, uint32_t ip)
{
	for (size_t i = 0; i < p->n_nets; i++) {
		if (net4_has(&p->net[i], ip))
			return true;
	}
	return false;
}

/* External addresses by any port of a gateway router, VIPs where they are
 * reachable: neighbor_responder. */
bool nat_has_arp(const struct logical *net, int lrp, uint32_t ip)
{
	const struct lrp *p = &net->lrp[lrp];

	if (net->router[p->router].chassis < 0)
		return false;
	for (size_t i = 0; i < net->n_nats; i++) {
		if (net->nat[i].router == p->router &&
		    net->nat[i].external == ip)
			return true;
	}
	return lb_has_vip(net, p->router, -1, ip) && lrp_reaches(p, ip);
}

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP;
}

static bool in_range(uint32_t port, uint16_t first, uint16_t last)
{
	return !first || (port >= first && port <= last);
}

/* The next tuple that came out, from *i on, with the same ends. */
static bool seen_next(const struct model *m, size_t *i, uint32_t dst,
		      uint8_t proto, struct tuple *t)
{
	while (*i < m->n_seen) {
		const struct frame *f = &m->seen[(*i)++].frame;

		if (frame_is_ip4(f) && !ip4_is_later_fragment(f) &&
		    tuple_read(IP_OF(f), get16(IP_OF(f) + 2), t) &&
		    t->proto == proto && t->dst == dst)
			return true;
	}
	return false;
}

bool nat_choose_dport(struct model *m, const struct nat *n, struct tuple *t)
{
	struct tuple seen;

	if (!n->port_first || !has_ports(t->proto))
		return true;
	for (size_t i = 0; seen_next(m, &i, n->logical.ip, t->proto, &seen);) {
		if (!in_range(seen.dport, n->port_first, n->port_last))
			continue;
		t->dport = seen.dport;
		return true;
	}
	if (in_range(t->dport, n->port_first, n->port_last))
		return true;
	t->dport = n->port_first;
	return n->port_first == n->port_last;
}

static bool is_free(struct model *m, int zone, const struct tuple *t)
{
	struct tuple answer;
	enum direction d;

	tuple_turn(&answer, t);
	return !conn_find(m, zone, &answer, &d);
}

void nat_see_ports(struct model *m, struct conn *c)
{
	struct tuple seen;

	c->is_guessed = true;
	for (size_t i = 0;
	     seen_next(m, &i, c->reply.src, c->reply.proto, &seen);) {
		if (seen.src != c->reply.dst)
			continue;
		tuple_turn(&c->reply, &seen);
		c->is_vague = false;
		return;
	}
}

/* How many: the first of them goes to t.  More than max need not be known. */
static int count_free(struct model *m, int zone, uint16_t first, uint16_t last,
		      int max, struct tuple *t)
{
	struct tuple try = *t;
	int n = 0;

	for (uint32_t port = first; port <= last && n <= max; port++) {
		try.sport = port;
		if (!is_free(m, zone, &try))
			continue;
		if (!n++)
			*t = try;
	}
	return n;
}

/* Connections that have one of those ports, nobody knows which. */
static int count_vague(const struct model *m, int zone, const struct tuple *t)
{
	struct tuple answer;
	int n = 0;

	tuple_turn(&answer, t);
	for (size_t i = 0; i < m->known.n_conns; i++) {
		const struct conn *c = &m->known.conn[i];

		answer.dport = c->reply.dport;
		n += c->zone == zone && c->is_vague &&
		     tuple_same(&c->reply, &answer);
	}
	return n;
}

/* One that was not seen. */
static enum port_choice choose_unseen(struct model *m, int zone, uint16_t first,
				      uint16_t last, struct tuple *t)
{
	int n_vague = count_vague(m, zone, t);
	int n = count_free(m, zone, first ? first : 1, first ? last : 65535,
			   n_vague + 1, t);

	if (n == 1 && !n_vague)
		return PORT_CHOSEN;
	return !n || (n <= n_vague && model_choose(m, 2)) ? PORT_NONE :
							    PORT_UNSEEN;
}

enum port_choice nat_choose_sport(struct model *m, int zone, uint16_t first,
				  uint16_t last, struct tuple *t)
{
	bool has_sport = has_ports(t->proto) ||
			 (t->proto == IPPROTO_ICMP && t->dport == TUPLE_ECHO);
	struct tuple seen, try = *t;

	for (size_t i = 0;
	     has_sport && seen_next(m, &i, t->dst, t->proto, &seen);) {
		try.sport = seen.sport;
		if (!tuple_same(&try, &seen) ||
		    !in_range(seen.sport, first, last) ||
		    !is_free(m, zone, &try))
			continue;
		*t = try;
		return PORT_CHOSEN;
	}
	if ((!has_sport || in_range(t->sport, first, last)) &&
	    is_free(m, zone, t))
		return PORT_CHOSEN;
	if (!has_sport)
		return PORT_NONE;
	return choose_unseen(m, zone, first, last, t);
}
