// SPDX-License-Identifier: GPL-2.0-only
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"

struct engine {
	struct live *live;
	struct core *core;
};

struct engine *engine_new(struct live *live)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->live = live;
	e->core = core_new();
	if (e->core)
		return e;
	free(e);
	return NULL;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	core_free(e->core);
	free(e);
}

/* Both databases' changes in one list. */
static const struct ovsdb_change **all_changes(const struct engine_input *in,
					       size_t *n)
{
	const struct ovsdb_client *clients[] = {in->nb, in->sb};
	const struct ovsdb_change **list;

	*n = 0;
	list = calloc(ovsdb_client_n_changes(in->nb) +
			      ovsdb_client_n_changes(in->sb) + 1,
		      sizeof(*list));
	for (size_t c = 0; list && c < 2; c++)
		for (size_t i = 0; i < ovsdb_client_n_changes(clients[c]); i++)
			list[(*n)++] = ovsdb_client_change(clients[c], i);
	return list;
}

static int write_result(struct engine *engine, struct core_result *compiled,
			struct engine_result *result, struct error *e)
{
	if (compiled->is_whole)
		return live_apply(engine->live, &compiled->compiled,
				  &result->apply, e);
	if (!compiled->n_owners)
		return 0;
	return live_apply_part(engine->live, compiled->owners,
			       compiled->n_owners, &compiled->compiled.image,
			       &result->apply, e);
}

static void take_notes(struct engine_result *result,
		       struct compile_output *compiled)
{
	result->notes = compiled->notes;
	result->n_notes = compiled->n_notes;
	compiled->notes = NULL;
	compiled->n_notes = 0;
}

static int present_chassis(void *arg, struct chassis_val **chassis,
			   struct error *e)
{
	return live_chassis(arg, chassis, e);
}

static int update(struct engine *engine, const struct core_input *in,
		  struct engine_result *result, struct error *e)
{
	struct core_result compiled;
	int ret = core_compile(engine->core, in, &compiled, e);

	if (ret)
		return ret;
	ret = write_result(engine, &compiled, result, e);
	if (ret == -ESTALE && !compiled.is_whole) {
		/* Who keeps the maps wants all of it. */
		core_result_free(&compiled);
		ret = core_compile(engine->core, in, &compiled, e);
		if (ret)
			return ret;
		ret = write_result(engine, &compiled, result, e);
	}
	if (!ret) {
		result->was_whole = compiled.is_whole;
		result->n_datapaths = compiled.n_datapaths;
		/* A part does not see enough to say such things. */
		if (compiled.is_whole)
			take_notes(result, &compiled.compiled);
		/* All is written; without memory to remember that, the next
		 * update is whole. */
		core_commit(engine->core, in, &compiled);
	}
	core_result_free(&compiled);
	return ret;
}

int engine_update(struct engine *engine, const struct engine_input *in,
		  struct engine_result *result, struct error *e)
{
	struct core_input input = {
		.nb = ovsdb_client_db(in->nb),
		.sb = ovsdb_client_db(in->sb),
		.chassis = in->chassis,
		.bindings = in->bindings,
		.n_bindings = in->n_bindings,
		.mappings = in->mappings,
		.n_mappings = in->n_mappings,
		.is_whole = in->is_whole,
		.present_chassis = present_chassis,
		.arg = engine->live,
	};
	const struct ovsdb_change **changes;
	int ret;

	memset(result, 0, sizeof(*result));
	changes = all_changes(in, &input.n_changes);
	if (!changes)
		return error_set(e, ENOMEM, "out of memory");
	input.changes = changes;
	ret = update(engine, &input, result, e);
	free(changes);
	return ret;
}

bool engine_lrp_key(const struct engine *e, const char *lrp, uint32_t *datapath,
		    uint32_t *port)
{
	return core_lrp_key(e->core, lrp, datapath, port);
}

const char *engine_lrp_name(const struct engine *e, uint32_t datapath,
			    uint32_t port)
{
	return core_lrp_name(e->core, datapath, port);
}

const uint32_t *engine_local_datapaths(const struct engine *e, size_t *n)
{
	return core_local_datapaths(e->core, n);
}
