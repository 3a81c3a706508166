// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats pipeline: what passed routers, routes, NAT rules, VIPs and
 * tunnels. */
#include <stdio.h>

#include "cmd/show_tree.h"
#include "cmd/stats.h"
#include "cmd/stats_text.h"
#include "cmd/table.h"

static const char *datapath_of(const struct stats_datapath *d)
{
	return d ? d->name : "-";
}

static void set_counter(json_t *o, struct counter_val val)
{
	json_object_update_new(o, stats_json_counter(val));
}

static void set_rule(json_t *o, const struct counter_val *counter)
{
	json_object_set_new(o, "orig",
			    stats_json_counter(counter[COUNTER_RULE_ORIG]));
	json_object_set_new(o, "reply",
			    stats_json_counter(counter[COUNTER_RULE_REPLY]));
	json_object_set_new(
		o, "new_connections",
		json_integer((json_int_t)counter[COUNTER_RULE_NEW].packets));
}

static json_t *routers_json(const struct stats *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->n_datapaths; i++) {
		const struct stats_datapath *d = &st->datapaths[i];
		json_t *o;

		if (d->kind != DATAPATH_ROUTER)
			continue;
		o = json_pack("{s:s, s:i, s:I}", "router", d->name, "key",
			      (int)d->key, "drops",
			      (json_int_t)d->drops.packets);
		set_counter(o, d->routed);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *routes_json(const struct stats *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->n_routes; i++) {
		const struct stats_route *r = &st->routes[i];
		json_t *o = json_pack(
			"{s:s, s:o, s:b, s:i, s:s, s:b, s:s?, s:b}", "router",
			datapath_of(r->router), "prefix",
			json_network(r->ip, r->plen), "by_source",
			r->is_by_source, "table", (int)r->table, "kind",
			stats_route_kind(r), "ecmp", r->is_ecmp, "port",
			r->port, "counted", r->is_counted);

		if (r->kind == ROUTE_STATIC)
			json_object_set_new(o, "nexthop", json_ip(r->nexthop));
		set_counter(o, r->counter);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *nats_json(const struct stats *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->n_nats; i++) {
		const struct stats_nat *n = &st->nats[i];
		json_t *o =
			json_pack("{s:s, s:s, s:o, s:o, s:b}", "router",
				  datapath_of(n->router), "type",
				  n->is_snat ? "snat" : "dnat", "external_ip",
				  json_ip(n->external_ip), "logical_ip",
				  json_network(n->logical_ip, n->logical_plen),
				  "counted", n->is_counted);

		set_rule(o, n->counter);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *vips_json(const struct stats *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->n_vips; i++) {
		const struct stats_vip *p = &st->vips[i];
		json_t *o = json_pack("{s:s, s:s, s:o, s:i, s:s?, s:b}",
				      "datapath", datapath_of(p->datapath),
				      "load_balancer", p->name, "vip",
				      json_ip(p->ip), "port", p->port, "proto",
				      stats_proto(p->proto), "counted",
				      p->is_counted);

		set_rule(o, p->counter);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *chassis_json(const struct stats *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->n_chassis; i++) {
		const struct stats_chassis *c = &st->chassis[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:o, s:o, s:o}", "chassis",
				  c->val.name, "hostname", c->val.hostname,
				  "encap_ip", json_ip(c->val.encap_ip), "tx",
				  stats_json_counter(c->tx), "rx",
				  stats_json_counter(c->rx)));
	}
	return list;
}

/* Tables are parted by an empty line. */
static void print_next(struct table *t)
{
	if (table_rows(t))
		putchar('\n');
	table_print(t);
}

static void table_counter(struct table *t, struct counter_val val,
			  bool is_counted)
{
	if (is_counted) {
		table_number(t, val.packets);
		table_number(t, val.bytes);
	} else {
		table_text(t, NULL);
		table_text(t, NULL);
	}
}

static void table_rule(struct table *t, const struct counter_val *counter,
		       bool is_counted)
{
	table_counter(t, counter[COUNTER_RULE_ORIG], is_counted);
	table_counter(t, counter[COUNTER_RULE_REPLY], is_counted);
	if (is_counted)
		table_number(t, counter[COUNTER_RULE_NEW].packets);
	else
		table_text(t, NULL);
}

static void print_routers(const struct stats *st)
{
	struct table t;

	table_init(&t, "ROUTER|>PACKETS|>BYTES|>DROPS");
	for (size_t i = 0; i < st->n_datapaths; i++) {
		const struct stats_datapath *d = &st->datapaths[i];

		if (d->kind != DATAPATH_ROUTER)
			continue;
		table_text(&t, d->name);
		table_counter(&t, d->routed, true);
		table_number(&t, d->drops.packets);
	}
	if (!table_rows(&t))
		puts("no routers");
	table_print(&t);
}

static void print_routes(const struct stats *st)
{
	char prefix[STATS_PREFIX_LEN], nexthop[STATS_PREFIX_LEN];
	struct table t;

	table_init(&t, "ROUTER|ROUTE|BY|NEXT HOP|PORT|>PACKETS|>BYTES");
	for (size_t i = 0; i < st->n_routes; i++) {
		const struct stats_route *r = &st->routes[i];

		stats_prefix(prefix, r->ip, r->plen);
		nexthop[0] = '\0';
		if (r->kind == ROUTE_STATIC)
			stats_prefix(nexthop, r->nexthop, 32);
		table_text(&t, datapath_of(r->router));
		if (r->table)
			table_format(&t, "%s table %u", prefix, r->table);
		else
			table_text(&t, prefix);
		table_format(&t, "%s%s%s", stats_route_kind(r),
			     r->is_by_source ? " src-ip" : "",
			     r->is_ecmp ? " ecmp" : "");
		table_text(&t, nexthop);
		table_text(&t, r->port);
		table_counter(&t, r->counter, r->is_counted);
	}
	print_next(&t);
}

static void print_nats(const struct stats *st)
{
	char logical[STATS_PREFIX_LEN], external[STATS_PREFIX_LEN];
	struct table t;

	table_init(
		&t,
		"ROUTER|NAT|LOGICAL|EXTERNAL|>PACKETS|>BYTES|>REPLIES|>BYTES|>CONNECTIONS");
	for (size_t i = 0; i < st->n_nats; i++) {
		const struct stats_nat *n = &st->nats[i];

		stats_prefix(logical, n->logical_ip, n->logical_plen);
		stats_prefix(external, n->external_ip, 32);
		table_text(&t, datapath_of(n->router));
		table_text(&t, n->is_snat ? "snat" : "dnat");
		table_text(&t, logical);
		table_text(&t, external);
		table_rule(&t, n->counter, n->is_counted);
	}
	print_next(&t);
}

static void print_vips(const struct stats *st)
{
	char vip[STATS_PREFIX_LEN];
	struct table t;

	table_init(
		&t,
		"DATAPATH|LOAD BALANCER|VIP|PROTOCOL|>PACKETS|>BYTES|>REPLIES|>BYTES|>CONNECTIONS");
	for (size_t i = 0; i < st->n_vips; i++) {
		const struct stats_vip *p = &st->vips[i];

		stats_vip_text(vip, p);
		table_text(&t, datapath_of(p->datapath));
		table_text(&t, p->name);
		table_text(&t, vip);
		table_text(&t, p->proto ? stats_proto(p->proto) : "any");
		table_rule(&t, p->counter, p->is_counted);
	}
	print_next(&t);
}

static void print_chassis(const struct stats *st)
{
	char ip[STATS_PREFIX_LEN];
	struct table t;

	table_init(&t, "CHASSIS|HOSTNAME|ENCAP|>SENT|>BYTES|>RECEIVED|>BYTES");
	for (size_t i = 0; i < st->n_chassis; i++) {
		const struct stats_chassis *c = &st->chassis[i];

		stats_prefix(ip, c->val.encap_ip, 32);
		table_text(&t, c->val.name);
		table_text(&t, c->val.hostname);
		table_text(&t, ip);
		table_counter(&t, c->tx, true);
		table_counter(&t, c->rx, true);
	}
	print_next(&t);
}

static void print_learning(const struct stats *st)
{
	struct table t;

	table_init(&t, "LEARNING|>PACKETS|>BYTES|EXPLANATION; WHERE TO LOOK");
	table_text(&t, "refused");
	table_counter(&t, st->learn_refused, true);
	table_text(&t, "address not learned, the packet went on: the port has "
		       "its share; the port's MACs, its ARP; port_security; "
		       "load --port-share");
	print_next(&t);
}

void stats_pipeline_print(const struct stats *st, bool as_json)
{
	if (as_json) {
		stats_json_print(json_pack(
			"{s:o, s:o, s:o, s:o, s:o, s:o}", "routers",
			routers_json(st), "routes", routes_json(st), "nat",
			nats_json(st), "vips", vips_json(st), "chassis",
			chassis_json(st), "learning_refused",
			stats_json_counter(st->learn_refused)));
		return;
	}
	print_routers(st);
	print_routes(st);
	print_nats(st);
	print_vips(st);
	print_chassis(st);
	if (st->learn_refused.packets)
		print_learning(st);
}
