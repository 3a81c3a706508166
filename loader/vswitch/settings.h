/* SPDX-License-Identifier: GPL-2.0-only */
/* external_ids:ovn-* of the Open_vSwitch row, as ovn-controller(8) reads
 * them. */
#ifndef XOVN_VSWITCH_SETTINGS_H
#define XOVN_VSWITCH_SETTINGS_H

#include "vswitch/vswitch.h"
#include "ovsdb/ovsdb.h"

/* Reads them all; without an Open_vSwitch row everything is unset.  -ENOMEM:
 * *s is empty. */
int settings_read(const struct ovsdb *db, struct vswitch_settings *s);
void settings_clear(struct vswitch_settings *s);
bool settings_equal(const struct vswitch_settings *a,
		    const struct vswitch_settings *b);

/* Where NB is, judged by where SB is: the same hosts, port 6641, and
 * ovnnb_db.sock beside ovnsb_db.sock.  *out: the caller's own, NULL: cannot
 * be told.  -ENOMEM. */
int settings_nb_remote(const char *sb_remote, char **out);

/* "net:br,net2:br2" */
struct settings_mapping {
	char *network, *bridge;
};

/* Entries that are no "network:bridge", or name a network or a bridge again
 * (an interface carries one network), are left out; *bad is the first of them, the caller's own, or NULL.  -ENOMEM. */
int settings_mappings(const char *text, struct settings_mapping **list,
		      size_t *n, char **bad);
void settings_mappings_free(struct settings_mapping *list, size_t n);

#endif /* XOVN_VSWITCH_SETTINGS_H */
