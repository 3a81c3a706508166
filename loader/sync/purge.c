// SPDX-License-Identifier: GPL-2.0-only
#include "sync/purge.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Keys to delete, gathered first: deleting while walking skips entries. */
struct purge_context {
	const struct image *removed; /* table PORT: deleted ports, LRPs */
	int l2; /* the map */
	uint32_t key_size;
	uint8_t *keys;
	size_t n, capacity;
};

static int purge_add(struct purge_context *c, const void *key)
{
	if (c->n == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 64;
		void *p = reallocarray(c->keys, capacity, c->key_size);

		if (!p)
			return -ENOMEM;
		c->keys = p;
		c->capacity = capacity;
	}
	memcpy(c->keys + c->n++ * c->key_size, key, c->key_size);
	return 0;
}

static int match_learned(const void *key, const void *val, void *arg)
{
	const struct neighbor_key *k = key;
	struct port_key port = {k->datapath, k->port};
	struct purge_context *c = arg;

	(void)val;
	return image_find(c->removed, IMAGE_PORT, &port) ? purge_add(c, key) :
							   0;
}

static int match_fdb(const void *key, const void *val, void *arg)
{
	const struct l2_key *k = key;
	const struct fdb_val *v = val;
	struct port_key port = {k->datapath, v->port};
	struct purge_context *c = arg;

	return image_find(c->removed, IMAGE_PORT, &port) ? purge_add(c, key) :
							   0;
}

static int match_untold(const void *key, const void *val, void *arg)
{
	struct purge_context *c = arg;
	struct l2_val known;

	(void)val;
	return bpf_map_lookup_elem(c->l2, key, &known) ? purge_add(c, key) : 0;
}

static int purge_map(const struct state *s, enum map_id id, map_entry_fn match,
		     const struct image *removed)
{
	const struct map_definition *d = &map_definitions[id];
	struct purge_context c = {.removed = removed,
				  .l2 = s->map_fd[IMAGE_L2],
				  .key_size = d->key_size};
	int err = map_for_each(s->map_fd[id], d->key_size, d->val_size, match,
			       &c);

	for (size_t i = 0; i < c.n && !err; i++)
		bpf_map_delete_elem(s->map_fd[id], c.keys + i * c.key_size);
	free(c.keys);
	return err;
}

bool purge_object_went(const struct image *present, const struct change *c)
{
	const uint8_t *val = c->key + map_definitions[c->table].key_size;
	size_t name;
	const uint8_t *old;

	if (c->table == IMAGE_PORT)
		name = offsetof(struct port_val, name);
	else if (c->table == IMAGE_LRP)
		name = offsetof(struct lrp_val, name);
	else if (c->table == IMAGE_DATAPATH)
		name = offsetof(struct datapath_val, name);
	else
		return false;
	if (c->kind != CHANGE_SET)
		return c->kind == CHANGE_DELETE;
	old = image_find(present, c->table, c->key);
	return memcmp(old + name, val + name, XOVN_NAME_LEN) != 0;
}

int purge_learned(const struct state *s, const struct image *present,
		  const struct diff *d, struct error *e)
{
	static const struct port_val none;
	struct image removed;
	bool is_port = false, is_lrp = false;
	int err = image_init(&removed);

	for (size_t i = 0; i < d->n && !err; i++) {
		const struct change *c = &d->change[i];

		if (c->table == IMAGE_DATAPATH ||
		    !purge_object_went(present, c))
			continue;
		is_port |= c->table == IMAGE_PORT;
		is_lrp |= c->table == IMAGE_LRP;
		/* Both keys are (datapath, port), and datapath keys are unique
		 * among switches and routers. */
		err = image_add(&removed, IMAGE_PORT, c->key, &none, NULL);
		if (err == -EEXIST)
			err = 0;
	}
	if (!err && is_lrp)
		err = purge_map(s, MAP_LEARNED, match_learned, &removed);
	if (!err && is_port)
		err = purge_map(s, MAP_FDB, match_fdb, &removed);
	image_free(&removed);
	if (err)
		return error_set(e, -err,
				 "%s: cannot clear learned addresses: "
				 "%s",
				 s->dir, strerror(-err));
	return 0;
}

static bool router_ages(const struct state *s, uint32_t datapath)
{
	struct datapath_key key = {.datapath = datapath};
	struct router_val val;

	return !bpf_map_lookup_elem(s->map_fd[IMAGE_ROUTER], &key, &val) &&
	       val.neighbor_age;
}

static bool is_neighbor_superseded(const struct state *s,
				   const struct change *c)
{
	const struct neighbor_key *key = (const void *)c->key;
	const struct neighbor_val *val = (const void *)(key + 1);
	struct neighbor_val learned;

	if (bpf_map_lookup_elem(s->map_fd[MAP_LEARNED], key, &learned))
		return false;
	if (c->kind == CHANGE_DELETE)
		return !router_ages(s, key->datapath);
	return memcmp(learned.mac, val->mac, sizeof(val->mac)) != 0;
}

static bool is_fdb_superseded(const struct state *s, const struct change *c)
{
	const struct l2_key *key = (const void *)c->key;
	const struct l2_val *val = (const void *)(key + 1);
	struct fdb_val learned;

	return !bpf_map_lookup_elem(s->map_fd[MAP_FDB], key, &learned) &&
	       (c->kind == CHANGE_DELETE || learned.port != val->port);
}

/* For the first key of an empty map the kernel goes through all of it, which
 * takes as long as some thousand look-ups. */
#define MANY_CHANGES 10000

static bool is_empty(const struct state *s, enum map_id id)
{
	uint8_t key[sizeof(struct neighbor_key) + sizeof(struct l2_key)];

	return bpf_map_get_next_key(s->map_fd[id], NULL, key) &&
	       errno == ENOENT;
}

size_t purge_superseded(const struct state *s, const struct diff *d)
{
	size_t n = 0;

	if (d->n > MANY_CHANGES && is_empty(s, MAP_LEARNED) &&
	    is_empty(s, MAP_FDB))
		return 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct change *c = &d->change[i];
		int fd;

		if (c->table == IMAGE_NEIGHBOR && is_neighbor_superseded(s, c))
			fd = s->map_fd[MAP_LEARNED];
		else if (c->table == IMAGE_L2 && is_fdb_superseded(s, c))
			fd = s->map_fd[MAP_FDB];
		else
			continue;
		n += !bpf_map_delete_elem(fd, c->key);
	}
	return n;
}

int purge_untold(const struct state *s)
{
	return purge_map(s, MAP_FDB, match_untold, NULL);
}
