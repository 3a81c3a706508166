/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network that changes at random, as rows of a Northbound and a Southbound
 * database: what the engine's tests follow.
 */
#ifndef SELFTESTS_LIVE_NET_H
#define SELFTESTS_LIVE_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "compile/compile.h"
#include "rows.h"

/* Of each kind so many; which of them exist changes. */
struct live_sizes {
	uint32_t switches, routers, lsps, lrps, routes, nats, lbs, groups, sets,
		macs, fdbs, bindings, chassis;
};

enum live_type { LIVE_VIF, LIVE_ROUTER, LIVE_LOCALNET };

struct live_net {
	struct live_sizes size;
	struct live_switch {
		bool is_there, is_bound; /* in NB, in SB */
		uint32_t key, lbs, groups; /* bits */
	} * switches;
	struct live_router {
		bool is_there, is_bound, ages;
		uint32_t key, lbs, groups;
		uint32_t gateway; /* chassis, 0: distributed */
	} * routers;
	struct live_lsp {
		bool is_there, is_bound, is_disabled, is_unknown, is_secure;
		bool has_router_addresses;
		enum live_type type;
		uint32_t at, key, lrp, address, network;
		uint32_t chassis; /* 0: none */
	} * lsps;
	struct live_lrp {
		bool is_there, is_bound, is_disabled;
		uint32_t at, key, address, table;
		uint32_t peer; /* 1 + LRP, 0: none */
	} * lrps;
	struct live_route {
		bool is_there, is_src;
		uint32_t at, prefix, nexthop, table;
	} * routes;
	struct live_nat {
		bool is_there;
		uint32_t at, type, external, logical, set;
	} * nats;
	struct live_lb {
		bool is_there;
		uint32_t vips, backends, options;
	} * lbs;
	uint32_t *groups; /* bits: load balancers */
	uint32_t *sets; /* what is in an Address_Set */
	struct live_mac {
		bool is_there;
		uint32_t lrp, ip, mac;
	} * macs;
	struct live_fdb {
		bool is_there;
		uint32_t sw, lsp, mac;
	} * fdbs;
	uint32_t *encaps; /* of chassis 1, ...: 0: not there */
	struct compile_binding *bindings;
	uint32_t n_bindings;
};

void live_init(struct live_net *n, const struct live_sizes *size);
void live_free(struct live_net *n);
/* One random change, with random(). */
void live_change(struct live_net *n);
void live_change_routers(struct live_net *n); /* of which live_change() is one */

/* An LSP by number, as in maps; some names are longer than those have room
 * for. */
void live_lsp_name(char stored[XOVN_NAME_LEN], uint32_t lsp);
struct ovsdb *live_nb(const struct live_net *n);
struct ovsdb *live_sb(const struct live_net *n);

#endif /* SELFTESTS_LIVE_NET_H */
