// SPDX-License-Identifier: GPL-2.0-only
#include "compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* Which LSP each bound interface belongs to; flags of VIFs need it. */
static int find_bindings(struct topology *t, const struct compile_input *in,
			 struct topo_lsp ***found, struct notes *notes,
			 struct error *e)
{
	struct note_group elsewhere = {}, gone = {};

	*found = calloc(in->n_bindings + 1, sizeof(**found));
	if (!*found)
		return error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < in->n_bindings; i++) {
		const struct compile_binding *b = &in->bindings[i];
		struct topo_lsp *lsp = topology_find_stored(t, b->lsp);

		if (!lsp || lsp->kind != PORT_VIF) {
			note_group_add(&gone, "%s (%s)", b->ifname, b->lsp);
			continue;
		}
		(*found)[i] = lsp;
		if (!lsp->binding)
			lsp->binding = b;
		if (lsp->chassis != t->own_chassis)
			note_group_add(&elsewhere, "%s (%s, %s)", b->ifname,
				       b->lsp,
				       lsp->chassis ?
					       t->chassis[lsp->chassis].name :
					       "nowhere");
	}
	note_group_finish(&gone, notes,
			  "bound interfaces whose port is no VIF of the NB, "
			  "which drops their traffic");
	note_group_finish(&elsewhere, notes,
			  "bound interfaces whose port is placed elsewhere, "
			  "which get no traffic");
	return 0;
}

static int add_vifs(struct tables *c, const struct compile_input *in,
		    struct topo_lsp *const *found)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < in->n_bindings; i++) {
		const struct compile_binding *b = &in->bindings[i];
		struct vif_key key = {.ifindex = b->ifindex};
		struct vif_val val = {};

		if (found[i]) {
			val.datapath = found[i]->sw->key;
			val.port = found[i]->key;
			val.policy = lsp_policy(found[i]);
			val.policy.flags &= ~PORT_F_PEER;
			if (b->is_peer)
				val.policy.flags |= PORT_F_PEER;
		}
		memcpy(val.name, b->lsp, strnlen(b->lsp, sizeof(val.name) - 1));
		memcpy(val.ifname, b->ifname,
		       strnlen(b->ifname, sizeof(val.ifname) - 1));
		ret = tables_add(c, IMAGE_VIF, &key, &val, NULL);
		if (ret == -EEXIST)
			ret = error_set(c->e, EINVAL,
					"interface %s is bound twice; unbind "
					"it",
					b->ifname);
	}
	return ret;
}

static int add_datapath(struct tables *c, uint32_t datapath,
			enum datapath_kind kind, const char *name)
{
	struct datapath_key key = {.datapath = datapath};
	struct datapath_val val = {.kind = kind};

	name_store(val.name, name);
	return tables_add(c, IMAGE_DATAPATH, &key, &val, NULL);
}

static int add_datapaths(struct tables *c)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < c->t->n_switches; i++)
		ret = add_datapath(c, c->t->switches[i].key, DATAPATH_SWITCH,
				   c->t->switches[i].nb->name);
	for (size_t i = 0; !ret && i < c->t->n_routers; i++)
		ret = add_datapath(c, c->t->routers[i].key, DATAPATH_ROUTER,
				   c->t->routers[i].nb->name);
	return ret;
}

static int error_same_encap(struct tables *c, uint32_t one, uint32_t other)
{
	const struct chassis_val *chassis = c->t->chassis;
	const uint8_t *ip = chassis[other].encap_ip;

	return tables_refuse(c,
			     error_set(c->e, EINVAL,
				       "chassis %s and %s both have encap "
				       "IP %u.%u.%u.%u; change one of them",
				       chassis[one].name, chassis[other].name,
				       ip[0], ip[1], ip[2], ip[3]));
}

/* Whom to believe: frames with our own address as their source are forged. */
static int add_encap_ips(struct tables *c)
{
	const struct topology *t = c->t;
	int ret = 0;

	if (!tables_want(c, 0))
		return 0;
	for (uint32_t i = 1; !ret && i < XOVN_MAX_CHASSIS; i++) {
		struct encap_ip_val val = {.chassis = i}, *old;
		const uint8_t *ip = t->chassis[i].encap_ip;
		struct encap_ip_key key;

		if (!t->chassis[i].name[0] || !topology_is_remote(t, i))
			continue;
		if (t->has_southbound &&
		    !memcmp(ip, t->chassis[t->own_chassis].encap_ip, 4)) {
			ret = error_same_encap(c, t->own_chassis, i);
			continue;
		}
		memcpy(key.ip, ip, sizeof(key.ip));
		ret = tables_add(c, IMAGE_ENCAP_IP, &key, &val, (void **)&old);
		if (ret == -EEXIST)
			ret = error_same_encap(c, old->chassis, i);
	}
	return ret;
}

static int add_tables(struct tables *c, const struct compile_input *in,
		      struct topo_lsp *const *bound)
{
	/* Flags that one sets are what the next ones copy. */
	static int (*const steps[])(struct tables *) = {
		add_datapaths,
		add_encap_ips,
		tables_flag_nat,
		tables_flag_load_balancers,
		tables_add_port_security,
		tables_add_ports,
		tables_add_localnets,
		tables_add_garps,
		tables_add_responders,
		tables_add_groups,
		tables_add_neighbors,
		tables_add_learned,
		tables_flag_src_routes,
		tables_add_router_ports,
		tables_add_routes,
		tables_add_nat,
		tables_add_load_balancers,
		tables_add_gateways_elsewhere,
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(steps) / sizeof(*steps); i++)
		ret = steps[i](c);
	return ret ? ret : add_vifs(c, in, bound);
}

int compile(const struct compile_input *in, struct compile_output *out,
	    struct error *e)
{
	struct topology t = {};
	struct notes notes = {};
	struct topo_lsp **bound = NULL;
	struct tables c = {
		.t = &t,
		.image = &out->image,
		.notes = &notes,
		.e = e,
		.nb = in->nb,
		.in = in,
	};
	int ret;

	memset(out, 0, sizeof(*out));
	out->refused.is_live = in->has_southbound;
	t.refused = &out->refused;
	/* It is half a megabyte. */
	if (!in->chassis_indices)
		out->chassis = calloc(XOVN_MAX_CHASSIS, sizeof(*out->chassis));
	ret = image_init(&out->image);
	if (ret || (!in->chassis_indices && !out->chassis))
		ret = error_set(e, ENOMEM, "out of memory");
	if (!ret)
		ret = topology_init(&t, in, &notes, e);
	t.chassis = out->chassis ? out->chassis :
				   (struct chassis_val *)in->present_chassis;
	if (!ret)
		ret = topology_assign_keys(&t, in->placement, &notes, e);
	if (!ret)
		ret = topology_place(&t, in, &notes, e);
	if (!ret)
		ret = topology_map_networks(&t, in, &notes, e);
	if (!ret)
		ret = find_bindings(&t, in, &bound, &notes, e);
	if (!ret)
		ret = add_tables(&c, in, bound);
	if (!ret && notes.out_of_memory)
		ret = error_set(e, ENOMEM, "out of memory");
	out->own_chassis = t.own_chassis;
	out->has_moved_ids = c.has_moved_ids;
	out->notes = notes.lines;
	out->n_notes = notes.n;
	free(bound);
	topology_free(&t);
	if (ret)
		compile_output_free(out);
	return ret;
}

void compile_output_free(struct compile_output *out)
{
	image_free(&out->image);
	free(out->chassis);
	for (size_t i = 0; i < out->n_notes; i++)
		free(out->notes[i]);
	free(out->notes);
	refused_free(&out->refused);
	memset(out, 0, sizeof(*out));
}
