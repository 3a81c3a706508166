// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random networks with a gateway router:
 *
 *   guests - inside - [distributed router - join -] gateway - outside - NIC
 */
#include <stdio.h>
#include <string.h>

#include "random.h"

#define OUTSIDE 0xcb007100u /* 203.0.113.0/24 */
#define JOIN 0x64400000u /* 100.64.0.0/24 */
#define BEYOND 0xc6336400u /* 198.51.100.0/24, behind an outsider */
#define FAR 0xc0000200u /* 192.0.2.0/24: external, on no network */

static int switch_add(struct logical *net, uint32_t subnet)
{
	struct sw *s = &net->sw[net->n_switches];

	snprintf(s->name, sizeof(s->name), "s%zu", net->n_switches);
	s->key = datapath_key(net);
	s->subnet = subnet;
	return net->n_switches++;
}

static int router_add(struct logical *net, int chassis)
{
	struct router *r = &net->router[net->n_routers];

	snprintf(r->name, sizeof(r->name), chassis < 0 ? "r%zu" : "gw%zu",
		 net->n_routers);
	r->key = datapath_key(net);
	r->is_enabled = r->always_learns = true;
	r->chassis = chassis;
	return net->n_routers++;
}

static struct lsp *lsp_add(struct logical *net, int sw, enum lsp_type type,
			   const char *name)
{
	struct lsp *p = &net->lsp[net->n_lsps];

	*p = (struct lsp){.type = type, .sw = sw, .lrp = -1, .chassis = -1};
	p->key = port_key(net, sw);
	snprintf(p->name, sizeof(p->name), "s%d-%s%zu", sw, name, net->n_lsps);
	p->is_enabled = true;
	net->n_lsps++;
	return p;
}

static void port_connect(struct logical *net, int router, int sw, uint32_t ip)
{
	int number = net->n_lrps++;
	struct lrp *p = &net->lrp[number];
	struct lsp *l = lsp_add(net, sw, LSP_ROUTER, "r");

	*p = (struct lrp){.router = router, .peer = -1, .is_enabled = true};
	snprintf(p->name, sizeof(p->name), router ? "r%d-p%d" : "gw%d-p%d",
		 router, number);
	memcpy(p->mac, (uint8_t[]){2, 0xbb, 0, 0, router, number}, 6);
	p->net[p->n_nets++] = (struct net4){ip, 24};
	p->lsp = l - net->lsp;
	l->lrp = number;
	l->has_router = true;
	memcpy(l->mac, p->mac, 6);
	l->ip = ip;
}

static void guest_add(struct logical *net, int sw, int host, int chassis)
{
	struct lsp *p = lsp_add(net, sw, LSP_VIF, "g");
	struct element *e = p->addresses;

	p->chassis = chassis;
	p->is_bound = random_percent(97);
	memcpy(p->mac, (uint8_t[]){2, 0xaa, 0, 0, sw, host}, 6);
	p->ip = net->sw[sw].subnet + host;
	memcpy(e->mac, p->mac, 6);
	p->n_addresses = 1;
	if (random_percent(75))
		e->ip4[e->n_ip4++] = (struct net4){p->ip, 32};
	if (random_percent(70))
		return;
	memcpy(p->security[0].mac, p->mac, 6);
	p->security[0].ip4[p->security[0].n_ip4++] = (struct net4){p->ip, 32};
	p->n_security = 1;
}

static void route_add(struct logical *net, int router, uint32_t ip,
		      uint8_t plen, uint32_t nexthop)
{
	struct route *r = &net->route[net->n_routes++];

	*r = (struct route){.router = router,
			    .prefix = {ip, plen},
			    .has_nexthop = true,
			    .nexthop = nexthop,
			    .lrp = -1};
}

static const struct lsp *guest_random(const struct logical *net)
{
	const struct lsp *p;

	do
		p = &net->lsp[random_below(net->n_lsps)];
	while (p->type != LSP_VIF);
	return p;
}

static uint32_t external_random(void)
{
	if (random_percent(35))
		return OUTSIDE + 1; /* the router's own */
	return random_percent(88) ? OUTSIDE + 20 + random_below(4) :
				    FAR + 20 + random_below(2);
}

static struct net4 logical_random(const struct logical *net)
{
	const struct lsp *p = guest_random(net);
	static const uint8_t plens[] = {8, 16, 16, 24, 24, 28, 31, 32, 32, 0};
	uint8_t plen = plens[random_below(random_percent(10) ? 10 : 9)];
	uint32_t mask = plen ? ~0u << (32 - plen) : 0;

	return (struct net4){p->ip & mask, plen};
}

/* Two rows for the same would leave it open which of them counts. */
static bool nat_is_double(const struct logical *net, const struct nat *n)
{
	for (size_t i = 0; i < net->n_nats; i++) {
		const struct nat *o = &net->nat[i];

		if (n->type != NAT_SNAT && o->type != NAT_SNAT &&
		    n->external == o->external)
			return true;
		if (n->type != NAT_DNAT && o->type != NAT_DNAT &&
		    n->logical.ip == o->logical.ip &&
		    n->logical.plen == o->logical.plen)
			return true;
	}
	return false;
}

/* Of who asks a gateway, and whom its guests ask. */
static struct net4 peers_random(const struct logical *net)
{
	switch (random_below(6)) {
	case 0:
		return (struct net4){OUTSIDE, 24};
	case 1:
		return (struct net4){OUTSIDE + 8, 30}; /* two outsiders */
	case 2:
		return (struct net4){BEYOND, 30};
	case 3:
		return (struct net4){BEYOND + 1, 32};
	case 4:
		return (struct net4){guest_random(net)->ip, 32};
	default:
		return (struct net4){0x0a010000, 16};
	}
}

static void set_add(struct address_set *s, struct net4 n)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->net[i].ip == n.ip && s->net[i].plen == n.plen)
			return;
	}
	s->net[s->n++] = n;
}

static void sets_generate(struct logical *net)
{
	for (size_t i = 0; i < SETS_MAX; i++) {
		int n = 1 + random_below(SET_NETS);

		while (n--)
			set_add(&net->set[i], peers_random(net));
	}
	net->n_sets = SETS_MAX;
}

/* Priority leaves it open whether the exempted of a /31 come before a /32. */
static void peers_generate(struct nat *r)
{
	if (random_percent(70))
		return;
	r->set = random_below(SETS_MAX);
	r->peers = random_percent(50) ? PEERS_ALLOWED : PEERS_EXEMPTED;
	if (r->logical.plen == 31)
		r->peers = PEERS_ALLOWED;
}

static void nats_generate(struct logical *net, int gw)
{
	static const uint16_t sizes[] = {0, 1, 3, 20, 999};
	int n = random_percent(90) ? 1 + random_below(7) : 0;

	sets_generate(net);
	while (n--) {
		struct nat *r = &net->nat[net->n_nats];

		*r = (struct nat){.router = gw, .external = external_random()};
		r->type = random_below(3);
		r->logical = logical_random(net);
		if (r->type != NAT_SNAT)
			r->logical = (struct net4){guest_random(net)->ip, 32};
		if (random_percent(r->type == NAT_SNAT ? 25 : 8)) {
			r->port_first = 990 + random_below(3000);
			r->port_last = r->port_first + sizes[random_below(5)];
		}
		r->is_stateless = r->type == NAT_BOTH && random_percent(30);
		peers_generate(r);
		if (!nat_is_double(net, r))
			net->n_nats++;
	}
}

static void outside_generate(struct logical *net, int gw)
{
	int chassis = net->router[gw].chassis;
	int sw = switch_add(net, OUTSIDE), n = random_below(3);
	struct lsp *p = lsp_add(net, sw, LSP_LOCALNET, "localnet");

	p->chassis = chassis;
	p->has_unknown = true;
	p->tag = random_percent(50) ? 0 : 1 + random_below(4094);
	net->localnet = p - net->lsp;
	port_connect(net, gw, sw, OUTSIDE + 1);
	for (int i = 0; i < n; i++)
		guest_add(net, sw, 100 + i,
			  random_percent(70) ? chassis :
					       (int)random_below(N_CHASSIS));
	for (int i = 0; i < OUTSIDERS; i++) {
		struct outsider *o = &net->outsider[i];

		o->ip = OUTSIDE + (i ? 9 + i : 254);
		memcpy(o->mac, (uint8_t[]){2, 0xee, 0, 0, 0, i}, 6);
	}
	if (random_percent(92))
		route_add(net, gw, 0, 0, net->outsider[0].ip);
}

static void inside_generate(struct logical *net, int gw, int inner)
{
	int n_inside = 1 + random_below(2);

	for (int i = 0; i < n_inside; i++) {
		int sw = switch_add(net, 0x0a000000 | (i + 1) << 16);
		int n = 2 + random_below(3);

		for (int g = 0; g < n; g++)
			guest_add(net, sw, 10 + g, random_below(N_CHASSIS));
		port_connect(net, inner, sw, net->sw[sw].subnet + 1);
		if (inner != gw)
			route_add(net, gw, net->sw[sw].subnet, 24, JOIN + 2);
	}
}

void gateway_generate(struct logical *net, uint64_t seed)
{
	int gw, inner, join;

	random_seed(seed);
	memset(net, 0, sizeof(*net));
	net->seed = seed;
	net->has_gateway = true;
	chassis_generate(net);
	gw = inner = router_add(net, random_below(N_CHASSIS));
	if (random_percent(60)) {
		inner = router_add(net, -1);
		join = switch_add(net, JOIN);
		port_connect(net, gw, join, JOIN + 1);
		port_connect(net, inner, join, JOIN + 2);
		route_add(net, inner, 0, 0, JOIN + 1);
	}
	inside_generate(net, gw, inner);
	outside_generate(net, gw);
	nats_generate(net, gw);
	balancers_generate(net, gw);
}
