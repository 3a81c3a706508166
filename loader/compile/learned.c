// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the cluster has learned: rows MAC_Binding and FDB of the Southbound
 * database.  What is known from the NB comes before it; a row that refers to
 * nothing waits for northd to remove it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static int add_macs(struct tables *c)
{
	const struct placement *p = c->in->placement;
	int ret = 0;

	for (size_t i = 0; !ret && i < p->n_neighbors; i++) {
		const struct placement_neighbor *n = &p->neighbors[i];
		struct topo_lrp *lrp =
			name_index_find(&c->t->lrp_names, n->lrp);

		if (!lrp || !topo_lrp_is_here(c->t, lrp))
			continue;
		ret = tables_add_neighbor(c, lrp, n->ip, n->mac);
		if (ret == -EEXIST)
			ret = 0;
		lrp->flags |= LRP_F_STATIC_NEIGHBORS;
	}
	return ret;
}

static int compare_keys(const void *a, const void *b)
{
	const struct topo_lsp *const *x = a, *const *y = b;

	if ((*x)->sw->key != (*y)->sw->key)
		return (*x)->sw->key < (*y)->sw->key ? -1 : 1;
	return (*x)->key < (*y)->key ? -1 : (*x)->key > (*y)->key;
}

static const struct topo_lsp *find_lsp(const struct topo_lsp *const *sorted,
				       size_t n,
				       const struct placement_fdb *fdb)
{
	struct topo_switch sw = {.key = fdb->datapath_key};
	const struct topo_lsp like = {.sw = &sw, .key = fdb->port_key};
	const struct topo_lsp *wanted = &like, *const * found;

	found = bsearch(&wanted, sorted, n, sizeof(*sorted), compare_keys);
	return found ? *found : NULL;
}

static int add_fdb(struct tables *c)
{
	const struct placement *p = c->in->placement;
	const struct topology *t = c->t;
	const struct topo_lsp **sorted;
	int ret = 0;

	if (!p->n_fdb || !t->n_lsps)
		return 0;
	sorted = calloc(t->n_lsps, sizeof(*sorted));
	if (!sorted)
		return error_set(c->e, ENOMEM, "out of memory");
	for (size_t i = 0; i < t->n_lsps; i++)
		sorted[i] = &t->lsps[i];
	qsort(sorted, t->n_lsps, sizeof(*sorted), compare_keys);
	for (size_t i = 0; !ret && i < p->n_fdb; i++) {
		const struct topo_lsp *lsp =
			find_lsp(sorted, t->n_lsps, &p->fdb[i]);

		if (lsp)
			ret = tables_add_l2(c, lsp, p->fdb[i].mac);
		if (ret == -EEXIST)
			ret = 0;
	}
	free(sorted);
	return ret;
}

int tables_add_learned(struct tables *c)
{
	int ret = add_macs(c);

	return ret ? ret : add_fdb(c);
}
