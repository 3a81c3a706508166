// SPDX-License-Identifier: GPL-2.0-only
#include "sync/program_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Its place among those that the loader knows, -1: an object's own. */
static int shared_id(const struct bpf_map *map)
{
	for (int i = 0; i < MAP_COUNT; i++)
		if (!strcmp(map_definitions[i].name, bpf_map__name(map)))
			return i;
	return -1;
}

/* A trace's: the verifier takes out the code that refers to them. */
static bool is_of_trace(const struct bpf_map *map)
{
	return !strncmp(bpf_map__name(map), "trace_", 6);
}

/* What it is must be what this xovn wants, but for the size. */
static int check_map(const struct bpf_map *map, int fd, const char *path,
		     struct error *e)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return error_set(e, errno, "%s: is no BPF map", path);
	if (info.type == bpf_map__type(map) &&
	    info.key_size == bpf_map__key_size(map) &&
	    info.value_size == bpf_map__value_size(map) &&
	    info.map_flags == bpf_map__map_flags(map))
		return 0;
	return error_set(e, EPROTO,
			 "%s: type %u, key %u, value %u, flags 0x%x; "
			 "this xovn wants %u, %u, %u, 0x%x; nothing "
			 "was touched; xovn detach --all, then load, "
			 "attach and bind again",
			 path, info.type, info.key_size, info.value_size,
			 info.map_flags, bpf_map__type(map),
			 bpf_map__key_size(map), bpf_map__value_size(map),
			 bpf_map__map_flags(map));
}

static int reuse_map(struct bpf_map *map, int fd, struct error *e)
{
	int err = bpf_map__reuse_fd(map, fd);

	return err ? error_set(e, -err, "map %s: %s", bpf_map__name(map),
			       strerror(-err)) :
		     0;
}

/* A map pinned earlier is used as it is, whatever the options say now. */
static int adopt_map(struct programs *p, struct bpf_map *map, int id,
		     const struct state *s, struct error *e)
{
	char path[PATH_MAX];
	int err;

	state_path(s, path, map_definitions[id].name);
	if (p->map_fd[id] < 0)
		p->map_fd[id] = bpf_obj_get(path);
	if (p->map_fd[id] < 0)
		return errno == ENOENT ?
			       0 :
			       error_set(e, errno, "%s: cannot open: %s", path,
					 strerror(errno));
	err = check_map(map, p->map_fd[id], path, e);
	return err ? err : reuse_map(map, p->map_fd[id], e);
}

/* Maps that are pinned, or known already, and sizes of the others. */
static int prepare_object(struct programs *p, struct bpf_object *obj,
			  const struct state *s,
			  const struct map_limits *limits, struct error *e)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, obj)
	{
		uint32_t n = map_max_entries(bpf_map__name(map), limits);
		int id = shared_id(map);

		if (is_of_trace(map))
			bpf_map__set_autocreate(map, false);
		if (err || id < 0)
			continue;
		err = adopt_map(p, map, id, s, e);
		if (p->map_fd[id] < 0 && n)
			bpf_map__set_max_entries(map, n);
	}
	return err;
}

/* libbpf makes maps when it loads an object: another copy of it, of which it
 * is to load no program. */
static int load_maps(struct programs *p, enum program i,
		     struct bpf_object *copy, struct error *e)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	int err;

	bpf_object__for_each_program(prog, copy)
		bpf_program__set_autoload(prog, false);
	bpf_object__for_each_map(map, copy) if (shared_id(map) < 0)
		bpf_map__set_autocreate(map, false);
	err = bpf_object__load(copy);
	if (err)
		return program_object_refused(i, err, e);
	bpf_object__for_each_map(map, copy)
	{
		int id = shared_id(map);

		if (err || id < 0 || p->map_fd[id] >= 0)
			continue;
		p->map_fd[id] = fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 0);
		p->is_new[id] = p->map_fd[id] >= 0;
		if (!p->is_new[id])
			err = error_set(e, errno, "map %s: %s",
					bpf_map__name(map), strerror(errno));
	}
	return err;
}

static int make_maps(struct programs *p, enum program i, const struct state *s,
		     const struct map_limits *limits, struct error *e)
{
	struct bpf_object *copy;
	int err = program_object_open(i, &copy, e);

	if (err)
		return err;
	err = prepare_object(p, copy, s, limits, e);
	if (!err)
		err = load_maps(p, i, copy, e);
	bpf_object__close(copy);
	return err;
}

static int complete_object(struct programs *p, enum program i,
			   const struct state *s,
			   const struct map_limits *limits, struct error *e)
{
	bool is_complete = true;
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map,
				 p->obj[i]) if (shared_id(map) >= 0 &&
						p->map_fd[shared_id(map)] < 0)
		is_complete = false;
	if (!is_complete)
		err = make_maps(p, i, s, limits, e);
	bpf_object__for_each_map(map, p->obj[i]) if (!err &&
						     shared_id(map) >= 0 &&
						     bpf_map__fd(map) < 0)
		err = reuse_map(map, p->map_fd[shared_id(map)], e);
	return err;
}

int program_maps_share(struct programs *p, const struct state *s,
		       const struct map_limits *limits, struct error *e)
{
	int err = 0;

	for (int i = 0; i < PROGRAM_COUNT && !err; i++)
		err = prepare_object(p, p->obj[i], s, limits, e);
	for (int i = 0; i < PROGRAM_COUNT && !err; i++)
		err = complete_object(p, i, s, limits, e);
	p->is_fresh = true;
	for (int id = 0; id < MAP_COUNT; id++)
		p->is_fresh &= p->is_new[id];
	return err;
}

/* config comes last: with it a directory is one that was loaded. */
int program_maps_pin(const struct programs *p, const struct state *s,
		     struct error *e)
{
	char path[PATH_MAX];

	for (int k = 0; k < MAP_COUNT; k++) {
		int id = (MAP_CONFIG + 1 + k) % MAP_COUNT;

		if (!p->is_new[id])
			continue;
		state_path(s, path, map_definitions[id].name);
		if (bpf_obj_pin(p->map_fd[id], path))
			return error_set(e, errno, "%s: cannot pin: %s", path,
					 strerror(errno));
	}
	return 0;
}
