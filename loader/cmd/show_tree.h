/* SPDX-License-Identifier: GPL-2.0-only */
/* The tree of JSON objects that show prints, and what it is made from. */
#ifndef XOVN_CMD_SHOW_TREE_H
#define XOVN_CMD_SHOW_TREE_H

#include <jansson.h>
#include <stdbool.h>

#include "sync/state.h"

struct collection {
	const struct state *s;
	struct image img; /* every table as it stands in the kernel */
	struct image learned; /* its NEIGHBOR table: map "learned" */
	struct chassis_val *chassis;
	struct error *e;
};

json_t *json_ip(const __u8 *ip);
json_t *json_network(const __u8 *ip, unsigned int plen);
json_t *json_mac(const __u8 *mac);

/* The array of that name in an object, made where there is none. */
json_t *tree_array(json_t *object, const char *name);
/* Appends to it; tree_sort() orders by sort.  Takes both references. */
void tree_add(json_t *object, const char *name, json_t *item, json_t *sort);
/* Sorts every array of the tree that tree_add() filled. */
void tree_sort(json_t *o);

/* Objects for datapaths (port 0) and ports, by key, while the tree is
 * built. */
json_t *tree_find(json_t *index, __u32 datapath, __u32 port);
void tree_set(json_t *index, __u32 datapath, __u32 port, json_t *object);

const char *datapath_name(struct collection *c, __u32 key);

/* for_entries(image, table, struct prefix): k and v walk the table. */
#define for_entries(img, id, ktype, vtype)                                     \
	const struct image_table *t = &(img)->table[IMAGE_##id];               \
	const ktype *k;                                                        \
	const vtype *v;                                                        \
	for (size_t i = 0; i < t->n && (k = (const void *)image_entry(t, i),   \
				       v = (const void *)(k + 1), true);       \
	     i++)

/* NAT rules, load balancers, localnet ports and gateways, into the objects
 * that the index holds. */
void collect_gateways(struct collection *c, json_t *index);

#endif /* XOVN_CMD_SHOW_TREE_H */
