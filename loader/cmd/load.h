/* SPDX-License-Identifier: GPL-2.0-only */
/* A network out of files into the maps: load's work, and half of start's. */
#ifndef XOVN_CMD_LOAD_H
#define XOVN_CMD_LOAD_H

#include "cmd/apply_options.h"
#include "cmd/files.h"
#include "cmd/stats.h"
#include "compile/compile.h"
#include "sync/apply.h"
#include "sync/state.h"

/* What was read stays until the process ends: its companion has the same
 * pages, and freeing row by row would copy each of them. */
struct load {
	struct network_files files;
	const char *chassis;
	struct apply_options apply;
	bool has_ct_max, as_json;
	uint32_t moved_from; /* layout of the maps before, 0: ours */
	struct nb nb;
	struct placement placement;
	struct compile_output out;
	struct stats_map maps[MAP_COUNT]; /* once loaded */
	struct error *e;
};

/* The files; nothing is changed. */
int load_read(struct load *l);
/* Compiles, writes what differs, prints what came of it. */
int load_apply(struct load *l, struct state *s);

#endif /* XOVN_CMD_LOAD_H */
