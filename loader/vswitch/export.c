// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void vifs_free(struct vswitch_vif *vif, size_t n)
{
	while (n--) {
		free(vif[n].iface_id);
		free(vif[n].iface_id_ver);
		free(vif[n].encap_ip);
	}
	free(vif);
}

void networks_free(struct vswitch_network *network, size_t n)
{
	while (n--) {
		free(network[n].network);
		free(network[n].bridge);
	}
	free(network);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const struct ovsdb_row *bridge_find(const struct ovsdb *db,
					   const char *name)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Bridge");
	size_t i;

	for (i = 0; i < ovsdb_table_size(t); i++)
		if (!strcmp(ovsdb_string(ovsdb_table_row(t, i), "name", 0),
			    name))
			return ovsdb_table_row(t, i);
	return NULL;
}

/* Which of two NICs goes first: one that has a number already, so that a
 * bridge keeps the NIC it has, over restarts too; else the name decides. */
static bool goes_first(const struct ovsdb *db, const struct port *a,
		       const struct port *b)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Interface");
	bool has_a = ovsdb_integer(ovsdb_find(t, a->uuid), "ofport", -1) > 0;
	bool has_b = ovsdb_integer(ovsdb_find(t, b->uuid), "ofport", -1) > 0;

	return has_a != has_b ? has_a : strcmp(a->name, b->name) < 0;
}

/* A second NIC would need a switch between them. */
static void network_nic(struct ports *p, const struct ovsdb *db,
			const struct ovsdb_row *bridge, char ifname[IFNAMSIZ])
{
	struct port *nic = NULL, *port;
	size_t i;

	for (i = 0; i < p->n; i++) {
		port = &p->port[i];
		if (port->kind != PORT_PLAIN || port->error ||
		    memcmp(port->bridge, ovsdb_row_uuid(bridge), 16))
			continue;
		if (port->has_tag)
			port_fail(
				port,
				"%s: xovn has no VLANs on bridge ports; tag "
				"belongs to the localnet port in OVN_Northbound",
				port->name);
		else if (!nic || goes_first(db, port, nic))
			nic = port;
	}
	if (!nic)
		return;
	strcpy(ifname, nic->hostif);
	for (i = 0; i < p->n; i++) {
		port = &p->port[i];
		if (port != nic && port->kind == PORT_PLAIN &&
		    !memcmp(port->bridge, nic->bridge, 16))
			port_fail(port,
				  "%s: bridge %s has %s already; xovn uses one "
				  "interface for a physical network",
				  port->name, ovsdb_string(bridge, "name", 0),
				  nic->name);
	}
}

static void complain(struct ports *p, const char *text, char *bad)
{
	if (same(p->reported, text))
		return;
	free(p->reported);
	p->reported = strdup(text);
	if (bad)
		text_clean(bad);
	if (bad)
		warning("ovn-bridge-mappings: %s is left out; it takes "
			"NETWORK:BRIDGE, each once",
			bad);
}

static int networks_make(struct ports *p, const struct ovsdb *db,
			 const struct vswitch_settings *settings,
			 struct vswitch_network **out, size_t *n)
{
	const char *text = settings->bridge_mappings;
	struct settings_mapping *mappings;
	char *bad;
	size_t i;
	int err;

	*out = NULL;
	err = settings_mappings(text, &mappings, n, &bad);
	if (err)
		return err;
	complain(p, text, bad);
	free(bad);
	*out = calloc(*n + 1, sizeof(**out));
	for (i = 0; *out && i < *n; i++) {
		const struct ovsdb_row *bridge =
			bridge_find(db, mappings[i].bridge);

		(*out)[i].network = mappings[i].network;
		(*out)[i].bridge = mappings[i].bridge;
		mappings[i].network = mappings[i].bridge = NULL;
		/* ports of the integration bridge are VIFs */
		if (bridge && strcmp((*out)[i].bridge, settings->bridge))
			network_nic(p, db, bridge, (*out)[i].ifname);
	}
	settings_mappings_free(mappings, *n);
	return *out ? 0 : -ENOMEM;
}

static bool networks_equal(const struct vswitch_network *a, size_t n,
			   const struct vswitch_network *b, size_t m)
{
	size_t i;

	for (i = 0; n == m && i < n; i++)
		if (strcmp(a[i].network, b[i].network) ||
		    strcmp(a[i].bridge, b[i].bridge) ||
		    strcmp(a[i].ifname, b[i].ifname))
			return false;
	return n == m;
}

static int by_iface_id(const void *a, const void *b)
{
	const struct port *x = *(struct port *const *)a;
	const struct port *y = *(struct port *const *)b;
	int order = strcmp(x->iface_id, y->iface_id);

	return order ? order : strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct vswitch_vif *)a)->name,
		      ((const struct vswitch_vif *)b)->name);
}

static int vif_make(struct vswitch_vif *vif, const struct port *port,
		    const struct ovsdb *db)
{
	const struct ovsdb_row *row =
		ovsdb_find(ovsdb_table(db, "Interface"), port->uuid);
	const char *ver = ovsdb_map_get(row, "external_ids", "iface-id-ver");
	const char *ip = ovsdb_map_get(row, "external_ids", "encap-ip");

	memcpy(vif->uuid, port->uuid, 16);
	strcpy(vif->name, port->name);
	strcpy(vif->hostif, port->hostif);
	vif->ifindex = port->ifindex;
	vif->iface_id = strdup(port->iface_id);
	vif->iface_id_ver = ver ? strdup(ver) : NULL;
	vif->encap_ip = ip ? strdup(ip) : NULL;
	return !vif->iface_id || !vif->iface_id_ver != !ver ||
			       !vif->encap_ip != !ip ?
		       -ENOMEM :
		       0;
}

/* Which of several interfaces with one iface-id has it: the one that had it,
 * also before the agent was started anew. */
static int vif_rank(const struct ports *p, const struct port *port,
		    const struct ovsdb *db)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Interface");
	size_t i;

	for (i = 0; i < p->n_vifs; i++)
		if (!memcmp(p->vif[i].uuid, port->uuid, 16) &&
		    !strcmp(p->vif[i].iface_id, port->iface_id))
			return 0;
	return ovsdb_integer(ovsdb_find(t, port->uuid), "ofport", -1) > 0 ? 1 :
									    2;
}

/* The first of several ports is who has their iface-id. */
static size_t vif_choose(const struct ports *p, struct port **list, size_t n,
			 const struct ovsdb *db)
{
	size_t same = 1, best = 0, i;

	while (same < n && !strcmp(list[0]->iface_id, list[same]->iface_id))
		same++;
	for (i = 1; i < same; i++)
		if (vif_rank(p, list[i], db) < vif_rank(p, list[best], db))
			best = i;
	for (i = 0; i < same; i++)
		if (i != best)
			port_fail(list[i],
				  "%s: external_ids:iface-id %s is that of "
				  "port %s already; each needs its own",
				  list[i]->name, list[i]->iface_id,
				  list[best]->name);
	list[best]->is_vif = true;
	return same;
}

static int vifs_make(struct ports *p, const struct ovsdb *db,
		     struct vswitch_vif **out, size_t *n)
{
	struct port **list = calloc(p->n + 1, sizeof(*list));
	size_t i, n_list = 0;
	int err = 0;

	*n = 0;
	*out = calloc(p->n + 1, sizeof(**out));
	if (!list || !*out) {
		free(list);
		free(*out);
		*out = NULL;
		return -ENOMEM;
	}
	for (i = 0; i < p->n; i++) {
		struct port *port = &p->port[i];

		port->is_vif = false;
		if (port->is_integration && port->iface_id && port->ifindex &&
		    !port->error)
			list[n_list++] = port;
	}
	qsort(list, n_list, sizeof(*list), by_iface_id);
	for (i = 0; i < n_list; i += vif_choose(p, list + i, n_list - i, db))
		;
	for (i = 0; i < n_list && !err; i++)
		if (list[i]->is_vif)
			err = vif_make(&(*out)[(*n)++], list[i], db);
	free(list);
	if (*n)
		qsort(*out, *n, sizeof(**out), by_name);
	return err;
}

static bool vifs_equal(const struct vswitch_vif *a, size_t n,
		       const struct vswitch_vif *b, size_t m)
{
	size_t i;

	for (i = 0; n == m && i < n; i++)
		if (memcmp(a[i].uuid, b[i].uuid, 16) ||
		    strcmp(a[i].name, b[i].name) ||
		    strcmp(a[i].hostif, b[i].hostif) ||
		    a[i].ifindex != b[i].ifindex ||
		    !same(a[i].iface_id, b[i].iface_id) ||
		    !same(a[i].iface_id_ver, b[i].iface_id_ver) ||
		    !same(a[i].encap_ip, b[i].encap_ip))
			return false;
	return n == m;
}

int ports_export(struct ports *p, const struct ovsdb *db,
		 const struct vswitch_settings *settings, bool *is_changed)
{
	struct vswitch_network *networks = NULL;
	size_t n_networks = 0, n_vifs = 0;
	struct vswitch_vif *vifs = NULL;
	int err = 0;

	if (settings->bridge_mappings)
		err = networks_make(p, db, settings, &networks, &n_networks);
	if (!err)
		err = vifs_make(p, db, &vifs, &n_vifs);
	if (err) {
		networks_free(networks, networks ? n_networks : 0);
		vifs_free(vifs, n_vifs);
		return err;
	}
	*is_changed = !vifs_equal(p->vif, p->n_vifs, vifs, n_vifs) ||
		      !networks_equal(p->network, p->n_networks, networks,
				      n_networks);
	vifs_free(p->vif, p->n_vifs);
	networks_free(p->network, p->n_networks);
	p->vif = vifs;
	p->n_vifs = n_vifs;
	p->network = networks;
	p->n_networks = n_networks;
	return 0;
}
