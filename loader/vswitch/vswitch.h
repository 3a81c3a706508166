/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's conf.db as ovs-vswitchd serves it (Open_vSwitch, Bridge, Port,
 * Interface), without flows: internal ports become veth pairs, other ports
 * are interfaces that exist, and what ovs-vsctl waits for is written back.
 *
 *   vswitch.c   when what is done; what the agent calls
 *   ports.h     bridges and ports wanted, their interfaces, columns written
 *   link_table.h  interfaces in the kernel, by netlink
 *   settings.h  external_ids:ovn-*, of which host and chassis
 */
#ifndef XOVN_VSWITCH_VSWITCH_H
#define XOVN_VSWITCH_VSWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "ovsdb/client.h"
#include "waits.h"

extern const struct ovsdb_filter vswitch_filter[]; /* for database Open_vSwitch */

struct vswitch;

struct vswitch_options {
	int stats_interval_ms; /* <=0: 5000, or
				* other_config:stats-update-interval */
};

/* A port of the integration bridge with an iface-id and a usable interface. */
struct vswitch_vif {
	uint8_t uuid[16]; /* Interface row */
	char name[16]; /* as in conf.db */
	char hostif[16]; /* what the program is attached to: the name itself,
			  * or the host end of an internal port */
	uint32_t ifindex; /* of hostif */
	char *iface_id;
	char *iface_id_ver; /* or NULL */
	char *encap_ip; /* external_ids:encap-ip, or NULL */
};

/* A physical network: of ovn-bridge-mappings, whose bridge has one NIC. */
struct vswitch_network {
	char *network, *bridge;
	char ifname[16]; /* "": the bridge is missing or has no NIC (yet) */
};

struct vswitch_settings {
	char *system_id; /* NULL: not set, so this is no chassis */
	char *hostname; /* external_ids:hostname, else gethostname() */
	char *remote; /* ovn-remote, or NULL */
	char *nb_remote; /* xovn-nb-remote; else ovn-remote's hosts, port 6641,
			  * unix: sockets' ovnsb_db.sock -> ovnnb_db.sock */
	char *encap_ip; /* ovn-encap-ip, the first; or NULL */
	char *encap_type; /* ovn-encap-type, "geneve" must be among them */
	bool encap_csum; /* ovn-encap-csum, default true */
	char *bridge; /* ovn-bridge, default br-int */
	char *bridge_mappings; /* as written, or "" */
	char *mode; /* xovn-mode: auto (default), native, tc */
	bool monitor_all; /* ovn-monitor-all */
	int probe_ms; /* ovn-remote-probe-interval, default 5000 */
	struct ovsdb_tls tls; /* table SSL, or NULLs */
	/* all of Open_vSwitch.external_ids that begin with "ovn-", for
	 * Chassis.other_config; pairs, sorted */
	char *(*ovn_ids)[2];
	size_t n_ovn_ids;
};

/* conf: a client for vswitch_filter, lock "ovs_vswitchd". */
struct vswitch *vswitch_new(struct ovsdb_client *conf,
			    const struct vswitch_options *options,
			    struct error *e);
void vswitch_free(struct vswitch *v); /* interfaces stay */

/* Reads the rows where they changed, makes and removes interfaces, writes
 * columns.  Call after ovsdb_client_run(); forgets conf's changes. */
void vswitch_run(struct vswitch *v);
void vswitch_wait(const struct vswitch *v, struct waits *w);

/* Counts up whenever VIFs, networks or settings become others.  0: nothing is
 * known yet, or another program serves conf.db; settings are all NULL. */
uint64_t vswitch_version(const struct vswitch *v);
const struct vswitch_settings *vswitch_settings(const struct vswitch *v);
const struct vswitch_vif *vswitch_vifs(const struct vswitch *v, size_t *n);
const struct vswitch_network *vswitch_networks(const struct vswitch *v,
					       size_t *n);

/* Everything of that version is in effect: cur_cfg may follow, for which
 * ovs-vsctl waits.  Ports that failed have their error set before. */
void vswitch_set_applied(struct vswitch *v, uint64_t version);
/* What went wrong with a port, for Interface.error, so that its ofport is -1
 * and ovs-vsctl fails; NULL: nothing. */
void vswitch_set_error(struct vswitch *v, const char *name, const char *why);
/* external_ids:ovn-installed and -ts: the port forwards, or does not. */
void vswitch_set_installed(struct vswitch *v, const char *name, bool is_on);
/* Bridge external_ids:ovn-nb-cfg and -ts. */
void vswitch_set_nb_cfg(struct vswitch *v, int64_t nb_cfg, int64_t ts_ms);

#endif /* XOVN_VSWITCH_VSWITCH_H */
