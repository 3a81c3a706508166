// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PORT_KEY_MAX 32767
#define DATAPATH_KEY_MAX 16777215

static int networks_read(const struct ovsdb_row *row, struct nb_lrp *p,
			 struct nb *nb, struct error *e)
{
	size_t i, n = ovsdb_size(row, "networks");
	const char *text;

	if (!n)
		return row_error(row, e,
				 "it has no network; give it one, as in "
				 "10.0.0.1/24, or delete the port");
	p->ip4 = calloc(n, sizeof(p->ip4[0]));
	p->ip6 = calloc(n, sizeof(p->ip6[0]));
	if (!p->ip4 || !p->ip6)
		return out_of_memory(e);
	for (i = 0; i < n; i++) {
		text = ovsdb_string(row, "networks", i);
		if (!parse_ip4(text, &p->ip4[p->n_ip4]))
			p->n_ip4++;
		else if (!parse_ip6(text, &p->ip6[p->n_ip6]))
			p->n_ip6++;
		else
			return row_error(row, e,
					 "networks \"%.100s\" is no address "
					 "with a prefix length, as in "
					 "10.0.0.1/24",
					 text);
	}
	if (!p->n_ip6)
		return 0;
	return notice_add(nb, e, p->n_ip6, p->name,
			  "IPv6 network of a router port");
}

static int lrp_read(const struct ovsdb_row *row, struct nb_lrp *p,
		    struct nb *nb, struct error *e)
{
	int err;

	ovsdb_uuid_format(ovsdb_row_uuid(row), p->uuid);
	if (!*ovsdb_string(row, "name", 0))
		return row_error(row, e, "it has no name; give it one");
	p->name = strdup(ovsdb_string(row, "name", 0));
	if (!p->name)
		return out_of_memory(e);
	if (parse_mac(ovsdb_string(row, "mac", 0), p->mac))
		return row_error(row, e,
				 "mac \"%.100s\" is no Ethernet address, as in "
				 "02:00:00:00:00:01",
				 ovsdb_string(row, "mac", 0));
	p->enabled = ovsdb_boolean(row, "enabled", true);
	p->is_distributed_gateway = ovsdb_size(row, "gateway_chassis") ||
				    ovsdb_size(row, "ha_chassis_group");
	err = networks_read(row, p, nb, e);
	if (!err)
		err = parse_key(row, "options", PORT_KEY_MAX, &p->requested_key,
				nb, e);
	if (!err)
		err = copy_optional(ovsdb_string(row, "peer", 0), &p->peer, e);
	if (!err)
		err = copy_optional(ovsdb_map_get(row, "options",
						  "route_table"),
				    &p->route_table, e);
	return err ? err : unsupported_lrp(row, nb, e);
}

static void lrp_free(struct nb_lrp *p)
{
	free(p->name);
	free(p->ip4);
	free(p->ip6);
	free(p->peer);
	free(p->route_table);
}

static int ports_read(const struct ovsdb *db, const struct ovsdb_row *row,
		      struct nb_router *r, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *ports =
		ovsdb_table(db, "Logical_Router_Port");
	size_t i, n = ovsdb_size(row, "ports");
	const struct ovsdb_row *port;
	struct nb_lrp *p;
	int err = 0;

	r->ports = calloc(n ? n : 1, sizeof(r->ports[0]));
	if (!r->ports)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		port = ovsdb_find(ports, ovsdb_uuid(row, "ports", i));
		if (!port) {
			err = row_error(row, e,
					"a row of its ports is missing; take a "
					"fresh ovsdb-client backup");
			row_is_refused(nb, &err, e);
			continue;
		}
		/* before, so that half a port is freed */
		p = &r->ports[r->n_ports++];
		err = lrp_read(port, p, nb, e);
		if (row_is_refused(nb, &err, e)) {
			lrp_free(p);
			memset(p, 0, sizeof(*p));
			r->n_ports--;
		}
	}
	return err;
}

/* northd ignores an option that it cannot read. */
static int force_snat_read(const struct ovsdb_row *row, const char *key,
			   struct nb_force_snat *snat, struct nb *nb,
			   struct error *e)
{
	const char *text = ovsdb_map_get(row, "options", key), *rest;
	const char *router = ovsdb_string(row, "name", 0);
	struct nb_address a;
	int err;

	if (!text)
		return 0;
	if (!strcmp(text, "router_ip")) {
		snat->is_router_ip = true;
		return 0;
	}
	err = parse_host_ips(text, &a, &rest);
	if (err == -ENOMEM)
		return out_of_memory(e);
	if (err || *rest) {
		if (notice_add(nb, e, 1, router,
			       "unparsable %s of a Logical_Router", key)) {
			address_free(&a);
			return -ENOMEM;
		}
		if (err)
			return 0;
	}
	snat->has_ip = a.n_ip4;
	if (a.n_ip4)
		memcpy(snat->ip, a.ip4->addr, sizeof(snat->ip));
	err = a.n_ip6 ? notice_add(nb, e, 1, router, "IPv6 %s", key) : 0;
	address_free(&a);
	return err;
}

/* One of "SECONDS" or "CIDR:SECONDS".  1: of a prefix. */
static int age_parse(char *text, uint32_t *age)
{
	char *colon = strrchr(text, ':');
	struct nb_ip4 ip4;
	struct nb_ip6 ip6;
	uint32_t value;

	if (parse_number(colon ? colon + 1 : text, UINT32_MAX, &value))
		return -EINVAL;
	if (colon) {
		*colon = '\0';
		if (!parse_ip4(text, &ip4)) {
			if (ip4.plen)
				return 1;
		} else if (parse_ip6(text, &ip6)) {
			return -EINVAL;
		} else if (ip6.plen) {
			return 1;
		}
	}
	*age = value;
	return 0;
}

/* OVN 24.03: "CIDR:SECONDS;...;SECONDS".  northd drops all of an option that
 * has a part it cannot read. */
static int neighbor_age_read(const struct ovsdb_row *row, struct nb_router *r,
			     struct nb *nb, struct error *e)
{
	static const char key[] = "mac_binding_age_threshold";
	const char *text = ovsdb_map_get(row, "options", key);
	char *copy, *token, *next = NULL;
	bool is_bad = false;
	size_t n = 0;

	if (!text)
		return 0;
	copy = strdup(text);
	if (!copy)
		return out_of_memory(e);
	for (token = strtok_r(copy, ";", &next); token && !is_bad;
	     token = strtok_r(NULL, ";", &next)) {
		int kind = age_parse(token, &r->neighbor_age);

		is_bad = kind < 0;
		n += kind == 1;
	}
	free(copy);
	if (is_bad) {
		r->neighbor_age = 0;
		return notice_add(nb, e, 1, r->name,
				  "unparsable %s of a Logical_Router", key);
	}
	return n ? notice_add(nb, e, n, r->name, "%s of a prefix", key) : 0;
}

static int router_read(const struct ovsdb *db, const struct ovsdb_row *row,
		       bool has_routes, struct nb_router *r, struct nb *nb,
		       struct error *e)
{
	int err;

	ovsdb_uuid_format(ovsdb_row_uuid(row), r->uuid);
	r->name = strdup(ovsdb_string(row, "name", 0));
	if (!r->name)
		return out_of_memory(e);
	r->enabled = ovsdb_boolean(row, "enabled", true);
	r->always_learn =
		option_boolean(row, "always_learn_from_arp_request", true);
	r->dynamic_neighbors =
		option_boolean(row, "dynamic_neigh_routers", false);
	err = parse_key(row, "options", DATAPATH_KEY_MAX, &r->requested_key, nb,
			e);
	if (!err)
		err = copy_optional(ovsdb_map_get(row, "options", "chassis"),
				    &r->gateway_chassis, e);
	if (!err)
		err = force_snat_read(row, "dnat_force_snat_ip",
				      &r->dnat_force_snat, nb, e);
	if (!err)
		err = force_snat_read(row, "lb_force_snat_ip",
				      &r->lb_force_snat, nb, e);
	if (!err)
		err = neighbor_age_read(row, r, nb, e);
	if (!err)
		err = ports_read(db, row, r, nb, e);
	if (!err && has_routes)
		err = routes_read(db, row, r, nb, e);
	if (!err)
		err = nats_read(db, row, r, nb, e);
	if (!err)
		err = lb_use_read(db, row, nb, &r->lbs, &r->n_lbs, e);
	return err ? err : unsupported_router(row, nb, e);
}

/* The Southbound database knows a datapath by its NB row's uuid alone, and a
 * client may choose that (RFC 7047 has it unique in its table only). */
int router_add(const struct ovsdb *db, const struct ovsdb_row *row,
	       bool has_routes, struct nb *nb, struct error *e)
{
	int err;

	if (ovsdb_find(ovsdb_table(db, "Logical_Switch"),
		       ovsdb_row_uuid(row))) {
		err = row_error(row, e,
				"a Logical_Switch has the same _uuid; make one "
				"of both anew");
		row_is_refused(nb, &err, e);
		return err;
	}
	return router_read(db, row, has_routes, &nb->routers[nb->n_routers++],
			   nb, e);
}

void router_free(struct nb_router *r)
{
	size_t i;

	for (i = 0; i < r->n_ports; i++)
		lrp_free(&r->ports[i]);
	for (i = 0; i < r->n_routes; i++) {
		free(r->routes[i].output_port);
		free(r->routes[i].route_table);
	}
	nats_free(r);
	free(r->lbs);
	free(r->ports);
	free(r->routes);
	free(r->name);
	free(r->gateway_chassis);
}
