// SPDX-License-Identifier: GPL-2.0-only
#include "change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t slot_first(const struct changes *c, const uint8_t uuid[16])
{
	uint64_t a, b;

	memcpy(&a, uuid, 8);
	memcpy(&b, uuid + 8, 8);
	return ((a ^ b * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull >> 32) &
	       (c->n_slots - 1);
}

static const struct ovsdb_row *change_row(const struct ovsdb_change *change)
{
	return change->row ? change->row : change->old;
}

static struct ovsdb_change *change_find(const struct changes *c,
					const struct ovsdb_row *row)
{
	size_t slot;

	if (!c->n_slots)
		return NULL;
	slot = slot_first(c, row->uuid);
	for (; c->slots[slot]; slot = (slot + 1) & (c->n_slots - 1)) {
		struct ovsdb_change *change = &c->list[c->slots[slot] - 1];
		const struct ovsdb_row *other = change_row(change);

		if (other && other->table == row->table &&
		    !memcmp(other->uuid, row->uuid, 16))
			return change;
	}
	return NULL;
}

static void slot_take(struct changes *c, size_t at)
{
	size_t slot = slot_first(c, change_row(&c->list[at])->uuid);

	while (c->slots[slot])
		slot = (slot + 1) & (c->n_slots - 1);
	c->slots[slot] = at + 1;
}

/* Entries that came and went are left out. */
static void slots_fill(struct changes *c)
{
	size_t i;

	if (!c->n_slots)
		return;
	memset(c->slots, 0, c->n_slots * sizeof(c->slots[0]));
	for (i = 0; i < c->n; i++)
		if (change_row(&c->list[i]))
			slot_take(c, i);
}

int changes_reserve(struct changes *c, size_t n)
{
	size_t capacity = c->capacity ? c->capacity : 16;
	struct ovsdb_change *list;
	uint32_t *slots;

	while (capacity < c->n + n)
		capacity *= 2;
	if (capacity == c->capacity)
		return 0;
	if (capacity > UINT32_MAX / 4)
		return -ENOMEM;
	list = realloc(c->list, capacity * sizeof(*list));
	if (!list)
		return -ENOMEM;
	c->list = list;
	slots = malloc(2 * capacity * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(c->slots);
	c->slots = slots;
	c->n_slots = 2 * capacity;
	c->capacity = capacity;
	slots_fill(c);
	return 0;
}

static void change_add(struct changes *c, enum ovsdb_change_kind kind,
		       const struct ovsdb_row *row, const struct ovsdb_row *old)
{
	c->list[c->n] = (struct ovsdb_change){kind, row, old};
	slot_take(c, c->n++);
}

void changes_insert(struct changes *c, const struct ovsdb_row *row)
{
	struct ovsdb_change *change = change_find(c, row);

	c->is_settled = false;
	if (change) { /* it was deleted: a condition let it go and come */
		change->kind = OVSDB_MODIFIED;
		change->row = row;
	} else {
		change_add(c, OVSDB_INSERTED, row, NULL);
	}
}

bool changes_need_old(struct changes *c, const struct ovsdb_row *row)
{
	c->is_settled = false;
	return !change_find(c, row);
}

void changes_modify(struct changes *c, const struct ovsdb_row *row,
		    struct ovsdb_row *old)
{
	change_add(c, OVSDB_MODIFIED, row, old);
}

void changes_delete(struct changes *c, struct ovsdb_row *row)
{
	struct ovsdb_change *change = change_find(c, row);

	c->is_settled = false;
	if (!change) {
		change_add(c, OVSDB_DELETED, NULL, row);
		return;
	}
	/* An insertion leaves an entry without rows behind. */
	change->kind = OVSDB_DELETED;
	change->row = NULL;
	store_row_free(row);
}

void changes_settle(struct changes *c)
{
	size_t i, n = 0;

	if (c->is_settled)
		return;
	c->is_settled = true;
	for (i = 0; i < c->n; i++) {
		struct ovsdb_change change = c->list[i];

		if (change.row && change.old &&
		    store_row_equal(change.row, change.old)) {
			store_row_free((struct ovsdb_row *)change.old);
			continue;
		}
		if (change_row(&change))
			c->list[n++] = change;
	}
	if (n == c->n)
		return;
	c->n = n;
	slots_fill(c);
}

void changes_forget(struct changes *c)
{
	size_t i;

	if (!c->n)
		return;
	for (i = 0; i < c->n; i++)
		if (c->list[i].old)
			store_row_free((struct ovsdb_row *)c->list[i].old);
	c->n = 0;
	c->n_forgotten++;
	/* The room of a first load is not kept for the few that follow. */
	if (c->capacity > 1024) {
		free(c->list);
		free(c->slots);
		*c = (struct changes){.n_forgotten = c->n_forgotten};
	}
	slots_fill(c);
}

void changes_free(struct changes *c)
{
	changes_forget(c);
	free(c->list);
	free(c->slots);
	*c = (struct changes){0};
}

bool ovsdb_change_has(const struct ovsdb_change *change, const char *column)
{
	const struct ovsdb_row *row = change_row(change);
	const struct ovsdb_table *t = row->table;
	size_t i;

	for (i = 0; i < t->n_columns; i++)
		if (!strcmp(t->filter->columns[i].name, column))
			break;
	if (i == t->n_columns)
		return false;
	if (!change->row || !change->old)
		return row->cells[i];
	return !datum_equal(change->row->cells[i], change->old->cells[i],
			    t->filter->columns[i].type);
}
