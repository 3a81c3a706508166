// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MS_FIRST 1000
#define PAUSE_MS_LAST 8000
#define CONNECT_MS 5000
/* A connection that was up so long was a good one: no pause after it. */
#define GOOD_MS 1000

void session_status(struct ovsdb_client *c)
{
	snprintf(c->status, sizeof(c->status), "connected to %s%s",
		 c->remotes[c->at], server_is_leader(c) ? " (leader)" : "");
}

void session_step(struct ovsdb_client *c, enum session_step step)
{
	c->step = step;
	c->step_since = time_ms();
	if (step == STEP_UP)
		session_status(c);
}

static void session_close(struct ovsdb_client *c)
{
	jsonrpc_close(c->rpc);
	c->rpc = NULL;
	c->step_id = c->condition_id = c->lock_id = 0;
	c->has_lock = c->has_server = false;
	c->probed_at = 0;
	ovsdb_free(c->schema);
	c->schema = NULL;
	conditions_lost(c);
	transact_lost(c);
}

void session_restart(struct ovsdb_client *c)
{
	session_close(c);
	session_step(c, STEP_PAUSE);
	c->retry_at = c->step_since;
	c->n_failed = 0;
	c->backoff_ms = 0;
	if (!c->n_remotes)
		snprintf(c->status, sizeof(c->status),
			 "no remote is configured");
	else
		snprintf(c->status, sizeof(c->status), "connecting to %s",
			 c->remotes[c->at]);
}

/* All remotes are tried without a pause, then there is one. */
static void pause_begin(struct ovsdb_client *c, bool was_good)
{
	session_step(c, STEP_PAUSE);
	c->retry_at = c->step_since;
	c->at = (c->at + 1) % c->n_remotes;
	if (was_good) {
		c->n_failed = 0;
		c->backoff_ms = 0;
	}
	if (was_good || ++c->n_failed % c->n_remotes) {
		snprintf(c->status, sizeof(c->status), "%s; next is %s",
			 c->failure, c->remotes[c->at]);
		return;
	}
	c->backoff_ms = c->backoff_ms ? 2 * c->backoff_ms : PAUSE_MS_FIRST;
	if (c->backoff_ms > PAUSE_MS_LAST)
		c->backoff_ms = PAUSE_MS_LAST;
	c->retry_at += c->backoff_ms;
	snprintf(c->status, sizeof(c->status), "%s; next try in %d s",
		 c->failure, c->backoff_ms / 1000);
}

void session_fail(struct ovsdb_client *c, const char *format, ...)
{
	bool was_good = c->step == STEP_UP &&
			time_ms() - c->step_since >= GOOD_MS;
	char why[900];
	va_list args;

	if (c->step == STEP_PAUSE)
		return;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	text_clean(why);
	/* What comes from below may name the remote itself. */
	if (!strncmp(why, c->remotes[c->at], strlen(c->remotes[c->at])))
		snprintf(c->failure, sizeof(c->failure), "%s", why);
	else
		snprintf(c->failure, sizeof(c->failure), "%.180s: %s",
			 c->remotes[c->at], why);
	session_close(c);
	pause_begin(c, was_good);
}

static bool session_send(struct ovsdb_client *c, json_t *message)
{
	if (message && !jsonrpc_send(c->rpc, message))
		return true;
	session_fail(c, "out of memory");
	return false;
}

int64_t session_request(struct ovsdb_client *c, const char *method,
			json_t *params)
{
	int64_t id = ++c->next_id;

	return session_send(c,
			    json_pack("{s:s, s:o, s:I}", "method", method,
				      "params", params, "id", (json_int_t)id)) ?
		       id :
		       0;
}

/* {"error": {"error": "...", "details": "..."}} or a string */
static const char *error_text(const json_t *error, char *text, size_t size)
{
	const char *what = json_string_value(json_object_get(error, "error"));
	const char *more = json_string_value(json_object_get(error, "details"));

	if (json_is_string(error))
		what = json_string_value(error);
	snprintf(text, size, "%s%s%s", what ? what : "an error without text",
		 more ? ": " : "", more ? more : "");
	return text;
}

static void step_error(struct ovsdb_client *c, const json_t *error)
{
	char text[600];

	error_text(error, text, sizeof(text));
	switch (c->step) {
	case STEP_SERVER_SCHEMA:
	case STEP_SERVER:
		/* A server before 2.9: standalone, and no more to know. */
		c->has_server = false;
		monitor_begin(c);
		return;
	case STEP_SCHEMA:
		session_fail(c, "no database %s: %s", c->database, text);
		return;
	case STEP_MONITOR:
		if (!strncmp(text, "unknown method", 14) &&
		    monitor_fall_back(c))
			return;
		break;
	case STEP_PAUSE:
	case STEP_CONNECT:
	case STEP_UP:
		break;
	}
	session_fail(c, "%s cannot be monitored: %s", c->database, text);
}

static void step_reply(struct ovsdb_client *c, json_t *result)
{
	switch (c->step) {
	case STEP_SERVER_SCHEMA:
		server_schema(c, result);
		break;
	case STEP_SERVER:
		server_monitor(c, result);
		break;
	case STEP_SCHEMA:
		monitor_schema(c, result);
		break;
	case STEP_MONITOR:
		monitor_contents(c, result);
		break;
	case STEP_PAUSE:
	case STEP_CONNECT:
	case STEP_UP:
		break;
	}
}

static void lock_reply(struct ovsdb_client *c, const json_t *result,
		       const json_t *error)
{
	char text[600];

	c->lock_id = 0;
	if (error)
		session_fail(c, "lock %s: %s", c->lock,
			     error_text(error, text, sizeof(text)));
	else if (json_is_true(json_object_get(result, "locked")))
		c->has_lock = true;
}

static void handle_reply(struct ovsdb_client *c, json_t *message)
{
	json_t *result = json_object_get(message, "result");
	const json_t *error = json_object_get(message, "error");
	int64_t id = json_integer_value(json_object_get(message, "id"));
	char text[600];

	if (json_is_null(error))
		error = NULL;
	if (!id)
		return;
	if (id == c->step_id) {
		c->step_id = 0;
		if (error)
			step_error(c, error);
		else
			step_reply(c, result);
	} else if (id == c->condition_id) {
		c->condition_id = 0;
		if (error)
			session_fail(c, "a condition was refused: %s",
				     error_text(error, text, sizeof(text)));
		else
			conditions_answered(c);
	} else if (id == c->lock_id) {
		lock_reply(c, result, error);
	} else {
		transact_reply(c, id, result, error);
	}
}

static void handle_update(struct ovsdb_client *c, const char *method,
			  const json_t *params)
{
	const char *monitor = json_string_value(json_array_get(params, 0));
	enum update_form form = strcmp(method, "update") ? UPDATE_DIFFS :
							   UPDATE_ROWS;
	bool has_txn = !strcmp(method, "update3");
	const char *txn_id =
		has_txn ? json_string_value(json_array_get(params, 1)) : NULL;
	const json_t *updates = json_array_get(params, has_txn ? 2 : 1);

	if (monitor && !strcmp(monitor, "_Server"))
		server_update(c, updates, form);
	else if (monitor && !strcmp(monitor, c->database))
		monitor_update(c, updates, form, txn_id);
	else
		session_fail(c, "it sent an update of a monitor that does not "
				"exist");
}

static void handle_notification(struct ovsdb_client *c, const char *method,
				const json_t *params)
{
	const char *first = json_string_value(json_array_get(params, 0));

	if (!strcmp(method, "update") || !strcmp(method, "update2") ||
	    !strcmp(method, "update3")) {
		handle_update(c, method, params);
	} else if (!strcmp(method, "monitor_canceled")) {
		session_fail(c,
			     "the monitor was cancelled: the schema changes");
	} else if (c->lock && first && !strcmp(first, c->lock)) {
		if (!strcmp(method, "locked"))
			c->has_lock = true;
		else if (!strcmp(method, "stolen"))
			c->has_lock = false;
	}
}

static void handle_request(struct ovsdb_client *c, const char *method,
			   json_t *params, json_t *id)
{
	if (!strcmp(method, "echo"))
		session_send(c, json_pack("{s:O, s:n, s:O}", "result", params,
					  "error", "id", id));
	else
		session_send(c, json_pack("{s:n, s:s, s:O}", "result", "error",
					  "unknown method", "id", id));
}

static void handle(struct ovsdb_client *c, json_t *message)
{
	const char *method =
		json_string_value(json_object_get(message, "method"));
	json_t *params = json_object_get(message, "params");
	json_t *id = json_object_get(message, "id");

	if (!json_is_object(message) || (method && !json_is_array(params)))
		session_fail(c, "it sent what is no JSON-RPC message");
	else if (!method)
		handle_reply(c, message);
	else if (id && !json_is_null(id))
		handle_request(c, method, params, id);
	else
		handle_notification(c, method, params);
}

static void session_open(struct ovsdb_client *c)
{
	struct error e = {""};
	int err;

	if (!c->n_remotes || time_ms() < c->retry_at)
		return;
	c->was_reached = false;
	err = jsonrpc_open(c->remotes[c->at], &c->tls, &c->rpc, &e);
	session_step(c, STEP_CONNECT);
	if (err)
		session_fail(c, "%s", e.text);
}

/* From when the probe was sent: we may have been busy since the server was
 * heard last. */
static int64_t probe_at(const struct ovsdb_client *c)
{
	if (c->step == STEP_CONNECT)
		return jsonrpc_since(c->rpc) + CONNECT_MS;
	if (c->probe_ms <= 0)
		return INT64_MAX;
	return (c->probed_at ? c->probed_at : jsonrpc_last_received(c->rpc)) +
	       c->probe_ms;
}

static void probe_run(struct ovsdb_client *c)
{
	int64_t now = time_ms();

	if (c->probed_at && c->probed_at <= jsonrpc_last_received(c->rpc))
		c->probed_at = 0;
	if (now < probe_at(c))
		return;
	if (c->step == STEP_CONNECT) {
		session_fail(c, "no connection within %d s", CONNECT_MS / 1000);
	} else if (c->probed_at) {
		session_fail(c, "no answer within %d ms", c->probe_ms);
	} else {
		c->probed_at = now;
		session_send(c, json_pack("{s:s, s:[], s:s}", "method", "echo",
					  "params", "id", "echo"));
	}
}

void session_run(struct ovsdb_client *c)
{
	struct error e = {""};
	json_t *message;
	int err;

	if (!c->rpc)
		session_open(c);
	if (!c->rpc)
		return;
	err = jsonrpc_run(c->rpc, &e);
	if (c->step == STEP_CONNECT && !err && jsonrpc_is_connected(c->rpc))
		server_begin(c);
	while (c->rpc && (message = jsonrpc_receive(c->rpc))) {
		handle(c, message);
		json_decref(message);
	}
	if (c->rpc && err)
		session_fail(c, "%s", e.text);
	if (c->rpc)
		probe_run(c);
	if (c->rpc)
		conditions_run(c);
}

void session_wait(const struct ovsdb_client *c, struct waits *w)
{
	if (c->rpc) {
		jsonrpc_wait(c->rpc, w);
		waits_until(w, probe_at(c));
		if (conditions_due(c))
			waits_now(w);
	} else if (c->n_remotes) {
		waits_until(w, c->retry_at);
	}
}
