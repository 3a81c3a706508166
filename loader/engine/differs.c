// SPDX-License-Identifier: GPL-2.0-only
/* Is a row another for the compiler? */
#include <string.h>

#include "engine/core_state.h"

static bool column_differs(const struct ovsdb_row *a, const struct ovsdb_row *b,
			   const struct ovsdb_column *column)
{
	const char *name = column->name;
	size_t n = ovsdb_size(a, name);
	bool differs = n != ovsdb_size(b, name);

	for (size_t i = 0; !differs && i < n; i++) {
		const char *key = ovsdb_map_key(a, name, i), *value;

		switch (column->type) {
		case OVSDB_STRING:
			differs = strcmp(ovsdb_string(a, name, i),
					 ovsdb_string(b, name, i));
			break;
		case OVSDB_UUID:
			differs = memcmp(ovsdb_uuid(a, name, i),
					 ovsdb_uuid(b, name, i), 16);
			break;
		case OVSDB_MAP:
			value = ovsdb_map_get(b, name, key);
			differs = !value ||
				  strcmp(ovsdb_map_get(a, name, key), value);
			break;
		case OVSDB_INTEGER: /* single ones */
			differs = ovsdb_integer(a, name, 0) !=
				  ovsdb_integer(b, name, 0);
			break;
		case OVSDB_BOOLEAN:
			differs = ovsdb_boolean(a, name, false) !=
				  ovsdb_boolean(b, name, false);
			break;
		}
	}
	return differs;
}

bool change_differs(const struct ovsdb_change *change, const char *but)
{
	const char *table =
		ovsdb_row_table(change->row ? change->row : change->old);
	const struct ovsdb_filter *f;

	if (!change->row || !change->old)
		return true;
	for (f = nb_columns; f->table && strcmp(f->table, table); f++)
		;
	if (!f->table)
		for (f = placement_sb_columns;
		     f->table && strcmp(f->table, table); f++)
			;
	for (const struct ovsdb_column *c = f->table ? f->columns : NULL;
	     c && c->name; c++)
		if ((!but || strcmp(c->name, but)) &&
		    column_differs(change->row, change->old, c))
			return true;
	return false;
}
