// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the maps of a load take from the beginning, by the kernel's own sums
 * (array_map_mem_usage(), htab_map_mem_usage(), ...).  Entries of hashes that
 * are allocated one by one come on top as they are added.
 */
#include "check/check.h"

#include <bpf/libbpf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUP "kernel"
#define MB (1024.0 * 1024)

#define HASH_ELEMENT 48 /* struct htab_elem without key and value */
#define HASH_BUCKET 16
#define LRU_LIST 64 /* of a CPU */
#define RING_PAGES 3 /* of its own, beside the data */

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

static uint64_t power_of_two(uint64_t n)
{
	uint64_t p = 1;

	while (p < n)
		p *= 2;
	return p;
}

static uint64_t hash_bytes_of(bool is_percpu, bool is_lru, uint32_t flags,
			      uint32_t key_size, uint32_t val_size,
			      uint64_t entries, uint32_t n_cpus)
{
	uint64_t value = round_up(val_size, 8), n = entries;
	uint64_t element = HASH_ELEMENT + round_up(key_size, 8) +
			   (is_percpu ? sizeof(void *) : value);
	uint64_t bytes = power_of_two(entries) * HASH_BUCKET;

	if (is_lru)
		bytes += (uint64_t)n_cpus * LRU_LIST;
	if (flags & BPF_F_NO_PREALLOC)
		return bytes;
	if (!is_percpu && !is_lru)
		n += n_cpus; /* for replacements */
	bytes += n * element;
	return is_percpu ? bytes + n * value * n_cpus : bytes;
}

uint64_t check_map_bytes(uint32_t type, uint32_t flags, uint32_t key_size,
			 uint32_t val_size, uint64_t entries, uint32_t n_cpus)
{
	uint64_t value = round_up(val_size, 8), page = sysconf(_SC_PAGESIZE);

	switch (type) {
	case BPF_MAP_TYPE_ARRAY:
		return flags & BPF_F_MMAPABLE ?
			       round_up(entries * value, page) :
			       entries * value;
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return entries * (sizeof(void *) + value * n_cpus);
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_PROG_ARRAY:
		return entries * sizeof(void *);
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
		return hash_bytes_of(false, type == BPF_MAP_TYPE_LRU_HASH,
				     flags, key_size, val_size, entries,
				     n_cpus);
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return hash_bytes_of(true, type == BPF_MAP_TYPE_LRU_PERCPU_HASH,
				     flags, key_size, val_size, entries,
				     n_cpus);
	case BPF_MAP_TYPE_RINGBUF:
		return round_up(entries, page) + RING_PAGES * page;
	default: /* a trie begins empty */
		return 0;
	}
}

/* Those that are pinned are shared by the objects, others each one's own. */
static bool is_counted(const struct bpf_map *map, bool seen[MAP_COUNT])
{
	const char *name = bpf_map__name(map);

	if (bpf_map__is_internal(map) || !strncmp(name, "trace_", 6))
		return false;
	for (int id = 0; id < MAP_COUNT; id++) {
		if (strcmp(map_definitions[id].name, name))
			continue;
		if (seen[id])
			return false;
		seen[id] = true;
	}
	return true;
}

static uint64_t all_maps(const struct map_limits *limits)
{
	int n_cpus = libbpf_num_possible_cpus();
	bool seen[MAP_COUNT] = {false};
	uint64_t sum = 0;

	for (int p = 0; p < PROGRAM_COUNT; p++) {
		struct bpf_object *obj;
		struct bpf_map *map;
		struct error ignored;

		if (program_object_open(p, &obj, &ignored))
			continue;
		bpf_object__for_each_map(map, obj)
		{
			uint32_t n =
				map_max_entries(bpf_map__name(map), limits);

			if (is_counted(map, seen))
				sum += check_map_bytes(
					bpf_map__type(map),
					bpf_map__map_flags(map),
					bpf_map__key_size(map),
					bpf_map__value_size(map),
					n ? n : bpf_map__max_entries(map),
					n_cpus > 0 ? n_cpus : 1);
		}
		bpf_object__close(obj);
	}
	return sum;
}

/* 0: unknown. */
static uint64_t available_bytes(void)
{
	static const char name[] = "MemAvailable:";
	FILE *f = fopen("/proc/meminfo", "re");
	uint64_t kb = 0;
	char line[256];

	while (f && !kb && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kb = strtoull(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return kb * 1024;
}

/* The number in a file of a control group; no file, or "max": UINT64_MAX. */
static uint64_t group_number(const char *group, const char *name)
{
	char path[5000], line[64] = "max";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/%s", group, name);
	f = fopen(path, "re");
	if (f && !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		fclose(f);
	return *line < '0' || *line > '9' ? UINT64_MAX :
					    strtoull(line, NULL, 10);
}

/* What the control group and those around it may still have; UINT64_MAX: all
 * there is.  Maps are charged to who makes them. */
static uint64_t group_bytes(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	uint64_t least = UINT64_MAX;
	char line[4200] = "";

	while (f && fgets(line, sizeof(line), f) && strncmp(line, "0::", 3))
		line[0] = '\0';
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "0::/", 4))
		return least;
	for (char *group = line + 3; *group; *strrchr(group, '/') = '\0') {
		uint64_t max = group_number(group, "memory.max");
		uint64_t used = group_number(group, "memory.current");

		if (max == UINT64_MAX || used == UINT64_MAX)
			continue;
		max = max > used ? max - used : 0;
		least = max < least ? max : least;
	}
	return least;
}

void check_memory(struct check *c)
{
	static const char remedy[] =
		"load with a smaller --max-ports or --ct-max";
	uint64_t need = all_maps(&c->options->limits);
	uint64_t have = available_bytes(), group = group_bytes();
	const char *where = group < have ? "this control group" : "the host";

	have = group < have ? group : have;
	if (c->own_program[PROGRAM_NIC])
		check_add(c, CHECK_OK, GROUP, "memory", NULL, NULL,
			  "the maps are there (xovn stats maps)");
	else if (have && need > have)
		check_add(c, CHECK_ERROR, GROUP, "memory", NULL, remedy,
			  "the maps take %.0f MB for %u ports and %u "
			  "connections, and %s has %.0f MB",
			  need / MB, c->options->limits.max_ports,
			  c->options->limits.ct_max, where, have / MB);
	else
		check_add(c, have && need > have / 2 ? CHECK_WARNING : CHECK_OK,
			  GROUP, "memory", NULL,
			  have && need > have / 2 ? remedy : NULL,
			  "the maps take %.0f MB for %u ports and %u "
			  "connections; %s has %.0f MB",
			  need / MB, c->options->limits.max_ports,
			  c->options->limits.ct_max, where, have / MB);
}
