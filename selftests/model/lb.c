// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers: ovn-nb(5) "Load_Balancer". */
#include <netinet/in.h>

#include "model.h"

static bool lb_is_on(const struct lb *l, int router, int sw)
{
	return router >= 0 ? l->router == router : l->sw == sw;
}

/* ovn-northd(8): a VIP with a port goes before one without. */
const struct lb *lb_find(const struct logical *net, int router, int sw,
			 const struct tuple *t)
{
	const struct lb *any = NULL;

	for (size_t i = 0; i < net->n_lbs; i++) {
		const struct lb *l = &net->lb[i];

		if (!lb_is_on(l, router, sw) || l->vip != t->dst)
			continue;
		if (!l->port)
			any = l;
		else if (l->port == t->dport && l->proto == t->proto)
			return l;
	}
	return any;
}

bool lb_has_vip(const struct logical *net, int router, int sw, uint32_t ip)
{
	for (size_t i = 0; i < net->n_lbs; i++) {
		if (lb_is_on(&net->lb[i], router, sw) && net->lb[i].vip == ip)
			return true;
	}
	return false;
}
