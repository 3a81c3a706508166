// SPDX-License-Identifier: GPL-2.0-only
/* Which rows the server sends. */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t condition_find(const struct ovsdb_client *c, const char *table)
{
	const struct ovsdb_filter *f = c->data.db->filter;
	size_t i = 0;

	while (f[i].table && strcmp(f[i].table, table))
		i++;
	return i;
}

static void clauses_set(json_t **to, json_t *from)
{
	json_decref(*to);
	*to = json_incref(from);
}

static bool clauses_same(json_t *a, json_t *b)
{
	return a == b || json_equal(a, b);
}

int ovsdb_client_set_condition(struct ovsdb_client *c, const char *table,
			       json_t *where)
{
	size_t i = condition_find(c, table);
	struct condition *condition = &c->conditions[i];

	/* To the server no clause at all is true. */
	if (where && !json_array_size(where) &&
	    json_array_append_new(where, json_false())) {
		json_decref(where);
		return -ENOMEM;
	}
	/* One that is no other stays the same object: quick to compare. */
	if (c->data.db->filter[i].table &&
	    !clauses_same(condition->wanted, where))
		clauses_set(&condition->wanted, where);
	json_decref(where);
	return 0;
}

const json_t *condition_wanted(struct ovsdb_client *c, const char *table)
{
	return c->conditions[condition_find(c, table)].wanted;
}

bool conditions_same(const struct ovsdb_client *c)
{
	size_t i;

	for (i = 0; c->data.db->filter[i].table; i++)
		if (!clauses_same(c->conditions[i].wanted,
				  c->conditions[i].held))
			return false;
	return true;
}

/* Before 2.6 servers knew no conditions: all rows are here, which holds more
 * than what was asked for. */
bool ovsdb_client_conditions_hold(const struct ovsdb_client *c)
{
	return ovsdb_client_is_connected(c) &&
	       (c->method == MONITOR_PLAIN || conditions_same(c));
}

static void condition_sent(struct condition *condition)
{
	clauses_set(&condition->sent, condition->wanted);
	condition->is_sent = true;
}

void conditions_sent(struct ovsdb_client *c)
{
	size_t i;

	for (i = 0; c->data.db->filter[i].table; i++)
		condition_sent(&c->conditions[i]);
}

void conditions_answered(struct ovsdb_client *c)
{
	size_t i;

	for (i = 0; c->data.db->filter[i].table; i++) {
		struct condition *condition = &c->conditions[i];

		if (!condition->is_sent)
			continue;
		clauses_set(&condition->held, condition->sent);
		condition->is_sent = false;
	}
}

void conditions_lost(struct ovsdb_client *c)
{
	size_t i;

	/* The rows may be of the one or the other: the next connection must
	 * not go on from them. */
	if (c->condition_id)
		memset(c->txn_id, 0, sizeof(c->txn_id));
	for (i = 0; c->data.db->filter[i].table; i++)
		c->conditions[i].is_sent = false;
}

bool conditions_due(const struct ovsdb_client *c)
{
	return c->step == STEP_UP && !c->condition_id &&
	       c->method != MONITOR_PLAIN && !conditions_same(c);
}

void conditions_run(struct ovsdb_client *c)
{
	json_t *tables;
	size_t i;

	if (!conditions_due(c))
		return;
	tables = json_object();
	for (i = 0; c->data.db->filter[i].table; i++) {
		struct condition *condition = &c->conditions[i];

		if (clauses_same(condition->wanted, condition->held))
			continue;
		condition_sent(condition);
		/* A table that the server lacks has no rows either way. */
		if (!c->monitored[i])
			continue;
		json_object_set_new(tables, c->data.db->filter[i].table,
				    condition->wanted ?
					    json_pack("[{s:O}]", "where",
						      condition->wanted) :
					    json_pack("[{s:[b]}]", "where", 1));
	}
	c->condition_id = session_request(c, "monitor_cond_change",
					  json_pack("[s, s, o]", c->database,
						    c->database, tables));
}

void conditions_free(struct ovsdb_client *c)
{
	size_t i;

	for (i = 0; c->conditions && c->data.db && c->data.db->filter[i].table;
	     i++) {
		json_decref(c->conditions[i].wanted);
		json_decref(c->conditions[i].held);
		json_decref(c->conditions[i].sent);
	}
	free(c->conditions);
}
