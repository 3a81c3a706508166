// SPDX-License-Identifier: GPL-2.0-only
/* Which rows the server shall send: those of the datapaths that this host
 * takes part in, and those that may make it take part in more. */
#include "southbound/parts.h"

#include <stdlib.h>
#include <string.h>

/* Bound or not, they say what may be a port of this host (l3gateway), and
 * how switches and routers hang together (patch). */
static const char *const port_types[] = {"l3gateway", "localnet", "patch"};

static void clause_add(json_t *where, const char *column, const char *function,
		       json_t *value)
{
	json_array_append_new(where,
			      json_pack("[sso]", column, function, value));
}

static bool is_local(const struct southbound *s, int64_t key)
{
	size_t low = 0, high = s->n_datapaths;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->datapaths[middle] == key)
			return true;
		if (s->datapaths[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Those of datapaths that have no row yet follow when it comes. */
static void datapath_clauses(const struct southbound *s, json_t *where)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(s->client), "Datapath_Binding");
	size_t i;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		if (is_local(s, ovsdb_integer(row, "tunnel_key", 0)))
			clause_add(where, "datapath",
				   "==", ovsdb_json_uuid(ovsdb_row_uuid(row)));
	}
}

static json_t *port_where(const struct southbound *s)
{
	json_t *where = json_array();
	size_t i;

	datapath_clauses(s, where);
	for (i = 0; i < s->claims.n; i++)
		clause_add(where, "logical_port",
			   "==", json_string(s->claims.list[i].iface_id));
	for (i = 0; i < sizeof(port_types) / sizeof(port_types[0]); i++)
		clause_add(where, "type", "==", json_string(port_types[i]));
	if (!s->own)
		return where;
	clause_add(where, "chassis",
		   "==", ovsdb_json_uuid(ovsdb_row_uuid(s->own)));
	if (has_column(s, "Port_Binding", "additional_chassis"))
		clause_add(where, "additional_chassis", "includes",
			   ovsdb_json_uuid(ovsdb_row_uuid(s->own)));
	return where;
}

/* No clause would mean all rows. */
static json_t *where_finish(json_t *where)
{
	if (where && !json_array_size(where))
		json_array_append_new(where, json_false());
	return where;
}

static json_t *mac_binding_where(const struct southbound *s)
{
	json_t *where = json_array();

	datapath_clauses(s, where);
	return where_finish(where);
}

static json_t *fdb_where(const struct southbound *s)
{
	json_t *where = json_array();
	size_t i;

	for (i = 0; i < s->n_datapaths; i++)
		clause_add(where, "dp_key",
			   "==", json_integer(s->datapaths[i]));
	return where_finish(where);
}

static json_t *private_where(const struct southbound *s)
{
	json_t *where = json_array();

	if (s->name)
		clause_add(where, "name", "==", json_string(s->name));
	return where_finish(where);
}

/* Sent only where it is another than before. */
static void condition_set(struct southbound *s, const char *table,
			  json_t *where)
{
	json_t *old = json_object_get(s->conditions, table);
	json_t *now = where ? where : json_null();

	if (ovsdb_table(ovsdb_client_db(s->client), table) &&
	    !json_equal(old ? old : json_null(), now)) {
		if (!ovsdb_client_set_condition(s->client, table,
						json_incref(where)))
			json_object_set(s->conditions, table, now);
		else
			s->are_conditions_stale = true;
	}
	json_decref(now);
}

void conditions_follow(struct southbound *s)
{
	bool is_restricted = s->is_restricted;

	if (!s->are_conditions_stale)
		return;
	s->are_conditions_stale = false;
	if (!s->conditions)
		s->conditions = json_object();
	condition_set(s, "Chassis_Private", private_where(s));
	condition_set(s, "Port_Binding", is_restricted ? port_where(s) : NULL);
	condition_set(s, "MAC_Binding",
		      is_restricted ? mac_binding_where(s) : NULL);
	condition_set(s, "FDB", is_restricted ? fdb_where(s) : NULL);
}

void southbound_monitor(struct southbound *s, const uint32_t *datapaths,
			size_t n, bool monitor_all)
{
	bool is_restricted = datapaths && !monitor_all;
	uint32_t *copy;

	if (!is_restricted)
		n = 0;
	if (s->is_restricted == is_restricted && s->n_datapaths == n &&
	    (!n || !memcmp(s->datapaths, datapaths, n * sizeof(*copy))))
		return;
	copy = malloc((n + 1) * sizeof(*copy));
	if (!copy)
		return; /* said again after the next change */
	if (n)
		memcpy(copy, datapaths, n * sizeof(*copy));
	free(s->datapaths);
	s->datapaths = copy;
	s->n_datapaths = n;
	s->is_restricted = is_restricted;
	s->is_dirty = s->are_conditions_stale = true;
}
