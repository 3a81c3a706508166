// SPDX-License-Identifier: GPL-2.0-only
/* What logical routers know of addresses on their networks. */
#include <string.h>

#include "trace/explain.h"

void explain_LR_LEARN(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "%s is at %s: learned by %s of %s", name_ip4(s->b).s,
		name_mac(s->lladdr).s, name_port(x, s->c, s->a).s,
		name_datapath(x, s->c).s);
}

/* Whose the address is, as ARP of a router knows it. */
static void say_owner(const struct explain *x, uint32_t router, uint32_t lrp)
{
	struct router_ip_key key = {.datapath = router};
	const struct router_ip_val *val;

	memcpy(key.ip, x->s->dst, sizeof(key.ip));
	val = image_find(x->v->image, IMAGE_ROUTER_IP, &key);
	if (!val) {
		fprintf(x->out, "no address of %s", name_datapath(x, router).s);
		return;
	}
	switch (val->kind) {
	case ROUTER_IP_OWN:
		fprintf(x->out, "%s's own", name_port(x, router, val->port).s);
		if (val->port != lrp)
			fprintf(x->out, ", not %s's",
				name_port(x, router, lrp).s);
		break;
	case ROUTER_IP_BROADCAST:
		fprintf(x->out, "a broadcast address");
		break;
	case ROUTER_IP_NAT:
		fprintf(x->out, "an external address of %s's NAT",
			name_datapath(x, router).s);
		break;
	case ROUTER_IP_VIP:
		fprintf(x->out, "a VIP of %s", name_datapath(x, router).s);
		break;
	default:
		fprintf(x->out, "kind %d", val->kind);
	}
}

void explain_LR_ARP(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	const struct lrp_val *lrp = find_lrp(x, s->datapath, s->inport);

	fprintf(x->out, "arp.tpa %s is ", name_ip(s->dst).s);
	say_owner(x, s->datapath, s->inport);
	if (!s->a)
		fprintf(x->out, ": no answer on %s",
			name_port(x, s->datapath, s->inport).s);
	else if (lrp)
		fprintf(x->out, ": answers with %s", name_mac(lrp->mac).s);
	else
		fprintf(x->out, ": answers");
}

void explain_NEIGHBOR(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct text port = name_port(x, s->datapath, s->c);
	struct text ip = name_ip4(s->a);

	switch (s->b) {
	case TRACE_NEIGHBOR_NONE:
		fprintf(x->out, "%s on %s is at no known MAC: asked by ARP",
			ip.s, port.s);
		break;
	case TRACE_NEIGHBOR_STATIC:
		fprintf(x->out, "%s on %s is at %s, as the NB has it; TTL %u",
			ip.s, port.s, name_mac(s->eth_dst).s, s->ttl);
		break;
	case TRACE_NEIGHBOR_LEARNED:
		fprintf(x->out, "%s on %s is at %s, learned; TTL %u", ip.s,
			port.s, name_mac(s->eth_dst).s, s->ttl);
		break;
	case TRACE_NEIGHBOR_AGED:
		fprintf(x->out,
			"%s on %s was not heard of for "
			"mac_binding_age_threshold",
			ip.s, port.s);
		break;
	default:
		fprintf(x->out, "%s on %s: kind %u", ip.s, port.s, s->b);
	}
}
