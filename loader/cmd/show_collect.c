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

static void collect_chassis(struct collection *c, json_t *root)
{
	tree_array(root, "chassis");
	for (__u32 i = 1; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *v = &c->chassis[i];
		bool own = i == c->s->config.chassis;
		struct tunnel_val t = {0};
		__u32 key = i;
		json_t *o;

		if (!v->name[0])
			continue;
		bpf_map_lookup_elem(c->s->map_fd[MAP_TUNNEL], &key, &t);
		o = json_pack("{s:s, s:s, s:o, s:b, s:b}", "name", v->name,
			      "hostname", v->hostname, "encap_ip",
			      json_ip(v->encap_ip), "own", own, "reachable",
			      own || t.ifindex);
		if (!own)
			counters_set_chassis(c, o, i);
		tree_add(root, "chassis", o, json_string(v->name));
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

json_t *show_collect(const struct state *s, double interval, struct error *e)
{
	struct collection c = {.s = s, .e = e};
	json_t *root = NULL, *index = json_object();

	if (collection_read(&c) || counters_open(&c, interval))
		goto out;
	root = json_pack("{s:s}", "own_chassis", s->config.chassis_name);
	if (c.before)
		json_object_set_new(root, "interval", json_real(c.seconds));
	collect_chassis(&c, root);
	tree_array(root, "attachments");
	map_for_each(s->map_fd[MAP_ATTACHMENT], sizeof(struct attachment_key),
		     sizeof(struct attachment_val), collect_attachment, root);
	collect_bindings(&c, root);
	collect_datapaths(&c, root, index);
	tree_ports(&c, index);
	tree_routes(&c, index);
	tree_gateways(&c, index);
	tree_vips(&c, index);
	tree_sort(root);
	if (tree_drops(&c, index)) {
		json_decref(root);
		root = NULL;
	}
out:
	json_decref(index);
	counters_close(&c);
	image_free(&c.img);
	image_free(&c.learned);
	free(c.chassis);
	return root;
}
