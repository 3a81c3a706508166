/* SPDX-License-Identifier: GPL-2.0-only */
/* How stats writes things, in each of its formats. */
#ifndef XOVN_CMD_STATS_TEXT_H
#define XOVN_CMD_STATS_TEXT_H

#include "cmd/stats.h"

#define STATS_PREFIX_LEN 32

const char *stats_route_kind(const struct stats_route *r);
/* NULL: any. */
const char *stats_proto(uint8_t proto);
/* "10.0.0.0/24"; of a host without length. */
void stats_prefix(char text[STATS_PREFIX_LEN], const uint8_t ip[4],
		  uint32_t plen);
/* "192.0.2.1:80", or without port. */
void stats_vip_text(char text[STATS_PREFIX_LEN], const struct stats_vip *p);

#endif /* XOVN_CMD_STATS_TEXT_H */
