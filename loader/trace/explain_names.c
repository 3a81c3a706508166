// SPDX-License-Identifier: GPL-2.0-only
/* Keys and addresses to names. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>

#include "drop_text.h"
#include "trace/explain.h"

static struct text __attribute__((format(printf, 1, 2)))
text(const char *format, ...)
{
	struct text t;
	va_list args;

	va_start(args, format);
	vsnprintf(t.s, sizeof(t.s), format, args);
	va_end(args);
	return t;
}

/* Names in maps end within XOVN_NAME_LEN, unless they are nobody's. */
static struct text text_name(const char *name)
{
	struct text t = text("%.*s", XOVN_NAME_LEN - 1, name);

	text_clean(t.s);
	return t;
}

uint32_t step_ip4(const uint8_t *address)
{
	uint32_t ip;

	memcpy(&ip, address, sizeof(ip));
	return ip;
}

bool step_has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP;
}

const struct datapath_val *find_datapath(const struct explain *x,
					 uint32_t datapath)
{
	struct datapath_key key = {.datapath = datapath};

	return image_find(x->v->image, IMAGE_DATAPATH, &key);
}

const struct port_val *find_port(const struct explain *x, uint32_t datapath,
				 uint32_t port)
{
	struct port_key key = {.datapath = datapath, .port = port};

	return image_find(x->v->image, IMAGE_PORT, &key);
}

const struct lrp_val *find_lrp(const struct explain *x, uint32_t datapath,
			       uint32_t port)
{
	struct lrp_key key = {.datapath = datapath, .port = port};

	return image_find(x->v->image, IMAGE_LRP, &key);
}

const struct network_val *find_network(const struct explain *x,
				       uint32_t datapath, uint32_t port)
{
	struct port_key key = {.datapath = datapath, .port = port};

	return image_find(x->v->image, IMAGE_NETWORK, &key);
}

struct text name_datapath(const struct explain *x, uint32_t datapath)
{
	const struct datapath_val *val = find_datapath(x, datapath);

	return val ? text_name(val->name) : text("datapath %u", datapath);
}

static struct text name_group(uint32_t group)
{
	switch (group) {
	case OVN_MC_FLOOD:
		return text("_MC_flood");
	case OVN_MC_UNKNOWN:
		return text("_MC_unknown");
	case OVN_MC_FLOOD_L2:
		return text("_MC_flood_l2");
	}
	return text("group 0x%x", group);
}

struct text name_port(const struct explain *x, uint32_t datapath, uint32_t port)
{
	const struct port_val *lsp = find_port(x, datapath, port);
	const struct lrp_val *lrp = find_lrp(x, datapath, port);

	if (lsp)
		return text_name(lsp->name);
	if (lrp)
		return text_name(lrp->name);
	if (port >= OVN_MC_FLOOD && port <= 0xffff)
		return name_group(port);
	return text("port %u", port);
}

struct text name_chassis(const struct explain *x, uint32_t chassis)
{
	const struct chassis_val *c = x->v->chassis;

	if (!chassis)
		return text("no chassis");
	if (!c || chassis >= XOVN_MAX_CHASSIS ||
	    (!c[chassis].hostname[0] && !c[chassis].name[0]))
		return text("chassis %u", chassis);
	return text_name(c[chassis].hostname[0] ? c[chassis].hostname :
						  c[chassis].name);
}

struct text name_zone(const struct explain *x, uint32_t datapath, uint32_t port)
{
	return port ? name_port(x, datapath, port) : name_datapath(x, datapath);
}

struct text name_ip(const uint8_t ip[4])
{
	return text("%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

struct text name_ip4(uint32_t ip)
{
	uint8_t bytes[4];

	memcpy(bytes, &ip, sizeof(bytes));
	return name_ip(bytes);
}

struct text name_ip6(const uint8_t ip[16])
{
	struct text t;

	inet_ntop(AF_INET6, ip, t.s, sizeof(t.s));
	return t;
}

uint32_t prefix_mask(unsigned int plen)
{
	if (plen >= 32)
		return ~0u;
	return plen ? htonl(~0u << (32 - plen)) : 0;
}

struct text name_prefix(uint32_t ip, unsigned int plen)
{
	return text("%s/%u", name_ip4(ip & prefix_mask(plen)).s, plen);
}

struct text name_mac(const uint8_t mac[6])
{
	return text("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		    mac[3], mac[4], mac[5]);
}

struct text name_proto(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return text("tcp");
	case IPPROTO_UDP:
		return text("udp");
	case IPPROTO_ICMP:
		return text("icmp");
	case IPPROTO_SCTP:
		return text("sctp");
	case IPPROTO_ICMPV6:
		return text("icmp6");
	}
	return text("ip.proto %u", proto);
}

/* RFC 792, RFC 1812 5.2.7.1; code -1: any. */
static const struct {
	int type, code;
	const char *words;
} icmp_words[] = {
	{0, -1, "echo reply"},
	{3, 0, "network unreachable"},
	{3, 1, "host unreachable"},
	{3, 2, "protocol unreachable"},
	{3, 3, "port unreachable"},
	{3, 4, "fragmentation needed"},
	{3, 9, "network administratively prohibited"},
	{3, 10, "host administratively prohibited"},
	{3, 13, "communication administratively prohibited"},
	{4, -1, "source quench"},
	{5, -1, "redirect"},
	{8, -1, "echo request"},
	{11, 0, "time exceeded"},
	{11, 1, "fragment reassembly time exceeded"},
	{12, -1, "parameter problem"},
};

struct text name_icmp(uint8_t type, uint8_t code)
{
	for (size_t i = 0; i < sizeof(icmp_words) / sizeof(icmp_words[0]); i++)
		if (icmp_words[i].type == type &&
		    (icmp_words[i].code < 0 || icmp_words[i].code == code))
			return text("ICMP %s", icmp_words[i].words);
	return text("ICMP type %u code %u", type, code);
}

struct text name_endpoint(const uint8_t ip[4], uint16_t port, uint8_t proto)
{
	if (!step_has_ports(proto))
		return name_ip(ip);
	return text("%s:%u", name_ip(ip).s, port);
}

struct text name_tuple(const struct ct_tuple *t)
{
	char id[16] = "";

	/* The id stands where the packet's own type (8) does not. */
	if (t->proto == IPPROTO_ICMP)
		snprintf(id, sizeof(id), " id %u",
			 t->dport == 8 ? t->sport : t->dport);
	return text("%s %s > %s%s", name_proto(t->proto).s,
		    name_endpoint(t->src, t->sport, t->proto).s,
		    name_endpoint(t->dst, t->dport, t->proto).s, id);
}

bool step_is_echo(const struct trace_step_val *s)
{
	return s->proto == IPPROTO_ICMP &&
	       (s->sport >> 8 == 8 || s->sport >> 8 == 0);
}

struct text name_flow(const struct trace_step_val *s)
{
	char id[16] = "";

	if (step_is_echo(s))
		snprintf(id, sizeof(id), " id %u", s->dport);
	return text("%s %s > %s%s", name_proto(s->proto).s,
		    name_endpoint(s->src, s->sport, s->proto).s,
		    name_endpoint(s->dst, s->dport, s->proto).s, id);
}

void say_drop(const struct explain *x, uint32_t reason)
{
	if (!reason)
		return;
	fprintf(x->out, "; drop %s", drop_text(reason)->name);
	if (reason >= DROP_REASON_COUNT)
		fprintf(x->out, " (%u)", reason);
}

void say_localnet(const struct explain *x, uint32_t datapath, uint32_t port)
{
	const struct network_val *val = find_network(x, datapath, port);

	fprintf(x->out, "%s", name_port(x, datapath, port).s);
	if (val)
		fprintf(x->out, ", physical network %s",
			text_name(val->name).s);
	if (val && val->vlan)
		fprintf(x->out, ", VLAN tag %u", val->vlan);
}
