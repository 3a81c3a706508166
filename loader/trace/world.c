// SPDX-License-Identifier: GPL-2.0-only
#include "trace/world.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/conntrack.h"

/* Attach's tables, which no program reads. */
static bool is_for_loader(int id)
{
	return id == IMAGE_NETWORK || id == IMAGE_GARP;
}

static int map_failed(int id, int err, struct error *e)
{
	if (err == -E2BIG)
		return error_set(e, E2BIG,
				 "map %s is too small for this network: it is "
				 "larger than its Northbound rows suggest",
				 map_definitions[id].name);
	return error_set(e, -err, "map %s: cannot write: %s",
			 map_definitions[id].name, strerror(-err));
}

/* From the present contents of a table to the wanted ones. */
static int write_table(struct world *w, int id, const struct image *want)
{
	const struct image_table *old = &w->present.image.table[id];
	const struct image_table *new = &want->table[id];
	int fd = w->map_fd[id];

	for (size_t i = 0; i < old->n; i++) {
		const uint8_t *key = image_entry(old, i);

		if (!image_find(want, id, key) &&
		    bpf_map_delete_elem(fd, key) && errno != ENOENT)
			return -errno;
	}
	for (size_t i = 0; i < new->n; i++) {
		const uint8_t *key = image_entry(new, i);
		const uint8_t *val = key + new->key_size;
		const void *present =
			old->n ? image_find(&w->present.image, id, key) : NULL;

		if (present && !memcmp(present, val, new->val_size))
			continue;
		if (bpf_map_update_elem(fd, key, val, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int write_tunnels(struct world *w, const struct tunnel_val *want)
{
	static const struct tunnel_val none;

	for (__u32 i = 0; i < XOVN_MAX_CHASSIS; i++) {
		const struct tunnel_val *old =
			w->present.tunnel ? &w->present.tunnel[i] : &none;

		if (memcmp(old, &want[i], sizeof(*old)) &&
		    bpf_map_update_elem(w->map_fd[MAP_TUNNEL], &i, &want[i], 0))
			return -errno;
	}
	return 0;
}

static int write_contents(struct world *w, const struct contents *c,
			  struct error *e)
{
	struct config config = c->config;
	__u32 zero = 0;
	int err;

	config.ct_buckets = w->sizes.ct_buckets;
	config.ct_records = w->sizes.ct_records;
	config.ct_seed = w->sizes.ct_seed;
	if (bpf_map_update_elem(w->map_fd[MAP_CONFIG], &zero, &config, 0))
		return map_failed(MAP_CONFIG, -errno, e);
	err = write_tunnels(w, c->tunnel);
	if (err)
		return map_failed(MAP_TUNNEL, err, e);
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		if (is_for_loader(id))
			continue;
		err = write_table(w, id, &c->image);
		if (err)
			return map_failed(id, err, e);
	}
	return 0;
}

static int plant_neighbors(struct world *w, const struct image *img)
{
	const struct image_table *t = &img->table[IMAGE_LRP];

	for (size_t n = 0; n < w->n_neighbors; n++) {
		const struct world_neighbor *from = &w->neighbors[n];

		for (size_t i = 0; i < t->n; i++) {
			const struct lrp_key *k = (void *)image_entry(t, i);
			const struct lrp_val *v = (void *)(k + 1);
			struct neighbor_key key = {.datapath = k->datapath,
						   .port = k->port};
			struct neighbor_val val = {.seen = ct_now()};

			if (strcmp(v->name, from->lrp))
				continue;
			memcpy(key.ip, from->ip, sizeof(key.ip));
			memcpy(val.mac, from->mac, sizeof(val.mac));
			if (bpf_map_update_elem(w->map_fd[MAP_LEARNED], &key,
						&val, 0))
				return -errno;
		}
	}
	return 0;
}

static int plant_connections(struct world *w, const struct image *img)
{
	struct seed_list *l = &w->source->seeds;
	struct seed_table t = {.ct_fd = w->map_fd[MAP_CT],
			       .index_fd = w->map_fd[MAP_CT_INDEX],
			       .config = &w->sizes};
	int err = 0;

	for (size_t i = 0; i < l->n && !err; i++) {
		if (!seed_resolve(&l->seed[i], img, w->here))
			continue;
		l->seed[i].is_used = true;
		err = seed_insert(&t, &l->seed[i].val);
	}
	return err;
}

/* What a chassis knows when the trace comes to it for the first time. */
static int remember_first(struct world *w, struct error *e)
{
	int err = plant_neighbors(w, &w->present.image);

	if (err)
		return map_failed(MAP_LEARNED, err, e);
	err = plant_connections(w, &w->present.image);
	return err ? map_failed(MAP_CT, err, e) : 0;
}

static int leave(struct world *w, struct error *e)
{
	struct memory *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return error_set(e, ENOMEM, "out of memory");
	w->memory[w->here] = m;
	err = memory_take(m, w->map_fd);
	w->here = 0;
	return err ? error_set(e, -err, "reading the maps: %s",
			       strerror(-err)) :
		     0;
}

int world_enter(struct world *w, uint32_t chassis, struct error *e)
{
	struct memory *m = w->memory[chassis];
	struct contents wanted;
	int ret;

	if (w->here == chassis)
		return 0;
	ret = w->here ? leave(w, e) : 0;
	if (!ret)
		ret = source_contents(w->source, chassis, &wanted, e);
	if (ret)
		return ret;
	ret = write_contents(w, &wanted, e);
	contents_free(&w->present);
	w->present = wanted;
	w->here = chassis;
	if (ret)
		return ret;
	if (!m) {
		ret = memory_put(&w->source->memory, w->map_fd);
		return ret ? map_failed(MAP_LEARNED, ret, e) :
			     remember_first(w, e);
	}
	w->memory[chassis] = NULL;
	ret = memory_put(m, w->map_fd);
	memory_free(m);
	free(m);
	return ret ? map_failed(MAP_LEARNED, ret, e) : 0;
}

static void free_memory(struct world *w)
{
	for (uint32_t i = 0; w->memory && i < XOVN_MAX_CHASSIS; i++) {
		if (w->memory[i])
			memory_free(w->memory[i]);
		free(w->memory[i]);
		w->memory[i] = NULL;
	}
}

int world_forget(struct world *w, struct error *e)
{
	struct source *s = w->source;
	int ret = w->here ? leave(w, e) : 0;

	free_memory(w);
	/* A live source gives its contents once. */
	if (!s->nb && w->present.tunnel) {
		s->live = w->present;
		memset(&w->present, 0, sizeof(w->present));
	}
	return ret;
}

void world_close(struct world *w)
{
	for (int i = 0; i < PROGRAM_COUNT; i++)
		bpf_object__close(w->object[i]);
	free_memory(w);
	free(w->memory);
	contents_free(&w->present);
	memset(w, 0, sizeof(*w));
}
