// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/stats_text.h"

#include <netinet/in.h>
#include <stdio.h>

const char *stats_route_kind(const struct stats_route *r)
{
	return r->kind == ROUTE_STATIC ? "static" : "connected";
}

const char *stats_proto(uint8_t proto)
{
	return !proto		    ? NULL :
	       proto == IPPROTO_TCP ? "tcp" :
	       proto == IPPROTO_UDP ? "udp" :
				      "sctp";
}

void stats_prefix(char text[STATS_PREFIX_LEN], const uint8_t ip[4],
		  uint32_t plen)
{
	int n = snprintf(text, STATS_PREFIX_LEN, "%u.%u.%u.%u", ip[0], ip[1],
			 ip[2], ip[3]);

	if (plen < 32)
		snprintf(text + n, STATS_PREFIX_LEN - n, "/%u", plen);
}

void stats_vip_text(char text[STATS_PREFIX_LEN], const struct stats_vip *p)
{
	int n = snprintf(text, STATS_PREFIX_LEN, "%u.%u.%u.%u", p->ip[0],
			 p->ip[1], p->ip[2], p->ip[3]);

	if (p->port)
		snprintf(text + n, STATS_PREFIX_LEN - n, ":%u", p->port);
}
