// SPDX-License-Identifier: GPL-2.0-only
/* Rows of live tables, which always stand sorted. */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ovsdb_row *store_row_copy(const struct ovsdb_row *row)
{
	const struct ovsdb_table *t = row->table;
	struct ovsdb_row *copy = store_row_new(t, row->uuid);
	size_t i;

	for (i = 0; copy && i < t->n_columns; i++)
		if (datum_copy(row->cells[i], t->filter->columns[i].type,
			       &copy->cells[i])) {
			store_row_free(copy);
			return NULL;
		}
	return copy;
}

bool store_row_equal(const struct ovsdb_row *a, const struct ovsdb_row *b)
{
	const struct ovsdb_table *t = a->table;
	size_t i;

	for (i = 0; i < t->n_columns; i++)
		if (!datum_equal(a->cells[i], b->cells[i],
				 t->filter->columns[i].type))
			return false;
	return true;
}

static int row_order(const void *a, const void *b)
{
	return memcmp((*(struct ovsdb_row *const *)a)->uuid,
		      (*(struct ovsdb_row *const *)b)->uuid, 16);
}

/* The first of n rows that does not stand before the uuid. */
static size_t row_place(struct ovsdb_row *const *rows, size_t n,
			const uint8_t uuid[16])
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(rows[middle]->uuid, uuid, 16) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int store_rows_add(struct ovsdb_table *t, struct ovsdb_row **rows, size_t n)
{
	size_t i, at, end = t->n_rows;

	if (!n)
		return 0;
	qsort(rows, n, sizeof(rows[0]), row_order);
	if (t->n_rows + n > t->capacity) {
		size_t capacity = t->n_rows + n + t->n_rows / 4;
		struct ovsdb_row **grown;

		grown = realloc(t->rows, capacity * sizeof(rows[0]));
		if (!grown)
			return -ENOMEM;
		t->rows = grown;
		t->capacity = capacity;
	}
	/* From behind, so that each row that was there moves once. */
	for (i = n; i-- > 0; end = at) {
		at = row_place(t->rows, end, rows[i]->uuid);
		memmove(&t->rows[at + i + 1], &t->rows[at],
			(end - at) * sizeof(rows[0]));
		t->rows[at + i] = rows[i];
	}
	t->n_rows += n;
	return 0;
}

void store_rows_remove(struct ovsdb_table *t, struct ovsdb_row **rows, size_t n)
{
	size_t i, next, at, to;

	if (!n)
		return;
	qsort(rows, n, sizeof(rows[0]), row_order);
	to = at = row_place(t->rows, t->n_rows, rows[0]->uuid);
	for (i = 0; i < n; i++, at = next) {
		next = t->n_rows;
		if (i + 1 < n)
			next = at + 1 +
			       row_place(&t->rows[at + 1], t->n_rows - at - 1,
					 rows[i + 1]->uuid);
		memmove(&t->rows[to], &t->rows[at + 1],
			(next - at - 1) * sizeof(rows[0]));
		to += next - at - 1;
	}
	t->n_rows -= n;
}
