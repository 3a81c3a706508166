// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats pipeline: what passed routers, routes, NAT rules, VIPs and
 * tunnels. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/show_tree.h"
#include "cmd/stats.h"
#include "cmd/stats_text.h"

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

/* Four words to choose a column's width by, then numbers. */
#define COLUMNS "%-18s %-20s %-28s %-20s"

static void print_routers(const struct stats *st)
{
	printf("%-18s %12s %14s %12s\n", "ROUTER", "PACKETS", "BYTES", "DROPS");
	for (size_t i = 0; i < st->n_datapaths; i++) {
		const struct stats_datapath *d = &st->datapaths[i];

		if (d->kind == DATAPATH_ROUTER)
			printf("%-18s %12" PRIu64 " %14" PRIu64 " %12" PRIu64
			       "\n",
			       d->name, (uint64_t)d->routed.packets,
			       (uint64_t)d->routed.bytes,
			       (uint64_t)d->drops.packets);
	}
}

static void print_routes(const struct stats *st)
{
	char prefix[STATS_PREFIX_LEN], how[64];

	if (!st->n_routes)
		return;
	printf("\n" COLUMNS " %12s %14s\n", "ROUTER", "ROUTE", "BY", "PORT",
	       "PACKETS", "BYTES");
	for (size_t i = 0; i < st->n_routes; i++) {
		const struct stats_route *r = &st->routes[i];
		int n = snprintf(how, sizeof(how), "%s%s", stats_route_kind(r),
				 r->is_ecmp ? " ecmp" : "");

		if (r->kind == ROUTE_STATIC)
			n += snprintf(how + n, sizeof(how) - n, " %u.%u.%u.%u",
				      r->nexthop[0], r->nexthop[1],
				      r->nexthop[2], r->nexthop[3]);
		if (r->is_by_source)
			n += snprintf(how + n, sizeof(how) - n, " src-ip");
		if (r->table)
			snprintf(how + n, sizeof(how) - n, " table %u",
				 r->table);
		stats_prefix(prefix, r->ip, r->plen);
		printf(COLUMNS " %12" PRIu64 " %14" PRIu64 "%s\n",
		       datapath_of(r->router), prefix, how,
		       r->port ? r->port : "-", (uint64_t)r->counter.packets,
		       (uint64_t)r->counter.bytes,
		       r->is_counted ? "" : "  not counted");
	}
}

static void print_rule(const struct counter_val *counter, bool is_counted)
{
	printf(" %12" PRIu64 " %14" PRIu64 " %12" PRIu64 " %14" PRIu64
	       " %12" PRIu64 "%s\n",
	       (uint64_t)counter[COUNTER_RULE_ORIG].packets,
	       (uint64_t)counter[COUNTER_RULE_ORIG].bytes,
	       (uint64_t)counter[COUNTER_RULE_REPLY].packets,
	       (uint64_t)counter[COUNTER_RULE_REPLY].bytes,
	       (uint64_t)counter[COUNTER_RULE_NEW].packets,
	       is_counted ? "" : "  not counted");
}

static void print_nats(const struct stats *st)
{
	char logical[STATS_PREFIX_LEN], external[STATS_PREFIX_LEN];

	if (!st->n_nats)
		return;
	printf("\n" COLUMNS " %12s %14s %12s %14s %12s\n", "ROUTER", "NAT",
	       "LOGICAL", "EXTERNAL", "PACKETS", "BYTES", "REPLIES", "BYTES",
	       "CONNECTIONS");
	for (size_t i = 0; i < st->n_nats; i++) {
		const struct stats_nat *n = &st->nats[i];

		stats_prefix(logical, n->logical_ip, n->logical_plen);
		stats_prefix(external, n->external_ip, 32);
		printf(COLUMNS, datapath_of(n->router),
		       n->is_snat ? "snat" : "dnat", logical, external);
		print_rule(n->counter, n->is_counted);
	}
}

static void print_vips(const struct stats *st)
{
	char vip[STATS_PREFIX_LEN];

	if (!st->n_vips)
		return;
	printf("\n" COLUMNS " %12s %14s %12s %14s %12s\n", "DATAPATH",
	       "LOAD BALANCER", "VIP", "PROTOCOL", "PACKETS", "BYTES",
	       "REPLIES", "BYTES", "CONNECTIONS");
	for (size_t i = 0; i < st->n_vips; i++) {
		const struct stats_vip *p = &st->vips[i];

		stats_vip_text(vip, p);
		printf(COLUMNS, datapath_of(p->datapath), p->name, vip,
		       p->proto ? stats_proto(p->proto) : "any");
		print_rule(p->counter, p->is_counted);
	}
}

static void print_chassis(const struct stats *st)
{
	char ip[STATS_PREFIX_LEN];

	if (!st->n_chassis)
		return;
	printf("\n%-38s %-16s %12s %14s %12s %14s\n", "CHASSIS", "ENCAP",
	       "SENT", "BYTES", "RECEIVED", "BYTES");
	for (size_t i = 0; i < st->n_chassis; i++) {
		const struct stats_chassis *c = &st->chassis[i];

		stats_prefix(ip, c->val.encap_ip, 32);
		printf("%-38s %-16s %12" PRIu64 " %14" PRIu64 " %12" PRIu64
		       " %14" PRIu64 "\n",
		       c->val.name, ip, (uint64_t)c->tx.packets,
		       (uint64_t)c->tx.bytes, (uint64_t)c->rx.packets,
		       (uint64_t)c->rx.bytes);
	}
}

void stats_pipeline_print(const struct stats *st, bool as_json)
{
	if (as_json) {
		stats_json_print(json_pack("{s:o, s:o, s:o, s:o, s:o}",
					   "routers", routers_json(st),
					   "routes", routes_json(st), "nat",
					   nats_json(st), "vips", vips_json(st),
					   "chassis", chassis_json(st)));
		return;
	}
	print_routers(st);
	print_routes(st);
	print_nats(st);
	print_vips(st);
	print_chassis(st);
}
