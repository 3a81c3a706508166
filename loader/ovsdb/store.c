// SPDX-License-Identifier: GPL-2.0-only
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t filter_columns(const struct ovsdb_filter *f)
{
	size_t n = 0;

	while (f && f->columns[n].name)
		n++;
	return n;
}

void store_row_free(struct ovsdb_row *row)
{
	const struct ovsdb_table *t = row->table;
	size_t i;

	for (i = 0; i < t->n_columns; i++)
		datum_free(row->cells[i], t->filter->columns[i].type);
	free(row);
}

static void table_free(struct ovsdb_table *t)
{
	size_t i;

	for (i = 0; i < t->n_rows; i++)
		store_row_free(t->rows[i]);
	free(t->rows);
	free(t->slots);
	free(t->first);
	free(t->has_column);
	free(t->is_single);
	free(t->is_scalar);
	free(t->name);
	free(t);
}

void store_reset(struct ovsdb *db)
{
	size_t i;

	for (i = 0; i < db->n_tables; i++)
		table_free(db->tables[i]);
	free(db->tables);
	free(db->name);
	free(db->version);
	db->tables = NULL;
	db->n_tables = 0;
	db->name = db->version = NULL;
}

struct ovsdb_table *store_table(struct ovsdb *db, struct json_text name)
{
	const struct ovsdb_filter *f;
	struct ovsdb_table *t, **tables;
	size_t i;

	for (i = 0; i < db->n_tables; i++)
		if (json_text_equals(name, db->tables[i]->name))
			return db->tables[i];
	tables = realloc(db->tables, (db->n_tables + 1) * sizeof(t));
	if (!tables)
		return NULL;
	db->tables = tables;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->name = strndup(name.p, name.end - name.p);
	for (f = db->filter; f->table; f++)
		if (json_text_equals(name, f->table))
			t->filter = f;
	t->n_columns = filter_columns(t->filter);
	t->has_column = calloc(t->n_columns + 1, sizeof(bool));
	t->is_single = calloc(t->n_columns + 1, sizeof(bool));
	t->is_scalar = calloc(t->n_columns + 1, sizeof(bool));
	if (!t->name || !t->has_column || !t->is_single || !t->is_scalar) {
		table_free(t);
		return NULL;
	}
	db->tables[db->n_tables++] = t;
	return t;
}

/* A uuid is random; a file that is not is slow to read, no more. */
static size_t slot_first(const struct ovsdb_table *t, const uint8_t uuid[16])
{
	uint64_t a, b;

	memcpy(&a, uuid, 8);
	memcpy(&b, uuid + 8, 8);
	return ((a ^ b * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull >> 32) &
	       (t->n_slots - 1);
}

static size_t slot_next(const struct ovsdb_table *t, size_t slot)
{
	return (slot + 1) & (t->n_slots - 1);
}

/* The slot that holds the row, or the free one where it would go. */
static size_t slot_find(const struct ovsdb_table *t, const uint8_t uuid[16])
{
	size_t slot = slot_first(t, uuid);

	while (t->slots[slot] &&
	       memcmp(t->rows[t->slots[slot] - 1]->uuid, uuid, 16))
		slot = slot_next(t, slot);
	return slot;
}

struct ovsdb_row *store_find(const struct ovsdb_table *t,
			     const uint8_t uuid[16])
{
	size_t slot;

	if (!t->n_slots)
		return NULL;
	slot = slot_find(t, uuid);
	return t->slots[slot] ? t->rows[t->slots[slot] - 1] : NULL;
}

static int table_grow(struct ovsdb_table *t)
{
	size_t capacity = t->capacity ? 2 * t->capacity : 8;
	struct ovsdb_row **rows;
	uint32_t *slots;
	size_t i;

	if (capacity > UINT32_MAX / 4)
		return -ENOMEM;
	rows = realloc(t->rows, capacity * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	t->rows = rows;
	slots = calloc(2 * capacity, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(t->slots);
	t->slots = slots;
	t->n_slots = 2 * capacity;
	t->capacity = capacity;
	for (i = 0; i < t->n_rows; i++)
		t->slots[slot_find(t, t->rows[i]->uuid)] = i + 1;
	return 0;
}

struct ovsdb_row *store_row_new(const struct ovsdb_table *t,
				const uint8_t uuid[16])
{
	struct ovsdb_row *row;

	row = calloc(1, sizeof(*row) + t->n_columns * sizeof(row->cells[0]));
	if (!row)
		return NULL;
	row->table = t;
	memcpy(row->uuid, uuid, 16);
	return row;
}

struct ovsdb_row *store_insert(struct ovsdb_table *t, const uint8_t uuid[16])
{
	struct ovsdb_row *row;

	if (t->n_rows == t->capacity && table_grow(t))
		return NULL;
	row = store_row_new(t, uuid);
	if (!row)
		return NULL;
	t->slots[slot_find(t, uuid)] = t->n_rows + 1;
	t->rows[t->n_rows++] = row;
	return row;
}

void store_delete(struct ovsdb_table *t, struct ovsdb_row *row)
{
	size_t slot = slot_find(t, row->uuid), next = slot;
	size_t at = t->slots[slot] - 1;

	/* The last row takes its place. */
	t->n_rows--;
	if (at != t->n_rows) {
		size_t last = slot_find(t, t->rows[t->n_rows]->uuid);

		t->rows[at] = t->rows[t->n_rows];
		t->slots[last] = at + 1;
	}
	/* Close the gap, so that probing never stops short of a row. */
	t->slots[slot] = 0;
	for (;;) {
		size_t first;

		next = slot_next(t, next);
		if (!t->slots[next])
			break;
		first = slot_first(t, t->rows[t->slots[next] - 1]->uuid);
		if (((next - first) & (t->n_slots - 1)) >=
		    ((next - slot) & (t->n_slots - 1))) {
			t->slots[slot] = t->slots[next];
			t->slots[next] = 0;
			slot = next;
		}
	}
	store_row_free(row);
}

int store_column(const struct ovsdb_table *t, struct json_text name)
{
	size_t i;

	for (i = 0; i < t->n_columns; i++)
		if (json_text_equals(name, t->filter->columns[i].name))
			return i;
	return -1;
}

static int row_sort(const void *a, const void *b)
{
	return memcmp((*(struct ovsdb_row *const *)a)->uuid,
		      (*(struct ovsdb_row *const *)b)->uuid, 16);
}

/* Rows, by the first bits of their uuids, and where those of each such bucket
 * begin: few are to be compared, then and when one is looked for. */
static int buckets_fill(struct ovsdb_table *t)
{
	struct ovsdb_row **rows = malloc(t->n_rows * sizeof(rows[0]));
	uint32_t *first, n = 1;
	size_t i;

	for (t->bucket_shift = 32; t->bucket_shift > 8 && 2 * n <= t->n_rows;
	     n *= 2)
		t->bucket_shift--;
	first = calloc((size_t)n + 2, sizeof(*first));
	if (!rows || !first) {
		free(rows);
		free(first);
		return -ENOMEM;
	}
	/* Two places behind are numbers, one behind, places to fill. */
	for (i = 0; i < t->n_rows; i++)
		first[store_bucket(t, t->rows[i]->uuid) + 2]++;
	for (i = 1; i < n; i++)
		first[i + 1] += first[i];
	for (i = 0; i < t->n_rows; i++)
		rows[first[store_bucket(t, t->rows[i]->uuid) + 1]++] =
			t->rows[i];
	for (i = 0; i < n; i++)
		if (first[i + 1] - first[i] > 1)
			qsort(&rows[first[i]], first[i + 1] - first[i],
			      sizeof(rows[0]), row_sort);
	free(t->rows);
	t->rows = rows;
	t->capacity = t->n_rows;
	t->first = first;
	return 0;
}

void store_finish(struct ovsdb *db)
{
	size_t i;

	for (i = 0; i < db->n_tables; i++) {
		struct ovsdb_table *t = db->tables[i];

		free(t->slots);
		t->slots = NULL;
		t->n_slots = 0;
		if (t->n_rows && buckets_fill(t))
			qsort(t->rows, t->n_rows, sizeof(t->rows[0]), row_sort);
	}
}
