// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int lbs_read(const struct ovsdb *db, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Load_Balancer");
	size_t i, n = ovsdb_table_size(t);
	int err = 0;

	nb->lbs = calloc(n ? n : 1, sizeof(nb->lbs[0]));
	if (!nb->lbs)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		struct nb_lb *lb = &nb->lbs[nb->n_lbs++];

		err = lb_read(ovsdb_table_row(t, i), lb, nb, e);
		if (row_is_refused(nb, &err, e)) {
			lb_free(lb);
			memset(lb, 0, sizeof(*lb));
			nb->n_lbs--;
		}
	}
	return err;
}

static int switches_read(const struct ovsdb *db, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Logical_Switch");
	size_t i, n = ovsdb_table_size(t);
	int err = 0;

	nb->switches = calloc(n ? n : 1, sizeof(nb->switches[0]));
	if (!nb->switches)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++) {
		nb->n_switches++;
		err = switch_read(db, ovsdb_table_row(t, i), &nb->switches[i],
				  nb, e);
	}
	return err;
}

static int routers_read(const struct ovsdb *db, struct nb *nb, struct error *e)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Logical_Router");
	size_t i, n = ovsdb_table_size(t);
	int err = 0;

	nb->routers = calloc(n ? n : 1, sizeof(nb->routers[0]));
	if (!nb->routers)
		return out_of_memory(e);
	for (i = 0; i < n && !err; i++)
		err = router_add(db, ovsdb_table_row(t, i), true, nb, e);
	return err;
}

static int read_all(const struct ovsdb *db, bool is_live, struct nb *nb,
		    struct error *e)
{
	int err;

	nb->refused.is_live = is_live;
	err = lbs_read(db, nb, e);
	if (!err)
		err = switches_read(db, nb, e);
	if (!err)
		err = routers_read(db, nb, e);
	if (!err)
		err = unsupported_global(db, nb, e);
	if (err)
		nb_free(nb);
	return err;
}

int nb_from_ovsdb(const struct ovsdb *db, struct nb *nb, struct error *e)
{
	memset(nb, 0, sizeof(*nb));
	return read_all(db, false, nb, e);
}

int nb_from_live(const struct ovsdb *db, struct nb *nb, struct error *e)
{
	memset(nb, 0, sizeof(*nb));
	return read_all(db, true, nb, e);
}

static int router_gateway_rows(const struct nb_router *r, struct nb *nb,
			       struct error *e)
{
	char example[256];
	int err = 0;

	for (size_t i = 0; !err && i < r->n_nats; i++) {
		const uint8_t *ip = r->nats[i].external_ip;

		snprintf(example, sizeof(example), "%u.%u.%u.%u in router %s",
			 ip[0], ip[1], ip[2], ip[3], r->name);
		err = notice_add(nb, e, 1, example,
				 "NAT of a distributed gateway port");
	}
	for (size_t i = 0; !err && i < r->n_lbs; i++) {
		const struct nb_lb *lb = &nb->lbs[r->lbs[i]];

		snprintf(example, sizeof(example), "%.100s in router %s",
			 *lb->name ? lb->name : lb->uuid, r->name);
		err = notice_add(nb, e, 1, example,
				 "load balancer of a distributed gateway port");
	}
	return err;
}

/* What a gateway router would do, and a distributed gateway port does not:
 * a load says so of the router, and these are its rows. */
static int gateway_rows(struct nb *nb, struct error *e)
{
	int err = 0;

	for (size_t i = 0; !err && i < nb->n_routers; i++) {
		const struct nb_router *r = &nb->routers[i];
		bool has_port = false;

		for (size_t j = 0; j < r->n_ports; j++)
			has_port |= r->ports[j].is_distributed_gateway;
		if (has_port && !r->gateway_chassis)
			err = router_gateway_rows(r, nb, e);
	}
	return err;
}

int nb_examine(const struct ovsdb *db, bool is_live, struct nb *nb,
	       struct error *e)
{
	int err;

	memset(nb, 0, sizeof(*nb));
	nb->keeps_rows = true;
	err = read_all(db, is_live, nb, e);
	if (err)
		return err;
	err = gateway_rows(nb, e);
	if (err)
		nb_free(nb);
	return err;
}

void nb_free(struct nb *nb)
{
	size_t i;

	for (i = 0; i < nb->n_switches; i++)
		switch_free(&nb->switches[i]);
	for (i = 0; i < nb->n_routers; i++)
		router_free(&nb->routers[i]);
	for (i = 0; i < nb->n_lbs; i++)
		lb_free(&nb->lbs[i]);
	for (i = 0; i < nb->n_notices; i++)
		notice_free(&nb->notices[i]);
	free(nb->switches);
	free(nb->routers);
	free(nb->lbs);
	free(nb->notices);
	refused_free(&nb->refused);
	memset(nb, 0, sizeof(*nb));
}
