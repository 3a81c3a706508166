// SPDX-License-Identifier: GPL-2.0-only
/* Which load balancers a switch or router has, by itself and by groups. */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct use {
	const struct nb *nb;
	uint32_t *lbs;
	size_t n;
};

static int lb_compare(const void *uuid, const void *lb)
{
	return strcmp(uuid, ((const struct nb_lb *)lb)->uuid);
}

static int index_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The column is a weak reference: a row that is gone is no error. */
static int uses_add(struct use *u, const struct ovsdb_row *row, struct error *e)
{
	size_t i, n = ovsdb_size(row, "load_balancer");
	const struct nb_lb *lb;
	uint32_t *new;
	char uuid[37];

	if (!n)
		return 0;
	new = realloc(u->lbs, (u->n + n) * sizeof(*new));
	if (!new)
		return out_of_memory(e);
	u->lbs = new;
	for (i = 0; i < n; i++) {
		ovsdb_uuid_format(ovsdb_uuid(row, "load_balancer", i), uuid);
		/* in the order of their uuids, as all rows */
		lb = bsearch(uuid, u->nb->lbs, u->nb->n_lbs, sizeof(*lb),
			     lb_compare);
		if (lb)
			u->lbs[u->n++] = lb - u->nb->lbs;
	}
	return 0;
}

int lb_use_read(const struct ovsdb *db, const struct ovsdb_row *row,
		struct nb *nb, uint32_t **lbs, size_t *n_lbs, struct error *e)
{
	const struct ovsdb_table *groups =
		ovsdb_table(db, "Load_Balancer_Group");
	size_t i, n = 0, n_groups = ovsdb_size(row, "load_balancer_group");
	struct use u = {.nb = nb};
	const struct ovsdb_row *group;
	int err;

	err = uses_add(&u, row, e);
	for (i = 0; i < n_groups && !err; i++) {
		group = ovsdb_find(groups,
				   ovsdb_uuid(row, "load_balancer_group", i));
		if (group) {
			err = uses_add(&u, group, e);
			continue;
		}
		err = row_error(row, e,
				"a row of its load_balancer_group is missing; "
				"take a fresh ovsdb-client backup");
		row_is_refused(nb, &err, e);
	}
	if (u.n)
		qsort(u.lbs, u.n, sizeof(u.lbs[0]), index_compare);
	for (i = 0; i < u.n; i++)
		if (!n || u.lbs[n - 1] != u.lbs[i])
			u.lbs[n++] = u.lbs[i];
	/* The caller's to free, after an error as well. */
	*lbs = u.lbs;
	*n_lbs = n;
	return err;
}
