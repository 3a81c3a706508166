// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats --prometheus, --textfile: text exposition format 0.0.4. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/exposition.h"
#include "cmd/stats_text.h"
#include "drop_text.h"
#include "sync/conntrack.h"

/* What all samples are written from. */
struct exposition {
	FILE *f;
	const struct state *s;
	struct stats st;
	struct stats_map maps[MAP_COUNT];
};

static const char *datapath_of(const struct stats_datapath *d)
{
	return d ? d->name : "";
}

static const char *place_name(const char *name, uint32_t key, char text[16])
{
	if (name || !key)
		return name ? name : "";
	snprintf(text, 16, "#%u", key);
	return text;
}

static uint64_t packets_or_bytes(struct counter_val val, bool is_bytes)
{
	return is_bytes ? val.bytes : val.packets;
}

static void write_host(const struct exposition *x)
{
	exposition_family(x->f, "xovn_info", "gauge",
			  "Version of xovn and name of this chassis.");
	exposition_sample(x->f, "xovn_info", 1,
			  LABELS("version", XOVN_VERSION, "chassis",
				 x->s->config.chassis_name));
	exposition_family(x->f, "xovn_generation", "gauge",
			  "Changes of the loaded network; odd while one is "
			  "under way.");
	exposition_sample(x->f, "xovn_generation", x->s->config.generation,
			  NULL);
}

static void write_ports(const struct exposition *x, const char *family,
			const char *help, bool is_bytes)
{
	exposition_family(x->f, family, "counter", help);
	for (size_t i = 0; i < x->st.n_ports; i++) {
		const struct stats_port *p = &x->st.ports[i];

		if (!p->is_counted)
			continue;
		exposition_sample(
			x->f, family, packets_or_bytes(p->in, is_bytes),
			LABELS("port", p->name, "datapath",
			       datapath_of(p->datapath), "direction", "in"));
		exposition_sample(
			x->f, family, packets_or_bytes(p->out, is_bytes),
			LABELS("port", p->name, "datapath",
			       datapath_of(p->datapath), "direction", "out"));
	}
}

static void write_port_drops(const struct exposition *x)
{
	static const char family[] = "xovn_port_drops_total";

	exposition_family(x->f, family, "counter",
			  "Packets dropped that came in by the port, or were "
			  "to leave by it.");
	for (size_t i = 0; i < x->st.n_ports; i++) {
		const struct stats_port *p = &x->st.ports[i];

		exposition_sample(x->f, family, p->drop_in.packets,
				  LABELS("port", p->name, "datapath",
					 datapath_of(p->datapath), "direction",
					 "in"));
		exposition_sample(x->f, family, p->drop_out.packets,
				  LABELS("port", p->name, "datapath",
					 datapath_of(p->datapath), "direction",
					 "out"));
	}
}

static void write_reasons(const struct exposition *x, const char *family,
			  const char *help, bool is_bytes)
{
	exposition_family(x->f, family, "counter", help);
	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++)
		if (!drop_is_none(i))
			exposition_sample(x->f, family,
					  is_bytes ? x->st.drop[i].bytes :
						     x->st.drop[i].packets,
					  LABELS("reason", drop_text(i)->name));
}

static void write_places(const struct exposition *x)
{
	static const char family[] = "xovn_drops_at_total";
	char port[16], datapath[16], in_port[16], in_datapath[16];

	exposition_family(x->f, family, "counter",
			  "Packets dropped, by reason, place and the port "
			  "they came in by; the places last used.");
	for (size_t i = 0; i < x->st.n_places; i++) {
		const struct stats_place *p = &x->st.places[i];
		const struct drop_at_key *k = &p->key;

		exposition_sample(
			x->f, family, p->val.packets,
			LABELS("reason", drop_text(k->reason)->name, "datapath",
			       place_name(p->datapath, k->datapath, datapath),
			       "port", place_name(p->port, k->port, port),
			       "in_datapath",
			       place_name(p->in_datapath, k->in_datapath,
					  in_datapath),
			       "in_port",
			       place_name(p->in_port, k->in_port, in_port)));
	}
}

static void write_routers(const struct exposition *x, const char *family,
			  const char *help,
			  uint64_t (*value)(const struct stats_datapath *))
{
	exposition_family(x->f, family, "counter", help);
	for (size_t i = 0; i < x->st.n_datapaths; i++) {
		const struct stats_datapath *d = &x->st.datapaths[i];

		if (d->kind == DATAPATH_ROUTER)
			exposition_sample(x->f, family, value(d),
					  LABELS("router", d->name));
	}
}

static uint64_t router_packets(const struct stats_datapath *d)
{
	return d->routed.packets;
}

static uint64_t router_bytes(const struct stats_datapath *d)
{
	return d->routed.bytes;
}

static uint64_t router_drops(const struct stats_datapath *d)
{
	return d->drops.packets;
}

static void write_routes(const struct exposition *x, const char *family,
			 const char *help, bool is_bytes)
{
	char prefix[STATS_PREFIX_LEN], nexthop[STATS_PREFIX_LEN], table[16];

	exposition_family(x->f, family, "counter", help);
	for (size_t i = 0; i < x->st.n_routes; i++) {
		const struct stats_route *r = &x->st.routes[i];

		if (!r->is_counted)
			continue;
		stats_prefix(prefix, r->ip, r->plen);
		nexthop[0] = '\0';
		if (r->kind == ROUTE_STATIC)
			stats_prefix(nexthop, r->nexthop, 32);
		snprintf(table, sizeof(table), "%u", r->table);
		exposition_sample(x->f, family,
				  packets_or_bytes(r->counter, is_bytes),
				  LABELS("router", datapath_of(r->router),
					 "prefix", prefix, "policy",
					 r->is_by_source ? "src-ip" : "dst-ip",
					 "table", table, "nexthop", nexthop,
					 "port", r->port ? r->port : ""));
	}
}

static const char *const rule_directions[] = {
	[COUNTER_RULE_ORIG] = "orig",
	[COUNTER_RULE_REPLY] = "reply",
};

/* Connections have no direction: the labels end before it. */
static void write_nat(const struct exposition *x, const struct stats_nat *n,
		      const char *family, int which, bool is_bytes)
{
	char external[STATS_PREFIX_LEN], logical[STATS_PREFIX_LEN];
	bool has_direction = which != COUNTER_RULE_NEW;

	stats_prefix(external, n->external_ip, 32);
	stats_prefix(logical, n->logical_ip, n->logical_plen);
	exposition_sample(
		x->f, family, packets_or_bytes(n->counter[which], is_bytes),
		LABELS("router", datapath_of(n->router), "type",
		       n->is_snat ? "snat" : "dnat", "external_ip", external,
		       "logical_ip", logical,
		       has_direction ? "direction" : NULL,
		       has_direction ? rule_directions[which] : NULL));
}

static void write_vip(const struct exposition *x, const struct stats_vip *p,
		      const char *family, int which, bool is_bytes)
{
	bool has_direction = which != COUNTER_RULE_NEW;
	const char *proto = stats_proto(p->proto);
	char vip[STATS_PREFIX_LEN];

	stats_vip_text(vip, p);
	exposition_sample(
		x->f, family, packets_or_bytes(p->counter[which], is_bytes),
		LABELS("datapath", datapath_of(p->datapath), "load_balancer",
		       p->name, "vip", vip, "protocol", proto ? proto : "any",
		       has_direction ? "direction" : NULL,
		       has_direction ? rule_directions[which] : NULL));
}

/* A family of NAT rules or VIPs, those of enum counter_rule from first to
 * last. */
static void write_nats(const struct exposition *x, const char *family,
		       const char *help, int first, int last, bool is_bytes)
{
	exposition_family(x->f, family, "counter", help);
	for (size_t i = 0; i < x->st.n_nats; i++)
		for (int k = first; k <= last && x->st.nats[i].is_counted; k++)
			write_nat(x, &x->st.nats[i], family, k, is_bytes);
}

static void write_vips(const struct exposition *x, const char *family,
		       const char *help, int first, int last, bool is_bytes)
{
	exposition_family(x->f, family, "counter", help);
	for (size_t i = 0; i < x->st.n_vips; i++)
		for (int k = first; k <= last && x->st.vips[i].is_counted; k++)
			write_vip(x, &x->st.vips[i], family, k, is_bytes);
}

static void write_rules(const struct exposition *x)
{
	write_nats(x, "xovn_nat_packets_total",
		   "Packets of connections that a NAT rule translates.",
		   COUNTER_RULE_ORIG, COUNTER_RULE_REPLY, false);
	write_nats(x, "xovn_nat_bytes_total",
		   "Bytes of connections that a NAT rule translates.",
		   COUNTER_RULE_ORIG, COUNTER_RULE_REPLY, true);
	write_nats(x, "xovn_nat_connections_total",
		   "Connections that a NAT rule began to translate.",
		   COUNTER_RULE_NEW, COUNTER_RULE_NEW, false);
	write_vips(x, "xovn_vip_packets_total",
		   "Packets of connections to a load balancer's VIP.",
		   COUNTER_RULE_ORIG, COUNTER_RULE_REPLY, false);
	write_vips(x, "xovn_vip_bytes_total",
		   "Bytes of connections to a load balancer's VIP.",
		   COUNTER_RULE_ORIG, COUNTER_RULE_REPLY, true);
	write_vips(x, "xovn_vip_connections_total",
		   "Connections to a load balancer's VIP.", COUNTER_RULE_NEW,
		   COUNTER_RULE_NEW, false);
}

static void write_tunnels(const struct exposition *x, const char *family,
			  const char *help, bool is_bytes)
{
	exposition_family(x->f, family, "counter", help);
	for (size_t i = 0; i < x->st.n_chassis; i++) {
		const struct stats_chassis *c = &x->st.chassis[i];

		exposition_sample(
			x->f, family, packets_or_bytes(c->tx, is_bytes),
			LABELS("chassis", c->val.name, "direction", "tx"));
		exposition_sample(
			x->f, family, packets_or_bytes(c->rx, is_bytes),
			LABELS("chassis", c->val.name, "direction", "rx"));
	}
}

static void write_learning(const struct exposition *x)
{
	exposition_family(x->f, "xovn_learning_refused_total", "counter",
			  "Packets that went on, but whose address was not "
			  "learned: the port has its share.");
	exposition_sample(x->f, "xovn_learning_refused_total",
			  x->st.learn_refused.packets, NULL);
}

static void write_ct(const struct exposition *x)
{
	const struct stats_ct *ct = &x->st.ct;

	exposition_family(x->f, "xovn_ct_entries", "gauge",
			  "Connections that are kept, by state.");
	for (int i = CT_FREE + 1; i < CT_STATE_COUNT; i++)
		exposition_sample(x->f, "xovn_ct_entries", ct->in_use[i],
				  LABELS("state", ct_states[i].name));
	exposition_family(x->f, "xovn_ct_capacity", "gauge",
			  "Connections there is room for.");
	exposition_sample(x->f, "xovn_ct_capacity", ct->capacity, NULL);
	exposition_family(x->f, "xovn_ct_events_total", "counter",
			  "What happened to connections.");
	for (int i = 0; i < CT_EVENT_COUNT; i++)
		exposition_sample(x->f, "xovn_ct_events_total", ct->event[i],
				  LABELS("event", ct_event_texts[i].name));
}

static void write_maps(const struct exposition *x)
{
	exposition_family(x->f, "xovn_map_entries", "gauge",
			  "Entries in use of a BPF map.");
	for (int id = 0; id < MAP_COUNT; id++)
		if (x->maps[id].has_entries)
			exposition_sample(x->f, "xovn_map_entries",
					  x->maps[id].entries,
					  LABELS("map", x->maps[id].name));
	exposition_family(x->f, "xovn_map_capacity", "gauge",
			  "Entries a BPF map has room for.");
	for (int id = 0; id < MAP_COUNT; id++)
		exposition_sample(x->f, "xovn_map_capacity",
				  x->maps[id].capacity,
				  LABELS("map", x->maps[id].name));
	exposition_family(x->f, "xovn_map_memory_bytes", "gauge",
			  "Memory of a BPF map.");
	for (int id = 0; id < MAP_COUNT; id++)
		if (x->maps[id].bytes)
			exposition_sample(x->f, "xovn_map_memory_bytes",
					  x->maps[id].bytes,
					  LABELS("map", x->maps[id].name));
}

static void write_all(FILE *f, void *arg)
{
	struct exposition *x = arg;

	x->f = f;
	write_host(x);
	write_ports(x, "xovn_port_packets_total",
		    "Packets from (in) and to (out) the guest or network.",
		    false);
	write_ports(x, "xovn_port_bytes_total",
		    "Bytes from (in) and to (out) the guest or network.", true);
	write_port_drops(x);
	write_reasons(x, "xovn_drops_total",
		      "Packets dropped on this host, by reason.", false);
	write_reasons(x, "xovn_drop_bytes_total",
		      "Bytes of the packets dropped, by reason.", true);
	write_places(x);
	write_routers(x, "xovn_router_packets_total",
		      "Packets that took a route of the router.",
		      router_packets);
	write_routers(x, "xovn_router_bytes_total",
		      "Bytes that took a route of the router.", router_bytes);
	write_routers(x, "xovn_router_drops_total",
		      "Packets dropped at the router; the places last used.",
		      router_drops);
	write_routes(x, "xovn_route_packets_total",
		     "Packets that took a route.", false);
	write_routes(x, "xovn_route_bytes_total", "Bytes that took a route.",
		     true);
	write_rules(x);
	write_tunnels(x, "xovn_tunnel_packets_total",
		      "Packets in Geneve to (tx) and from (rx) a chassis.",
		      false);
	write_tunnels(
		x, "xovn_tunnel_bytes_total",
		"Bytes in Geneve to (tx) and from (rx) a chassis, without "
		"outer headers.",
		true);
	write_learning(x);
	write_ct(x);
	write_maps(x);
}

int stats_prometheus(const struct state *s, const char *file, struct error *e)
{
	struct exposition x = {.s = s};
	int err = stats_collect(s, STATS_ALL, &x.st, e);

	if (err)
		return err;
	err = stats_maps_collect(s, NULL, x.maps, e);
	if (!err && file)
		err = exposition_file(file, write_all, &x, e);
	else if (!err)
		write_all(stdout, &x);
	stats_free(&x.st);
	return err;
}
