/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory whose maps have an older layout becomes one of this layout,
 * while packets are forwarded.  What is beside it meanwhile:
 *
 *   DIR/next/MAP, DIR/next/prog_NAME   the new side; maps that do not change
 *                                      are pinned here, too
 *   DIR/next/handover...               what all interfaces run (handover.h)
 *
 *   upgrade.c       the order of things, and what to do with one that was
 *                   killed;  sides.c  the programs in between
 *   upgrade_step.c  what changes from layout to layout, by entry
 *   upgrade_maps.c  whole maps
 *   upgrade_ct.c, upgrade_index.c   connections
 */
#ifndef XOVN_SYNC_UPGRADE_H
#define XOVN_SYNC_UPGRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "sync/state.h"

#define UPGRADE_DIR "next"

struct upgrade {
	struct state *old; /* its maps by our ids, entries of its layout */
	struct state next;
	uint32_t layout; /* of old */
	struct error *e;
};

/* Ends an upgrade that was killed: back, if all packets still met the old
 * side, else onwards.  The directory is locked. */
int upgrade_settle(const char *dir, struct error *e);
/* Was one killed that cannot go back?  Its maps are in DIR/next. */
int upgrade_check(const char *dir, struct error *e);
/* Does it if s->dir (locked, no maps open) has an older layout that this
 * xovn knows; sets s->moved_from then.  0 with nothing done otherwise.
 * Refuses before anything is changed; an error later leaves all packets on
 * one side. */
int upgrade_run(struct state *s, struct error *e);
/* Removes DIR/next and what is in it. */
void upgrade_remove(const char *dir);

/* ---- upgrade_maps.c ---- */

enum upgrade_pass {
	UPGRADE_FIRST, /* all maps that change */
	UPGRADE_AGAIN, /* what BPF has learned since */
	UPGRADE_AFTER, /* ... and the new side does not know */
};

/* Opens the old side's maps; -EPROTO where one is not as its layout says. */
int upgrade_open_maps(struct upgrade *u);
/* Pins those that stay as they are in DIR/next. */
int upgrade_share_maps(struct upgrade *u);
int upgrade_copy_maps(struct upgrade *u, enum upgrade_pass pass);

/* ---- upgrade_ct.c ---- */

struct upgrade_ct;
struct handover;

/* NULL in *out: the table is the same on both sides. */
int upgrade_ct_open(struct upgrade *u, struct upgrade_ct **out);
void upgrade_ct_close(struct upgrade_ct *ct);
/* Copies while the old side is on. */
void upgrade_ct_copy(struct upgrade_ct *ct);
/* Puts the new side on: the last connections are in its table before the
 * first packet looks there. */
void upgrade_ct_switch(struct upgrade_ct *ct, struct handover *h);
/* What packets that began on the old side have left there. */
void upgrade_ct_after(struct upgrade_ct *ct);

#endif /* XOVN_SYNC_UPGRADE_H */
