// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/stats_text.h"
#include "cmd/top.h"
#include "drop_text.h"

const char *const top_sorts[TOP_SORT_COUNT] = {
	[TOP_BY_PPS] = "pps",
	[TOP_BY_BPS] = "bps",
	[TOP_BY_DROPS] = "drops",
	[TOP_BY_NAME] = "name",
};

static struct top_row *row_add(struct top_rows *rows)
{
	if (rows->n == rows->capacity) {
		size_t capacity = rows->capacity ? 2 * rows->capacity : 64;
		struct top_row *p =
			reallocarray(rows->row, capacity, sizeof(*rows->row));

		if (!p) {
			rows->err = -ENOMEM;
			return NULL;
		}
		rows->row = p;
		rows->capacity = capacity;
	}
	return memset(&rows->row[rows->n++], 0, sizeof(*rows->row));
}

static void text_set(char text[TOP_TEXT_LEN], const char *value)
{
	snprintf(text, TOP_TEXT_LEN, "%s", value ? value : "");
}

static void counter_set(struct top_row *row, int column, struct counter_val val)
{
	row->total[column] = val.packets;
	row->total[column + 1] = val.bytes;
}

static const char *name_of(const struct stats_datapath *d)
{
	return d ? d->name : "";
}

static void collect_ports(const struct stats *st, struct top_rows *rows)
{
	for (size_t i = 0; i < st->n_ports; i++) {
		const struct stats_port *p = &st->ports[i];
		struct top_row *row = row_add(rows);

		if (!row)
			return;
		text_set(row->text[0], p->name);
		text_set(row->text[1], name_of(p->datapath));
		text_set(row->text[2], *p->ifname ? p->ifname : "-");
		counter_set(row, 0, p->in);
		counter_set(row, 2, p->out);
		row->total[4] = p->drop_in.packets + p->drop_out.packets;
	}
}

static void collect_routes(const struct stats *st, struct top_rows *rows)
{
	for (size_t i = 0; i < st->n_routes; i++) {
		const struct stats_route *r = &st->routes[i];
		struct top_row *row = row_add(rows);
		char prefix[INET_ADDRSTRLEN], nexthop[INET_ADDRSTRLEN] = "";
		char table[24] = "";

		if (!row)
			return;
		inet_ntop(AF_INET, r->ip, prefix, sizeof(prefix));
		if (r->table)
			snprintf(table, sizeof(table), " table %u", r->table);
		if (r->kind == ROUTE_STATIC)
			inet_ntop(AF_INET, r->nexthop, nexthop,
				  sizeof(nexthop));
		text_set(row->text[0], name_of(r->router));
		snprintf(row->text[1], TOP_TEXT_LEN, "%s%s/%u%s",
			 r->is_by_source ? "from " : "", prefix, r->plen,
			 table);
		snprintf(row->text[2], TOP_TEXT_LEN, "%s%s%s", nexthop,
			 *nexthop ? " " : "", r->port ? r->port : "");
		counter_set(row, 0, r->counter);
	}
}

static void rule_set(struct top_row *row,
		     const struct counter_val counter[COUNTER_RULE_SIZE])
{
	counter_set(row, 0, counter[COUNTER_RULE_ORIG]);
	counter_set(row, 2, counter[COUNTER_RULE_REPLY]);
	row->total[4] = counter[COUNTER_RULE_NEW].packets;
}

static void collect_nat(const struct stats *st, struct top_rows *rows)
{
	for (size_t i = 0; i < st->n_nats; i++) {
		const struct stats_nat *n = &st->nats[i];
		struct top_row *row = row_add(rows);
		char logical[STATS_PREFIX_LEN], external[STATS_PREFIX_LEN];

		if (!row)
			return;
		stats_prefix(logical, n->logical_ip, n->logical_plen);
		stats_prefix(external, n->external_ip, 32);
		text_set(row->text[0], name_of(n->router));
		text_set(row->text[1], n->is_snat ? "snat" : "dnat");
		snprintf(row->text[2], TOP_TEXT_LEN, "%s > %s",
			 n->is_snat ? logical : external,
			 n->is_snat ? external : logical);
		rule_set(row, n->counter);
	}
}

static void collect_vips(const struct stats *st, struct top_rows *rows)
{
	for (size_t i = 0; i < st->n_vips; i++) {
		const struct stats_vip *p = &st->vips[i];
		const char *proto = stats_proto(p->proto);
		struct top_row *row = row_add(rows);
		char vip[STATS_PREFIX_LEN];

		if (!row)
			return;
		stats_vip_text(vip, p);
		snprintf(row->text[0], TOP_TEXT_LEN, "%s%s%s", vip,
			 proto ? "/" : "", proto ? proto : "");
		text_set(row->text[1], p->name);
		text_set(row->text[2], name_of(p->datapath));
		rule_set(row, p->counter);
	}
}

static void collect_tunnels(const struct stats *st, struct top_rows *rows)
{
	for (size_t i = 0; i < st->n_chassis; i++) {
		const struct stats_chassis *c = &st->chassis[i];
		struct top_row *row = row_add(rows);

		if (!row)
			return;
		text_set(row->text[0],
			 *c->val.hostname ? c->val.hostname : c->val.name);
		inet_ntop(AF_INET, c->val.encap_ip, row->text[1], TOP_TEXT_LEN);
		counter_set(row, 0, c->rx);
		counter_set(row, 2, c->tx);
	}
}

static void collect_drops(const struct stats *st, struct top_rows *rows)
{
	for (size_t i = 0; i < st->n_places; i++) {
		const struct stats_place *p = &st->places[i];
		struct top_row *row;

		if (p->key.reason >= DROP_REASON_COUNT)
			continue;
		row = row_add(rows);
		if (!row)
			return;
		text_set(row->text[0], drop_text(p->key.reason)->name);
		snprintf(row->text[1], TOP_TEXT_LEN, "%s%s%s",
			 p->datapath ? p->datapath : "-", p->port ? " " : "",
			 p->port ? p->port : "");
		text_set(row->text[2], p->in_port ? p->in_port : "-");
		row->total[0] = row->total[1] = p->val.packets;
	}
}

#define IN_OUT(in, json_in, out, json_out)                                     \
	{in " pps", json_in "_packets_per_second", TOP_UNIT_PACKETS},          \
		{in " bit/s", json_in "_bits_per_second", TOP_UNIT_BYTES},     \
		{out " pps", json_out "_packets_per_second",                   \
		 TOP_UNIT_PACKETS},                                            \
	{                                                                      \
		out " bit/s", json_out "_bits_per_second", TOP_UNIT_BYTES      \
	}

#define NEW                                                                    \
	{                                                                      \
		"NEW/s", "connections_per_second", TOP_UNIT_EVENTS             \
	}

const struct top_view top_views[TOP_VIEW_COUNT] = {
	[TOP_PORTS] =
		{
			"ports",
			{{"PORT", "port", 0},
			 {"SWITCH", "switch", 0},
			 {"INTERFACE", "interface", 0}},
			{IN_OUT("IN", "in", "OUT", "out"),
			 {"DROPS/s", "drops_per_second", TOP_UNIT_DROPS}},
			collect_ports,
		},
	[TOP_ROUTES] =
		{
			"routes",
			{{"ROUTER", "router", 0},
			 {"PREFIX", "prefix", 0},
			 {"VIA", "via", 0}},
			{{"pps", "packets_per_second", TOP_UNIT_PACKETS},
			 {"bit/s", "bits_per_second", TOP_UNIT_BYTES}},
			collect_routes,
		},
	[TOP_NAT] =
		{
			"nat",
			{{"ROUTER", "router", 0},
			 {"TYPE", "type", 0},
			 {"RULE", "rule", 0}},
			{IN_OUT("ORIG", "orig", "REPLY", "reply"), NEW},
			collect_nat,
		},
	[TOP_VIPS] =
		{
			"vips",
			{{"VIP", "vip", 0},
			 {"LOAD BALANCER", "load_balancer", 0},
			 {"ON", "datapath", 0}},
			{IN_OUT("ORIG", "orig", "REPLY", "reply"), NEW},
			collect_vips,
		},
	[TOP_TUNNELS] =
		{
			"tunnels",
			{{"CHASSIS", "chassis", 0},
			 {"ENCAP IP", "encap_ip", 0}},
			{IN_OUT("IN", "in", "OUT", "out")},
			collect_tunnels,
		},
	[TOP_DROPS] =
		{
			"drops",
			{{"REASON", "reason", 0},
			 {"WHERE", "where", 0},
			 {"FROM PORT", "from", 0}},
			{{"DROPS/s", "drops_per_second", TOP_UNIT_DROPS},
			 {"TOTAL", "packets", TOP_UNIT_TOTAL}},
			collect_drops,
		},
};

static int compare_text(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;
	int order = 0;

	for (int i = 0; i < TOP_TEXTS && !order; i++)
		order = strcmp(x->text[i], y->text[i]);
	return order;
}

/* What a row is sorted by; columns that the view lacks count nothing. */
static double weight(const struct top_view *view, enum top_sort sort,
		     const struct top_row *row)
{
	enum top_unit unit = sort == TOP_BY_BPS	  ? TOP_UNIT_BYTES :
			     sort == TOP_BY_DROPS ? TOP_UNIT_DROPS :
						    TOP_UNIT_PACKETS;
	double sum = 0;

	/* Drops have no other rate. */
	if (view == &top_views[TOP_DROPS])
		unit = TOP_UNIT_DROPS;
	for (int i = 0; i < TOP_NUMBERS; i++)
		if (view->number[i].unit == unit)
			sum += row->rate[i];
	return sum;
}

/* Sorts by name; rows that no name tells apart become one. */
static void merge_same(struct top_rows *rows)
{
	size_t kept = 0;

	if (!rows->n)
		return;
	qsort(rows->row, rows->n, sizeof(*rows->row), compare_text);
	for (size_t i = 1; i < rows->n; i++) {
		if (compare_text(&rows->row[kept], &rows->row[i])) {
			rows->row[++kept] = rows->row[i];
			continue;
		}
		for (int k = 0; k < TOP_NUMBERS; k++)
			rows->row[kept].total[k] += rows->row[i].total[k];
	}
	rows->n = kept + 1;
}

struct order {
	const struct top_view *view;
	enum top_sort sort;
};

static int compare_rate(const void *a, const void *b, void *arg)
{
	const struct order *o = arg;
	double x, y;

	if (o->sort == TOP_BY_NAME)
		return compare_text(a, b);
	x = weight(o->view, o->sort, a);
	y = weight(o->view, o->sort, b);
	return x > y ? -1 : x < y ? 1 : compare_text(a, b);
}

/* An entry that was emptied, or another's before, counts from zero. */
static double rate(uint64_t now, uint64_t before, double seconds)
{
	return (double)(now < before ? now : now - before) / seconds;
}

static void set_rates(const struct top_view *view, struct top_rows *now,
		      const struct top_rows *before, double seconds)
{
	for (size_t i = 0; i < now->n; i++) {
		struct top_row *row = &now->row[i], *old;

		old = before->n ? bsearch(row, before->row, before->n,
					  sizeof(*row), compare_text) :
				  NULL;
		for (int k = 0; k < TOP_NUMBERS; k++) {
			double r = rate(row->total[k], old ? old->total[k] : 0,
					seconds);

			row->rate[k] = view->number[k].unit == TOP_UNIT_BYTES ?
					       8 * r :
					       r;
		}
	}
}

int top_rows_make(const struct top *t, enum top_view_id view,
		  struct top_rows *rows)
{
	struct order order = {&top_views[view], t->sort};
	struct top_rows before = {0};
	double seconds = t->now.time - t->before.time;

	*rows = (struct top_rows){0};
	order.view->collect(&t->now, rows);
	order.view->collect(&t->before, &before);
	merge_same(rows);
	merge_same(&before);
	set_rates(order.view, rows, &before, seconds > 0 ? seconds : 1);
	free(before.row);
	if (rows->n)
		qsort_r(rows->row, rows->n, sizeof(*rows->row), compare_rate,
			&order);
	return rows->err ? rows->err : before.err;
}

void top_rows_free(struct top_rows *rows)
{
	free(rows->row);
	*rows = (struct top_rows){0};
}
