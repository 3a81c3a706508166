// SPDX-License-Identifier: GPL-2.0-only
#include "sync/localnet.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/attachment.h"

int mappings_read(const struct state *s, struct compile_mapping **list,
		  size_t *n, bool is_warning, struct error *e)
{
	struct attachment *all = NULL;
	size_t n_all = 0;
	int err;

	*n = 0;
	err = attachment_list(s, &all, &n_all, e);
	*list = calloc(n_all + 1, sizeof(**list));
	if (!err && !*list)
		err = error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < n_all && !err; i++) {
		const struct attachment_val *val = &all[i].val;
		struct compile_mapping *m = &(*list)[*n];

		if (!attachment_is_localnet(val))
			continue;
		if (attachment_is_gone(s, &all[i])) {
			if (is_warning)
				warning("localnet %s: %s was deleted; xovn "
					"attach it again",
					val->network, val->ifname);
			continue;
		}
		m->ifindex = all[i].ifindex;
		m->is_native = val->mode == ATTACHMENT_NATIVE;
		memcpy(m->ifname, val->ifname, sizeof(m->ifname));
		memcpy(m->network, val->network, sizeof(m->network));
		++*n;
	}
	free(all);
	return err;
}

static int by_key(const void *a, const void *b)
{
	const struct localnet_port *x = a, *y = b;

	if (x->key.datapath != y->key.datapath)
		return x->key.datapath < y->key.datapath ? -1 : 1;
	return x->key.port < y->key.port ? -1 : x->key.port > y->key.port;
}

static int unknown_network(const char *network, const struct image *img,
			   struct error *e)
{
	const struct image_table *t = &img->table[IMAGE_NETWORK];
	char list[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < t->n && len < sizeof(list); i++) {
		const struct network_val *v =
			(const void *)(image_entry(t, i) + t->key_size);
		bool is_new = true;

		for (size_t j = 0; j < i && is_new; j++) {
			const struct network_val *other =
				(const void *)(image_entry(t, j) + t->key_size);

			is_new = strcmp(other->name, v->name) != 0;
		}
		if (is_new)
			len += snprintf(list + len, sizeof(list) - len, "%s%s",
					len ? ", " : "", v->name);
	}
	if (!t->n)
		return error_set(e, ENOENT,
				 "network %s: the NB has no localnet port at "
				 "all; add one (options:network_name=%s) and "
				 "load",
				 network, network);
	return error_set(e, ENOENT,
			 "network %s: the NB has no localnet port of it; there "
			 "are: %s",
			 network, list);
}

int localnet_ports(const struct state *s, const char *network,
		   struct localnet_port **list, size_t *n, struct error *e)
{
	const struct image_table *t;
	struct image img;
	int err;

	*list = NULL;
	*n = 0;
	err = image_init(&img);
	if (!err)
		err = map_read_table(s->map_fd[IMAGE_NETWORK], IMAGE_NETWORK,
				     &img);
	t = &img.table[IMAGE_NETWORK];
	if (!err) {
		*list = calloc(t->n + 1, sizeof(**list));
		err = *list ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < t->n && !err; i++) {
		const uint8_t *key = image_entry(t, i);
		struct localnet_port *port = &(*list)[*n];

		memcpy(&port->key, key, sizeof(port->key));
		memcpy(&port->val, key + t->key_size, sizeof(port->val));
		if (!strcmp(port->val.name, network))
			++*n;
	}
	if (err) {
		error_set(e, -err, "%s/network: cannot read: %s", s->dir,
			  strerror(-err));
	} else if (!*n) {
		err = unknown_network(network, &img, e);
	} else {
		qsort(*list, *n, sizeof(**list), by_key);
	}
	image_free(&img);
	return err;
}

static int map_failed(const struct state *s, const char *map, struct error *e)
{
	if (errno == E2BIG)
		return error_set(e, E2BIG,
				 "%s/%s: map full; xovn detach --all and load "
				 "with a larger --max-ports",
				 s->dir, map);
	return error_set(e, errno, "%s/%s: cannot write: %s", s->dir, map,
			 strerror(errno));
}

static int port_start(const struct state *s, uint32_t ifindex, bool is_native,
		      const struct localnet_port *p, struct error *e)
{
	struct localnet_key key = {.ifindex = ifindex, .vlan = p->val.vlan};
	struct localnet_val val = {.datapath = p->key.datapath,
				   .port = p->key.port,
				   .flags = p->val.flags};
	struct port_val port;

	if (bpf_map_lookup_elem(s->map_fd[IMAGE_PORT], &p->key, &port))
		return error_set(e, errno,
				 "%s/port: no entry for a port of network %s; "
				 "xovn load again",
				 s->dir, p->val.name);
	port.ifindex = ifindex;
	port.policy.flags &= ~PORT_F_NATIVE;
	if (is_native)
		port.policy.flags |= PORT_F_NATIVE;
	val.counter = port.counter;
	memcpy(val.name, port.name, sizeof(val.name));
	if (bpf_map_update_elem(s->map_fd[IMAGE_PORT], &p->key, &port,
				BPF_EXIST))
		return map_failed(s, "port", e);
	if (bpf_map_update_elem(s->map_fd[IMAGE_LOCALNET], &key, &val, 0))
		return map_failed(s, "localnet", e);
	return 0;
}

int localnet_start(const struct state *s, uint32_t ifindex, bool is_native,
		   const struct localnet_port *list, size_t n, struct error *e)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = port_start(s, ifindex, is_native, &list[i], e);
	return err;
}

static int port_stop(const struct state *s, uint32_t ifindex,
		     const struct port_key *key, struct error *e)
{
	struct port_val port;

	if (bpf_map_lookup_elem(s->map_fd[IMAGE_PORT], key, &port) ||
	    port.kind != PORT_LOCALNET || port.ifindex != ifindex)
		return 0;
	port.ifindex = 0;
	port.policy.flags &= ~PORT_F_NATIVE;
	if (bpf_map_update_elem(s->map_fd[IMAGE_PORT], key, &port, BPF_EXIST))
		return map_failed(s, "port", e);
	return 0;
}

int localnet_stop(const struct state *s, uint32_t ifindex, struct error *e)
{
	const struct image_table *t;
	struct image img;
	int err;

	err = image_init(&img);
	if (!err)
		err = map_read_table(s->map_fd[IMAGE_LOCALNET], IMAGE_LOCALNET,
				     &img);
	if (!err)
		err = map_read_table(s->map_fd[IMAGE_NETWORK], IMAGE_NETWORK,
				     &img);
	if (err)
		error_set(e, -err, "%s/localnet: cannot read: %s", s->dir,
			  strerror(-err));
	t = &img.table[IMAGE_LOCALNET];
	for (size_t i = 0; i < t->n && !err; i++) {
		const struct localnet_key *key =
			(const void *)image_entry(t, i);

		if (key->ifindex == ifindex &&
		    bpf_map_delete_elem(s->map_fd[IMAGE_LOCALNET], key) &&
		    errno != ENOENT)
			err = map_failed(s, "localnet", e);
	}
	t = &img.table[IMAGE_NETWORK];
	for (size_t i = 0; i < t->n && !err; i++)
		err = port_stop(s, ifindex, (const void *)image_entry(t, i), e);
	image_free(&img);
	return err;
}
