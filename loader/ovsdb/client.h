/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A live database: the rows of a filter kept as the server has them, what has
 * changed, and transactions.  Connects, follows leaders, falls back to older
 * monitors, and starts again by itself; nothing blocks.  Rows stay as they
 * were known last while no server is there.
 *
 *   client.c     what is below;  session.c  connections, remotes, messages
 *   server.c     database _Server: leader, connected, stale
 *   monitor.c, condition.c   what the server sends of the database
 *   replica.c, update.c, store_rows.c, change.c   the rows, what became of them
 *   transact.c, operation.c, outcome.c, value.c   transactions
 *   fetch.c      once
 */
#ifndef XOVN_OVSDB_CLIENT_H
#define XOVN_OVSDB_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "jsonrpc.h"
#include "ovsdb.h"
#include "waits.h"

struct ovsdb_client;

struct ovsdb_client_config {
	const char *database; /* "OVN_Southbound" */
	const struct ovsdb_filter *filter; /* must outlive the client */
	const char *lock; /* name of a lock to hold, or NULL */
	bool leader_only; /* of a cluster; else any connected server */
	int probe_ms; /* inactivity probe; 0: none, <0: 5000 */
};

struct ovsdb_client *
ovsdb_client_new(const struct ovsdb_client_config *config); /* NULL: memory */
/* Transactions on the way are not called back. */
void ovsdb_client_free(struct ovsdb_client *c);

/* Where the servers are: "tcp:10.0.0.1:6642,ssl:...".  A connection to one
 * that is still listed stays.  -EINVAL: nothing changed. */
int ovsdb_client_set_remotes(struct ovsdb_client *c, const char *remotes,
			     const struct ovsdb_tls *tls, struct error *e);
void ovsdb_client_set_probe(struct ovsdb_client *c, int probe_ms);

void ovsdb_client_run(struct ovsdb_client *c);
void ovsdb_client_wait(const struct ovsdb_client *c, struct waits *w);

bool ovsdb_client_is_connected(const struct ovsdb_client *c); /* and monitors */
/* The whole contents were received at least once, and no update since then
 * was wrong: of such a one some rows may be in, until all is received again. */
bool ovsdb_client_has_contents(const struct ovsdb_client *c);
bool ovsdb_client_has_lock(const struct ovsdb_client *c);
/* "connected to tcp:... (leader)", "tcp:...: Connection refused; next try in
 * 4 s": one line for the log and xovn agent's status; valid until run(). */
const char *ovsdb_client_status(const struct ovsdb_client *c);

/* The rows, for ovsdb_table() and its like.  Valid until run().  All tables of
 * the filter are there; one that the server lacks is empty.  As in a file, a
 * 0, false or "" of a column of exactly one value is an empty value. */
const struct ovsdb *ovsdb_client_db(const struct ovsdb_client *c);
/* Has the schema of the server the column?  (Servers may be older.) */
bool ovsdb_client_has_column(const struct ovsdb_client *c, const char *table,
			     const char *column);

/* What changed since ovsdb_client_forget_changes(), one entry a row (changes
 * of one row become one; a row that came and went: none).  Also after a
 * reconnect: only rows that differ. */
enum ovsdb_change_kind {
	OVSDB_INSERTED,
	OVSDB_MODIFIED,
	OVSDB_DELETED,
};

struct ovsdb_change {
	enum ovsdb_change_kind kind;
	const struct ovsdb_row *row; /* as it is now, DELETED: NULL */
	const struct ovsdb_row *old; /* as it was, INSERTED: NULL; valid until
				      * forget_changes() */
};

size_t ovsdb_client_n_changes(const struct ovsdb_client *c);
const struct ovsdb_change *ovsdb_client_change(const struct ovsdb_client *c,
					       size_t i);
void ovsdb_client_forget_changes(struct ovsdb_client *c);
/* Counts how often there were changes to forget.  While it stays, those that
 * somebody has looked at may have become others, or none. */
uint64_t ovsdb_client_n_forgotten(const struct ovsdb_client *c);
/* Is a column of the row another than before?  Of a row that came or went:
 * has it a value? */
bool ovsdb_change_has(const struct ovsdb_change *change, const char *column);

/* Only rows of the table for which where, an array of clauses (RFC 7047, 5.1;
 * one that is true suffices, as in monitor_cond), holds; NULL: all.  Takes
 * where over.  Before the connection is up it is what monitoring begins with.
 * 0 or -ENOMEM. */
int ovsdb_client_set_condition(struct ovsdb_client *c, const char *table,
			       json_t *where);
/* The server has answered all set_condition() so far. */
bool ovsdb_client_conditions_hold(const struct ovsdb_client *c);

/* ---- transactions: built from operations, sent whole ---- */

struct ovsdb_txn;

enum ovsdb_txn_result {
	OVSDB_TXN_SUCCESS,
	OVSDB_TXN_TRY_AGAIN, /* not connected, conflict, not the leader, a
			      * verify that did not hold: look at the rows
			      * again and build it anew.  why begins with the
			      * server's error: "constraint violation" is also
			      * that of a row that somebody else inserted */
	OVSDB_TXN_ERROR, /* refused: why says for what */
};

/* result: the array of RFC 7047, 4.1.3, or NULL.  On success the changes it
 * made are in the rows already. */
typedef void (*ovsdb_txn_done_fn)(void *arg, enum ovsdb_txn_result outcome,
				  const json_t *result, const char *why);

struct ovsdb_txn *ovsdb_txn_new(struct ovsdb_client *c); /* NULL: memory */
/* All take row, an object column: value in OVSDB's JSON, over.  A failure
 * (-ENOMEM) is remembered: submit() tells. */
void ovsdb_txn_insert(struct ovsdb_txn *t, const char *table,
		      const char *uuid_name, json_t *row);
void ovsdb_txn_update(struct ovsdb_txn *t, const char *table,
		      const uint8_t uuid[16], json_t *row);
/* mutations: [[column, mutator, value], ...] */
void ovsdb_txn_mutate(struct ovsdb_txn *t, const char *table,
		      const uint8_t uuid[16], json_t *mutations);
void ovsdb_txn_delete(struct ovsdb_txn *t, const char *table,
		      const uint8_t uuid[16]);
/* Nothing of the transaction happens unless the row's column still is what
 * the rows here say (op "wait", timeout 0). */
void ovsdb_txn_verify(struct ovsdb_txn *t, const struct ovsdb_row *row,
		      const char *column);
void ovsdb_txn_comment(struct ovsdb_txn *t, const char *text);
void ovsdb_txn_op(struct ovsdb_txn *t, json_t *op); /* any other */
bool ovsdb_txn_is_empty(const struct ovsdb_txn *t);
/* Sends it and frees t.  done is called by a later run(), once, always; also
 * when the connection is lost before the answer (TRY_AGAIN: it may have
 * happened).  An empty one succeeds.  With a lock configured it asserts it. */
void ovsdb_txn_submit(struct ovsdb_txn *t, ovsdb_txn_done_fn done, void *arg);
/* Nobody is to be told any more of transactions submitted with that arg. */
void ovsdb_client_forget(struct ovsdb_client *c, const void *arg);
void ovsdb_txn_cancel(struct ovsdb_txn *t); /* frees it unsent */
/* Transactions sent and not answered. */
size_t ovsdb_client_in_flight(const struct ovsdb_client *c);

/* OVSDB's JSON */
json_t *ovsdb_json_uuid(const uint8_t uuid[16]); /* ["uuid", ...] */
json_t *ovsdb_json_named(const char *uuid_name); /* ["named-uuid", ...] */
json_t *ovsdb_json_set(void); /* ["set", []] */
int ovsdb_json_set_add(json_t *set, json_t *value);
json_t *ovsdb_json_map(void); /* ["map", []] */
int ovsdb_json_map_add(json_t *map, const char *key, json_t *value);

/* ---- once: what xovn load --nb tcp:... reads ---- */

/* Is it a remote, not a file? */
bool ovsdb_is_remote(const char *text);
/* Blocks until the whole contents are here, at most timeout_ms, and only until
 * each remote has been tried once.  *out as from ovsdb_read(), ovsdb_free()
 * it. */
int ovsdb_fetch(const char *remotes, const struct ovsdb_tls *tls,
		const char *database, const struct ovsdb_filter *filter,
		int timeout_ms, struct ovsdb **out, struct error *e);

#endif /* XOVN_OVSDB_CLIENT_H */
