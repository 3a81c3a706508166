/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs that forward, with trace_on, on maps of our own.  One set of
 * them; a chassis' contents are in the maps while the trace is there.
 */
#ifndef XOVN_TRACE_WORLD_H
#define XOVN_TRACE_WORLD_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "sync/mapset.h"
#include "sync/programs.h"
#include "trace/memory.h"
#include "trace/source.h"

/* A learned neighbor, as a MAC_Binding row gives it to every chassis. */
struct world_neighbor {
	char lrp[XOVN_NAME_LEN]; /* stored form */
	uint8_t ip[4];
	uint8_t mac[6];
};

struct world {
	struct source *source;
	const struct world_neighbor *neighbors;
	size_t n_neighbors;
	struct bpf_object *object[PROGRAM_COUNT];
	int program_fd[PROGRAM_COUNT]; /* -1: not loaded */
	int map_fd[MAP_COUNT]; /* -1: no program has it */
	int step_fd, packet_fd, count_fd, mtu_fd;
	struct config sizes; /* of the connection table */
	/* Where the trace is. */
	uint32_t here; /* chassis, 0: nowhere yet */
	struct contents present;
	/* By chassis: what it knew when the trace left it, or NULL. */
	struct memory **memory;
};

/* source, neighbors: borrowed; first: the program that the first frame comes
 * to.  world_close() in any case. */
int world_open(struct world *w, struct source *source,
	       const struct world_neighbor *neighbors, size_t n_neighbors,
	       enum program first, struct error *e);
void world_close(struct world *w);
/* Loads a program where it is not loaded yet: to have one verified takes most
 * of the time of a trace.  Each of them has all maps. */
int world_need(struct world *w, enum program p, struct error *e);

/* Brings the contents of a chassis into the maps. */
int world_enter(struct world *w, uint32_t chassis, struct error *e);
/* Nowhere, and nothing learned: as behind world_open(). */
int world_forget(struct world *w, struct error *e);

#endif /* XOVN_TRACE_WORLD_H */
