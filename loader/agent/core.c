// SPDX-License-Identifier: GPL-2.0-only
#include "agent/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nb/nb.h"
#include "nb/placement.h"

struct core {
	struct image image;
};

struct core *core_new(void)
{
	return calloc(1, sizeof(struct core));
}

void core_free(struct core *c)
{
	if (!c)
		return;
	image_free(&c->image);
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

static int add_note(struct compile_output *out, const struct placement *p)
{
	char **notes;

	if (!p->n_skipped)
		return 0;
	notes = reallocarray(out->notes, out->n_notes + 1, sizeof(*notes));
	if (!notes)
		return -ENOMEM;
	out->notes = notes;
	if (asprintf(&notes[out->n_notes],
		     "rows of the Southbound database that are left out: %zu: "
		     "%s",
		     p->n_skipped, p->skipped) < 0)
		return -ENOMEM;
	out->n_notes++;
	return 0;
}

static int compile_whole(const struct core_input *in,
			 struct core_result *result, struct error *e)
{
	struct placement placement = {};
	struct chassis_val *present = NULL;
	struct nb nb = {};
	int ret = nb_from_ovsdb(in->nb, &nb, e);

	if (!ret)
		ret = placement_read_live(in->sb, &placement, e);
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
	if (!ret && add_note(&result->compiled, &placement))
		ret = error_set(e, ENOMEM, "out of memory");
	result->is_whole = true;
	result->n_datapaths = nb.n_switches + nb.n_routers;
	nb_free(&nb);
	placement_free(&placement);
	free(present);
	return ret;
}

int core_compile(struct core *c, const struct core_input *in,
		 struct core_result *result, struct error *e)
{
	int ret;

	(void)c;
	memset(result, 0, sizeof(*result));
	ret = compile_whole(in, result, e);
	if (ret)
		core_result_free(result);
	return ret;
}

int core_commit(struct core *c, struct core_result *result)
{
	image_free(&c->image);
	c->image = result->compiled.image;
	memset(&result->compiled.image, 0, sizeof(c->image));
	return 0;
}

void core_result_free(struct core_result *result)
{
	compile_output_free(&result->compiled);
	free(result->owners);
	memset(result, 0, sizeof(*result));
}

const struct image *core_image(const struct core *c)
{
	return &c->image;
}

/* The map's entry of a router port whose name is not longer than a map has
 * room for. */
static const struct lrp_key *find_lrp(const struct core *c, const char *name)
{
	const struct image_table *t = &c->image.table[IMAGE_LRP];
	char stored[XOVN_NAME_LEN];

	name_store(stored, name);
	for (size_t i = 0; i < t->n; i++) {
		const struct lrp_key *key = (void *)image_entry(t, i);
		const struct lrp_val *val = (const void *)(key + 1);

		if (!strcmp(val->name, stored))
			return key;
	}
	return NULL;
}

bool core_lrp_key(const struct core *c, const char *lrp, uint32_t *datapath,
		  uint32_t *port)
{
	const struct lrp_key *key = find_lrp(c, lrp);

	if (!key)
		return false;
	*datapath = key->datapath;
	*port = key->port;
	return true;
}

const char *core_lrp_name(const struct core *c, uint32_t datapath,
			  uint32_t port)
{
	const struct lrp_key key = {.datapath = datapath, .port = port};
	const struct lrp_val *val = image_find(&c->image, IMAGE_LRP, &key);

	return val ? val->name : NULL;
}

/* All of them until conditions are made smaller. */
const uint32_t *core_local_datapaths(const struct core *c, size_t *n)
{
	(void)c;
	*n = 0;
	return NULL;
}
