// SPDX-License-Identifier: GPL-2.0-only
/*
 * A logical network as text, one thing a line; words separated by blanks,
 * lists by commas:
 *
 *   nb FILE, placement FILE            of selftests/data, instead of the rest
 *   bind LSP DEV                       to a port that comes from a file
 *   self CHASSIS                       whose tables are compiled
 *   chassis NAME IP
 *   switch NAME
 *     port NAME [addr=MAC,IP...]... [addr=unknown] [sec=MAC,IP/LEN...]...
 *               [at=CHASSIS] [if=DEV] [disabled] [localnet]
 *     router-port NAME LRP [router]  addresses: the LRP's MAC, or "router"
 *   router NAME [disabled] [gateway=CHASSIS] [no-learn]
 *     lrp NAME MAC IP/LEN... [peer=LRP] [disabled]
 *     route PREFIX NEXTHOP|discard
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

#define WORDS_MAX 16

struct reader {
	struct network *n;
	const char *line; /* for messages */
	char *word[WORDS_MAX];
	size_t n_words;
	unsigned int uuids;
};

static void network_abort(const struct reader *r, const char *what)
{
	fprintf(stderr, "test error: %s in network line \"%s\"\n", what,
		r->line);
	abort();
}

/* Room for one more, zeroed. */
#define GROW(array, count)                                                     \
	({                                                                     \
		(array) = reallocarray(array, (count) + 1, sizeof(*(array)));  \
		memset(&(array)[count], 0, sizeof(*(array)));                  \
		&(array)[(count)++];                                           \
	})

static void uuid_make(struct reader *r, char uuid[37])
{
	r->uuids++;
	snprintf(uuid, 37, "%08x-1234-4abc-8def-%012x", r->uuids * 2654435761u,
		 r->uuids);
}

static const char *option(const struct reader *r, size_t from, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = from; i < r->n_words; i++) {
		if (!strncmp(r->word[i], key, len) && r->word[i][len] == '=')
			return r->word[i] + len + 1;
	}
	return NULL;
}

static bool has_word(const struct reader *r, const char *word)
{
	for (size_t i = 2; i < r->n_words; i++) {
		if (!strcmp(r->word[i], word))
			return true;
	}
	return false;
}

static void alias_add(struct reader *r, const char *name, const uint8_t mac[6],
		      const char *ip)
{
	struct alias *a = &r->n->alias[r->n->n_aliases++];

	if (r->n->n_aliases > sizeof(r->n->alias) / sizeof(*r->n->alias))
		network_abort(r, "too many names");
	snprintf(a->name, sizeof(a->name), "%s", name);
	memcpy(a->mac, mac, 6);
	a->has_ip = ip;
	if (ip)
		ip4_parse(ip, a->ip);
}

static void ip4_prefix_parse(char *text, struct nb_ip4 *ip)
{
	char *slash = strchr(text, '/');

	ip->plen = slash ? atoi(slash + 1) : 32;
	if (slash)
		*slash = 0;
	ip4_parse(text, ip->addr);
}

static void ip6_prefix_parse(char *text, struct nb_ip6 *ip)
{
	char *slash = strchr(text, '/');

	ip->plen = slash ? atoi(slash + 1) : 128;
	if (slash)
		*slash = 0;
	ip6_parse(text, ip->addr);
}

/* "MAC,IP,..." */
static void address_parse(const char *text, struct nb_address *a)
{
	char *copy = strdup(text), *rest = copy, *part;

	mac_parse(strsep(&rest, ","), a->mac);
	while ((part = strsep(&rest, ","))) {
		if (strchr(part, ':'))
			ip6_prefix_parse(part, GROW(a->ip6, a->n_ip6));
		else
			ip4_prefix_parse(part, GROW(a->ip4, a->n_ip4));
	}
	free(copy);
}

static struct nb_lsp *port_add(struct reader *r)
{
	struct nb_switch *s = &r->n->nb.switches[r->n->nb.n_switches - 1];
	struct nb_lsp *p;

	if (!r->n->nb.n_switches)
		network_abort(r, "port without a switch");
	p = GROW(s->ports, s->n_ports);
	uuid_make(r, p->uuid);
	p->name = strdup(r->word[1]);
	p->type_name = strdup("");
	p->enabled = true;
	return p;
}

static void port_place(struct reader *r, const char *chassis)
{
	struct placement *pl = &r->n->placement;
	struct placement_port *at = GROW(pl->ports, pl->n_ports);

	at->lsp = strdup(r->word[1]);
	at->line = 1;
	for (size_t i = 0; i < pl->n_chassis; i++) {
		if (!strcmp(pl->chassis[i].name, chassis)) {
			at->chassis = i;
			return;
		}
	}
	network_abort(r, "unknown chassis");
}

static void port_bind(struct reader *r, const char *dev)
{
	struct compile_binding *b = &r->n->bindings[r->n->n_bindings++];

	memset(b, 0, sizeof(*b));
	b->ifindex = device_get(dev)->ifindex;
	snprintf(b->ifname, sizeof(b->ifname), "%s", dev);
	name_store(b->lsp, r->word[1]);
}

static void line_port(struct reader *r)
{
	struct nb_lsp *p = port_add(r);
	const char *v;

	for (size_t i = 2; i < r->n_words; i++) {
		if (!strncmp(r->word[i], "addr=", 5)) {
			v = r->word[i] + 5;
			if (!strcmp(v, "unknown"))
				p->has_unknown = true;
			else
				address_parse(v, GROW(p->addresses,
						      p->n_addresses));
		} else if (!strncmp(r->word[i], "sec=", 4)) {
			address_parse(r->word[i] + 4, GROW(p->port_security,
							   p->n_port_security));
		}
	}
	p->enabled = !has_word(r, "disabled");
	if (has_word(r, "localnet")) {
		p->type = NB_LSP_LOCALNET;
		free(p->type_name);
		p->type_name = strdup("localnet");
	}
	if (p->n_addresses)
		alias_add(r, p->name, p->addresses[0].mac, NULL);
	v = option(r, 2, "at");
	if (v)
		port_place(r, v);
	v = option(r, 2, "if");
	if (v)
		port_bind(r, v);
}

static void line_router_port(struct reader *r)
{
	struct nb_lsp *p = port_add(r);

	p->type = NB_LSP_ROUTER;
	free(p->type_name);
	p->type_name = strdup("router");
	p->has_router = has_word(r, "router");
	p->router_port = strdup(r->word[2]);
}

static void line_router(struct reader *r)
{
	struct nb_router *lr = GROW(r->n->nb.routers, r->n->nb.n_routers);
	const char *gateway = option(r, 2, "gateway");

	uuid_make(r, lr->uuid);
	lr->name = strdup(r->word[1]);
	lr->enabled = !has_word(r, "disabled");
	lr->always_learn = !has_word(r, "no-learn");
	lr->gateway_chassis = gateway ? strdup(gateway) : NULL;
}

static void line_lrp(struct reader *r)
{
	struct nb_router *lr = &r->n->nb.routers[r->n->nb.n_routers - 1];
	struct nb_lrp *p = GROW(lr->ports, lr->n_ports);
	const char *peer = option(r, 3, "peer");

	uuid_make(r, p->uuid);
	p->name = strdup(r->word[1]);
	mac_parse(r->word[2], p->mac);
	p->enabled = !has_word(r, "disabled");
	p->peer = peer ? strdup(peer) : NULL;
	for (size_t i = 3; i < r->n_words; i++) {
		if (!strchr(r->word[i], '/'))
			continue;
		if (strchr(r->word[i], ':'))
			ip6_prefix_parse(r->word[i], GROW(p->ip6, p->n_ip6));
		else
			ip4_prefix_parse(r->word[i], GROW(p->ip4, p->n_ip4));
	}
	alias_add(r, p->name, p->mac, NULL);
}

static void line_route(struct reader *r)
{
	struct nb_router *lr = &r->n->nb.routers[r->n->nb.n_routers - 1];
	struct nb_route *route = GROW(lr->routes, lr->n_routes);

	uuid_make(r, route->uuid);
	ip4_prefix_parse(r->word[1], &route->prefix);
	route->discard = !strcmp(r->word[2], "discard");
	route->has_nexthop = !route->discard;
	if (route->has_nexthop)
		ip4_parse(r->word[2], route->nexthop);
}

static void line_switch(struct reader *r)
{
	struct nb_switch *s = GROW(r->n->nb.switches, r->n->nb.n_switches);

	uuid_make(r, s->uuid);
	s->name = strdup(r->word[1]);
}

/* Its MAC stands for the next hop there, as it would be resolved by ARP. */
static void line_chassis(struct reader *r)
{
	struct placement *pl = &r->n->placement;
	struct placement_chassis *c = GROW(pl->chassis, pl->n_chassis);
	uint8_t mac[6] = {0x02, 0xcc};

	c->name = strdup(r->word[1]);
	c->hostname = strdup("");
	ip4_parse(r->word[2], c->encap_ip);
	memcpy(mac + 2, c->encap_ip, 4);
	alias_add(r, r->word[1], mac, r->word[2]);
}

static void line_self(struct reader *r)
{
	snprintf(r->n->self, sizeof(r->n->self), "%s", r->word[1]);
}

static void line_nb(struct reader *r)
{
	char path[512];
	struct ovsdb *db;
	struct error e = {};

	snprintf(path, sizeof(path), "%s/%s", XOVN_TEST_DATA, r->word[1]);
	if (ovsdb_read(path, "OVN_Northbound", nb_columns, &db, &e) ||
	    nb_from_ovsdb(db, &r->n->nb, &e))
		network_abort(r, e.text);
	ovsdb_free(db);
	for (size_t i = 0; i < r->n->nb.n_switches; i++) {
		struct nb_switch *s = &r->n->nb.switches[i];

		for (size_t j = 0; j < s->n_ports; j++) {
			if (s->ports[j].n_addresses)
				alias_add(r, s->ports[j].name,
					  s->ports[j].addresses[0].mac, NULL);
		}
	}
}

static void line_placement(struct reader *r)
{
	struct placement *pl = &r->n->placement;
	uint8_t mac[6] = {0x02, 0xcc};
	char path[512], ip[16];
	struct error e = {};

	snprintf(path, sizeof(path), "%s/%s", XOVN_TEST_DATA, r->word[1]);
	if (placement_read_file(path, pl, &e))
		network_abort(r, e.text);
	for (size_t i = 0; i < pl->n_chassis; i++) {
		struct placement_chassis *c = &pl->chassis[i];

		memcpy(mac + 2, c->encap_ip, 4);
		snprintf(ip, sizeof(ip), "%d.%d.%d.%d", c->encap_ip[0],
			 c->encap_ip[1], c->encap_ip[2], c->encap_ip[3]);
		alias_add(r, c->name, mac, ip);
		alias_add(r, c->hostname, mac, ip);
	}
}

static void line_bind(struct reader *r)
{
	port_bind(r, r->word[2]);
}

static void line_add(struct reader *r)
{
	static const struct {
		const char *word;
		size_t n_words;
		void (*add)(struct reader *r);
	} lines[] = {
		{"self", 2, line_self},
		{"chassis", 3, line_chassis},
		{"switch", 2, line_switch},
		{"port", 2, line_port},
		{"router-port", 3, line_router_port},
		{"router", 2, line_router},
		{"lrp", 3, line_lrp},
		{"route", 3, line_route},
		{"nb", 2, line_nb},
		{"placement", 2, line_placement},
		{"bind", 3, line_bind},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (strcmp(lines[i].word, r->word[0]))
			continue;
		if (r->n_words < lines[i].n_words)
			network_abort(r, "words missing");
		lines[i].add(r);
		return;
	}
	network_abort(r, "unknown word");
}

/* Switch ports to routers: "addresses" is the MAC of the LRP, as the tutorial
 * sets it, unless it is "router". */
static void router_ports_complete(struct network *n)
{
	for (size_t i = 0; i < n->nb.n_switches; i++) {
		struct nb_switch *s = &n->nb.switches[i];

		for (size_t j = 0; j < s->n_ports; j++) {
			struct nb_lsp *p = &s->ports[j];
			const struct alias *a;

			if (p->type != NB_LSP_ROUTER || p->has_router ||
			    p->n_addresses)
				continue;
			a = network_alias(n, p->router_port);
			memcpy(GROW(p->addresses, p->n_addresses)->mac, a->mac,
			       6);
		}
	}
}

static void network_compile(struct network *n)
{
	struct compile_input in = {.nb = &n->nb,
				   .placement = &n->placement,
				   .chassis = n->self,
				   .bindings = n->bindings,
				   .n_bindings = n->n_bindings};
	struct error e = {};
	int err = compile(&in, &n->out, &e);

	if (err) {
		fprintf(stderr, "test error: compile: %s (%s)\n", e.text,
			strerror(-err));
		abort();
	}
}

void network_build(struct network *n, const char *text)
{
	struct reader r = {.n = n};
	char *copy = strdup(text), *rest = copy, *line, *save, *w;
	static const uint8_t broadcast[6] = {255, 255, 255, 255, 255, 255};

	memset(n, 0, sizeof(*n));
	alias_add(&r, "all", broadcast, NULL);
	alias_add(&r, "zero", (const uint8_t[6]){}, NULL);
	while ((line = strsep(&rest, "\n"))) {
		char *shown = strdup(line);

		r.line = shown;
		r.n_words = 0;
		for (w = strtok_r(line, " \t", &save);
		     w && r.n_words < WORDS_MAX;
		     w = strtok_r(NULL, " \t", &save))
			r.word[r.n_words++] = w;
		if (r.n_words)
			line_add(&r);
		free(shown);
	}
	free(copy);
	router_ports_complete(n);
	network_compile(n);
}

void network_free(struct network *n)
{
	compile_output_free(&n->out);
	nb_free(&n->nb);
	placement_free(&n->placement);
	memset(n, 0, sizeof(*n));
}
