// SPDX-License-Identifier: GPL-2.0-only
/* What show says of gateway routers, physical networks, NAT and load
 * balancers. */
#include <stdio.h>
#include <string.h>

#include "cmd/show_tree.h"

static void count(json_t *o, const char *name)
{
	json_int_t n;

	if (!o)
		return;
	n = json_integer_value(json_object_get(o, name));
	json_object_set_new(o, name, json_integer(n + 1));
}

/* A router whose switch ports are bound to one chassis. */
static void collect_chassis(struct collection *c, json_t *index)
{
	for_entries(&c->img, PORT, struct port_key, struct port_val)
	{
		json_t *router = tree_find(index, v->peer_datapath, 0);
		bool is_placed = v->chassis && v->chassis < XOVN_MAX_CHASSIS;

		(void)k;
		if (v->kind != PORT_GATEWAY || !router)
			continue;
		json_object_set_new(
			router, "chassis",
			json_string(is_placed ? c->chassis[v->chassis].name :
						""));
		json_object_set_new(router, "here",
				    json_boolean(v->chassis ==
						 c->s->config.chassis));
	}
}

static void collect_networks(struct collection *c, json_t *index)
{
	for_entries(&c->img, NETWORK, struct port_key, struct network_val)
	{
		json_t *port = tree_find(index, k->datapath, k->port);

		if (!port)
			continue;
		json_object_set_new(port, "network", json_string(v->name));
		json_object_set_new(port, "tag", json_integer(v->vlan));
	}
}

static void collect_nat(struct collection *c, json_t *index)
{
	for_entries(&c->img, NAT, struct nat_key,
		    struct nat_val) if (v->flags & NAT_F_DNAT)
		count(tree_find(index, k->datapath, 0), "dnat_rules");
}

static void collect_snat(struct collection *c, json_t *index)
{
	for_entries(&c->img, SNAT, struct snat_key, struct snat_val)
	{
		(void)v;
		count(tree_find(index, k->datapath, 0), "snat_rules");
	}
}

static void collect_lbs(struct collection *c, json_t *index)
{
	for_entries(&c->img, LB, struct lb_key, struct lb_val)
	{
		json_t *dp = tree_find(index, k->datapath, 0), *o;

		if (!dp)
			continue;
		o = json_pack("{s:o, s:i, s:i, s:s, s:I, s:I}", "vip",
			      json_ip(k->ip), "port", k->port, "proto",
			      k->proto, "name", v->name, "backends",
			      (json_int_t)v->n_backends, "id",
			      (json_int_t)v->id);
		tree_add(dp, "load_balancers", o,
			 json_sprintf("%s %u.%u.%u.%u:%u %u", v->name, k->ip[0],
				      k->ip[1], k->ip[2], k->ip[3], k->port,
				      k->proto));
	}
}

void collect_gateways(struct collection *c, json_t *index)
{
	collect_chassis(c, index);
	collect_networks(c, index);
	collect_nat(c, index);
	collect_snat(c, index);
	collect_lbs(c, index);
}
