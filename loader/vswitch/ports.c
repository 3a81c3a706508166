// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/ports.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct ovsdb *db;
	const struct ovsdb_table *ports, *interfaces;
	const struct vswitch_settings *settings;
	const struct ovsdb_row *bridge;
	const char *bridge_name;
	bool is_integration;
	struct port *port;
	size_t n, capacity;
};

void port_fail(struct port *port, const char *format, ...)
{
	va_list args;

	if (port->error)
		return;
	va_start(args, format);
	if (vasprintf(&port->error, format, args) < 0)
		port->error = NULL;
	va_end(args);
}

bool port_works(const struct port *port)
{
	return !port->error && !port->agent_error &&
	       (port->ifindex || port->kind == PORT_PATCH);
}

static void port_free(struct port *port)
{
	free(port->name);
	free(port->error);
	free(port->agent_error);
}

static void list_free(struct port *list, size_t n)
{
	while (n)
		port_free(&list[--n]);
	free(list);
}

static int by_uuid(const void *a, const void *b)
{
	return memcmp(((const struct port *)a)->uuid,
		      ((const struct port *)b)->uuid, 16);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct port *const *)a)->name,
		      (*(struct port *const *)b)->name);
}

/* Patch ports that ovn-controller left behind say whose they are. */
static bool is_ovns_patch(const struct ovsdb_row *row)
{
	static const char *const keys[] = {"ovn-localnet-port",
					   "ovn-l2gateway-port",
					   "ovn-l3gateway-port",
					   "ovn-logical-patch-port"};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (ovsdb_map_get(row, "external_ids", keys[i]))
			return true;
	return false;
}

static void port_classify(struct port *port, const struct ovsdb_row *port_row,
			  const struct ovsdb_row *row)
{
	const char *type = ovsdb_string(row, "type", 0);

	if (port->is_local || !strcmp(type, "internal") ||
	    !strcmp(type, "tap")) {
		port->kind = PORT_INTERNAL;
	} else if (!strcmp(type, "patch")) {
		port->kind = PORT_PATCH;
		if (!is_ovns_patch(port_row) && !is_ovns_patch(row))
			port_fail(port,
				  "%s: xovn has no patch ports; a bridge "
				  "is joined to OVN by ovn-bridge-mappings",
				  port->name);
	} else if (*type && strcmp(type, "system")) {
		port_fail(port,
			  "%s: xovn has no interfaces of type %s; it has "
			  "system, internal and tap",
			  port->name, type);
	}
	if (ovsdb_size(port_row, "interfaces") > 1)
		port_fail(port,
			  "%s: xovn does not bond; make a bond of Linux "
			  "(ip link add type bond) and add that",
			  port->name);
	if (port->kind != PORT_PATCH && !link_name_is_valid(port->name))
		port_fail(port,
			  "could not open network device %s (a name has 1 to "
			  "15 characters, no blanks, / : or %%)",
			  port->name);
}

static int port_add(struct walk *w, const struct ovsdb_row *port_row,
		    const struct ovsdb_row *row)
{
	const char *id = ovsdb_map_get(row, "external_ids", "iface-id");
	struct port *port;

	if (w->n == w->capacity) {
		size_t capacity = w->capacity ? 2 * w->capacity : 16;

		port = realloc(w->port, capacity * sizeof(*port));
		if (!port)
			return -ENOMEM;
		w->port = port;
		w->capacity = capacity;
	}
	port = &w->port[w->n];
	memset(port, 0, sizeof(*port));
	port->name = strdup(ovsdb_string(row, "name", 0));
	if (!port->name)
		return -ENOMEM;
	w->n++;
	memcpy(port->uuid, ovsdb_row_uuid(row), 16);
	memcpy(port->bridge, ovsdb_row_uuid(w->bridge), 16);
	port->is_local = !strcmp(port->name, w->bridge_name);
	port->is_integration = w->is_integration;
	port->has_tag = ovsdb_size(port_row, "tag") ||
			ovsdb_size(port_row, "trunks");
	port->iface_id = id && *id ? id : NULL;
	port_classify(port, port_row, row);
	return 0;
}

static int bridge_add(struct walk *w)
{
	size_t i, j;
	int err;

	for (i = 0; i < ovsdb_size(w->bridge, "ports"); i++) {
		const struct ovsdb_row *row =
			ovsdb_find(w->ports, ovsdb_uuid(w->bridge, "ports", i));

		for (j = 0; row && j < ovsdb_size(row, "interfaces"); j++) {
			const struct ovsdb_row *iface =
				ovsdb_find(w->interfaces,
					   ovsdb_uuid(row, "interfaces", j));

			err = iface ? port_add(w, row, iface) : 0;
			if (err)
				return err;
		}
	}
	return 0;
}

static int walk_bridges(struct walk *w)
{
	const struct ovsdb_table *roots = ovsdb_table(w->db, "Open_vSwitch");
	const struct ovsdb_table *bridges = ovsdb_table(w->db, "Bridge");
	const struct ovsdb_row *root;
	size_t i;
	int err = 0;

	if (!ovsdb_table_size(roots))
		return 0;
	root = ovsdb_table_row(roots, 0);
	for (i = 0; i < ovsdb_size(root, "bridges") && !err; i++) {
		w->bridge = ovsdb_find(bridges, ovsdb_uuid(root, "bridges", i));
		if (!w->bridge)
			continue;
		w->bridge_name = ovsdb_string(w->bridge, "name", 0);
		w->is_integration =
			!strcmp(w->bridge_name, w->settings->bridge);
		err = bridge_add(w);
	}
	return err;
}

/* What an old port knows that no row says. */
static void port_take(struct port *new, struct port *old)
{
	new->agent_error = old->agent_error;
	old->agent_error = NULL;
	new->ofport_last = old->ofport_last;
	memcpy(new->hostif, old->hostif, sizeof(new->hostif));
	new->ifindex = old->ifindex;
	new->end = old->end;
	new->has_end = old->has_end;
	new->is_far = old->is_far;
	new->end_of = old->end_of;
	new->end_generation = old->end_generation;
	new->link_resets = old->link_resets;
	new->link_speed = old->link_speed;
	new->is_half_duplex = old->is_half_duplex;
	memcpy(new->driver, old->driver, sizeof(new->driver));
	memcpy(new->stats, old->stats, sizeof(new->stats));
	memcpy(new->sent, old->sent, sizeof(new->sent));
	new->is_sent = old->is_sent;
	new->installed = old->installed;
	new->installed_ms = old->installed_ms;
}

int ports_read(struct ports *p, const struct ovsdb *db,
	       const struct vswitch_settings *settings)
{
	struct walk w = {
		.db = db,
		.ports = ovsdb_table(db, "Port"),
		.interfaces = ovsdb_table(db, "Interface"),
		.settings = settings,
	};
	size_t i, j = 0;
	int err = walk_bridges(&w);
	struct port **names = err ? NULL : calloc(w.n + 1, sizeof(*names));

	if (!names) {
		list_free(w.port, w.n);
		return -ENOMEM;
	}
	if (w.n)
		qsort(w.port, w.n, sizeof(*w.port), by_uuid);
	for (i = 0; i < w.n; i++) {
		while (j < p->n && by_uuid(&p->port[j], &w.port[i]) < 0)
			j++;
		if (j < p->n && !by_uuid(&p->port[j], &w.port[i]))
			port_take(&w.port[i], &p->port[j]);
		names[i] = &w.port[i];
	}
	qsort(names, w.n, sizeof(*names), by_name);
	list_free(p->port, p->n);
	free(p->by_name);
	p->by_name = names;
	p->port = w.port;
	p->n = w.n;
	return 0;
}

struct port *ports_find(const struct ports *p, const char *name)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(p->by_name[middle]->name, name);

		if (!order)
			return p->by_name[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void ports_clear(struct ports *p)
{
	list_free(p->port, p->n);
	free(p->by_name);
	vifs_free(p->vif, p->n_vifs);
	networks_free(p->network, p->n_networks);
	free(p->reported);
	memset(p, 0, sizeof(*p));
}
