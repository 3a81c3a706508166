// SPDX-License-Identifier: GPL-2.0-only
#include "sync/programs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compile/hash.h"
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
	static uint32_t id; /* 0: not known yet */

	if (id)
		return id;
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		size_t size;
		const void *bytes = programs[i].bytes(&size);

		id = hash_bytes(bytes, size, id);
	}
	id = id ? id : 1; /* 0 in config: none yet */
	return id;
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

int program_object_refused(enum program p, int err, struct error *e)
{
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
	return error_set(e, -err,
			 "%s: the kernel refuses it: %s; --verbose "
			 "shows the verifier's log; Linux 6.1 or newer "
			 "is needed",
			 programs[p].object, strerror(-err));
}

int program_object_load(enum program p, struct bpf_object *obj, struct error *e)
{
	struct bpf_program *prog;
	int err = bpf_object__load(obj);

	if (err)
		return program_object_refused(p, err, e);
	prog = bpf_object__find_program_by_name(obj, programs[p].function);
	if (!prog)
		return error_set(e, ENOENT, "%s: no program %s in it",
				 programs[p].object, programs[p].function);
	return bpf_program__fd(prog);
}
