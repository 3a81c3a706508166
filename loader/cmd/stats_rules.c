// SPDX-License-Identifier: GPL-2.0-only
/* What stats counts of routes, NAT rules and load balancers' VIPs. */
#include <errno.h>
#include <string.h>

#include "cmd/show_tree.h"
#include "cmd/stats_list.h"
#include "sync/counters.h"

static void route_add(struct stats *st, struct stats_list *l,
		      const struct route_key *k, const struct route_val *v,
		      bool is_by_source, bool is_ecmp)
{
	struct stats_datapath *router = stats_datapath(st, k->datapath);
	struct stats_route *r;

	if (!router || (v->kind != ROUTE_CONNECTED && v->kind != ROUTE_STATIC))
		return;
	r = stats_list_add(l);
	if (!r)
		return;
	r->router = router;
	r->port = stats_port_name(st, k->datapath, v->port);
	r->kind = v->kind;
	r->table = k->table;
	r->is_by_source = is_by_source;
	r->is_ecmp = is_ecmp;
	memcpy(r->ip, k->ip, sizeof(r->ip));
	r->plen = v->plen;
	memcpy(r->nexthop, v->nexthop, sizeof(r->nexthop));
	r->is_counted = v->counter;
	r->counter = counters_get(st->counter, st->n_counters, v->counter, 0);
	counter_add(&router->routed, r->counter);
}

/* A group is its members. */
static void routes_add(struct stats *st, struct stats_list *l,
		       const struct route_key *k, const struct route_val *v,
		       bool is_by_source)
{
	struct ecmp_key key = {.id = v->ecmp};
	const struct route_val *member;

	route_add(st, l, k, v, is_by_source, false);
	if (v->kind != ROUTE_ECMP)
		return;
	while ((member = image_find(&st->img, IMAGE_ECMP, &key))) {
		route_add(st, l, k, member, is_by_source, true);
		key.index++;
	}
}

static void collect_routes(struct stats *st, struct stats_list *l)
{
	for_entries(&st->img, ROUTE, struct route_key, struct route_val)
		routes_add(st, l, k, v, false);
}

static void collect_source_routes(struct stats *st, struct stats_list *l)
{
	for_entries(&st->img, ROUTE_SRC, struct route_key, struct route_val)
		routes_add(st, l, k, v, true);
}

static void rule_counters(const struct stats *st, uint32_t number,
			  struct counter_val counter[COUNTER_RULE_SIZE])
{
	for (int i = 0; i < COUNTER_RULE_SIZE; i++)
		counter[i] =
			counters_get(st->counter, st->n_counters, number, i);
}

static struct stats_nat *nat_add(const struct stats *st, struct stats_list *l,
				 uint32_t datapath, uint32_t number)
{
	struct stats_nat *n = stats_list_add(l);

	if (!n)
		return NULL;
	n->router = stats_datapath(st, datapath);
	n->is_counted = number;
	rule_counters(st, number, n->counter);
	return n;
}

static void collect_dnat(const struct stats *st, struct stats_list *l)
{
	for_entries(&st->img, NAT, struct nat_key, struct nat_val)
	{
		struct stats_nat *n = NULL;

		if (v->flags & NAT_F_DNAT)
			n = nat_add(st, l, k->datapath, v->counter);
		if (!n)
			continue;
		memcpy(n->external_ip, k->ip, sizeof(n->external_ip));
		memcpy(n->logical_ip, v->logical_ip, sizeof(n->logical_ip));
		n->logical_plen = 32;
	}
}

static void collect_snat(const struct stats *st, struct stats_list *l)
{
	for_entries(&st->img, SNAT, struct snat_key, struct snat_val)
	{
		struct stats_nat *n = nat_add(st, l, k->datapath, v->counter);

		if (!n)
			break;
		n->is_snat = true;
		memcpy(n->external_ip, v->external_ip, sizeof(n->external_ip));
		memcpy(n->logical_ip, k->ip, sizeof(n->logical_ip));
		n->logical_plen = k->prefixlen - 32; /* behind the datapath */
	}
}

static void collect_vips(const struct stats *st, struct stats_list *l)
{
	for_entries(&st->img, LB, struct lb_key, struct lb_val)
	{
		struct stats_vip *p = stats_list_add(l);

		if (!p)
			break;
		p->datapath = stats_datapath(st, k->datapath);
		p->name = v->name;
		memcpy(p->ip, k->ip, sizeof(p->ip));
		p->port = k->port;
		p->proto = k->proto;
		p->is_counted = v->counter;
		rule_counters(st, v->counter, p->counter);
	}
}

int stats_collect_rules(struct stats *st)
{
	struct stats_list routes = {.size = sizeof(*st->routes)};
	struct stats_list nats = {.size = sizeof(*st->nats)};
	struct stats_list vips = {.size = sizeof(*st->vips)};

	collect_routes(st, &routes);
	collect_source_routes(st, &routes);
	collect_dnat(st, &nats);
	collect_snat(st, &nats);
	collect_vips(st, &vips);
	st->routes = routes.items;
	st->n_routes = routes.n;
	st->nats = nats.items;
	st->n_nats = nats.n;
	st->vips = vips.items;
	st->n_vips = vips.n;
	return routes.err ? routes.err : nats.err ? nats.err : vips.err;
}
