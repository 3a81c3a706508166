// SPDX-License-Identifier: GPL-2.0-only
/* Which rows get which keys; keys.c says how. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "topology.h"

struct southbound {
	struct southbound_keys keys;
	struct note_group missing;
};

/* A row is a datapath or a port; both are numbered from sorted arrays. */
struct keyed_row {
	const char *uuid, *name;
	uint32_t requested;
	uint32_t *key; /* out */
};

int southbound_keys_init(struct southbound_keys *sb, const struct placement *p)
{
	memset(sb, 0, sizeof(*sb));
	sb->is_given = p->n_keys;
	if (name_index_init(&sb->datapaths, p->n_keys) ||
	    name_index_init(&sb->ports, p->n_keys))
		return -ENOMEM;
	for (size_t i = 0; i < p->n_keys; i++)
		name_index_add(p->keys[i].port_key ? &sb->ports :
						     &sb->datapaths,
			       p->keys[i].name, &p->keys[i]);
	return 0;
}

void southbound_keys_free(struct southbound_keys *sb)
{
	name_index_free(&sb->datapaths);
	name_index_free(&sb->ports);
}

uint32_t southbound_datapath(const struct southbound_keys *sb, const char *uuid)
{
	const struct placement_key *k = name_index_find(&sb->datapaths, uuid);

	return k ? k->datapath_key : 0;
}

uint32_t southbound_port(const struct southbound_keys *sb, const char *name,
			 uint32_t datapath)
{
	const struct placement_key *k = name_index_find(&sb->ports, name);

	return k && k->datapath_key == datapath ? k->port_key : 0;
}

static uint32_t southbound_key(struct southbound *sb,
			       const struct keyed_row *row, uint32_t datapath)
{
	uint32_t key;

	if (!sb->keys.is_given)
		return 0;
	key = datapath ? southbound_port(&sb->keys, row->name, datapath) :
			 southbound_datapath(&sb->keys, row->uuid);
	if (!key)
		note_group_add(&sb->missing, "%s", row->name);
	return key;
}

/* Keys for rows sorted by uuid; datapath 0: they are datapaths. */
static int assign_rows(struct keyed_row *rows, size_t n, uint32_t datapath,
		       const struct key_space *space, struct southbound *sb,
		       struct error *e)
{
	struct key_request *requests = calloc(n + 1, sizeof(*requests));
	int ret;

	if (!requests)
		return error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		requests[i].uuid = rows[i].uuid;
		requests[i].name = rows[i].name;
		requests[i].requested = rows[i].requested;
		requests[i].southbound = southbound_key(sb, &rows[i], datapath);
	}
	ret = keys_assign(requests, n, space, e);
	for (size_t i = 0; !ret && i < n; i++)
		*rows[i].key = requests[i].key;
	free(requests);
	return ret;
}

static int compare_rows(const void *a, const void *b)
{
	const struct keyed_row *x = a, *y = b;

	return strcmp(x->uuid, y->uuid);
}

/* Switches and routers share one space of keys. */
static int assign_datapaths(struct topology *t, struct keyed_row *rows,
			    struct southbound *sb, struct error *e)
{
	static const struct key_space space = {
		.what = "datapath",
		.where = "the NB database",
		.derived_max = OVN_DATAPATH_KEY_MAX,
		.given_max = DATAPATH_KEY_GIVEN_MAX,
	};
	size_t n = 0;

	for (size_t i = 0; i < t->n_switches; i++) {
		struct topo_switch *sw = &t->switches[i];

		rows[n++] = (struct keyed_row){sw->nb->uuid, sw->nb->name,
					       sw->nb->requested_key, &sw->key};
	}
	for (size_t i = 0; i < t->n_routers; i++) {
		struct topo_router *r = &t->routers[i];

		rows[n++] = (struct keyed_row){r->nb->uuid, r->nb->name,
					       r->nb->requested_key, &r->key};
	}
	qsort(rows, n, sizeof(*rows), compare_rows);
	return assign_rows(rows, n, 0, &space, sb, e);
}

static int assign_ports(struct keyed_row *rows, size_t n, uint32_t datapath,
			const char *kind, const char *name,
			struct southbound *sb, struct error *e)
{
	char where[192];
	struct key_space space = {
		.what = "port",
		.where = where,
		.derived_max = OVN_PORT_KEY_MAX,
		.given_max = OVN_PORT_KEY_MAX,
	};

	snprintf(where, sizeof(where), "%s %s", kind, name);
	return assign_rows(rows, n, datapath, &space, sb, e);
}

int topology_assign_keys(struct topology *t, const struct placement *p,
			 struct notes *notes, struct error *e)
{
	struct keyed_row *rows;
	struct southbound sb = {};
	size_t n_rows = t->n_lsps + t->n_lrps + t->n_switches + t->n_routers;
	int ret;

	ret = southbound_keys_init(&sb.keys, p);
	rows = calloc(n_rows + 1, sizeof(*rows));
	if (ret || !rows) {
		ret = error_set(e, ENOMEM, "out of memory");
		goto out;
	}
	ret = assign_datapaths(t, rows, &sb, e);
	for (size_t i = 0; !ret && i < t->n_switches; i++) {
		struct topo_switch *sw = &t->switches[i];

		for (size_t j = 0; j < sw->n_ports; j++) {
			struct topo_lsp *lsp = &sw->ports[j];

			rows[j] = (struct keyed_row){lsp->nb->uuid,
						     lsp->nb->name,
						     lsp->nb->requested_key,
						     &lsp->key};
		}
		ret = assign_ports(rows, sw->n_ports, sw->key, "switch",
				   sw->nb->name, &sb, e);
	}
	for (size_t i = 0; !ret && i < t->n_routers; i++) {
		struct topo_router *r = &t->routers[i];

		for (size_t j = 0; j < r->n_ports; j++) {
			struct topo_lrp *lrp = &r->ports[j];

			rows[j] = (struct keyed_row){lrp->nb->uuid,
						     lrp->nb->name,
						     lrp->nb->requested_key,
						     &lrp->key};
		}
		ret = assign_ports(rows, r->n_ports, r->key, "router",
				   r->nb->name, &sb, e);
	}
	if (!ret)
		note_group_finish(&sb.missing, notes,
				  "rows without a key in the Southbound "
				  "database, which is older than the NB file; "
				  "their keys are derived");
out:
	free(rows);
	southbound_keys_free(&sb.keys);
	return ret;
}
