/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NB model with everything resolved that other rows refer to: keys,
 * peers, placement, bound interfaces.  Rows stand in the order of their
 * keys in the Southbound database, or of their uuids, so that what is made from them does not depend on the order in the
 * file.
 *
 *   topology.c   rows, names, router-port and peer references
 *   tunnelkeys.c keys of all of them
 *   routetable.c numbers of route tables
 *   place.c      chassis, which port is where
 *   mapping.c    physical networks and their interfaces here
 *
 * Filled by compile(), read by switch.c, router.c and their like.
 */
#ifndef XOVN_COMPILE_TOPOLOGY_H
#define XOVN_COMPILE_TOPOLOGY_H

#include "compile.h"
#include "hash.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "notes.h"

struct topo_switch {
	const struct nb_switch *nb;
	uint32_t key;
	struct topo_lsp *ports;
	size_t n_ports;
	struct topo_lsp *localnet; /* the first, or NULL */
	bool learns; /* some port has PORT_F_LEARN */
};

struct topo_lsp {
	const struct nb_lsp *nb;
	struct topo_switch *sw;
	uint32_t key;
	enum port_kind kind;
	uint32_t chassis; /* index, 0: none */
	uint32_t flags; /* enum port_flag */
	struct topo_lrp *peer; /* what router-port names, or NULL */
	const struct compile_binding *binding; /* here, or NULL */
	/* PORT_LOCALNET: the interface here, or NULL; does it get frames? */
	const struct compile_mapping *mapping;
	bool is_shadowed; /* another port gets its network's frames */
};

struct topo_router {
	const struct nb_router *nb;
	uint32_t key;
	struct topo_lrp *ports;
	size_t n_ports;
	bool is_gateway; /* options:chassis */
	uint32_t chassis; /* is_gateway: index, 0: nowhere */
	bool has_distributed_gateway;
	/* Route tables that its ports select: 1, 2, ... by name, and 0, the
	 * main one, if any port has no other. */
	const char **tables; /* sorted; tables[0] is number 1 */
	size_t n_tables;
	bool uses_main_table;
};

struct topo_lrp {
	const struct nb_lrp *nb;
	struct topo_router *router;
	uint32_t key;
	uint32_t flags; /* enum lrp_flag */
	uint32_t route_table; /* number */
	struct topo_lsp *lsp; /* the LSP that names this port, or NULL */
	struct topo_lrp *peer; /* or another LRP, or NULL */
};

struct topology {
	struct topo_switch *switches;
	size_t n_switches;
	struct topo_lsp *lsps; /* of all switches */
	size_t n_lsps;
	struct topo_router *routers;
	size_t n_routers;
	struct topo_lrp *lrps; /* of all routers */
	size_t n_lrps;
	struct name_index lsp_names, lrp_names;
	bool has_southbound; /* as in compile_input */
	struct refused *refused; /* compile_output's */
	uint32_t own_chassis;
	/* Wanted map "chassis": XOVN_MAX_CHASSIS entries, borrowed. */
	struct chassis_val *chassis;
};

/* Rows, peers and port kinds; t is zero but for refused.  0, -EINVAL (two ports of one name), -ENOMEM. */
int topology_init(struct topology *t, const struct compile_input *in,
		  struct notes *notes, struct error *e);

/* Keys of a Southbound database, by what they are for. */
struct southbound_keys {
	bool is_given;
	struct name_index datapaths; /* by NB uuid */
	struct name_index ports; /* by logical_port */
};

/* 0 or -ENOMEM; to be freed in any case. */
int southbound_keys_init(struct southbound_keys *sb, const struct placement *p);
void southbound_keys_free(struct southbound_keys *sb);
/* 0: the Southbound database does not know it.  A port that it has in another
 * datapath was moved since; its old key means nothing here. */
uint32_t southbound_datapath(const struct southbound_keys *sb,
			     const char *uuid);
uint32_t southbound_port(const struct southbound_keys *sb, const char *name,
			 uint32_t datapath);
void topology_free(struct topology *t);

/* Keys for datapaths and ports, see keys.h for errors. */
int topology_assign_keys(struct topology *t, const struct placement *p,
			 struct notes *notes, struct error *e);

/* Fills t->chassis and t->own_chassis, then where each port is.
 * 0, -ENOENT (in->chassis is unknown), -E2BIG, -ENOMEM. */
int topology_place(struct topology *t, const struct compile_input *in,
		   struct notes *notes, struct error *e);

/* The number of a table, NULL or "": main.  False: no port of the router
 * selects it. */
bool topo_router_find_table(const struct topo_router *r, const char *name,
			    uint32_t *table);
/* Do networks of the two ports of a router overlap?  e says which. */
bool topo_lrps_overlap(const struct topo_lrp *one, const struct topo_lrp *other,
		       struct error *e);
/* Called by topology_init().  0 or -ENOMEM. */
int topology_number_tables(struct topology *t);

/* Which localnet port gets the frames of which attached interface.
 * 0, -EINVAL (two ports want the same frames), -ENOMEM. */
int topology_map_networks(struct topology *t, const struct compile_input *in,
			  struct notes *notes, struct error *e);

/* The LSP of a name in its stored form, or NULL. */
struct topo_lsp *topology_find_stored(const struct topology *t,
				      const char *stored);

/* Does traffic pass this LRP on every chassis?  Not on gateway routers and
 * distributed gateway ports, whose place is one chassis. */
bool topo_lrp_is_distributed(const struct topo_lrp *lrp);
/* Does this host run the router?  Distributed ones run everywhere. */
bool topo_router_is_here(const struct topology *t, const struct topo_router *r);
/* ... and does traffic pass this port of it here? */
bool topo_lrp_is_here(const struct topology *t, const struct topo_lrp *lrp);
/* Has the chassis a tunnel endpoint, and is it not this host? */
bool topology_is_remote(const struct topology *t, uint32_t chassis);

#endif /* XOVN_COMPILE_TOPOLOGY_H */
