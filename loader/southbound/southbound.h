/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This host as a chassis in the Southbound database: what ovn-controller
 * writes (its chassis.c, binding.c, mac-learn.c, pinctrl.c).  Compares
 * the rows with what shall be and sends what differs, one transaction at a
 * time; a conflict just means another look.
 *
 *   southbound.c  the parts together;  chassis.c  Chassis, Encap, _Private
 *   claims.c      Port_Binding;        learned.c  MAC_Binding, FDB
 *   conditions.c  which rows this host needs
 */
#ifndef XOVN_SOUTHBOUND_SOUTHBOUND_H
#define XOVN_SOUTHBOUND_SOUTHBOUND_H

#include "vswitch/vswitch.h"
#include "ovsdb/client.h"
#include "upcall.h"
#include "waits.h"

struct southbound;

struct southbound *southbound_new(struct ovsdb_client *sb);
/* Before sb, which must not run any more. */
void southbound_free(struct southbound *s);

/* What it goes by; borrowed until the next call. */
struct southbound_wanted {
	const struct vswitch_settings *settings;
	const struct vswitch_vif *vifs; /* interfaces that are here */
	size_t n_vifs;
	const char *datapath_type; /* "xovn" for Chassis.other_config */
	bool is_encap_ready; /* an underlay is attached: register */
};

/* Writes what differs.  Call after ovsdb_client_run() of sb. */
void southbound_run(struct southbound *s, const struct southbound_wanted *w);
void southbound_wait(const struct southbound *s, struct waits *w);

/* Is the LSP claimed: does Port_Binding.chassis say this chassis, and may it
 * (requested-chassis, iface-id-ver)?  Also that of an installed one which lost
 * its chassis and will have it again: it forwards on.  Otherwise *why, where not NULL, says
 * why not, for the log: static text. */
bool southbound_is_claimed(const struct southbound *s, const char *lsp,
			   const char **why);
/* Nothing is on its way that the maps will follow: a claim, or rows that were
 * asked for.  What cannot be had is not waited for. */
bool southbound_is_settled(const struct southbound *s);
/* Claimed LSPs in the maps: Port_Binding.up follows.  Sorted names; borrowed
 * until the next call. */
void southbound_set_installed(struct southbound *s, const char *const *lsps,
			      size_t n);

/* Everything that SB says up to nb_cfg is in the maps: Chassis_Private. */
void southbound_set_nb_cfg(struct southbound *s, int64_t nb_cfg);
int64_t southbound_sb_nb_cfg(const struct southbound *s); /* SB_Global's */

/* BPF learned something; written with ovn-controller's delays, where no row
 * says it already.  SB's keys are also those of the maps. */
void southbound_learned(struct southbound *s, const struct upcall *u);

/* Conditions for these datapaths (tunnel keys), or all rows with
 * ovn-monitor-all; NULL: nothing is known yet, so all. */
void southbound_monitor(struct southbound *s, const uint32_t *datapaths,
			size_t n, bool monitor_all);

/* SIGTERM with --release: claims, Chassis, Encap and Chassis_Private go.
 * true: done, or there is nobody to tell. */
bool southbound_release(struct southbound *s);

#endif /* XOVN_SOUTHBOUND_SOUTHBOUND_H */
