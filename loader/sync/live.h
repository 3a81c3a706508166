/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pin directory that a program keeps up to date for as long as it runs:
 * what apply.c does once, without reading the maps again for each change.
 * Other commands that change maps are refused while it is open; its death,
 * however it comes, ends that and leaves everything forwarding.
 */
#ifndef XOVN_SYNC_LIVE_H
#define XOVN_SYNC_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile/compile.h"
#include "error.h"
#include "sync/apply.h"
#include "sync/attach.h"
#include "waits.h"

struct live;

/* Opens or makes the directory, and adopts what is in it.  -EBUSY: another
 * agent runs on it; other errors as state_open(). */
int live_open(const char *dir, const struct apply_options *options,
	      struct live **out, struct error *e);
/* Lets go; maps, programs and links stay. */
void live_close(struct live *l);

/* The state: for readers of maps.  Its fds are open for as long as l is. */
const struct state *live_state(const struct live *l);
bool live_is_loaded(const struct live *l); /* config is written */

/* Announcements that are due (no child processes), and whatever else waits. */
void live_run(struct live *l);
void live_wait(const struct live *l, struct waits *w);

/* The whole wanted state, as apply(): writes what differs from what is known
 * to be there.  Takes out->image's counters and members into account as
 * apply() does.  After an error the next call reads the maps first. */
int live_apply(struct live *l, struct compile_output *out,
	       struct apply_result *result, struct error *e);

/* A part: its entries are all that those owners (compile/image.h; sorted)
 * shall have, and have the owner that they have there.  In the same order as
 * a whole one. */
int live_apply_part(struct live *l, const uint64_t *owners, size_t n,
		    struct image *part, struct apply_result *result,
		    struct error *e);

/* What is needed for compile_input: the present chassis and mappings. */
int live_chassis(const struct live *l, struct chassis_val **chassis,
		 struct error *e);

/* Interfaces.  The program of a VIF drops what has no entry in map "vif", so
 * it comes before the entry and goes after it.  0 also where it is there
 * already.  All by name in our network namespace. */
int live_vif_attach(struct live *l, const char *ifname, uint32_t *ifindex,
		    bool *is_peer, struct error *e);
int live_vif_detach(struct live *l, uint32_t ifindex, struct error *e);
/* VIFs attached (adopted ones, too): *list is malloc()ed; lsp is what "vif"
 * says, or "". */
int live_vifs(struct live *l, struct compile_binding **list, size_t *n,
	      struct error *e);

/* The underlay is ifname, in mode; another one before it is detached.  NULL:
 * none.  Does nothing where it is so. */
int live_set_underlay(struct live *l, const char *ifname, enum attach_mode mode,
		      struct error *e);
/* Physical networks: exactly these n pairs. */
struct live_network {
	const char *network, *ifname;
};
int live_set_networks(struct live *l, const struct live_network *list, size_t n,
		      enum attach_mode mode, struct error *e);
int live_mappings(struct live *l, struct compile_mapping **list, size_t *n,
		  struct error *e);

/* Removes all of it, as xovn detach --all. */
int live_remove(struct live *l, struct error *e);

#endif /* XOVN_SYNC_LIVE_H */
