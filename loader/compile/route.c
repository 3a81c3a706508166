// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables route and route_src.  At equal length the router's own addresses
 * come before connected networks and these before static routes
 * (ovn-northd(8) "IP Routing"): whatever is added first stays.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecmp.h"
#include "tables.h"

struct route_notes {
	struct note_group no_port;
	struct note_group no_path;
	struct note_group no_table;
	struct note_group discarded;
};

struct routes {
	struct tables *c;
	struct ecmp_groups ecmp;
	struct route_notes notes;
};

static struct route_key route_key(const struct topo_router *r, uint32_t table,
				  const uint8_t addr[4], uint8_t plen)
{
	struct route_key key = {
		.prefixlen = 64 + plen, .datapath = r->key, .table = table};

	ip4_put(key.ip, ip4_get(addr) & ip4_mask(plen));
	return key;
}

/* What a packet needs to leave by the port; src: the address that asks. */
static struct route_val route_by(const struct topology *t,
				 const struct topo_lrp *lrp,
				 enum route_kind kind, uint8_t plen,
				 const uint8_t *src)
{
	struct route_val val = {
		.kind = kind,
		.port = lrp->key,
		.lrp_flags = lrp->flags,
		.plen = plen,
	};

	memcpy(val.mac, lrp->nb->mac, sizeof(val.mac));
	if (src)
		memcpy(val.src_ip, src, sizeof(val.src_ip));
	lrp_other_side(t, lrp, &val.peer_datapath, &val.peer_port);
	return val;
}

/* Connected and local routes are in every table. */
static int add_network(struct tables *c, const struct topo_lrp *lrp,
		       enum route_kind kind, const struct nb_ip4 *ip)
{
	const struct topo_router *r = lrp->router;
	uint8_t plen = kind == ROUTE_LOCAL ? 32 : ip->plen;
	struct route_val val = route_by(c->t, lrp, kind, plen, ip->addr);
	int ret = 0;

	for (uint32_t table = !r->uses_main_table;
	     (!ret || ret == -EEXIST) && table <= r->n_tables; table++) {
		struct route_key key = route_key(r, table, ip->addr, plen);

		ret = tables_add(c, IMAGE_ROUTE, &key, &val, NULL);
	}
	return ret == -EEXIST ? 0 : ret;
}

static int add_networks(struct tables *c, const struct topo_router *r,
			enum route_kind kind)
{
	int ret = 0;

	for (size_t i = 0; i < r->n_ports; i++) {
		const struct topo_lrp *lrp = &r->ports[i];

		for (size_t j = 0; !ret && j < lrp->nb->n_ip4; j++)
			ret = add_network(c, lrp, kind, &lrp->nb->ip4[j]);
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

static void note_route(struct note_group *group, const struct topo_router *r,
		       const struct nb_route *route, const char *detail)
{
	const uint8_t *p = route->prefix.addr;

	note_group_add(group, "%s %u.%u.%u.%u/%u%s", r->nb->name, p[0], p[1],
		       p[2], p[3], route->prefix.plen, detail);
}

/* northd's choice of the outgoing port.  NULL: the route is to be ignored. */
static const struct topo_lrp *route_outport(const struct topology *t,
					    const struct topo_router *r,
					    const struct nb_route *route)
{
	const struct topo_lrp *lrp;

	if (!route->output_port)
		return route->has_nexthop ? find_port_for(r, route->nexthop) :
					    NULL;
	lrp = name_index_find(&t->lrp_names, route->output_port);
	return lrp && lrp->router == r ? lrp : NULL;
}

static void note_no_outport(struct route_notes *n, const struct topo_router *r,
			    const struct nb_route *route)
{
	const uint8_t *h = route->nexthop;
	char detail[256];

	if (!route->output_port && route->has_nexthop) {
		snprintf(detail, sizeof(detail), " via %u.%u.%u.%u", h[0], h[1],
			 h[2], h[3]);
		note_route(&n->no_path, r, route, detail);
		return;
	}
	snprintf(detail, sizeof(detail), " (%s)",
		 route->output_port ? route->output_port : "none");
	note_route(&n->no_port, r, route, detail);
}

static struct ecmp_member route_member(const struct topology *t,
				       const struct topo_lrp *lrp,
				       const struct nb_route *route)
{
	const struct nb_ip4 *from = NULL;
	struct ecmp_member m = {.lrp = lrp};

	if (route->has_nexthop)
		from = lrp_network_of(lrp->nb, route->nexthop);
	if (!from && lrp->nb->n_ip4) /* as northd: the first one */
		from = lrp->nb->ip4;
	m.route = route_by(t, lrp,
			   route->has_nexthop ? ROUTE_STATIC : ROUTE_CONNECTED,
			   route->prefix.plen, from ? from->addr : NULL);
	if (route->has_nexthop)
		memcpy(m.route.nexthop, route->nexthop,
		       sizeof(m.route.nexthop));
	return m;
}

/* Rows of one table, policy and prefix: one after the other, by uuid. */
struct static_route {
	const struct nb_route *nb;
	uint32_t table;
};

static int compare_prefix(const struct static_route *x,
			  const struct static_route *y)
{
	int order = (int)x->nb->is_src - y->nb->is_src;

	if (!order && x->table != y->table)
		order = x->table < y->table ? -1 : 1;
	if (!order)
		order = memcmp(x->nb->prefix.addr, y->nb->prefix.addr, 4);
	return order ? order : (int)x->nb->prefix.plen - y->nb->prefix.plen;
}

static int compare_route(const void *a, const void *b)
{
	const struct static_route *x = a, *y = b;
	int order = compare_prefix(x, y);

	return order ? order : strcmp(x->nb->uuid, y->nb->uuid);
}

static bool has_member(const struct ecmp_member *members, size_t n,
		       const struct ecmp_member *m)
{
	for (size_t i = 0; i < n; i++)
		if (members[i].lrp == m->lrp &&
		    !memcmp(members[i].route.nexthop, m->route.nexthop, 4))
			return true;
	return false;
}

/* What is left of n rows of one prefix: a discard route (0 members) or
 * members, whichever comes first; false: nothing. */
static bool choose_members(struct routes *all, const struct topo_router *r,
			   const struct static_route *rows, size_t n,
			   struct ecmp_member *members, size_t *n_members)
{
	bool is_discard = false;

	*n_members = 0;
	for (size_t i = 0; i < n; i++) {
		const struct nb_route *nb = rows[i].nb;
		const struct topo_lrp *lrp = NULL;
		struct ecmp_member m;

		if (!nb->discard) {
			lrp = route_outport(all->c->t, r, nb);
			if (!lrp) {
				note_no_outport(&all->notes, r, nb);
				continue;
			}
		}
		if (nb->discard ? *n_members : is_discard) {
			note_route(&all->notes.discarded, r, nb,
				   nb->discard ? " (discard)" : "");
			continue;
		}
		if (nb->discard) {
			is_discard = true;
			continue;
		}
		m = route_member(all->c->t, lrp, nb);
		if (!has_member(members, *n_members, &m))
			members[(*n_members)++] = m;
	}
	return is_discard || *n_members;
}

static int add_prefix(struct routes *all, const struct topo_router *r,
		      const struct static_route *rows, size_t n,
		      struct ecmp_member *members)
{
	const struct nb_route *nb = rows->nb;
	enum image_table_id id = nb->is_src ? IMAGE_ROUTE_SRC : IMAGE_ROUTE;
	struct route_key key =
		route_key(r, rows->table, nb->prefix.addr, nb->prefix.plen);
	struct route_val val = {.kind = ROUTE_DISCARD, .plen = nb->prefix.plen};
	size_t n_members;

	if (!choose_members(all, r, rows, n, members, &n_members) ||
	    image_find(all->c->image, id, &key))
		return 0;
	if (n_members > 1)
		return ecmp_add(all->c, &all->ecmp, r, id, &key,
				nb->route_table, members, n_members);
	if (n_members)
		val = members->route;
	return tables_add(all->c, id, &key, &val, NULL);
}

static int add_static(struct routes *all, const struct topo_router *r,
		      struct static_route *rows, struct ecmp_member *members)
{
	size_t n = 0, end;
	int ret = 0;

	for (size_t i = 0; i < r->nb->n_routes; i++) {
		const struct nb_route *nb = &r->nb->routes[i];

		rows[n].nb = nb;
		if (topo_router_find_table(r, nb->route_table, &rows[n].table))
			n++;
		else
			note_route(&all->notes.no_table, r, nb, "");
	}
	qsort(rows, n, sizeof(*rows), compare_route);
	for (size_t i = 0; !ret && i < n; i = end) {
		for (end = i + 1; end < n; end++)
			if (compare_prefix(&rows[i], &rows[end]))
				break;
		ret = add_prefix(all, r, rows + i, end - i, members);
	}
	return ret;
}

static int add_router(struct routes *all, const struct topo_router *r)
{
	size_t n = r->nb->n_routes + 1;
	struct ecmp_member *members = calloc(n, sizeof(*members));
	struct static_route *rows = calloc(n, sizeof(*rows));
	int ret = 0;

	if (!members || !rows)
		ret = error_set(all->c->e, ENOMEM, "out of memory");
	if (!ret)
		ret = add_networks(all->c, r, ROUTE_LOCAL);
	if (!ret)
		ret = add_networks(all->c, r, ROUTE_CONNECTED);
	if (!ret)
		ret = add_static(all, r, rows, members);
	free(members);
	free(rows);
	return ret;
}

static bool has_src_routes(const struct topology *t,
			   const struct topo_router *r)
{
	uint32_t table;

	for (size_t i = 0; i < r->nb->n_routes; i++) {
		const struct nb_route *nb = &r->nb->routes[i];

		if (nb->is_src &&
		    topo_router_find_table(r, nb->route_table, &table) &&
		    (nb->discard || route_outport(t, r, nb)))
			return true;
	}
	return false;
}

int tables_flag_src_routes(struct tables *c)
{
	for (size_t i = 0; i < c->t->n_routers; i++) {
		struct topo_router *r = &c->t->routers[i];

		if (!has_src_routes(c->t, r))
			continue;
		for (size_t j = 0; j < r->n_ports; j++)
			r->ports[j].flags |= LRP_F_SRC_ROUTES;
	}
	return 0;
}

int tables_add_routes(struct tables *c)
{
	struct routes all = {.c = c};
	int ret = 0;

	for (size_t i = 0; !ret && i < c->t->n_routers; i++)
		if (tables_want(c, c->t->routers[i].key) &&
		    topo_router_is_here(c->t, &c->t->routers[i]))
			ret = add_router(&all, &c->t->routers[i]);
	if (!ret)
		ret = ecmp_write(c, &all.ecmp);
	ecmp_free(&all.ecmp);
	note_group_finish(&all.notes.no_path, c->notes,
			  "routes ignored, next hop not reachable on any port");
	note_group_finish(&all.notes.no_port, c->notes,
			  "routes ignored, output_port is no port of the "
			  "router");
	note_group_finish(&all.notes.no_table, c->notes,
			  "routes ignored, no port of the router has their "
			  "route_table");
	note_group_finish(&all.notes.discarded, c->notes,
			  "routes ignored, of a discard route and next hops "
			  "for one prefix the first by uuid counts");
	return ret;
}
