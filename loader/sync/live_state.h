/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of live.h share. */
#ifndef XOVN_SYNC_LIVE_STATE_H
#define XOVN_SYNC_LIVE_STATE_H

#include "sync/live.h"

struct live {
	struct state s;
	struct apply_options options;
	int guard; /* descriptor */
	bool was_created; /* the directory, by live_open() */
};

/* Before a change: is it as we left it?  Nobody but us should change it, but
 * what another did must not be written over unseen. */
int live_look(struct live *l, struct error *e);

#endif /* XOVN_SYNC_LIVE_STATE_H */
