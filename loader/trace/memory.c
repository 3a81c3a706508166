// SPDX-License-Identifier: GPL-2.0-only
#include "trace/memory.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VAL_MAX 256

const int memory_ids[MEMORY_MAPS] = {
	MAP_CT,	     MAP_CT_INDEX, MAP_CT_HAND, MAP_FRAG,  MAP_AFFINITY,
	MAP_LEARNED, MAP_FDB,	   MAP_HEARD,	MAP_EPOCH,
};

static const uint8_t zeros[VAL_MAX];

static bool is_array(int id)
{
	return id == MAP_CT || id == MAP_CT_INDEX || id == MAP_CT_HAND ||
	       id == MAP_HEARD || id == MAP_EPOCH;
}

struct read_context {
	struct memory_map *map;
	bool is_array;
};

static int add_entry(const void *key, const void *val, void *arg)
{
	struct read_context *c = arg;
	struct memory_map *m = c->map;
	size_t size = m->key_size + m->val_size;
	uint8_t *to;

	if (c->is_array && !memcmp(val, zeros, m->val_size))
		return 0;
	if (m->n == m->capacity) {
		size_t capacity = m->capacity ? 2 * m->capacity : 16;
		void *p = reallocarray(m->entries, capacity, size);

		if (!p)
			return -ENOMEM;
		m->entries = p;
		m->capacity = capacity;
	}
	to = m->entries + m->n++ * size;
	memcpy(to, key, m->key_size);
	memcpy(to + m->key_size, val, m->val_size);
	return 0;
}

int memory_read(struct memory *m, int i, int fd)
{
	const struct map_definition *d = &map_definitions[memory_ids[i]];
	struct read_context c = {&m->map[i], is_array(memory_ids[i])};

	if (d->val_size > VAL_MAX)
		return -EINVAL;
	m->map[i].key_size = d->key_size;
	m->map[i].val_size = d->val_size;
	m->map[i].n = 0;
	return map_for_each(fd, d->key_size, d->val_size, add_entry, &c);
}

static uint8_t *entry(const struct memory_map *m, size_t i)
{
	return m->entries + i * (m->key_size + m->val_size);
}

int memory_take(struct memory *m, const int map_fd[MAP_COUNT])
{
	int err = 0;

	for (int k = 0; k < MEMORY_MAPS && !err; k++) {
		const struct memory_map *map = &m->map[k];
		int id = memory_ids[k], fd = map_fd[id];

		err = memory_read(m, k, fd);
		for (size_t i = 0; i < map->n && !err; i++) {
			if (is_array(id) ?
				    bpf_map_update_elem(fd, entry(map, i),
							zeros, 0) :
				    bpf_map_delete_elem(fd, entry(map, i)))
				err = errno == ENOENT ? 0 : -errno;
		}
	}
	return err;
}

int memory_put(const struct memory *m, const int map_fd[MAP_COUNT])
{
	for (int k = 0; k < MEMORY_MAPS; k++) {
		const struct memory_map *map = &m->map[k];

		for (size_t i = 0; i < map->n; i++)
			if (bpf_map_update_elem(
				    map_fd[memory_ids[k]], entry(map, i),
				    entry(map, i) + map->key_size, 0))
				return -errno;
	}
	return 0;
}

void memory_free(struct memory *m)
{
	for (int k = 0; k < MEMORY_MAPS; k++)
		free(m->map[k].entries);
	memset(m, 0, sizeof(*m));
}
