// SPDX-License-Identifier: GPL-2.0-only
/* Maps of an upgrade, one by one. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/upgrade.h"
#include "sync/upgrade_step.h"

static bool is_percpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* Copied by others: config by upgrade.c, connections by upgrade_ct.c. */
static bool is_special(int id)
{
	return id == MAP_CONFIG || id == MAP_CT || id == MAP_CT_INDEX;
}

/* What BPF writes and packets need. */
static bool is_learned(int id)
{
	return id == MAP_HEARD || id == MAP_LEARNED || id == MAP_FDB ||
	       id == MAP_AFFINITY || id == MAP_FRAG;
}

/* A record's number is the same on both sides, but the index of a table that
 * is written anew is, too. */
static bool is_shared(const struct upgrade *u, int id)
{
	if (id == MAP_CONFIG)
		return false;
	if (id == MAP_CT || id == MAP_CT_INDEX)
		return !upgrade_is_changed(u->layout, MAP_CT) &&
		       !upgrade_is_changed(u->layout, MAP_CT_INDEX);
	return !upgrade_is_changed(u->layout, id);
}

static int open_map(struct upgrade *u, int id)
{
	struct bpf_map_info info = {0};
	uint32_t key_size, val_size;
	__u32 len = sizeof(info);
	char path[PATH_MAX];
	int fd;

	state_path(u->old, path, map_definitions[id].name);
	fd = bpf_obj_get(path);
	if (fd < 0 && errno == ENOENT) /* that layout may not have had it */
		return 0;
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len)) {
		error_set(u->e, errno, "%s: cannot open: %s", path,
			  strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EIO;
	}
	u->old->map_fd[id] = fd;
	upgrade_sizes(u->layout, id, &key_size, &val_size);
	if (info.key_size == key_size && info.value_size == val_size)
		return 0;
	return error_set(u->e, EPROTO,
			 "%s: entries of %u+%u bytes, layout version %u has "
			 "%u+%u; nothing was touched; use the version that "
			 "made it, or xovn detach --all, then load, attach and "
			 "bind again",
			 path, info.key_size, info.value_size, u->layout,
			 key_size, val_size);
}

int upgrade_open_maps(struct upgrade *u)
{
	int err = 0;

	for (int id = 0; id < MAP_COUNT && !err; id++)
		err = open_map(u, id);
	return err;
}

int upgrade_share_maps(struct upgrade *u)
{
	char path[PATH_MAX];

	for (int id = 0; id < MAP_COUNT; id++) {
		int fd = u->old->map_fd[id];

		if (fd < 0 || !is_shared(u, id))
			continue;
		state_path(&u->next, path, map_definitions[id].name);
		if (bpf_obj_pin(fd, path))
			return error_set(u->e, errno, "%s: cannot pin: %s",
					 path, strerror(errno));
	}
	return 0;
}

struct copy_context {
	const struct upgrade *u;
	int id, fd; /* of the new map */
	uint32_t old_stride, stride; /* per CPU; 0: one value */
	int n_cpus;
	uint64_t flags;
	uint8_t *vals; /* a value for each CPU */
};

static int copy_entry(const void *old_key, const void *old_val, void *arg)
{
	struct copy_context *c = arg;
	uint64_t key[UPGRADE_ENTRY_MAX / 8];
	int n = c->stride ? c->n_cpus : 1;

	for (int i = 0; i < n; i++)
		upgrade_entry(c->u->layout, c->id, old_key,
			      (const uint8_t *)old_val + i * c->old_stride, key,
			      c->vals + i * c->stride);
	if (!bpf_map_update_elem(c->fd, key, c->vals, c->flags) ||
	    errno == EEXIST)
		return 0;
	return -errno;
}

static int copy_map(struct upgrade *u, int id, uint64_t flags)
{
	const struct map_definition *d = &map_definitions[id];
	struct copy_context c = {.u = u,
				 .id = id,
				 .fd = u->next.map_fd[id],
				 .n_cpus = libbpf_num_possible_cpus(),
				 .flags = flags};
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);
	uint32_t key_size, val_size;
	int err;

	if (c.n_cpus < 1)
		c.n_cpus = 1;
	upgrade_sizes(u->layout, id, &key_size, &val_size);
	if (bpf_obj_get_info_by_fd(c.fd, &info, &len))
		return -errno;
	if (is_percpu(info.type)) {
		c.old_stride = (val_size + 7) / 8 * 8;
		c.stride = (d->val_size + 7) / 8 * 8;
		val_size = c.old_stride * c.n_cpus;
	}
	c.vals = calloc(c.n_cpus, (d->val_size + 7) / 8 * 8);
	if (!c.vals)
		return -ENOMEM;
	err = map_for_each(u->old->map_fd[id], key_size, val_size, copy_entry,
			   &c);
	free(c.vals);
	return err;
}

int upgrade_copy_maps(struct upgrade *u, enum upgrade_pass pass)
{
	for (int id = 0; id < MAP_COUNT; id++) {
		/* An array has each entry: the new side's is newer. */
		bool is_due = pass == UPGRADE_FIRST ||
			      (is_learned(id) &&
			       (pass == UPGRADE_AGAIN || id != MAP_HEARD));
		int err;

		if (!is_due || is_special(id) || is_shared(u, id) ||
		    u->old->map_fd[id] < 0 || upgrade_is_emptied(u->layout, id))
			continue;
		err = copy_map(u, id,
			       pass == UPGRADE_AFTER ? BPF_NOEXIST : BPF_ANY);
		if (err)
			return error_set(u->e, -err, "%s/%s: cannot copy: %s",
					 u->next.dir, map_definitions[id].name,
					 strerror(-err));
	}
	return 0;
}
