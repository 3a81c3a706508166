// SPDX-License-Identifier: GPL-2.0-only
#include "sync/programs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compile/hash.h"
#include "sync/attachment.h"
#include "ct_delete.skel.h"
#include "nic.skel.h"
#include "nic_xdp.skel.h"
#include "reinject.skel.h"
#include "vif.skel.h"

static const struct {
	const void *(*bytes)(size_t *size);
	const char *object; /* names it in errors */
	const char *function;
	const char *pin;
} programs[PROGRAM_COUNT] = {
	[PROGRAM_VIF] = {vif_bpf__elf_bytes, "vif.bpf.o", "vif_ingress",
			 "prog_vif_ingress"},
	[PROGRAM_NIC] = {nic_bpf__elf_bytes, "nic.bpf.o", "nic_ingress",
			 "prog_nic_ingress"},
	[PROGRAM_NIC_XDP] = {nic_xdp_bpf__elf_bytes, "nic_xdp.bpf.o", "nic_xdp",
			     "prog_nic_xdp"},
	[PROGRAM_CT_DELETE] = {ct_delete_bpf__elf_bytes, "ct_delete.bpf.o",
			       "ct_delete", "prog_ct_delete"},
	[PROGRAM_REINJECT] = {reinject_bpf__elf_bytes, "reinject.bpf.o",
			      "reinject_ingress", "prog_reinject"},
};

static bool verbose;

static int print_libbpf(enum libbpf_print_level level, const char *format,
			va_list args)
{
	if (!verbose || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void programs_set_verbose(bool is_verbose)
{
	verbose = is_verbose;
	libbpf_set_print(print_libbpf);
}

const char *program_pin(enum program p)
{
	return programs[p].pin;
}

uint32_t programs_id(void)
{
	uint32_t id = 0;

	for (int i = 0; i < PROGRAM_COUNT; i++) {
		size_t size;
		const void *bytes = programs[i].bytes(&size);

		id = hash_bytes(bytes, size, id);
	}
	return id ? id : 1; /* 0 in config: none yet */
}

int program_open(const struct state *s, enum program p, struct error *e)
{
	char path[PATH_MAX];
	int fd;

	state_path(s, path, programs[p].pin);
	fd = bpf_obj_get(path);
	if (fd >= 0)
		return fd;
	return error_set(e, errno, "%s: %s; xovn load again", path,
			 strerror(errno));
}

bool programs_are_current(const struct state *s)
{
	char path[PATH_MAX];

	if (s->config.program_id != programs_id())
		return false;
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		state_path(s, path, programs[i].pin);
		if (access(path, F_OK))
			return false;
	}
	for (int i = 0; i < MAP_COUNT; i++)
		if (s->map_fd[i] < 0)
			return false;
	return true;
}

/* A map pinned earlier is used as it is, whatever the options say now. */
static int adopt_map(struct bpf_map *map, const char *path, struct error *e)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);
	int fd = bpf_obj_get(path), err;

	if (fd < 0)
		return errno == ENOENT ?
			       -ENOENT :
			       error_set(e, errno, "%s: cannot open: %s", path,
					 strerror(errno));
	err = bpf_obj_get_info_by_fd(fd, &info, &len) ? -errno : 0;
	close(fd);
	if (err)
		return error_set(e, -err, "%s: is no BPF map", path);
	if (info.type != bpf_map__type(map) ||
	    info.key_size != bpf_map__key_size(map) ||
	    info.value_size != bpf_map__value_size(map) ||
	    info.map_flags != bpf_map__map_flags(map))
		return error_set(e, EPROTO,
				 "%s: type %u, key %u, value %u, flags 0x%x; "
				 "this xovn wants %u, %u, %u, 0x%x; nothing "
				 "was touched; xovn detach --all, then load, "
				 "attach and bind again",
				 path, info.type, info.key_size,
				 info.value_size, info.map_flags,
				 bpf_map__type(map), bpf_map__key_size(map),
				 bpf_map__value_size(map),
				 bpf_map__map_flags(map));
	return bpf_map__set_max_entries(map, info.max_entries);
}

static bool is_ours(const char *name)
{
	for (int i = 0; i < MAP_COUNT; i++)
		if (!strcmp(map_definitions[i].name, name))
			return true;
	return false;
}

/* Maps that the loader knows, and others that ask for it by
 * LIBBPF_PIN_BY_NAME, are shared by name; the rest are each object's own. */
static int prepare_map(const struct state *s, struct bpf_map *map,
		       const struct map_limits *limits, struct error *e)
{
	const char *name = bpf_map__name(map);
	char path[PATH_MAX];
	uint32_t n;
	int err;

	/* A trace's: the verifier takes out the code that refers to them. */
	if (!strncmp(name, "trace_", 6))
		return bpf_map__set_autocreate(map, false);
	if (bpf_map__is_internal(map) ||
	    (!is_ours(name) && !bpf_map__pin_path(map)))
		return 0;
	state_path(s, path, name);
	err = adopt_map(map, path, e);
	if (err && err != -ENOENT)
		return err;
	n = map_max_entries(name, limits);
	if (err && n)
		bpf_map__set_max_entries(map, n);
	err = bpf_map__set_pin_path(map, path);
	if (err)
		return error_set(e, -err, "%s: cannot set pin: %s", path,
				 strerror(-err));
	return 0;
}

int program_object_open(enum program p, struct bpf_object **obj,
			struct error *e)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts,
		    .object_name = programs[p].object);
	const void *bytes;
	size_t size;

	bytes = programs[p].bytes(&size);
	*obj = bpf_object__open_mem(bytes, size, &opts);
	return *obj ? 0 :
		      error_set(e, errno,
				"%s: cannot read the embedded BPF "
				"object: %s",
				programs[p].object, strerror(errno));
}

static int object_open(const struct state *s, int i,
		       const struct map_limits *limits, struct bpf_object **obj,
		       struct error *e)
{
	struct bpf_map *map;
	int err = program_object_open(i, obj, e);

	if (err)
		return err;
	bpf_object__for_each_map(map, *obj)
	{
		err = prepare_map(s, map, limits, e);
		if (err)
			return err;
	}
	return 0;
}

bool programs_declare_map(const char *name)
{
	bool is_found = false;

	for (int i = 0; i < PROGRAM_COUNT && !is_found; i++) {
		struct bpf_object *obj;
		const void *bytes;
		size_t size;

		bytes = programs[i].bytes(&size);
		obj = bpf_object__open_mem(bytes, size, NULL);
		if (!obj)
			continue;
		is_found = bpf_object__find_map_by_name(obj, name);
		bpf_object__close(obj);
	}
	return is_found;
}

/* Pins in the place of an older program: rename() on bpffs is atomic. */
static int pin_program(const struct state *s, int i, int fd, struct error *e)
{
	char path[PATH_MAX], fresh[PATH_MAX], name[64];

	snprintf(name, sizeof(name), "%s_new", programs[i].pin);
	state_path(s, path, programs[i].pin);
	state_path(s, fresh, name);
	unlink(fresh); /* of a load that was killed */
	if (bpf_obj_pin(fd, fresh) || rename(fresh, path))
		return error_set(e, errno, "%s: cannot pin: %s", path,
				 strerror(errno));
	return 0;
}

int program_object_load(enum program p, struct bpf_object *obj, struct error *e)
{
	struct bpf_program *prog;
	int err;

	err = bpf_object__load(obj);
	if (err == -EPERM)
		return error_set(e, EPERM,
				 "%s: the kernel refuses BPF "
				 "programs: not root, or CAP_BPF and "
				 "CAP_NET_ADMIN are missing",
				 programs[p].object);
	if (err == -ENOMEM)
		return error_set(
			e, ENOMEM,
			"%s: no memory for maps of this "
			"size; load with a smaller --max-ports or --ct-max",
			programs[p].object);
	if (err)
		return error_set(e, -err,
				 "%s: the kernel refuses it: %s; --verbose "
				 "shows the verifier's log; Linux 6.1 or newer "
				 "is needed",
				 programs[p].object, strerror(-err));
	prog = bpf_object__find_program_by_name(obj, programs[p].function);
	if (!prog)
		return error_set(e, ENOENT, "%s: no program %s in it",
				 programs[p].object, programs[p].function);
	return bpf_program__fd(prog);
}

int programs_load(struct state *s, const struct map_limits *limits,
		  struct programs *p, struct error *e)
{
	int err = 0;

	memset(p, 0, sizeof(*p));
	/* All definitions are checked before the first map is made, all
	 * programs verified before the first is replaced. */
	for (int i = 0; i < PROGRAM_COUNT && !err; i++)
		err = object_open(s, i, limits, &p->obj[i], e);
	for (int i = 0; i < PROGRAM_COUNT && !err; i++) {
		p->fd[i] = program_object_load(i, p->obj[i], e);
		err = p->fd[i] < 0 ? p->fd[i] : 0;
	}
	if (!err)
		err = state_open_maps(s, e);
	for (int i = 0; i < PROGRAM_COUNT && !err; i++)
		err = pin_program(s, i, p->fd[i], e);
	return err;
}

void programs_close(struct programs *p)
{
	for (int i = 0; i < PROGRAM_COUNT; i++)
		bpf_object__close(p->obj[i]);
	memset(p, 0, sizeof(*p));
}

int programs_update(struct state *s, const struct map_limits *limits,
		    struct error *e)
{
	struct programs p;
	int err = programs_load(s, limits, &p, e);

	if (!err)
		err = attachment_replace_programs(s, p.fd, e);
	if (!err)
		s->config.program_id = programs_id();
	programs_close(&p);
	return err;
}
