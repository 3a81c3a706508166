// SPDX-License-Identifier: GPL-2.0-only
#include "engine/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core_state.h"
#include "compile/hash.h"

/* Of a network with fewer datapaths than this any number is a part. */
#define PART_MIN 8

struct core *core_new(void)
{
	return calloc(1, sizeof(struct core));
}

static void forget_inputs(struct core *c)
{
	placement_free(&c->chassis);
	free(c->present);
	free(c->chassis_indices);
	free(c->own_name);
	free(c->bindings);
	free(c->mappings);
	c->present = NULL;
	c->chassis_indices = NULL;
	c->own_name = NULL;
	c->bindings = NULL;
	c->mappings = NULL;
	c->n_bindings = c->n_mappings = 0;
}

void core_free(struct core *c)
{
	if (!c)
		return;
	forget_inputs(c);
	refused_free(&c->refused);
	image_free(&c->image);
	references_free(&c->refs);
	objects_free(&c->objects);
	map64_free(&c->uses);
	free(c);
}

/* What is pinned stays while the Southbound database is not what it will be:
 * empty for a moment, or not told of this chassis. */
static int check_southbound(const struct core_input *in, const struct nb *nb,
			    const struct placement *p, struct error *e)
{
	bool is_known = false;

	for (size_t i = 0; i < p->n_chassis && !is_known; i++)
		is_known = !strcmp(p->chassis[i].name, in->chassis);
	if (!is_known)
		return error_set(e, EAGAIN,
				 "chassis %s is not in the Southbound database "
				 "(yet); what is loaded stays",
				 in->chassis);
	if (nb->n_switches + nb->n_routers &&
	    !ovsdb_table_size(ovsdb_table(in->sb, "Datapath_Binding")))
		return error_set(
			e, EAGAIN,
			"the Southbound database has no datapath "
			"(yet), the Northbound has %zu; what is loaded "
			"stays; does ovn-northd run?",
			nb->n_switches + nb->n_routers);
	return 0;
}

/* Is that how it is in what was committed last? */
static bool holds_key(const void *arg, const struct placement_key *key)
{
	struct port_key port = {key->datapath_key, key->port_key};
	char stored[XOVN_NAME_LEN], text[37] = "";
	const struct core *c = arg;
	const struct object *o = objects_by_key(&c->objects, key->datapath_key);
	const struct port_val *val;

	if (!key->port_key) {
		if (o)
			ovsdb_uuid_format(o->uuid, text);
		return o && !strcmp(text, key->name);
	}
	val = o ? image_find(&c->image, IMAGE_PORT, &port) : NULL;
	name_store(stored, key->name);
	return val && !memcmp(val->name, stored, sizeof(stored));
}

static int compile_whole(const struct core *c, const struct core_input *in,
			 struct core_result *result, struct error *e)
{
	const struct placement_holders holders = {holds_key, c};
	struct placement placement = {};
	struct chassis_val *present = NULL;
	struct nb nb = {};
	int ret = nb_from_live(in->nb, &nb, e);

	if (!ret)
		ret = placement_read_live(in->sb, &holders, &placement, e);
	if (!ret)
		ret = check_southbound(in, &nb, &placement, e);
	if (!ret && in->present_chassis)
		ret = in->present_chassis(in->arg, &present, e);
	if (!ret) {
		struct compile_input input = {
			.nb = &nb,
			.placement = &placement,
			.chassis = in->chassis,
			.bindings = in->bindings,
			.n_bindings = in->n_bindings,
			.mappings = in->mappings,
			.n_mappings = in->n_mappings,
			.has_southbound = true,
			.present_chassis = present,
		};

		ret = compile(&input, &result->compiled, e);
	}
	if (!ret && core_add_notes(&result->compiled, &nb, &placement))
		ret = error_set(e, ENOMEM, "out of memory");
	result->is_whole = true;
	result->n_datapaths = nb.n_switches + nb.n_routers;
	result->chassis.chassis = placement.chassis;
	result->chassis.n_chassis = placement.n_chassis;
	result->chassis.doubles = placement.doubles;
	result->chassis.n_doubles = placement.n_doubles;
	placement.chassis = NULL;
	placement.n_chassis = 0;
	placement.doubles = NULL;
	placement.n_doubles = 0;
	nb_free(&nb);
	placement_free(&placement);
	free(present);
	return ret;
}

static bool mappings_differ(const struct core *c, const struct core_input *in)
{
	bool differs = c->n_mappings != in->n_mappings;

	for (size_t i = 0; i < c->n_mappings && !differs; i++) {
		const struct compile_mapping *a = &c->mappings[i];
		const struct compile_mapping *b = &in->mappings[i];

		differs = a->ifindex != b->ifindex ||
			  a->is_native != b->is_native ||
			  strcmp(a->ifname, b->ifname) ||
			  strcmp(a->network, b->network);
	}
	return differs;
}

static int compile_rows(const struct core *c, const struct core_input *in,
			struct part *p, struct core_result *result,
			struct error *e)
{
	const struct nb_part rows = {
		.switches = p->switches,
		.n_switches = p->n_switches,
		.routers = p->routers,
		.n_routers = p->n_routers,
	};
	struct placement placement = {
		.chassis = c->chassis.chassis,
		.n_chassis = c->chassis.n_chassis,
	};
	struct nb nb = {};
	int ret = nb_from_part(in->nb, &rows, &nb, e);

	if (!ret)
		ret = placement_read_rows(in->sb, &p->sb, &placement, e);
	if (!ret) {
		struct compile_input input = {
			.nb = &nb,
			.placement = &placement,
			.chassis = in->chassis,
			.bindings = p->bindings,
			.n_bindings = p->n_bindings,
			.mappings = in->mappings,
			.n_mappings = in->n_mappings,
			.has_southbound = true,
			.owners = p->owners,
			.n_owners = p->n_owners,
			.present_chassis = c->present,
			.chassis_indices = c->chassis_indices,
		};

		ret = compile(&input, &result->compiled, e);
	}
	/* Only the whole is told about. */
	if (!ret && (placement.n_skipped || !core_is_told(c, &nb.refused) ||
		     !core_is_told(c, &result->compiled.refused)))
		ret = 1;
	placement.chassis = NULL; /* kept */
	placement.n_chassis = 0;
	placement_free(&placement);
	nb_free(&nb);
	return ret;
}

/* 1: all must be compiled. */
static int compile_dirty(const struct core *c, const struct core_input *in,
			 struct dirty *d, struct core_result *result,
			 struct error *e)
{
	struct part p = {};
	int ret = 0;

	part_collect(c, in, d, &p);
	if (!d->is_whole)
		part_collect_southbound(c, in, d, &p);
	if (p.out_of_memory || d->out_of_memory)
		ret = -ENOMEM;
	else if (d->is_whole)
		ret = 1;
	else if (p.n_owners)
		ret = compile_rows(c, in, &p, result, e);
	if (!ret && result->compiled.has_moved_ids)
		ret = 1;
	if (!ret && p.n_owners)
		ret = merge_prepare(c, &result->compiled.image, &p);
	if (!ret) {
		result->owners = p.owners;
		result->n_owners = p.n_owners;
		result->n_datapaths = d->n;
		p.owners = NULL;
	}
	part_free(&p);
	return ret;
}

static int compile_part(struct core *c, const struct core_input *in,
			struct core_result *result, struct error *e)
{
	struct dirty d = {.limit = c->objects.n / 4 + PART_MIN};
	int ret = core_touched(c, in, &d);

	if (!ret)
		ret = d.is_whole ? 1 : compile_dirty(c, in, &d, result, e);
	result->uuids = d.uuids;
	d.uuids = NULL;
	dirty_free(&d);
	return ret;
}

int core_compile(struct core *c, const struct core_input *in,
		 struct core_result *result, struct error *e)
{
	bool is_whole =
		!c->is_valid || in->is_whole || c->chassis.n_doubles ||
		strcmp(c->own_name, in->chassis) || mappings_differ(c, in) ||
		!ovsdb_table_size(ovsdb_table(in->sb, "Datapath_Binding"));
	int ret = 1;

	memset(result, 0, sizeof(*result));
	c->is_valid = false;
	if (!is_whole)
		ret = compile_part(c, in, result, e);
	if (!ret)
		return 0;
	/* Whatever a part could not be made for: the whole tells. */
	core_result_free(result);
	ret = compile_whole(c, in, result, e);
	if (ret)
		core_result_free(result);
	return ret;
}

static int keep_bindings(struct core *c, const struct core_input *in)
{
	struct compile_binding *bindings =
		calloc(in->n_bindings + 1, sizeof(*bindings));

	if (!bindings)
		return -ENOMEM;
	if (in->n_bindings)
		memcpy(bindings, in->bindings,
		       in->n_bindings * sizeof(*bindings));
	free(c->bindings);
	c->bindings = bindings;
	c->n_bindings = in->n_bindings;
	return 0;
}

/* Which chassis got which index. */
static int keep_indices(struct core *c)
{
	const struct placement *p = &c->chassis;
	struct name_index names;
	char name[XOVN_NAME_LEN];

	c->chassis_indices = calloc(p->n_chassis + 1, sizeof(uint32_t));
	if (!c->chassis_indices || name_index_init(&names, XOVN_MAX_CHASSIS))
		return -ENOMEM;
	for (size_t i = 1; i < XOVN_MAX_CHASSIS; i++)
		if (c->present[i].name[0])
			name_index_add(&names, c->present[i].name,
				       &c->present[i]);
	for (size_t i = 0; i < p->n_chassis; i++) {
		const struct chassis_val *val;

		name_store(name, p->chassis[i].name);
		val = name_index_find(&names, name);
		c->chassis_indices[i] = val ? val - c->present : 0;
	}
	name_index_free(&names);
	return 0;
}

static int commit_whole(struct core *c, const struct core_input *in,
			struct core_result *result)
{
	struct compile_output *out = &result->compiled;

	forget_inputs(c);
	image_free(&c->image);
	c->image = out->image;
	memset(&out->image, 0, sizeof(out->image));
	c->present = out->chassis;
	out->chassis = NULL;
	c->own_chassis = out->own_chassis;
	c->has_moved_ids = out->has_moved_ids;
	refused_free(&c->refused);
	c->refused = out->refused;
	memset(&out->refused, 0, sizeof(out->refused));
	c->chassis = result->chassis;
	memset(&result->chassis, 0, sizeof(result->chassis));
	c->own_name = strdup(in->chassis);
	c->mappings = calloc(in->n_mappings + 1, sizeof(*c->mappings));
	if (!c->own_name || !c->mappings || keep_indices(c))
		return -ENOMEM;
	if (in->n_mappings)
		memcpy(c->mappings, in->mappings,
		       in->n_mappings * sizeof(*c->mappings));
	c->n_mappings = in->n_mappings;
	if (references_build(&c->refs, in->nb, in->sb) || merge_count_all(c))
		return -ENOMEM;
	return objects_refresh_all(c, in);
}

static int commit_part(struct core *c, const struct core_input *in,
		       struct core_result *result)
{
	int err = 0;

	if (result->n_owners)
		err = merge_part(c, &result->compiled.image, result->owners,
				 result->n_owners);
	for (size_t i = 0; i < result->n_datapaths && !err; i++)
		err = objects_refresh(c, in, result->uuids[i]);
	return err;
}

int core_commit(struct core *c, const struct core_input *in,
		struct core_result *result)
{
	int err = result->is_whole ? commit_whole(c, in, result) :
				     commit_part(c, in, result);

	if (!err)
		err = keep_bindings(c, in);
	if (!err)
		err = objects_find_local(&c->objects);
	c->is_valid = !err;
	return err;
}

void core_result_free(struct core_result *result)
{
	compile_output_free(&result->compiled);
	placement_free(&result->chassis);
	free(result->owners);
	free(result->uuids);
	memset(result, 0, sizeof(*result));
}

const struct image *core_image(const struct core *c)
{
	return &c->image;
}

bool core_lrp_key(const struct core *c, const char *lrp, uint32_t *datapath,
		  uint32_t *port)
{
	const struct references *r = &c->refs;

	for (uint32_t i = references_text(r, REF_LRP, lrp); i;
	     i = references_next(r, i)) {
		uint32_t j = references_first(r, REF_ROUTER_PORT,
					      references_uuid(r, i));
		const struct object *o =
			j ? objects_by_uuid(&c->objects,
					    references_uuid(r, j)) :
			    NULL;

		for (size_t k = 0; o && k < o->n_ports; k++) {
			if (strcmp(o->ports[k].name, lrp))
				continue;
			*datapath = o->key;
			*port = o->ports[k].key;
			return true;
		}
	}
	return false;
}

const char *core_lrp_name(const struct core *c, uint32_t datapath,
			  uint32_t port)
{
	const struct object *o = objects_by_key(&c->objects, datapath);

	for (size_t i = 0; o && i < o->n_ports; i++)
		if (o->ports[i].key == port)
			return o->ports[i].name;
	return NULL;
}

const uint32_t *core_local_datapaths(const struct core *c, size_t *n)
{
	*n = c->objects.n_local;
	return c->objects.local;
}
