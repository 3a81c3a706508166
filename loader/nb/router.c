// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PORT_KEY_MAX 32767
#define DATAPATH_KEY_MAX 16777215

static bool option_boolean(const struct ovsdb_row *row, const char *key,
			   bool fallback)
{
	const char *value = ovsdb_map_get(row, "options", key);

	/* OVS's smap_get_bool(): anything but the other word is the default. */
	if (!value)
		return fallback;
	return fallback ? strcasecmp(value, "false") != 0 :
			  strcasecmp(value, "true") == 0;
}

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
				e);
	if (!err)
		err = copy_optional(ovsdb_string(row, "peer", 0), &p->peer, e);
	return err ? err : unsupported_lrp(row, nb, e);
}

static int ports_read(const struct ovsdb *db, const struct ovsdb_row *row,
		      struct nb_router *r, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *ports =
		ovsdb_table(db, "Logical_Router_Port");
	size_t i, n = ovsdb_size(row, "ports");
	const struct ovsdb_row *port;
	int err;

	r->ports = calloc(n ? n : 1, sizeof(r->ports[0]));
	if (!r->ports)
		return out_of_memory(e);
	for (i = 0; i < n; i++) {
		port = ovsdb_find(ports, ovsdb_uuid(row, "ports", i));
		if (!port)
			return row_error(row, e,
					 "a row of its ports is missing; take "
					 "a fresh ovsdb-client backup");
		r->n_ports++; /* before, so that half a port is freed */
		err = lrp_read(port, &r->ports[i], nb, e);
		if (err)
			return err;
	}
	return 0;
}

int router_read(const struct ovsdb *db, const struct ovsdb_row *row,
		struct nb_router *r, struct nb *nb, struct error *e)
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
	err = parse_key(row, "options", DATAPATH_KEY_MAX, &r->requested_key, e);
	if (!err)
		err = copy_optional(ovsdb_map_get(row, "options", "chassis"),
				    &r->gateway_chassis, e);
	if (!err && r->gateway_chassis)
		err = notice_add(nb, e, 1, r->name,
				 "gateway router (options:chassis)");
	if (!err)
		err = ports_read(db, row, r, nb, e);
	if (!err)
		err = routes_read(db, row, r, nb, e);
	return err ? err : unsupported_router(row, nb, e);
}

void router_free(struct nb_router *r)
{
	size_t i;

	for (i = 0; i < r->n_ports; i++) {
		struct nb_lrp *p = &r->ports[i];

		free(p->name);
		free(p->ip4);
		free(p->ip6);
		free(p->peer);
	}
	for (i = 0; i < r->n_routes; i++)
		free(r->routes[i].output_port);
	free(r->ports);
	free(r->routes);
	free(r->name);
	free(r->gateway_chassis);
}
