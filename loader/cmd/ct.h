/* SPDX-License-Identifier: GPL-2.0-only */
/* xovn ct: which connections are meant, and how one is written. */
#ifndef XOVN_CMD_CT_H
#define XOVN_CMD_CT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"

#define CT_ZONES_MAX 2 /* a router and a switch port may share a name */

enum ct_address {
	CT_ORIG_SRC,
	CT_ORIG_DST,
	CT_REPLY_SRC,
	CT_REPLY_DST,
	CT_ADDRESS_COUNT,
};

/* What the user gave, NULL where nothing. */
struct ct_filter_text {
	const char *zone, *proto, *sport, *dport, *state, *any_addr;
	const char *address[CT_ADDRESS_COUNT];
	bool is_nat;
};

struct ct_filter {
	struct port_key zone[CT_ZONES_MAX]; /* filled by the caller */
	size_t n_zones; /* 0: any */
	int proto; /* -1: any */
	int sport, dport; /* of the original direction; an ICMP id is a
			   * source port; -1: any */
	enum ct_state state; /* CT_FREE: any */
	bool has_address[CT_ADDRESS_COUNT], has_any;
	uint8_t address[CT_ADDRESS_COUNT][4], any[4];
	bool is_nat; /* translated ones only */
};

/* Names of what a connection belongs to, NULL: unknown, none. */
struct ct_names {
	const char *zone;
	const char *lb;
};

/* All but the zone.  CMD_USAGE with e filled. */
int ct_filter_parse(const struct ct_filter_text *text, struct ct_filter *f,
		    struct error *e);
bool ct_filter_match(const struct ct_filter *f, const struct ct_val *ct);

/* One line in the manner of conntrack(8), without newline. */
void ct_format(char *line, size_t size, const struct ct_val *ct, uint32_t now,
	       const struct ct_names *names);
/* Only who the two ends are: "tcp src=... dst=..." of either direction, as it
 * stands in ct_val.  size: 256 is enough.  The length. */
size_t ct_format_tuples(char *line, size_t size, const struct ct_tuple *orig,
			const struct ct_tuple *reply);
json_t *ct_tuples_json(const struct ct_tuple *orig,
		       const struct ct_tuple *reply);
json_t *ct_json(const struct ct_val *ct, uint32_t now,
		const struct ct_names *names);

#endif /* XOVN_CMD_CT_H */
