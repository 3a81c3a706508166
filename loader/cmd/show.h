/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_CMD_SHOW_H
#define XOVN_CMD_SHOW_H

#include <jansson.h>

#include "sync/state.h"

/* All that the maps hold, as `xovn show --json` prints it: arrays "chassis",
 * "attachments", "bindings", "switches", "routers", each sorted by name.
 * NULL with e filled on failure. */
json_t *show_collect(const struct state *s, struct error *e);

#endif /* XOVN_CMD_SHOW_H */
