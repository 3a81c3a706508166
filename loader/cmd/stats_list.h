/* SPDX-License-Identifier: GPL-2.0-only */
/* What stats_collect() is made of. */
#ifndef XOVN_CMD_STATS_LIST_H
#define XOVN_CMD_STATS_LIST_H

#include "cmd/stats.h"

/* An array that grows. */
struct stats_list {
	void *items;
	size_t n, capacity;
	size_t size; /* of one */
	int err; /* -ENOMEM: some are missing */
};

/* One more item, zeroed; NULL and l->err: out of memory. */
void *stats_list_add(struct stats_list *l);

void counter_add(struct counter_val *sum, struct counter_val val);
void drop_add(struct drop_val *sum, const struct drop_val *val);

struct stats_datapath *stats_datapath(const struct stats *st, uint32_t key);
/* Of a switch or router port, or what OVN calls a flood; NULL: unknown. */
const char *stats_port_name(const struct stats *st, uint32_t datapath,
			    uint32_t port);

/* Routes, NAT rules and VIPs, of which st->img has the tables.  0 or
 * -ENOMEM. */
int stats_collect_rules(struct stats *st);

#endif /* XOVN_CMD_STATS_LIST_H */
