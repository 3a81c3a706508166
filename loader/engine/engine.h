/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From changed rows to map contents.  Keeps the model and what was compiled
 * last, finds which switches, routers and load balancers a changed row
 * touches, and makes those anew; what it cannot confine is compiled whole.
 *
 *   engine.c     compiles by core.c, writes by sync/live.h
 *   columns.c    which rows the agent keeps
 *   core.c       whole or in part;  touched.c  rows to objects
 *   part.c       what a part depends on;  place_part.c, merge.c, objects.c
 *   references.c which rows refer to which
 */
#ifndef XOVN_ENGINE_ENGINE_H
#define XOVN_ENGINE_ENGINE_H

#include "compile/compile.h"
#include "error.h"
#include "nb/nb.h"
#include "ovsdb/client.h"
#include "sync/live.h"

/* Rows of NB and SB that the agent's clients keep. */
#define engine_nb_filter nb_columns
extern const struct ovsdb_filter engine_sb_filter[];

struct engine;

struct engine_input {
	/* Both have their contents.  Their changes since the last update that
	 * succeeded; update() does not forget them, the agent does. */
	const struct ovsdb_client *nb, *sb;
	const char *chassis; /* system-id */
	/* VIFs that are attached and claimed here, by ovs-vsctl's names. */
	const struct compile_binding *bindings;
	size_t n_bindings;
	const struct compile_mapping *mappings;
	size_t n_mappings;
	bool is_whole; /* do not trust what was kept */
};

struct engine_result {
	struct apply_result apply;
	bool was_whole; /* compiled whole */
	size_t n_datapaths; /* compiled anew */
	char **notes; /* as compile_output's, of a whole one; free them */
	size_t n_notes;
};

struct engine *engine_new(struct live *live); /* NULL: memory */
void engine_free(struct engine *e);

/* Compiles and writes.  On error (a network that contradicts itself, a map
 * that is full) nothing was written that would forward otherwise, and the
 * next call is whole.  -EAGAIN: the Southbound database does not have this
 * chassis, or none of the Northbound's datapaths, (yet): all stays as it is. */
int engine_update(struct engine *engine, const struct engine_input *in,
		  struct engine_result *result, struct error *e);

/* The LRP's keys by name, and the reverse, of what was compiled last: for
 * MAC_Binding rows.  false: no such. */
bool engine_lrp_key(const struct engine *e, const char *lrp, uint32_t *datapath,
		    uint32_t *port);
const char *engine_lrp_name(const struct engine *e, uint32_t datapath,
			    uint32_t port); /* NULL: no such */
/* Tunnel keys of the switches and routers that this host may forward through:
 * from its ports, gateways and physical networks over router ports; the
 * agent monitors Port_Binding, MAC_Binding and FDB for those.  Sorted. */
const uint32_t *engine_local_datapaths(const struct engine *e, size_t *n);

#endif /* XOVN_ENGINE_ENGINE_H */
