/* SPDX-License-Identifier: GPL-2.0-only */
/* Interfaces of the host as underlay or localnet: attach, and undoing
 * everything. */
#ifndef XOVN_SYNC_ATTACH_H
#define XOVN_SYNC_ATTACH_H

#include <stdbool.h>

#include "error.h"
#include "sync/attachment.h"
#include "sync/garp.h"
#include "sync/mode.h"
#include "sync/state.h"
#include "sync/underlay.h"

/* By the name that users give it.  0 or -ENOENT. */
int attach_mode_find(const char *name, enum attach_mode *mode);

struct attach_request {
	const char *network; /* --localnet, NULL: --underlay */
	enum attach_mode mode;
	bool is_silent; /* no announcements */
	bool is_early; /* the NB may have no localnet port of network yet */
	enum underlay_resolve resolve;
	struct garp_queue *queue; /* announces; NULL: a child does */
};

struct attach_result {
	enum attachment_mode mode;
	char reason[MODE_REASON_LEN]; /* why that mode */
	bool has_clsact; /* the kernel has no TCX */
	uint32_t mtu;
	bool needs_veth_peer; /* a veth in mode native: its peer must run NAPI
			       * and finish checksums itself */
	size_t n_localnet_ports; /* of the network */
	int n_announced; /* addresses, -errno */
	size_t n_chassis, n_unreachable;
	char unreachable[XOVN_NAME_LEN]; /* name of the first */
};

/* Adds a role to the interface. */
int attach_iface(struct state *s, const char *ifname,
		 const struct attach_request *request,
		 struct attach_result *result, struct error *e);
/* May it be attached at all? */
int attach_check_link(const struct iface *iface, struct error *e);
/* Tunnels to all chassis over iface, NULL: none; underlay_free(u) in any
 * case. */
int tunnels_set(struct state *s, struct netlink *nl, const struct iface *iface,
		bool is_native, enum underlay_resolve resolve,
		struct underlay *u, struct error *e);
/* Present map "chassis": XOVN_MAX_CHASSIS entries, free() them. */
int chassis_read(const struct state *s, struct chassis_val **chassis,
		 struct error *e);

/* An interface in all its roles. */
int detach_iface(struct state *s, const char *ifname, struct error *e);
/* One role of an underlay or localnet interface, perhaps deleted since: the
 * other one goes on. */
int detach_role(struct state *s, const struct attachment *a, bool is_underlay,
		struct error *e);
/* Everything: VIFs, underlay, programs, maps, the directory.  Also for
 * directories of another layout, then from what can be read. */
int detach_all(struct state *s, struct error *e);
/* Removes pins of maps and programs, e.g. of a first load that failed. */
int detach_pins(struct state *s, struct error *e);

#endif /* XOVN_SYNC_ATTACH_H */
