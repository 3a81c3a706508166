// SPDX-License-Identifier: GPL-2.0-only
/*
 * From changed rows to the switches and routers whose entries may be others
 * now.  Entries about a router port stand with its router and with the switch
 * behind it, so both look at each other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core_state.h"

struct touch {
	struct core *c;
	const struct core_input *in;
	struct dirty *d;
};

void dirty_add(struct dirty *d, const uint8_t uuid[16])
{
	if (d->is_whole || dirty_has(d, uuid))
		return;
	if (d->n == d->limit) {
		d->is_whole = true;
		return;
	}
	if (d->n == d->capacity) {
		size_t capacity = d->capacity ? 2 * d->capacity : 16;
		void *p = reallocarray(d->uuids, capacity, sizeof(*d->uuids));

		if (!p) {
			d->out_of_memory = d->is_whole = true;
			return;
		}
		d->uuids = p;
		d->capacity = capacity;
	}
	memcpy(d->uuids[d->n++], uuid, 16);
}

bool dirty_has(const struct dirty *d, const uint8_t uuid[16])
{
	for (size_t i = 0; i < d->n; i++)
		if (!memcmp(d->uuids[i], uuid, 16))
			return true;
	return false;
}

void dirty_free(struct dirty *d)
{
	free(d->uuids);
	memset(d, 0, sizeof(*d));
}

static const struct ovsdb_row *nb_row(const struct touch *t, const char *table,
				      const uint8_t *uuid)
{
	return ovsdb_find(ovsdb_table(t->in->nb, table), uuid);
}

static void mark_owners(struct touch *t, enum reference_kind kind,
			const uint8_t uuid[16])
{
	const struct references *r = &t->c->refs;

	for (uint32_t i = references_first(r, kind, uuid); i;
	     i = references_next(r, i))
		dirty_add(t->d, references_uuid(r, i));
}

/* The routers of LRPs with the name, or that name it as their peer. */
static void mark_lrps(struct touch *t, enum reference_kind kind,
		      const char *name)
{
	const struct references *r = &t->c->refs;

	for (uint32_t i = references_text(r, kind, name); i;
	     i = references_next(r, i))
		mark_owners(t, REF_ROUTER_PORT, references_uuid(r, i));
}

/* The switches with an LSP that is found by the text. */
static void mark_lsps(struct touch *t, enum reference_kind kind,
		      const char *text)
{
	const struct references *r = &t->c->refs;

	for (uint32_t i = references_text(r, kind, text); i;
	     i = references_next(r, i))
		mark_owners(t, REF_SWITCH_PORT, references_uuid(r, i));
}

static void touch_lsp(struct touch *t, const struct ovsdb_row *row)
{
	const char *type = ovsdb_string(row, "type", 0);
	const char *leads_to = ovsdb_map_get(row, "options", "router-port");
	char text[REFERENCE_TEXT_LEN];

	mark_owners(t, REF_SWITCH_PORT, ovsdb_row_uuid(row));
	if (!strcmp(type, "router") && leads_to) {
		mark_lrps(t, REF_LRP, leads_to);
		/* A port that a switch has is no other router's peer. */
		mark_lrps(t, REF_PEER, leads_to);
		mark_lsps(t, REF_LEADS_TO, leads_to);
	}
	if (!strcmp(type, "localnet")) {
		reference_network(text, row);
		mark_lsps(t, REF_NETWORK, text);
	}
}

/* A port as its neighbors see it: switches behind it, routers at it. */
static void touch_lrp(struct touch *t, const struct ovsdb_row *row)
{
	const char *name = ovsdb_string(row, "name", 0);
	const char *peer = ovsdb_string(row, "peer", 0);

	mark_lsps(t, REF_LEADS_TO, name);
	mark_lrps(t, REF_PEER, name);
	if (*peer)
		mark_lrps(t, REF_LRP, peer);
}

static void touch_router(struct touch *t, const uint8_t *uuid)
{
	const struct ovsdb_row *row = nb_row(t, "Logical_Router", uuid), *port;

	dirty_add(t->d, uuid);
	for (size_t i = 0; row && i < ovsdb_size(row, "ports"); i++) {
		port = nb_row(t, "Logical_Router_Port",
			      ovsdb_uuid(row, "ports", i));
		if (port)
			touch_lrp(t, port);
	}
}

static void touch_switch(struct touch *t, const uint8_t *uuid)
{
	const struct ovsdb_row *row = nb_row(t, "Logical_Switch", uuid), *port;

	dirty_add(t->d, uuid);
	for (size_t i = 0; row && i < ovsdb_size(row, "ports"); i++) {
		port = nb_row(t, "Logical_Switch_Port",
			      ovsdb_uuid(row, "ports", i));
		if (port && *ovsdb_string(port, "type", 0))
			touch_lsp(t, port);
	}
}

/* All routers that are found by kind. */
static void touch_routers(struct touch *t, enum reference_kind kind,
			  const uint8_t *uuid)
{
	const struct references *r = &t->c->refs;

	for (uint32_t i = references_first(r, kind, uuid); i;
	     i = references_next(r, i))
		touch_router(t, references_uuid(r, i));
}

/* Ports that one of the rows has and the other has not. */
static void touch_moved(struct touch *t, const struct ovsdb_change *change,
			const char *table,
			void (*touch)(struct touch *, const struct ovsdb_row *))
{
	const struct ovsdb_row *port;
	size_t i = 0, j = 0;

	for (;;) {
		const uint8_t *was =
			change->old ? ovsdb_uuid(change->old, "ports", i) :
				      NULL;
		const uint8_t *is =
			change->row ? ovsdb_uuid(change->row, "ports", j) :
				      NULL;
		int order = was && is ? memcmp(was, is, 16) : was ? -1 : 1;

		if (!was && !is)
			return;
		port = order ? nb_row(t, table, order < 0 ? was : is) : NULL;
		if (port)
			touch(t, port);
		i += order <= 0;
		j += order >= 0;
	}
}

static void change_switch(struct touch *t, const struct ovsdb_change *change)
{
	dirty_add(t->d,
		  ovsdb_row_uuid(change->row ? change->row : change->old));
	touch_moved(t, change, "Logical_Switch_Port", touch_lsp);
}

static void change_router(struct touch *t, const struct ovsdb_change *change)
{
	const uint8_t *uuid =
		ovsdb_row_uuid(change->row ? change->row : change->old);

	/* Nobody else asks for routes. */
	if (!change_differs(change, "static_routes")) {
		dirty_add(t->d, uuid);
		return;
	}
	touch_router(t, uuid);
	touch_moved(t, change, "Logical_Router_Port", touch_lrp);
}

static void change_lrp(struct touch *t, const struct ovsdb_change *change)
{
	const struct ovsdb_row *rows[] = {change->old, change->row};

	for (size_t i = 0; i < 2; i++) {
		if (!rows[i])
			continue;
		touch_lrp(t, rows[i]);
		/* One port may change what all others of the router do. */
		touch_routers(t, REF_ROUTER_PORT, ovsdb_row_uuid(rows[i]));
	}
}

/* Switches next to a router answer for its VIPs and external IPs; which these
 * are need not have changed. */
static void touch_or_mark(struct touch *t, enum reference_kind kind,
			  const uint8_t *uuid, bool has_same_addresses)
{
	if (has_same_addresses)
		mark_owners(t, kind, uuid);
	else
		touch_routers(t, kind, uuid);
}

static bool has_same_vips(const struct ovsdb_change *change)
{
	const struct ovsdb_row *old = change->old, *row = change->row;
	size_t n = row ? ovsdb_size(row, "vips") : 0;
	bool is_same = old && row && n == ovsdb_size(old, "vips") &&
		       !change_differs(change, "vips");

	for (size_t i = 0; i < n && is_same; i++)
		is_same = !strcmp(ovsdb_map_key(old, "vips", i),
				  ovsdb_map_key(row, "vips", i));
	return is_same;
}

static void change_lb(struct touch *t, const struct ovsdb_change *change)
{
	const uint8_t *uuid =
		ovsdb_row_uuid(change->row ? change->row : change->old);
	const struct references *r = &t->c->refs;
	bool is_same = has_same_vips(change);

	mark_owners(t, REF_SWITCH_LB, uuid);
	touch_or_mark(t, REF_ROUTER_LB, uuid, is_same);
	for (uint32_t i = references_first(r, REF_GROUP_LB, uuid); i;
	     i = references_next(r, i)) {
		mark_owners(t, REF_SWITCH_GROUP, references_uuid(r, i));
		touch_or_mark(t, REF_ROUTER_GROUP, references_uuid(r, i),
			      is_same);
	}
}

static void change_set(struct touch *t, const uint8_t *uuid)
{
	const struct references *r = &t->c->refs;

	for (uint32_t i = references_first(r, REF_NAT_SET, uuid); i;
	     i = references_next(r, i))
		mark_owners(t, REF_NAT, references_uuid(r, i));
}

static void touch_datapath(struct touch *t, const struct ovsdb_row *row)
{
	char text[37];
	const char *name = row ? placement_datapath_nb(row, text) : NULL;
	uint8_t uuid[16];

	if (!name || ovsdb_uuid_parse(name, uuid))
		return;
	if (nb_row(t, "Logical_Switch", uuid))
		touch_switch(t, uuid);
	else
		touch_router(t, uuid);
}

/* chassis_only: nothing but where a guest is. */
static void touch_binding(struct touch *t, const struct ovsdb_row *row,
			  bool chassis_only)
{
	const char *name = row ? ovsdb_string(row, "logical_port", 0) : "";
	const struct references *r = &t->c->refs;
	char stored[XOVN_NAME_LEN];
	const struct ovsdb_row *port;

	name_store(stored, name);
	for (uint32_t i = references_text(r, REF_LSP, stored); i;
	     i = references_next(r, i)) {
		port = nb_row(t, "Logical_Switch_Port", references_uuid(r, i));
		if (port && (!chassis_only || !*ovsdb_string(port, "type", 0)))
			touch_lsp(t, port);
	}
	for (uint32_t i = references_text(r, REF_LRP, name); i && !chassis_only;
	     i = references_next(r, i)) {
		port = nb_row(t, "Logical_Router_Port", references_uuid(r, i));
		if (!port)
			continue;
		touch_lrp(t, port);
		touch_routers(t, REF_ROUTER_PORT, references_uuid(r, i));
	}
}

/* Entries are the switch's behind the port, or the router's where there is
 * none: its LSP may be without a key. */
static void touch_mac(struct touch *t, const struct ovsdb_row *row)
{
	const char *lrp = row ? ovsdb_string(row, "logical_port", 0) : "";
	const struct lrp_val *val = NULL;
	struct lrp_key key = {};

	if (core_lrp_key(t->c, lrp, &key.datapath, &key.port))
		val = image_find(&t->c->image, IMAGE_LRP, &key);
	mark_lsps(t, REF_LEADS_TO, lrp);
	if (!val || !val->peer_datapath || val->flags & LRP_F_PEER_ROUTER)
		mark_lrps(t, REF_LRP, lrp);
}

static void touch_fdb(struct touch *t, const struct ovsdb_row *row)
{
	int64_t key = row ? ovsdb_integer(row, "dp_key", 0) : 0;
	const struct object *o = NULL;

	if (key > 0 && key <= UINT32_MAX)
		o = objects_by_key(&t->c->objects, key);
	if (o)
		dirty_add(t->d, o->uuid);
}

static void touch_southbound(struct touch *t, const struct ovsdb_change *change,
			     const char *table)
{
	bool chassis_only = change->row && change->old &&
			    !change_differs(change, "chassis");

	if (!strcmp(table, "Chassis") || !strcmp(table, "Encap")) {
		t->d->is_whole = true;
	} else if (!strcmp(table, "Datapath_Binding")) {
		touch_datapath(t, change->old);
		touch_datapath(t, change->row);
	} else if (!strcmp(table, "Port_Binding")) {
		touch_binding(t, change->old, chassis_only);
		touch_binding(t, change->row, chassis_only);
	} else if (!strcmp(table, "MAC_Binding")) {
		touch_mac(t, change->old);
		touch_mac(t, change->row);
	} else if (!strcmp(table, "FDB")) {
		touch_fdb(t, change->old);
		touch_fdb(t, change->row);
	}
}

static void touch_change(struct touch *t, const struct ovsdb_change *change)
{
	const struct ovsdb_row *any = change->row ? change->row : change->old;
	const char *table = ovsdb_row_table(any);
	const uint8_t *uuid = ovsdb_row_uuid(any);

	if (!change_differs(change, NULL))
		return;
	if (!strcmp(table, "Logical_Switch")) {
		change_switch(t, change);
	} else if (!strcmp(table, "Logical_Switch_Port")) {
		if (change->old)
			touch_lsp(t, change->old);
		if (change->row)
			touch_lsp(t, change->row);
	} else if (!strcmp(table, "Logical_Router")) {
		change_router(t, change);
	} else if (!strcmp(table, "Logical_Router_Port")) {
		change_lrp(t, change);
	} else if (!strcmp(table, "Logical_Router_Static_Route")) {
		mark_owners(t, REF_ROUTE, uuid);
	} else if (!strcmp(table, "NAT")) {
		touch_or_mark(t, REF_NAT, uuid,
			      !change_differs(change, "logical_ip"));
	} else if (!strcmp(table, "Address_Set")) {
		change_set(t, uuid);
	} else if (!strcmp(table, "Load_Balancer")) {
		change_lb(t, change);
	} else if (!strcmp(table, "Load_Balancer_Group")) {
		mark_owners(t, REF_SWITCH_GROUP, uuid);
		touch_routers(t, REF_ROUTER_GROUP, uuid);
	} else {
		touch_southbound(t, change, table);
	}
}

static bool binding_is(const struct compile_binding *a,
		       const struct compile_binding *b)
{
	return a->ifindex == b->ifindex && a->is_peer == b->is_peer &&
	       !strcmp(a->ifname, b->ifname) && !strcmp(a->lsp, b->lsp);
}

/* In the order of ifindex what both have meets; in another one more is touched
 * than must be. */
static void touch_bindings(struct touch *t)
{
	const struct compile_binding *was = t->c->bindings;
	const struct compile_binding *is = t->in->bindings;
	const struct compile_binding *end = was + t->c->n_bindings;
	const struct compile_binding *is_end = is + t->in->n_bindings;

	while (was < end || is < is_end) {
		if (was < end && is < is_end && binding_is(was, is)) {
			was++;
			is++;
		} else if (is == is_end ||
			   (was < end && was->ifindex <= is->ifindex)) {
			mark_lsps(t, REF_LSP, was++->lsp);
		} else {
			mark_lsps(t, REF_LSP, is++->lsp);
		}
	}
}

int core_touched(struct core *c, const struct core_input *in, struct dirty *d)
{
	struct touch t = {c, in, d};
	int err = 0;

	/* By what referred to what, and by what does now. */
	for (size_t i = 0; i < in->n_changes && !d->is_whole; i++)
		touch_change(&t, in->changes[i]);
	for (size_t i = 0; i < in->n_changes && !d->is_whole && !err; i++)
		err = references_change(&c->refs, in->changes[i]->old,
					in->changes[i]->row);
	for (size_t i = 0; i < in->n_changes && !d->is_whole; i++)
		touch_change(&t, in->changes[i]);
	touch_bindings(&t);
	return d->out_of_memory ? -ENOMEM : err;
}
