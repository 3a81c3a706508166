// SPDX-License-Identifier: GPL-2.0-only
#include "live_net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint32_t below(uint32_t n)
{
	return n ? random() % n : 0;
}

static bool one_in(uint32_t n)
{
	return !below(n);
}

/* Some of n bits. */
static uint32_t some_bits(uint32_t n)
{
	uint32_t bits = 0;

	for (int i = 0; i < 2 && n; i++)
		bits |= 1u << below(n);
	return one_in(2) ? bits : 0;
}

/* northd gives a key to another datapath or port once it is free: two change
 * places. */
static void swap_keys(uint32_t *a, uint32_t *b)
{
	uint32_t key = *a;

	*a = *b;
	*b = key;
}

static uint32_t *datapath_key_of(struct live_net *n, uint32_t i)
{
	return i < n->size.switches ? &n->switches[i].key :
				      &n->routers[i - n->size.switches].key;
}

static void swap_datapath_keys(struct live_net *n)
{
	uint32_t size = n->size.switches + n->size.routers;

	swap_keys(datapath_key_of(n, below(size)),
		  datapath_key_of(n, below(size)));
}

static void change_switch(struct live_net *n)
{
	struct live_switch *s = &n->switches[below(n->size.switches)];

	switch (below(4)) {
	case 0:
		s->is_there = !one_in(6);
		break;
	case 1:
		s->is_bound = !one_in(6);
		break;
	case 2:
		swap_datapath_keys(n);
		break;
	default:
		s->lbs = some_bits(n->size.lbs);
		s->groups = one_in(3) ? some_bits(n->size.groups) : 0;
	}
}

static void change_router(struct live_net *n)
{
	struct live_router *r = &n->routers[below(n->size.routers)];

	switch (below(6)) {
	case 0:
		r->is_there = !one_in(6);
		break;
	case 1:
		r->is_bound = !one_in(6);
		break;
	case 2:
		swap_datapath_keys(n);
		break;
	case 3:
		r->gateway = below(n->size.chassis + 1);
		break;
	case 4:
		r->ages = one_in(3);
		break;
	default:
		r->lbs = some_bits(n->size.lbs);
		r->groups = one_in(3) ? some_bits(n->size.groups) : 0;
	}
}

/* Most lead to the router port of their number; the last ones to physical
 * networks. */
static void new_lsp(struct live_net *n, uint32_t i)
{
	struct live_lsp *p = &n->lsps[i];

	*p = (struct live_lsp){
		.is_there = true,
		.is_bound = !one_in(8),
		.at = below(n->size.switches),
		.key = p->key,
		.chassis = below(n->size.chassis + 1),
		.address = below(1000),
		.is_unknown = one_in(6),
		.is_secure = one_in(3),
		.has_router_addresses = one_in(2),
	};
	if (i < n->size.lrps) {
		p->type = LIVE_ROUTER;
		p->lrp = one_in(20) ? below(n->size.lrps) : i;
	} else if (i + 3 >= n->size.lsps) {
		p->type = LIVE_LOCALNET;
		p->network = one_in(3) ? below(6) : i % 3;
	}
}

static void change_lsp(struct live_net *n)
{
	uint32_t i = below(n->size.lsps);
	struct live_lsp *p = &n->lsps[i];

	switch (below(8)) {
	case 0:
		p->is_there = !p->is_there;
		break;
	case 1:
		new_lsp(n, i);
		break;
	case 2:
		p->is_bound = !one_in(8);
		break;
	case 3:
		p->is_disabled = one_in(4);
		break;
	case 4:
		p->address = below(1000);
		break;
	case 5:
		swap_keys(&p->key, &n->lsps[below(n->size.lsps)].key);
		break;
	default:
		p->chassis = below(n->size.chassis + 1);
	}
}

static void change_lrp(struct live_net *n)
{
	uint32_t i = below(n->size.lrps);
	struct live_lrp *p = &n->lrps[i];

	switch (below(7)) {
	case 0:
		p->is_there = !one_in(5);
		break;
	case 1:
		p->is_bound = !one_in(8);
		break;
	case 2:
		p->is_disabled = one_in(4);
		break;
	case 3:
		p->at = below(n->size.routers);
		break;
	case 4:
		swap_keys(&p->key, &n->lrps[below(n->size.lrps)].key);
		break;
	case 5:
		p->peer = one_in(2) ? 1 + below(n->size.lrps) : 0;
		/* mostly, it names this one back, and no switch leads here */
		if (p->peer && !one_in(4)) {
			n->lrps[p->peer - 1].peer = 1 + i;
			n->lsps[i].is_there = n->lsps[p->peer - 1].is_there =
				false;
		}
		break;
	default:
		p->address = below(4);
		p->table = one_in(4);
	}
}

static void change_route(struct live_net *n)
{
	n->routes[below(n->size.routes)] = (struct live_route){
		.is_there = !one_in(4),
		.is_src = one_in(5),
		.at = below(n->size.routers),
		.prefix = below(4),
		.nexthop = below(n->size.lrps),
		.table = one_in(4),
	};
}

static void change_nat(struct live_net *n)
{
	n->nats[below(n->size.nats)] = (struct live_nat){
		.is_there = !one_in(4),
		.at = below(n->size.routers),
		.type = below(3),
		.external = below(12),
		.logical = below(30),
		.set = one_in(2) ? below(2 * n->size.sets + 1) : 0,
	};
}

static void change_lb(struct live_net *n)
{
	struct live_lb *lb = &n->lbs[below(n->size.lbs)];

	if (one_in(3))
		lb->is_there = !lb->is_there;
	if (one_in(2))
		lb->vips = below(64);
	if (one_in(2))
		lb->backends = below(64);
	lb->options = below(16);
}

/* MAC_Binding and FDB. */
static void change_learned(struct live_net *n)
{
	if (one_in(2))
		n->macs[below(n->size.macs)] = (struct live_mac){
			.is_there = !one_in(3),
			.lrp = below(n->size.lrps),
			.ip = below(80),
			.mac = below(100),
		};
	else
		n->fdbs[below(n->size.fdbs)] = (struct live_fdb){
			.is_there = !one_in(3),
			.sw = below(n->size.switches),
			.lsp = below(n->size.lsps),
			.mac = below(2 * n->size.lsps),
		};
}

static void change_bindings(struct live_net *n)
{
	struct compile_binding *b;

	if (n->n_bindings && one_in(3)) {
		n->bindings[below(n->n_bindings)] =
			n->bindings[n->n_bindings - 1];
		n->n_bindings--;
		return;
	}
	if (n->n_bindings < n->size.bindings)
		b = &n->bindings[n->n_bindings++];
	else
		b = &n->bindings[below(n->n_bindings)];
	memset(b, 0, sizeof(*b));
	/* Two never have one number. */
	do
		b->ifindex = 200 + below(3 * n->size.bindings);
	while (({
		uint32_t same = 0;

		for (uint32_t i = 0; i < n->n_bindings; i++)
			same += n->bindings[i].ifindex == b->ifindex;
		same > 1;
	}));
	b->is_peer = one_in(2);
	snprintf(b->ifname, sizeof(b->ifname), "if%u", b->ifindex);
	live_lsp_name(b->lsp, below(n->size.lsps));
}

static void change_chassis(struct live_net *n)
{
	uint32_t *encap = &n->encaps[below(n->size.chassis)];

	if (one_in(4))
		*encap = encap == n->encaps || !one_in(3) ? 1 + below(5) : 0;
}

static void change_routers(struct live_net *n)
{
	switch (below(4)) {
	case 0:
		change_router(n);
		break;
	case 1:
		change_lrp(n);
		break;
	case 2:
		change_route(n);
		break;
	default:
		change_nat(n);
	}
}

void live_change(struct live_net *n)
{
	switch (below(12)) {
	case 0:
		change_switch(n);
		break;
	case 1:
	case 2:
		change_routers(n);
		break;
	case 3:
		change_route(n);
		break;
	case 4:
		change_nat(n);
		break;
	case 5:
		change_lb(n);
		break;
	case 6:
		if (n->size.groups && one_in(2))
			n->groups[below(n->size.groups)] =
				some_bits(n->size.lbs);
		else if (n->size.sets)
			n->sets[below(n->size.sets)] = below(256);
		break;
	case 7:
		change_learned(n);
		break;
	case 8:
		change_bindings(n);
		break;
	case 9:
		change_chassis(n);
		break;
	default:
		change_lsp(n);
	}
}

void live_settle(struct live_net *n)
{
	for (uint32_t i = 0; i < n->size.lsps; i++) {
		struct live_lsp *p = &n->lsps[i];

		if (p->address >= LIVE_OWN_MAC)
			p->address = 0;
		if (p->type == LIVE_LOCALNET)
			p->network = i % 3;
	}
}

#define MAKE(list, n)                                                          \
	do {                                                                   \
		(list) = calloc((n) + 1, sizeof(*(list)));                     \
		assert_non_null(list);                                         \
	} while (0)

void live_init(struct live_net *n, const struct live_sizes *size)
{
	memset(n, 0, sizeof(*n));
	n->size = *size;
	MAKE(n->switches, size->switches);
	MAKE(n->routers, size->routers);
	MAKE(n->lsps, size->lsps);
	MAKE(n->lrps, size->lrps);
	MAKE(n->routes, size->routes);
	MAKE(n->nats, size->nats);
	MAKE(n->lbs, size->lbs);
	MAKE(n->groups, size->groups);
	MAKE(n->sets, size->sets);
	MAKE(n->macs, size->macs);
	MAKE(n->fdbs, size->fdbs);
	MAKE(n->encaps, size->chassis);
	MAKE(n->bindings, size->bindings);
	for (uint32_t i = 0; i < size->chassis; i++)
		n->encaps[i] = 1;
	for (uint32_t i = 0; i < size->switches; i++)
		n->switches[i] = (struct live_switch){true, true, 1 + i, 0, 0};
	for (uint32_t i = 0; i < size->routers; i++)
		n->routers[i] = (struct live_router){
			.is_there = true, .is_bound = true, .key = 5001 + i};
	for (uint32_t i = 0; i < size->lsps; i++) {
		n->lsps[i].key = 1 + i;
		new_lsp(n, i);
	}
	for (uint32_t i = 0; i < size->lrps; i++)
		n->lrps[i] = (struct live_lrp){.is_there = true,
					       .is_bound = true,
					       .at = below(size->routers),
					       .key = 1 + i};
}

void live_free(struct live_net *n)
{
	free(n->switches);
	free(n->routers);
	free(n->lsps);
	free(n->lrps);
	free(n->routes);
	free(n->nats);
	free(n->lbs);
	free(n->groups);
	free(n->sets);
	free(n->macs);
	free(n->fdbs);
	free(n->encaps);
	free(n->bindings);
}
