// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames as text, layers from the outside in, separated by '|':
 *
 *   eth SRC>DST [type=N]        MAC, or the name of a port, LRP or chassis
 *   vlan ID [tpid=N]
 *   arp request|reply SHA/SPA>THA/TPA
 *   ip4 SRC>DST [ttl= tos= id= frag= proto= opt=HEX]
 *   ip6 SRC>DST [hops= proto=]
 *   udp S>D   tcp S>D [flags=SAFRP seq= ack=]   icmp T/C [rest=]
 *   icmp6 T/C [rest=]   ns TARGET [mac=]   na TARGET [mac= rest=]
 *   outer SRC>DST [sport= mac=]   chassis names: Ethernet, IPv4 and UDP
 *   geneve DATAPATH IN>OUT      names or numbers
 *   data N  zeros N  hex BYTES  payload
 *   quote N [ttl=]              first N bytes of the IP packet that was sent
 *   frame                       the frame that was sent, whole
 *   pad N  cut N                to N bytes, after lengths and checksums
 *   poke OFFSET=HEX             after lengths and checksums; may be repeated
 *   checksum                    again, after pokes
 *
 * Ethertypes and protocols follow from the next layer unless given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

#define WORDS_MAX 16

struct text {
	const char *whole; /* for messages */
	const struct network *net;
	const struct packet *in;
	struct packet *p;
	char *word[WORDS_MAX];
	size_t n;
	const char *next; /* first word of the next layer, "" at the end */
	bool is_finished;
};

static void text_abort(const struct text *t, const char *what)
{
	fprintf(stderr, "test error: %s in frame \"%s\"\n", what, t->whole);
	abort();
}

/* Value of KEY=VALUE among the words, or NULL. */
static const char *text_option(const struct text *t, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 1; i < t->n; i++) {
		if (!strncmp(t->word[i], key, len) && t->word[i][len] == '=')
			return t->word[i] + len + 1;
	}
	return NULL;
}

static uint32_t text_number(const struct text *t, const char *key,
			    uint32_t otherwise)
{
	const char *v = text_option(t, key);

	return v ? strtoul(v, NULL, 0) : otherwise;
}

/* "A>B": cuts the word in two. */
static void text_pair(const struct text *t, size_t i, char **a, char **b,
		      char by)
{
	char *mark = i < t->n ? strchr(t->word[i], by) : NULL;

	if (!mark)
		text_abort(t, "A>B or A/B expected");
	*mark = 0;
	*a = t->word[i];
	*b = mark + 1;
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

static size_t hex_parse(const struct text *t, const char *hex, uint8_t *out,
			size_t max)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex += 2) {
		if (n == max || sscanf(hex, "%2hhx", &out[n]) != 1)
			text_abort(t, "bad hex");
		n++;
	}
	return n;
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
	} protos[] = {{"icmp", 1},   {"tcp", 6}, {"udp", 17},
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
		h.options_len = hex_parse(t, opt, options, sizeof(options));
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

static void layer_udp(struct text *t)
{
	char *s, *d;

	text_pair(t, 1, &s, &d, '>');
	packet_udp(t->p, atoi(s), atoi(d));
}

static void layer_tcp(struct text *t)
{
	struct tcp_header h = {.window = text_number(t, "win", 0),
			       .seq = text_number(t, "seq", 0),
			       .ack = text_number(t, "ack", 0)};
	const char *flags = text_option(t, "flags");
	char *s, *d;

	text_pair(t, 1, &s, &d, '>');
	h.sport = atoi(s);
	h.dport = atoi(d);
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
	char *type, *code;

	text_pair(t, 1, &type, &code, '/');
	if (!strcmp(t->word[0], "icmp"))
		packet_icmp(t->p, atoi(type), atoi(code),
			    text_number(t, "rest", 0));
	else
		packet_icmp6(t->p, atoi(type), atoi(code),
			     text_number(t, "rest", 0));
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

static void text_finish(struct text *t)
{
	if (!t->is_finished)
		packet_finish(t->p);
	t->is_finished = true;
}

static void layer_poke(struct text *t)
{
	uint8_t bytes[64];
	char *at, *hex;
	size_t n;

	text_pair(t, 1, &at, &hex, '=');
	n = hex_parse(t, hex, bytes, sizeof(bytes));
	if (strtoul(at, NULL, 0) + n > t->p->len)
		text_abort(t, "poke behind the end");
	memcpy(t->p->data + strtoul(at, NULL, 0), bytes, n);
}

/* As the sender's IP packet stood at the router that quotes it. */
static void layer_quote(struct text *t, size_t n)
{
	uint8_t *ip = t->p->data + t->p->len;
	size_t header;

	if (!t->in || t->in->len < 14 + n || n < 20)
		text_abort(t, "nothing to quote");
	packet_bytes(t->p, t->in->data + 14, n);
	ip[8] = text_number(t, "ttl", ip[8]);
	header = (ip[0] & 15) * 4;
	put16(ip + 10, 0);
	put16(ip + 10, ~sum_fold(sum_bytes(ip, header, 0)));
}

static void layer_number(struct text *t)
{
	const char *word = t->word[0];
	size_t n = t->n > 1 ? strtoul(t->word[1], NULL, 0) : 0;
	uint8_t bytes[512];

	if (!strcmp(word, "data")) {
		packet_payload(t->p, n);
	} else if (!strcmp(word, "zeros")) {
		packet_pad(t->p, t->p->len + n);
	} else if (!strcmp(word, "hex")) {
		n = hex_parse(t, t->word[1], bytes, sizeof(bytes));
		packet_bytes(t->p, bytes, n);
	} else if (!strcmp(word, "quote")) {
		layer_quote(t, n);
	} else if (!strcmp(word, "frame")) {
		packet_bytes(t->p, t->in->data, t->in->len);
	} else if (!strcmp(word, "pad")) {
		text_finish(t);
		packet_pad(t->p, n);
	} else if (!strcmp(word, "cut")) {
		text_finish(t);
		t->p->len = n;
	} else if (!strcmp(word, "checksum")) {
		packet_checksum(t->p);
	} else {
		text_abort(t, word);
	}
}

static void layer_add(struct text *t)
{
	static const struct {
		const char *word;
		size_t n_words;
		void (*add)(struct text *t);
	} layers[] = {
		{"eth", 2, layer_eth},	     {"vlan", 2, layer_vlan},
		{"arp", 3, layer_arp},	     {"ip4", 2, layer_ip4},
		{"ip6", 2, layer_ip6},	     {"udp", 2, layer_udp},
		{"tcp", 2, layer_tcp},	     {"icmp", 2, layer_icmp},
		{"icmp6", 2, layer_icmp},    {"ns", 2, layer_nd},
		{"na", 2, layer_nd},	     {"outer", 2, layer_outer},
		{"geneve", 3, layer_geneve},
	};

	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++) {
		if (strcmp(t->word[0], layers[i].word))
			continue;
		if (t->n < layers[i].n_words)
			text_abort(t, "layer lacks words");
		layers[i].add(t);
		return;
	}
	if (!strcmp(t->word[0], "poke")) {
		text_finish(t);
		layer_poke(t);
		return;
	}
	layer_number(t);
}

void text_to_packet(struct packet *p, const char *text,
		    const struct network *net, const struct packet *in)
{
	struct text t = {.whole = text, .net = net, .in = in, .p = p};
	char *copy = strdup(text), *rest = copy, *layer, *save, *w, next[16];

	packet_init(p);
	while ((layer = strsep(&rest, "|"))) {
		next[0] = 0;
		if (rest)
			sscanf(rest, " %15s", next);
		t.next = next;
		t.n = 0;
		for (w = strtok_r(layer, " \n\t", &save); w && t.n < WORDS_MAX;
		     w = strtok_r(NULL, " \n\t", &save))
			t.word[t.n++] = w;
		if (t.n)
			layer_add(&t);
	}
	text_finish(&t);
	free(copy);
}
