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
 *               [at=CHASSIS] [if=DEV] [disabled] [type=NAME]
 *     localnet NAME NETWORK [tag=N] [tpid=N] [if=DEV [tc]] [fdb] [disabled]
 *     router-port NAME LRP [router]  addresses: the LRP's MAC, or "router"
 *   router NAME [disabled] [gateway=CHASSIS] [no-learn] [age=SECONDS]
 *     lrp NAME MAC IP/LEN... [peer=LRP] [disabled] [table=NAME]
 *     route PREFIX NEXTHOP|discard|- [src] [table=NAME] [out=LRP]
 *   nat, force_dnat, force_lb, lb, vip, use      network_nat.c
 *   host NAME MAC                      a name for frame texts, nothing else
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network_text.h"

void reader_abort(const struct reader *r, const char *what)
{
	fprintf(stderr, "test error: %s in network line \"%s\"\n", what,
		r->line);
	abort();
}

void reader_uuid(struct reader *r, char uuid[37])
{
	r->uuids++;
	snprintf(uuid, 37, "%08x-1234-4abc-8def-%012x", r->uuids * 2654435761u,
		 r->uuids);
}

const char *reader_option(const struct reader *r, size_t from, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = from; i < r->n_words; i++) {
		if (!strncmp(r->word[i], key, len) && r->word[i][len] == '=')
			return r->word[i] + len + 1;
	}
	return NULL;
}

bool reader_has(const struct reader *r, const char *word)
{
	for (size_t i = 2; i < r->n_words; i++) {
		if (!strcmp(r->word[i], word))
			return true;
	}
	return false;
}

void alias_add(struct reader *r, const char *name, const uint8_t mac[6],
	       const char *ip)
{
	struct alias *a = &r->n->alias[r->n->n_aliases++];

	if (r->n->n_aliases > sizeof(r->n->alias) / sizeof(*r->n->alias))
		reader_abort(r, "too many names");
	snprintf(a->name, sizeof(a->name), "%s", name);
	memcpy(a->mac, mac, 6);
	a->has_ip = ip;
	if (ip)
		ip4_parse(ip, a->ip);
}

void ip4_prefix_parse(char *text, struct nb_ip4 *ip)
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
		reader_abort(r, "port without a switch");
	p = GROW(s->ports, s->n_ports);
	reader_uuid(r, p->uuid);
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
	reader_abort(r, "unknown chassis");
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
	p->enabled = !reader_has(r, "disabled");
	v = reader_option(r, 2, "type"); /* one that is not forwarded to */
	if (v) {
		p->type = NB_LSP_OTHER;
		free(p->type_name);
		p->type_name = strdup(v);
	}
	if (p->n_addresses)
		alias_add(r, p->name, p->addresses[0].mac, NULL);
	v = reader_option(r, 2, "at");
	if (v)
		port_place(r, v);
	v = reader_option(r, 2, "if");
	if (v)
		port_bind(r, v);
}

static void mapping_add(struct reader *r, const char *network, const char *dev)
{
	struct compile_mapping *m = &r->n->mappings[r->n->n_mappings++];

	memset(m, 0, sizeof(*m));
	m->ifindex = device_get(dev)->ifindex;
	m->is_native = !reader_has(r, "tc");
	snprintf(m->ifname, sizeof(m->ifname), "%s", dev);
	name_store(m->network, network);
}

static void line_localnet(struct reader *r)
{
	const char *tag = reader_option(r, 3, "tag");
	const char *tpid = reader_option(r, 3, "tpid");
	const char *dev = reader_option(r, 3, "if");
	struct nb_lsp *p = port_add(r);

	p->type = NB_LSP_LOCALNET;
	free(p->type_name);
	p->type_name = strdup("localnet");
	p->has_unknown = true;
	p->enabled = !reader_has(r, "disabled");
	p->learn_fdb = reader_has(r, "fdb");
	p->network_name = strdup(r->word[2]);
	p->tag = tag ? atoi(tag) : 0;
	p->tag_type = tpid ? strtoul(tpid, NULL, 0) : 0x8100;
	if (dev)
		mapping_add(r, r->word[2], dev);
}

static void line_router_port(struct reader *r)
{
	struct nb_lsp *p = port_add(r);

	p->type = NB_LSP_ROUTER;
	free(p->type_name);
	p->type_name = strdup("router");
	p->has_router = reader_has(r, "router");
	p->router_port = strdup(r->word[2]);
}

static void line_router(struct reader *r)
{
	struct nb_router *lr = GROW(r->n->nb.routers, r->n->nb.n_routers);
	const char *gateway = reader_option(r, 2, "gateway");
	const char *age = reader_option(r, 2, "age");

	reader_uuid(r, lr->uuid);
	lr->name = strdup(r->word[1]);
	lr->enabled = !reader_has(r, "disabled");
	lr->always_learn = !reader_has(r, "no-learn");
	lr->neighbor_age = age ? atoi(age) : 0;
	lr->gateway_chassis = gateway ? strdup(gateway) : NULL;
	r->is_in_router = true;
}

static void line_lrp(struct reader *r)
{
	struct nb_router *lr = &r->n->nb.routers[r->n->nb.n_routers - 1];
	struct nb_lrp *p = GROW(lr->ports, lr->n_ports);
	const char *peer = reader_option(r, 3, "peer");
	const char *table = reader_option(r, 3, "table");

	reader_uuid(r, p->uuid);
	p->name = strdup(r->word[1]);
	mac_parse(r->word[2], p->mac);
	p->enabled = !reader_has(r, "disabled");
	p->peer = peer ? strdup(peer) : NULL;
	p->route_table = table ? strdup(table) : NULL;
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
	const char *table = reader_option(r, 3, "table");
	const char *out = reader_option(r, 3, "out");

	reader_uuid(r, route->uuid);
	ip4_prefix_parse(r->word[1], &route->prefix);
	route->discard = !strcmp(r->word[2], "discard");
	route->has_nexthop = !route->discard && strcmp(r->word[2], "-");
	if (route->has_nexthop)
		ip4_parse(r->word[2], route->nexthop);
	route->is_src = reader_has(r, "src");
	route->route_table = table ? strdup(table) : NULL;
	route->output_port = out ? strdup(out) : NULL;
}

static void line_switch(struct reader *r)
{
	struct nb_switch *s = GROW(r->n->nb.switches, r->n->nb.n_switches);

	reader_uuid(r, s->uuid);
	s->name = strdup(r->word[1]);
	r->is_in_router = false;
}

static void line_host(struct reader *r)
{
	uint8_t mac[6];

	mac_parse(r->word[2], mac);
	alias_add(r, r->word[1], mac, NULL);
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
		{"localnet", 3, line_localnet},
		{"host", 3, line_host},
		{"nat", 4, line_nat},
		{"force_dnat", 2, line_force},
		{"force_lb", 2, line_force},
		{"lb", 5, line_lb},
		{"vip", 3, line_vip},
		{"use", 2, line_use},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (strcmp(lines[i].word, r->word[0]))
			continue;
		if (r->n_words < lines[i].n_words)
			reader_abort(r, "words missing");
		lines[i].add(r);
		return;
	}
	reader_abort(r, "unknown word");
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
				   .n_bindings = n->n_bindings,
				   .mappings = n->mappings,
				   .n_mappings = n->n_mappings};
	struct error e = {};
	int err = compile(&in, &n->out, &e);

	if (err) {
		fprintf(stderr, "test error: compile: %s (%s)\n", e.text,
			strerror(-err));
		abort();
	}
	counters_assign(n);
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
		     w && r.n_words < READER_WORDS_MAX;
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
