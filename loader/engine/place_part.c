// SPDX-License-Identifier: GPL-2.0-only
/* Rows of the Southbound database about the rows of a part, interfaces bound
 * to its ports, and whose entries all that is. */
#include <stdlib.h>
#include <string.h>

#include "engine/core_state.h"

struct collector {
	const struct core *c;
	const struct ovsdb *sb;
	struct part *p;
};

/* Rows of a table that are found by a text, into one of the lists. */
static void add_rows(const struct collector *k, enum reference_kind kind,
		     const char *text, const char *table,
		     const struct ovsdb_row ***list, size_t *n,
		     size_t *capacity)
{
	const struct references *r = &k->c->refs;
	const struct ovsdb_table *t = ovsdb_table(k->sb, table);

	for (uint32_t i = references_text(r, kind, text); i;
	     i = references_next(r, i)) {
		const struct ovsdb_row *row =
			ovsdb_find(t, references_uuid(r, i));

		if (row && part_grow(k->p, list, *n, capacity, sizeof(**list)))
			(*list)[(*n)++] = row;
	}
}

static void add_datapath(const struct collector *k, const struct ovsdb_row *row)
{
	struct placement_rows *sb = &k->p->sb;
	char text[37];

	ovsdb_uuid_format(ovsdb_row_uuid(row), text);
	add_rows(k, REF_DATAPATH, text, "Datapath_Binding", &sb->datapaths,
		 &sb->n_datapaths, &k->p->sb_capacity[0]);
}

static void add_binding(const struct collector *k, const struct ovsdb_row *port)
{
	struct placement_rows *sb = &k->p->sb;

	add_rows(k, REF_BINDING, ovsdb_string(port, "name", 0), "Port_Binding",
		 &sb->bindings, &sb->n_bindings, &k->p->sb_capacity[1]);
}

static void add_macs(const struct collector *k, const char *lrp)
{
	struct placement_rows *sb = &k->p->sb;

	add_rows(k, REF_MAC, lrp, "MAC_Binding", &sb->macs, &sb->n_macs,
		 &k->p->sb_capacity[2]);
}

static void add_fdbs(const struct collector *k, const struct ovsdb_row *row)
{
	struct placement_rows *sb = &k->p->sb;
	uint32_t key = core_datapath_key(k->c, k->sb, ovsdb_row_uuid(row));
	char text[REFERENCE_TEXT_LEN];

	if (!key)
		return;
	reference_fdb(text, key);
	add_rows(k, REF_FDB, text, "FDB", &sb->fdbs, &sb->n_fdbs,
		 &k->p->sb_capacity[3]);
}

static void place_switch(const struct collector *k,
			 const struct nb_part_switch *sw)
{
	add_datapath(k, sw->row);
	for (size_t i = 0; i < sw->n_ports; i++) {
		const struct ovsdb_row *lsp = sw->ports[i];
		const char *lrp = ovsdb_map_get(lsp, "options", "router-port");

		add_binding(k, lsp);
		if (sw->has_lbs && lrp &&
		    !strcmp(ovsdb_string(lsp, "type", 0), "router"))
			add_macs(k, lrp);
	}
	if (sw->has_lbs)
		add_fdbs(k, sw->row);
}

static void place_router(const struct collector *k, const struct ovsdb *nb,
			 const struct nb_part_router *r)
{
	const struct ovsdb_table *t = ovsdb_table(nb, "Logical_Router_Port");

	add_datapath(k, r->row);
	for (size_t i = 0; i < ovsdb_size(r->row, "ports"); i++) {
		const struct ovsdb_row *lrp =
			ovsdb_find(t, ovsdb_uuid(r->row, "ports", i));
		const char *name = lrp ? ovsdb_string(lrp, "name", 0) : NULL;

		if (!lrp)
			continue;
		add_binding(k, lrp);
		if (r->has_routes)
			add_macs(k, name);
	}
}

static int compare_row(const void *a, const void *b)
{
	const struct ovsdb_row *const *x = a, *const *y = b;

	return memcmp(ovsdb_row_uuid(*x), ovsdb_row_uuid(*y), 16);
}

/* As in the tables: of rows that a schema without that index lets have one
 * name, the part must take the one that the whole takes. */
static void sort_rows(const struct ovsdb_row **rows, size_t n)
{
	if (n)
		qsort(rows, n, sizeof(*rows), compare_row);
}

void part_own(struct part *p, uint64_t owner)
{
	if (part_grow(p, &p->owners, p->n_owners, &p->owner_capacity,
		      sizeof(*p->owners)))
		p->owners[p->n_owners++] = owner;
}

static int compare_owner(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void part_sort_owners(struct part *p)
{
	size_t n = 0;

	if (p->n_owners)
		qsort(p->owners, p->n_owners, sizeof(*p->owners),
		      compare_owner);
	for (size_t i = 0; i < p->n_owners; i++)
		if (!n || p->owners[i] != p->owners[n - 1])
			p->owners[n++] = p->owners[i];
	p->n_owners = n;
}

/* The switch that an LSP is in, which is dirty. */
static bool lsp_is_dirty(const struct core *c, const struct dirty *d,
			 const char *stored)
{
	const struct references *r = &c->refs;

	for (uint32_t i = references_text(r, REF_LSP, stored); i;
	     i = references_next(r, i))
		for (uint32_t j = references_first(r, REF_SWITCH_PORT,
						   references_uuid(r, i));
		     j; j = references_next(r, j))
			if (dirty_has(d, references_uuid(r, j)))
				return true;
	return false;
}

/* What the map has is of a dirty switch, or of none, or nothing. */
static bool vif_is_dirty(const struct core *c, const struct dirty *d,
			 const struct compile_binding *b)
{
	struct vif_key key = {.ifindex = b->ifindex};
	const struct vif_val *val = image_find(&c->image, IMAGE_VIF, &key);
	const struct object *o;

	if (!val || strncmp(val->name, b->lsp, sizeof(val->name) - 1) ||
	    strncmp(val->ifname, b->ifname, sizeof(val->ifname) - 1))
		return true;
	o = objects_by_key(&c->objects, val->datapath);
	return o && dirty_has(d, o->uuid);
}

static void collect_vifs(const struct core *c, const struct core_input *in,
			 const struct dirty *d, struct part *p)
{
	p->bindings = calloc(in->n_bindings + 1, sizeof(*p->bindings));
	if (!p->bindings) {
		p->out_of_memory = true;
		return;
	}
	/* Those that are gone: their entries go. */
	for (size_t i = 0; i < c->n_bindings; i++) {
		const struct compile_binding *b = &c->bindings[i];
		size_t j = 0;

		while (j < in->n_bindings &&
		       in->bindings[j].ifindex != b->ifindex)
			j++;
		if (j == in->n_bindings)
			part_own(p, IMAGE_OWNER_VIF | b->ifindex);
	}
	for (size_t i = 0; i < in->n_bindings; i++) {
		const struct compile_binding *b = &in->bindings[i];

		if (!lsp_is_dirty(c, d, b->lsp) && !vif_is_dirty(c, d, b))
			continue;
		p->bindings[p->n_bindings++] = *b;
		part_own(p, IMAGE_OWNER_VIF | b->ifindex);
	}
}

void part_collect_southbound(const struct core *c, const struct core_input *in,
			     struct dirty *d, struct part *p)
{
	struct collector k = {c, in->sb, p};

	for (size_t i = 0; i < p->n_switches; i++)
		place_switch(&k, &p->switches[i]);
	for (size_t i = 0; i < p->n_routers; i++)
		place_router(&k, in->nb, &p->routers[i]);
	sort_rows(p->sb.datapaths, p->sb.n_datapaths);
	sort_rows(p->sb.bindings, p->sb.n_bindings);
	sort_rows(p->sb.macs, p->sb.n_macs);
	sort_rows(p->sb.fdbs, p->sb.n_fdbs);
	for (size_t i = 0; i < d->n; i++) {
		const struct object *o =
			objects_by_uuid(&c->objects, d->uuids[i]);
		uint32_t key = core_datapath_key(c, in->sb, d->uuids[i]);

		const struct object *holder = objects_by_key(&c->objects, key);

		/* One of both keeps the key, if that is not about to go. */
		if (key && holder && !dirty_has(d, holder->uuid))
			d->is_whole = true;
		if (key)
			part_own(p, key);
		if (o)
			part_own(p, o->key);
	}
	collect_vifs(c, in, d, p);
	part_sort_owners(p);
}
