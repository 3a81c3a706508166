// SPDX-License-Identifier: GPL-2.0-only
/* Steps of logical switches: into them, and to one port. */
#include <string.h>

#include "trace/explain.h"

/* Marks that make a difference to the packet. */
static void say_port_flags(const struct explain *x, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *words;
	} words[] = {
		{PORT_F_DISABLED, "enabled=false"},
		{PORT_F_SECURITY, "port_security"},
		{PORT_F_LEARN, "its MACs are learned"},
		{PORT_F_LB, "load balancers"},
	};
	const char *before = "; ";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!(flags & words[i].flag))
			continue;
		fprintf(x->out, "%s%s", before, words[i].words);
		before = ", ";
	}
}

void explain_VIF_IN(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "from VIF %s", name_port(x, s->datapath, s->inport).s);
	say_port_flags(x, s->a);
}

void explain_LOCALNET_IN(const struct explain *x)
{
	fprintf(x->out, "from ");
	say_localnet(x, x->s->datapath, x->s->inport);
	say_port_flags(x, x->s->a);
}

void explain_TUNNEL_IN(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out,
		"Geneve: VNI %u is %s, ingress key %u %s, egress key %u %s",
		s->a, name_datapath(x, s->a).s, s->b,
		name_port(x, s->a, s->b).s, s->c, name_port(x, s->a, s->c).s);
}

/* The addresses that port_security looks at. */
static void say_sender(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "eth.src %s", name_mac(s->eth_src).s);
	if (s->eth_type == ETH_P_ARP)
		fprintf(x->out, ", arp.sha %s, arp.spa %s",
			name_mac(s->lladdr).s, name_ip(s->src).s);
	else if (s->eth_type == ETH_P_IP)
		fprintf(x->out, ", ip4.src %s", name_ip(s->src).s);
	else if (s->eth_type == ETH_P_IPV6)
		fprintf(x->out, ", ip6.src %s", name_ip6(s->src).s);
}

static bool has_security(const struct explain *x, uint32_t port)
{
	const struct port_val *p = find_port(x, x->s->datapath, port);

	return p && p->policy.flags & PORT_F_SECURITY;
}

void explain_PORT_SEC_IN(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct text port = name_port(x, s->datapath, s->inport);

	if (!s->a && !has_security(x, s->inport)) {
		fprintf(x->out, "%s has no port_security: may send anything",
			port.s);
		return;
	}
	fprintf(x->out, "%s %s send from ", port.s, s->a ? "may not" : "may");
	say_sender(x);
	say_drop(x, s->a);
}

void explain_PORT_SEC_OUT(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct text port = name_port(x, s->datapath, s->a);

	if (!s->b && !has_security(x, s->a)) {
		fprintf(x->out, "%s has no port_security: may receive anything",
			port.s);
		return;
	}
	fprintf(x->out, "%s %s receive eth.dst %s", port.s,
		s->b ? "may not" : "may", name_mac(s->eth_dst).s);
	if (s->eth_type == ETH_P_IP)
		fprintf(x->out, ", ip4.dst %s", name_ip(s->dst).s);
	else if (s->eth_type == ETH_P_IPV6)
		fprintf(x->out, ", ip6.dst %s", name_ip6(s->dst).s);
	say_drop(x, s->b);
}

void explain_FDB_LEARN(const struct explain *x)
{
	const struct trace_step_val *s = x->s;

	fprintf(x->out, "eth.src %s %s behind %s: noted",
		name_mac(s->eth_src).s, s->c ? "is now" : "is",
		name_port(x, s->a, s->b).s);
}

static void say_place(const struct explain *x, uint32_t chassis)
{
	if (!chassis)
		fprintf(x->out, ", placed on no chassis");
	else if (chassis == x->v->own_chassis)
		fprintf(x->out, ", on this chassis");
	else
		fprintf(x->out, ", on %s", name_chassis(x, chassis).s);
}

/* The router behind a router port.  Ports of a gateway router are known to
 * its own chassis only. */
static void say_peer(const struct explain *x, uint32_t port)
{
	const struct port_val *p = find_port(x, x->s->datapath, port);

	if (!p || !p->peer_datapath)
		return;
	fprintf(x->out, ", to ");
	if (find_lrp(x, p->peer_datapath, p->peer_port))
		fprintf(x->out, "%s of ",
			name_port(x, p->peer_datapath, p->peer_port).s);
	fprintf(x->out, "%s", name_datapath(x, p->peer_datapath).s);
}

void explain_L2(const struct explain *x)
{
	const struct trace_step_val *s = x->s;
	struct l2_key key = {.datapath = s->datapath};
	struct text port = name_port(x, s->datapath, s->a);
	const struct l2_val *val;

	memcpy(key.mac, s->eth_dst, sizeof(key.mac));
	val = image_find(x->v->image, IMAGE_L2, &key);
	/* Answers, and what the FDB knows, go out without a look-up. */
	if (val && val->port == s->a)
		fprintf(x->out, "eth.dst %s is ", name_mac(s->eth_dst).s);
	else
		fprintf(x->out, "to ");
	switch (s->b) {
	case PORT_VIF:
		fprintf(x->out, "%s", port.s);
		say_place(x, s->c);
		break;
	case PORT_ROUTER:
		fprintf(x->out, "router port %s", port.s);
		say_peer(x, s->a);
		break;
	case PORT_GATEWAY:
		fprintf(x->out, "router port %s", port.s);
		say_peer(x, s->a);
		say_place(x, s->c);
		break;
	case PORT_LOCALNET:
		say_localnet(x, s->datapath, s->a);
		break;
	case PORT_UNSUPPORTED:
		fprintf(x->out, "%s, of a type xovn does not forward to",
			port.s);
		break;
	default:
		fprintf(x->out, "%s (kind %u)", port.s, s->b);
		say_place(x, s->c);
	}
}

void explain_FDB(const struct explain *x)
{
	fprintf(x->out, "eth.dst %s was learned behind %s",
		name_mac(x->s->eth_dst).s,
		name_port(x, x->s->datapath, x->s->a).s);
}

void explain_HAIRPIN(const struct explain *x)
{
	fprintf(x->out,
		"client and backend are both %s: back to it, MACs "
		"swapped",
		name_port(x, x->s->datapath, x->s->a).s);
}
