// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats maps: how full they are, and what memory they take. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/stats.h"
#include "cmd/table.h"
#include "sync/conntrack.h"
#include "sync/counters.h"

/* Memory of a map, from what the kernel says of its descriptor. */
static uint64_t map_bytes(int fd)
{
	char path[64], line[128];
	uint64_t bytes = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (!bytes && fgets(line, sizeof(line), f))
		if (!strncmp(line, "memlock:", 8))
			bytes = strtoull(line + 8, NULL, 10);
	fclose(f);
	return bytes;
}

/* Rings stand behind their array. */
static uint64_t ring_bytes(int fd)
{
	uint64_t bytes = 0;

	for (__u32 i = 0; i < MONITOR_SLOTS; i++) {
		__u32 id;
		int ring;

		if (bpf_map_lookup_elem(fd, &i, &id))
			continue;
		ring = bpf_map_get_fd_by_id(id);
		if (ring < 0)
			continue;
		bytes += map_bytes(ring);
		close(ring);
	}
	return bytes;
}

static int count_one(const void *key, const void *val, void *arg)
{
	(void)key;
	(void)val;
	++*(uint64_t *)arg;
	return 0;
}

/* Every place of it is always there; or it has none. */
static bool is_array(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_ARRAY ||
	       type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
	       type == BPF_MAP_TYPE_RINGBUF;
}

static int count_hash(const struct state *s, int id, struct stats_map *m)
{
	uint32_t val_size = map_definitions[id].val_size;
	int n_cpus = libbpf_num_possible_cpus();

	if (n_cpus < 0)
		return n_cpus;
	if (m->type == BPF_MAP_TYPE_PERCPU_HASH ||
	    m->type == BPF_MAP_TYPE_LRU_PERCPU_HASH)
		val_size = (val_size + 7) / 8 * 8 * n_cpus;
	m->has_entries = true;
	return map_for_each(s->map_fd[id], map_definitions[id].key_size,
			    val_size, count_one, &m->entries);
}

static int count_chassis(const struct state *s, struct stats_map *m)
{
	struct chassis_val val;

	m->has_entries = m->warns = true;
	m->capacity = XOVN_MAX_CHASSIS - 1; /* 0 is none */
	for (__u32 i = 1; i < XOVN_MAX_CHASSIS; i++)
		if (!bpf_map_lookup_elem(s->map_fd[MAP_CHASSIS], &i, &val))
			m->entries += val.name[0] != '\0';
	return 0;
}

static int count_monitors(const struct state *s, struct stats_map *m)
{
	struct monitor_val val;
	uint32_t now = ct_now();

	m->has_entries = true;
	for (__u32 i = 0; i < MONITOR_SLOTS; i++)
		if (!bpf_map_lookup_elem(s->map_fd[MAP_MONITOR], &i, &val))
			m->entries += val.kinds &&
				      (int32_t)(val.lease - now) >= 0;
	return 0;
}

static int count_connections(const struct state *s, struct stats_map *m,
			     struct error *e)
{
	uint32_t now = ct_now();
	struct ct_reader r;
	struct ct_val ct;
	int err = ct_reader_open(s, &r, e);

	if (err)
		return err;
	m->has_entries = m->warns = true;
	for (uint32_t i = 0; i < r.n; i++)
		m->entries += ct_read(&r, i, now, &ct);
	ct_reader_close(&r);
	return 0;
}

/* Those whose keys come from a list have room for all of it, and those that
 * hold what has passed fill up in time: the oldest makes room. */
static bool is_bad_when_full(int id)
{
	return id < IMAGE_TABLE_COUNT || id == MAP_ATTACHMENT ||
	       id == MAP_LEARNED || id == MAP_FDB;
}

static int count_entries(const struct state *s, const struct image *img, int id,
			 struct stats_map *m, struct error *e)
{
	if (id < IMAGE_TABLE_COUNT) {
		m->has_entries = true;
		m->entries = img->table[id].n;
		return 0;
	}
	switch (id) {
	case MAP_CHASSIS:
		return count_chassis(s, m);
	case MAP_CT:
		return count_connections(s, m, e);
	case MAP_COUNTER:
		m->has_entries = m->warns = true;
		m->capacity -= COUNTER_FIRST; /* others have their places */
		m->entries = counters_in_use(img);
		return 0;
	case MAP_MONITOR:
		return count_monitors(s, m);
	default:
		return is_array(m->type) ? 0 : count_hash(s, id, m);
	}
}

static int map_collect(const struct state *s, const struct image *img, int id,
		       struct stats_map *m, struct error *e)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);
	int fd = s->map_fd[id], err;

	memset(m, 0, sizeof(*m));
	m->name = map_definitions[id].name;
	if (fd < 0) /* what an older xovn loaded has none for agents */
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return error_set(e, errno, "%s/%s: cannot query the map: %s",
				 s->dir, m->name, strerror(errno));
	m->type = info.type;
	m->capacity = info.max_entries;
	m->warns = is_bad_when_full(id);
	m->bytes = map_bytes(fd);
	if (id == MAP_EVENT)
		m->bytes += ring_bytes(fd);
	e->text[0] = '\0';
	err = count_entries(s, img, id, m, e);
	if (err && !e->text[0])
		error_set(e, -err, "%s/%s: cannot read: %s", s->dir, m->name,
			  strerror(-err));
	return err;
}

static int read_image(const struct state *s, struct image *img, struct error *e)
{
	int err = image_init(img);

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++)
		err = map_read_table(s->map_fd[id], id, img);
	if (err)
		error_set(e, -err, "%s: cannot read the maps: %s", s->dir,
			  strerror(-err));
	return err;
}

int stats_maps_collect(const struct state *s, const struct image *img,
		       struct stats_map list[MAP_COUNT], struct error *e)
{
	struct image own;
	int err = 0;

	if (!img)
		err = read_image(s, &own, e);
	for (int id = 0; id < MAP_COUNT && !err; id++)
		err = map_collect(s, img ? img : &own, id, &list[id], e);
	if (!img)
		image_free(&own);
	return err;
}

bool stats_map_is_full(const struct stats_map *m)
{
	return m->warns && m->capacity &&
	       m->entries * 100 >= m->capacity * STATS_MAP_FULL;
}

static uint64_t percent(const struct stats_map *m)
{
	return m->capacity ? m->entries * 100 / m->capacity : 0;
}

size_t stats_maps_warn(const struct stats_map list[MAP_COUNT])
{
	size_t n = 0;

	for (int id = 0; id < MAP_COUNT; id++) {
		const struct stats_map *m = &list[id];

		if (!stats_map_is_full(m))
			continue;
		n++;
		warning("map %s is %" PRIu64 " %% full: %" PRIu64 " of %" PRIu64
			" entries; %s",
			m->name, percent(m), m->entries, m->capacity,
			id == MAP_CHASSIS ?
				"there can be no more chassis" :
			id == MAP_CT ?
				"shorter --ct-timeout, or xovn detach --all "
				"and load with a larger --ct-max" :
				"xovn detach --all and load with a larger "
				"--max-ports");
	}
	return n;
}

static json_t *map_json(const struct stats_map *m)
{
	json_t *o = json_pack("{s:s, s:s, s:I, s:b}", "map", m->name, "type",
			      libbpf_bpf_map_type_str(m->type), "capacity",
			      (json_int_t)m->capacity, "nearly_full",
			      stats_map_is_full(m));

	json_object_set_new(o, "entries",
			    m->has_entries ?
				    json_integer((json_int_t)m->entries) :
				    json_null());
	json_object_set_new(o, "percent",
			    m->has_entries ?
				    json_integer((json_int_t)percent(m)) :
				    json_null());
	json_object_set_new(o, "bytes",
			    m->bytes ? json_integer((json_int_t)m->bytes) :
				       json_null());
	return o;
}

static void print_text(const struct stats_map list[MAP_COUNT])
{
	uint64_t bytes = 0;
	struct table t;

	table_init(&t, "MAP|TYPE|>ENTRIES|>CAPACITY|>FULL|>BYTES|");
	for (int id = 0; id < MAP_COUNT; id++) {
		const struct stats_map *m = &list[id];

		if (!m->capacity)
			continue;
		table_text(&t, m->name);
		table_text(&t, libbpf_bpf_map_type_str(m->type));
		if (m->has_entries)
			table_number(&t, m->entries);
		else
			table_text(&t, NULL);
		table_number(&t, m->capacity);
		if (m->has_entries)
			table_format(&t, "%" PRIu64 " %%", percent(m));
		else
			table_text(&t, NULL);
		if (m->bytes)
			table_number(&t, m->bytes);
		else
			table_text(&t, NULL);
		table_format(&t, "%s",
			     stats_map_is_full(m) ? "nearly full" : "");
		bytes += m->bytes;
	}
	table_print(&t);
	printf("\n%" PRIu64 " bytes of memory in all\n", bytes);
}

int stats_maps(const struct state *s, bool as_json, struct error *e)
{
	struct stats_map list[MAP_COUNT];
	json_t *array;
	int err = stats_maps_collect(s, NULL, list, e);

	if (err)
		return err;
	if (!as_json) {
		print_text(list);
	} else {
		array = json_array();
		for (int id = 0; id < MAP_COUNT; id++)
			if (list[id].capacity)
				json_array_append_new(array,
						      map_json(&list[id]));
		stats_json_print(array);
	}
	stats_maps_warn(list);
	return 0;
}
