/* SPDX-License-Identifier: GPL-2.0-only */
/* What is drawn where, found before drawing begins. */
#ifndef XOVN_CMD_DOT_INDEX_H
#define XOVN_CMD_DOT_INDEX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Names are no safe identifiers: nodes are called by what they are and their
 * key, dp1, or their place in an array, host0. */
struct picture {
	FILE *to;
	const json_t *root;
	bool is_detailed;
	json_int_t own; /* number of this host */
	json_t *host; /* chassis name: number in the array */
	json_t *router; /* key: router */
	json_t *lrp; /* router port: [router, port] */
	json_t *site; /* datapath key: number of its host, DOT_NOWHERE */
	json_t *ports; /* host number: {datapath key: [port]} */
	json_t *network; /* physical network: number */
};

/* Fills all members but to, root and is_detailed, which are given. */
void picture_index(struct picture *p);
void picture_free(struct picture *p);

/* The member called by that number, or NULL. */
json_t *picture_get(const json_t *o, json_int_t n);
/* Number of the host that a datapath is drawn in, or DOT_NOWHERE. */
json_int_t picture_site(const struct picture *p, const json_t *dp);
/* The router behind a switch port, or NULL. */
const json_t *picture_router(const struct picture *p, const json_t *port);

#endif /* XOVN_CMD_DOT_INDEX_H */
