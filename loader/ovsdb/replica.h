/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows of a filter as a server has them, kept up to date by what it sends
 * to a monitor.
 */
#ifndef XOVN_OVSDB_REPLICA_H
#define XOVN_OVSDB_REPLICA_H

#include "change.h"
#include "store.h"
#include "update.h"

struct replica {
	struct ovsdb *db; /* has all tables of the filter, always */
	struct changes changes;
};

int replica_init(struct replica *r, const char *database,
		 const struct ovsdb_filter *filter); /* 0 or -ENOMEM */
void replica_free(struct replica *r);

/* Tables without rows as a schema describes them. */
int replica_schema(const struct replica *r, const json_t *schema,
		   struct ovsdb **out, struct error *e);
/* Has a table of the database the column? */
bool replica_has_column(const struct ovsdb *db, const char *table,
			const char *column);
/* Are the columns of both, as far as the filter goes, the same? */
bool replica_same_columns(const struct replica *r, const struct ovsdb *schema);

/* What a monitor sends later.  What is wrong with it is said in e, and part
 * of it may be in the rows: get the contents anew. */
int replica_update(struct replica *r, const json_t *updates,
		   enum update_form form, struct error *e);
/* What a monitor begins with: all rows, which go through schema.  Where it is
 * wrong nothing has changed. */
int replica_replace(struct replica *r, struct ovsdb *schema,
		    const json_t *updates, enum update_form form,
		    struct error *e);

#endif /* XOVN_OVSDB_REPLICA_H */
