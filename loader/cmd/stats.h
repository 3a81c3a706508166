/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_CMD_STATS_H
#define XOVN_CMD_STATS_H

#include <stdbool.h>

#include "error.h"
#include "sync/state.h"

/* Prints counters of connections, records in use by state, timeouts. */
int stats_ct(const struct state *s, bool as_json, struct error *e);

#endif /* XOVN_CMD_STATS_H */
