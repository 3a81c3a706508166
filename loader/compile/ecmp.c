// SPDX-License-Identifier: GPL-2.0-only
#include "ecmp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "maglev.h"

/* Ids of groups are odd, those of load balancers' VIPs even. */
#define ECMP_KEY_MAX (1u << 30)

struct ecmp_group {
	char *name; /* what its id comes from */
	enum image_table_id id; /* of the route */
	struct route_key key;
	struct ecmp_member *members; /* sorted */
	size_t n;
};

static int out_of_memory(struct tables *c)
{
	return error_set(c->e, ENOMEM, "out of memory");
}

static int compare_member(const void *a, const void *b)
{
	const struct ecmp_member *x = a, *y = b;
	int order = memcmp(x->route.nexthop, y->route.nexthop, 4);

	if (order)
		return order;
	return x->route.port < y->route.port ? -1 :
					       x->route.port > y->route.port;
}

static char *group_name(const struct topo_router *r, enum image_table_id id,
			const struct route_key *key, uint8_t plen,
			const char *table)
{
	char *name;

	if (asprintf(&name, "%s %s %u.%u.%u.%u/%u %s", r->nb->uuid,
		     image_table_name(id), key->ip[0], key->ip[1], key->ip[2],
		     key->ip[3], plen, table ? table : "") < 0)
		return NULL;
	return name;
}

int ecmp_add(struct tables *c, struct ecmp_groups *all,
	     const struct topo_router *r, enum image_table_id id,
	     const struct route_key *key, const char *table,
	     const struct ecmp_member *members, size_t n)
{
	struct ecmp_group *group;

	if (all->n == all->capacity) {
		size_t capacity = all->capacity ? 2 * all->capacity : 16;

		group = realloc(all->groups, capacity * sizeof(*group));
		if (!group)
			return out_of_memory(c);
		all->groups = group;
		all->capacity = capacity;
	}
	group = &all->groups[all->n];
	memset(group, 0, sizeof(*group));
	group->name = group_name(r, id, key, members[0].route.plen, table);
	group->members = calloc(n, sizeof(*members));
	all->n++;
	if (!group->name || !group->members)
		return out_of_memory(c);
	group->id = id;
	group->key = *key;
	group->n = n;
	memcpy(group->members, members, n * sizeof(*members));
	qsort(group->members, n, sizeof(*members), compare_member);
	return 0;
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; names && i < n; i++)
		free(names[i]);
	free(names);
}

static char **member_names(const struct ecmp_group *group)
{
	char **names = calloc(group->n, sizeof(*names));

	for (size_t i = 0; names && i < group->n; i++) {
		const struct ecmp_member *m = &group->members[i];
		const uint8_t *ip = m->route.nexthop;

		if (asprintf(&names[i], "%u.%u.%u.%u@%s", ip[0], ip[1], ip[2],
			     ip[3], m->lrp->nb->name) >= 0)
			continue;
		names[i] = NULL;
		free_names(names, i);
		return NULL;
	}
	return names;
}

static int write_group(struct tables *c, const struct ecmp_group *group,
		       uint32_t id)
{
	struct route_val route = {
		.kind = ROUTE_ECMP,
		.plen = group->members[0].route.plen,
		.ecmp = id,
	};
	char **names = member_names(group);
	int ret;

	if (!names)
		return out_of_memory(c);
	ret = tables_add_maglev(c, id, (const char *const *)names, group->n,
				&route.n_slots);
	free_names(names, group->n);
	for (size_t i = 0; !ret && i < group->n; i++) {
		struct ecmp_key key = {.id = id, .index = i};

		ret = tables_add(c, IMAGE_ECMP, &key, &group->members[i].route,
				 NULL);
	}
	return ret ? ret : tables_add(c, group->id, &group->key, &route, NULL);
}

static int compare_group(const void *a, const void *b)
{
	const struct ecmp_group *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int ecmp_write(struct tables *c, struct ecmp_groups *all)
{
	static const struct key_space space = {
		.what = "ECMP group",
		.where = "the network",
		.derived_max = ECMP_KEY_MAX,
		.given_max = ECMP_KEY_MAX,
	};
	struct key_request *rows;
	int ret;

	if (!all->n)
		return 0;
	rows = calloc(all->n, sizeof(*rows));
	if (!rows)
		return out_of_memory(c);
	qsort(all->groups, all->n, sizeof(*all->groups), compare_group);
	for (size_t i = 0; i < all->n; i++)
		rows[i].uuid = rows[i].name = all->groups[i].name;
	ret = keys_assign(rows, all->n, &space, c->e);
	c->has_moved_ids |= !ret && keys_moved(rows, all->n, &space);
	for (size_t i = 0; !ret && i < all->n; i++)
		ret = write_group(c, &all->groups[i], 2 * rows[i].key + 1);
	free(rows);
	return ret;
}

void ecmp_free(struct ecmp_groups *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->groups[i].name);
		free(all->groups[i].members);
	}
	free(all->groups);
	memset(all, 0, sizeof(*all));
}
