// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gateway routers of other chassis: requests of guests and routers here, on a
 * switch that such a router is attached to, go to it for its external
 * addresses and VIPs, too (ovn-northd(8) ls_in_l2_lkup 80).
 */
#include "tables.h"

/* May a request come from this chassis?  Those of a physical network reach
 * the gateway's own end of it. */
static bool switch_may_ask(const struct topology *t,
			   const struct topo_switch *sw)
{
	for (size_t i = 0; i < sw->n_ports; i++) {
		const struct topo_lsp *lsp = &sw->ports[i];

		if (lsp->kind == PORT_ROUTER ||
		    (lsp->kind != PORT_LOCALNET &&
		     lsp->chassis == t->own_chassis))
			return true;
	}
	return false;
}

/* neighbor_responder: by every port, or the one whose network has it. */
static bool lrp_answers(const struct topo_lrp *lrp, const struct nb_lb *lb,
			const uint8_t vip[4])
{
	switch (lb->neighbor_responder) {
	case NB_RESPOND_ALL:
		return true;
	case NB_RESPOND_REACHABLE:
		return router_lrp_with(lrp->router, vip) == lrp;
	default:
		return false;
	}
}

static int add_external_ips(struct tables *c, const struct topo_lrp *lrp)
{
	const struct nb_router *nb = lrp->router->nb;
	int ret = 0;

	for (size_t i = 0; !ret && i < nb->n_nats; i++)
		if (!nat_is_ignored(&nb->nats[i]))
			ret = tables_add_router_arp(c, lrp,
						    nb->nats[i].external_ip);
	return ret;
}

static int add_vips(struct tables *c, const struct topo_lrp *lrp)
{
	const struct nb_router *nb = lrp->router->nb;
	int ret = 0;

	for (size_t i = 0; i < nb->n_lbs; i++) {
		const struct nb_lb *lb = &c->nb->lbs[nb->lbs[i]];

		for (size_t j = 0; !ret && j < lb->n_vips; j++)
			if (lrp_answers(lrp, lb, lb->vips[j].ip))
				ret = tables_add_router_arp(c, lrp,
							    lb->vips[j].ip);
	}
	return ret;
}

/* The addresses of all before the VIPs of any: as with routers here. */
int tables_add_gateways_elsewhere(struct tables *c)
{
	static int (*const steps[])(
		struct tables *, const struct topo_lrp *) = {add_external_ips,
							     add_vips};
	const struct topology *t = c->t;
	int ret = 0;

	for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++) {
		for (size_t i = 0; !ret && i < t->n_lrps; i++) {
			const struct topo_lrp *lrp = &t->lrps[i];

			if (lrp->router->is_gateway && lrp->lsp &&
			    topology_is_remote(t, lrp->router->chassis) &&
			    tables_want(c, lrp->lsp->sw->key) &&
			    switch_may_ask(t, lrp->lsp->sw))
				ret = steps[s](c, lrp);
		}
	}
	return ret;
}
