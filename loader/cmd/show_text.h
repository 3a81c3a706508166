/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the tree of show_collect(), and printing it as text. */
#ifndef XOVN_CMD_SHOW_TEXT_H
#define XOVN_CMD_SHOW_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define SHOW_LIST_MAX 8 /* of a list, unless is_detailed */

struct show_text {
	FILE *to;
	bool is_detailed; /* long lists as a whole */
};

/* Control characters out of names, which a terminal would obey: '?'. */
void tree_clean(json_t *root);
void show_print(const struct show_text *t, const json_t *root);

/* A member of an object, "" or 0 where it has none. */
const char *tree_text(const json_t *o, const char *name);
bool tree_is(const json_t *o, const char *name);
json_int_t tree_number(const json_t *o, const char *name);
/* Of an object with "chassis": its host's name, else the chassis'. */
const char *tree_host(const json_t *o);
const char *proto_name(json_int_t proto); /* "tcp"; "" for others */

/* Parts: packets and bytes, with rates where there are any; a rule's
 * counters on a line; a router without its load balancers. */
void passed_text(const struct show_text *t, const json_t *passed);
void print_rule_counters(const struct show_text *t, const json_t *counters);
void print_router(const struct show_text *t, const json_t *router);

#endif /* XOVN_CMD_SHOW_TEXT_H */
