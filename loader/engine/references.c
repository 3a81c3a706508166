// SPDX-License-Identifier: GPL-2.0-only
#include "engine/references.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "compile/hash.h"
#include "nb/placement.h"

static const struct uuid_column {
	const char *table, *column;
	enum reference_kind kind;
} uuid_columns[] = {
	{"Logical_Switch", "ports", REF_SWITCH_PORT},
	{"Logical_Switch", "load_balancer", REF_SWITCH_LB},
	{"Logical_Switch", "load_balancer_group", REF_SWITCH_GROUP},
	{"Logical_Router", "ports", REF_ROUTER_PORT},
	{"Logical_Router", "static_routes", REF_ROUTE},
	{"Logical_Router", "nat", REF_NAT},
	{"Logical_Router", "load_balancer", REF_ROUTER_LB},
	{"Logical_Router", "load_balancer_group", REF_ROUTER_GROUP},
	{"Load_Balancer_Group", "load_balancer", REF_GROUP_LB},
	{"NAT", "allowed_ext_ips", REF_NAT_SET},
	{"NAT", "exempted_ext_ips", REF_NAT_SET},
};

#define N_UUID_COLUMNS (sizeof(uuid_columns) / sizeof(uuid_columns[0]))

static const char *const text_tables[] = {
	"Logical_Switch_Port",
	"Logical_Router_Port",
	"Port_Binding",
	"MAC_Binding",
	"FDB",
	"Datapath_Binding",
};

static uint64_t key_of(enum reference_kind kind, const void *data, size_t len)
{
	uint64_t hash = hash_bytes(data, len, kind);

	return hash ? hash : 1;
}

void references_free(struct references *r)
{
	map64_free(&r->heads);
	free(r->list);
	memset(r, 0, sizeof(*r));
}

static int add(struct references *r, uint64_t key, const uint8_t uuid[16])
{
	uint32_t number = r->free;

	if (!number) {
		if (r->n == r->capacity) {
			size_t capacity = r->capacity ? 2 * r->capacity : 256;
			void *p = reallocarray(r->list, capacity,
					       sizeof(*r->list));

			if (!p)
				return -ENOMEM;
			r->list = p;
			r->capacity = capacity;
		}
		number = ++r->n;
		r->list[number - 1].next = 0;
	}
	r->free = r->list[number - 1].next;
	memcpy(r->list[number - 1].uuid, uuid, 16);
	r->list[number - 1].next = map64_get(&r->heads, key);
	return map64_set(&r->heads, key, number);
}

static void forget(struct references *r, uint64_t key, const uint8_t uuid[16])
{
	uint32_t first = map64_get(&r->heads, key), *at = &first, number;

	while (*at && memcmp(r->list[*at - 1].uuid, uuid, 16))
		at = &r->list[*at - 1].next;
	number = *at;
	if (!number)
		return;
	*at = r->list[number - 1].next;
	r->list[number - 1].next = r->free;
	r->free = number;
	if (first)
		map64_set(&r->heads, key, first); /* there, so there is room */
	else
		map64_remove(&r->heads, key);
}

/* Sets of uuids stand sorted: what both have needs no work. */
static int change_column(struct references *r, const struct uuid_column *c,
			 const struct ovsdb_row *old,
			 const struct ovsdb_row *row)
{
	const uint8_t *self = ovsdb_row_uuid(row ? row : old);
	size_t i = 0, j = 0;
	int err = 0;

	while (!err) {
		const uint8_t *was = old ? ovsdb_uuid(old, c->column, i) : NULL;
		const uint8_t *is = row ? ovsdb_uuid(row, c->column, j) : NULL;
		int order = was && is ? memcmp(was, is, 16) : was ? -1 : 1;

		if (!was && !is)
			break;
		if (order < 0)
			forget(r, key_of(c->kind, was, 16), self);
		else if (order > 0)
			err = add(r, key_of(c->kind, is, 16), self);
		i += order <= 0;
		j += order >= 0;
	}
	return err;
}

void reference_network(char text[REFERENCE_TEXT_LEN],
		       const struct ovsdb_row *lsp)
{
	const char *name = ovsdb_map_get(lsp, "options", "network_name");
	const char *column = ovsdb_size(lsp, "tag") ? "tag" : "tag_request";

	snprintf(text, REFERENCE_TEXT_LEN, "%" PRId64 " %s",
		 ovsdb_integer(lsp, column, 0), name ? name : "");
}

void reference_fdb(char text[REFERENCE_TEXT_LEN], int64_t datapath_key)
{
	snprintf(text, REFERENCE_TEXT_LEN, "%" PRId64, datapath_key);
}

#define ROW_KEYS_MAX 3

static uint64_t text_key(enum reference_kind kind, const char *text)
{
	return key_of(kind, text, strlen(text));
}

static size_t lsp_keys(const struct ovsdb_row *row, uint64_t *keys)
{
	const char *type = ovsdb_string(row, "type", 0);
	const char *leads_to = ovsdb_map_get(row, "options", "router-port");
	char stored[XOVN_NAME_LEN], text[REFERENCE_TEXT_LEN];
	size_t n = 0;

	name_store(stored, ovsdb_string(row, "name", 0));
	keys[n++] = text_key(REF_LSP, stored);
	if (!strcmp(type, "router") && leads_to)
		keys[n++] = text_key(REF_LEADS_TO, leads_to);
	if (!strcmp(type, "localnet")) {
		reference_network(text, row);
		keys[n++] = text_key(REF_NETWORK, text);
	}
	return n;
}

/* What a row is found by. */
static size_t row_keys(const struct ovsdb_row *row, uint64_t *keys)
{
	const char *table = row ? ovsdb_row_table(row) : "", *name;
	char text[REFERENCE_TEXT_LEN];
	size_t n = 0;

	if (!strcmp(table, "Logical_Switch_Port"))
		return lsp_keys(row, keys);
	if (!strcmp(table, "Logical_Router_Port")) {
		keys[n++] = text_key(REF_LRP, ovsdb_string(row, "name", 0));
		name = ovsdb_string(row, "peer", 0);
		if (*name)
			keys[n++] = text_key(REF_PEER, name);
	} else if (!strcmp(table, "Port_Binding")) {
		keys[n++] = text_key(REF_BINDING,
				     ovsdb_string(row, "logical_port", 0));
	} else if (!strcmp(table, "MAC_Binding")) {
		keys[n++] =
			text_key(REF_MAC, ovsdb_string(row, "logical_port", 0));
	} else if (!strcmp(table, "FDB")) {
		reference_fdb(text, ovsdb_integer(row, "dp_key", 0));
		keys[n++] = text_key(REF_FDB, text);
	} else if (!strcmp(table, "Datapath_Binding")) {
		name = placement_datapath_nb(row, text);
		if (name)
			keys[n++] = text_key(REF_DATAPATH, name);
	}
	return n;
}

int references_change(struct references *r, const struct ovsdb_row *old,
		      const struct ovsdb_row *row)
{
	const char *table = ovsdb_row_table(row ? row : old);
	const uint8_t *self = ovsdb_row_uuid(row ? row : old);
	uint64_t was[ROW_KEYS_MAX], is[ROW_KEYS_MAX];
	size_t n_was = row_keys(old, was), n_is = row_keys(row, is);
	int err = 0;

	for (size_t i = 0; i < N_UUID_COLUMNS && !err; i++)
		if (!strcmp(uuid_columns[i].table, table))
			err = change_column(r, &uuid_columns[i], old, row);
	if (n_was == n_is && !memcmp(was, is, n_is * sizeof(*is)))
		return err;
	for (size_t i = 0; i < n_was; i++)
		forget(r, was[i], self);
	for (size_t i = 0; i < n_is && !err; i++)
		err = add(r, is[i], self);
	return err;
}

static int build_table(struct references *r, const struct ovsdb *db,
		       const char *name)
{
	const struct ovsdb_table *t = ovsdb_table(db, name);
	int err = 0;

	for (size_t i = 0; i < ovsdb_table_size(t) && !err; i++)
		err = references_change(r, NULL, ovsdb_table_row(t, i));
	return err;
}

int references_build(struct references *r, const struct ovsdb *nb,
		     const struct ovsdb *sb)
{
	const char *last = "";
	int err = 0;

	references_free(r);
	for (size_t i = 0; i < N_UUID_COLUMNS && !err; i++) {
		if (!strcmp(uuid_columns[i].table, last))
			continue;
		last = uuid_columns[i].table;
		err = build_table(r, nb, last);
	}
	for (size_t i = 0;
	     i < sizeof(text_tables) / sizeof(text_tables[0]) && !err; i++)
		err = build_table(r, i < 2 ? nb : sb, text_tables[i]);
	return err;
}

uint32_t references_first(const struct references *r, enum reference_kind kind,
			  const uint8_t uuid[16])
{
	return map64_get(&r->heads, key_of(kind, uuid, 16));
}

uint32_t references_text(const struct references *r, enum reference_kind kind,
			 const char *text)
{
	return map64_get(&r->heads, text_key(kind, text));
}
