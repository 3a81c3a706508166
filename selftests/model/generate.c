// SPDX-License-Identifier: GPL-2.0-only
/* Random logical networks, small, so that their frames meet. */
#include <stdio.h>
#include <string.h>

#include "random.h"

static uint64_t state;

/* splitmix64: every seed is as good as any other. */
uint64_t random_next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

void random_seed(uint64_t seed)
{
	state = seed;
}

uint32_t random_below(uint32_t n)
{
	return (random_next() >> 32) % n;
}

bool random_percent(uint32_t percent)
{
	return random_below(100) < percent;
}

void chassis_generate(struct logical *net)
{
	for (int i = 0; i < N_CHASSIS; i++) {
		struct chassis *c = &net->chassis[i];

		snprintf(c->name, sizeof(c->name), "c%d", i);
		c->ip = 0x0aff0001 + i;
		c->mac[0] = 2;
		c->mac[1] = 0xcc;
		put32(c->mac + 2, c->ip);
		c->has_xdp = random_percent(50);
	}
}

static void ip6_make(uint8_t ip[16], int sw, int host)
{
	memset(ip, 0, 16);
	ip[0] = 0xfd;
	ip[7] = sw + 1;
	ip[15] = host;
}

static struct element *element_add(struct element *list, size_t *n,
				   const uint8_t mac[6])
{
	struct element *e = &list[(*n)++];

	memset(e, 0, sizeof(*e));
	memcpy(e->mac, mac, 6);
	return e;
}

static void ip4_add(struct element *e, uint32_t ip, uint8_t plen)
{
	e->ip4[e->n_ip4++] = (struct net4){ip, plen};
}

static void ip6_add(struct element *e, const uint8_t ip[16])
{
	memcpy(e->ip6[e->n_ip6].ip, ip, 16);
	e->ip6[e->n_ip6++].plen = 128;
}

static void addresses_generate(struct lsp *p)
{
	struct element *e;

	if (random_percent(15)) {
		p->has_unknown = true;
		if (random_percent(50))
			return;
	}
	e = element_add(p->addresses, &p->n_addresses, p->mac);
	if (random_percent(40))
		return;
	if (random_percent(90))
		ip4_add(e, p->ip, 32);
	if (random_percent(40))
		ip6_add(e, p->ip6);
	if (random_percent(10))
		ip4_add(e, p->ip + 100, 32);
}

static void security_generate(const struct logical *net, struct lsp *p)
{
	static const uint8_t second[6] = {2, 0, 0x5e, 0, 1, 1};
	struct element *e;

	if (random_percent(45))
		return;
	e = element_add(p->security, &p->n_security, p->mac);
	switch (random_below(6)) {
	case 0:
	case 1:
		break;
	case 2:
		ip4_add(e, p->ip, 32);
		break;
	case 3:
		ip4_add(e, p->ip, 32);
		ip6_add(e, p->ip6);
		break;
	case 4:
		ip6_add(e, p->ip6);
		break;
	default: /* its subnet, or that host of it */
		ip4_add(e, random_percent(50) ? net->sw[p->sw].subnet : p->ip,
			24);
		if (random_percent(30))
			ip4_add(e, 0xc0a80000 | (p->ip & 0xff), 32);
		break;
	}
	if (random_percent(10))
		element_add(p->security, &p->n_security, second);
}

uint16_t port_key(const struct logical *net, int sw)
{
	uint16_t key;

again:
	key = 1 + random_below(random_percent(50) ? 20 : 32767);
	for (size_t i = 0; i < net->n_lsps; i++) {
		if (net->lsp[i].sw == sw && net->lsp[i].key == key)
			goto again;
	}
	return key;
}

static void guest_generate(struct logical *net, int sw, int n)
{
	struct lsp *p = &net->lsp[net->n_lsps];
	int host = 10 + n;

	*p = (struct lsp){.type = LSP_VIF, .sw = sw, .lrp = -1};
	snprintf(p->name, sizeof(p->name), "s%d-g%d", sw, n);
	p->key = port_key(net, sw);
	net->n_lsps++;
	p->is_enabled = random_percent(93);
	p->chassis = random_percent(95) ? (int)random_below(N_CHASSIS) : -1;
	p->is_bound = p->chassis >= 0 && random_percent(93);
	memcpy(p->mac, (uint8_t[]){2, 0xaa, 0, 0, sw, host}, 6);
	p->ip = net->sw[sw].subnet + host;
	ip6_make(p->ip6, sw, host);
	p->no_responder = random_percent(5);
	addresses_generate(p);
	security_generate(net, p);
}

uint32_t datapath_key(const struct logical *net)
{
	uint32_t key;

again:
	key = 1 + random_below(random_percent(50) ? 30 : 16711680);
	for (size_t i = 0; i < net->n_switches; i++) {
		if (net->sw[i].key == key)
			goto again;
	}
	for (size_t i = 0; i < net->n_routers; i++) {
		if (net->router[i].key == key)
			goto again;
	}
	return key;
}

static void switch_generate(struct logical *net)
{
	int sw = net->n_switches, n = random_below(6);
	struct sw *s = &net->sw[sw];

	snprintf(s->name, sizeof(s->name), "s%d", sw);
	s->key = datapath_key(net);
	s->subnet = 0x0a000000 | (sw + 1) << 16;
	net->n_switches++;
	for (int i = 0; i <= n; i++)
		guest_generate(net, sw, i);
}

/* A host has so many taps. */
static void bound_limit(struct logical *net)
{
	int n[N_CHASSIS] = {};

	for (size_t i = 0; i < net->n_lsps; i++) {
		struct lsp *p = &net->lsp[i];

		if (p->is_bound && ++n[p->chassis] > BOUND_MAX)
			p->is_bound = false;
	}
}

void logical_generate(struct logical *net, uint64_t seed)
{
	int n_switches, n_routers;

	random_seed(seed);
	memset(net, 0, sizeof(*net));
	net->seed = seed;
	net->localnet = -1;
	chassis_generate(net);
	n_switches = 1 + random_below(4);
	n_routers = random_below(4);
	for (int i = 0; i < n_switches; i++)
		switch_generate(net);
	for (int i = 0; i < n_routers && i < 3; i++) {
		struct router *r = &net->router[i];

		snprintf(r->name, sizeof(r->name), "r%d", i);
		r->key = datapath_key(net);
		r->is_enabled = random_percent(97);
		r->always_learns = random_percent(80);
		r->chassis = random_percent(25) ? (int)random_below(N_CHASSIS) :
						  -1;
		net->n_routers++;
	}
	routers_generate(net);
	bound_limit(net);
}
