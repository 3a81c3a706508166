// SPDX-License-Identifier: GPL-2.0-only
/* What frame texts call by name: MACs and addresses, tunnel keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

const struct alias *network_alias(const struct network *n, const char *name)
{
	for (size_t i = 0; i < n->n_aliases; i++) {
		if (!strcmp(n->alias[i].name, name))
			return &n->alias[i];
	}
	return NULL;
}

uint32_t network_key(const struct network *n, const char *name)
{
	const struct image_table *d = &n->out.image.table[IMAGE_DATAPATH];
	const struct image_table *p = &n->out.image.table[IMAGE_PORT];
	const struct image_table *l = &n->out.image.table[IMAGE_LRP];
	char *end;
	uint32_t key = strtoul(name, &end, 0);

	if (!*end)
		return key;
	/* ovn-architecture(7), lib/mcast-group-index.h */
	if (!strcmp(name, "flood"))
		return 0x8000;
	if (!strcmp(name, "unknown"))
		return 0x8001;
	if (!strcmp(name, "flood_l2"))
		return 0x8004;
	for (size_t i = 0; i < d->n; i++) {
		const struct datapath_key *k = (void *)image_entry(d, i);
		const struct datapath_val *v = (const void *)(k + 1);

		if (!strcmp(v->name, name))
			return k->datapath;
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct lrp_key *k = (void *)image_entry(l, i);
		const struct lrp_val *v = (const void *)(k + 1);

		if (!strcmp(v->name, name))
			return k->port;
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct port_key *k = (void *)image_entry(p, i);
		const struct port_val *v = (const void *)(k + 1);

		if (!strcmp(v->name, name))
			return k->port;
	}
	fprintf(stderr, "test error: the network has no \"%s\"\n", name);
	abort();
}
