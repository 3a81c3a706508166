/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ECMP groups: static routes of one router, table, policy and prefix.  They
 * are gathered while routes are compiled and written together, because their
 * ids come from all of them: an id stays as it is while the group exists,
 * but for clashes (keys.h).
 */
#ifndef XOVN_COMPILE_ECMP_H
#define XOVN_COMPILE_ECMP_H

#include "tables.h"

struct ecmp_member {
	struct route_val route;
	const struct topo_lrp *lrp;
};

struct ecmp_groups {
	struct ecmp_group *groups;
	size_t n, capacity;
};

/* Members are copied, in any order, each once; n >= 2.  table: name or NULL.
 * 0 or -ENOMEM with a message. */
int ecmp_add(struct tables *c, struct ecmp_groups *all,
	     const struct topo_router *r, enum image_table_id id,
	     const struct route_key *key, const char *table,
	     const struct ecmp_member *members, size_t n);
/* Entries of id as given, ecmp and maglev. */
int ecmp_write(struct tables *c, struct ecmp_groups *all);
void ecmp_free(struct ecmp_groups *all);

#endif /* XOVN_COMPILE_ECMP_H */
