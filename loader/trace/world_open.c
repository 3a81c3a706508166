// SPDX-License-Identifier: GPL-2.0-only
/* Programs and maps of a trace: nothing is pinned, nothing attached; all of
 * it goes with this process. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/world.h"

#define CT_RECORDS_MIN 1024
#define ENTRIES_SPARE 1024

/* How many entries a map of a trace needs; 0: as it is declared. */
static uint32_t map_size(const struct world *w, const char *name)
{
	uint32_t n = w->source->n_objects;
	const struct map_limits limits = {.max_ports = 2 * n + ENTRIES_SPARE,
					  .ct_max = w->sizes.ct_records};

	/* Every port that is on a chassis is bound there. */
	if (!strcmp(name, "vif"))
		return n + ENTRIES_SPARE;
	if (!strcmp(name, "counter")) /* which nobody reads */
		return COUNTER_FIRST;
	if (!strcmp(name, "trace_mtu"))
		return w->source->n_mtus + 1;
	return map_max_entries(name, &limits);
}

static int *fd_of(struct world *w, const char *name)
{
	static const struct {
		const char *name;
		size_t offset;
	} own[] = {
		{"trace_step", offsetof(struct world, step_fd)},
		{"trace_packet", offsetof(struct world, packet_fd)},
		{"trace_count", offsetof(struct world, count_fd)},
		{"trace_mtu", offsetof(struct world, mtu_fd)},
	};

	for (int i = 0; i < MAP_COUNT; i++)
		if (!strcmp(map_definitions[i].name, name))
			return &w->map_fd[i];
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(own[i].name, name))
			return (int *)((char *)w + own[i].offset);
	return NULL;
}

static bool is_switch(const char *name)
{
	static const char suffix[] = ".rodata.trace";
	size_t len = strlen(name);

	return len >= sizeof(suffix) - 1 &&
	       !strcmp(name + len - (sizeof(suffix) - 1), suffix);
}

/* Shared with the objects before this one, or to be made as large as needed. */
static int prepare_map(struct world *w, struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const __u32 on = 1;
	uint32_t n;
	int *fd;

	if (bpf_map__is_internal(map))
		return is_switch(name) ?
			       bpf_map__set_initial_value(map, &on,
							  sizeof(on)) :
			       0;
	fd = fd_of(w, name);
	if (fd && *fd >= 0)
		return bpf_map__reuse_fd(map, *fd);
	n = map_size(w, name);
	return n ? bpf_map__set_max_entries(map, n) : 0;
}

int world_need(struct world *w, enum program p, struct error *e)
{
	struct bpf_object *obj;
	struct bpf_map *map;
	int err;

	if (w->program_fd[p] >= 0)
		return 0;
	err = program_object_open(p, &w->object[p], e);
	if (err)
		return err;
	obj = w->object[p];
	bpf_object__for_each_map(map, obj)
	{
		err = prepare_map(w, map);
		if (err)
			return error_set(e, -err, "map %s: %s",
					 bpf_map__name(map), strerror(-err));
	}
	w->program_fd[p] = program_object_load(p, obj, e);
	if (w->program_fd[p] < 0)
		return w->program_fd[p];
	bpf_object__for_each_map(map, obj)
	{
		int *fd = bpf_map__is_internal(map) ?
				  NULL :
				  fd_of(w, bpf_map__name(map));

		if (fd && *fd < 0)
			*fd = bpf_map__fd(map);
	}
	return 0;
}

static int write_constants(struct world *w, struct error *e)
{
	const struct source *s = w->source;

	for (size_t i = 0; i < s->n_mtus; i++) {
		struct trace_mtu_val val = {s->mtu[i].mtu};

		if (bpf_map_update_elem(w->mtu_fd, &s->mtu[i].ifindex, &val, 0))
			return error_set(e, errno, "map trace_mtu: %s",
					 strerror(errno));
	}
	for (__u32 i = 0; i < CT_STATE_COUNT; i++) {
		struct ct_timeout_val val = {s->ct_timeout[i]};

		if (bpf_map_update_elem(w->map_fd[MAP_CT_TIMEOUT], &i, &val, 0))
			return error_set(e, errno, "map ct_timeout: %s",
					 strerror(errno));
	}
	for (__u32 i = 0; i < XOVN_MAX_CHASSIS; i++)
		if (s->chassis[i].name[0] &&
		    bpf_map_update_elem(w->map_fd[MAP_CHASSIS], &i,
					&s->chassis[i], 0))
			return error_set(e, errno, "map chassis: %s",
					 strerror(errno));
	return 0;
}

int world_open(struct world *w, struct source *source,
	       const struct world_neighbor *neighbors, size_t n_neighbors,
	       enum program first, struct error *e)
{
	uint32_t records = CT_RECORDS_MIN;
	int ret = 0;

	memset(w, 0, sizeof(*w));
	w->source = source;
	w->neighbors = neighbors;
	w->n_neighbors = n_neighbors;
	for (int i = 0; i < MAP_COUNT; i++)
		w->map_fd[i] = -1;
	for (int i = 0; i < PROGRAM_COUNT; i++)
		w->program_fd[i] = -1;
	w->step_fd = w->packet_fd = w->count_fd = w->mtu_fd = -1;
	while (records < 2 * source->seeds.n)
		records *= 2;
	w->sizes.ct_records = records;
	w->sizes.ct_buckets = map_ct_buckets(records);
	w->memory = calloc(XOVN_MAX_CHASSIS, sizeof(*w->memory));
	if (!w->memory)
		return error_set(e, ENOMEM, "out of memory");
	ret = world_need(w, first, e);
	return ret ? ret : write_constants(w, e);
}
