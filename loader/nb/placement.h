/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which chassis exist and which LSPs are where: from a placement file
 * (design: "Placement without a Southbound database") or from a Southbound
 * database, which also fixes the tunnel keys.
 */
#ifndef XOVN_PLACEMENT_H
#define XOVN_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "ovsdb/ovsdb.h"

struct placement_chassis {
	uint8_t uuid[16]; /* of an SB's row, which they are sorted by */
	char *name; /* OVN's system-id */
	char *hostname; /* "" where none is given */
	uint8_t encap_ip[4];
};

struct placement_port {
	char *lsp;
	size_t chassis; /* index into chassis[] */
	unsigned int line; /* of the placement file, 0: from an SB */
};

/* Tunnel keys from a Southbound database: law where present. */
struct placement_key {
	char *name; /* datapath: NB uuid; port: logical_port */
	uint32_t datapath_key; /* tunnel_key of the (port's) datapath */
	uint32_t port_key; /* 0: this is a datapath */
	bool is_double; /* while such are looked for */
};

/* What the cluster has learned; IPv4 only. */
struct placement_neighbor { /* MAC_Binding */
	char *lrp;
	uint8_t ip[4];
	uint8_t mac[6];
};

struct placement_fdb { /* FDB */
	uint32_t datapath_key, port_key;
	uint8_t mac[6];
};

struct placement {
	struct placement_chassis *chassis;
	size_t n_chassis;
	struct placement_port *ports;
	size_t n_ports;
	struct placement_key *keys;
	size_t n_keys;
	struct placement_neighbor *neighbors;
	size_t n_neighbors;
	struct placement_fdb *fdb;
	size_t n_fdb;
	/* Rows of a live database that could not be used: how many, and the
	 * first one with the reason, or NULL. */
	size_t n_skipped;
	char *skipped;
	/* Some of them had another's keys, which a few rows do not show. */
	struct placement_key *doubles;
	size_t n_doubles;
};

/* Errors: -ENOENT, -EINVAL (file, line, cause, remedy: bad address, an LSP
 * or chassis or encap IP twice, no encap IP). */
int placement_read_file(const char *path, struct placement *p, struct error *e);
/* What placement_read_sb() reads: the filter for ovsdb_read(). */
extern const struct ovsdb_filter placement_sb_columns[];
/* Chassis+Encap (geneve), Port_Binding.chassis, Datapath_Binding keys,
 * MAC_Binding, FDB.  A row that contradicts others is an error. */
int placement_read_sb(const struct ovsdb *sb, struct placement *p,
		      struct error *e);
/* Who has a tunnel key already: a row that takes another's gets none. */
struct placement_holders {
	bool (*holds)(const void *arg, const struct placement_key *key);
	const void *arg;
};
/* The same of a database that others are writing, and of which only a part may
 * be here: such a row is left out.  holders may be NULL.  0 or -ENOMEM. */
int placement_read_live(const struct ovsdb *sb,
			const struct placement_holders *holders,
			struct placement *p, struct error *e);
/* ... of these rows alone, and without chassis, which p has already. */
struct placement_rows {
	const struct ovsdb_row **datapaths, **bindings, **macs, **fdbs;
	size_t n_datapaths, n_bindings, n_macs, n_fdbs;
};
int placement_read_rows(const struct ovsdb *sb,
			const struct placement_rows *rows, struct placement *p,
			struct error *e);
/* The NB row that a Datapath_Binding is of, or NULL. */
const char *placement_datapath_nb(const struct ovsdb_row *row, char text[37]);
/* By name or hostname; NULL: none. */
const struct placement_chassis *
placement_find_chassis(const struct placement *p, const char *name);
void placement_free(struct placement *p);

#endif /* XOVN_PLACEMENT_H */
