// SPDX-License-Identifier: GPL-2.0-only
/* Connections: found, not found, noted. */
#include <string.h>

#include "trace/explain.h"

static const char *state_name(uint32_t state)
{
	static const char *const names[CT_STATE_COUNT] = {
#define X(name, timeout, is_embryonic) [CT_##name] = #name,
		XOVN_CT_STATES(X)
#undef X
	};

	return state < CT_STATE_COUNT ? names[state] : "unknown";
}

static bool read_ct(const struct explain *x, uint32_t record,
		    struct ct_val *val)
{
	return x->v->read_ct && x->v->read_ct(x->v, record, val);
}

static void say_zone(const struct explain *x, uint32_t port)
{
	fprintf(x->out, "zone %s", name_zone(x, x->s->datapath, port).s);
}

/* TCP's states have the protocol in their names. */
static void say_connection(const struct explain *x, const struct ct_val *ct)
{
	fprintf(x->out, "%s (%s", name_tuple(&ct->orig).s,
		state_name(ct->state));
	if (!(ct->flags & CT_F_SEEN_REPLY))
		fprintf(x->out, ", unanswered");
	fprintf(x->out, ")");
	if (ct->flags & (CT_F_SNAT | CT_F_DNAT))
		fprintf(x->out, ", its answers %s", name_tuple(&ct->reply).s);
}

void explain_CT_KNOWN(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct ct_val ct;

	say_zone(x, s->c);
	if (s->flags & FLOW_INNER)
		fprintf(x->out, ": about a packet of ");
	else if (s->b == CT_DIR_REPLY)
		fprintf(x->out, ": answer of ");
	else
		fprintf(x->out, ": one more of ");
	if (read_ct(x, s->a, &ct))
		say_connection(x, &ct);
	else
		fprintf(x->out, "connection %u", s->a);
}

void explain_CT_MISS(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	say_zone(x, s->c);
	fprintf(x->out, ": no connection of %s", name_flow(s).s);
}

/* Of an echo the id is what stands for the port. */
static void say_source_port(const struct explain *x, const struct ct_val *ct)
{
	const char *what = ct->orig.proto == IPPROTO_ICMP ? "id" :
							    "source port";

	if (!(ct->flags & CT_F_SNAT) ||
	    (!step_has_ports(ct->orig.proto) && !ct->orig.sport))
		return;
	if (ct->orig.sport == ct->reply.dport)
		fprintf(x->out, "; %s kept", what);
	else
		fprintf(x->out, "; %s %u changed to %u", what, ct->orig.sport,
			ct->reply.dport);
}

void explain_CT_NEW(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct ct_val ct;

	say_zone(x, s->b);
	fprintf(x->out, ": new connection");
	if (s->c) {
		fprintf(x->out, " refused");
		say_drop(x, s->c);
		return;
	}
	if (!read_ct(x, s->a, &ct)) {
		fprintf(x->out, " %u", s->a);
		return;
	}
	fprintf(x->out, " %s", name_tuple(&ct.orig).s);
	if (ct.flags & (CT_F_SNAT | CT_F_DNAT))
		fprintf(x->out, ", its answers %s", name_tuple(&ct.reply).s);
	say_source_port(x, &ct);
}
