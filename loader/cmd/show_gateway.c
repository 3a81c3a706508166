// SPDX-License-Identifier: GPL-2.0-only
/* Gateway routers: the chassis they are on, and their NAT rules, which only
 * that chassis has. */
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
		const struct chassis_val none = {0};
		const struct chassis_val *chassis =
			is_placed ? &c->chassis[v->chassis] : &none;

		(void)k;
		if (v->kind != PORT_GATEWAY || !router)
			continue;
		json_object_set_new(router, "chassis",
				    json_string(chassis->name));
		json_object_set_new(router, "hostname",
				    json_string(chassis->hostname));
		json_object_set_new(router, "here",
				    json_boolean(v->chassis ==
						 c->s->config.chassis));
	}
}

static void add_peers(struct collection *c, json_t *o, __u32 set,
		      const char *name)
{
	for_entries(&c->img, NAT_SET, struct nat_set_key, struct nat_set_val)
	{
		(void)v;
		if (k->set == set)
			tree_add(o, name,
				 json_pack("{s:o}", "network",
					   json_network(k->ip,
							k->prefixlen - 32)),
				 json_ip(k->ip));
	}
}

/* What a row of either table says beside its addresses. */
static void set_rule(struct collection *c, json_t *o, __u32 flags, __u32 set,
		     __u16 first, __u16 last)
{
	if (first)
		json_object_set_new(o, "external_port_range",
				    first == last ?
					    json_sprintf("%u", first) :
					    json_sprintf("%u-%u", first, last));
	if (flags & NAT_F_STATELESS)
		json_object_set_new(o, "stateless", json_true());
	if (flags & NAT_F_ALLOWED)
		add_peers(c, o, set, "allowed_ext_ips");
	if (flags & NAT_F_EXEMPTED)
		add_peers(c, o, set, "exempted_ext_ips");
}

static json_t *rule_add(json_t *router, const char *type, const __u8 *external,
			json_t *logical)
{
	json_t *o = json_pack("{s:s, s:o, s:o}", "type", type, "external_ip",
			      json_ip(external), "logical_ip", logical);

	tree_add(router, "nat", o,
		 json_sprintf("%s %u.%u.%u.%u %s", type, external[0],
			      external[1], external[2], external[3],
			      json_string_value(logical)));
	return o;
}

/* The SNAT half of a rule of type dnat_and_snat, or NULL. */
static const struct snat_val *other_half(const struct collection *c,
					 const struct nat_key *k,
					 const struct nat_val *v)
{
	struct snat_key key = {.prefixlen = 64, .datapath = k->datapath};
	const struct snat_val *snat;

	memcpy(key.ip, v->logical_ip, sizeof(key.ip));
	snat = image_find(&c->img, IMAGE_SNAT, &key);
	return snat && !memcmp(snat->external_ip, k->ip, sizeof(k->ip)) ? snat :
									  NULL;
}

static void collect_nat(struct collection *c, json_t *index)
{
	for_entries(&c->img, NAT, struct nat_key, struct nat_val)
	{
		json_t *router = tree_find(index, k->datapath, 0), *o;
		const struct snat_val *snat;

		if (!router || !(v->flags & NAT_F_DNAT))
			continue;
		snat = other_half(c, k, v);
		o = rule_add(router, snat ? "dnat_and_snat" : "dnat", k->ip,
			     json_ip(v->logical_ip));
		set_rule(c, o, v->flags, v->set, v->port_first, v->port_last);
		counters_set_rule(c, o, v->counter, snat ? snat->counter : 0);
		count(router, "dnat_rules");
	}
}

static bool is_half(const struct collection *c, const struct snat_key *k,
		    const struct snat_val *v)
{
	struct nat_key key = {.datapath = k->datapath};
	const struct nat_val *nat;

	memcpy(key.ip, v->external_ip, sizeof(key.ip));
	nat = image_find(&c->img, IMAGE_NAT, &key);
	return nat && nat->flags & NAT_F_DNAT && k->prefixlen == 64 &&
	       !memcmp(nat->logical_ip, k->ip, sizeof(k->ip));
}

static void collect_snat(struct collection *c, json_t *index)
{
	for_entries(&c->img, SNAT, struct snat_key, struct snat_val)
	{
		json_t *router = tree_find(index, k->datapath, 0), *o;
		__u32 plen = k->prefixlen - 32;

		if (!router)
			continue;
		count(router, "snat_rules");
		if (is_half(c, k, v))
			continue;
		o = rule_add(router, "snat", v->external_ip,
			     plen == 32 ? json_ip(k->ip) :
					  json_network(k->ip, plen));
		set_rule(c, o, v->flags, v->set, v->port_first, v->port_last);
		counters_set_rule(c, o, v->counter, 0);
	}
}

void tree_gateways(struct collection *c, json_t *index)
{
	collect_chassis(c, index);
	collect_nat(c, index);
	collect_snat(c, index);
}
