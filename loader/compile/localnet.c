// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical networks: tables network and localnet, and what is announced on
 * them (ovn-controller(8), gratuitous ARP).
 */
#include <errno.h>
#include <string.h>

#include "tables.h"

int tables_add_garp(struct tables *c, const struct topo_lsp *lsp,
		    const uint8_t mac[6], const uint8_t ip[4])
{
	const struct topo_switch *sw = lsp->sw;
	struct garp_key key = {.datapath = sw->key};
	struct garp_val val = {};
	int ret;

	if (!sw->localnet)
		return 0;
	memcpy(key.ip, ip, sizeof(key.ip));
	memcpy(val.mac, mac, sizeof(val.mac));
	val.port = sw->localnet->key;
	ret = tables_add(c, IMAGE_GARP, &key, &val, NULL);
	return ret == -EEXIST ? 0 : ret;
}

static int add_localnet(struct tables *c, const struct topo_lsp *lsp)
{
	struct port_key port = {.datapath = lsp->sw->key, .port = lsp->key};
	struct network_val network = {
		.vlan = lsp->nb->tag,
		.vlan_type = lsp->nb->tag_type,
		.flags = lsp->flags &
			 (PORT_F_LEARN | PORT_F_FDB_SWITCH | PORT_F_DISABLED),
	};
	struct localnet_key key = {.vlan = lsp->nb->tag};
	struct localnet_val val = {
		.datapath = lsp->sw->key,
		.port = lsp->key,
		.flags = network.flags,
	};
	int ret;

	name_store(network.name, lsp->nb->network_name);
	ret = tables_add(c, IMAGE_NETWORK, &port, &network, NULL);
	if (ret || !lsp->mapping)
		return ret;
	key.ifindex = lsp->mapping->ifindex;
	name_store(val.name, lsp->nb->name);
	ret = tables_add(c, IMAGE_LOCALNET, &key, &val, NULL);
	if (ret == -EEXIST)
		ret = tables_refuse(
			c, error_set(c->e, EINVAL,
				     "interface %s is attached to two networks "
				     "with tag %u; detach it",
				     lsp->mapping->ifname, lsp->nb->tag));
	return ret;
}

static void note_unattached(const struct topo_lrp *lrp,
			    struct note_group *unattached)
{
	const struct topo_switch *sw = lrp->lsp->sw;

	for (size_t i = 0; i < sw->n_ports; i++) {
		const struct topo_lsp *lsp = &sw->ports[i];

		if (lsp->kind == PORT_LOCALNET && !lsp->mapping)
			note_group_add(unattached, "%s (%s)",
				       lrp->router->nb->name,
				       lsp->nb->network_name);
	}
}

int tables_add_localnets(struct tables *c)
{
	const struct topology *t = c->t;
	struct note_group unattached = {};
	int ret = 0;

	for (size_t i = 0; !ret && i < t->n_lsps; i++)
		if (t->lsps[i].kind == PORT_LOCALNET && !t->lsps[i].is_shadowed)
			ret = add_localnet(c, &t->lsps[i]);
	for (size_t i = 0; i < t->n_lrps; i++) {
		const struct topo_lrp *lrp = &t->lrps[i];

		if (lrp->lsp && lrp->lsp->sw->localnet &&
		    lrp->router->is_gateway && topo_lrp_is_here(t, lrp))
			note_unattached(lrp, &unattached);
	}
	note_group_finish(&unattached, c->notes,
			  "gateway routers of this host whose physical network "
			  "has no interface (xovn attach IFACE --localnet "
			  "NETWORK)");
	return ret;
}

/* The port's own addresses, and those that nat-addresses lists. */
static int announce_router(struct tables *c, const struct topo_lsp *lsp)
{
	const struct nb_lrp *lrp = lsp->peer->nb;
	int ret = 0;

	for (size_t i = 0; !ret && i < lrp->n_ip4; i++)
		ret = tables_add_garp(c, lsp, lrp->mac, lrp->ip4[i].addr);
	for (size_t i = 0; i < lsp->nb->n_nat_addresses; i++) {
		const struct nb_address *a = &lsp->nb->nat_addresses[i];

		for (size_t j = 0; !ret && j < a->n_ip4; j++)
			ret = tables_add_garp(c, lsp, a->mac, a->ip4[j].addr);
	}
	return ret;
}

static int announce_guest(struct tables *c, const struct topo_lsp *lsp)
{
	int ret = 0;

	for (size_t i = 0; i < lsp->nb->n_addresses; i++) {
		const struct nb_address *a = &lsp->nb->addresses[i];

		for (size_t j = 0; !ret && j < a->n_ip4; j++)
			ret = tables_add_garp(c, lsp, a->mac, a->ip4[j].addr);
	}
	return ret;
}

int tables_add_garps(struct tables *c)
{
	const struct topology *t = c->t;
	int ret = 0;

	for (size_t i = 0; !ret && i < t->n_lsps; i++) {
		const struct topo_lsp *lsp = &t->lsps[i];

		if (!lsp->sw->localnet || lsp->chassis != t->own_chassis ||
		    lsp->flags & PORT_F_DISABLED)
			continue;
		if (lsp->kind == PORT_GATEWAY &&
		    !(lsp->peer->flags & LRP_F_DISABLED))
			ret = announce_router(c, lsp);
		else if (lsp->kind == PORT_VIF)
			ret = announce_guest(c, lsp);
	}
	return ret;
}
