// SPDX-License-Identifier: GPL-2.0-only
#include "topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What every NB row struct begins with. */
struct row {
	char uuid[37];
	char *name;
};

#define IS_ROW(type)                                                           \
	(!offsetof(struct type, uuid) &&                                       \
	 offsetof(struct type, name) == offsetof(struct row, name))
_Static_assert(IS_ROW(nb_lsp) && IS_ROW(nb_switch) && IS_ROW(nb_lrp) &&
		       IS_ROW(nb_router),
	       "rows begin with uuid and name");

struct sorted_row {
	const struct row *row;
	uint32_t key; /* of the Southbound database, 0: none */
};

/* Where two rows contradict each other the first one wins.  Under a Southbound
 * database that is the lower key, most often the older row, so that a row
 * which somebody adds takes nothing from those in use. */
static int compare_row(const void *a, const void *b)
{
	const struct sorted_row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return strcmp(x->row->uuid, y->row->uuid);
}

/* Of n rows of the given size those with a key, or all where sb is NULL.
 * Keys are law where a Southbound database is followed: what has none there
 * yet, or not any more, is not in the network.  datapath 0: they are
 * datapaths. */
static struct sorted_row *sort_rows(const void *rows, size_t *n, size_t size,
				    const struct southbound_keys *sb,
				    uint32_t datapath)
{
	struct sorted_row *sorted = calloc(*n + 1, sizeof(*sorted));
	size_t found = 0;

	for (size_t i = 0; sorted && i < *n; i++) {
		const struct row *row =
			(const void *)((const char *)rows + i * size);
		struct sorted_row *to = &sorted[found];

		to->row = row;
		if (sb)
			to->key = datapath ? southbound_port(sb, row->name,
							     datapath) :
					     southbound_datapath(sb, row->uuid);
		found += !sb || to->key;
	}
	*n = found;
	if (sorted)
		qsort(sorted, found, sizeof(*sorted), compare_row);
	return sorted;
}

bool topo_lrp_is_distributed(const struct topo_lrp *lrp)
{
	return !lrp->router->is_gateway && !lrp->nb->is_distributed_gateway;
}

bool topo_router_is_here(const struct topology *t, const struct topo_router *r)
{
	return !r->is_gateway || (r->chassis && r->chassis == t->own_chassis);
}

/* A distributed gateway port on a gateway router is an ordinary port of it
 * (northd warns). */
bool topo_lrp_is_here(const struct topology *t, const struct topo_lrp *lrp)
{
	return lrp->router->is_gateway ? topo_router_is_here(t, lrp->router) :
					 topo_lrp_is_distributed(lrp);
}

bool topology_is_remote(const struct topology *t, uint32_t chassis)
{
	static const uint8_t none[4];

	return chassis && chassis != t->own_chassis &&
	       memcmp(t->chassis[chassis].encap_ip, none, sizeof(none));
}

static enum port_kind lsp_kind(const struct nb_lsp *nb)
{
	switch (nb->type) {
	case NB_LSP_VIF:
		return PORT_VIF;
	case NB_LSP_LOCALNET:
		/* Without a network it is not there (ovn-controller's rule):
		 * the switch works as one without it. */
		return nb->network_name && *nb->network_name ? PORT_LOCALNET :
							       PORT_UNSUPPORTED;
	default: /* type router: once its LRP is found */
		return PORT_UNSUPPORTED;
	}
}

static uint32_t lsp_flags(const struct nb_lsp *nb)
{
	uint32_t flags = 0;

	if (!nb->enabled)
		flags |= PORT_F_DISABLED;
	if (nb->has_unknown)
		flags |= PORT_F_UNKNOWN;
	/* Nobody checks port_security of other types, but northd lets no port
	 * learn that has it. */
	if (nb->type == NB_LSP_VIF && nb->n_port_security)
		flags |= PORT_F_SECURITY;
	if ((nb->type == NB_LSP_VIF ||
	     (nb->type == NB_LSP_LOCALNET && nb->learn_fdb)) &&
	    nb->has_unknown && !nb->n_port_security)
		flags |= PORT_F_LEARN;
	return flags;
}

static int error_same_name(const struct topology *t, const char *kind,
			   const char *one, const char *other, const char *name,
			   struct error *e)
{
	error_set(e, EINVAL,
		  "%ss %.200s and %.200s both have a port named %.200s; "
		  "rename one of them",
		  kind, one, other, name);
	return refused_add(t->refused, -EINVAL, e);
}

static int add_switch(struct topology *t, const struct nb_switch *nb,
		      uint32_t key, const struct southbound_keys *sb,
		      struct error *e)
{
	size_t n = nb->n_ports;
	struct topo_switch *sw = &t->switches[t->n_switches];
	struct sorted_row *rows =
		sort_rows(nb->ports, &n, sizeof(*nb->ports), sb, key);
	int ret = 0;

	if (!rows)
		return error_set(e, ENOMEM, "out of memory");
	t->n_switches++;
	sw->nb = nb;
	sw->ports = &t->lsps[t->n_lsps];
	for (size_t i = 0; i < n; i++) {
		struct topo_lsp *lsp = &sw->ports[sw->n_ports], *other;
		const struct nb_lsp *row = (const void *)rows[i].row;

		other = name_index_add(&t->lsp_names, row->name, lsp);
		if (other != lsp) {
			ret = error_same_name(t, "switch", other->sw->nb->name,
					      nb->name, row->name, e);
			if (ret)
				break;
			continue;
		}
		sw->n_ports++;
		lsp->nb = row;
		lsp->sw = sw;
		lsp->kind = lsp_kind(lsp->nb);
		if (lsp->kind == PORT_LOCALNET && !sw->localnet)
			sw->localnet = lsp;
		lsp->flags = lsp_flags(lsp->nb);
		sw->learns |= lsp->flags & PORT_F_LEARN;
	}
	for (size_t i = 0; sw->learns && i < sw->n_ports; i++)
		sw->ports[i].flags |= PORT_F_FDB_SWITCH;
	t->n_lsps += sw->n_ports;
	free(rows);
	return ret;
}

/* Of a live database a port whose networks overlap those of an earlier one is
 * not there: 1. */
static int check_lrp_networks(const struct topology *t,
			      const struct topo_router *r,
			      const struct topo_lrp *lrp, struct error *e)
{
	int ret;

	for (size_t i = 0; t->has_southbound && i < r->n_ports; i++) {
		if (!topo_lrps_overlap(&r->ports[i], lrp, e))
			continue;
		ret = refused_add(t->refused, -EINVAL, e);
		return ret ? ret : 1;
	}
	return 0;
}

static int add_router(struct topology *t, const struct nb_router *nb,
		      uint32_t key, const struct southbound_keys *sb,
		      struct error *e)
{
	size_t n = nb->n_ports;
	struct topo_router *r = &t->routers[t->n_routers];
	struct sorted_row *rows =
		sort_rows(nb->ports, &n, sizeof(*nb->ports), sb, key);
	int ret = 0;

	if (!rows)
		return error_set(e, ENOMEM, "out of memory");
	t->n_routers++;
	r->nb = nb;
	r->ports = &t->lrps[t->n_lrps];
	r->is_gateway = nb->gateway_chassis;
	for (size_t i = 0; i < n; i++) {
		struct topo_lrp *lrp = &r->ports[r->n_ports], *other;
		const struct nb_lrp *row = (const void *)rows[i].row;

		lrp->nb = row;
		lrp->router = r;
		ret = check_lrp_networks(t, r, lrp, e);
		if (ret < 0)
			break;
		if (ret > 0)
			continue;
		other = name_index_add(&t->lrp_names, row->name, lrp);
		if (other != lrp) {
			ret = error_same_name(t, "router",
					      other->router->nb->name, nb->name,
					      row->name, e);
			if (ret)
				break;
			continue;
		}
		r->n_ports++;
		r->has_distributed_gateway |= row->is_distributed_gateway;
	}
	for (size_t i = 0; i < r->n_ports; i++) {
		struct topo_lrp *lrp = &r->ports[i];

		if (!nb->enabled || !lrp->nb->enabled)
			lrp->flags |= LRP_F_DISABLED;
		if (r->is_gateway || r->has_distributed_gateway)
			lrp->flags |= LRP_F_SILENT;
		if (nb->always_learn)
			lrp->flags |= LRP_F_LEARN_ALWAYS;
	}
	t->n_lrps += r->n_ports;
	free(rows);
	return ret < 0 ? ret : 0;
}

/* LSPs of type router find their LRPs; the first where two name the same one,
 * as northd warns about. */
static void resolve_router_ports(struct topology *t, struct notes *notes)
{
	struct note_group missing = {}, taken = {};

	for (size_t i = 0; i < t->n_lsps; i++) {
		struct topo_lsp *lsp = &t->lsps[i];
		const char *name = lsp->nb->router_port;
		struct topo_lrp *lrp;

		if (lsp->nb->type != NB_LSP_ROUTER)
			continue;
		lrp = name ? name_index_find(&t->lrp_names, name) : NULL;
		if (!lrp) {
			/* Without a binding yet, as northd sees it. */
			if (t->has_southbound)
				continue;
			note_group_add(&missing, "%s (%s)", lsp->nb->name,
				       name ? name : "no router-port");
			continue;
		}
		if (lrp->lsp) {
			note_group_add(&taken, "%s (%s has %s)", lsp->nb->name,
				       name, lrp->lsp->nb->name);
			continue;
		}
		lsp->peer = lrp;
		lrp->lsp = lsp;
		if (lrp->router->is_gateway)
			lsp->kind = PORT_GATEWAY;
		else if (topo_lrp_is_distributed(lrp))
			lsp->kind = PORT_ROUTER;
		/* The switch admits nothing from a disabled port, so nothing
		 * can leave the router by it. */
		if (!lsp->nb->enabled)
			lrp->flags |= LRP_F_DISABLED;
	}
	note_group_finish(&missing, notes,
			  "switch ports whose router port does not exist");
	note_group_finish(&taken, notes,
			  "switch ports whose router port has another already");
}

static void resolve_peers(struct topology *t, struct notes *notes)
{
	struct note_group lonely = {};

	for (size_t i = 0; i < t->n_lrps; i++) {
		struct topo_lrp *lrp = &t->lrps[i], *peer;

		if (lrp->lsp || !lrp->nb->peer)
			continue;
		peer = name_index_find(&t->lrp_names, lrp->nb->peer);
		if (!peer || peer == lrp || peer->lsp || !peer->nb->peer ||
		    strcmp(peer->nb->peer, lrp->nb->name)) {
			note_group_add(&lonely, "%s (%s)", lrp->nb->name,
				       lrp->nb->peer);
			continue;
		}
		lrp->peer = peer;
		lrp->flags |= LRP_F_PEER_ROUTER;
	}
	note_group_finish(&lonely, notes,
			  "router ports whose peer does not name them back");
}

static int add_rows(struct topology *t, const struct nb *nb,
		    const struct southbound_keys *sb, struct error *e)
{
	size_t n_switches = nb->n_switches, n_routers = nb->n_routers;
	struct sorted_row *switches = sort_rows(nb->switches, &n_switches,
						sizeof(*nb->switches), sb, 0);
	struct sorted_row *routers =
		sort_rows(nb->routers, &n_routers, sizeof(*nb->routers), sb, 0);
	int ret = 0;

	if (!switches || !routers)
		ret = error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; !ret && i < n_switches; i++)
		ret = add_switch(t, (const void *)switches[i].row,
				 switches[i].key, sb, e);
	for (size_t i = 0; !ret && i < n_routers; i++)
		ret = add_router(t, (const void *)routers[i].row,
				 routers[i].key, sb, e);
	free(switches);
	free(routers);
	return ret;
}

int topology_init(struct topology *t, const struct compile_input *in,
		  struct notes *notes, struct error *e)
{
	struct southbound_keys sb = {};
	const struct nb *nb = in->nb;
	size_t n_lsps = 0, n_lrps = 0;
	int ret = 0;

	t->has_southbound = in->has_southbound;
	for (size_t i = 0; i < nb->n_switches; i++)
		n_lsps += nb->switches[i].n_ports;
	for (size_t i = 0; i < nb->n_routers; i++)
		n_lrps += nb->routers[i].n_ports;
	t->switches = calloc(nb->n_switches + 1, sizeof(*t->switches));
	t->lsps = calloc(n_lsps + 1, sizeof(*t->lsps));
	t->routers = calloc(nb->n_routers + 1, sizeof(*t->routers));
	t->lrps = calloc(n_lrps + 1, sizeof(*t->lrps));
	if (!t->switches || !t->lsps || !t->routers || !t->lrps ||
	    name_index_init(&t->lsp_names, n_lsps) ||
	    name_index_init(&t->lrp_names, n_lrps) ||
	    (in->has_southbound && southbound_keys_init(&sb, in->placement)))
		ret = error_set(e, ENOMEM, "out of memory");
	if (!ret)
		ret = add_rows(t, nb, in->has_southbound ? &sb : NULL, e);
	southbound_keys_free(&sb);
	if (ret) {
		topology_free(t);
		return ret;
	}
	resolve_router_ports(t, notes);
	resolve_peers(t, notes);
	if (!topology_number_tables(t))
		return 0;
	topology_free(t);
	return error_set(e, ENOMEM, "out of memory");
}

void topology_free(struct topology *t)
{
	for (size_t i = 0; i < t->n_routers; i++)
		free(t->routers[i].tables);
	free(t->switches);
	free(t->lsps);
	free(t->routers);
	free(t->lrps);
	name_index_free(&t->lsp_names);
	name_index_free(&t->lrp_names);
	memset(t, 0, sizeof(*t));
}

struct topo_lsp *topology_find_stored(const struct topology *t,
				      const char *stored)
{
	struct topo_lsp *lsp = name_index_find(&t->lsp_names, stored);
	char name[XOVN_NAME_LEN];

	/* Only names that were cut differ from their stored form. */
	if (lsp || strlen(stored) < XOVN_NAME_LEN - 4)
		return lsp;
	for (size_t i = 0; i < t->n_lsps; i++) {
		if (strlen(t->lsps[i].nb->name) < XOVN_NAME_LEN)
			continue;
		name_store(name, t->lsps[i].nb->name);
		if (!strcmp(name, stored))
			return &t->lsps[i];
	}
	return NULL;
}
