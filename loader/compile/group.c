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

/* What one switch has: its VIFs and router ports in order of their keys. */
struct group_members {
	struct topo_lsp **lsps;
	size_t n_lsps;
	struct chassis_set vifs; /* remote chassis with an enabled VIF */
	struct chassis_set unknown; /* ... with unknown addresses */
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

static int add_switch_group(struct tables *c, const struct topo_switch *sw,
			    const struct group_members *m, uint32_t group)
{
	struct group_key g = {.datapath = sw->key, .group = group};
	uint32_t need = group == OVN_MC_UNKNOWN ? PORT_F_UNKNOWN : 0;
	struct group_val val = {};
	int ret = 0;

	for (size_t i = 0; !ret && i < m->n_lsps; i++) {
		const struct topo_lsp *lsp = m->lsps[i];

		if (lsp->kind == PORT_ROUTER && group == OVN_MC_FLOOD)
			ret = add_member(c, &g, MEMBER_ROUTER, &val.n_router,
					 lsp->key);
		else if (lsp->kind == PORT_VIF &&
			 lsp->chassis == c->t->own_chassis &&
			 (lsp->flags & need) == need)
			ret = add_member(c, &g, MEMBER_VIF, &val.n_vif,
					 lsp->key);
	}
	if (!ret)
		ret = add_chassis(c, &g, need ? &m->unknown : &m->vifs, &val);
	return ret ? ret : add_group(c, &g, &val);
}

static int add_switch(struct tables *c, const struct topo_switch *sw,
		      struct group_members *m)
{
	static const uint32_t groups[] = {OVN_MC_FLOOD, OVN_MC_UNKNOWN,
					  OVN_MC_FLOOD_L2};
	int ret = 0;

	m->n_lsps = 0;
	memset(&m->vifs, 0, sizeof(m->vifs));
	memset(&m->unknown, 0, sizeof(m->unknown));
	for (size_t i = 0; i < sw->n_ports; i++) {
		struct topo_lsp *lsp = &sw->ports[i];

		if (lsp->flags & PORT_F_DISABLED ||
		    lsp->kind == PORT_UNSUPPORTED)
			continue;
		m->lsps[m->n_lsps++] = lsp;
		if (lsp->kind != PORT_VIF ||
		    !topology_is_remote(c->t, lsp->chassis))
			continue;
		chassis_set_add(&m->vifs, lsp->chassis);
		if (lsp->flags & PORT_F_UNKNOWN)
			chassis_set_add(&m->unknown, lsp->chassis);
	}
	qsort(m->lsps, m->n_lsps, sizeof(*m->lsps), compare_key);
	for (size_t i = 0; !ret && i < sizeof(groups) / sizeof(*groups); i++)
		ret = add_switch_group(c, sw, m, groups[i]);
	return ret;
}

/* The chassis that may wait for an ARP reply which ends here: those with
 * guests in a switch of this router. */
static int add_router(struct tables *c, const struct topo_router *r,
		      const struct chassis_set *of_switch)
{
	struct group_key g = {.datapath = r->key, .group = OVN_MC_FLOOD};
	struct chassis_set set = {};
	struct group_val val = {};
	int ret;

	for (size_t i = 0; i < r->n_ports; i++) {
		const struct topo_lsp *lsp = r->ports[i].lsp;
		const struct chassis_set *more;

		if (!lsp || lsp->kind != PORT_ROUTER)
			continue;
		more = &of_switch[lsp->sw - c->t->switches];
		for (size_t w = 0; w < CHASSIS_WORDS; w++)
			set.words[w] |= more->words[w];
	}
	ret = add_chassis(c, &g, &set, &val);
	return ret ? ret : add_group(c, &g, &val);
}

int tables_add_groups(struct tables *c)
{
	struct topology *t = c->t;
	struct chassis_set *of_switch;
	struct group_members m = {};
	int ret = 0;

	m.lsps = calloc(t->n_lsps + 1, sizeof(*m.lsps));
	of_switch = calloc(t->n_switches + 1, sizeof(*of_switch));
	if (!m.lsps || !of_switch)
		ret = error_set(c->e, ENOMEM, "out of memory");
	for (size_t i = 0; !ret && i < t->n_switches; i++) {
		ret = add_switch(c, &t->switches[i], &m);
		of_switch[i] = m.vifs;
	}
	for (size_t i = 0; !ret && i < t->n_routers; i++)
		ret = add_router(c, &t->routers[i], of_switch);
	free(m.lsps);
	free(of_switch);
	return ret;
}
