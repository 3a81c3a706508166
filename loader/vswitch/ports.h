/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vswitch.h hides: the ports of all bridges as they are wanted and as
 * they are.  One struct port an Interface row.
 *
 *   ports.c    from rows to ports, with what only rows can tell is wrong
 *   netdev.c   their interfaces in the kernel
 *   export.c   VIFs and networks, for the agent
 *   ofport.c   their numbers
 *   status.c, status_port.c   columns written
 */
#ifndef XOVN_VSWITCH_PORTS_H
#define XOVN_VSWITCH_PORTS_H

#include "vswitch/link_table.h"
#include "vswitch/settings.h"
#include "vswitch/vswitch.h"
#include "ovsdb/ovsdb.h"

#define OFPORT_LOCAL 65534 /* OFPP_LOCAL */
#define OFPORT_MAX 65279 /* OFPP_MAX - 1, as the schema has it */

enum bridge_port_kind {
	PORT_PLAIN, /* an interface that is there */
	PORT_INTERNAL, /* a pair that is made */
	PORT_PATCH, /* OVN's, of a stock chassis before: only a number */
};

/* As sent, with ovs-vswitchd's names: status_port.c */
#define PORT_N_STATS 13

struct port {
	uint8_t uuid[16]; /* Interface row; ports stand sorted by it */
	uint8_t bridge[16]; /* Bridge row */
	char *name;
	enum bridge_port_kind kind;
	bool is_local; /* its bridge's own */
	bool is_integration; /* on ovn-bridge */
	bool is_vif;
	bool has_tag; /* VLANs of Port */
	const char *iface_id; /* in the row; during an update only */

	char *error; /* found here */
	char *agent_error; /* vswitch_set_error() */
	int64_t ofport; /* -1: none */
	int64_t ofport_last; /* that it had when it worked last, 0: never */

	/* The interface; zero: there is none. */
	char hostif[IFNAMSIZ];
	uint32_t ifindex;
	/* The end that users see: a pair's guest end, or itself. */
	struct link end;
	bool has_end;
	bool is_far; /* end is in another network namespace */
	/* hostif when end was read */
	uint32_t end_of, end_generation;
	int64_t link_resets;
	uint64_t link_speed; /* bit/s, 0: unknown */
	bool is_half_duplex;
	char driver[32];

	uint64_t stats[PORT_N_STATS], sent[PORT_N_STATS];
	bool is_sent;

	enum {
		INSTALLED_UNKNOWN, /* the agent has not said */
		INSTALLED_NO,
		INSTALLED_YES,
	} installed;
	int64_t installed_ms; /* since the epoch */
};

struct ports {
	struct port *port;
	struct port **by_name;
	size_t n;
	struct vswitch_vif *vif; /* by name */
	size_t n_vifs;
	struct vswitch_network *network;
	size_t n_networks;
	char *reported; /* the mappings last complained about */
};

/* ports.c */
/* Reads the rows into ports of its own, taking over what old ports know of
 * themselves; -ENOMEM: *p is as it was. */
int ports_read(struct ports *p, const struct ovsdb *db,
	       const struct vswitch_settings *settings);
void ports_clear(struct ports *p);
struct port *ports_find(const struct ports *p, const char *name);
/* error = what, unless the port has an error already. */
void port_fail(struct port *port, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool port_works(const struct port *port);
void vifs_free(struct vswitch_vif *vif, size_t n); /* export.c */
void networks_free(struct vswitch_network *network, size_t n);

/* export.c: VIFs and networks anew, after ports_netdevs(); *is_changed:
 * others than before.  -ENOMEM: as they were. */
int ports_export(struct ports *p, const struct ovsdb *db,
		 const struct vswitch_settings *settings, bool *is_changed);

/* netdev.c: makes, adopts and removes pairs, looks interfaces up. */
void ports_netdevs(struct ports *p, const struct ovsdb *db,
		   struct link_table *links);
/* Statistics, and what has no notification. */
void ports_refresh(struct ports *p, struct link_table *links);

/* ofport.c */
void ports_number(struct ports *p, const struct ovsdb *db);

/* status.c: operations for what differs, into t. */
struct status {
	const struct ovsdb *db;
	const struct ovsdb_client *conf;
	const struct vswitch_settings *settings;
	struct ports *ports;
	int64_t cur_cfg; /* -1: stays */
	int64_t nb_cfg, nb_cfg_ms; /* nb_cfg -1: stays */
	bool with_stats;
};

void status_write(const struct status *s, struct ovsdb_txn *t);
/* status_port.c: one Interface row */
void status_write_port(const struct status *s, struct port *port,
		       const struct ovsdb_row *row, struct ovsdb_txn *t);
/* status.c: row[column] = value where it is another. */
void status_string(const struct ovsdb_row *row, const char *column,
		   const char *value, json_t *changes);
void status_integer(const struct ovsdb_row *row, const char *column,
		    int64_t value, int64_t none, json_t *changes);
/* Replaces keys of external_ids; a NULL value takes its key out. */
void status_external_ids(struct ovsdb_txn *t, const struct ovsdb_row *row,
			 const char *const (*pairs)[2], size_t n);

#endif /* XOVN_VSWITCH_PORTS_H */
