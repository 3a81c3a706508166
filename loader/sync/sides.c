// SPDX-License-Identifier: GPL-2.0-only
#include "sync/sides.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "handover.skel.h"

#define WAIT_US 50000 /* where the kernel has no membarrier */

static int pin_maps(struct bpf_object *obj, const struct state *next)
{
	char path[PATH_MAX];
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, obj)
	{
		state_path(next, path, bpf_map__name(map));
		if (!err)
			err = bpf_map__set_pin_path(map, path);
	}
	return err;
}

static int map_fd(const struct handover *h, const char *name)
{
	return bpf_object__find_map_fd_by_name(h->obj, name);
}

static int set_slot(int fd, __u32 slot, int old_fd, int new_fd)
{
	__u32 next = slot + 1;

	return bpf_map_update_elem(fd, &slot, &old_fd, 0) ||
			       bpf_map_update_elem(fd, &next, &new_fd, 0) ?
		       -errno :
		       0;
}

static int fill(const struct handover *h, const int *old_fd, const int *new_fd)
{
	int tc = map_fd(h, "handover_tc"), xdp = map_fd(h, "handover_xdp");
	int err;

	err = set_slot(tc, HANDOVER_TC_VIF, old_fd[PROGRAM_VIF],
		       new_fd[PROGRAM_VIF]);
	if (!err)
		err = set_slot(tc, HANDOVER_TC_NIC, old_fd[PROGRAM_NIC],
			       new_fd[PROGRAM_NIC]);
	if (!err)
		err = set_slot(xdp, 0, old_fd[PROGRAM_NIC_XDP],
			       new_fd[PROGRAM_NIC_XDP]);
	return err;
}

static void find_programs(struct handover *h)
{
	static const char *const name[PROGRAM_COUNT] = {
		[PROGRAM_VIF] = "handover_vif",
		[PROGRAM_NIC] = "handover_nic",
		[PROGRAM_NIC_XDP] = "handover_nic_xdp",
	};

	for (int i = 0; i < PROGRAM_COUNT; i++) {
		struct bpf_program *p = NULL;

		if (name[i])
			p = bpf_object__find_program_by_name(h->obj, name[i]);
		h->prog_fd[i] = p ? bpf_program__fd(p) : -1;
	}
}

int handover_open(struct handover *h, const struct state *next,
		  const int old_fd[PROGRAM_COUNT],
		  const int new_fd[PROGRAM_COUNT], struct error *e)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts,
		    .object_name = "handover.bpf.o");
	const void *bytes;
	size_t size;
	void *val;
	int err;

	memset(h, 0, sizeof(*h));
	bytes = handover_bpf__elf_bytes(&size);
	h->obj = bpf_object__open_mem(bytes, size, &opts);
	err = h->obj ? pin_maps(h->obj, next) : -errno;
	if (!err)
		err = bpf_object__load(h->obj);
	if (!err) {
		find_programs(h);
		err = fill(h, old_fd, new_fd);
	}
	if (err)
		return error_set(e, -err,
				 "handover.bpf.o: the kernel refuses it: %s; "
				 "nothing was changed",
				 strerror(-err));
	val = mmap(NULL, sizeof(*h->val), PROT_READ | PROT_WRITE, MAP_SHARED,
		   map_fd(h, "handover"), 0);
	if (val == MAP_FAILED)
		return error_set(e, errno, "%s/handover: cannot map: %s",
				 next->dir, strerror(errno));
	h->val = val;
	return 0;
}

void handover_close(struct handover *h)
{
	if (h->val)
		munmap((void *)h->val, sizeof(*h->val));
	bpf_object__close(h->obj);
	memset(h, 0, sizeof(*h));
}

int handover_state(const char *dir)
{
	struct handover_val val;
	char path[PATH_MAX];
	__u32 zero = 0;
	int fd, err;

	if (snprintf(path, sizeof(path), "%s/next/handover", dir) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	err = bpf_map_lookup_elem(fd, &zero, &val) ? -errno : 0;
	close(fd);
	return err ? err : (int)val.state;
}

void handover_wait(void)
{
	/* Waits for a grace period of RCU, which programs run under. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(WAIT_US);
}
