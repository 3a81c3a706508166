/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_SYNC_PURGE_H
#define XOVN_SYNC_PURGE_H

#include <stdbool.h>

#include "error.h"
#include "sync/diff.h"
#include "sync/state.h"

/* Deletes what BPF learned about ports that a load removed: their numbers may
 * be given to others.  Walks the learned tables only when there were any. */
int purge_learned(const struct state *s, const struct image *present,
		  const struct diff *d, struct error *e);

/* Deletes what BPF learned of entries of neighbor and l2 that went or say
 * otherwise: whom the cluster has forgotten this host forgets, and who comes
 * back to it is news again.  Routers that age their neighbors do so
 * themselves.  Returns how many. */
size_t purge_superseded(const struct state *s, const struct diff *d);

/* Deletes MACs that BPF learned and l2 does not have: with nobody listening
 * the cluster was not told of them, and a guest's next frame is news again. */
int purge_untold(const struct state *s);

/* Did the change remove a datapath, switch port or router port, or give its
 * key to another one? */
bool purge_object_went(const struct image *present, const struct change *c);

#endif /* XOVN_SYNC_PURGE_H */
