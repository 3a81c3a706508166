// SPDX-License-Identifier: GPL-2.0-only
#include "trace/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int source_add_network(struct source *s, const char *name)
{
	void *p;

	for (size_t i = 0; i < s->n_networks; i++)
		if (!strcmp(s->network[i], name))
			return 0;
	p = reallocarray(s->network, s->n_networks + 1, sizeof(*s->network));
	if (!p)
		return -ENOMEM;
	s->network = p;
	memcpy(s->network[s->n_networks++], name, XOVN_NAME_LEN);
	return 0;
}

int source_add_mtu(struct source *s, uint32_t ifindex, uint32_t mtu)
{
	void *p;

	for (size_t i = 0; i < s->n_mtus; i++)
		if (s->mtu[i].ifindex == ifindex)
			return 0;
	p = reallocarray(s->mtu, s->n_mtus + 1, sizeof(*s->mtu));
	if (!p)
		return -ENOMEM;
	s->mtu = p;
	s->mtu[s->n_mtus++] = (struct interface_mtu){ifindex, mtu};
	return 0;
}

void contents_free(struct contents *c)
{
	image_free(&c->image);
	free(c->tunnel);
	memset(c, 0, sizeof(*c));
}

void source_free(struct source *s)
{
	free(s->chassis);
	image_free(&s->base);
	free(s->network);
	free(s->mtu);
	seed_free(&s->seeds);
	contents_free(&s->live);
	memory_free(&s->memory);
	memset(s, 0, sizeof(*s));
}

uint32_t source_find_chassis(const struct source *s, const char *name)
{
	char stored[XOVN_NAME_LEN];

	name_store(stored, name);
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++)
		if (s->chassis[i].name[0] &&
		    !strcmp(s->chassis[i].name, stored))
			return i;
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++)
		if (s->chassis[i].hostname[0] &&
		    !strcmp(s->chassis[i].hostname, stored))
			return i;
	return 0;
}

const char *source_chassis_name(const struct source *s, uint32_t chassis)
{
	const struct chassis_val *c = &s->chassis[chassis % XOVN_MAX_CHASSIS];

	return c->hostname[0] ? c->hostname : c->name;
}

bool source_has_lrp(const struct source *s, const char *name)
{
	const struct image_table *t = &s->base.table[IMAGE_LRP];
	char stored[XOVN_NAME_LEN];

	for (size_t i = 0; !s->nb && i < t->n; i++) {
		const struct lrp_val *v =
			(void *)(image_entry(t, i) + t->key_size);

		if (!strcmp(v->name, name))
			return true;
	}
	for (size_t r = 0; s->nb && r < s->nb->n_routers; r++)
		for (size_t i = 0; i < s->nb->routers[r].n_ports; i++) {
			name_store(stored, s->nb->routers[r].ports[i].name);
			if (!strcmp(stored, name))
				return true;
		}
	return false;
}

uint32_t source_guest_ifindex(const struct source *s, const char *lsp)
{
	const struct image_table *vifs = &s->base.table[IMAGE_VIF];
	const struct image_table *ports = &s->base.table[IMAGE_PORT];

	for (size_t i = 0; !s->nb && i < vifs->n; i++) {
		const struct vif_key *k = (void *)image_entry(vifs, i);
		const struct vif_val *v = (void *)(k + 1);

		if (v->datapath && !strcmp(v->name, lsp))
			return k->ifindex;
	}
	for (size_t i = 0; s->nb && i < ports->n; i++) {
		const struct port_val *v =
			(void *)(image_entry(ports, i) + ports->key_size);

		if (v->kind == PORT_VIF && !strcmp(v->name, lsp))
			return IFINDEX_VIF + i;
	}
	return 0;
}

/* Live: the interface that the network's ports here are bound to. */
static uint32_t network_interface(const struct source *s, const char *network)
{
	const struct image_table *t = &s->base.table[IMAGE_NETWORK];

	for (size_t i = 0; i < t->n; i++) {
		const uint8_t *key = image_entry(t, i);
		const struct network_val *v = (void *)(key + t->key_size);
		const struct port_val *p;

		if (strcmp(v->name, network))
			continue;
		p = image_find(&s->base, IMAGE_PORT, key);
		if (p && p->ifindex)
			return p->ifindex;
	}
	return 0;
}

uint32_t source_network_ifindex(const struct source *s, const char *network)
{
	if (!s->nb)
		return network_interface(s, network);
	for (size_t i = 0; i < s->n_networks; i++)
		if (!strcmp(s->network[i], network))
			return IFINDEX_NETWORK + i;
	return 0;
}
