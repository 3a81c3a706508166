// SPDX-License-Identifier: GPL-2.0-only
/* Steps of logical routers: into them, routing. */
#include <arpa/inet.h>
#include <string.h>

#include "trace/explain.h"

void explain_LR_IN(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	const struct lrp_val *lrp = find_lrp(x, s->datapath, s->a);
	struct text port = name_port(x, s->datapath, s->a);

	fprintf(x->out, "eth.dst %s ", name_mac(s->eth_dst).s);
	if (!s->b && s->eth_dst[0] & 1)
		fprintf(x->out, "is for all, by %s", port.s);
	else if (!s->b)
		fprintf(x->out, "is %s", port.s);
	else if (lrp)
		fprintf(x->out, "is not %s's %s", port.s, name_mac(lrp->mac).s);
	else
		fprintf(x->out, "at %s", port.s);
	say_drop(x, s->b);
}

static const char *local_answer(const struct trace_step_val *s)
{
	bool is_silent = s->a & LRP_F_SILENT;

	if (s->flags & (FLOW_LATER_FRAGMENT | FLOW_L4_SHORT))
		return "no answer to fragments";
	switch (s->proto) {
	case IPPROTO_ICMP:
		if (!step_is_echo(s) || s->flags & FLOW_FRAGMENT)
			return "no answer to ICMP other than echo requests";
		return "answers the echo request, TTL 255";
	case IPPROTO_TCP:
		return is_silent ? "a gateway router does not answer TCP" :
				   "answers with TCP RST";
	case IPPROTO_UDP:
		return is_silent ? "a gateway router does not answer UDP" :
				   "answers with ICMP port unreachable";
	default:
		return is_silent ? "a gateway router does not answer" :
				   "answers with ICMP protocol unreachable";
	}
}

void explain_LR_LOCAL(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "ip4.dst %s is %s's own: %s", name_ip(s->dst).s,
		name_datapath(x, s->datapath).s, local_answer(s));
}

void explain_TTL(const struct explain *x)
{
	fprintf(x->out, "TTL %u ends at %s", x->s->a,
		name_datapath(x, x->s->datapath).s);
}

static struct text route_table(uint32_t table)
{
	struct text t = {""};

	if (table)
		snprintf(t.s, sizeof(t.s), " in route table %u", table);
	return t;
}

static void say_route(const struct explain *x, const struct route_val *r)
{
	struct text port = name_port(x, x->s->datapath, r->port);

	switch (r->kind) {
	case ROUTE_CONNECTED:
		fprintf(x->out, "connected to %s", port.s);
		break;
	case ROUTE_STATIC:
		fprintf(x->out, "via %s by %s", name_ip(r->nexthop).s, port.s);
		break;
	case ROUTE_LOCAL:
		fprintf(x->out, "own address of %s", port.s);
		break;
	case ROUTE_DISCARD:
		fprintf(x->out, "discard");
		break;
	case ROUTE_ECMP:
		fprintf(x->out, "ECMP");
		break;
	default:
		fprintf(x->out, "kind %d", r->kind);
	}
}

static const struct route_val *find_route(const struct explain *x, bool by_src,
					  uint32_t table, const uint8_t *ip,
					  uint32_t plen)
{
	struct route_key key = {.prefixlen = 64 + plen,
				.datapath = x->s->datapath,
				.table = table};
	uint32_t prefix = step_ip4(ip) & prefix_mask(plen);

	memcpy(key.ip, &prefix, sizeof(key.ip));
	return image_find(x->v->image, by_src ? IMAGE_ROUTE_SRC : IMAGE_ROUTE,
			  &key);
}

void explain_ROUTE(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	bool by_src = s->c & 1;
	const uint8_t *ip = by_src ? s->src : s->dst;
	struct route_val kind_only = {.kind = s->b};
	const struct route_val *r = NULL;

	if (s->a <= 32)
		r = find_route(x, by_src, s->c >> 1, ip, s->a);
	fprintf(x->out, "%s %s: ", by_src ? "ip4.src" : "ip4.dst",
		name_ip(ip).s);
	if (s->a <= 32)
		fprintf(x->out, "%s ", name_prefix(step_ip4(ip), s->a).s);
	if (r)
		say_route(x, r);
	else if (s->b == ROUTE_DISCARD || s->b == ROUTE_ECMP)
		say_route(x, &kind_only);
	else
		fprintf(x->out, "kind %u, prefix length %u", s->b, s->a);
	if (by_src)
		fprintf(x->out, ", policy src-ip");
	fprintf(x->out, "%s", route_table(s->c >> 1).s);
}

void explain_NO_ROUTE(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "ip4.dst %s: no route%s", name_ip(s->dst).s,
		route_table(s->a).s);
}

static size_t count_ecmp(const struct explain *x, uint32_t id)
{
	const struct image_table *t = &x->v->image->table[IMAGE_ECMP];
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct ecmp_key *k =
			explain_key(x->v->image, IMAGE_ECMP, i);

		n += k->id == id;
	}
	return n;
}

void explain_ECMP(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct ecmp_key key = {.id = s->a, .index = s->b};
	const struct route_val *r = image_find(x->v->image, IMAGE_ECMP, &key);

	if (!r) {
		fprintf(x->out, "route %u of group %u", s->b, s->a);
		return;
	}
	fprintf(x->out, "route %u of %zu: ", s->b + 1, count_ecmp(x, s->a));
	say_route(x, r);
}
