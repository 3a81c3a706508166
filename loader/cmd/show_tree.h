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
	/* Every counter; before: so many seconds earlier, NULL: no rates. */
	struct counter_val *now, *before;
	size_t n_now, n_before;
	double seconds;
	struct error *e;
};

/* What an interface, tunnel or rule has passed in one direction. */
struct passed {
	struct counter_val total;
	double pps, bps; /* packets and bits in a second; < 0: not known */
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

/* Parts of the tree, into the objects that the index holds. */

/* Ports of switches and routers with all that concerns one port. */
void tree_ports(struct collection *c, json_t *index);
/* Routes, with the ways of ECMP groups. */
void tree_routes(struct collection *c, json_t *index);
/* Which chassis a gateway router is on; its NAT rules. */
void tree_gateways(struct collection *c, json_t *index);
/* VIPs of routers and switches, with backends. */
void tree_vips(struct collection *c, json_t *index);
/* Drops by place: {"REASON": packets} as "drops" of a datapath, and of a port
 * {"in": {...}, "out": {...}}. */
int tree_drops(struct collection *c, json_t *index);

/* Reads the counters, twice with interval seconds in between if that is not
 * 0.  -errno with c->e filled. */
int counters_open(struct collection *c, double interval);
void counters_close(struct collection *c);
/* Entry number + offset; no object has the number 0. */
struct passed counters_passed(const struct collection *c, __u32 number,
			      __u32 offset);
void passed_add(struct passed *sum, const struct passed *more);
/* {"packets", "bytes"}, and where known "packets_per_second",
 * "bits_per_second". */
json_t *passed_json(const struct passed *p);
/* Members "in" and "out" as of a port; "orig", "reply" and "connections" as
 * of a rule, of which two may have a number (0: none); as of a route.  Set as
 * "counters" unless nothing is counted for the object. */
void counters_set_port(const struct collection *c, json_t *o, __u32 number);
void counters_set_rule(const struct collection *c, json_t *o, __u32 number,
		       __u32 second);
void counters_set_route(const struct collection *c, json_t *o, __u32 number);
void counters_set_chassis(const struct collection *c, json_t *o, __u32 index);

#endif /* XOVN_CMD_SHOW_TREE_H */
