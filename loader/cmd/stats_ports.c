// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats ports: what came in and went out by the ports of this host. */
#include <stdio.h>
#include <string.h>

#include "cmd/stats.h"
#include "cmd/table.h"

static const char *datapath_of(const struct stats_port *p)
{
	return p->datapath ? p->datapath->name : "-";
}

static bool is_wanted(const struct stats *st, const struct stats_view *v,
		      const struct stats_port *p)
{
	return (!v->port || !strcmp(p->name, v->port)) &&
	       (!v->datapath ||
		stats_datapath_matches(st, p->key.datapath, v->datapath));
}

static json_t *direction_json(struct counter_val val,
			      const struct drop_val *drop)
{
	json_t *o = stats_json_counter(val);

	json_object_update_new(
		o, json_pack("{s:I, s:I}", "drops", (json_int_t)drop->packets,
			     "drop_bytes", (json_int_t)drop->bytes));
	return o;
}

static json_t *port_json(const struct stats_port *p)
{
	return json_pack("{s:s, s:s, s:s, s:s?, s:b, s:o, s:o}", "port",
			 p->name, "datapath", datapath_of(p), "type",
			 p->kind == PORT_LOCALNET ? "localnet" : "vif",
			 "interface", p->ifname[0] ? p->ifname : NULL,
			 "counted", p->is_counted, "in",
			 direction_json(p->in, &p->drop_in), "out",
			 direction_json(p->out, &p->drop_out));
}

static void table_counter(struct table *t, const struct stats_port *p,
			  struct counter_val val, const struct drop_val *drop)
{
	if (p->is_counted) {
		table_number(t, val.packets);
		table_number(t, val.bytes);
	} else {
		table_text(t, NULL);
		table_text(t, NULL);
	}
	table_number(t, drop->packets);
}

static void print_text(const struct stats *st, const struct stats_view *v)
{
	struct table t;

	table_init(
		&t,
		"PORT|DATAPATH|INTERFACE|>IN PACKETS|>BYTES|>DROPS|>OUT PACKETS|>BYTES|>DROPS");
	for (size_t i = 0; i < st->n_ports; i++) {
		const struct stats_port *p = &st->ports[i];

		if (!is_wanted(st, v, p))
			continue;
		table_text(&t, p->name);
		table_text(&t, datapath_of(p));
		table_text(&t, p->ifname);
		table_counter(&t, p, p->in, &p->drop_in);
		table_counter(&t, p, p->out, &p->drop_out);
	}
	if (!table_rows(&t))
		puts("no port of this host");
	table_print(&t);
}

void stats_ports_print(const struct stats *st, const struct stats_view *v)
{
	json_t *list;

	if (!v->as_json) {
		print_text(st, v);
		return;
	}
	list = json_array();
	for (size_t i = 0; i < st->n_ports; i++)
		if (is_wanted(st, v, &st->ports[i]))
			json_array_append_new(list, port_json(&st->ports[i]));
	stats_json_print(list);
}
