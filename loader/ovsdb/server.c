// SPDX-License-Identifier: GPL-2.0-only
/*
 * Database _Server (ovsdb-server(5)): whether this server is one that serves
 * our database, is connected to its cluster, leads it, and is not behind what
 * another has shown us.
 */
#include "session.h"

#include <stdlib.h>
#include <string.h>

static const struct ovsdb_column database_columns[] = {
	{"name", OVSDB_STRING},	      {"model", OVSDB_STRING},
	{"connected", OVSDB_BOOLEAN}, {"leader", OVSDB_BOOLEAN},
	{"schema", OVSDB_STRING},     {"cid", OVSDB_UUID},
	{"index", OVSDB_INTEGER},     {0},
};

const struct ovsdb_filter server_filter[] = {
	{"Database", database_columns, true},
	{0},
};

static const struct ovsdb_row *database_row(const struct ovsdb_client *c)
{
	const struct ovsdb_table *t = ovsdb_table(c->server.db, "Database");
	size_t i;

	for (i = 0; i < ovsdb_table_size(t); i++) {
		const struct ovsdb_row *row = ovsdb_table_row(t, i);

		if (!strcmp(ovsdb_string(row, "name", 0), c->database))
			return row;
	}
	return NULL;
}

bool server_is_leader(const struct ovsdb_client *c)
{
	const struct ovsdb_row *row = c->has_server ? database_row(c) : NULL;

	return row && !strcmp(ovsdb_string(row, "model", 0), "clustered") &&
	       ovsdb_boolean(row, "leader", false);
}

/* A member that has fallen behind would show us the past. */
static bool is_stale(struct ovsdb_client *c, const struct ovsdb_row *row)
{
	const uint8_t *cid = ovsdb_uuid(row, "cid", 0);
	int64_t index = ovsdb_integer(row, "index", 0);

	if (cid && memcmp(cid, c->cluster, sizeof(c->cluster))) {
		memcpy(c->cluster, cid, sizeof(c->cluster));
		c->min_index = 0;
	}
	if (index < c->min_index)
		return true;
	c->min_index = index;
	return false;
}

/* false: the connection has been given up. */
static bool server_check(struct ovsdb_client *c)
{
	const struct ovsdb_row *row = database_row(c);
	const char *model;
	bool is_clustered;

	if (!row) {
		session_fail(c, "no database %s", c->database);
		return false;
	}
	model = ovsdb_string(row, "model", 0);
	is_clustered = !strcmp(model, "clustered");
	if (!ovsdb_boolean(row, "connected", false))
		session_fail(c, "not connected to %s",
			     is_clustered ? "the cluster" : "its source");
	else if (c->leader_only && !ovsdb_boolean(row, "leader", false) &&
		 strcmp(model, "standalone"))
		session_fail(c, "not the leader");
	else if (is_clustered && is_stale(c, row))
		session_fail(c, "its data are older than what was read before");
	else
		return true;
	return false;
}

void server_begin(struct ovsdb_client *c)
{
	session_step(c, STEP_SERVER_SCHEMA);
	/* Without it the server closes connections when a database is
	 * converted or its server's role changes. */
	if (!session_request(c, "set_db_change_aware", json_pack("[b]", 1)))
		return;
	c->step_id =
		session_request(c, "get_schema", json_pack("[s]", "_Server"));
}

void server_schema(struct ovsdb_client *c, const json_t *result)
{
	json_t *columns = json_array();
	const struct ovsdb_column *column;
	struct error e;

	ovsdb_free(c->schema);
	if (replica_schema(&c->server, result, &c->schema, &e)) {
		json_decref(columns);
		session_fail(c, "%s", e.text);
		return;
	}
	for (column = database_columns; column->name; column++)
		if (replica_has_column(c->schema, "Database", column->name))
			json_array_append_new(columns,
					      json_string(column->name));
	session_step(c, STEP_SERVER);
	c->step_id = session_request(c, "monitor_cond",
				     json_pack("[s, s, {s:[{s:o}]}]", "_Server",
					       "_Server", "Database", "columns",
					       columns));
}

static const char *server_schema_text(const struct ovsdb_client *c)
{
	const struct ovsdb_row *row = database_row(c);

	return row ? ovsdb_string(row, "schema", 0) : "";
}

void server_monitor(struct ovsdb_client *c, const json_t *result)
{
	struct ovsdb *schema = c->schema;
	struct error e;
	int err;

	c->schema = NULL;
	err = replica_replace(&c->server, schema, result, UPDATE_DIFFS, &e);
	ovsdb_free(schema);
	changes_forget(&c->server.changes);
	if (err) {
		session_fail(c, "_Server: %s", e.text);
		return;
	}
	c->has_server = true;
	if (!server_check(c))
		return;
	free(c->schema_text);
	c->schema_text = strdup(server_schema_text(c));
	if (c->schema_text)
		monitor_begin(c);
	else
		session_fail(c, "out of memory");
}

void server_update(struct ovsdb_client *c, const json_t *updates,
		   enum update_form form)
{
	struct error e;
	int err;

	if (!c->has_server) {
		session_fail(c, "it sent an update of a monitor that does not "
				"exist");
		return;
	}
	err = replica_update(&c->server, updates, form, &e);
	changes_forget(&c->server.changes);
	if (err)
		session_fail(c, "_Server: %s", e.text);
	else if (server_check(c) &&
		 strcmp(c->schema_text, server_schema_text(c)))
		session_fail(c, "the schema of %s changes", c->database);
	else if (c->rpc && c->step == STEP_UP)
		session_status(c);
}
