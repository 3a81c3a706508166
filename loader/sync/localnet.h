/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical networks: which interface of this host plays which.  The loaded
 * NB's localnet ports stand in map "network", so that attach needs no file;
 * what attach writes is what load compiles from mappings_read().
 */
#ifndef XOVN_SYNC_LOCALNET_H
#define XOVN_SYNC_LOCALNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile/compile.h"
#include "error.h"
#include "sync/state.h"

struct localnet_port {
	struct port_key key;
	struct network_val val;
};

/* Interfaces attached with --localnet, for the compiler; those that were
 * deleted are left out and, if they are to be, named in a warning.  *list is
 * malloc()ed. */
int mappings_read(const struct state *s, struct compile_mapping **list,
		  size_t *n, bool is_warning, struct error *e);

/* The localnet ports of a network, name in its stored form, sorted by key;
 * *list is malloc()ed.  -ENOENT: none, says which networks there are. */
int localnet_ports(const struct state *s, const char *network,
		   struct localnet_port **list, size_t *n, struct error *e);
/* The interface carries these ports' traffic from now on. */
int localnet_start(const struct state *s, uint32_t ifindex, bool is_native,
		   const struct localnet_port *list, size_t n, struct error *e);
/* The interface carries no localnet traffic any more. */
int localnet_stop(const struct state *s, uint32_t ifindex, struct error *e);

#endif /* XOVN_SYNC_LOCALNET_H */
