// SPDX-License-Identifier: GPL-2.0-only
#include "sync/state.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "companion.h"
#include "sync/guard.h"
#include "sync/upgrade.h"
#include "sync/upgrade_step.h"

static const char remove_remedy[] =
	"xovn detach --all, then load, attach and bind again";

void state_path(const struct state *s, char path[PATH_MAX], const char *name)
{
	/* dir and name were checked to fit by state_open(). */
	size_t n = strnlen(s->dir, PATH_MAX - 256);

	memcpy(path, s->dir, n);
	snprintf(path + n, PATH_MAX - n, "/%s", name);
}

void state_link_path(const struct state *s, char path[PATH_MAX],
		     const char *ifname, const char *hook)
{
	char name[128] = "link_";
	size_t n = strlen(name);

	/* bpffs refuses dots ("eth0.100"). */
	for (; *ifname && n < sizeof(name) - 16; ifname++) {
		if (*ifname == '.' || *ifname == '%')
			n += snprintf(name + n, 4, "%%%02x", *ifname);
		else
			name[n++] = *ifname;
	}
	snprintf(name + n, sizeof(name) - n, "_%s", hook);
	state_path(s, path, name);
}

static int check_bpffs(const char *path, struct error *e)
{
	struct statfs fs;

	if (statfs(path, &fs))
		return error_set(e, errno,
				 "%s: %s; --pin DIR wants its parent "
				 "to be a directory of a BPF file system",
				 path, strerror(errno));
	if (fs.f_type == BPF_FS_MAGIC)
		return 0;
	return error_set(e, EINVAL,
			 "%s is not on a BPF file system; mount -t bpf bpf "
			 "/sys/fs/bpf, or mount one elsewhere (ip netns exec "
			 "hides /sys/fs/bpf) and name a directory on it by "
			 "--pin DIR",
			 path);
}

static int not_loaded(const struct state *s, struct error *e)
{
	return error_set(e, ENOENT,
			 "%s: nothing is loaded; xovn load --nb FILE --chassis "
			 "NAME first, or name the right directory by --pin DIR",
			 s->dir);
}

int state_place_check(const char *dir, struct error *e)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", dir);
	return check_bpffs(dirname(copy), e);
}

static int make_dir(struct state *s, struct error *e)
{
	int err = state_place_check(s->dir, e);

	if (err)
		return err;
	if (!mkdir(s->dir, 0700))
		s->was_created = true;
	else if (errno != EEXIST)
		return error_set(e, errno, "%s: cannot make directory: %s",
				 s->dir, strerror(errno));
	return 0;
}

/* Opens and, but for readers, locks the directory.  Another command may
 * remove it (detach --all) while we wait for the lock: look again then. */
static int open_dir(struct state *s, enum state_mode mode, struct error *e)
{
	bool is_locked = mode != STATE_READ && mode != STATE_PREVIEW;
	struct stat mine, present;
	int err;

	for (;;) {
		s->dir_fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (s->dir_fd < 0 && errno == ENOENT) {
			if (mode == STATE_PREVIEW || mode == STATE_REMOVE)
				return 0;
			if (mode != STATE_CREATE)
				return not_loaded(s, e);
			err = make_dir(s, e);
			if (err)
				return err;
			continue;
		}
		if (s->dir_fd < 0)
			return error_set(e, errno, "%s: %s", s->dir,
					 strerror(errno));
		if (!is_locked)
			return 0;
		while (flock(s->dir_fd, LOCK_EX))
			if (errno != EINTR)
				return error_set(e, errno,
						 "%s: cannot lock: %s", s->dir,
						 strerror(errno));
		if (!fstat(s->dir_fd, &mine) && !stat(s->dir, &present) &&
		    mine.st_ino == present.st_ino &&
		    mine.st_dev == present.st_dev)
			return guard_check(s->dir, e);
		close(s->dir_fd);
		s->dir_fd = -1;
	}
}

static int open_map(struct state *s, int id, enum state_mode mode,
		    struct error *e)
{
	const struct map_definition *d = &map_definitions[id];
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);
	char path[PATH_MAX];
	int fd;

	state_path(s, path, d->name);
	fd = bpf_obj_get(path);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		if (mode == STATE_REMOVE)
			return 0;
		return error_set(e, errno, "%s: cannot open: %s%s", path,
				 strerror(errno),
				 errno == EPERM ? "; are you root, with "
						  "CAP_BPF?" :
				 errno == EROFS ? "; mount -o remount,rw that "
						  "BPF file system" :
						  "");
	}
	if (bpf_obj_get_info_by_fd(fd, &info, &len)) {
		close(fd);
		return error_set(e, errno,
				 "%s: is no BPF map; is this xovn's "
				 "directory?",
				 path);
	}
	if (info.key_size == d->key_size && info.value_size == d->val_size) {
		s->map_fd[id] = fd;
		return 0;
	}
	close(fd);
	if (mode == STATE_REMOVE)
		return 0;
	return error_set(e, EPROTO,
			 "%s: entries of %u+%u bytes, this xovn has %u+%u: "
			 "another version made it; nothing was touched; use "
			 "that version, or %s",
			 path, info.key_size, info.value_size, d->key_size,
			 d->val_size, remove_remedy);
}

int state_read_config(struct state *s, struct config *config, struct error *e)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(s->map_fd[MAP_CONFIG], &zero, config))
		return error_set(e, errno, "%s/config: cannot read: %s", s->dir,
				 strerror(errno));
	return 0;
}

static int wrong_layout(const struct state *s, struct error *e)
{
	uint32_t layout = s->config.layout;

	if (upgrade_is_known(layout))
		return error_set(e, EPROTO,
				 "%s/config: layout version %u, this xovn has "
				 "%u; nothing was touched; xovn load, or "
				 "starting the agent, makes it %u",
				 s->dir, layout, XOVN_LAYOUT_VERSION,
				 XOVN_LAYOUT_VERSION);
	return error_set(e, EPROTO,
			 "%s/config: layout version %u, this xovn has %u%s; "
			 "nothing was touched; use the version that made it, "
			 "or %s",
			 s->dir, layout, XOVN_LAYOUT_VERSION,
			 layout > XOVN_LAYOUT_VERSION ?
				 ": a newer xovn made it" :
				 " and knows no way from there",
			 remove_remedy);
}

static int read_config(struct state *s, enum state_mode mode, struct error *e)
{
	int err;

	memset(&s->config, 0, sizeof(s->config));
	s->is_loaded = false;
	if (s->map_fd[MAP_CONFIG] < 0)
		return 0;
	err = state_read_config(s, &s->config, e);
	if (err)
		return err;
	/* 0: a first load was killed before it wrote it. */
	s->is_loaded = s->config.layout == XOVN_LAYOUT_VERSION;
	if (s->is_loaded || !s->config.layout || mode == STATE_REMOVE)
		return 0;
	return wrong_layout(s, e);
}

static int open_maps(struct state *s, enum state_mode mode, struct error *e)
{
	int err;

	/* The layout version first: it explains what sizes only show. */
	if (s->map_fd[MAP_CONFIG] < 0) {
		err = open_map(s, MAP_CONFIG, mode, e);
		if (err)
			return err;
	}
	err = read_config(s, mode, e);
	for (int i = 0; i < MAP_COUNT && !err; i++)
		if (s->map_fd[i] < 0)
			err = open_map(s, i, mode, e);
	return err;
}

int state_open_maps(struct state *s, struct error *e)
{
	int err = open_maps(s, STATE_CREATE, e);

	for (int i = 0; i < MAP_COUNT && !err; i++)
		if (s->map_fd[i] < 0)
			err = error_set(e, ENOENT, "%s: map %s is missing; %s",
					s->dir, map_definitions[i].name,
					remove_remedy);
	return err;
}

int state_open(struct state *s, const char *dir, enum state_mode mode,
	       struct error *e)
{
	size_t n = strlen(dir);
	struct error ignored;
	int err;

	memset(s, 0, sizeof(*s));
	s->dir_fd = -1;
	for (int i = 0; i < MAP_COUNT; i++)
		s->map_fd[i] = -1;
	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (!n || n > PATH_MAX - 256)
		return error_set(e, EINVAL, "--pin: empty or too long a path");
	memcpy(s->dir, dir, n);
	if (geteuid() && mode != STATE_PREVIEW)
		return error_set(e, EPERM,
				 "not root: BPF maps and interfaces "
				 "need it; run it with sudo");
	err = open_dir(s, mode, e);
	if (err || s->dir_fd < 0)
		goto out;
	err = check_bpffs(s->dir, e);
	if (!err && mode == STATE_CREATE)
		err = upgrade_settle(s->dir, e);
	if (!err && mode == STATE_CREATE)
		err = upgrade_run(s, e);
	/* What cannot be ended is removed as it is. */
	if (!err && mode == STATE_REMOVE)
		upgrade_settle(s->dir, &ignored);
	else if (!err)
		err = upgrade_check(s->dir, e);
	if (!err)
		err = open_maps(s, mode, e);
	if (err)
		goto out;
	if (!s->is_loaded && (mode == STATE_READ || mode == STATE_CHANGE))
		err = not_loaded(s, e);
	/* What an older xovn of this layout loaded has no maps for agents. */
	for (int i = 0; i < MAP_AGENT_FIRST && !err && s->is_loaded; i++)
		if (s->map_fd[i] < 0 &&
		    (mode == STATE_READ || mode == STATE_CHANGE))
			err = error_set(e, ENOENT,
					"%s: map %s is missing; xovn load "
					"again",
					s->dir, map_definitions[i].name);
out:
	if (err)
		state_close(s);
	return err;
}

void state_close(struct state *s)
{
	/* A directory made for nothing goes again: the load failed. */
	if (s->was_created)
		rmdir(s->dir);
	for (int i = 0; i < MAP_COUNT; i++)
		if (s->map_fd[i] >= 0)
			close(s->map_fd[i]);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	s->dir_fd = -1;
}

int state_write_config(struct state *s, struct error *e)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(s->map_fd[MAP_CONFIG], &zero, &s->config, 0))
		return error_set(e, errno, "%s/config: cannot write: %s",
				 s->dir, strerror(errno));
	return 0;
}

bool state_is_changing(const struct state *s)
{
	return s->config.generation & 1;
}

bool state_is_resumed(const struct state *s)
{
	return state_is_changing(s) || companion_is_second();
}

/* What could not be written is not so in memory, either. */
static int set_generation(struct state *s, uint32_t generation, struct error *e)
{
	uint32_t before = s->config.generation;
	int err;

	s->config.generation = generation;
	err = state_write_config(s, e);
	if (err)
		s->config.generation = before;
	return err;
}

int state_begin_change(struct state *s, struct error *e)
{
	if (state_is_changing(s))
		return 0;
	return set_generation(s, s->config.generation + 1, e);
}

int state_end_change(struct state *s, struct error *e)
{
	uint32_t next = s->config.generation + (state_is_changing(s) ? 1 : 2);

	return set_generation(s, next ? next : 2 /* 0 means none */, e);
}
