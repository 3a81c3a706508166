// SPDX-License-Identifier: GPL-2.0-only
/* Where a packet ends, and what was made of it. */
#include <string.h>

#include "drop_text.h"
#include "trace/explain.h"

void explain_BUILD(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "the packet becomes ");
	if (s->eth_type == ETH_P_ARP)
		fprintf(x->out, "an ARP request for %s from %s (%s)",
			name_ip(s->dst).s, name_ip(s->src).s,
			name_mac(s->eth_src).s);
	else if (s->eth_type == ETH_P_IPV6)
		fprintf(x->out, "a neighbor advertisement from %s to %s",
			name_mac(s->eth_src).s, name_mac(s->eth_dst).s);
	else if (s->proto == IPPROTO_ICMP)
		fprintf(x->out, "%s from %s to %s",
			name_icmp(s->sport >> 8, s->sport & 0xff).s,
			name_ip(s->src).s, name_ip(s->dst).s);
	else if (s->proto == IPPROTO_TCP)
		fprintf(x->out, "a TCP RST from %s to %s",
			name_endpoint(s->src, s->sport, s->proto).s,
			name_endpoint(s->dst, s->dport, s->proto).s);
	else
		fprintf(x->out, "another: %s", name_flow(s).s);
}

/* Ports with an interface: of the step's datapath first. */
static uint32_t find_interface(const struct explain *x, uint32_t ifindex,
			       uint32_t *datapath)
{
	const struct image_table *t = &x->v->image->table[IMAGE_PORT];
	uint32_t found = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct port_key *k =
			explain_key(x->v->image, IMAGE_PORT, i);
		const struct port_val *val =
			explain_val(x->v->image, IMAGE_PORT, i);

		if (!ifindex || val->ifindex != ifindex)
			continue;
		if (found && k->datapath != x->s->datapath)
			continue;
		found = k->port;
		*datapath = k->datapath;
	}
	return found;
}

static void say_port(const struct explain *x, uint32_t datapath, uint32_t port)
{
	const struct port_val *val = find_port(x, datapath, port);

	if (val && val->kind == PORT_LOCALNET) {
		fprintf(x->out, "out by ");
		say_localnet(x, datapath, port);
	} else {
		fprintf(x->out, "to VIF %s", name_port(x, datapath, port).s);
	}
}

void explain_DELIVER(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	if (find_port(x, s->datapath, s->b)) {
		say_port(x, s->datapath, s->b);
		return;
	}
	fprintf(x->out, "to port %u by interface %u", s->b, s->a);
	if (s->c)
		fprintf(x->out, ", VLAN tag %u", s->c);
}

static void say_keys(const struct explain *x, uint32_t in, uint32_t out)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out,
		"Geneve, VNI %u %s, ingress key %u %s, egress key %u %s",
		s->datapath, name_datapath(x, s->datapath).s, in,
		name_port(x, s->datapath, in).s, out,
		name_port(x, s->datapath, out).s);
}

void explain_TUNNEL(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "to %s: ", name_chassis(x, s->a).s);
	say_keys(x, s->b, s->c);
}

void explain_COPY(const struct explain *x)
{
	uint32_t datapath = 0, port;

	fprintf(x->out, "a copy ");
	if (x->s->c) {
		fprintf(x->out, "to %s by Geneve", name_chassis(x, x->s->c).s);
		return;
	}
	port = find_interface(x, x->s->a, &datapath);
	if (port)
		say_port(x, datapath, port);
	else
		fprintf(x->out, "to interface %u", x->s->a);
}

void explain_CONSUMED(const struct explain *x)
{
	fprintf(x->out,
		"ends in %s: what it tells is noted, or another "
		"chassis answers",
		x->s->datapath ? name_datapath(x, x->s->datapath).s :
				 "this chassis");
}

void explain_PASS(const struct explain *x)
{
	if (x->s->datapath && x->s->eth_dst[0] & 1)
		fprintf(x->out,
			"eth.dst %s is for the host, too: to its own "
			"stack",
			name_mac(x->s->eth_dst).s);
	else
		fprintf(x->out, "nothing of the logical network: to the "
				"host's own stack");
}

void explain_DROP(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	const struct drop_text *drop = drop_text(s->a);

	fprintf(x->out, "%s", drop->name);
	if (s->a >= DROP_REASON_COUNT)
		fprintf(x->out, " (%u)", s->a);
	fprintf(x->out, ": %s; look at: %s", drop->what, drop->where);
}
