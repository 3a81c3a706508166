// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor of the database: monitor_cond_since (2.12 and later), which can
 * go on where the last connection ended, monitor_cond (2.6), monitor.
 */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TXN_NONE "00000000-0000-0000-0000-000000000000"

static const char *const methods[] = {
	[MONITOR_SINCE] = "monitor_cond_since",
	[MONITOR_COND] = "monitor_cond",
	[MONITOR_PLAIN] = "monitor",
};

void monitor_begin(struct ovsdb_client *c)
{
	session_step(c, STEP_SCHEMA);
	c->method = MONITOR_SINCE;
	c->step_id =
		session_request(c, "get_schema", json_pack("[s]", c->database));
	if (c->step_id && c->lock)
		c->lock_id =
			session_request(c, "lock", json_pack("[s]", c->lock));
}

static json_t *table_request(struct ovsdb_client *c,
			     const struct ovsdb_table *t)
{
	const json_t *where = condition_wanted(c, t->name);
	json_t *columns = json_array();
	size_t i;

	for (i = 0; i < t->n_columns; i++)
		if (t->has_column[i])
			json_array_append_new(
				columns,
				json_string(t->filter->columns[i].name));
	if (c->method == MONITOR_PLAIN || !where)
		return json_pack("[{s:o}]", "columns", columns);
	return json_pack("[{s:o, s:O}]", "columns", columns, "where", where);
}

static void monitor_request(struct ovsdb_client *c)
{
	json_t *tables = json_object(), *params;
	const struct ovsdb_filter *f;
	bool can_continue;

	for (f = c->schema->filter; f->table; f++) {
		const struct ovsdb_table *t = ovsdb_table(c->schema, f->table);

		c->monitored[f - c->schema->filter] = t;
		if (t)
			json_object_set_new(tables, f->table,
					    table_request(c, t));
	}
	can_continue = c->has_contents && c->txn_id[0] && conditions_same(c) &&
		       replica_same_columns(&c->data, c->schema);
	if (!can_continue)
		snprintf(c->txn_id, sizeof(c->txn_id), "%s", TXN_NONE);
	params = json_pack("[s, s, o]", c->database, c->database, tables);
	if (c->method == MONITOR_SINCE)
		json_array_append_new(params, json_string(c->txn_id));
	conditions_sent(c);
	session_step(c, STEP_MONITOR);
	c->step_id = session_request(c, methods[c->method], params);
}

void monitor_schema(struct ovsdb_client *c, const json_t *result)
{
	const struct ovsdb_filter *f;
	struct error e;

	ovsdb_free(c->schema);
	if (replica_schema(&c->data, result, &c->schema, &e)) {
		session_fail(c, "%s", e.text);
		return;
	}
	for (f = c->schema->filter; f->table; f++)
		if (f->is_required && !ovsdb_table(c->schema, f->table)) {
			session_fail(c,
				     "its %s has no table %s; upgrade its "
				     "schema",
				     c->database, f->table);
			return;
		}
	monitor_request(c);
}

bool monitor_fall_back(struct ovsdb_client *c)
{
	if (c->method == MONITOR_PLAIN)
		return false;
	c->method++;
	monitor_request(c);
	return true;
}

/* What cannot be applied cannot be mended either: all is read anew.  Until
 * then part of it is in the rows, which nobody may go by. */
static void monitor_wrong(struct ovsdb_client *c, const struct error *e)
{
	c->txn_id[0] = '\0';
	c->has_contents = false;
	session_fail(c, "it sent what is wrong: %s", e->text);
}

static void txn_id_set(struct ovsdb_client *c, const char *txn_id)
{
	snprintf(c->txn_id, sizeof(c->txn_id), "%s", txn_id ? txn_id : "");
}

void monitor_contents(struct ovsdb_client *c, json_t *result)
{
	enum update_form form = c->method == MONITOR_PLAIN ? UPDATE_ROWS :
							     UPDATE_DIFFS;
	const char *txn_id = NULL;
	bool is_found = false;
	struct error e;
	int err;

	if (c->method == MONITOR_SINCE) {
		is_found = json_is_true(json_array_get(result, 0)) &&
			   strcmp(c->txn_id, TXN_NONE);
		txn_id = json_string_value(json_array_get(result, 1));
		result = json_array_get(result, 2);
	}
	if (is_found)
		err = replica_update(&c->data, result, form, &e);
	else
		err = replica_replace(&c->data, c->schema, result, form, &e);
	if (err) {
		monitor_wrong(c, &e);
		return;
	}
	ovsdb_free(c->schema);
	c->schema = NULL;
	c->has_contents = true;
	txn_id_set(c, txn_id);
	conditions_answered(c);
	session_step(c, STEP_UP);
}

void monitor_update(struct ovsdb_client *c, const json_t *updates,
		    enum update_form form, const char *txn_id)
{
	struct error e;

	if (c->step != STEP_UP) {
		session_fail(c, "it sent an update of a monitor that does not "
				"exist");
		return;
	}
	/* Once part of an update is in the rows, they are of no transaction;
	 * so only when it is in. */
	if (replica_update(&c->data, updates, form, &e))
		monitor_wrong(c, &e);
	else if (txn_id)
		txn_id_set(c, txn_id);
}
