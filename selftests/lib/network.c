// SPDX-License-Identifier: GPL-2.0-only
#include "network.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/hash.h"

#define SWITCHES_MAX 4096
#define ROUTERS_MAX 512

static void *grow(void *rows, size_t n, size_t size)
{
	if (n & (n - 1))
		return rows;
	rows = realloc(rows, (n ? 2 * n : 1) * size);
	assert_non_null(rows);
	return rows;
}

/* The rows with a zeroed one more, and a pointer to that. */
#define ADD_ROW(rows, n)                                                       \
	((rows) = grow((rows), (n), sizeof(*(rows))),                          \
	 memset(&(rows)[n], 0, sizeof(*(rows))), &(rows)[(n)++])

void net_set(char **member, const char *text)
{
	free(*member);
	*member = text ? strdup(text) : NULL;
}

void net_uuid(char uuid[37], const char *text)
{
	snprintf(uuid, 37, "%s", text);
}

static void uuid_of_name(char uuid[37], const char *name)
{
	unsigned long long a = hash_bytes(name, strlen(name), 1);
	unsigned long long b = hash_bytes(name, strlen(name), 2);

	snprintf(uuid, 37, "%08llx-%04llx-%04llx-%04llx-%012llx", a >> 32,
		 a >> 16 & 0xffff, a & 0xffff, b >> 48, b & 0xffffffffffffull);
}

static void parse_mac(uint8_t mac[6], const char *text)
{
	assert_int_equal(6,
			 sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0],
				&mac[1], &mac[2], &mac[3], &mac[4], &mac[5]));
}

static uint8_t parse_ip(int family, void *addr, const char *text)
{
	char copy[64], *slash;
	int plen = family == AF_INET ? 32 : 128;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash) {
		*slash = 0;
		plen = atoi(slash + 1);
	}
	assert_int_equal(1, inet_pton(family, copy, addr));
	return plen;
}

static void add_ip(struct nb_ip4 **ip4, size_t *n_ip4, struct nb_ip6 **ip6,
		   size_t *n_ip6, const char *word)
{
	if (strchr(word, ':')) {
		struct nb_ip6 *ip = ADD_ROW(*ip6, *n_ip6);

		ip->plen = parse_ip(AF_INET6, ip->addr, word);
	} else {
		struct nb_ip4 *ip = ADD_ROW(*ip4, *n_ip4);

		ip->plen = parse_ip(AF_INET, ip->addr, word);
	}
}

static void parse_element(struct nb_lsp *lsp, struct nb_address **to, size_t *n,
			  char *element)
{
	struct nb_address *a = NULL;
	char *save, *word;

	for (word = strtok_r(element, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (!strcmp(word, "unknown")) {
			lsp->has_unknown = true;
		} else if (!strcmp(word, "router")) {
			lsp->has_router = true;
		} else if (!a) {
			a = ADD_ROW(*to, *n);
			parse_mac(a->mac, word);
		} else {
			add_ip(&a->ip4, &a->n_ip4, &a->ip6, &a->n_ip6, word);
		}
	}
}

static void parse_elements(struct nb_lsp *lsp, struct nb_address **to,
			   size_t *n, const char *elements)
{
	char *copy = strdup(elements), *save, *element;

	for (element = strtok_r(copy, ";", &save); element;
	     element = strtok_r(NULL, ";", &save))
		parse_element(lsp, to, n, element);
	free(copy);
}

void net_init(struct network *n)
{
	memset(n, 0, sizeof(*n));
	n->nb.switches = calloc(SWITCHES_MAX, sizeof(*n->nb.switches));
	n->nb.routers = calloc(ROUTERS_MAX, sizeof(*n->nb.routers));
	assert_non_null(n->nb.switches);
	assert_non_null(n->nb.routers);
}

static void free_addresses(struct nb_address *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(a[i].ip4);
		free(a[i].ip6);
	}
	free(a);
}

static void free_lsp(struct nb_lsp *lsp)
{
	free(lsp->name);
	free(lsp->type_name);
	free_addresses(lsp->addresses, lsp->n_addresses);
	free_addresses(lsp->port_security, lsp->n_port_security);
	free(lsp->requested_chassis);
	free(lsp->router_port);
	free(lsp->network_name);
	free_addresses(lsp->nat_addresses, lsp->n_nat_addresses);
}

static void free_router(struct nb_router *r)
{
	for (size_t i = 0; i < r->n_ports; i++) {
		free(r->ports[i].name);
		free(r->ports[i].ip4);
		free(r->ports[i].ip6);
		free(r->ports[i].peer);
		free(r->ports[i].route_table);
	}
	for (size_t i = 0; i < r->n_routes; i++) {
		free(r->routes[i].output_port);
		free(r->routes[i].route_table);
	}
	free(r->ports);
	free(r->routes);
	free(r->name);
	free(r->gateway_chassis);
}

void net_free(struct network *n)
{
	for (size_t i = 0; i < n->nb.n_switches; i++) {
		struct nb_switch *sw = &n->nb.switches[i];

		for (size_t j = 0; j < sw->n_ports; j++)
			free_lsp(&sw->ports[j]);
		free(sw->ports);
		free(sw->name);
	}
	for (size_t i = 0; i < n->nb.n_routers; i++)
		free_router(&n->nb.routers[i]);
	free(n->nb.switches);
	free(n->nb.routers);
	placement_free(&n->placement);
	memset(n, 0, sizeof(*n));
}

struct nb_switch *net_switch(struct network *n, const char *name)
{
	struct nb_switch *sw = &n->nb.switches[n->nb.n_switches++];

	assert_true(n->nb.n_switches <= SWITCHES_MAX);
	sw->name = strdup(name);
	uuid_of_name(sw->uuid, name);
	return sw;
}

static struct nb_lsp *add_lsp(struct nb_switch *sw, const char *name,
			      const char *addresses)
{
	struct nb_lsp *lsp = ADD_ROW(sw->ports, sw->n_ports);

	lsp->name = strdup(name);
	uuid_of_name(lsp->uuid, name);
	lsp->enabled = true;
	parse_elements(lsp, &lsp->addresses, &lsp->n_addresses, addresses);
	return lsp;
}

struct nb_lsp *net_vif(struct nb_switch *sw, const char *name,
		       const char *addresses)
{
	struct nb_lsp *lsp = add_lsp(sw, name, addresses);

	lsp->type = NB_LSP_VIF;
	lsp->type_name = strdup("");
	return lsp;
}

struct nb_lsp *net_router_lsp(struct nb_switch *sw, const char *name,
			      const char *router_port, const char *addresses)
{
	struct nb_lsp *lsp = add_lsp(sw, name, addresses);

	lsp->type = NB_LSP_ROUTER;
	lsp->type_name = strdup("router");
	net_set(&lsp->router_port, router_port);
	return lsp;
}

struct nb_lsp *net_localnet(struct nb_switch *sw, const char *name,
			    const char *network_name, uint16_t tag)
{
	struct nb_lsp *lsp = add_lsp(sw, name, "unknown");

	lsp->type = NB_LSP_LOCALNET;
	lsp->type_name = strdup("localnet");
	net_set(&lsp->network_name, network_name);
	lsp->tag = tag;
	lsp->tag_type = 0x8100;
	return lsp;
}

void net_port_security(struct nb_lsp *lsp, const char *elements)
{
	parse_elements(lsp, &lsp->port_security, &lsp->n_port_security,
		       elements);
}

struct nb_router *net_router(struct network *n, const char *name)
{
	struct nb_router *r = &n->nb.routers[n->nb.n_routers++];

	assert_true(n->nb.n_routers <= ROUTERS_MAX);
	r->name = strdup(name);
	uuid_of_name(r->uuid, name);
	r->enabled = true;
	r->always_learn = true;
	return r;
}

struct nb_lrp *net_lrp(struct nb_router *r, const char *name, const char *mac,
		       const char *networks)
{
	struct nb_lrp *lrp = ADD_ROW(r->ports, r->n_ports);
	char *copy = strdup(networks), *save, *word;

	lrp->name = strdup(name);
	uuid_of_name(lrp->uuid, name);
	lrp->enabled = true;
	parse_mac(lrp->mac, mac);
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		add_ip(&lrp->ip4, &lrp->n_ip4, &lrp->ip6, &lrp->n_ip6, word);
	free(copy);
	return lrp;
}

struct nb_route *net_route(struct nb_router *r, const char *prefix,
			   const char *nexthop, const char *output_port)
{
	struct nb_route *route = ADD_ROW(r->routes, r->n_routes);
	char text[256];

	snprintf(text, sizeof(text), "%s %s %s", r->name, prefix, nexthop);
	uuid_of_name(route->uuid, text);
	route->prefix.plen = parse_ip(AF_INET, route->prefix.addr, prefix);
	route->discard = !strcmp(nexthop, "discard");
	route->has_nexthop = *nexthop && !route->discard;
	if (route->has_nexthop)
		parse_ip(AF_INET, route->nexthop, nexthop);
	net_set(&route->output_port, output_port);
	return route;
}

struct compile_mapping *net_attach(struct network *n, const char *ifname,
				   uint32_t ifindex, const char *network_name)
{
	struct compile_mapping *m = &n->mappings[n->n_mappings++];

	assert_true(n->n_mappings <=
		    sizeof(n->mappings) / sizeof(*n->mappings));
	m->ifindex = ifindex;
	snprintf(m->ifname, sizeof(m->ifname), "%s", ifname);
	name_store(m->network, network_name);
	return m;
}

size_t net_chassis(struct network *n, const char *name, const char *hostname,
		   const char *encap_ip)
{
	struct placement *p = &n->placement;
	struct placement_chassis *c = ADD_ROW(p->chassis, p->n_chassis);

	c->name = strdup(name);
	c->hostname = strdup(hostname);
	parse_ip(AF_INET, c->encap_ip, encap_ip);
	return p->n_chassis - 1;
}

void net_place(struct network *n, size_t chassis, const char *lsps)
{
	struct placement *p = &n->placement;
	char *copy = strdup(lsps), *save, *word;

	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		struct placement_port *port = ADD_ROW(p->ports, p->n_ports);

		port->lsp = strdup(word);
		port->chassis = chassis;
		port->line = chassis + 1;
	}
	free(copy);
}

void net_key(struct network *n, const char *name, uint32_t datapath,
	     uint32_t port)
{
	struct placement *p = &n->placement;
	struct placement_key *key = ADD_ROW(p->keys, p->n_keys);

	key->name = strdup(name);
	key->datapath_key = datapath;
	key->port_key = port;
}

#define NODE1 "f0902ac8-b73c-4710-8339-666b0272cdca"

static void tutorial_guest(struct nb_switch *sw, const char *name,
			   const char *uuid, const char *mac)
{
	struct nb_lsp *lsp = net_vif(sw, name, mac);

	net_uuid(lsp->uuid, uuid);
	net_port_security(lsp, mac);
}

static void tutorial_link(struct nb_switch *sw, struct nb_router *r,
			  const char *lsp, const char *lsp_uuid,
			  const char *lrp, const char *lrp_uuid,
			  const char *mac, const char *network)
{
	net_uuid(net_router_lsp(sw, lsp, lrp, mac)->uuid, lsp_uuid);
	net_uuid(net_lrp(r, lrp, mac, network)->uuid, lrp_uuid);
}

void net_tutorial(struct network *n)
{
	struct nb_switch *ls1, *ls2, *ls3, *outside;
	struct nb_router *router1, *gw1;

	net_init(n);
	ls1 = net_switch(n, "ls1");
	net_uuid(ls1->uuid, "4cae9ea2-b527-4d96-b3b5-33d167a4d993");
	ls2 = net_switch(n, "ls2");
	net_uuid(ls2->uuid, "229bc6aa-96be-40d4-8924-888417d0c113");
	ls3 = net_switch(n, "ls3");
	net_uuid(ls3->uuid, "460a0b99-c68f-45ed-a155-e3735503693e");
	outside = net_switch(n, "outside");
	net_uuid(outside->uuid, "6386a209-41f2-49f0-8c38-c049e49c156f");
	router1 = net_router(n, "router1");
	net_uuid(router1->uuid, "fe8c7225-a87e-42ba-98de-2a7b16445704");
	gw1 = net_router(n, "gw1");
	net_uuid(gw1->uuid, "b22c895c-6ee9-416e-98f3-118414ebab2b");
	net_set(&gw1->gateway_chassis, NODE1);
	tutorial_guest(ls1, "ls1-vm1", "5a964831-35d5-4664-806c-4bf42769532b",
		       "02:ac:10:ff:00:10");
	tutorial_guest(ls1, "ls1-vm2", "6c5b2bd9-31bc-4b5d-ab48-d45a68c99ef6",
		       "02:ac:10:ff:00:20");
	tutorial_guest(ls2, "ls2-vm3", "e0cfb5cf-8978-4b41-a843-9c280217c2a9",
		       "02:ac:10:ff:10:10");
	tutorial_guest(ls2, "ls2-vm4", "5fdc80f3-8a52-46be-993f-3e8e5c3a9241",
		       "02:ac:10:ff:10:20");
	tutorial_link(ls1, router1, "ls1-router1",
		      "a0b4f943-0439-41c4-964d-b5032d9b69ba", "router1-ls1",
		      "7a6defca-a5f7-4cfc-a81c-47d8411b8e5f",
		      "02:ac:10:ff:00:01", "172.18.100.1/24");
	tutorial_link(ls2, router1, "ls2-router1",
		      "ed5db942-0dd1-4796-a8d3-8c4ff92e2f9c", "router1-ls2",
		      "88ec9650-90f6-464f-9a8b-67daeb5c6b85",
		      "02:ac:10:ff:10:01", "172.18.200.1/24");
	tutorial_link(ls3, router1, "ls3-router1",
		      "ae79f2a1-bc08-4a7f-a387-09a7b7c1d991", "router1-ls3",
		      "a251d754-8ed8-4609-9f08-84bb144caf7e",
		      "02:ac:10:ff:ff:02", "172.19.255.2/24");
	tutorial_link(ls3, gw1, "ls3-gw1",
		      "8028aeb5-3bb1-41cb-94a2-4c039a5a9e91", "gw1-ls3",
		      "4980b41c-6c8c-490c-802e-a756f25ebd09",
		      "02:ac:10:ff:ff:01", "172.19.255.1/24");
	tutorial_link(outside, gw1, "outside-gw1",
		      "4a8b8ba7-a233-4db3-8878-580132d7686b", "gw1-outside",
		      "b7e53d1a-2965-4b30-adb8-e7fbdf420a7a",
		      "02:0a:7f:18:01:02", "192.168.209.120/19");
	net_uuid(net_localnet(outside, "outside-localnet", "phyNet", 0)->uuid,
		 "02ec575b-e2e6-4f1e-9688-4cb910c27e5a");
	net_route(router1, "0.0.0.0/0", "172.19.255.1", NULL);
	net_route(gw1, "172.18.0.0/16", "172.19.255.2", NULL);
	net_chassis(n, NODE1, "node1", "192.168.209.110");
	net_chassis(n, "14e60703-321a-4be7-ad04-846eb1ad114d", "node2",
		    "192.168.209.111");
	net_chassis(n, "50583630-5cf9-42a6-8f79-fe676049b591", "node3",
		    "192.168.209.112");
	net_place(n, 1, "ls1-vm1 ls2-vm4");
	net_place(n, 2, "ls1-vm2 ls2-vm3");
}
