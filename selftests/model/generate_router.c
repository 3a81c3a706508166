// SPDX-License-Identifier: GPL-2.0-only
/* Routers on the switches of a random network, and their routes. */
#include <stdio.h>
#include <string.h>

#include "random.h"

static struct lrp *lrp_add(struct logical *net, int router)
{
	int number = net->n_lrps++;
	struct lrp *p = &net->lrp[number];

	*p = (struct lrp){.router = router, .lsp = -1, .peer = -1};
	snprintf(p->name, sizeof(p->name), "r%d-p%d", router, number);
	memcpy(p->mac, (uint8_t[]){2, 0xbb, 0, 0, router, number}, 6);
	p->is_enabled = random_percent(97);
	p->table = random_percent(90) ? 0 : 1;
	return p;
}

static void net_add(struct lrp *p, uint32_t ip, uint8_t plen)
{
	p->net[p->n_nets++] = (struct net4){ip, plen};
}

/* One that is not taken: behind the others, where there is room. */
static uint16_t router_port_key(const struct logical *net, int sw)
{
	bool is_taken[32768 + 1] = {};
	uint16_t key = 0;

	for (size_t i = 0; i < net->n_lsps; i++) {
		if (net->lsp[i].sw != sw)
			continue;
		is_taken[net->lsp[i].key] = true;
		if (net->lsp[i].key > key)
			key = net->lsp[i].key;
	}
	if (key < 32767)
		return key + 1;
	for (key = 21; is_taken[key];)
		key++;
	return key;
}

static void connect_switch(struct logical *net, int router, int sw)
{
	struct lrp *p = lrp_add(net, router);
	struct lsp *l = &net->lsp[net->n_lsps];

	net_add(p, net->sw[sw].subnet + 1 + router, 24);
	if (random_percent(15))
		net_add(p, 0xac100000 + (sw << 8) + 1 + router,
			random_percent(50) ? 24 : 29);
	*l = (struct lsp){.type = LSP_ROUTER, .sw = sw, .chassis = -1};
	l->lrp = p - net->lrp;
	snprintf(l->name, sizeof(l->name), "s%d-to-r%d", sw, router);
	l->key = router_port_key(net, sw);
	l->is_enabled = random_percent(97);
	memcpy(l->mac, p->mac, 6);
	l->ip = p->net[0].ip;
	if (random_percent(50)) {
		l->has_router = true;
	} else {
		memcpy(l->addresses[0].mac, p->mac, 6);
		l->n_addresses = 1;
	}
	p->lsp = net->n_lsps++;
}

static void connect_routers(struct logical *net, int a, int b)
{
	struct lrp *p = lrp_add(net, a), *q = lrp_add(net, b);

	net_add(p, 0x64400001, 30);
	net_add(q, 0x64400002, 30);
	p->peer = q - net->lrp;
	q->peer = p - net->lrp;
}

/* An address near the router: a guest, another router, or nobody. */
static uint32_t nexthop_random(const struct logical *net, int router)
{
	int lrp;

	do
		lrp = random_below(net->n_lrps);
	while (net->lrp[lrp].router != router);
	if (net->lrp[lrp].peer >= 0)
		return net->lrp[net->lrp[lrp].peer].net[0].ip;
	return (net->lrp[lrp].net[0].ip & ~0xffu) +
	       (random_percent(50) ? 1 + random_below(net->n_routers) :
				     10 + random_below(7));
}

static struct net4 prefix_random(const struct logical *net)
{
	uint32_t subnet = net->sw[random_below(net->n_switches)].subnet;

	switch (random_below(6)) {
	case 0:
		return (struct net4){0, 0};
	case 1:
		return (struct net4){subnet, 24};
	case 2:
		return (struct net4){subnet, 16};
	case 3:
		return (struct net4){subnet + 10 + random_below(6), 32};
	case 4:
		return (struct net4){0x0a000000, 8};
	default:
		return (struct net4){0xc6336400 + 64 * random_below(4), 26};
	}
}

static bool router_has_ip(const struct logical *net, int router, uint32_t ip)
{
	for (size_t i = 0; i < net->n_lrps; i++) {
		for (size_t j = 0; j < net->lrp[i].n_nets; j++) {
			if (net->lrp[i].router == router &&
			    net->lrp[i].net[j].ip == ip)
				return true;
		}
	}
	return false;
}

static void routes_generate(struct logical *net, int router)
{
	int n = random_below(7);

	while (n-- && net->n_routes < ROUTES_MAX) {
		struct route *r = &net->route[net->n_routes];

		*r = (struct route){.router = router, .lrp = -1};
		r->prefix = prefix_random(net);
		r->is_src = random_percent(15);
		r->is_discard = random_percent(10);
		r->has_nexthop = !r->is_discard;
		r->nexthop = r->has_nexthop ? nexthop_random(net, router) : 0;
		r->table = random_percent(85) ? 0 : 1;
		if (!router_has_ip(net, router, r->nexthop))
			net->n_routes++;
	}
}

void routers_generate(struct logical *net)
{
	for (size_t i = 0; i < net->n_routers; i++) {
		bool has_any = false;

		for (size_t s = 0; s < net->n_switches; s++) {
			if (has_any && random_percent(35))
				continue;
			connect_switch(net, i, s);
			has_any = true;
		}
	}
	if (net->n_routers > 1 && random_percent(30) &&
	    net->router[0].chassis < 0 && net->router[1].chassis < 0)
		connect_routers(net, 0, 1);
	for (size_t i = 0; i < net->n_routers; i++)
		routes_generate(net, i);
}
