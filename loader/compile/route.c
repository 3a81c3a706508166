// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table route.  At equal length the router's own addresses come before
 * connected networks and these before static routes (ovn-northd(8) "IP
 * Routing"): whatever is added first stays.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

struct route_notes {
	struct note_group no_port;
	struct note_group no_path;
	struct note_group same;
};

static struct route_key route_key(const struct topo_router *r,
				  const uint8_t addr[4], uint8_t plen)
{
	struct route_key key = {.prefixlen = 64 + plen, .datapath = r->key};

	ip4_put(key.ip, ip4_get(addr) & ip4_mask(plen));
	return key;
}

/* What a packet needs to leave by the port; src: the address that asks. */
static struct route_val route_by(const struct topology *t,
				 const struct topo_lrp *lrp,
				 enum route_kind kind, const uint8_t *src)
{
	struct route_val val = {
		.kind = kind,
		.port = lrp->key,
		.lrp_flags = lrp->flags,
	};

	memcpy(val.mac, lrp->nb->mac, sizeof(val.mac));
	if (src)
		memcpy(val.src_ip, src, sizeof(val.src_ip));
	lrp_other_side(t, lrp, &val.peer_datapath, &val.peer_port);
	return val;
}

static int add_networks(struct tables *c, const struct topo_router *r,
			enum route_kind kind)
{
	int ret = 0;

	for (size_t i = 0; i < r->n_ports; i++) {
		const struct topo_lrp *lrp = &r->ports[i];

		for (size_t j = 0; !ret && j < lrp->nb->n_ip4; j++) {
			const struct nb_ip4 *ip = &lrp->nb->ip4[j];
			uint8_t plen = kind == ROUTE_LOCAL ? 32 : ip->plen;
			struct route_key key = route_key(r, ip->addr, plen);
			struct route_val val =
				route_by(c->t, lrp, kind, ip->addr);

			ret = tables_add(c, IMAGE_ROUTE, &key, &val, NULL);
			if (ret == -EEXIST)
				ret = 0;
		}
	}
	return ret;
}

static const struct topo_lrp *find_port_for(const struct topo_router *r,
					    const uint8_t nexthop[4])
{
	for (size_t i = 0; i < r->n_ports; i++)
		if (lrp_network_of(r->ports[i].nb, nexthop))
			return &r->ports[i];
	return NULL;
}

/* northd's choice of the outgoing port.  NULL and a note: the route is to be
 * ignored. */
static const struct topo_lrp *route_outport(struct tables *c,
					    const struct topo_router *r,
					    const struct nb_route *route,
					    struct route_notes *n)
{
	const uint8_t *p = route->prefix.addr, *h = route->nexthop;
	const struct topo_lrp *lrp;

	if (route->output_port) {
		lrp = name_index_find(&c->t->lrp_names, route->output_port);
		if (lrp && lrp->router == r)
			return lrp;
		note_group_add(&n->no_port, "%s %u.%u.%u.%u/%u (%s)",
			       r->nb->name, p[0], p[1], p[2], p[3],
			       route->prefix.plen, route->output_port);
		return NULL;
	}
	lrp = route->has_nexthop ? find_port_for(r, route->nexthop) : NULL;
	if (!lrp && route->has_nexthop)
		note_group_add(&n->no_path, "%s %u.%u.%u.%u/%u via %u.%u.%u.%u",
			       r->nb->name, p[0], p[1], p[2], p[3],
			       route->prefix.plen, h[0], h[1], h[2], h[3]);
	else if (!lrp)
		note_group_add(&n->no_port, "%s %u.%u.%u.%u/%u (none)",
			       r->nb->name, p[0], p[1], p[2], p[3],
			       route->prefix.plen);
	return lrp;
}

static int add_static(struct tables *c, const struct topo_router *r,
		      const struct nb_route *route, struct route_notes *n)
{
	struct route_key key =
		route_key(r, route->prefix.addr, route->prefix.plen);
	struct route_val val = {.kind = ROUTE_DISCARD};
	const uint8_t *p = route->prefix.addr;
	struct route_val *old;
	int ret;

	if (!route->discard) {
		const struct topo_lrp *lrp = route_outport(c, r, route, n);
		const struct nb_ip4 *from = NULL;

		if (!lrp)
			return 0;
		if (route->has_nexthop)
			from = lrp_network_of(lrp->nb, route->nexthop);
		if (!from && lrp->nb->n_ip4) /* as northd: the first one */
			from = lrp->nb->ip4;
		val = route_by(c->t, lrp,
			       route->has_nexthop ? ROUTE_STATIC :
						    ROUTE_CONNECTED,
			       from ? from->addr : NULL);
		if (route->has_nexthop)
			memcpy(val.nexthop, route->nexthop,
			       sizeof(val.nexthop));
	}
	ret = tables_add(c, IMAGE_ROUTE, &key, &val, (void **)&old);
	if (ret != -EEXIST)
		return ret;
	if (old->kind == ROUTE_STATIC || old->kind == ROUTE_DISCARD)
		note_group_add(&n->same, "%s %u.%u.%u.%u/%u", r->nb->name, p[0],
			       p[1], p[2], p[3], route->prefix.plen);
	return 0;
}

static int compare_route(const void *a, const void *b)
{
	const struct nb_route *const *x = a, *const *y = b;

	return strcmp((*x)->uuid, (*y)->uuid);
}

static int add_router(struct tables *c, const struct topo_router *r,
		      struct route_notes *n)
{
	const struct nb_route **sorted;
	int ret;

	ret = add_networks(c, r, ROUTE_LOCAL);
	if (!ret)
		ret = add_networks(c, r, ROUTE_CONNECTED);
	if (ret)
		return ret;
	sorted = calloc(r->nb->n_routes + 1, sizeof(*sorted));
	if (!sorted)
		return error_set(c->e, ENOMEM, "out of memory");
	for (size_t i = 0; i < r->nb->n_routes; i++)
		sorted[i] = &r->nb->routes[i];
	qsort(sorted, r->nb->n_routes, sizeof(*sorted), compare_route);
	for (size_t i = 0; !ret && i < r->nb->n_routes; i++)
		ret = add_static(c, r, sorted[i], n);
	free(sorted);
	return ret;
}

int tables_add_routes(struct tables *c)
{
	struct route_notes n = {};
	int ret = 0;

	for (size_t i = 0; !ret && i < c->t->n_routers; i++)
		if (topo_router_is_here(c->t, &c->t->routers[i]))
			ret = add_router(c, &c->t->routers[i], &n);
	note_group_finish(&n.no_path, c->notes,
			  "routes ignored, next hop not reachable on any port");
	note_group_finish(&n.no_port, c->notes,
			  "routes ignored, output_port is no port of the "
			  "router");
	note_group_finish(&n.same, c->notes,
			  "routes ignored, another has the same prefix (ECMP "
			  "is not honoured yet)");
	return ret;
}
