/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_CMD_SHOW_H
#define XOVN_CMD_SHOW_H

#include <jansson.h>

#include "sync/state.h"

/* All that the maps hold, as `xovn show --json` prints it: arrays "chassis",
 * "attachments", "bindings", "switches", "routers", each sorted by name.
 * With an interval (seconds) counters have rates, too.  NULL with e filled on
 * failure. */
json_t *show_collect(const struct state *s, double interval, struct error *e);

/* What of it has that name: a switch, a router, or a port in its datapath.
 * NULL: nothing. */
json_t *show_filter(const json_t *root, const char *name);

#endif /* XOVN_CMD_SHOW_H */
