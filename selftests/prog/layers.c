// SPDX-License-Identifier: GPL-2.0-only
/* Headers of frame texts, and the ports that a text leaves open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_layers.h"

const char *text_option(const struct text *t, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 1; i < t->n; i++) {
		if (!strncmp(t->word[i], key, len) && t->word[i][len] == '=')
			return t->word[i] + len + 1;
	}
	return NULL;
}

uint32_t text_number(const struct text *t, const char *key, uint32_t otherwise)
{
	const char *v = text_option(t, key);

	return v ? strtoul(v, NULL, 0) : otherwise;
}

static const char *text_mac(const struct text *t, const char *name,
			    char buf[18])
{
	const struct alias *a = network_alias(t->net, name);

	if (!a)
		return name;
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", a->mac[0], a->mac[1],
		 a->mac[2], a->mac[3], a->mac[4], a->mac[5]);
	return buf;
}

static const char *text_ip(const struct text *t, const char *name, char buf[16])
{
	const struct alias *a = network_alias(t->net, name);

	if (!a || !a->has_ip)
		return name;
	snprintf(buf, 16, "%d.%d.%d.%d", a->ip[0], a->ip[1], a->ip[2],
		 a->ip[3]);
	return buf;
}

static uint16_t type_of_next(const struct text *t)
{
	static const struct {
		const char *word;
		uint16_t type;
	} types[] = {
		{"ip4", 0x0800}, {"ip6", 0x86dd}, {"arp", 0x0806}, {"vlan", 0}};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!strcmp(t->next, types[i].word))
			return types[i].type;
	}
	return 0x88b5; /* IEEE local experimental */
}

static uint8_t proto_of_next(const struct text *t)
{
	static const struct {
		const char *word;
		uint8_t proto;
	} protos[] = {{"icmp", 1},   {"tcp", 6}, {"udp", 17}, {"sctp", 132},
		      {"icmp6", 58}, {"ns", 58}, {"na", 58}};

	for (size_t i = 0; i < sizeof(protos) / sizeof(*protos); i++) {
		if (!strcmp(t->next, protos[i].word))
			return protos[i].proto;
	}
	return 253; /* RFC 3692: experiments */
}

static void layer_eth(struct text *t)
{
	char *src, *dst, a[18], b[18];

	text_pair(t, 1, &src, &dst, '>');
	packet_eth(t->p, text_mac(t, dst, a), text_mac(t, src, b),
		   text_number(t, "type", type_of_next(t)));
}

static void layer_vlan(struct text *t)
{
	/* packet_vlan() moves the type that eth wrote, which is the TPID's */
	put16(t->p->data + t->p->len - 2, type_of_next(t));
	packet_vlan(t->p, text_number(t, "tpid", 0x8100), atoi(t->word[1]));
}

static void layer_arp(struct text *t)
{
	char *from, *to, *sha, *spa, *tha, *tpa, a[18], b[18];
	bool is_reply = !strcmp(t->word[1], "reply");

	text_pair(t, 2, &from, &to, '>');
	t->word[3] = from;
	t->word[4] = to;
	t->n = 5;
	text_pair(t, 3, &sha, &spa, '/');
	text_pair(t, 4, &tha, &tpa, '/');
	packet_arp(t->p, is_reply ? 2 : 1, text_mac(t, sha, a), spa,
		   text_mac(t, tha, b), tpa);
}

static void layer_ip4(struct text *t)
{
	struct ip4_header h = {};
	const char *opt = text_option(t, "opt");
	char *src, *dst, a[16], b[16];
	uint8_t options[40];

	text_pair(t, 1, &src, &dst, '>');
	h.src = text_ip(t, src, a);
	h.dst = text_ip(t, dst, b);
	h.ttl = text_number(t, "ttl", 64);
	h.ttl_zero = !h.ttl;
	h.tos = text_number(t, "tos", 0);
	h.id = text_number(t, "id", 0);
	h.fragment = text_number(t, "frag", 0);
	h.proto = text_number(t, "proto", proto_of_next(t));
	if (opt) {
		h.options = options;
		h.options_len = text_hex(t, opt, options, sizeof(options));
	}
	packet_ip4(t->p, &h);
}

static void layer_ip6(struct text *t)
{
	char *src, *dst;

	text_pair(t, 1, &src, &dst, '>');
	packet_ip6(t->p, src, dst, text_number(t, "proto", proto_of_next(t)),
		   text_number(t, "hops", 64));
}

struct variable {
	char name[8];
	uint16_t value;
};

static struct variable variables[8];

static struct variable *variable_get(const char *name)
{
	size_t i = 0;

	while (i < 7 && variables[i].name[0] && strcmp(variables[i].name, name))
		i++;
	snprintf(variables[i].name, sizeof(variables[i].name), "%s", name);
	return &variables[i];
}

uint16_t text_variable(const char *name)
{
	return variable_get(name)->value;
}

bool text_adopt(struct packet *wanted, const struct packet *got)
{
	if (!wanted->n_open)
		return true;
	if (wanted->len != got->len)
		return false;
	for (size_t i = 0; i < wanted->n_open; i++) {
		const struct packet_open *o = &wanted->open[i];
		uint16_t value = get16(got->data + o->offset);

		if (value < o->first || value > o->last || value == o->except)
			return false;
		put16(wanted->data + o->offset, value);
		variable_get(o->name)->value = value;
	}
	wanted->n_open = 0;
	packet_checksum(wanted);
	return true;
}

/* A number, "$NAME" or "?NAME..." for the field at offset of the header that
 * is about to be appended. */
static uint16_t text_port(struct text *t, const char *word, size_t offset)
{
	struct packet_open *o = &t->p->open[t->p->n_open];
	const char *range = strchr(word, ':'), *except = strchr(word, '^');

	if (*word == '$')
		return text_variable(word + 1);
	if (*word != '?')
		return strtoul(word, NULL, 0);
	if (t->p->n_open++ == PACKET_OPEN_MAX)
		text_abort(t, "too many open fields");
	*o = (struct packet_open){
		.offset = t->p->len + offset, .first = 1024, .last = 65535};
	if (range && sscanf(range, ":%hu-%hu", &o->first, &o->last) != 2)
		text_abort(t, "FIRST-LAST expected");
	if (except)
		o->except = atoi(except + 1);
	snprintf(o->name, sizeof(o->name), "%.*s", (int)strcspn(word + 1, ":^"),
		 word + 1);
	return 0;
}

static void text_ports(struct text *t, uint16_t *sport, uint16_t *dport)
{
	char *s, *d;

	text_pair(t, 1, &s, &d, '>');
	*sport = text_port(t, s, 0);
	*dport = text_port(t, d, 2);
}

static void layer_udp(struct text *t)
{
	uint16_t sport, dport;

	text_ports(t, &sport, &dport);
	packet_udp(t->p, sport, dport);
	t->p->layer[t->p->n_layers - 1].no_checksum =
		t->n > 2 && !strcmp(t->word[2], "nocsum");
}

static void layer_sctp(struct text *t)
{
	uint16_t sport, dport;

	text_ports(t, &sport, &dport);
	packet_sctp(t->p, sport, dport, text_number(t, "vtag", 0),
		    text_number(t, "chunk", 0));
}

static void layer_tcp(struct text *t)
{
	struct tcp_header h = {.window = text_number(t, "win", 0),
			       .seq = text_number(t, "seq", 0),
			       .ack = text_number(t, "ack", 0)};
	const char *flags = text_option(t, "flags");

	text_ports(t, &h.sport, &h.dport);
	for (flags = flags ? flags : "A"; *flags; flags++)
		h.flags |= *flags == 'S' ? TCP_SYN :
			   *flags == 'A' ? TCP_ACK :
			   *flags == 'F' ? TCP_FIN :
			   *flags == 'R' ? TCP_RST :
					   TCP_PSH;
	packet_tcp(t->p, &h);
}

static void layer_icmp(struct text *t)
{
	uint32_t rest = text_number(t, "rest", 0);
	const char *id = text_option(t, "id");
	char *type, *code;

	text_pair(t, 1, &type, &code, '/');
	if (id)
		rest = (uint32_t)text_port(t, id, 4) << 16 |
		       text_number(t, "seq", 0);
	if (!strcmp(t->word[0], "icmp"))
		packet_icmp(t->p, atoi(type), atoi(code), rest);
	else
		packet_icmp6(t->p, atoi(type), atoi(code), rest);
}

static void layer_nd(struct text *t)
{
	const char *mac = text_option(t, "mac");
	char a[18];

	packet_nd(t->p, !strcmp(t->word[0], "ns") ? 135 : 136,
		  text_number(t, "rest", 0), t->word[1],
		  mac ? text_mac(t, mac, a) : NULL);
}

static void layer_outer(struct text *t)
{
	char *src, *dst, a[18], b[18], c[16], d[16];
	const struct alias *to, *from;

	text_pair(t, 1, &src, &dst, '>');
	to = network_alias(t->net, dst);
	from = network_alias(t->net, src);
	packet_eth(t->p, to ? text_mac(t, dst, a) : "02:00:00:00:00:98",
		   from ? text_mac(t, src, b) : "02:00:00:00:00:99", 0x0800);
	packet_ip4(t->p, &(struct ip4_header){.src = text_ip(t, src, c),
					      .dst = text_ip(t, dst, d),
					      .proto = 17,
					      .ttl = 64,
					      .fragment = text_number(t, "frag",
								      IP4_DF)});
	packet_udp(t->p, text_number(t, "sport", SPORT_ANY),
		   text_number(t, "dport", 6081));
}

static void layer_geneve(struct text *t)
{
	struct geneve_header h;
	char *in, *out;

	h.vni = network_key(t->net, t->word[1]);
	text_pair(t, 2, &in, &out, '>');
	h.in = network_key(t->net, in);
	h.out = network_key(t->net, out);
	packet_geneve(t->p, &h);
}

bool layer_append(struct text *t)
{
	static const struct {
		const char *word;
		size_t n_words;
		void (*add)(struct text *t);
	} layers[] = {
		{"eth", 2, layer_eth},	   {"vlan", 2, layer_vlan},
		{"arp", 3, layer_arp},	   {"ip4", 2, layer_ip4},
		{"ip6", 2, layer_ip6},	   {"udp", 2, layer_udp},
		{"tcp", 2, layer_tcp},	   {"sctp", 2, layer_sctp},
		{"icmp", 2, layer_icmp},   {"icmp6", 2, layer_icmp},
		{"ns", 2, layer_nd},	   {"na", 2, layer_nd},
		{"outer", 2, layer_outer}, {"geneve", 3, layer_geneve},
	};

	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++) {
		if (strcmp(t->word[0], layers[i].word))
			continue;
		if (t->n < layers[i].n_words)
			text_abort(t, "layer lacks words");
		layers[i].add(t);
		return true;
	}
	return false;
}
