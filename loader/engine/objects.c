// SPDX-License-Identifier: GPL-2.0-only
/* Switches and routers by uuid and key, names of router ports, and which of
 * them traffic of this host may pass. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core_state.h"
#include "compile/hash.h"

static uint64_t uuid_hash(const uint8_t uuid[16])
{
	uint64_t hash = hash_bytes(uuid, 16, 0);

	return hash ? hash : 1;
}

const struct object *objects_by_uuid(const struct objects *o,
				     const uint8_t uuid[16])
{
	return (const void *)map64_get(&o->by_uuid, uuid_hash(uuid));
}

const struct object *objects_by_key(const struct objects *o, uint32_t key)
{
	return key ? (const void *)map64_get(&o->by_key, key) : NULL;
}

static void object_free(struct object *o)
{
	for (size_t i = 0; i < o->n_ports; i++)
		free(o->ports[i].name);
	free(o->ports);
	free(o->links);
	free(o);
}

void objects_free(struct objects *o)
{
	for (size_t i = 0; i < o->n; i++)
		object_free(o->list[i]);
	free(o->list);
	free(o->local);
	map64_free(&o->by_uuid);
	map64_free(&o->by_key);
	memset(o, 0, sizeof(*o));
}

/* Has another its key? */
static bool is_double(const struct core *c, const char *uuid)
{
	for (size_t i = 0; i < c->chassis.n_doubles; i++)
		if (!c->chassis.doubles[i].port_key &&
		    !strcmp(c->chassis.doubles[i].name, uuid))
			return true;
	return false;
}

uint32_t core_datapath_key(const struct core *c, const struct ovsdb *sb,
			   const uint8_t uuid[16])
{
	const struct ovsdb_table *t = ovsdb_table(sb, "Datapath_Binding");
	const struct references *r = &c->refs;
	char wanted[37], text[37];

	ovsdb_uuid_format(uuid, wanted);
	if (is_double(c, wanted))
		return 0;
	for (uint32_t i = references_text(r, REF_DATAPATH, wanted); i;
	     i = references_next(r, i)) {
		const struct ovsdb_row *row =
			ovsdb_find(t, references_uuid(r, i));
		const char *name = row ? placement_datapath_nb(row, text) :
					 NULL;
		int64_t key = row ? ovsdb_integer(row, "tunnel_key", 0) : 0;

		if (name && !strcmp(name, wanted) && key > 0 &&
		    key <= UINT32_MAX)
			return key;
	}
	return 0;
}

/* The key of a port in the datapath, or 0. */
static uint32_t port_key(const struct core *c, const struct ovsdb *sb,
			 const char *name, const uint8_t datapath[16])
{
	const struct ovsdb_table *t = ovsdb_table(sb, "Port_Binding");
	const struct ovsdb_table *datapaths =
		ovsdb_table(sb, "Datapath_Binding");
	const struct references *r = &c->refs;
	char wanted[37], text[37];

	ovsdb_uuid_format(datapath, wanted);
	for (uint32_t i = references_text(r, REF_BINDING, name); i;
	     i = references_next(r, i)) {
		const struct ovsdb_row *row =
			ovsdb_find(t, references_uuid(r, i));
		const uint8_t *in = row ? ovsdb_uuid(row, "datapath", 0) : NULL;
		const struct ovsdb_row *dp = in ? ovsdb_find(datapaths, in) :
						  NULL;
		const char *nb = dp ? placement_datapath_nb(dp, text) : NULL;

		if (nb && !strcmp(nb, wanted) &&
		    !strcmp(ovsdb_string(row, "logical_port", 0), name))
			return ovsdb_integer(row, "tunnel_key", 0);
	}
	return 0;
}

static int add_ports(const struct core *c, const struct core_input *in,
		     const struct ovsdb_row *router, struct object *o)
{
	const struct ovsdb_table *t =
		ovsdb_table(in->nb, "Logical_Router_Port");
	size_t n = ovsdb_size(router, "ports");

	o->ports = calloc(n + 1, sizeof(*o->ports));
	if (!o->ports)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct ovsdb_row *lrp =
			ovsdb_find(t, ovsdb_uuid(router, "ports", i));
		struct object_port *port = &o->ports[o->n_ports];

		if (!lrp)
			continue;
		port->key = port_key(c, in->sb, ovsdb_string(lrp, "name", 0),
				     o->uuid);
		if (!port->key)
			continue;
		port->name = strdup(ovsdb_string(lrp, "name", 0));
		if (!port->name)
			return -ENOMEM;
		o->n_ports++;
	}
	return 0;
}

static int add_link(struct object *o, uint32_t key)
{
	uint32_t *links;

	for (size_t i = 0; i < o->n_links; i++)
		if (o->links[i] == key)
			return 0;
	links = reallocarray(o->links, o->n_links + 1, sizeof(*links));
	if (!links)
		return -ENOMEM;
	o->links = links;
	links[o->n_links++] = key;
	return 0;
}

static int compare_key(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* As ovn-controller's local datapaths: over router ports, but not over those
 * of a gateway router that is elsewhere. */
static int add_links(const struct core *c, struct object *o)
{
	const struct image *img = &c->image;
	const struct image_table *t = &img->table[IMAGE_PORT];
	int err = 0;

	for (size_t i = image_first(img, IMAGE_PORT, o->key);
	     i != IMAGE_NONE && !err; i = image_next(t, i)) {
		const struct port_val *v =
			(const void *)(image_entry(t, i) + t->key_size);
		bool is_here = v->chassis == c->own_chassis;

		if ((v->kind == PORT_VIF && (is_here || v->ifindex)) ||
		    (v->kind == PORT_LOCALNET && v->ifindex) ||
		    (v->kind == PORT_GATEWAY && is_here))
			o->is_start = true;
		if (v->kind == PORT_ROUTER ||
		    (v->kind == PORT_GATEWAY && is_here))
			err = add_link(o, v->peer_datapath);
	}
	t = &img->table[IMAGE_LRP];
	for (size_t i = image_first(img, IMAGE_LRP, o->key);
	     i != IMAGE_NONE && !err; i = image_next(t, i)) {
		const struct lrp_val *v =
			(const void *)(image_entry(t, i) + t->key_size);

		if (v->peer_datapath)
			err = add_link(o, v->peer_datapath);
	}
	if (o->n_links)
		qsort(o->links, o->n_links, sizeof(*o->links), compare_key);
	return err;
}

static bool is_linked_as(const struct object *a, const struct object *b)
{
	return a && b && a->key == b->key && a->is_start == b->is_start &&
	       a->n_links == b->n_links &&
	       (!a->n_links ||
		!memcmp(a->links, b->links, a->n_links * sizeof(*a->links)));
}

static int put_object(struct objects *all, struct object *o)
{
	if (all->n == all->capacity) {
		size_t capacity = all->capacity ? 2 * all->capacity : 64;
		void *p = reallocarray(all->list, capacity, sizeof(*all->list));

		if (!p)
			return -ENOMEM;
		all->list = p;
		all->capacity = capacity;
	}
	if (map64_set(&all->by_uuid, uuid_hash(o->uuid), (uintptr_t)o) ||
	    map64_set(&all->by_key, o->key, (uintptr_t)o))
		return -ENOMEM;
	all->list[all->n++] = o;
	return 0;
}

static void take_object(struct objects *all, struct object *o)
{
	map64_remove(&all->by_uuid, uuid_hash(o->uuid));
	/* Another may have got its key by now. */
	if (map64_get(&all->by_key, o->key) == (uintptr_t)o)
		map64_remove(&all->by_key, o->key);
	for (size_t i = 0; i < all->n; i++) {
		if (all->list[i] != o)
			continue;
		all->list[i] = all->list[--all->n];
		return;
	}
}

int objects_refresh(struct core *c, const struct core_input *in,
		    const uint8_t uuid[16])
{
	const struct ovsdb_row *router =
		ovsdb_find(ovsdb_table(in->nb, "Logical_Router"), uuid);
	struct object *old = (void *)objects_by_uuid(&c->objects, uuid);
	struct object *new = NULL;
	uint32_t key = 0;
	int err = 0;

	if (router || ovsdb_find(ovsdb_table(in->nb, "Logical_Switch"), uuid))
		key = core_datapath_key(c, in->sb, uuid);
	if (key) {
		new = calloc(1, sizeof(*new));
		if (!new)
			return -ENOMEM;
		memcpy(new->uuid, uuid, 16);
		new->key = key;
		if (router)
			err = add_ports(c, in, router, new);
		if (!err)
			err = add_links(c, new);
	}
	if ((old || new) && !is_linked_as(old, new))
		c->objects.is_stale = true;
	if (old) {
		take_object(&c->objects, old);
		object_free(old);
	}
	if (new && !err)
		err = put_object(&c->objects, new);
	if (new &&err)
		object_free(new);
	return err;
}

int objects_refresh_all(struct core *c, const struct core_input *in)
{
	static const char *const tables[] = {"Logical_Switch",
					     "Logical_Router"};
	int err = 0;

	objects_free(&c->objects);
	c->objects.is_stale = true;
	for (size_t k = 0; k < 2; k++) {
		const struct ovsdb_table *t = ovsdb_table(in->nb, tables[k]);

		for (size_t i = 0; i < ovsdb_table_size(t) && !err; i++)
			err = objects_refresh(
				c, in, ovsdb_row_uuid(ovsdb_table_row(t, i)));
	}
	return err;
}

int objects_find_local(struct objects *o)
{
	struct object **queue;
	size_t n = 0;

	if (!o->is_stale)
		return 0;
	free(o->local);
	o->n_local = 0;
	o->local = calloc(o->n + 1, sizeof(*o->local));
	queue = calloc(o->n + 1, sizeof(*queue));
	if (!o->local || !queue) {
		free(queue);
		return -ENOMEM;
	}
	for (size_t i = 0; i < o->n; i++) {
		o->list[i]->is_local = o->list[i]->is_start;
		if (o->list[i]->is_local)
			queue[n++] = o->list[i];
	}
	for (size_t i = 0; i < n; i++) {
		o->local[o->n_local++] = queue[i]->key;
		for (size_t j = 0; j < queue[i]->n_links; j++) {
			struct object *next =
				(void *)objects_by_key(o, queue[i]->links[j]);

			if (!next || next->is_local)
				continue;
			next->is_local = true;
			queue[n++] = next;
		}
	}
	free(queue);
	qsort(o->local, o->n_local, sizeof(*o->local), compare_key);
	o->is_stale = false;
	return 0;
}
