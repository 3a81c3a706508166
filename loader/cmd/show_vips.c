// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers: VIPs and their backends. */
#include "cmd/show_tree.h"

static void add_backends(struct collection *c, json_t *o,
			 const struct lb_val *lb)
{
	struct backend_key key = {.id = lb->id};

	for (; key.index < lb->n_backends; key.index++) {
		const struct backend_val *v =
			image_find(&c->img, IMAGE_BACKEND, &key);

		if (v)
			tree_add(o, "backend_list",
				 json_pack("{s:o, s:i}", "ip", json_ip(v->ip),
					   "port", (int)v->port),
				 json_sprintf("%010u", key.index));
	}
}

static json_t *vip_json(struct collection *c, const struct lb_key *k,
			const struct lb_val *v)
{
	json_t *o = json_pack("{s:o, s:i, s:i, s:s, s:I, s:I, s:b, s:b}", "vip",
			      json_ip(k->ip), "port", (int)k->port, "proto",
			      (int)k->proto, "name", v->name, "backends",
			      (json_int_t)v->n_backends, "id",
			      (json_int_t)v->id, "reject",
			      !!(v->flags & LB_F_REJECT), "skip_snat",
			      !!(v->flags & LB_F_SKIP_SNAT));

	if (v->affinity_timeout)
		json_object_set_new(o, "affinity_timeout",
				    json_integer(v->affinity_timeout));
	if (v->flags & LB_F_HAIRPIN_IP)
		json_object_set_new(o, "hairpin_snat_ip",
				    json_ip(v->hairpin_snat_ip));
	tree_array(o, "backend_list");
	add_backends(c, o, v);
	counters_set_rule(c, o, v->counter, 0);
	return o;
}

void tree_vips(struct collection *c, json_t *index)
{
	for_entries(&c->img, LB, struct lb_key, struct lb_val)
	{
		json_t *dp = tree_find(index, k->datapath, 0);

		if (dp)
			tree_add(dp, "load_balancers", vip_json(c, k, v),
				 json_sprintf("%s %u.%u.%u.%u:%u %u", v->name,
					      k->ip[0], k->ip[1], k->ip[2],
					      k->ip[3], k->port, k->proto));
	}
}
