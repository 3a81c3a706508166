// SPDX-License-Identifier: GPL-2.0-only
/* Routes: ovn-northd(8) "IP Routing", and neighbors that the database gives:
 * "ARP/ND Resolution". */
#include <string.h>

#include "model.h"

static uint32_t mask_of(uint8_t plen)
{
	return plen ? ~0u << (32 - plen) : 0;
}

/* The LRP of the router whose network has the address, or -1. */
static int lrp_of_ip(const struct logical *net, int router, uint32_t ip)
{
	int best = -1, best_plen = -1;

	for (size_t i = 0; i < net->n_lrps; i++) {
		const struct lrp *p = &net->lrp[i];

		for (size_t j = 0; p->router == router && j < p->n_nets; j++) {
			if (((p->net[j].ip ^ ip) & mask_of(p->net[j].plen)) ||
			    p->net[j].plen <= best_plen)
				continue;
			best = i;
			best_plen = p->net[j].plen;
		}
	}
	return best;
}

struct best {
	struct route_choice *to;
	size_t n, max;
	int priority;
};

/* ovn-northd(8): prefix length first, then connected, static, by source. */
static void best_add(struct best *b, int priority, int lrp, uint32_t nexthop,
		     bool is_discard)
{
	if (priority < b->priority)
		return;
	if (priority > b->priority)
		b->n = 0;
	b->priority = priority;
	if (b->n < b->max)
		b->to[b->n++] = (struct route_choice){lrp, nexthop, is_discard};
}

size_t route_lookup(const struct logical *net, int router, int in_lrp,
		    uint32_t src, uint32_t dst, struct route_choice *to,
		    size_t max)
{
	struct best b = {.to = to, .max = max, .priority = -1};

	for (size_t i = 0; i < net->n_lrps; i++) {
		const struct lrp *p = &net->lrp[i];

		for (size_t j = 0; p->router == router && j < p->n_nets; j++) {
			if ((p->net[j].ip ^ dst) & mask_of(p->net[j].plen))
				continue;
			best_add(&b, p->net[j].plen * 8 + 6, i, dst, false);
		}
	}
	for (size_t i = 0; i < net->n_routes; i++) {
		const struct route *r = &net->route[i];
		uint32_t ip = r->is_src ? src : dst;
		uint32_t nexthop = r->has_nexthop ? r->nexthop : dst;
		int lrp = r->lrp >= 0 ? r->lrp :
					lrp_of_ip(net, router, r->nexthop);

		if (r->router != router || r->table != net->lrp[in_lrp].table ||
		    ((r->prefix.ip ^ ip) & mask_of(r->prefix.plen)) ||
		    (lrp < 0 && !r->is_discard))
			continue;
		best_add(&b, r->prefix.plen * 8 + (r->is_src ? 0 : 4), lrp,
			 nexthop, r->is_discard);
	}
	return b.n;
}

/* Another router port on the same wire. */
static bool neighbor_router(const struct logical *net, int lrp, uint32_t ip,
			    uint8_t mac[6])
{
	const struct lrp *p = &net->lrp[lrp];

	for (size_t i = 0; i < net->n_lrps; i++) {
		const struct lrp *q = &net->lrp[i];
		bool is_near = p->peer == (int)i ||
			       (p->lsp >= 0 && q->lsp >= 0 &&
				net->lsp[p->lsp].sw == net->lsp[q->lsp].sw);

		if ((int)i == lrp || !is_near)
			continue;
		for (size_t j = 0; j < q->n_nets; j++) {
			if (q->net[j].ip != ip)
				continue;
			memcpy(mac, q->mac, 6);
			return true;
		}
	}
	return false;
}

bool neighbor_static(const struct logical *net, int lrp, uint32_t ip,
		     uint8_t mac[6])
{
	const struct lrp *p = &net->lrp[lrp];

	if (neighbor_router(net, lrp, ip, mac))
		return true;
	if (p->lsp < 0)
		return false;
	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *l = &net->lsp[i];

		if (l->sw != net->lsp[p->lsp].sw || l->type != LSP_VIF ||
		    !l->is_enabled)
			continue;
		for (size_t j = 0; j < l->n_addresses; j++) {
			const struct element *e = &l->addresses[j];

			for (size_t k = 0; k < e->n_ip4; k++) {
				if (e->ip4[k].ip != ip)
					continue;
				memcpy(mac, e->mac, 6);
				return true;
			}
		}
	}
	return false;
}
