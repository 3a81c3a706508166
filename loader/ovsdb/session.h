/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client from the inside.  A connection goes through the steps below; what
 * goes wrong anywhere ends in session_fail(), and the next remote is tried.
 */
#ifndef XOVN_OVSDB_SESSION_H
#define XOVN_OVSDB_SESSION_H

#include "client.h"
#include "replica.h"

enum session_step {
	STEP_PAUSE, /* no connection, until retry_at */
	STEP_CONNECT,
	STEP_SERVER_SCHEMA, /* get_schema of _Server */
	STEP_SERVER, /* monitor of _Server */
	STEP_SCHEMA, /* get_schema of the database */
	STEP_MONITOR,
	STEP_UP,
};

enum monitor_method { MONITOR_SINCE, MONITOR_COND, MONITOR_PLAIN };

/* By table of the filter.  NULL stands for all rows. */
struct condition {
	json_t *wanted;
	json_t *held; /* what the server has answered */
	json_t *sent; /* what is on the way, with is_sent */
	bool is_sent;
};

struct ovsdb_client {
	char *database, *lock;
	bool leader_only;
	int probe_ms;

	char **remotes; /* ends with NULL; in the order they are tried */
	size_t n_remotes, at;
	struct ovsdb_tls tls; /* own strings */

	struct jsonrpc *rpc;
	enum session_step step;
	int64_t step_since, retry_at; /* time_ms() */
	size_t n_failed; /* connections in a row */
	int backoff_ms; /* the last pause */
	int64_t probed_at; /* 0: no probe is on the way */
	bool was_reached; /* the connection was made */
	int64_t next_id, step_id, condition_id, lock_id; /* 0: none */

	bool has_server; /* the server has a database _Server */
	struct replica server;
	char *schema_text; /* Database.schema when the database was monitored */
	uint8_t cluster[16]; /* cid that min_index belongs to */
	int64_t min_index;

	enum monitor_method method;
	struct replica data;
	struct ovsdb *schema; /* of the server, until contents are here */
	char txn_id[37]; /* of the contents; zeros or "": unknown */
	bool has_contents, has_lock;
	struct condition *conditions;
	bool *monitored; /* by table of the filter: the server has it */

	struct ovsdb_txn *sent, *finished;
	char status[1200], failure[1100];
};

/* session.c: the connection is given up.  The text is behind "REMOTE: " in
 * the status. */
void session_fail(struct ovsdb_client *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void session_run(struct ovsdb_client *c);
void session_wait(const struct ovsdb_client *c, struct waits *w);
/* Drops the connection without a pause. */
void session_restart(struct ovsdb_client *c);
void session_status(struct ovsdb_client *c); /* while it is up */
void session_step(struct ovsdb_client *c, enum session_step step);
/* Takes params over.  The id of the request, or 0: no memory, and the
 * connection is given up. */
int64_t session_request(struct ovsdb_client *c, const char *method,
			json_t *params);

extern const struct ovsdb_filter server_filter[];

/* server.c: which of the servers will do.  result: of the step's request. */
void server_begin(struct ovsdb_client *c);
void server_schema(struct ovsdb_client *c, const json_t *result);
void server_monitor(struct ovsdb_client *c, const json_t *result);
void server_update(struct ovsdb_client *c, const json_t *updates,
		   enum update_form form);
bool server_is_leader(const struct ovsdb_client *c); /* of a cluster */

/* monitor.c: the rows */
void monitor_begin(struct ovsdb_client *c);
void monitor_schema(struct ovsdb_client *c, const json_t *result);
void monitor_contents(struct ovsdb_client *c, json_t *result);
/* The method is unknown: an older one.  false: there is none. */
bool monitor_fall_back(struct ovsdb_client *c);
void monitor_update(struct ovsdb_client *c, const json_t *updates,
		    enum update_form form, const char *txn_id);

/* condition.c */
void conditions_free(struct ovsdb_client *c);
const json_t *condition_wanted(struct ovsdb_client *c, const char *table);
/* The monitor request carries what is wanted. */
void conditions_sent(struct ovsdb_client *c);
void conditions_answered(struct ovsdb_client *c);
void conditions_lost(struct ovsdb_client *c); /* with the connection */
/* Is what the contents were selected by what is wanted now? */
bool conditions_same(const struct ovsdb_client *c);
/* Is another condition wanted, and may it be sent now? */
bool conditions_due(const struct ovsdb_client *c);
void conditions_run(struct ovsdb_client *c); /* sends what is wanted anew */

/* transact.c */
bool transact_reply(struct ovsdb_client *c, int64_t id, json_t *result,
		    const json_t *error); /* false: not one of its ids */
void transact_lost(struct ovsdb_client *c); /* with the connection */
void transact_finish(struct ovsdb_client *c); /* calls back */
void transact_free(struct ovsdb_client *c);
/* outcome.c: how a transaction ended; why has room for size bytes. */
enum ovsdb_txn_result transact_outcome(const json_t *result,
				       const json_t *error, char *why,
				       size_t size);

#endif /* XOVN_OVSDB_SESSION_H */
