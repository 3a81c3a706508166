// SPDX-License-Identifier: GPL-2.0-only
/* What a switch answers for others, and who gets a copy of a flood. */
#include <string.h>

#include "trace/explain.h"

#define LISTED_MAX 4 /* names, then a count */

/* ARP fields after the switch has turned a request into its answer. */
static bool is_arp_reply(const struct trace_step_val *s)
{
	return s->arp_op == 2;
}

void explain_ARP_RSP(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	const uint8_t *asked = is_arp_reply(s) ? s->src : s->dst;
	struct arp_key key = {.datapath = s->datapath};
	const struct arp_val *val;

	memcpy(key.ip, asked, sizeof(key.ip));
	val = image_find(x->v->image, IMAGE_ARP, &key);
	fprintf(x->out, "arp.tpa %s is %s's: ", name_ip(asked).s,
		name_port(x, s->datapath, s->b).s);
	if (s->a == ARP_ROUTER)
		fprintf(x->out, "the router answers, others get a copy");
	else if (s->a == ARP_RESPOND_ROUTER)
		fprintf(x->out, "the switch answers its guests, the router a "
				"physical network");
	else if (s->a != ARP_RESPOND)
		fprintf(x->out, "kind %u", s->a);
	else if (val)
		fprintf(x->out, "the switch answers with %s",
			name_mac(val->mac).s);
	else
		fprintf(x->out, "the switch answers");
}

void explain_ND_RSP(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "nd.target is %s's: the switch answers with %s",
		name_port(x, s->datapath, s->a).s, name_mac(s->lladdr).s);
}

/* Names of a group's members of one kind, the packet's own port left out. */
static void say_members(const struct explain *x, enum member_kind kind,
			uint32_t n)
{
	uint32_t said = 0, left_out = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct member_key key = {.datapath = x->s->datapath,
					 .group = x->s->a,
					 .kind = kind,
					 .index = i};
		const struct member_val *m =
			image_find(x->v->image, IMAGE_MEMBER, &key);

		if (!m) /* dense: there are no more */
			break;
		if (kind != MEMBER_CHASSIS && m->id == x->s->inport)
			continue;
		if (said >= LISTED_MAX) {
			left_out++;
			continue;
		}
		fprintf(x->out, "%s%s", said++ ? " " : "",
			kind == MEMBER_CHASSIS ?
				name_chassis(x, m->id).s :
				name_port(x, x->s->datapath, m->id).s);
	}
	if (left_out)
		fprintf(x->out, " and %u more", left_out);
	else if (!said)
		fprintf(x->out, "none");
}

void explain_FLOOD(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct group_key key = {.datapath = s->datapath, .group = s->a};
	const struct group_val *g = image_find(x->v->image, IMAGE_GROUP, &key);

	fprintf(x->out, "eth.dst %s to %s: ", name_mac(s->eth_dst).s,
		name_port(x, s->datapath, s->a).s);
	if (!g) {
		fprintf(x->out, "no members");
		return;
	}
	fprintf(x->out, "ports here ");
	say_members(x, MEMBER_VIF, g->n_vif);
	/* The group's key came by a tunnel: never into one again. */
	if (s->outport == s->a)
		return;
	fprintf(x->out, "; chassis ");
	say_members(x, MEMBER_CHASSIS, g->n_chassis);
}
