// SPDX-License-Identifier: GPL-2.0-only
/* Ports of switches and routers: where they are, addresses, what was
 * learned behind them. */
#include <net/if.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <string.h>

#include "cmd/show_tree.h"
#include "sync/conntrack.h"

static const char *port_state(const struct collection *c,
			      const struct port_val *v)
{
	char name[IF_NAMESIZE];

	if (v->policy.flags & PORT_F_DISABLED)
		return "disabled";
	if (v->kind == PORT_UNSUPPORTED)
		return "not supported";
	if (v->kind == PORT_ROUTER)
		return "router";
	if (v->kind == PORT_GATEWAY && v->chassis)
		return "gateway router";
	if (v->kind == PORT_LOCALNET)
		return !v->ifindex			? "not attached" :
		       if_indextoname(v->ifindex, name) ? "attached" :
							  "interface gone";
	if (!v->chassis)
		return "unplaced";
	if (v->chassis != c->s->config.chassis)
		return "remote";
	if (!v->ifindex)
		return "not bound";
	return if_indextoname(v->ifindex, name) ? "bound" : "interface gone";
}

/* The LSP's column "type", as far as a map tells. */
static const char *port_type(const struct port_val *v)
{
	switch (v->kind) {
	case PORT_ROUTER:
	case PORT_GATEWAY:
		return "router";
	case PORT_LOCALNET:
		return "localnet";
	case PORT_UNSUPPORTED:
		return "not supported";
	default:
		return "";
	}
}

/* A gateway router's own ports are known on its chassis only. */
static void set_router(struct collection *c, json_t *o,
		       const struct port_val *v)
{
	struct lrp_key lk = {v->peer_datapath, v->peer_port};
	struct lrp_val *lrp = image_find(&c->img, IMAGE_LRP, &lk);

	if (lrp)
		json_object_set_new(o, "router_port", json_string(lrp->name));
	if (!v->peer_datapath)
		return;
	json_object_set_new(o, "router",
			    json_string(datapath_name(c, v->peer_datapath)));
	json_object_set_new(o, "router_key", json_integer(v->peer_datapath));
}

static json_t *port_json(struct collection *c, const struct port_key *k,
			 const struct port_val *v)
{
	json_t *o = json_pack("{s:s, s:i, s:s, s:s, s:b, s:b}", "name", v->name,
			      "key", (int)k->port, "type", port_type(v),
			      "state", port_state(c, v), "port_security",
			      !!(v->policy.flags & PORT_F_SECURITY), "unknown",
			      !!(v->policy.flags & PORT_F_UNKNOWN));
	char ifname[IF_NAMESIZE];

	if (v->chassis && v->chassis < XOVN_MAX_CHASSIS) {
		const struct chassis_val *chassis = &c->chassis[v->chassis];

		json_object_set_new(o, "chassis", json_string(chassis->name));
		json_object_set_new(o, "hostname",
				    json_string(chassis->hostname));
	}
	if (v->ifindex && if_indextoname(v->ifindex, ifname))
		json_object_set_new(o, "interface", json_string(ifname));
	if (v->kind == PORT_ROUTER || v->kind == PORT_GATEWAY)
		set_router(c, o, v);
	counters_set_port(c, o, v->counter);
	tree_array(o, "addresses");
	return o;
}

static void collect_lsps(struct collection *c, json_t *index)
{
	for_entries(&c->img, PORT, struct port_key, struct port_val)
	{
		json_t *dp = tree_find(index, k->datapath, 0);
		json_t *o = port_json(c, k, v);

		tree_set(index, k->datapath, k->port, o);
		if (dp)
			tree_add(dp, "ports", o, json_string(v->name));
		else
			json_decref(o);
	}
}

static void collect_macs(struct collection *c, json_t *index)
{
	for_entries(&c->img, L2, struct l2_key, struct l2_val)
	{
		json_t *o = tree_find(index, k->datapath, v->port);

		if (o)
			tree_add(o, "addresses",
				 json_pack("{s:o}", "mac", json_mac(k->mac)),
				 json_mac(k->mac));
	}
}

/* To the MAC that the switch answers ARP or ND for the address with. */
static void add_ip(json_t *port, const struct arp_val *v, const char *ip)
{
	const json_t *addresses = json_object_get(port, "addresses");
	json_t *mac = json_mac(v->mac), *o;
	size_t i;

	json_array_foreach(addresses, i, o)
	{
		if (json_equal(json_object_get(o, "mac"), mac))
			tree_add(o, "ips", json_pack("{s:s}", "ip", ip),
				 json_string(ip));
	}
	json_decref(mac);
}

static void collect_ip4(struct collection *c, json_t *index)
{
	char text[INET_ADDRSTRLEN];

	for_entries(&c->img, ARP, struct arp_key, struct arp_val)
	{
		json_t *o = tree_find(index, k->datapath, v->port);

		if (v->kind != ARP_ROUTER)
			add_ip(o, v,
			       inet_ntop(AF_INET, k->ip, text, sizeof(text)));
	}
}

static void collect_ip6(struct collection *c, json_t *index)
{
	char text[INET6_ADDRSTRLEN];

	for_entries(&c->img, ND, struct nd_key, struct arp_val)
	{
		json_t *o = tree_find(index, k->datapath, v->port);

		add_ip(o, v, inet_ntop(AF_INET6, k->ip, text, sizeof(text)));
	}
}

static int add_fdb(const void *key, const void *val, void *arg)
{
	const struct l2_key *k = key;
	const struct fdb_val *v = val;
	json_t *o = tree_find(arg, k->datapath, v->port);

	if (o)
		tree_add(o, "fdb", json_pack("{s:o}", "mac", json_mac(k->mac)),
			 json_mac(k->mac));
	return 0;
}

static void collect_networks(struct collection *c, json_t *index)
{
	for_entries(&c->img, NETWORK, struct port_key, struct network_val)
	{
		json_t *port = tree_find(index, k->datapath, k->port);

		if (!port)
			continue;
		json_object_set_new(port, "network", json_string(v->name));
		json_object_set_new(port, "tag", json_integer(v->vlan));
	}
}

static void collect_lrps(struct collection *c, json_t *index)
{
	for_entries(&c->img, LRP, struct lrp_key, struct lrp_val)
	{
		json_t *dp = tree_find(index, k->datapath, 0), *o;
		struct port_key pk = {v->peer_datapath, v->peer_port};
		struct port_val *lsp = image_find(&c->img, IMAGE_PORT, &pk);
		struct lrp_key lk = {pk.datapath, pk.port};
		struct lrp_val *lrp = image_find(&c->img, IMAGE_LRP, &lk);

		o = json_pack("{s:s, s:i, s:o, s:s, s:b}", "name", v->name,
			      "key", (int)k->port, "mac", json_mac(v->mac),
			      "peer", datapath_name(c, v->peer_datapath),
			      "enabled", !(v->flags & LRP_F_DISABLED));
		if (lsp || lrp)
			json_object_set_new(o, "peer_port",
					    json_string(lsp ? lsp->name :
							      lrp->name));
		tree_array(o, "networks");
		tree_array(o, "neighbors");
		tree_set(index, k->datapath, k->port, o);
		if (dp)
			tree_add(dp, "ports", o, json_string(v->name));
		else
			json_decref(o);
	}
}

static unsigned int mask_plen(const __u8 *mask)
{
	__u32 word;

	memcpy(&word, mask, sizeof(word));
	return __builtin_popcount(word);
}

static void collect_own_ips(struct collection *c, json_t *index)
{
	for_entries(&c->img, ROUTER_IP, struct router_ip_key,
		    struct router_ip_val)
	{
		json_t *o = tree_find(index, k->datapath, v->port);

		if (o && v->kind == ROUTER_IP_OWN)
			tree_add(o, "networks",
				 json_pack("{s:o}", "address",
					   json_network(k->ip,
							mask_plen(v->mask))),
				 json_ip(k->ip));
	}
}

static void collect_neighbors(const struct image *img, json_t *index,
			      const char *source)
{
	__u32 now = ct_now();

	for_entries(img, NEIGHBOR, struct neighbor_key, struct neighbor_val)
	{
		json_t *o = tree_find(index, k->datapath, k->port), *n;

		if (!o)
			continue;
		n = json_pack("{s:o, s:o, s:s}", "ip", json_ip(k->ip), "mac",
			      json_mac(v->mac), "source", source);
		if (v->seen)
			json_object_set_new(n, "age",
					    json_integer(now > v->seen ?
								 now - v->seen :
								 0));
		tree_add(o, "neighbors", n, json_ip(k->ip));
	}
}

void tree_ports(struct collection *c, json_t *index)
{
	collect_lsps(c, index);
	collect_macs(c, index);
	collect_ip4(c, index);
	collect_ip6(c, index);
	map_for_each(c->s->map_fd[MAP_FDB], sizeof(struct l2_key),
		     sizeof(struct fdb_val), add_fdb, index);
	collect_networks(c, index);
	collect_lrps(c, index);
	collect_own_ips(c, index);
	collect_neighbors(&c->img, index, "static");
	collect_neighbors(&c->learned, index, "learned");
}
