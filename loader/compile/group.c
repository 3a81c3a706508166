// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who gets a copy of a flood: tables group and member.  As OVN's
 * consider_mc_group(), the sender's chassis sends one copy to each chassis
 * with a member, which expands it to its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define CHASSIS_WORDS (XOVN_MAX_CHASSIS / 64)

struct chassis_set {
	uint64_t words[CHASSIS_WORDS];
};

/* What one switch has: its enabled ports in order of their keys, and the
 * remote chassis with one of a kind. */
struct group_members {
	struct topo_lsp **lsps;
	size_t n_lsps;
	struct chassis_set vifs;
	struct chassis_set unknown; /* VIFs with unknown addresses */
	struct chassis_set any; /* VIFs and gateway routers */
};

static void chassis_set_add(struct chassis_set *set, uint32_t chassis)
{
	set->words[chassis / 64] |= 1ull << chassis % 64;
}

static int compare_key(const void *a, const void *b)
{
	const struct topo_lsp *const *x = a, *const *y = b;

	return (*x)->key < (*y)->key ? -1 : (*x)->key > (*y)->key;
}

static int add_member(struct tables *c, const struct group_key *g,
		      enum member_kind kind, uint32_t *n, uint32_t id)
{
	struct member_key key = {
		.datapath = g->datapath,
		.group = g->group,
		.kind = kind,
		.index = (*n)++,
	};
	struct member_val val = {.id = id};

	return tables_add(c, IMAGE_MEMBER, &key, &val, NULL);
}

static int add_chassis(struct tables *c, const struct group_key *g,
		       const struct chassis_set *set, struct group_val *val)
{
	int ret = 0;

	for (uint32_t w = 0; w < CHASSIS_WORDS; w++)
		for (uint64_t bits = set->words[w]; !ret && bits;
		     bits &= bits - 1)
			ret = add_member(c, g, MEMBER_CHASSIS, &val->n_chassis,
					 w * 64 + __builtin_ctzll(bits));
	return ret;
}

/* An empty group has no entry, so that floods to it are counted as drops. */
static int add_group(struct tables *c, const struct group_key *g,
		     const struct group_val *val)
{
	if (!val->n_vif && !val->n_router && !val->n_chassis)
		return 0;
	return tables_add(c, IMAGE_GROUP, g, val, NULL);
}

/* Northd puts every router port into OVN_MC_FLOOD; a gateway router's is on
 * its chassis alone. */
static int add_local_member(struct tables *c, const struct group_key *g,
			    const struct topo_lsp *lsp, struct group_val *val)
{
	bool is_here = lsp->chassis == c->t->own_chassis;

	switch (lsp->kind) {
	case PORT_ROUTER:
	case PORT_GATEWAY:
		if (g->group != OVN_MC_FLOOD ||
		    (lsp->kind == PORT_GATEWAY && !is_here))
			return 0;
		return add_member(c, g, MEMBER_ROUTER, &val->n_router,
				  lsp->key);
	case PORT_VIF:
	case PORT_LOCALNET:
		if (!is_here || (g->group == OVN_MC_UNKNOWN &&
				 !(lsp->flags & PORT_F_UNKNOWN)))
			return 0;
		return add_member(c, g, MEMBER_VIF, &val->n_vif, lsp->key);
	default:
		return 0;
	}
}

static int add_switch_group(struct tables *c, const struct topo_switch *sw,
			    const struct group_members *m, uint32_t group)
{
	struct group_key g = {.datapath = sw->key, .group = group};
	const struct chassis_set *set = &m->vifs;
	struct group_val val = {};
	int ret = 0;

	if (group == OVN_MC_FLOOD)
		set = &m->any;
	else if (group == OVN_MC_UNKNOWN)
		set = &m->unknown;
	for (size_t i = 0; !ret && i < m->n_lsps; i++)
		ret = add_local_member(c, &g, m->lsps[i], &val);
	/* Other chassis get it from the physical network. */
	if (!ret && !sw->localnet)
		ret = add_chassis(c, &g, set, &val);
	return ret ? ret : add_group(c, &g, &val);
}

static void members_init(const struct topology *t, const struct topo_switch *sw,
			 struct group_members *m)
{
	m->n_lsps = 0;
	memset(&m->vifs, 0, sizeof(m->vifs));
	memset(&m->unknown, 0, sizeof(m->unknown));
	memset(&m->any, 0, sizeof(m->any));
	for (size_t i = 0; i < sw->n_ports; i++) {
		struct topo_lsp *lsp = &sw->ports[i];

		if (lsp->flags & PORT_F_DISABLED ||
		    lsp->kind == PORT_UNSUPPORTED)
			continue;
		m->lsps[m->n_lsps++] = lsp;
		if (!topology_is_remote(t, lsp->chassis))
			continue;
		chassis_set_add(&m->any, lsp->chassis);
		if (lsp->kind != PORT_VIF)
			continue;
		chassis_set_add(&m->vifs, lsp->chassis);
		if (lsp->flags & PORT_F_UNKNOWN)
			chassis_set_add(&m->unknown, lsp->chassis);
	}
	qsort(m->lsps, m->n_lsps, sizeof(*m->lsps), compare_key);
}

static int add_switch(struct tables *c, const struct topo_switch *sw,
		      struct group_members *m)
{
	static const uint32_t groups[] = {OVN_MC_FLOOD, OVN_MC_UNKNOWN,
					  OVN_MC_FLOOD_L2};
	int ret = 0;

	members_init(c->t, sw, m);
	for (size_t i = 0; !ret && i < sizeof(groups) / sizeof(*groups); i++)
		ret = add_switch_group(c, sw, m, groups[i]);
	return ret;
}

/* Switches and distributed routers that are linked: a chassis where traffic
 * enters one of them runs all of them (ovn-controller's local datapaths).
 * Nodes are switches, then routers; each has the chassis that are known at
 * it, a root those of all. */
struct domains {
	struct domain {
		size_t parent;
		struct chassis_set chassis;
	} * nodes;
	size_t n_switches;
};

static struct domain *domain_root(const struct domains *d, size_t node)
{
	while (d->nodes[node].parent != node) {
		size_t up = d->nodes[node].parent;

		d->nodes[node].parent = d->nodes[up].parent;
		node = up;
	}
	return &d->nodes[node];
}

static void domains_join(const struct domains *d, size_t a, size_t b)
{
	struct domain *x = domain_root(d, a), *y = domain_root(d, b);

	if (x == y)
		return;
	y->parent = x - d->nodes;
	for (size_t w = 0; w < CHASSIS_WORDS; w++)
		x->chassis.words[w] |= y->chassis.words[w];
}

static void domains_join_routers(const struct domains *d,
				 const struct topology *t)
{
	for (size_t i = 0; i < t->n_lrps; i++) {
		const struct topo_lrp *lrp = &t->lrps[i], *peer = lrp->peer;
		size_t node = d->n_switches + (lrp->router - t->routers);

		if (!topo_lrp_is_distributed(lrp))
			continue;
		if (lrp->lsp)
			domains_join(d, node, lrp->lsp->sw - t->switches);
		else if (peer && topo_lrp_is_distributed(peer))
			domains_join(d, node,
				     d->n_switches +
					     (peer->router - t->routers));
		else if (peer && topology_is_remote(t, peer->router->chassis))
			chassis_set_add(&domain_root(d, node)->chassis,
					peer->router->chassis);
	}
}

/* The chassis that may wait for an ARP reply which ends here: none for a
 * gateway router, which is in no domain; replies go to its chassis anyway. */
static int add_router(struct tables *c, const struct topo_router *r,
		      const struct domains *d)
{
	struct group_key g = {.datapath = r->key, .group = OVN_MC_FLOOD};
	const struct domain *root =
		domain_root(d, d->n_switches + (r - c->t->routers));
	struct group_val val = {};
	int ret;

	ret = add_chassis(c, &g, &root->chassis, &val);
	return ret ? ret : add_group(c, &g, &val);
}

int tables_add_groups(struct tables *c)
{
	struct topology *t = c->t;
	struct domains d = {.n_switches = t->n_switches};
	struct group_members m = {};
	size_t n_nodes = t->n_switches + t->n_routers;
	int ret = 0;

	m.lsps = calloc(t->n_lsps + 1, sizeof(*m.lsps));
	d.nodes = calloc(n_nodes + 1, sizeof(*d.nodes));
	if (!m.lsps || !d.nodes)
		ret = error_set(c->e, ENOMEM, "out of memory");
	for (size_t i = 0; !ret && i < n_nodes; i++)
		d.nodes[i].parent = i;
	for (size_t i = 0; !ret && i < t->n_switches; i++) {
		ret = add_switch(c, &t->switches[i], &m);
		d.nodes[i].chassis = m.any;
	}
	/* With a Southbound database its rows say who learned what, and
	 * chassis of another make expect no copies. */
	if (!ret && !c->in->has_southbound) {
		domains_join_routers(&d, t);
		for (size_t i = 0; !ret && i < t->n_routers; i++)
			ret = add_router(c, &t->routers[i], &d);
	}
	free(m.lsps);
	free(d.nodes);
	return ret;
}
