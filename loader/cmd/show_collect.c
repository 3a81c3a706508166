// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/show.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct collection {
	const struct state *s;
	struct image img; /* every table as it stands in the kernel */
	struct image learned; /* its NEIGHBOR table: map "learned" */
	struct chassis_val *chassis;
	struct error *e;
};

static json_t *json_ip(const __u8 *ip)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, ip, text, sizeof(text));
	return json_string(text);
}

static json_t *json_network(const __u8 *ip, unsigned int plen)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, ip, text, sizeof(text));
	return json_sprintf("%s/%u", text, plen);
}

static json_t *json_mac(const __u8 *m)
{
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
			    m[3], m[4], m[5]);
}

static unsigned int mask_plen(const __u8 *mask)
{
	__u32 word;

	memcpy(&word, mask, sizeof(word));
	return __builtin_popcount(word);
}

static int by_sort_key(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	return strcmp(json_string_value(json_object_get(x, "sort")),
		      json_string_value(json_object_get(y, "sort")));
}

/* Orders an array of objects by their member "sort", which is removed. */
static json_t *array_sort(json_t *array)
{
	size_t n = json_array_size(array);
	json_t **items = calloc(n ? n : 1, sizeof(*items));
	json_t *sorted = json_array();

	for (size_t i = 0; items && i < n; i++)
		items[i] = json_array_get(array, i);
	if (items)
		qsort(items, n, sizeof(*items), by_sort_key);
	for (size_t i = 0; items && i < n; i++) {
		json_object_del(items[i], "sort");
		json_array_append(sorted, items[i]);
	}
	free(items);
	json_decref(array);
	return sorted;
}

static json_t *array_of(json_t *object, const char *name)
{
	json_t *array = json_object_get(object, name);

	if (!array) {
		array = json_array();
		json_object_set_new(object, name, array);
	}
	return array;
}

static void add(json_t *object, const char *name, json_t *item, json_t *sort)
{
	json_object_set_new(item, "sort", sort);
	json_array_append_new(array_of(object, name), item);
}

static const char *datapath_name(struct collection *c, __u32 key)
{
	struct datapath_key dkey = {.datapath = key};
	struct datapath_val *val = image_find(&c->img, IMAGE_DATAPATH, &dkey);

	return val ? val->name : "?";
}

static void collect_chassis(struct collection *c, json_t *root)
{
	array_of(root, "chassis");
	for (__u32 i = 1; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *v = &c->chassis[i];
		bool own = i == c->s->config.chassis;
		struct tunnel_val t = {0};
		__u32 key = i;

		if (!v->name[0])
			continue;
		bpf_map_lookup_elem(c->s->map_fd[MAP_TUNNEL], &key, &t);
		add(root, "chassis",
		    json_pack("{s:s, s:s, s:o, s:b, s:b}", "name", v->name,
			      "hostname", v->hostname, "encap_ip",
			      json_ip(v->encap_ip), "own", own, "reachable",
			      own || t.ifindex),
		    json_string(v->name));
	}
}

static int collect_attachment(const void *key, const void *val, void *arg)
{
	const struct attachment_key *k = key;
	const struct attachment_val *v = val;
	char name[IF_NAMESIZE];
	bool there = if_indextoname(k->ifindex, name);

	add(arg, "attachments",
	    json_pack("{s:s, s:i, s:s, s:s, s:s, s:b}", "interface",
		      there ? name : v->ifname, "ifindex", (int)k->ifindex,
		      "role",
		      v->role == ATTACHMENT_UNDERLAY ? "underlay" : "vif",
		      "mode", v->mode == ATTACHMENT_NATIVE ? "native" : "tc",
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
	if (v->kind == PORT_ROUTER && lrp)
		json_object_set_new(o, "router_port", json_string(lrp->name));
	array_of(o, "addresses");
	return o;
}

/* Objects for datapaths and ports, by key, while the tree is built. */
static json_t *by_key(json_t *index, __u32 datapath, __u32 port)
{
	char key[32];

	snprintf(key, sizeof(key), "%u/%u", datapath, port);
	return json_object_get(index, key);
}

static void set_by_key(json_t *index, __u32 datapath, __u32 port,
		       json_t *object)
{
	char key[32];

	snprintf(key, sizeof(key), "%u/%u", datapath, port);
	json_object_set(index, key, object);
}

/* for_entries(image, table, struct prefix): k and v walk the table. */
#define for_entries(img, id, ktype, vtype)                                     \
	const struct image_table *t = &(img)->table[IMAGE_##id];               \
	const ktype *k;                                                        \
	const vtype *v;                                                        \
	for (size_t i = 0; i < t->n && (k = (const void *)image_entry(t, i),   \
				       v = (const void *)(k + 1), true);       \
	     i++)

static void collect_datapaths(struct collection *c, json_t *root, json_t *index)
{
	array_of(root, "switches");
	array_of(root, "routers");
	for_entries(&c->img, DATAPATH, struct datapath_key, struct datapath_val)
	{
		json_t *o = json_pack("{s:s, s:i}", "name", v->name, "key",
				      (int)k->datapath);

		array_of(o, "ports");
		if (v->kind == DATAPATH_ROUTER)
			array_of(o, "routes");
		set_by_key(index, k->datapath, 0, o);
		add(root, v->kind == DATAPATH_ROUTER ? "routers" : "switches",
		    o, json_string(v->name));
	}
}

static void collect_ports(struct collection *c, json_t *index)
{
	for_entries(&c->img, PORT, struct port_key, struct port_val)
	{
		json_t *dp = by_key(index, k->datapath, 0);
		json_t *o = collect_port(c, k, v);

		set_by_key(index, k->datapath, k->port, o);
		if (dp)
			add(dp, "ports", o, json_string(v->name));
		else
			json_decref(o);
	}
}

static void collect_addresses(struct collection *c, json_t *index)
{
	for_entries(&c->img, L2, struct l2_key, struct l2_val)
	{
		json_t *o = by_key(index, k->datapath, v->port);

		if (o)
			add(o, "addresses",
			    json_pack("{s:o}", "mac", json_mac(k->mac)),
			    json_mac(k->mac));
	}
}

static void collect_lrps(struct collection *c, json_t *index)
{
	for_entries(&c->img, LRP, struct lrp_key, struct lrp_val)
	{
		json_t *dp = by_key(index, k->datapath, 0), *o;

		o = json_pack("{s:s, s:i, s:o, s:s, s:b}", "name", v->name,
			      "key", (int)k->port, "mac", json_mac(v->mac),
			      "peer", datapath_name(c, v->peer_datapath),
			      "enabled", !(v->flags & LRP_F_DISABLED));
		array_of(o, "networks");
		array_of(o, "neighbors");
		set_by_key(index, k->datapath, k->port, o);
		if (dp)
			add(dp, "ports", o, json_string(v->name));
		else
			json_decref(o);
	}
}

static void collect_networks(struct collection *c, json_t *index)
{
	for_entries(&c->img, ROUTER_IP, struct router_ip_key,
		    struct router_ip_val)
	{
		json_t *o = by_key(index, k->datapath, v->port);

		if (o && v->kind == ROUTER_IP_OWN)
			add(o, "networks",
			    json_pack("{s:o}", "address",
				      json_network(k->ip, mask_plen(v->mask))),
			    json_ip(k->ip));
	}
}

static void collect_neighbors(const struct image *img, json_t *index,
			      const char *source)
{
	for_entries(img, NEIGHBOR, struct neighbor_key, struct neighbor_val)
	{
		json_t *o = by_key(index, k->datapath, k->port);

		if (o)
			add(o, "neighbors",
			    json_pack("{s:o, s:o, s:s}", "ip", json_ip(k->ip),
				      "mac", json_mac(v->mac), "source",
				      source),
			    json_ip(k->ip));
	}
}

static void collect_routes(struct collection *c, json_t *index)
{
	for_entries(&c->img, ROUTE, struct route_key, struct route_val)
	{
		json_t *dp = by_key(index, k->datapath, 0);
		json_t *out = by_key(index, k->datapath, v->port), *o;

		if (!dp || v->kind == ROUTE_LOCAL)
			continue;
		o = json_pack("{s:o, s:s}", "prefix",
			      json_network(k->ip, k->prefixlen - 32), "kind",
			      v->kind == ROUTE_CONNECTED ? "connected" :
			      v->kind == ROUTE_STATIC	 ? "static" :
							   "discard");
		if (v->kind == ROUTE_STATIC)
			json_object_set_new(o, "nexthop", json_ip(v->nexthop));
		if (out && v->kind != ROUTE_DISCARD)
			json_object_set(o, "port",
					json_object_get(out, "name"));
		add(dp, "routes", o, json_network(k->ip, k->prefixlen - 32));
	}
}

static void collect_bindings(struct collection *c, json_t *root)
{
	array_of(root, "bindings");
	for_entries(&c->img, VIF, struct vif_key, struct vif_val)
	{
		char name[IF_NAMESIZE];
		bool there = if_indextoname(k->ifindex, name);

		add(root, "bindings",
		    json_pack("{s:s, s:i, s:s, s:b, s:b}", "interface",
			      there ? name : v->ifname, "ifindex",
			      (int)k->ifindex, "port", v->name, "present",
			      there, "in_nb", v->datapath != 0),
		    json_string(v->ifname));
	}
}

/* Sorts every array of the tree that add() filled. */
static void tree_sort(json_t *o)
{
	const char *name;
	json_t *value, *item;
	size_t i;
	void *next;

	json_object_foreach_safe(o, next, name, value)
	{
		if (!json_is_array(value))
			continue;
		json_array_foreach(value, i, item) tree_sort(item);
		json_object_set_new(o, name, array_sort(json_incref(value)));
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
	array_of(root, "attachments");
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
	json_decref(index);
	tree_sort(root);
out:
	image_free(&c.img);
	image_free(&c.learned);
	free(c.chassis);
	return root;
}
