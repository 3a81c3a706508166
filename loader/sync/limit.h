/* SPDX-License-Identifier: GPL-2.0-only */
/* Map "limit": what one port may have of what all share. */
#ifndef XOVN_SYNC_LIMIT_H
#define XOVN_SYNC_LIMIT_H

#include <stdint.h>

#include "error.h"
#include "maps.h"
#include "sync/state.h"

#define ICMP_RATE_HIGHEST 1000000

struct limit_options {
	uint32_t icmp_rate; /* errors and resets a second; 0: no limit */
	uint32_t percent; /* of each table; 100: no limit */
};

#define LIMIT_OPTIONS_DEFAULT                                                  \
	{                                                                      \
		ICMP_RATE_DEFAULT, PORT_SHARE_DEFAULT                          \
	}

/* Shares are those of the maps as they are, or where there are none yet, as
 * they will be. */
void limit_make(const struct limit_options *o, const struct state *s,
		const struct map_limits *limits, struct limit_val *val);
int limit_read(const struct state *s, struct limit_val *val, struct error *e);
int limit_write(const struct state *s, const struct limit_val *val,
		struct error *e);

#endif /* XOVN_SYNC_LIMIT_H */
