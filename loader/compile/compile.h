/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the model to map contents: a pure function, no I/O, no BPF.
 *
 *   compile.c   ties it together: notes, bound interfaces, order of steps
 *   topology.c, place.c, mapping.c, tunnelkeys.c, keys.c
 *               rows by uuid, who refers to whom, chassis, physical
 *               networks, tunnel keys
 *   switch.c, portsec.c, group.c, localnet.c  tables of logical switches
 *   router.c, route.c, routetable.c, ecmp.c, neighbor.c
 *               tables of logical routers
 *   nat.c, vip.c, lb.c   NAT and load balancers
 *   learned.c   MAC_Binding and FDB rows
 *   own.c       whose an entry is, and whether it is asked for
 *   maglev.c, image.c, image_owner.c, hash.c, names.c, notes.c
 *               what the others are written with
 */
#ifndef XOVN_COMPILE_H
#define XOVN_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "image.h"
#include "maps.h"
#include "refused.h"

struct nb;
struct placement;

/* An interface of this host bound to an LSP; survives reloads. */
struct compile_binding {
	uint32_t ifindex;
	bool is_peer; /* redirect_peer works: PORT_F_PEER */
	char ifname[16];
	char lsp[XOVN_NAME_LEN]; /* stored form, see name_store() */
};

/* An interface of this host that is a physical network (ovn-bridge-mappings
 * in stock OVN); survives reloads. */
struct compile_mapping {
	uint32_t ifindex;
	bool is_native; /* takes frames that XDP redirects: PORT_F_NATIVE */
	char ifname[16];
	char network[XOVN_NAME_LEN]; /* stored form, see name_store() */
};

struct compile_input {
	const struct nb *nb;
	const struct placement *placement; /* may be empty, never NULL */
	const char *chassis; /* name or hostname of this host */
	const struct compile_binding *bindings;
	size_t n_bindings;
	const struct compile_mapping *mappings;
	size_t n_mappings;
	/* The placement is of a Southbound database that is followed: what has
	 * no key there is left out, and chassis tell each other neighbors by
	 * its rows. */
	bool has_southbound;
	/* Part of a network: only these owners' entries (image.h; sorted); nb
	 * and placement hold what they depend on.  NULL: all. */
	const uint64_t *owners;
	size_t n_owners;
	/* Chassis indices in use, so that they stay as they are: the present
	 * map "chassis", XOVN_MAX_CHASSIS entries, or NULL. */
	const struct chassis_val *present_chassis;
	/* Of a part: the index that each of the placement's chassis has in
	 * present_chassis. */
	const uint32_t *chassis_indices;
};

struct compile_output {
	struct image image;
	/* XOVN_MAX_CHASSIS entries, the wanted map "chassis"; NULL: of a part,
	 * it stays as it is. */
	struct chassis_val *chassis;
	uint32_t own_chassis; /* index */
	/* Some id could not be the first that a name asks for (keys.h), so
	 * that ids depend on the whole network. */
	bool has_moved_ids;
	/* Things the user should know, one line each: conflicts resolved for
	 * the NB, ports placed nowhere, bound interfaces without an LSP. */
	char **notes;
	size_t n_notes;
	/* has_southbound: rows that contradict others, which won. */
	struct refused refused;
};

/* Returns 0, -EINVAL (bad network: names the objects, cause, remedy),
 * -ENOENT (unknown chassis), -E2BIG, -ENOMEM; with has_southbound the first and
 * third are in out->refused instead.  On error *out is empty. */
int compile(const struct compile_input *in, struct compile_output *out,
	    struct error *e);
void compile_output_free(struct compile_output *out);

/* The form in which a name stands in a map: cut and marked by a hash when it
 * is longer than XOVN_NAME_LEN - 1 bytes. */
void name_store(char stored[XOVN_NAME_LEN], const char *name);

#endif /* XOVN_COMPILE_H */
