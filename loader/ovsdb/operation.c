// SPDX-License-Identifier: GPL-2.0-only
/* The operations of a transaction (RFC 7047, 5.2). */
#include "transact.h"

#include <stdio.h>
#include <string.h>

static void op_append(struct ovsdb_txn *t, json_t *op, bool counts)
{
	if (!op || json_array_append_new(t->params, op))
		t->is_failed = true;
	else if (counts)
		t->n_ops++;
}

void ovsdb_txn_op(struct ovsdb_txn *t, json_t *op)
{
	op_append(t, op, true);
}

/* [["_uuid", "==", ["uuid", "..."]]] */
static json_t *where_row(const uint8_t uuid[16])
{
	return json_pack("[[s, s, o]]", "_uuid", "==", ovsdb_json_uuid(uuid));
}

void ovsdb_txn_insert(struct ovsdb_txn *t, const char *table,
		      const char *uuid_name, json_t *row)
{
	json_t *op = json_pack("{s:s, s:s, s:o}", "op", "insert", "table",
			       table, "row", row);

	if (op && uuid_name &&
	    json_object_set_new(op, "uuid-name", json_string(uuid_name))) {
		json_decref(op);
		op = NULL;
	}
	op_append(t, op, true);
}

void ovsdb_txn_update(struct ovsdb_txn *t, const char *table,
		      const uint8_t uuid[16], json_t *row)
{
	op_append(t,
		  json_pack("{s:s, s:s, s:o, s:o}", "op", "update", "table",
			    table, "where", where_row(uuid), "row", row),
		  true);
}

void ovsdb_txn_mutate(struct ovsdb_txn *t, const char *table,
		      const uint8_t uuid[16], json_t *mutations)
{
	op_append(t,
		  json_pack("{s:s, s:s, s:o, s:o}", "op", "mutate", "table",
			    table, "where", where_row(uuid), "mutations",
			    mutations),
		  true);
}

void ovsdb_txn_delete(struct ovsdb_txn *t, const char *table,
		      const uint8_t uuid[16])
{
	op_append(t,
		  json_pack("{s:s, s:s, s:o}", "op", "delete", "table", table,
			    "where", where_row(uuid)),
		  true);
}

void ovsdb_txn_verify(struct ovsdb_txn *t, const struct ovsdb_row *row,
		      const char *column)
{
	const struct ovsdb_table *table = row->table;
	size_t i = 0;

	while (i < table->n_columns &&
	       strcmp(table->filter->columns[i].name, column))
		i++;
	if (i == table->n_columns) {
		snprintf(t->why, sizeof(t->why),
			 "%s.%s is not kept and cannot be verified",
			 table->name, column);
		t->is_failed = true;
		return;
	}
	/* An older server has nothing there that could change. */
	if (!table->has_column[i])
		return;
	op_append(t,
		  json_pack("{s:s, s:s, s:i, s:o, s:[s], s:s, s:[{s:o}]}", "op",
			    "wait", "table", table->name, "timeout", 0, "where",
			    where_row(row->uuid), "columns", column, "until",
			    "==", "rows", column,
			    datum_to_json(row->cells[i],
					  table->filter->columns[i].type,
					  table->is_scalar[i])),
		  true);
}

void ovsdb_txn_comment(struct ovsdb_txn *t, const char *text)
{
	op_append(t, json_pack("{s:s, s:s}", "op", "comment", "comment", text),
		  false);
}

bool ovsdb_txn_is_empty(const struct ovsdb_txn *t)
{
	return !t->n_ops;
}
