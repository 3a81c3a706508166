// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which Port_Bindings the next look is at: those that changed, those of claims
 * that did, and those that could not be written yet.  All of them only where
 * what is known of them may be wrong.
 */
#include "southbound/parts.h"

#include <stdlib.h>
#include <string.h>

void todo_add(struct todo *t, const uint8_t uuid[16])
{
	size_t capacity = t->capacity ? 2 * t->capacity : 16;

	if (t->is_whole)
		return;
	if (t->n == t->capacity) {
		void *grown =
			reallocarray(t->uuids, capacity, sizeof(t->uuids[0]));

		if (!grown) {
			t->is_whole = true;
			return;
		}
		t->uuids = grown;
		t->capacity = capacity;
	}
	memcpy(t->uuids[t->n++], uuid, 16);
}

void todo_move(struct todo *to, struct todo *from)
{
	size_t i;

	to->is_whole |= from->is_whole;
	for (i = 0; i < from->n; i++)
		todo_add(to, from->uuids[i]);
	todo_free(from);
}

static int uuid_compare(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

void todo_sort(struct todo *t)
{
	size_t i, kept = 0;

	if (t->n)
		qsort(t->uuids, t->n, sizeof(t->uuids[0]), uuid_compare);
	for (i = 0; i < t->n; i++)
		if (!kept || memcmp(t->uuids[kept - 1], t->uuids[i], 16))
			memmove(t->uuids[kept++], t->uuids[i], 16);
	t->n = kept;
}

void todo_free(struct todo *t)
{
	free(t->uuids);
	memset(t, 0, sizeof(*t));
}

static const struct ovsdb_table *port_bindings(const struct southbound *s)
{
	return ovsdb_table(ovsdb_client_db(s->client), "Port_Binding");
}

static void all_follow(struct southbound *s)
{
	s->claims.todo.is_whole = true;
	s->are_conditions_stale = true;
}

static void ports_build(struct southbound *s)
{
	const struct ovsdb_table *t = port_bindings(s);
	int err = 0;
	size_t i;

	references_free(&s->ports);
	for (i = 0; i < ovsdb_table_size(t) && !err; i++)
		err = references_change(&s->ports, NULL, ovsdb_table_row(t, i));
	s->has_ports = !err;
}

static void name_follow(struct southbound *s, const struct ovsdb_row *row)
{
	struct claim *c =
		row ? claim_find(&s->claims,
				 ovsdb_string(row, "logical_port", 0)) :
		      NULL;

	if (c)
		c->is_stale = true;
}

static void port_follow(struct southbound *s, const struct ovsdb_change *change)
{
	if (s->has_ports &&
	    references_change(&s->ports, change->old, change->row))
		s->has_ports = false;
	name_follow(s, change->old);
	name_follow(s, change->row);
	if (change->row)
		todo_add(&s->claims.todo, ovsdb_row_uuid(change->row));
}

/* What is learned is its own matter, and there may be much of it. */
static bool change_follow(struct southbound *s,
			  const struct ovsdb_change *change)
{
	const char *table =
		ovsdb_row_table(change->row ? change->row : change->old);

	if (!strcmp(table, "MAC_Binding") || !strcmp(table, "FDB"))
		return false;
	if (!strcmp(table, "Port_Binding"))
		port_follow(s, change);
	else if (!strcmp(table, "Datapath_Binding"))
		s->are_conditions_stale = true;
	else if (!strcmp(table, "Chassis") || !strcmp(table, "Encap"))
		all_follow(s);
	return true;
}

bool changes_follow(struct southbound *s)
{
	size_t i, n = ovsdb_client_n_changes(s->client);
	uint64_t at = ovsdb_client_n_forgotten(s->client);
	/* A row that changes back leaves the list, which does not tell. */
	bool is_whole = !s->has_ports || (s->n_seen && s->seen_at == at);
	bool is_any = is_whole;

	s->n_seen = n;
	s->seen_at = at;
	if (is_whole) {
		ports_build(s);
		all_follow(s);
		return true;
	}
	for (i = 0; i < n; i++)
		is_any |= change_follow(s, ovsdb_client_change(s->client, i));
	return is_any;
}

static void claim_follow(struct southbound *s, struct claim *c)
{
	const struct ovsdb_row *row;
	uint32_t i;

	claim_forget(c, CLAIM_NO_PORT);
	for (i = references_text(&s->ports, REF_BINDING, c->iface_id); i;
	     i = references_next(&s->ports, i)) {
		row = ovsdb_find(port_bindings(s),
				 references_uuid(&s->ports, i));
		if (row &&
		    !strcmp(ovsdb_string(row, "logical_port", 0), c->iface_id))
			todo_add(&s->claims.todo, ovsdb_row_uuid(row));
	}
}

void claims_follow(struct southbound *s)
{
	struct claims *c = &s->claims;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (!c->list[i].is_stale)
			continue;
		c->list[i].is_stale = false;
		if (s->has_ports)
			claim_follow(s, &c->list[i]);
		else
			c->todo.is_whole = true;
	}
}
