// SPDX-License-Identifier: GPL-2.0-only
#include "trace/start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 200

/* "node1, node2, ..." of those marked. */
static void list_chassis(const struct source *s, const bool *is_listed,
			 char text[LIST_MAX])
{
	size_t len = 0;
	int n = 0;

	text[0] = '\0';
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++) {
		if (!s->chassis[i].name[0] || (is_listed && !is_listed[i]))
			continue;
		if (len > LIST_MAX - 80 || n == 5) {
			snprintf(text + len, LIST_MAX - len, ", ...");
			return;
		}
		len += snprintf(text + len, LIST_MAX - len, "%s%.60s",
				n++ ? ", " : "", source_chassis_name(s, i));
	}
}

static int find_chassis(const struct source *s, const char *name,
			uint32_t *chassis, struct error *e)
{
	char known[LIST_MAX];

	*chassis = source_find_chassis(s, name);
	if (*chassis && (!s->only_chassis || *chassis == s->only_chassis))
		return 0;
	if (*chassis)
		return error_set(e, EINVAL,
				 "--chassis %s: --live knows the maps of this "
				 "host, %s, alone",
				 name, source_chassis_name(s, s->only_chassis));
	list_chassis(s, NULL, known);
	return error_set(e, ENOENT,
			 "chassis %s is not in the placement; there %s %s",
			 name, strchr(known, ',') ? "are" : "is", known);
}

static const struct port_val *find_lsp(const struct source *s, const char *name,
				       struct port_key *key)
{
	const struct image_table *t = &s->base.table[IMAGE_PORT];

	for (size_t i = 0; i < t->n; i++) {
		const struct port_key *k = (void *)image_entry(t, i);
		const struct port_val *v = (void *)(k + 1);

		if (strcmp(v->name, name))
			continue;
		*key = *k;
		return v;
	}
	return NULL;
}

/* Gateway routers on the switches of the network: where they are. */
static size_t mark_gateways(const struct source *s, const char *network,
			    bool is_gateway[XOVN_MAX_CHASSIS], uint32_t *last)
{
	const struct image_table *ports = &s->base.table[IMAGE_PORT];
	const struct image_table *networks = &s->base.table[IMAGE_NETWORK];
	size_t n = 0;

	for (size_t i = 0; i < ports->n; i++) {
		const struct port_key *k = (void *)image_entry(ports, i);
		const struct port_val *v = (void *)(k + 1);

		if (v->kind != PORT_GATEWAY || !v->chassis)
			continue;
		for (size_t j = 0; j < networks->n; j++) {
			const struct port_key *nk =
				(void *)image_entry(networks, j);
			const struct network_val *nv = (void *)(nk + 1);

			if (nk->datapath != k->datapath ||
			    strcmp(nv->name, network) || is_gateway[v->chassis])
				continue;
			is_gateway[v->chassis] = true;
			*last = v->chassis;
			n++;
		}
	}
	return n;
}

static int choose_chassis(const struct source *s, const char *network,
			  uint32_t *chassis, struct error *e)
{
	bool is_gateway[XOVN_MAX_CHASSIS] = {false};
	size_t n = mark_gateways(s, network, is_gateway, chassis);
	char list[LIST_MAX];
	size_t n_chassis = 0;

	if (s->only_chassis) {
		*chassis = s->only_chassis;
		return 0;
	}
	if (n == 1)
		return 0;
	for (uint32_t i = 1; !n && i < XOVN_MAX_CHASSIS; i++)
		if (s->chassis[i].name[0] && !n_chassis++)
			*chassis = i;
	if (n_chassis == 1)
		return 0;
	list_chassis(s, n ? is_gateway : NULL, list);
	return error_set(e, EINVAL,
			 "network %s: %s; say by --chassis where the packet "
			 "comes in: %s",
			 network,
			 n ? "it has gateway routers on several chassis" :
			     "no gateway router is on it",
			 list);
}

/* Any port of the network; of several the untagged one. */
static const struct network_val *find_network(const struct source *s,
					      const char *name)
{
	const struct image_table *t = &s->base.table[IMAGE_NETWORK];
	const struct network_val *found = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct network_val *v =
			(void *)(image_entry(t, i) + t->key_size);

		if (!strcmp(v->name, name) && (!found || !v->vlan))
			found = v;
	}
	return found;
}

static int start_network(struct source *s, const struct start_request *r,
			 const struct network_val *port, struct arrival *a,
			 const struct network_val **tag, struct error *e)
{
	int ret;

	ret = r->chassis ? find_chassis(s, r->chassis, &a->chassis, e) :
			   choose_chassis(s, port->name, &a->chassis, e);
	if (ret)
		return ret;
	a->hook = HOOK_LOCALNET;
	a->ifindex = source_network_ifindex(s, port->name);
	if (!a->ifindex)
		return error_set(e, ENOENT,
				 "network %s: no interface of this host is "
				 "attached to it; xovn attach IFACE --localnet "
				 "%s",
				 port->name, port->name);
	memcpy(a->port, port->name, XOVN_NAME_LEN);
	if (!r->is_exact && port->vlan)
		*tag = port;
	return 0;
}

static int unknown_network(const struct source *s, const char *name,
			   struct error *e)
{
	char list[LIST_MAX] = "";
	size_t len = 0;

	for (size_t i = 0; i < s->n_networks && len < LIST_MAX - 80; i++)
		len += snprintf(list + len, LIST_MAX - len, "%s%.60s",
				i ? ", " : "", s->network[i]);
	if (!s->n_networks)
		return error_set(e, ENOENT,
				 "network %s: there is no localnet port at all",
				 name);
	return error_set(e, ENOENT,
			 "network %s: there is no localnet port of it; "
			 "networks are: %s",
			 name, list);
}

static int start_guest(struct source *s, const struct start_request *r,
		       const struct port_val *port, struct arrival *a,
		       struct error *e)
{
	int ret = 0;

	a->hook = HOOK_VIF;
	memcpy(a->port, port->name, XOVN_NAME_LEN);
	a->chassis = port->chassis;
	if (r->chassis)
		ret = find_chassis(s, r->chassis, &a->chassis, e);
	else if (s->only_chassis)
		a->chassis = s->only_chassis;
	if (ret)
		return ret;
	if (!a->chassis)
		return error_set(e, ENOENT,
				 "port %s is placed on no chassis; place it "
				 "(--placement, --sb, requested-chassis), or "
				 "say by --chassis where it is bound",
				 port->name);
	if (a->chassis != port->chassis) {
		memcpy(s->guest, port->name, XOVN_NAME_LEN);
		s->guest_chassis = a->chassis;
	}
	a->ifindex = source_guest_ifindex(s, port->name);
	if (!a->ifindex)
		return error_set(e, ENOENT,
				 "port %s is bound to no interface of this "
				 "host; xovn bind IFACE %s, or trace it from "
				 "files where it is",
				 port->name, port->name);
	return 0;
}

static int start_inport(struct source *s, const struct start_request *r,
			struct arrival *a, const struct network_val **tag,
			struct error *e)
{
	const struct network_val *network;
	const struct port_val *port;
	char name[XOVN_NAME_LEN];
	struct port_key key;

	name_store(name, r->inport);
	port = find_lsp(s, name, &key);
	if (!port)
		return error_set(e, ENOENT,
				 "port %s: there is no logical switch port of "
				 "that name%s",
				 r->inport, s->nb ? " in the NB" : "");
	if (port->kind == PORT_VIF)
		return start_guest(s, r, port, a, e);
	network = image_find(&s->base, IMAGE_NETWORK, &key);
	if (port->kind == PORT_LOCALNET && network)
		return start_network(s, r, network, a, tag, e);
	return error_set(e, EINVAL,
			 "port %s is no port that packets come in by: name a "
			 "guest's (type \"\") or a localnet port",
			 r->inport);
}

int start_find(struct source *s, const struct start_request *r,
	       struct arrival *a, const struct network_val **tag,
	       struct error *e)
{
	const struct network_val *network;
	char name[XOVN_NAME_LEN];

	memset(a, 0, sizeof(*a));
	*tag = NULL;
	if (r->inport)
		return start_inport(s, r, a, tag, e);
	name_store(name, r->network);
	network = find_network(s, name);
	return network ? start_network(s, r, network, a, tag, e) :
			 unknown_network(s, r->network, e);
}

const char *start_chassis_of_nb(const struct nb *nb,
				const struct start_request *r)
{
	for (size_t i = 0; r->inport && i < nb->n_switches; i++)
		for (size_t j = 0; j < nb->switches[i].n_ports; j++) {
			const struct nb_lsp *lsp = &nb->switches[i].ports[j];

			if (!strcmp(lsp->name, r->inport) &&
			    lsp->requested_chassis)
				return lsp->requested_chassis;
		}
	for (size_t i = 0; !r->inport && i < nb->n_routers; i++)
		if (nb->routers[i].gateway_chassis)
			return nb->routers[i].gateway_chassis;
	return NULL;
}
