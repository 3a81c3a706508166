// SPDX-License-Identifier: GPL-2.0-only
/*
 * Logical router ports: tables lrp and router_ip, of the routers that run
 * here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

uint32_t ip4_mask(uint8_t plen)
{
	return plen ? 0xffffffffu << (32 - plen) : 0;
}

uint32_t ip4_get(const uint8_t addr[4])
{
	return (uint32_t)addr[0] << 24 | addr[1] << 16 | addr[2] << 8 | addr[3];
}

void ip4_put(uint8_t addr[4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		addr[i] = value >> (24 - 8 * i);
}

const struct nb_ip4 *lrp_network_of(const struct nb_lrp *nb,
				    const uint8_t addr[4])
{
	for (size_t i = 0; i < nb->n_ip4; i++)
		if (!((ip4_get(nb->ip4[i].addr) ^ ip4_get(addr)) &
		      ip4_mask(nb->ip4[i].plen)))
			return &nb->ip4[i];
	return NULL;
}

const struct topo_lrp *router_lrp_with(const struct topo_router *r,
				       const uint8_t addr[4])
{
	for (size_t i = 0; i < r->n_ports; i++)
		if (lrp_network_of(r->ports[i].nb, addr))
			return &r->ports[i];
	return NULL;
}

void lrp_other_side(const struct topology *t, const struct topo_lrp *lrp,
		    uint32_t *datapath, uint32_t *port)
{
	*datapath = *port = 0;
	if (!topo_lrp_is_here(t, lrp))
		return;
	if (lrp->lsp) {
		*datapath = lrp->lsp->sw->key;
		*port = lrp->lsp->key;
	} else if (lrp->peer && topo_lrp_is_here(t, lrp->peer)) {
		*datapath = lrp->peer->router->key;
		*port = lrp->peer->key;
	}
}

/* A network of a router: addresses first..last. */
struct network {
	uint32_t first, last;
	const struct nb_ip4 *ip;
	const struct topo_lrp *lrp;
};

static int compare_network(const void *a, const void *b)
{
	const struct network *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last)
		return x->last > y->last ? -1 : 1;
	return strcmp(x->lrp->nb->uuid, y->lrp->nb->uuid);
}

static void network_format(char *text, size_t size, const struct nb_ip4 *ip)
{
	snprintf(text, size, "%u.%u.%u.%u/%u", ip->addr[0], ip->addr[1],
		 ip->addr[2], ip->addr[3], ip->plen);
}

static int error_overlap(const struct topo_lrp *one, const struct nb_ip4 *ip,
			 const struct topo_lrp *other,
			 const struct nb_ip4 *other_ip, struct error *e)
{
	char text[32], other_text[32];

	network_format(text, sizeof(text), ip);
	network_format(other_text, sizeof(other_text), other_ip);
	return error_set(e, EINVAL,
			 "router %.200s: networks of ports %.200s (%s) and "
			 "%.200s (%s) overlap; give one of them another "
			 "network",
			 one->router->nb->name, one->nb->name, text,
			 other->nb->name, other_text);
}

bool topo_lrps_overlap(const struct topo_lrp *one, const struct topo_lrp *other,
		       struct error *e)
{
	for (size_t i = 0; i < one->nb->n_ip4; i++) {
		const struct nb_ip4 *a = &one->nb->ip4[i];

		for (size_t j = 0; j < other->nb->n_ip4; j++) {
			const struct nb_ip4 *b = &other->nb->ip4[j];
			uint32_t mask =
				ip4_mask(a->plen < b->plen ? a->plen : b->plen);

			if ((ip4_get(a->addr) ^ ip4_get(b->addr)) & mask)
				continue;
			error_overlap(one, a, other, b, e);
			return true;
		}
	}
	return false;
}

/* Prefixes are disjoint or nested.  Sorted, a network that overlaps any
 * before it overlaps the outermost that is still open, and if that one is
 * of the same port, every network in between is, too. */
static int check_overlaps(struct network *sorted, size_t n, struct error *e)
{
	const struct network *open = NULL;

	qsort(sorted, n, sizeof(*sorted), compare_network);
	for (size_t i = 0; i < n; i++) {
		const struct network *now = &sorted[i];

		if (!open || now->first > open->last) {
			open = now;
			continue;
		}
		if (open->lrp == now->lrp)
			continue;
		return error_overlap(open->lrp, open->ip, now->lrp, now->ip, e);
	}
	return 0;
}

static int check_networks(struct tables *c, const struct topo_router *r)
{
	struct network *networks;
	size_t n = 0;
	int ret;

	for (size_t i = 0; i < r->n_ports; i++) {
		const struct nb_lrp *nb = r->ports[i].nb;

		if (!nb->n_ip4 && !nb->n_ip6)
			return error_set(c->e, EINVAL,
					 "router %s: port %s has no network; "
					 "set its networks column",
					 r->nb->name, nb->name);
		n += nb->n_ip4;
	}
	networks = calloc(n + 1, sizeof(*networks));
	if (!networks)
		return error_set(c->e, ENOMEM, "out of memory");
	n = 0;
	for (size_t i = 0; i < r->n_ports; i++) {
		const struct topo_lrp *lrp = &r->ports[i];

		for (size_t j = 0; j < lrp->nb->n_ip4; j++) {
			const struct nb_ip4 *ip = &lrp->nb->ip4[j];
			uint32_t mask = ip4_mask(ip->plen);

			networks[n].first = ip4_get(ip->addr) & mask;
			networks[n].last = networks[n].first | ~mask;
			networks[n].ip = ip;
			networks[n++].lrp = lrp;
		}
	}
	ret = check_overlaps(networks, n, c->e);
	free(networks);
	return ret;
}

static int add_lrp(struct tables *c, const struct topo_lrp *lrp)
{
	struct lrp_key key = {.datapath = lrp->router->key, .port = lrp->key};
	struct lrp_val val = {.flags = lrp->flags,
			      .route_table = lrp->route_table};
	const struct nb_lrp *nb = lrp->nb;

	memcpy(val.mac, nb->mac, sizeof(val.mac));
	for (size_t i = 0; i < nb->n_ip4 && i < LRP_NETWORKS_INLINE; i++) {
		memcpy(val.network[i].addr, nb->ip4[i].addr, 4);
		ip4_put(val.network[i].mask, ip4_mask(nb->ip4[i].plen));
		val.n_networks++;
	}
	lrp_other_side(c->t, lrp, &val.peer_datapath, &val.peer_port);
	name_store(val.name, nb->name);
	return tables_add(c, IMAGE_LRP, &key, &val, NULL);
}

static int add_router_ip(struct tables *c, const struct topo_lrp *lrp,
			 const struct nb_ip4 *ip, enum router_ip_kind kind)
{
	struct router_ip_key key = {.datapath = lrp->router->key};
	struct router_ip_val val = {.kind = kind, .port = lrp->key};
	uint32_t mask = ip4_mask(ip->plen), addr = ip4_get(ip->addr);
	int ret;

	/* RFC 3021: a /31 has no broadcast address. */
	if (kind == ROUTER_IP_BROADCAST && ip->plen > 30)
		return 0;
	ip4_put(key.ip, kind == ROUTER_IP_OWN ? addr : addr | ~mask);
	ip4_put(val.mask, mask);
	ret = tables_add(c, IMAGE_ROUTER_IP, &key, &val, NULL);
	return ret == -EEXIST ? 0 : ret;
}

static int add_router(struct tables *c, const struct topo_router *r,
		      struct note_group *many)
{
	static const enum router_ip_kind kinds[] = {ROUTER_IP_OWN,
						    ROUTER_IP_BROADCAST};
	int ret = 0;

	for (size_t i = 0; !ret && i < r->n_ports; i++) {
		if (r->ports[i].nb->n_ip4 > LRP_NETWORKS_INLINE)
			note_group_add(many, "%s", r->ports[i].nb->name);
		ret = add_lrp(c, &r->ports[i]);
	}
	/* An address that is both is the router's own: it goes in first. */
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < r->n_ports; i++)
			for (size_t j = 0; !ret && j < r->ports[i].nb->n_ip4;
			     j++)
				ret = add_router_ip(c, &r->ports[i],
						    &r->ports[i].nb->ip4[j],
						    kinds[k]);
	return ret;
}

int tables_add_router_ports(struct tables *c)
{
	struct note_group many = {};
	int ret = 0;

	for (size_t i = 0; !ret && i < c->t->n_routers; i++) {
		const struct topo_router *r = &c->t->routers[i];

		ret = check_networks(c, r);
		if (!ret && topo_router_is_here(c->t, r))
			ret = add_router(c, r, &many);
	}
	note_group_finish(&many, c->notes,
			  "router ports with more than 4 IPv4 networks, which "
			  "learn neighbors from ARP requests in the first 4 "
			  "only");
	return ret;
}
