// SPDX-License-Identifier: GPL-2.0-only
/*
 * The very programs, verified by this kernel on small maps of their own and
 * let go: what they need of it is what they say, not a list kept by hand.
 * Where they are pinned already it has taken them.  Then the hooks, asked for
 * at an interface that cannot exist.
 */
#include "check/check.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/hook.h"

#define GROUP "kernel"
#define NO_INTERFACE INT_MAX

/* A load would make them far larger: memory.c asks for that. */
static int shrink_maps(struct bpf_object *obj)
{
	const struct map_limits limits = {.max_ports = MAX_PORTS_LOWEST,
					  .ct_max = CT_MAX_LOWEST};
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, obj)
	{
		const char *name = bpf_map__name(map);
		uint32_t n = map_max_entries(name, &limits);

		bpf_map__set_pin_path(map, NULL);
		if (!err && !strncmp(name, "trace_", 6))
			err = bpf_map__set_autocreate(map, false);
		else if (!err && n)
			err = bpf_map__set_max_entries(map, n);
	}
	return err;
}

/* One line for each kind of thing that the object needs and the kernel, asked
 * for that alone, has not. */
static void explain_maps(struct check *c, const char *object,
			 const struct bpf_object *obj)
{
	bool seen[64] = {false};
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		enum bpf_map_type type = bpf_map__type(map);

		if ((size_t)type >= sizeof(seen) || seen[type])
			continue;
		seen[type] = true;
		if (libbpf_probe_bpf_map_type(type, NULL))
			continue;
		check_add(c, CHECK_ERROR, GROUP, "map_type", object,
			  "boot a kernel that has it",
			  "the kernel has no maps of type %s, as of map %s",
			  libbpf_bpf_map_type_str(type), bpf_map__name(map));
	}
}

static void explain_helpers(struct check *c, const char *object,
			    const struct bpf_program *prog)
{
	enum bpf_prog_type type = bpf_program__type(prog);
	const struct bpf_insn *insn = bpf_program__insns(prog);
	bool seen[512] = {false};

	for (size_t i = 0; i < bpf_program__insn_cnt(prog); i++) {
		size_t id = insn[i].imm;

		if (insn[i].code != (BPF_JMP | BPF_CALL) || insn[i].src_reg ||
		    id >= sizeof(seen) || seen[id])
			continue;
		seen[id] = true;
		if (libbpf_probe_bpf_helper(type, id, NULL))
			continue;
		check_add(c, CHECK_ERROR, GROUP, "helper", object,
			  "boot a newer kernel",
			  "the kernel lets no program of type %s call helper "
			  "%zu (linux/bpf.h)",
			  libbpf_bpf_prog_type_str(type), id);
	}
}

static void explain(struct check *c, const char *name,
		    const struct bpf_object *obj)
{
	struct bpf_program *prog;

	explain_maps(c, name, obj);
	bpf_object__for_each_program(prog, obj)
	{
		enum bpf_prog_type type = bpf_program__type(prog);

		if (libbpf_probe_bpf_prog_type(type, NULL))
			explain_helpers(c, name, prog);
		else
			check_add(c, CHECK_ERROR, GROUP, "program_type", name,
				  "boot a kernel that has it",
				  "the kernel has no programs of type %s",
				  libbpf_bpf_prog_type_str(type));
	}
}

static bool is_jited(int fd)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	/* Where sysctls hide the code, the length says so, too. */
	return bpf_obj_get_info_by_fd(fd, &info, &len) || info.jited_prog_len ||
	       !info.xlated_prog_len;
}

static void check_tcx(struct check *c, int prog_fd)
{
	int fd = hook_link_tcx(prog_fd, NO_INTERFACE);

	c->has_tcx = fd != -EOPNOTSUPP;
	if (c->has_tcx)
		check_add(c, CHECK_OK, GROUP, "tc_hook", NULL, NULL,
			  "TC programs are TCX links");
	else
		check_add(c, CHECK_OK, GROUP, "tc_hook", NULL, NULL,
			  "TC programs are filters of a clsact qdisc: this "
			  "kernel has no TCX (6.6 and later)");
	if (fd >= 0)
		close(fd);
}

static void check_xdp_link(struct check *c, int prog_fd)
{
	int fd = hook_link_xdp_native(prog_fd, NO_INTERFACE);

	/* -ENODEV, -EINVAL: an old libc's idea of no such interface */
	if (fd == -ENODEV || fd == -EINVAL)
		check_add(c, CHECK_OK, GROUP, "xdp_hook", NULL, NULL,
			  "XDP programs are links");
	else
		check_add(c, CHECK_WARNING, GROUP, "xdp_hook", NULL,
			  "mode tc needs none",
			  "the kernel has no XDP links: %s", strerror(-fd));
	if (fd >= 0)
		close(fd);
}

/* The program's descriptor, which *obj owns, or -errno. */
static int try_object(struct check *c, enum program p, struct bpf_object **obj)
{
	struct error e;
	int fd = program_object_open(p, obj, &e);

	if (!fd)
		fd = shrink_maps(*obj);
	if (!fd) {
		fd = program_object_load(p, *obj, &e);
		if (fd < 0) {
			check_add(c, CHECK_ERROR, GROUP, "programs", NULL, NULL,
				  "%s", e.text);
			explain(c, bpf_object__name(*obj), *obj);
		}
		return fd;
	}
	check_add(c, CHECK_ERROR, GROUP, "programs", NULL,
		  "install the package again",
		  "an embedded BPF object cannot be read: %s", strerror(-fd));
	return fd;
}

static int pinned_open(const struct check *c, enum program p)
{
	return c->own_program[p] ? bpf_prog_get_fd_by_id(c->own_program[p]) :
				   -ENOENT;
}

void check_programs(struct check *c)
{
	struct bpf_object *obj[PROGRAM_COUNT] = {NULL};
	int n_loaded = 0, n_jited = 0;

	if (geteuid()) {
		check_add(c, CHECK_WARNING, GROUP, "programs", NULL, NULL,
			  "not tried, for which root is needed: what programs, "
			  "hooks and interfaces can do is unknown");
		return;
	}
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		int fd = c->are_loaded ? pinned_open(c, i) :
					 try_object(c, i, &obj[i]);

		if (fd < 0)
			continue;
		n_loaded++;
		n_jited += is_jited(fd);
		if (i == PROGRAM_NIC)
			check_tcx(c, fd);
		if (i == PROGRAM_NIC_XDP)
			check_xdp_link(c, fd);
		if (c->are_loaded)
			close(fd);
	}
	if (n_loaded == PROGRAM_COUNT)
		check_add(c, CHECK_OK, GROUP, "programs", NULL, NULL,
			  c->are_loaded ?
				  "all %d programs are loaded" :
				  "the kernel takes all %d programs and their "
				  "maps",
			  n_loaded);
	if (n_jited < n_loaded)
		check_add(c, CHECK_WARNING, GROUP, "jit", NULL,
			  "sysctl net.core.bpf_jit_enable=1",
			  "programs are interpreted, not compiled, which is "
			  "many times slower");
	else if (n_loaded)
		check_add(c, CHECK_OK, GROUP, "jit", NULL, NULL,
			  "programs are compiled for this CPU");
	for (int i = 0; i < PROGRAM_COUNT; i++)
		bpf_object__close(obj[i]);
}
