// SPDX-License-Identifier: GPL-2.0-only
/* stats: in which order things are shown, and rates. */
#include <stdlib.h>
#include <string.h>

#include "cmd/stats.h"

static int by_text(const char *x, const char *y)
{
	return strcmp(x ? x : "", y ? y : "");
}

static int by_datapath(const struct stats_datapath *x,
		       const struct stats_datapath *y)
{
	return by_text(x ? x->name : NULL, y ? y->name : NULL);
}

static int by_number(uint64_t x, uint64_t y)
{
	return x < y ? -1 : x > y;
}

static int by_port(const void *a, const void *b)
{
	const struct stats_port *x = a, *y = b;
	int order = by_datapath(x->datapath, y->datapath);

	return order ? order : by_text(x->name, y->name);
}

static int by_route(const void *a, const void *b)
{
	const struct stats_route *x = a, *y = b;
	int order = by_datapath(x->router, y->router);

	if (!order)
		order = by_number(x->table, y->table);
	if (!order)
		order = x->is_by_source - y->is_by_source;
	if (!order)
		order = memcmp(x->ip, y->ip, sizeof(x->ip));
	if (!order)
		order = by_number(x->plen, y->plen);
	if (!order)
		order = memcmp(x->nexthop, y->nexthop, sizeof(x->nexthop));
	return order ? order : by_text(x->port, y->port);
}

static int by_nat(const void *a, const void *b)
{
	const struct stats_nat *x = a, *y = b;
	int order = by_datapath(x->router, y->router);

	if (!order)
		order = memcmp(x->external_ip, y->external_ip,
			       sizeof(x->external_ip));
	if (!order)
		order = x->is_snat - y->is_snat;
	if (!order)
		order = memcmp(x->logical_ip, y->logical_ip,
			       sizeof(x->logical_ip));
	return order ? order : by_number(x->logical_plen, y->logical_plen);
}

static int by_vip(const void *a, const void *b)
{
	const struct stats_vip *x = a, *y = b;
	int order = by_datapath(x->datapath, y->datapath);

	if (!order)
		order = by_text(x->name, y->name);
	if (!order)
		order = memcmp(x->ip, y->ip, sizeof(x->ip));
	if (!order)
		order = by_number(x->port, y->port);
	return order ? order : by_number(x->proto, y->proto);
}

static int by_chassis(const void *a, const void *b)
{
	const struct stats_chassis *x = a, *y = b;

	return strcmp(x->val.name, y->val.name);
}

static int by_place_key(const void *a, const void *b)
{
	const struct stats_place *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* What drops most stands first. */
static int by_place(const void *a, const void *b)
{
	const struct stats_place *x = a, *y = b;
	int order = by_number(y->val.packets, x->val.packets);

	return order ? order : by_place_key(a, b);
}

static void sort(void *items, size_t n, size_t size,
		 int (*compare)(const void *, const void *))
{
	if (n)
		qsort(items, n, size, compare);
}

void stats_sort(struct stats *st)
{
	sort(st->ports, st->n_ports, sizeof(*st->ports), by_port);
	sort(st->routes, st->n_routes, sizeof(*st->routes), by_route);
	sort(st->nats, st->n_nats, sizeof(*st->nats), by_nat);
	sort(st->vips, st->n_vips, sizeof(*st->vips), by_vip);
	sort(st->chassis, st->n_chassis, sizeof(*st->chassis), by_chassis);
	sort(st->places, st->n_places, sizeof(*st->places), by_place);
}

/* An entry that was evicted and came back begins at zero again. */
static double rate(uint64_t now, uint64_t before, double seconds)
{
	return (now < before ? now : now - before) / seconds;
}

void stats_rate(struct stats *now, struct stats *before)
{
	double seconds = now->time - before->time;

	for (int i = 0; i < DROP_REASON_COUNT; i++)
		now->drop_rate[i] = rate(now->drop[i].packets,
					 before->drop[i].packets, seconds);
	sort(before->places, before->n_places, sizeof(*before->places),
	     by_place_key);
	for (size_t i = 0; i < now->n_places; i++) {
		struct stats_place *p = &now->places[i], *old = NULL;

		if (before->n_places)
			old = bsearch(p, before->places, before->n_places,
				      sizeof(*p), by_place_key);
		p->rate = rate(p->val.packets, old ? old->val.packets : 0,
			       seconds);
	}
}
