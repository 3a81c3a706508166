// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which chassis there are, under which index, and which port is on which.
 * The NB wins over the placement file: requested-chassis for a port,
 * options:chassis for a gateway router's ports.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topology.h"

/* Chassis by name and hostname; owners are &placed[i]. */
struct chassis_table {
	struct placed_chassis {
		const struct placement_chassis *from;
		uint32_t index;
		bool is_double; /* of another of that name */
	} * placed; /* in the order of the placement */
	size_t n;
	struct name_index names; /* names, then hostnames */
};

static int chassis_table_init(struct chassis_table *c,
			      const struct placement *p,
			      struct refused *refused, struct error *e)
{
	memset(c, 0, sizeof(*c));
	c->n = p->n_chassis;
	c->placed = calloc(c->n + 1, sizeof(*c->placed));
	if (!c->placed || name_index_init(&c->names, 2 * c->n))
		return error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < c->n; i++) {
		int ret;

		c->placed[i].from = &p->chassis[i];
		if (name_index_add(&c->names, p->chassis[i].name,
				   &c->placed[i]) == &c->placed[i])
			continue;
		c->placed[i].is_double = true;
		ret = error_set(e, EINVAL,
				"chassis %.200s is in the placement twice",
				p->chassis[i].name);
		ret = refused_add(refused, ret, e);
		if (ret)
			return ret;
	}
	for (size_t i = 0; i < c->n; i++)
		if (p->chassis[i].hostname[0])
			name_index_add(&c->names, p->chassis[i].hostname,
				       &c->placed[i]);
	return 0;
}

static void chassis_table_free(struct chassis_table *c)
{
	free(c->placed);
	name_index_free(&c->names);
}

/* The lowest index free both now and in the present map: one that a chassis
 * just left may still be meant by entries that go later.  If there is none,
 * such a one.  0: all are taken. */
static uint32_t chassis_free_index(const struct chassis_val *wanted,
				   const struct chassis_val *present)
{
	uint32_t left = 0;

	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++) {
		if (wanted[i].name[0])
			continue;
		if (!present || !present[i].name[0])
			return i;
		if (!left)
			left = i;
	}
	return left;
}

static void chassis_fill(struct chassis_val *val,
			 const struct placement_chassis *from)
{
	memcpy(val->encap_ip, from->encap_ip, sizeof(val->encap_ip));
	name_store(val->name, from->name);
	name_store(val->hostname, from->hostname ? from->hostname : "");
}

static int compare_placed(const void *a, const void *b)
{
	const struct placed_chassis *const *x = a, *const *y = b;

	return strcmp((*x)->from->name, (*y)->from->name);
}

/* Index 0, no chassis, where all are taken. */
static void chassis_take_index(struct topology *t, struct placed_chassis *c,
			       const struct chassis_val *present)
{
	if (!c || c->index || c->is_double)
		return;
	c->index = chassis_free_index(t->chassis, present);
	if (c->index)
		chassis_fill(&t->chassis[c->index], c->from);
}

/* Gives every chassis its index: the present one, else in order of names. */
static int chassis_number(struct topology *t, struct chassis_table *c,
			  const char *own, const struct chassis_val *present,
			  struct error *e)
{
	struct placed_chassis **sorted;
	struct name_index kept;
	char name[XOVN_NAME_LEN];
	int ret = 0;

	if (c->n >= XOVN_MAX_CHASSIS) {
		error_set(e, E2BIG,
			  "the placement has %zu chassis; at most %d can be "
			  "told apart",
			  c->n, XOVN_MAX_CHASSIS - 1);
		ret = refused_add(t->refused, -E2BIG, e);
		if (ret)
			return ret;
	}
	sorted = calloc(c->n + 1, sizeof(*sorted));
	if (!sorted || name_index_init(&kept, present ? XOVN_MAX_CHASSIS : 0)) {
		free(sorted);
		return error_set(e, ENOMEM, "out of memory");
	}
	for (size_t i = 1; present && i < XOVN_MAX_CHASSIS; i++)
		if (present[i].name[0])
			name_index_add(&kept, present[i].name,
				       (void *)&present[i]);
	for (size_t i = 0; i < c->n; i++) {
		const struct chassis_val *old;

		sorted[i] = &c->placed[i];
		name_store(name, c->placed[i].from->name);
		old = name_index_find(&kept, name);
		if (!old || c->placed[i].is_double)
			continue;
		c->placed[i].index = old - present;
		chassis_fill(&t->chassis[c->placed[i].index],
			     c->placed[i].from);
	}
	qsort(sorted, c->n, sizeof(*sorted), compare_placed);
	/* Where there is no place for all, this host has one.  Else the order
	 * is the same on every host: traces go from one to another. */
	if (c->n >= XOVN_MAX_CHASSIS)
		chassis_take_index(t, name_index_find(&c->names, own), present);
	for (size_t i = 0; i < c->n; i++)
		chassis_take_index(t, sorted[i], present);
	name_index_free(&kept);
	free(sorted);
	return 0;
}

static int chassis_find_own(struct topology *t, const struct chassis_table *c,
			    const char *name, struct error *e)
{
	const struct placed_chassis *own = name_index_find(&c->names, name);
	char known[256] = "";
	size_t used = 0;

	if (own && own->index) {
		t->own_chassis = own->index;
		return 0;
	}
	for (size_t i = 0; i < c->n && i < 5 && used < sizeof(known); i++) {
		const struct placement_chassis *from = c->placed[i].from;
		bool has_host = from->hostname && from->hostname[0];

		used += snprintf(known + used, sizeof(known) - used, "%s%s",
				 i ? ", " : "",
				 has_host ? from->hostname : from->name);
	}
	return error_set(e, ENOENT,
			 "chassis %s is not in the placement; add a line for "
			 "it, or use --chassis with one of %s%s",
			 name, known, c->n > 5 ? ", ..." : "");
}

struct place_notes {
	struct note_group unplaced; /* VIFs */
	struct note_group no_lsp; /* placement lines */
	struct note_group no_vif;
	struct note_group unknown; /* requested-chassis */
	struct note_group conflict;
	struct note_group gateway;
};

/* What the placement says, VIFs only: other ports follow the NB alone. */
static void place_by_file(struct topology *t, const struct placement *p,
			  const struct chassis_table *c, struct place_notes *n)
{
	for (size_t i = 0; i < p->n_ports; i++) {
		const struct placement_port *port = &p->ports[i];
		struct topo_lsp *lsp =
			name_index_find(&t->lsp_names, port->lsp);

		/* A Southbound database has ports the NB names otherwise. */
		if (!lsp && port->line)
			note_group_add(&n->no_lsp, "%s (line %u)", port->lsp,
				       port->line);
		else if (lsp && lsp->nb->type != NB_LSP_VIF && port->line)
			note_group_add(&n->no_vif, "%s (type %s, line %u)",
				       port->lsp, lsp->nb->type_name,
				       port->line);
		else if (lsp && lsp->nb->type == NB_LSP_VIF)
			lsp->chassis = c->placed[port->chassis].index;
	}
}

static void place_by_request(struct topology *t, struct topo_lsp *lsp,
			     const struct chassis_table *c,
			     struct place_notes *n)
{
	const char *wanted = lsp->nb->requested_chassis;
	const struct placed_chassis *to = name_index_find(&c->names, wanted);

	if (!to) {
		note_group_add(&n->unknown, "%s (%s)", lsp->nb->name, wanted);
		lsp->chassis = 0;
		return;
	}
	if (lsp->chassis && lsp->chassis != to->index)
		note_group_add(&n->conflict, "%s (%s, not %s)", lsp->nb->name,
			       wanted, t->chassis[lsp->chassis].name);
	lsp->chassis = to->index;
}

/* Both ends of a gateway router's links are on its chassis. */
static void place_gateway(struct topo_router *r, const struct chassis_table *c,
			  struct place_notes *n)
{
	const char *wanted = r->nb->gateway_chassis;
	const struct placed_chassis *at = name_index_find(&c->names, wanted);

	if (!at) {
		note_group_add(&n->gateway, "%s (%s)", r->nb->name, wanted);
		return;
	}
	r->chassis = at->index;
	for (size_t i = 0; i < r->n_ports; i++)
		if (r->ports[i].lsp)
			r->ports[i].lsp->chassis = at->index;
}

static void place_ports(struct topology *t, const struct placement *p,
			const struct chassis_table *c, struct notes *notes)
{
	struct place_notes n = {};

	place_by_file(t, p, c, &n);
	for (size_t i = 0; i < t->n_lsps; i++) {
		struct topo_lsp *lsp = &t->lsps[i];

		/* Each chassis has its own end of a physical network. */
		if (lsp->kind == PORT_LOCALNET)
			lsp->chassis = t->own_chassis;
		if (lsp->nb->type != NB_LSP_VIF)
			continue;
		if (lsp->nb->requested_chassis && *lsp->nb->requested_chassis)
			place_by_request(t, lsp, c, &n);
		/* A guest that is not started yet is nothing to tell. */
		if (!lsp->chassis && !t->has_southbound)
			note_group_add(&n.unplaced, "%s", lsp->nb->name);
	}
	for (size_t i = 0; i < t->n_routers; i++)
		if (t->routers[i].is_gateway)
			place_gateway(&t->routers[i], c, &n);
	note_group_finish(&n.conflict, notes,
			  "requested-chassis wins over the placement");
	note_group_finish(&n.unknown, notes,
			  "requested-chassis is not in the placement");
	note_group_finish(&n.gateway, notes,
			  "gateway routers that run nowhere, their "
			  "options:chassis is not in the placement");
	note_group_finish(
		&n.no_lsp, notes,
		"the placement names ports that the NB does not have");
	note_group_finish(&n.no_vif, notes,
			  "the placement names ports that are no VIFs");
	note_group_finish(&n.unplaced, notes,
			  "ports placed on no chassis, which makes them "
			  "unreachable");
}

/* Ports bound here that no chassis has in the Southbound database: their rows
 * are new, and this host is about to claim them.  Until then they forward
 * on. */
static void place_bound(struct topology *t, const struct compile_input *in)
{
	for (size_t i = 0; in->has_southbound && i < in->n_bindings; i++) {
		struct topo_lsp *lsp =
			topology_find_stored(t, in->bindings[i].lsp);

		if (lsp && lsp->kind == PORT_VIF && !lsp->chassis)
			lsp->chassis = t->own_chassis;
	}
}

int topology_place(struct topology *t, const struct compile_input *in,
		   struct notes *notes, struct error *e)
{
	struct chassis_table c;
	struct placement_chassis alone = {.name = (char *)in->chassis,
					  .hostname = ""};
	struct placement only_own = {.chassis = &alone, .n_chassis = 1};
	const struct placement *p = in->placement;
	int ret;

	/* Without any chassis this host is the whole network. */
	if (!p->n_chassis)
		p = &only_own;
	ret = chassis_table_init(&c, p, t->refused, e);
	for (size_t i = 0; !ret && in->chassis_indices && i < c.n; i++)
		c.placed[i].index = in->chassis_indices[i];
	if (!ret && !in->chassis_indices)
		ret = chassis_number(t, &c, in->chassis, in->present_chassis,
				     e);
	if (!ret)
		ret = chassis_find_own(t, &c, in->chassis, e);
	if (!ret) {
		place_ports(t, p, &c, notes);
		place_bound(t, in);
	}
	chassis_table_free(&c);
	return ret;
}
