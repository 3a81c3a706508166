/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xovn check: may this host run xovn, and what will not be as the network
 * wants it?  It looks, tries what leaves no trace, and changes nothing.
 *
 *   check.c      the order of it
 *   findings.c   what was found
 *   kernel.c     kernel, privileges, pin directory
 *   programs.c   the very programs, loaded and let go
 *   memory.c     what the maps take
 *   nics.c       interfaces, and the mode that attach will give them
 *   nic_xdp.c    what a driver says of XDP
 *   occupied.c   who else has programs there
 *   guests.c     MTUs of guests
 *   conflicts.c  Open vSwitch, Geneve of others
 *   config.c     xovn.conf
 *   databases.c  NB, SB, placement, chassis
 *   conf.c       conf.db
 *   print.c      for people and programs
 *
 * Called by cmd/check.c.  What is decided elsewhere is asked there: mode.h,
 * mapset.h, nb/, compile/.
 */
#ifndef XOVN_CHECK_CHECK_H
#define XOVN_CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "error.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "ovsdb/client.h"
#include "sync/mapset.h"
#include "sync/mode.h"
#include "sync/netlink.h"
#include "sync/programs.h"
#include "vswitch/vswitch.h"

#define CHECK_NICS_MAX 64

/* An interface that is to be attached. */
struct check_nic {
	char ifname[64]; /* as it was given: no interface's if it is longer */
	char network[XOVN_NAME_LEN]; /* stored form; "": the underlay */
	enum attach_mode asked;
};

struct check_options {
	const char *config; /* xovn.conf, or NULL; says what the rest does not */
	const char *default_db; /* remote of conf.db where that names none */
	const char *pin; /* NULL: not given */
	struct check_nic nics[CHECK_NICS_MAX];
	size_t n_nics;
	const char *nb, *sb, *placement; /* file or remote, NULL: not given */
	const char *db; /* remote of conf.db */
	const char *chassis;
	struct ovsdb_tls tls;
	struct map_limits limits;
	bool has_limits; /* given, and not the defaults */
};

enum check_level {
	CHECK_OK,
	CHECK_WARNING, /* runs, but not all as it may be wanted */
	CHECK_ERROR, /* does not run */
};

struct check_finding {
	enum check_level level;
	const char *group, *topic; /* static; programs know them by these */
	char *object, *text, *remedy; /* object and remedy may be NULL */
};

/* What was found of an interface, for --json. */
struct check_nic_facts {
	bool is_there, is_native;
	char driver[32];
	char reason[MODE_REASON_LEN];
	uint32_t mtu;
};

struct check {
	struct check_options *options;
	struct check_finding *findings;
	size_t n_findings;
	size_t n_levels[CHECK_ERROR + 1]; /* findings of each */
	bool is_short; /* of memory */

	struct netlink nl;
	uint32_t own_program[PROGRAM_COUNT]; /* ids of those pinned, or 0 */
	bool are_loaded; /* this build's programs are pinned */
	bool has_tcx;
	struct check_nic_facts nic[CHECK_NICS_MAX];
	struct nb nb;
	bool has_nb;
	struct placement placement;
	bool has_placement, has_southbound;
	/* Of the chassis, by placement, SB or conf.db. */
	uint8_t encap_ip[4];
	bool has_encap_ip;
	struct host_config config; /* empty: none */
	struct vswitch_settings settings; /* of conf.db; all NULL: none */
	struct check_guest {
		char name[16];
		uint32_t mtu;
	} * guests; /* of conf.db */
	size_t n_guests;
};

/* Does it all; check_free() in any case.  The texts of options must outlive
 * c, and interfaces of conf.db are added to it. */
void check_run(struct check *c, struct check_options *options);
void check_free(struct check *c);
void check_print_text(const struct check *c);
void check_print_json(const struct check *c);

/* ---- between the parts ---- */

/* object and remedy may be NULL. */
void check_add(struct check *c, enum check_level level, const char *group,
	       const char *topic, const char *object, const char *remedy,
	       const char *format, ...) __attribute__((format(printf, 7, 8)));

void check_config(struct check *c);
void check_bindings(struct check *c); /* of xovn.conf */
void check_kernel(struct check *c);
void check_programs(struct check *c);
void check_memory(struct check *c);
void check_nics(struct check *c);
void check_guests(struct check *c);
void check_conflicts(struct check *c);
void check_conf(struct check *c);
void check_databases(struct check *c);

/* Memory of a map of so many entries, none of them in use beyond what is
 * allocated at once; 0: a type that xovn has none of. */
uint64_t check_map_bytes(uint32_t type, uint32_t flags, uint32_t key_size,
			 uint32_t val_size, uint64_t entries, uint32_t n_cpus);

/* What the kernel says that a driver can do, NETDEV_XDP_ACT_*; -errno where
 * it does not say (before 6.3). */
#define CHECK_XDP_BASIC (1u << 0)
#define CHECK_XDP_REDIRECT (1u << 1)
#define CHECK_XDP_XMIT (1u << 2)
#define CHECK_XDP_RX_SG (1u << 5)
int check_xdp_features(uint32_t ifindex, uint64_t *features);

struct check_occupied {
	bool has_own_tc, has_own_xdp;
	bool has_other_xdp; /* so that ours will not be taken */
};

/* Programs at the interface; adds findings of those that are others'. */
struct check_occupied check_occupied(struct check *c, const char *ifname,
				     uint32_t ifindex);

/* Who has the chassis' tunnel address; source: who says that it is this. */
void check_encap_ip(struct check *c, const uint8_t ip[4], const char *source);
/* The contents of a database: a file's, or a remote's within seconds.  Adds a
 * finding either way; NULL: there are none. */
struct ovsdb *check_database(struct check *c, const char *topic,
			     const char *from, const struct ovsdb_tls *tls,
			     const char *name,
			     const struct ovsdb_filter *filter);
void check_guest_add(struct check *c, const char *name, uint32_t mtu);
/* At most CHECK_NICS_MAX; an interface may be there more than once. */
void check_nic_add(struct check_options *o, const char *ifname,
		   const char *network, enum attach_mode asked);

#endif /* XOVN_CHECK_CHECK_H */
