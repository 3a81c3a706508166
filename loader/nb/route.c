// SPDX-License-Identifier: GPL-2.0-only
/* Static routes: those that xovn honours; the others become notices. */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *kind_unsupported(const struct ovsdb_row *row)
{
	struct nb_ip6 ip6;

	if (!parse_ip6(ovsdb_string(row, "ip_prefix", 0), &ip6))
		return "IPv6 static route";
	if (ovsdb_size(row, "bfd"))
		return "static route with BFD";
	if (!parse_ip6(ovsdb_string(row, "nexthop", 0), &ip6))
		return "IPv4 static route with an IPv6 next hop";
	return NULL;
}

static int route_read(const struct ovsdb_row *row, const char *router,
		      struct nb_route *route, struct error *e)
{
	const char *prefix = ovsdb_string(row, "ip_prefix", 0);
	const char *nexthop = ovsdb_string(row, "nexthop", 0);
	struct nb_ip4 ip;
	int err;

	ovsdb_uuid_format(ovsdb_row_uuid(row), route->uuid);
	if (parse_ip4(prefix, &route->prefix))
		return error_set(e, EINVAL,
				 "static route %s of router %.200s: ip_prefix "
				 "\"%.100s\" is no network, as in 10.0.0.0/8",
				 route->uuid, router, prefix);
	ip4_host_bits_clear(&route->prefix);
	/* ovn-nb(5): no policy is dst-ip. */
	route->is_src = !strcmp(ovsdb_string(row, "policy", 0), "src-ip");
	if (!strcmp(nexthop, "discard")) {
		route->discard = true;
	} else if (*nexthop) {
		if (parse_ip4(nexthop, &ip) || ip.plen != 32)
			return error_set(
				e, EINVAL,
				"static route %.100s of router "
				"%.200s: nexthop \"%.100s\" is neither "
				"an address nor discard",
				prefix, router, nexthop);
		route->has_nexthop = true;
		memcpy(route->nexthop, ip.addr, sizeof(ip.addr));
	}
	err = copy_optional(ovsdb_string(row, "output_port", 0),
			    &route->output_port, e);
	return err ? err :
		     copy_optional(ovsdb_string(row, "route_table", 0),
				   &route->route_table, e);
}

int routes_read(const struct ovsdb *db, const struct ovsdb_row *row,
		struct nb_router *r, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *t =
		ovsdb_table(db, "Logical_Router_Static_Route");
	size_t i, n = ovsdb_size(row, "static_routes");
	const struct ovsdb_row *route;
	const char *unsupported;
	struct nb_route *to; /* counted before: half a route is freed */
	char example[256];
	int err = 0;

	r->routes = calloc(n ? n : 1, sizeof(r->routes[0]));
	if (!r->routes)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		route = ovsdb_find(t, ovsdb_uuid(row, "static_routes", i));
		if (!route) {
			err = row_error(row, e,
					"a row of its static_routes is "
					"missing; take a fresh ovsdb-client "
					"backup");
			row_is_refused(nb, &err, e);
			continue;
		}
		unsupported = kind_unsupported(route);
		if (unsupported) {
			snprintf(example, sizeof(example), "%s in router %s",
				 ovsdb_string(route, "ip_prefix", 0), r->name);
			err = notice_add(nb, e, 1, example, "%s", unsupported);
		} else {
			to = &r->routes[r->n_routes++];
			err = route_read(route, r->name, to, e);
			if (!err)
				err = unsupported_route(route, r->name, nb, e);
			if (row_is_refused(nb, &err, e)) {
				free(to->output_port);
				free(to->route_table);
				memset(to, 0, sizeof(*to));
				r->n_routes--;
			}
		}
	}
	return err;
}
