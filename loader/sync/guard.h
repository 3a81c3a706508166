/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who keeps a pin directory up to date: an agent holds a record lock
 * (fcntl(2)) on DIR/agent.  The kernel drops it with the process, however
 * that ends, and tells others its pid.
 *
 * Asked and taken with DIR itself locked (flock(2), state.c), so that nobody
 * comes in between.
 */
#ifndef XOVN_SYNC_GUARD_H
#define XOVN_SYNC_GUARD_H

#include "error.h"

#define GUARD_NAME "agent"

/* -EBUSY with a line that names the other process; 0 for our own. */
int guard_check(const char *dir, struct error *e);
/* A descriptor to be kept open, or -errno.  No other descriptor of DIR/agent
 * may be closed by this process: that would drop the lock. */
int guard_take(const char *dir, struct error *e);
void guard_release(const char *dir, int fd);

#endif /* XOVN_SYNC_GUARD_H */
