/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces of this network namespace, kept as the kernel has them by
 * its notifications, and the pairs of which internal ports are made.
 *
 *   link_table.c  the table      pairs.c  makes, marks and removes pairs
 */
#ifndef XOVN_VSWITCH_LINK_TABLE_H
#define XOVN_VSWITCH_LINK_TABLE_H

#include <linux/if_link.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "sync/netlink.h"
#include "waits.h"

struct link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint8_t mac[6];
	uint32_t mtu;
	uint32_t flags; /* IFF_* */
	bool is_ethernet;
	bool is_veth;
	uint32_t peer; /* ifindex of a veth's other end */
	int32_t peer_netns; /* its namespace's id, -1: this one */
	/* The host's end of an internal port: which one, of which conf.db
	 * (uuid of the Open_vSwitch row). */
	bool is_marked;
	char port[IFNAMSIZ];
	uint8_t root[16];
	/* Counts up when something above became other than it was. */
	uint32_t generation;
	uint32_t epoch; /* of the dump that saw it last */
	struct rtnl_link_stats64 stats; /* as of the last link_table_refresh() */
};

struct link_table {
	struct netlink nl;
	struct mnl_socket *events;
	struct link *link; /* by ifindex */
	uint32_t *by_name; /* places in link, where is_sorted */
	size_t n, capacity;
	uint32_t epoch;
	bool is_sorted;
	bool is_changed; /* for the caller to read and to reset */
	bool is_short; /* of memory: the table has gaps */
};

int link_table_open(struct link_table *l, struct error *e);
void link_table_close(struct link_table *l);
/* Takes in the kernel's notifications. */
void link_table_run(struct link_table *l);
void link_table_wait(const struct link_table *l, struct waits *w);
/* Asks for all of them anew, with their statistics; -errno. */
int link_table_refresh(struct link_table *l);
/* Both valid until the table changes; NULL: no such. */
const struct link *link_table_find(struct link_table *l, const char *name);
const struct link *link_table_find_index(const struct link_table *l,
					 uint32_t ifindex);
/* The other end of a veth, wherever it is; -errno. */
int link_table_peer(struct link_table *l, const struct link *link,
		    struct link *peer);

/* ---- pairs ---- */

/* Name of the host's end of an internal port: "xv" and the first 48 bits of
 * the Interface row's uuid. */
void pair_hostif(const uint8_t uuid[16], char hostif[IFNAMSIZ]);
/* "xovn NAME UUID", the host end's alias; parse: false: it is another. */
void pair_mark(const char *port, const uint8_t root[16], char alias[64]);
bool pair_parse_mark(const char *alias, char port[IFNAMSIZ], uint8_t root[16]);

/* What Linux takes for an interface's name. */
bool link_name_is_valid(const char *name);

struct pair {
	const char *port; /* the guest's end */
	const uint8_t *uuid, *root; /* Interface, Open_vSwitch row */
	const uint8_t *mac; /* NULL: the kernel's choice */
	uint32_t mtu; /* 0: 1500, or as it is */
	bool is_up; /* the host's end shall be */
};

/* Makes the pair, or adopts the one that there is; brings its host end to
 * what is wanted.  0 and the host end's ifindex, or -errno: -EEXIST: the name
 * is another's. */
int pair_ensure(struct link_table *l, const struct pair *pair,
		uint32_t *ifindex);
/* Removing an interface takes Linux tens of milliseconds, and removing many at
 * once not much longer: they are marked, then removed together. */
int pair_condemn(struct link_table *l, uint32_t ifindex);
int pairs_remove_condemned(struct link_table *l);
/* All pairs of this network namespace, whichever conf.db they were of.  How
 * many, or -errno with e filled. */
int pairs_remove_all(struct error *e);

#endif /* XOVN_VSWITCH_LINK_TABLE_H */
