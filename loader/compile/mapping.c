// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical networks: which localnet port gets the frames of which attached
 * interface.  A frame is known by its interface and VLAN, so of all ports
 * with one network_name and tag this host can serve one.  Stock OVN has such
 * networks (a switch for each gateway chassis, all on one network); there
 * the port counts whose switch is in use here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "topology.h"

static int compare_network(const struct topo_lsp *a, const struct topo_lsp *b)
{
	int order = strcmp(a->nb->network_name, b->nb->network_name);

	return order ? order : (int)a->nb->tag - b->nb->tag;
}

/* LSPs stand in the order of topology.h, that of their switches first. */
static int compare_port(const void *a, const void *b)
{
	const struct topo_lsp *const *x = a, *const *y = b;
	int order = compare_network(*x, *y);

	return order ? order : (*x < *y ? -1 : *x > *y);
}

/* May a packet of this host be in the switch? */
static bool switch_is_used(const struct topology *t,
			   const struct topo_switch *sw)
{
	for (size_t i = 0; i < sw->n_ports; i++) {
		const struct topo_lsp *lsp = &sw->ports[i];

		if (lsp->kind == PORT_ROUTER ||
		    ((lsp->kind == PORT_VIF || lsp->kind == PORT_GATEWAY) &&
		     lsp->chassis == t->own_chassis))
			return true;
	}
	return false;
}

/* Where the other may be left out, one gets the frames. */
static int error_same_frames(const struct topology *t,
			     const struct topo_lsp *one, struct topo_lsp *other,
			     struct error *e)
{
	error_set(e, EINVAL,
		  "localnet ports %.150s (switch %.100s) and %.150s (switch "
		  "%.100s) both have network %.150s and tag %u; give one of "
		  "them another tag",
		  one->nb->name, one->sw->nb->name, other->nb->name,
		  other->sw->nb->name, one->nb->network_name, one->nb->tag);
	other->is_shadowed = true;
	return refused_add(t->refused, -EINVAL, e);
}

/* Of n > 1 ports with the same network and tag, one is served. */
static int choose_port(const struct topology *t, struct topo_lsp **ports,
		       size_t n, struct error *e)
{
	struct topo_lsp *served = ports[0];
	bool is_used = switch_is_used(t, served->sw);
	int ret = 0;

	for (size_t i = 1; i < n && !ret; i++) {
		bool other_is_used = switch_is_used(t, ports[i]->sw);

		if (ports[i]->sw == ports[i - 1]->sw) {
			ret = error_same_frames(t, ports[i - 1], ports[i], e);
			continue;
		}
		if (is_used && other_is_used) {
			ret = error_same_frames(t, served, ports[i], e);
			continue;
		}
		if (!other_is_used) {
			ports[i]->is_shadowed = true;
			continue;
		}
		served->is_shadowed = true;
		served = ports[i];
		is_used = true;
	}
	return ret;
}

static int choose_ports(const struct topology *t, struct topo_lsp **ports,
			size_t n, struct error *e)
{
	size_t end;
	int ret = 0;

	qsort(ports, n, sizeof(*ports), compare_port);
	for (size_t i = 0; !ret && i < n; i = end) {
		for (end = i + 1; end < n; end++)
			if (compare_network(ports[i], ports[end]))
				break;
		ret = choose_port(t, ports + i, end - i, e);
	}
	return ret;
}

/* The first interface of a network is the one that counts. */
static void map_ports(const struct compile_input *in, struct topo_lsp **ports,
		      size_t n, struct notes *notes)
{
	struct note_group unused = {}, second = {};
	char network[XOVN_NAME_LEN];

	for (size_t m = 0; m < in->n_mappings; m++) {
		const struct compile_mapping *mapping = &in->mappings[m];
		bool is_used = false, is_second = false;

		for (size_t i = 0; i < n; i++) {
			name_store(network, ports[i]->nb->network_name);
			if (strcmp(network, mapping->network))
				continue;
			is_used = true;
			if (ports[i]->mapping)
				is_second = true;
			else if (!ports[i]->is_shadowed)
				ports[i]->mapping = mapping;
		}
		if (!is_used)
			note_group_add(&unused, "%s (%s)", mapping->ifname,
				       mapping->network);
		if (is_second)
			note_group_add(&second, "%s (%s)", mapping->ifname,
				       mapping->network);
	}
	note_group_finish(&unused, notes,
			  "interfaces attached to a network that no localnet "
			  "port has");
	note_group_finish(&second, notes,
			  "interfaces attached to a network that another "
			  "interface serves, which get no traffic");
}

int topology_map_networks(struct topology *t, const struct compile_input *in,
			  struct notes *notes, struct error *e)
{
	struct topo_lsp **ports = calloc(t->n_lsps + 1, sizeof(*ports));
	size_t n = 0;
	int ret;

	if (!ports)
		return error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < t->n_lsps; i++)
		if (t->lsps[i].kind == PORT_LOCALNET)
			ports[n++] = &t->lsps[i];
	ret = choose_ports(t, ports, n, e);
	if (!ret)
		map_ports(in, ports, n, notes);
	free(ports);
	return ret;
}
