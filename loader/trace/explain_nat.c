// SPDX-License-Identifier: GPL-2.0-only
/* NAT rules and load balancers. */
#include <arpa/inet.h>
#include <string.h>

#include "trace/explain.h"

static const struct lb_val *find_lb(const struct explain *x, uint32_t id,
				    const struct lb_key **key)
{
	const struct image_table *t = &x->v->image->table[IMAGE_LB];

	for (size_t i = 0; i < t->n; i++) {
		const struct lb_val *val =
			explain_val(x->v->image, IMAGE_LB, i);

		if (val->id != id)
			continue;
		*key = explain_key(x->v->image, IMAGE_LB, i);
		return val;
	}
	return NULL;
}

/* "VIP 10.96.0.10:53/udp of load balancer dns", or its number. */
static const struct lb_val *say_vip(const struct explain *x, uint32_t id)
{
	const struct lb_key *key;
	const struct lb_val *lb = find_lb(x, id, &key);

	if (!lb) {
		fprintf(x->out, "VIP %u", id);
		return NULL;
	}
	fprintf(x->out, "VIP %s", name_ip(key->ip).s);
	if (key->port)
		fprintf(x->out, ":%u/%s", key->port, name_proto(key->proto).s);
	fprintf(x->out, " of load balancer %.*s", XOVN_NAME_LEN - 1, lb->name);
	return lb;
}

void explain_LB(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	const struct lb_val *lb = say_vip(x, s->a);
	struct backend_key key = {.id = s->a, .index = s->b};
	const struct backend_val *b =
		image_find(x->v->image, IMAGE_BACKEND, &key);

	if (lb)
		fprintf(x->out, ": backend %u of %u", s->b + 1, lb->n_backends);
	else
		fprintf(x->out, ": backend number %u", s->b);
	if (b && b->port)
		fprintf(x->out, ", %s:%u", name_ip(b->ip).s, b->port);
	else if (b)
		fprintf(x->out, ", %s", name_ip(b->ip).s);
	else
		fprintf(x->out, ", %s",
			name_endpoint(s->dst, s->dport, s->proto).s);
	if (s->c)
		fprintf(x->out, ", the client's last (affinity_timeout)");
	if (lb && lb->flags & LB_F_SKIP_SNAT && s->flags & FLOW_ROUTED)
		fprintf(x->out, ", skip_snat");
}

void explain_LB_REFUSE(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	say_vip(x, s->a);
	fprintf(x->out, " has no backend: ");
	if (!(s->b & LB_F_REJECT) || s->flags & FLOW_FRAGMENT)
		fprintf(x->out, "no answer");
	else if (s->proto == IPPROTO_TCP)
		fprintf(x->out, "answers with TCP RST (reject=true)");
	else
		fprintf(x->out,
			"answers with ICMP %s unreachable "
			"(reject=true)",
			s->proto == IPPROTO_UDP ? "port" : "host");
}

static void say_peers(const struct explain *x, uint32_t flags)
{
	if (flags & NAT_F_STATELESS)
		fprintf(x->out, ", stateless");
	if (flags & NAT_F_ALLOWED)
		fprintf(x->out, ", allowed_ext_ips has the peer");
	if (flags & NAT_F_EXEMPTED)
		fprintf(x->out, ", exempted_ext_ips has not the peer");
}

void explain_DNAT(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct nat_key key = {.datapath = s->datapath};
	const struct nat_val *val;

	memcpy(key.ip, &s->a, sizeof(key.ip));
	val = image_find(x->v->image, IMAGE_NAT, &key);
	fprintf(x->out, "ip4.dst %s dnat to %s", name_ip4(s->a).s,
		name_ip4(s->b).s);
	if (val && val->port_first)
		fprintf(x->out, ", external_port_range %u-%u", val->port_first,
			val->port_last);
	say_peers(x, s->c);
}

static bool prefix_has(const struct snat_key *k, uint32_t ip)
{
	return k->prefixlen >= 32 &&
	       !((step_ip4(k->ip) ^ ip) & prefix_mask(k->prefixlen - 32));
}

/* The rule with the longest prefix around the source that makes this
 * external address of it. */
static const struct snat_val *find_snat(const struct explain *x, uint32_t src,
					uint32_t external,
					const struct snat_key **key)
{
	const struct image_table *t = &x->v->image->table[IMAGE_SNAT];
	const struct snat_val *found = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct snat_key *k =
			explain_key(x->v->image, IMAGE_SNAT, i);
		const struct snat_val *val =
			explain_val(x->v->image, IMAGE_SNAT, i);

		if (k->datapath != x->s->datapath || !prefix_has(k, src) ||
		    step_ip4(val->external_ip) != external ||
		    (found && (*key)->prefixlen > k->prefixlen))
			continue;
		*key = k;
		found = val;
	}
	return found;
}

void explain_SNAT(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	uint32_t src = step_ip4(s->src);
	const struct snat_val *rule;
	const struct snat_key *key;

	fprintf(x->out, "ip4.src %s", name_ip(s->src).s);
	if (s->c) {
		fprintf(x->out, " snat to %s by %s_force_snat_ip",
			name_ip4(s->a).s, s->flags & FLOW_LBED ? "lb" : "dnat");
		return;
	}
	rule = find_snat(x, src, s->a, &key);
	if (rule)
		fprintf(x->out, ": %s",
			name_prefix(step_ip4(key->ip), key->prefixlen - 32).s);
	fprintf(x->out, " snat to %s", name_ip4(s->a).s);
	if (rule && rule->port_first)
		fprintf(x->out, ", external_port_range %u-%u", rule->port_first,
			rule->port_last);
	say_peers(x, s->b);
}
