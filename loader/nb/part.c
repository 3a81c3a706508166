// SPDX-License-Identifier: GPL-2.0-only
/* A model of some rows and the load balancers that they have. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* Rows of Load_Balancer, each once and in the order of their uuids, as lb_use.c
 * wants them. */
struct lb_rows {
	const struct ovsdb_row **rows;
	size_t n, capacity;
};

static int lb_rows_add(struct lb_rows *l, const struct ovsdb *db,
		       const struct ovsdb_row *row)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Load_Balancer");
	size_t i, n = ovsdb_size(row, "load_balancer");
	const struct ovsdb_row *lb, **rows;

	if (l->n + n > l->capacity) {
		rows = reallocarray(l->rows, 2 * (l->n + n), sizeof(*rows));
		if (!rows)
			return -1;
		l->rows = rows;
		l->capacity = 2 * (l->n + n);
	}
	for (i = 0; i < n; i++) {
		lb = ovsdb_find(t, ovsdb_uuid(row, "load_balancer", i));
		if (lb)
			l->rows[l->n++] = lb;
	}
	return 0;
}

static int lb_rows_of(struct lb_rows *l, const struct ovsdb *db,
		      const struct ovsdb_row *row)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Load_Balancer_Group");
	size_t i, n = ovsdb_size(row, "load_balancer_group");
	const struct ovsdb_row *group;
	int err = lb_rows_add(l, db, row);

	for (i = 0; i < n && !err; i++) {
		group = ovsdb_find(t,
				   ovsdb_uuid(row, "load_balancer_group", i));
		if (group)
			err = lb_rows_add(l, db, group);
	}
	return err;
}

static int row_compare(const void *a, const void *b)
{
	return memcmp(ovsdb_row_uuid(*(const struct ovsdb_row *const *)a),
		      ovsdb_row_uuid(*(const struct ovsdb_row *const *)b), 16);
}

static int lb_add(const struct ovsdb_row *row, struct nb *nb, struct error *e)
{
	struct nb_lb *lb = &nb->lbs[nb->n_lbs++];
	int err = lb_read(row, lb, nb, e);

	if (row_is_refused(nb, &err, e)) {
		lb_free(lb);
		memset(lb, 0, sizeof(*lb));
		nb->n_lbs--;
	}
	return err;
}

static int lbs_read(const struct ovsdb *db, const struct nb_part *part,
		    struct nb *nb, struct error *e)
{
	struct lb_rows l = {0};
	size_t i;
	int err = 0;

	for (i = 0; i < part->n_switches && !err; i++)
		if (part->switches[i].has_lbs)
			err = lb_rows_of(&l, db, part->switches[i].row);
	for (i = 0; i < part->n_routers && !err; i++)
		err = lb_rows_of(&l, db, part->routers[i].row);
	nb->lbs = calloc(l.n + 1, sizeof(nb->lbs[0]));
	if (err || !nb->lbs)
		err = out_of_memory(e);
	if (l.n)
		qsort(l.rows, l.n, sizeof(l.rows[0]), row_compare);
	for (i = 0; i < l.n && !err; i++)
		if (!i || l.rows[i] != l.rows[i - 1])
			err = lb_add(l.rows[i], nb, e);
	free(l.rows);
	return err;
}

static int switches_read(const struct ovsdb *db, const struct nb_part *part,
			 struct nb *nb, struct error *e)
{
	size_t i;
	int err = 0;

	nb->switches = calloc(part->n_switches + 1, sizeof(nb->switches[0]));
	if (!nb->switches)
		return out_of_memory(e);
	for (i = 0; i < part->n_switches && !err; i++) {
		const struct nb_part_switch *from = &part->switches[i];
		struct nb_switch *s = &nb->switches[nb->n_switches++];

		err = switch_read_part(from->row, from->ports, from->n_ports, s,
				       nb, e);
		if (!err && from->has_lbs)
			err = lb_use_read(db, from->row, nb, &s->lbs, &s->n_lbs,
					  e);
	}
	return err;
}

static int routers_read(const struct ovsdb *db, const struct nb_part *part,
			struct nb *nb, struct error *e)
{
	size_t i;
	int err = 0;

	nb->routers = calloc(part->n_routers + 1, sizeof(nb->routers[0]));
	if (!nb->routers)
		return out_of_memory(e);
	for (i = 0; i < part->n_routers && !err; i++) {
		const struct nb_part_router *from = &part->routers[i];

		err = router_add(db, from->row, from->has_routes, nb, e);
	}
	return err;
}

int nb_from_part(const struct ovsdb *db, const struct nb_part *part,
		 struct nb *nb, struct error *e)
{
	int err;

	memset(nb, 0, sizeof(*nb));
	nb->refused.is_live = true;
	err = lbs_read(db, part, nb, e);
	if (!err)
		err = switches_read(db, part, nb, e);
	if (!err)
		err = routers_read(db, part, nb, e);
	if (err)
		nb_free(nb);
	return err;
}
