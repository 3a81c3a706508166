// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers of a random network's gateway and switches, and what force
 * SNAT says of both. */
#include <netinet/in.h>

#include "random.h"

static const struct lsp *guest_random(const struct logical *net)
{
	const struct lsp *p;

	do
		p = &net->lsp[random_below(net->n_lsps)];
	while (p->type != LSP_VIF);
	return p;
}

static bool lb_is_double(const struct logical *net, const struct lb *l)
{
	for (size_t i = 0; i < net->n_lbs; i++) {
		const struct lb *o = &net->lb[i];

		if (o->router == l->router && o->sw == l->sw &&
		    o->vip == l->vip && o->port == l->port &&
		    (!o->port || o->proto == l->proto))
			return true;
	}
	return false;
}

static void lb_add(struct logical *net, int router, int sw, uint32_t vip)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP,
					 IPPROTO_SCTP};
	struct lb *l = &net->lb[net->n_lbs];

	*l = (struct lb){.router = router, .sw = sw, .vip = vip};
	l->proto = protos[random_below(4)];
	if (random_percent(70))
		l->port = random_percent(70) ? 80 : 53;
	l->n_backends = random_percent(93) ? 1 + random_below(3) : 0;
	for (size_t i = 0; i < l->n_backends; i++) {
		l->backend[i].ip = guest_random(net)->ip;
		l->backend[i].port = l->port && random_percent(60) ? 8080 :
								     l->port;
	}
	l->skip_snat = random_percent(15);
	if (!lb_is_double(net, l))
		net->n_lbs++;
}

void balancers_generate(struct logical *net, int gw)
{
	uint32_t own = net->lrp[net->lsp[net->localnet + 1].lrp].net[0].ip;
	struct router *r = &net->router[gw];
	int n = random_below(4);

	if (random_percent(15))
		r->dnat_force = own;
	if (random_percent(20))
		r->lb_force = own;
	for (size_t s = 0; s < net->n_switches; s++) {
		int in_switch = random_percent(40) ? 1 + random_below(2) : 0;

		while (in_switch-- && net->sw[s].subnet >> 24 == 10)
			lb_add(net, -1, s, 0xac1e0001 + random_below(2));
	}
	while (n--)
		lb_add(net, gw, -1,
		       random_percent(20) ? own :
		       random_percent(20) ? own + 19 + random_below(4) :
					    own + 29 + random_below(2));
}
