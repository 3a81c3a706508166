// SPDX-License-Identifier: GPL-2.0-only
#include "objects.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_abort(const char *what, const char *name, int err)
{
	fprintf(stderr, "test error: %s %s: %s\n", what, name, strerror(err));
	exit(1);
}

/* When it does, the verifier's last words are what one wants to read. */
static int libbpf_warn(enum libbpf_print_level level, const char *format,
		       va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

void objects_init(void)
{
	libbpf_set_print(libbpf_warn);
}

struct shared_map *shared_map_find(struct shared_maps *maps, const char *name)
{
	for (size_t i = 0; i < maps->n; i++)
		if (!strcmp(maps->list[i].name, name))
			return &maps->list[i];
	return NULL;
}

static void map_add(struct shared_maps *maps, const struct bpf_map *m)
{
	if (bpf_map__is_internal(m) || bpf_map__fd(m) < 0 ||
	    shared_map_find(maps, bpf_map__name(m)))
		return;
	if (maps->n == MAPS_MAX)
		test_abort("map", bpf_map__name(m), ENOSPC);
	maps->list[maps->n++] = (struct shared_map){
		.name = bpf_map__name(m),
		.fd = bpf_map__fd(m),
		.type = bpf_map__type(m),
		.key_size = bpf_map__key_size(m),
		.val_size = bpf_map__value_size(m),
		.max_entries = bpf_map__max_entries(m),
	};
}

static void map_prepare(struct shared_maps *maps, struct bpf_map *m)
{
	const char *name = bpf_map__name(m);
	const struct shared_map *shared = shared_map_find(maps, name);

	if (!strncmp(name, "trace_", 6)) {
		bpf_map__set_autocreate(m, false);
		return;
	}
	if (shared && !bpf_map__is_internal(m) &&
	    bpf_map__reuse_fd(m, shared->fd))
		test_abort("share map", name, errno);
	if (!strcmp(name, "ct"))
		bpf_map__set_max_entries(m, CT_RECORDS);
	if (!strcmp(name, "ct_index"))
		bpf_map__set_max_entries(m, CT_BUCKETS);
}

int object_load(struct shared_maps *maps, const void *elf, size_t size,
		const char *program)
{
	struct bpf_object *o = bpf_object__open_mem(elf, size, NULL);
	struct bpf_map *m;
	int err, fd;

	if (!o)
		test_abort("open", program, errno);
	bpf_object__for_each_map(m, o) map_prepare(maps, m);
	err = bpf_object__load(o);
	if (err)
		test_abort("load", program, -err);
	bpf_object__for_each_map(m, o) map_add(maps, m);
	fd = bpf_program__fd(bpf_object__find_program_by_name(o, program));
	if (fd < 0)
		test_abort("program", program, ENOENT);
	return fd;
}
