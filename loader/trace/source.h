/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the maps of a trace get their contents: compiled from files for
 * whatever chassis the trace comes to, or copied from this host's pinned
 * maps, which are only read.
 */
#ifndef XOVN_TRACE_SOURCE_H
#define XOVN_TRACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile/compile.h"
#include "error.h"
#include "maps.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "sync/state.h"
#include "trace/memory.h"
#include "trace/seed.h"

/* Frames come in by the loopback interface, which every namespace has and
 * BPF_PROG_TEST_RUN takes; what they leave by has a number that stands for a
 * port, with no interface behind it. */
#define IFINDEX_INGRESS 1
#define IFINDEX_UNDERLAY 2
#define IFINDEX_NETWORK 16
#define IFINDEX_VIF (1 << 16)

/* What the maps of one chassis hold. */
struct contents {
	struct image image;
	struct config config; /* without the sizes of the connection table */
	struct tunnel_val *tunnel; /* XOVN_MAX_CHASSIS */
};

struct interface_mtu {
	uint32_t ifindex;
	uint32_t mtu;
};

struct source {
	struct chassis_val *chassis; /* XOVN_MAX_CHASSIS */
	struct image base; /* where everything is: one chassis' tables */
	char (*network)[XOVN_NAME_LEN]; /* of localnet ports, distinct */
	size_t n_networks;
	struct interface_mtu *mtu;
	size_t n_mtus;
	size_t n_objects; /* about as many entries need the largest maps */
	uint32_t only_chassis; /* 0: the trace may go anywhere */
	uint32_t ct_timeout[CT_STATE_COUNT]; /* seconds */
	struct seed_list seeds;
	bool is_native; /* XDP first */
	/* files */
	const struct nb *nb; /* NULL: live */
	const struct placement *placement;
	const char *alone; /* the chassis where there is no placement */
	char guest[XOVN_NAME_LEN]; /* bound at guest_chassis, wherever the
				    * placement has it; "": none */
	uint32_t guest_chassis;
	/* live */
	struct contents live;
	struct memory memory; /* but for connections: those are seeds */
};

struct source_options {
	bool is_native;
	uint32_t mtu; /* of the underlay and of physical networks */
};

/* chassis: as in compile_input where the placement has none.  source_free()
 * in any case. */
int source_from_files(struct source *s, const struct nb *nb,
		      const struct placement *placement, const char *chassis,
		      const struct source_options *options, struct error *e);
/* The host whose state is there, opened with STATE_READ. */
int source_from_state(struct source *s, const struct state *state,
		      struct error *e);
void source_free(struct source *s);

/* To be freed by contents_free(); a live source gives them once. */
int source_contents(struct source *s, uint32_t chassis, struct contents *c,
		    struct error *e);
void contents_free(struct contents *c);

/* By name or hostname; 0: none. */
uint32_t source_find_chassis(const struct source *s, const char *name);
/* "node2": hostname, or name where it has none. */
const char *source_chassis_name(const struct source *s, uint32_t chassis);
/* Has the network a router port of that name, in its stored form? */
bool source_has_lrp(const struct source *s, const char *name);
/* The number that stands for an LSP on its chassis, or for a physical
 * network; 0: none. */
uint32_t source_guest_ifindex(const struct source *s, const char *lsp);
uint32_t source_network_ifindex(const struct source *s, const char *network);

/* In source_live.c and source_files.c: shared. */
int source_add_network(struct source *s, const char *name);
int source_add_mtu(struct source *s, uint32_t ifindex, uint32_t mtu);

#endif /* XOVN_TRACE_SOURCE_H */
