// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/show.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/show_tree.h"
#include "sync/attachment.h"

static unsigned int mask_plen(const __u8 *mask)
{
	__u32 word;

	memcpy(&word, mask, sizeof(word));
	return __builtin_popcount(word);
}

static void collect_chassis(struct collection *c, json_t *root)
{
	tree_array(root, "chassis");
	for (__u32 i = 1; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *v = &c->chassis[i];
		bool own = i == c->s->config.chassis;
		struct tunnel_val t = {0};
		__u32 key = i;

		if (!v->name[0])
			continue;
		bpf_map_lookup_elem(c->s->map_fd[MAP_TUNNEL], &key, &t);
		tree_add(root, "chassis",
			 json_pack("{s:s, s:s, s:o, s:b, s:b}", "name", v->name,
				   "hostname", v->hostname, "encap_ip",
				   json_ip(v->encap_ip), "own", own,
				   "reachable", own || t.ifindex),
			 json_string(v->name));
	}
}

static int collect_attachment(const void *key, const void *val, void *arg)
{
	const struct attachment_key *k = key;
	const struct attachment_val *v = val;
	char name[IF_NAMESIZE];
	bool there = if_indextoname(k->ifindex, name);

	static const char *const roles[] = {
		[ATTACHMENT_VIF] = "vif",
		[ATTACHMENT_UNDERLAY] = "underlay",
		[ATTACHMENT_LOCALNET] = "localnet",
		[ATTACHMENT_UNDERLAY_LOCALNET] = "underlay and localnet",
	};

	tree_add(arg, "attachments",
		 json_pack("{s:s, s:i, s:s, s:s?, s:s, s:s, s:b}", "interface",
			   there ? name : v->ifname, "ifindex", (int)k->ifindex,
			   "role", roles[v->role], "network",
			   attachment_is_localnet(v) ? v->network : NULL,
			   "mode",
			   v->mode == ATTACHMENT_NATIVE ? "native" : "tc",
			   "hook", v->hook == ATTACHMENT_TCX ? "tcx" : "clsact",
			   "present", there),
		 json_string(v->ifname));
	return 0;
}

static const char *port_state(struct collection *c, const struct port_val *v)
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

static json_t *collect_port(struct collection *c, const struct port_key *k,
			    const struct port_val *v)
{
	struct port_key pk = {v->peer_datapath, v->peer_port};
	struct lrp_key lk = {pk.datapath, pk.port};
	struct lrp_val *lrp = image_find(&c->img, IMAGE_LRP, &lk);
	json_t *o = json_pack("{s:s, s:i, s:s}", "name", v->name, "key",
			      (int)k->port, "state", port_state(c, v));
	char ifname[IF_NAMESIZE];

	if (v->chassis && v->chassis < XOVN_MAX_CHASSIS)
		json_object_set_new(o, "chassis",
				    json_string(c->chassis[v->chassis].name));
	if (v->ifindex && if_indextoname(v->ifindex, ifname))
		json_object_set_new(o, "interface", json_string(ifname));
	if ((v->kind == PORT_ROUTER || v->kind == PORT_GATEWAY) && lrp)
		json_object_set_new(o, "router_port", json_string(lrp->name));
	tree_array(o, "addresses");
	return o;
}

static void collect_datapaths(struct collection *c, json_t *root, json_t *index)
{
	tree_array(root, "switches");
	tree_array(root, "routers");
	for_entries(&c->img, DATAPATH, struct datapath_key, struct datapath_val)
	{
		json_t *o = json_pack("{s:s, s:i}", "name", v->name, "key",
				      (int)k->datapath);

		tree_array(o, "ports");
		if (v->kind == DATAPATH_ROUTER)
			tree_array(o, "routes");
		tree_set(index, k->datapath, 0, o);
		tree_add(root,
			 v->kind == DATAPATH_ROUTER ? "routers" : "switches", o,
			 json_string(v->name));
	}
}

static void collect_ports(struct collection *c, json_t *index)
{
	for_entries(&c->img, PORT, struct port_key, struct port_val)
	{
		json_t *dp = tree_find(index, k->datapath, 0);
		json_t *o = collect_port(c, k, v);

		tree_set(index, k->datapath, k->port, o);
		if (dp)
			tree_add(dp, "ports", o, json_string(v->name));
		else
			json_decref(o);
	}
}

static void collect_addresses(struct collection *c, json_t *index)
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

static void collect_lrps(struct collection *c, json_t *index)
{
	for_entries(&c->img, LRP, struct lrp_key, struct lrp_val)
	{
		json_t *dp = tree_find(index, k->datapath, 0), *o;

		o = json_pack("{s:s, s:i, s:o, s:s, s:b}", "name", v->name,
			      "key", (int)k->port, "mac", json_mac(v->mac),
			      "peer", datapath_name(c, v->peer_datapath),
			      "enabled", !(v->flags & LRP_F_DISABLED));
		tree_array(o, "networks");
		tree_array(o, "neighbors");
		tree_set(index, k->datapath, k->port, o);
		if (dp)
			tree_add(dp, "ports", o, json_string(v->name));
		else
			json_decref(o);
	}
}

static void collect_networks(struct collection *c, json_t *index)
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
	for_entries(img, NEIGHBOR, struct neighbor_key, struct neighbor_val)
	{
		json_t *o = tree_find(index, k->datapath, k->port);

		if (o)
			tree_add(o, "neighbors",
				 json_pack("{s:o, s:o, s:s}", "ip",
					   json_ip(k->ip), "mac",
					   json_mac(v->mac), "source", source),
				 json_ip(k->ip));
	}
}

static void add_route(json_t *index, const struct route_key *k,
		      const struct route_val *v, bool is_src)
{
	static const char *const kinds[] = {
		[ROUTE_CONNECTED] = "connected", [ROUTE_STATIC] = "static",
		[ROUTE_LOCAL] = "local",	 [ROUTE_DISCARD] = "discard",
		[ROUTE_ECMP] = "ecmp",
	};
	/* behind datapath and table */
	unsigned int plen = k->prefixlen - 64;
	json_t *dp = tree_find(index, k->datapath, 0);
	json_t *out = tree_find(index, k->datapath, v->port), *o;

	if (!dp || v->kind == ROUTE_LOCAL || v->kind > ROUTE_ECMP)
		return;
	o = json_pack("{s:o, s:s, s:i, s:b}", "prefix",
		      json_network(k->ip, plen), "kind", kinds[v->kind],
		      "table", (int)k->table, "by_source", is_src);
	if (v->kind == ROUTE_STATIC)
		json_object_set_new(o, "nexthop", json_ip(v->nexthop));
	if (v->kind == ROUTE_ECMP)
		json_object_set_new(o, "ecmp_group", json_integer(v->ecmp));
	if (out && (v->kind == ROUTE_STATIC || v->kind == ROUTE_CONNECTED))
		json_object_set(o, "port", json_object_get(out, "name"));
	tree_add(dp, "routes", o,
		 json_sprintf("%5u %d %u.%u.%u.%u/%u", k->table, is_src,
			      k->ip[0], k->ip[1], k->ip[2], k->ip[3], plen));
}

static void collect_routes(struct collection *c, json_t *index)
{
	for_entries(&c->img, ROUTE, struct route_key, struct route_val)
		add_route(index, k, v, false);
}

static void collect_source_routes(struct collection *c, json_t *index)
{
	for_entries(&c->img, ROUTE_SRC, struct route_key, struct route_val)
		add_route(index, k, v, true);
}

static void collect_bindings(struct collection *c, json_t *root)
{
	tree_array(root, "bindings");
	for_entries(&c->img, VIF, struct vif_key, struct vif_val)
	{
		char name[IF_NAMESIZE];
		bool there = if_indextoname(k->ifindex, name);

		tree_add(root, "bindings",
			 json_pack("{s:s, s:i, s:s, s:b, s:b}", "interface",
				   there ? name : v->ifname, "ifindex",
				   (int)k->ifindex, "port", v->name, "present",
				   there, "in_nb", v->datapath != 0),
			 json_string(v->ifname));
	}
}

static int collection_read(struct collection *c)
{
	int ret = 0;

	c->chassis = calloc(XOVN_MAX_CHASSIS, sizeof(*c->chassis));
	if (!c->chassis || image_init(&c->img) || image_init(&c->learned))
		return error_set(c->e, ENOMEM, "out of memory");
	for (__u32 i = 0; i < XOVN_MAX_CHASSIS; i++)
		bpf_map_lookup_elem(c->s->map_fd[MAP_CHASSIS], &i,
				    &c->chassis[i]);
	for (int id = 0; id < IMAGE_TABLE_COUNT && !ret; id++)
		ret = map_read_table(c->s->map_fd[id], id, &c->img);
	if (!ret)
		ret = map_read_table(c->s->map_fd[MAP_LEARNED], IMAGE_NEIGHBOR,
				     &c->learned);
	if (ret)
		return error_set(c->e, -ret, "reading the maps: %s",
				 strerror(-ret));
	return 0;
}

json_t *show_collect(const struct state *s, struct error *e)
{
	struct collection c = {.s = s, .e = e};
	json_t *root = NULL, *index;

	if (collection_read(&c))
		goto out;
	root = json_pack("{s:s}", "own_chassis", s->config.chassis_name);
	index = json_object();
	collect_chassis(&c, root);
	tree_array(root, "attachments");
	map_for_each(s->map_fd[MAP_ATTACHMENT], sizeof(struct attachment_key),
		     sizeof(struct attachment_val), collect_attachment, root);
	collect_bindings(&c, root);
	collect_datapaths(&c, root, index);
	collect_ports(&c, index);
	collect_addresses(&c, index);
	collect_lrps(&c, index);
	collect_networks(&c, index);
	collect_neighbors(&c.img, index, "static");
	collect_neighbors(&c.learned, index, "learned");
	collect_routes(&c, index);
	collect_source_routes(&c, index);
	collect_gateways(&c, index);
	json_decref(index);
	tree_sort(root);
out:
	image_free(&c.img);
	image_free(&c.learned);
	free(c.chassis);
	return root;
}
