// SPDX-License-Identifier: GPL-2.0-only
/* Numbers of the route tables of a router (options:route_table). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "topology.h"

static bool is_main(const char *table)
{
	return !table || !*table;
}

static int compare_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool topo_router_find_table(const struct topo_router *r, const char *name,
			    uint32_t *table)
{
	const char **found;

	*table = 0;
	if (is_main(name))
		return r->uses_main_table;
	if (!r->n_tables)
		return false;
	found = bsearch(&name, r->tables, r->n_tables, sizeof(*r->tables),
			compare_name);
	if (found)
		*table = found - r->tables + 1;
	return found;
}

static int number_tables(struct topo_router *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_ports; i++) {
		if (is_main(r->ports[i].nb->route_table))
			r->uses_main_table = true;
		else
			n++;
	}
	if (!n)
		return 0;
	r->tables = calloc(n, sizeof(*r->tables));
	if (!r->tables)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < r->n_ports; i++)
		if (!is_main(r->ports[i].nb->route_table))
			r->tables[n++] = r->ports[i].nb->route_table;
	qsort(r->tables, n, sizeof(*r->tables), compare_name);
	for (size_t i = 0; i < n; i++)
		if (!i || strcmp(r->tables[i], r->tables[r->n_tables - 1]))
			r->tables[r->n_tables++] = r->tables[i];
	for (size_t i = 0; i < r->n_ports; i++)
		topo_router_find_table(r, r->ports[i].nb->route_table,
				       &r->ports[i].route_table);
	return 0;
}

int topology_number_tables(struct topology *t)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < t->n_routers; i++)
		ret = number_tables(&t->routers[i]);
	return ret;
}
