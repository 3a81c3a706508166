// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that the entries of some switches and routers depend on.  A switch
 * needs all its ports and the routers behind them, without routes; a router
 * needs the switch ports that lead to it, and its peers.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/core_state.h"

struct collector {
	const struct core *c;
	const struct ovsdb *nb;
	struct dirty *d;
	struct part *p;
};

bool part_grow(struct part *p, void *list, size_t n, size_t *capacity,
	       size_t size)
{
	size_t larger = *capacity ? 2 * *capacity : 16;
	void **at = list, *grown;

	if (n < *capacity)
		return true;
	grown = reallocarray(*at, larger, size);
	if (!grown) {
		p->out_of_memory = true;
		return false;
	}
	*at = grown;
	*capacity = larger;
	return true;
}

void part_free(struct part *p)
{
	for (size_t i = 0; i < p->n_switches; i++)
		free(p->switches[i].ports);
	free(p->switches);
	free(p->routers);
	free(p->sb.datapaths);
	free(p->sb.bindings);
	free(p->sb.macs);
	free(p->sb.fdbs);
	free(p->owners);
	free(p->bindings);
	memset(p, 0, sizeof(*p));
}

static struct nb_part_switch *add_switch(struct part *p,
					 const struct ovsdb_row *row)
{
	for (size_t i = 0; i < p->n_switches; i++)
		if (p->switches[i].row == row)
			return &p->switches[i];
	if (!part_grow(p, &p->switches, p->n_switches, &p->switch_capacity,
		       sizeof(*p->switches)))
		return NULL;
	p->switches[p->n_switches] = (struct nb_part_switch){.row = row};
	return &p->switches[p->n_switches++];
}

static void add_router(struct part *p, const struct ovsdb_row *row,
		       bool has_routes)
{
	for (size_t i = 0; i < p->n_routers; i++) {
		if (p->routers[i].row != row)
			continue;
		p->routers[i].has_routes |= has_routes;
		return;
	}
	if (part_grow(p, &p->routers, p->n_routers, &p->router_capacity,
		      sizeof(*p->routers)))
		p->routers[p->n_routers++] =
			(struct nb_part_router){row, has_routes};
}

/* The one row that has the uuid in a column; NULL: none, or several, which
 * only the whole network tells how to take. */
static const struct ovsdb_row *only_owner(const struct collector *k,
					  enum reference_kind kind,
					  const uint8_t uuid[16],
					  const char *table)
{
	const struct references *r = &k->c->refs;
	uint32_t i = references_first(r, kind, uuid);

	if (i && references_next(r, i))
		k->d->is_whole = true;
	return i ? ovsdb_find(ovsdb_table(k->nb, table),
			      references_uuid(r, i)) :
		   NULL;
}

static const struct ovsdb_row *find_lrp(const struct collector *k,
					const char *name)
{
	const struct references *r = &k->c->refs;
	const struct ovsdb_row *row;

	for (uint32_t i = references_text(r, REF_LRP, name); i;
	     i = references_next(r, i)) {
		row = ovsdb_find(ovsdb_table(k->nb, "Logical_Router_Port"),
				 references_uuid(r, i));
		if (row && !strcmp(ovsdb_string(row, "name", 0), name))
			return row;
	}
	return NULL;
}

/* The LSP that leads to the router port. */
static const struct ovsdb_row *find_leading(const struct collector *k,
					    const char *lrp)
{
	const struct references *r = &k->c->refs;
	uint32_t i = references_text(r, REF_LEADS_TO, lrp);

	if (i && references_next(r, i))
		k->d->is_whole = true;
	return i ? ovsdb_find(ovsdb_table(k->nb, "Logical_Switch_Port"),
			      references_uuid(r, i)) :
		   NULL;
}

/* Switches with a localnet port of the same frames: which of them gets them
 * depends on all. */
static void close_over_network(const struct collector *k,
			       const struct ovsdb_row *lsp)
{
	const struct references *r = &k->c->refs;
	char text[REFERENCE_TEXT_LEN];

	reference_network(text, lsp);
	for (uint32_t i = references_text(r, REF_NETWORK, text); i;
	     i = references_next(r, i))
		for (uint32_t j = references_first(r, REF_SWITCH_PORT,
						   references_uuid(r, i));
		     j; j = references_next(r, j))
			dirty_add(k->d, references_uuid(r, j));
}

static void collect_router_behind(const struct collector *k,
				  const struct ovsdb_row *lsp)
{
	const char *name = ovsdb_map_get(lsp, "options", "router-port");
	const struct ovsdb_row *lrp = name ? find_lrp(k, name) : NULL, *router;

	if (!lrp)
		return;
	find_leading(k, name); /* must be this one alone */
	router = only_owner(k, REF_ROUTER_PORT, ovsdb_row_uuid(lrp),
			    "Logical_Router");
	if (router)
		add_router(k->p, router, false);
}

static void collect_switch(const struct collector *k,
			   const struct ovsdb_row *row)
{
	const struct ovsdb_table *t = ovsdb_table(k->nb, "Logical_Switch_Port");
	struct nb_part_switch *sw = add_switch(k->p, row);
	size_t n = ovsdb_size(row, "ports");

	if (!sw)
		return;
	/* Of its ports some may be known as ends of routers. */
	free(sw->ports);
	sw->n_ports = 0;
	sw->has_lbs = true;
	sw->ports = calloc(n + 1, sizeof(*sw->ports));
	k->p->out_of_memory |= !sw->ports;
	for (size_t i = 0; sw->ports && i < n; i++) {
		const struct ovsdb_row *lsp =
			ovsdb_find(t, ovsdb_uuid(row, "ports", i));
		const char *type = lsp ? ovsdb_string(lsp, "type", 0) : "";

		if (!lsp) {
			k->d->is_whole = true;
			return;
		}
		sw->ports[sw->n_ports++] = lsp;
		only_owner(k, REF_SWITCH_PORT, ovsdb_row_uuid(lsp),
			   "Logical_Switch");
		if (!strcmp(type, "localnet"))
			close_over_network(k, lsp);
		else if (!strcmp(type, "router"))
			collect_router_behind(k, lsp);
	}
}

/* The switch of an LSP, of which no other port matters. */
static void collect_end(const struct collector *k, const struct ovsdb_row *lsp)
{
	const struct ovsdb_row *row = only_owner(
		k, REF_SWITCH_PORT, ovsdb_row_uuid(lsp), "Logical_Switch");
	struct nb_part_switch *sw = row ? add_switch(k->p, row) : NULL;
	const struct ovsdb_row **ports;

	if (!sw || sw->has_lbs)
		return;
	for (size_t i = 0; i < sw->n_ports; i++)
		if (sw->ports[i] == lsp)
			return;
	ports = reallocarray(sw->ports, sw->n_ports + 1, sizeof(*ports));
	if (!ports) {
		k->p->out_of_memory = true;
		return;
	}
	sw->ports = ports;
	ports[sw->n_ports++] = lsp;
}

static void collect_peer(const struct collector *k, const char *name)
{
	const struct ovsdb_row *lrp = find_lrp(k, name), *router, *lsp;

	if (!lrp)
		return;
	router = only_owner(k, REF_ROUTER_PORT, ovsdb_row_uuid(lrp),
			    "Logical_Router");
	if (router)
		add_router(k->p, router, false);
	lsp = find_leading(k, name);
	if (lsp)
		collect_end(k, lsp);
}

static void collect_router(const struct collector *k,
			   const struct ovsdb_row *row)
{
	const struct ovsdb_table *t = ovsdb_table(k->nb, "Logical_Router_Port");

	add_router(k->p, row, true);
	for (size_t i = 0; i < ovsdb_size(row, "ports"); i++) {
		const struct ovsdb_row *lrp =
			ovsdb_find(t, ovsdb_uuid(row, "ports", i));
		const struct ovsdb_row *lsp;

		if (!lrp) {
			k->d->is_whole = true;
			return;
		}
		only_owner(k, REF_ROUTER_PORT, ovsdb_row_uuid(lrp),
			   "Logical_Router");
		lsp = find_leading(k, ovsdb_string(lrp, "name", 0));
		if (lsp)
			collect_end(k, lsp);
		/* One that has no key leaves the port to its peer. */
		if (*ovsdb_string(lrp, "peer", 0))
			collect_peer(k, ovsdb_string(lrp, "peer", 0));
	}
}

void part_collect(const struct core *c, const struct core_input *in,
		  struct dirty *d, struct part *p)
{
	const struct ovsdb_table *switches =
		ovsdb_table(in->nb, "Logical_Switch");
	const struct ovsdb_table *routers =
		ovsdb_table(in->nb, "Logical_Router");
	struct collector k = {c, in->nb, d, p};

	/* The set may grow on the way. */
	for (size_t i = 0; i < d->n && !d->is_whole; i++) {
		uint8_t uuid[16];
		const struct ovsdb_row *row;

		memcpy(uuid, d->uuids[i], 16);
		row = ovsdb_find(switches, uuid);
		if (row)
			collect_switch(&k, row);
		row = ovsdb_find(routers, uuid);
		if (row)
			collect_router(&k, row);
	}
}
