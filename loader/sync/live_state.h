/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of live.h share. */
#ifndef XOVN_SYNC_LIVE_STATE_H
#define XOVN_SYNC_LIVE_STATE_H

#include "sync/live.h"
#include "sync/netlink.h"

struct live {
	struct state s;
	struct apply_options options;
	int guard; /* descriptor */
	bool was_created; /* the directory, by live_open() */
	struct apply_known known;
	/* Of the kernel's neighbors, routes and interfaces: */
	struct netlink watch;
	int64_t look_at; /* the underlay, time_ms(); 0: nothing is awaited */
};

/* Before a change: is it as we left it?  Nobody but us should change it, but
 * what another did must not be written over unseen. */
int live_look(struct live *l, struct error *e);

/* What the directory knows of the underlay follows the kernel. */
int live_underlay_open(struct live *l, struct error *e);
void live_underlay_run(struct live *l);
void live_underlay_wait(const struct live *l, struct waits *w);
/* Tunnels were written, perhaps without next hops' MACs. */
void live_underlay_start(struct live *l);

#endif /* XOVN_SYNC_LIVE_STATE_H */
