// SPDX-License-Identifier: GPL-2.0-only
/*
 * Static neighbors of router ports, for which no ARP is ever sent: guests
 * with known IPs and other routers (ovn-northd(8) "ARP/ND Resolution").
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static int add_neighbor(struct tables *c, struct topo_lrp *lrp,
			const uint8_t ip[4], const uint8_t mac[6])
{
	int ret = tables_add_neighbor(c, lrp, ip, mac);

	lrp->flags |= LRP_F_STATIC_NEIGHBORS;
	/* Two owners of one address are noted with the responders. */
	return ret == -EEXIST ? 0 : ret;
}

static int add_router_addresses(struct tables *c, struct topo_lrp *asker,
				const struct topo_lrp *other)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < other->nb->n_ip4; i++)
		ret = add_neighbor(c, asker, other->nb->ip4[i].addr,
				   other->nb->mac);
	return ret;
}

static int add_guest(struct tables *c, struct topo_lrp *asker,
		     const struct nb_lsp *guest)
{
	int ret = 0;

	for (size_t i = 0; i < guest->n_addresses; i++) {
		const struct nb_address *a = &guest->addresses[i];

		for (size_t j = 0; !ret && j < a->n_ip4; j++)
			if (lrp_network_of(asker->nb, a->ip4[j].addr))
				ret = add_neighbor(c, asker, a->ip4[j].addr,
						   a->mac);
	}
	return ret;
}

/* Ports of the switch whose router runs here ask; routers[] are all LSPs
 * with an LRP behind them, wherever that is. */
static int add_switch(struct tables *c, const struct topo_switch *sw,
		      struct topo_lsp **routers)
{
	size_t n = 0;
	int ret = 0;

	for (size_t i = 0; i < sw->n_ports; i++)
		if (sw->ports[i].peer)
			routers[n++] = &sw->ports[i];
	for (size_t i = 0; !ret && i < n; i++) {
		struct topo_lrp *asker = routers[i]->peer;

		if (!topo_lrp_is_here(c->t, asker))
			continue;
		for (size_t j = 0; !ret && j < n; j++)
			if (i != j && !asker->router->nb->dynamic_neighbors)
				ret = add_router_addresses(c, asker,
							   routers[j]->peer);
		/* A disabled port cannot be delivered to, so it may stay
		 * unresolved (northd skips it, too). */
		for (size_t j = 0; !ret && j < sw->n_ports; j++)
			if (sw->ports[j].kind == PORT_VIF &&
			    !(sw->ports[j].flags & PORT_F_DISABLED))
				ret = add_guest(c, asker, sw->ports[j].nb);
	}
	return ret;
}

int tables_add_neighbors(struct tables *c)
{
	struct topology *t = c->t;
	struct topo_lsp **routers = calloc(t->n_lsps + 1, sizeof(*routers));
	int ret = 0;

	if (!routers)
		return error_set(c->e, ENOMEM, "out of memory");
	/* Routes say the flag, too: with a row that comes from elsewhere none
	 * of them shall change. */
	for (size_t i = 0; c->in->has_southbound && i < t->n_lrps; i++)
		t->lrps[i].flags |= LRP_F_STATIC_NEIGHBORS;
	for (size_t i = 0; !ret && i < t->n_switches; i++)
		ret = add_switch(c, &t->switches[i], routers);
	for (size_t i = 0; !ret && i < t->n_lrps; i++) {
		struct topo_lrp *lrp = &t->lrps[i];

		if (lrp->peer && topo_lrp_is_here(t, lrp))
			ret = add_router_addresses(c, lrp, lrp->peer);
	}
	free(routers);
	return ret;
}
