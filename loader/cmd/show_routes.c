// SPDX-License-Identifier: GPL-2.0-only
/* Routes of the routers. */
#include "cmd/show_tree.h"

struct route_table {
	struct collection *c;
	json_t *index;
	bool is_src;
};

/* Next hop and port of a route, or of one way of an ECMP group. */
static void set_way(const struct route_table *t, json_t *o, __u32 datapath,
		    const struct route_val *v)
{
	json_t *out = tree_find(t->index, datapath, v->port);

	if (v->kind == ROUTE_STATIC)
		json_object_set_new(o, "nexthop", json_ip(v->nexthop));
	if (out && (v->kind == ROUTE_STATIC || v->kind == ROUTE_CONNECTED))
		json_object_set(o, "port", json_object_get(out, "name"));
	counters_set_route(t->c, o, v->counter);
}

static void add_ways(const struct route_table *t, json_t *o, __u32 datapath,
		     __u32 id)
{
	struct ecmp_key key = {.id = id};
	const struct route_val *v;

	for (; (v = image_find(&t->c->img, IMAGE_ECMP, &key)); key.index++) {
		json_t *way = json_object();

		set_way(t, way, datapath, v);
		tree_add(o, "nexthops", way, json_sprintf("%05u", key.index));
	}
}

static void add_route(const struct route_table *t, const struct route_key *k,
		      const struct route_val *v)
{
	static const char *const kinds[] = {
		[ROUTE_CONNECTED] = "connected", [ROUTE_STATIC] = "static",
		[ROUTE_LOCAL] = "local",	 [ROUTE_DISCARD] = "discard",
		[ROUTE_ECMP] = "ecmp",
	};
	/* behind datapath and table */
	unsigned int plen = k->prefixlen - 64;
	json_t *dp = tree_find(t->index, k->datapath, 0), *o;

	if (!dp || v->kind == ROUTE_LOCAL || v->kind > ROUTE_ECMP)
		return;
	o = json_pack("{s:o, s:s, s:i, s:b}", "prefix",
		      json_network(k->ip, plen), "kind", kinds[v->kind],
		      "table", (int)k->table, "by_source", t->is_src);
	set_way(t, o, k->datapath, v);
	if (v->kind == ROUTE_ECMP) {
		json_object_set_new(o, "ecmp_group", json_integer(v->ecmp));
		add_ways(t, o, k->datapath, v->ecmp);
	}
	tree_add(dp, "routes", o,
		 json_sprintf("%5u %d %u.%u.%u.%u/%u", k->table, t->is_src,
			      k->ip[0], k->ip[1], k->ip[2], k->ip[3], plen));
}

void tree_routes(struct collection *c, json_t *index)
{
	struct route_table table = {.c = c, .index = index};

	{
		for_entries(&c->img, ROUTE, struct route_key, struct route_val)
			add_route(&table, k, v);
	}
	table.is_src = true;
	{
		for_entries(&c->img, ROUTE_SRC, struct route_key,
			    struct route_val) add_route(&table, k, v);
	}
}
