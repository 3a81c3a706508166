/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_OVSDB_TRANSACT_H
#define XOVN_OVSDB_TRANSACT_H

#include "session.h"

struct ovsdb_txn {
	struct ovsdb_client *client;
	struct ovsdb_txn *next;
	json_t *params; /* database, operations; until it is sent */
	size_t n_ops; /* comment and assert do not count */
	char why[600];
	bool is_failed; /* while it was built */

	int64_t id; /* of the request */
	ovsdb_txn_done_fn done;
	void *arg;
	enum ovsdb_txn_result outcome;
	json_t *result; /* or NULL */
};

#endif /* XOVN_OVSDB_TRANSACT_H */
