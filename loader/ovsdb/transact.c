// SPDX-License-Identifier: GPL-2.0-only
/* Transactions on the way: sent, then answered or lost, then reported. */
#include "transact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ovsdb_txn *ovsdb_txn_new(struct ovsdb_client *c)
{
	struct ovsdb_txn *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->client = c;
	t->params = json_pack("[s]", c->database);
	if (!t->params) {
		free(t);
		return NULL;
	}
	if (c->lock && json_array_append_new(
			       t->params, json_pack("{s:s, s:s}", "op",
						    "assert", "lock", c->lock)))
		t->is_failed = true;
	return t;
}

void ovsdb_txn_cancel(struct ovsdb_txn *t)
{
	if (!t)
		return;
	json_decref(t->params);
	json_decref(t->result);
	free(t);
}

static void list_append(struct ovsdb_txn **list, struct ovsdb_txn *t)
{
	while (*list)
		list = &(*list)->next;
	t->next = NULL;
	*list = t;
}

static void list_free(struct ovsdb_txn *t)
{
	while (t) {
		struct ovsdb_txn *next = t->next;

		ovsdb_txn_cancel(t);
		t = next;
	}
}

static void txn_finish(struct ovsdb_txn *t, enum ovsdb_txn_result outcome,
		       const char *why)
{
	t->outcome = outcome;
	if (why != t->why)
		snprintf(t->why, sizeof(t->why), "%s", why);
	list_append(&t->client->finished, t);
}

void ovsdb_txn_submit(struct ovsdb_txn *t, ovsdb_txn_done_fn done, void *arg)
{
	struct ovsdb_client *c = t->client;

	t->done = done;
	t->arg = arg;
	if (t->is_failed)
		txn_finish(t, OVSDB_TXN_ERROR,
			   t->why[0] ? t->why : "out of memory");
	else if (!t->n_ops)
		txn_finish(t, OVSDB_TXN_SUCCESS, "");
	else if (!ovsdb_client_is_connected(c))
		txn_finish(t, OVSDB_TXN_TRY_AGAIN, "not connected");
	else if (c->lock && !c->has_lock)
		txn_finish(t, OVSDB_TXN_TRY_AGAIN, "the lock is not held");
	else {
		/* On the list first: a request that cannot be sent ends the
		 * connection, which takes it from there. */
		list_append(&c->sent, t);
		t->id = session_request(c, "transact", json_incref(t->params));
	}
	json_decref(t->params);
	t->params = NULL;
}

bool transact_reply(struct ovsdb_client *c, int64_t id, json_t *result,
		    const json_t *error)
{
	struct ovsdb_txn **link = &c->sent, *t;
	enum ovsdb_txn_result outcome;

	while (*link && (*link)->id != id)
		link = &(*link)->next;
	t = *link;
	if (!t)
		return false;
	*link = t->next;
	outcome = transact_outcome(result, error, t->why, sizeof(t->why));
	if (json_is_array(result))
		t->result = json_incref(result);
	txn_finish(t, outcome, t->why);
	return true;
}

void transact_lost(struct ovsdb_client *c)
{
	while (c->sent) {
		struct ovsdb_txn *t = c->sent;

		c->sent = t->next;
		txn_finish(t, OVSDB_TXN_TRY_AGAIN,
			   "the connection was lost before the answer");
	}
}

void transact_finish(struct ovsdb_client *c)
{
	/* What a callback submits is for the next run. */
	struct ovsdb_txn *t = c->finished;

	c->finished = NULL;
	while (t) {
		struct ovsdb_txn *next = t->next;

		if (t->done)
			t->done(t->arg, t->outcome, t->result,
				t->why[0] ? t->why : NULL);
		ovsdb_txn_cancel(t);
		t = next;
	}
}

void transact_free(struct ovsdb_client *c)
{
	list_free(c->sent);
	list_free(c->finished);
}

void ovsdb_client_forget(struct ovsdb_client *c, const void *arg)
{
	struct ovsdb_txn *lists[] = {c->sent, c->finished};

	for (size_t i = 0; i < 2; i++)
		for (struct ovsdb_txn *t = lists[i]; t; t = t->next)
			if (t->arg == arg)
				t->done = NULL;
}

size_t ovsdb_client_in_flight(const struct ovsdb_client *c)
{
	const struct ovsdb_txn *t;
	size_t n = 0;

	for (t = c->sent; t; t = t->next)
		n++;
	return n;
}
