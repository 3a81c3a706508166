// SPDX-License-Identifier: GPL-2.0-only
/* What the callers of ovsdb_read() see of a database. */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"

void ovsdb_free(struct ovsdb *db)
{
	if (!db)
		return;
	store_reset(db);
	free(db);
}

const char *ovsdb_version(const struct ovsdb *db)
{
	return db->version ? db->version : "";
}

static const struct ovsdb_table *table_find(const struct ovsdb *db,
					    const char *name)
{
	size_t i;

	for (i = 0; i < db->n_tables; i++)
		if (!strcmp(db->tables[i]->name, name))
			return db->tables[i];
	return NULL;
}

size_t ovsdb_count(const struct ovsdb *db, const char *table)
{
	return ovsdb_table_size(table_find(db, table));
}

const struct ovsdb_table *ovsdb_table(const struct ovsdb *db, const char *name)
{
	const struct ovsdb_table *t = table_find(db, name);

	return t && t->filter ? t : NULL;
}

size_t ovsdb_table_size(const struct ovsdb_table *t)
{
	return t ? t->n_rows : 0;
}

const struct ovsdb_row *ovsdb_table_row(const struct ovsdb_table *t, size_t i)
{
	return t->rows[i];
}

const struct ovsdb_row *ovsdb_find(const struct ovsdb_table *t,
				   const uint8_t uuid[16])
{
	size_t low = 0, high = ovsdb_table_size(t);

	if (high && t->first) {
		const uint32_t *first = &t->first[store_bucket(t, uuid)];

		low = first[0];
		high = first[1];
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(t->rows[middle]->uuid, uuid, 16);

		if (!order)
			return t->rows[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *ovsdb_row_table(const struct ovsdb_row *row)
{
	return row->table->name;
}

const uint8_t *ovsdb_row_uuid(const struct ovsdb_row *row)
{
	return row->uuid;
}

void ovsdb_uuid_format(const uint8_t uuid[16], char text[37])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*text++ = '-';
		*text++ = digits[uuid[i] >> 4];
		*text++ = digits[uuid[i] & 15];
	}
	*text = '\0';
}

int ovsdb_uuid_parse(const char *text, uint8_t uuid[16])
{
	size_t i;

	for (i = 0; i < 16; i++) {
		int byte;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return -EINVAL;
		byte = hex_byte(text);
		if (byte < 0)
			return -EINVAL;
		uuid[i] = byte;
		text += 2;
	}
	return *text ? -EINVAL : 0;
}

/* The column's place in the filter, or their number.  Most names differ in the
 * first letter. */
static size_t column_find(const struct ovsdb_row *row, const char *name)
{
	const struct ovsdb_column *columns = row->table->filter->columns;
	size_t i;

	for (i = 0; i < row->table->n_columns; i++)
		if (columns[i].name[0] == name[0] &&
		    !strcmp(columns[i].name, name))
			break;
	return i;
}

static const struct ovsdb_datum *
cell_find(const struct ovsdb_row *row, const char *column, enum ovsdb_type type)
{
	size_t i = column_find(row, column);

	return i < row->table->n_columns &&
			       row->table->filter->columns[i].type == type ?
		       row->cells[i] :
		       NULL;
}

static const union ovsdb_atom *atom_find(const struct ovsdb_row *row,
					 const char *column,
					 enum ovsdb_type type, size_t i)
{
	const struct ovsdb_datum *d = cell_find(row, column, type);

	return d && i < d->n ? &d->atoms[i] : NULL;
}

size_t ovsdb_size(const struct ovsdb_row *row, const char *column)
{
	size_t i = column_find(row, column);

	return i < row->table->n_columns && row->cells[i] ? row->cells[i]->n :
							    0;
}

const char *ovsdb_string(const struct ovsdb_row *row, const char *column,
			 size_t i)
{
	const union ovsdb_atom *a = atom_find(row, column, OVSDB_STRING, i);

	return a ? a->string : "";
}

const uint8_t *ovsdb_uuid(const struct ovsdb_row *row, const char *column,
			  size_t i)
{
	const union ovsdb_atom *a = atom_find(row, column, OVSDB_UUID, i);

	return a ? a->uuid : NULL;
}

int64_t ovsdb_integer(const struct ovsdb_row *row, const char *column,
		      int64_t fallback)
{
	const union ovsdb_atom *a = atom_find(row, column, OVSDB_INTEGER, 0);

	return a ? a->integer : fallback;
}

bool ovsdb_boolean(const struct ovsdb_row *row, const char *column,
		   bool fallback)
{
	const union ovsdb_atom *a = atom_find(row, column, OVSDB_BOOLEAN, 0);

	return a ? a->boolean : fallback;
}

const char *ovsdb_map_get(const struct ovsdb_row *row, const char *column,
			  const char *key)
{
	union ovsdb_atom wanted = {.pair.key = (char *)key};
	const union ovsdb_atom *a;

	a = datum_find(cell_find(row, column, OVSDB_MAP), OVSDB_MAP, &wanted);
	return a ? a->pair.value : NULL;
}

const char *ovsdb_map_key(const struct ovsdb_row *row, const char *column,
			  size_t i)
{
	const union ovsdb_atom *a = atom_find(row, column, OVSDB_MAP, i);

	return a ? a->pair.key : "";
}
