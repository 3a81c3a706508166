// SPDX-License-Identifier: GPL-2.0-only
/*
 * An upgrade to another map layout:
 *
 *   1. DIR/next gets pins of all maps that stay, new ones of those that change,
 *      filled entry by entry, and the new programs.
 *   2. One interface after the other gets a program that calls the old side's.
 *   3. One store, and they call the new side's (upgrade_ct.c).
 *   4. One interface after the other gets the new program itself.
 *   5. The pins in DIR/next take the places of those in DIR, config last.
 *
 * The network is the old side's, entry for entry, until whoever has started
 * this compiles it anew: a packet cannot tell the sides apart.  Killed before
 * 3, the next load goes back (upgrade_settle()): the old side's pins are where
 * they were.  Killed later, it goes on from 4; what was renamed already is not
 * in DIR/next any more.
 */
#include "sync/upgrade.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/attachment.h"
#include "sync/programs_load.h"
#include "sync/sides.h"
#include "sync/upgrade_step.h"

static void state_none(struct state *s, const char *dir)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->dir, dir, strnlen(dir, sizeof(s->dir) - 1));
	s->dir_fd = -1;
	for (int i = 0; i < MAP_COUNT; i++)
		s->map_fd[i] = -1;
}

static void state_none_next(struct state *next, const char *dir)
{
	struct state s;

	state_none(&s, dir);
	state_path(&s, next->dir, UPGRADE_DIR);
	memcpy(s.dir, next->dir, sizeof(s.dir));
	*next = s;
}

static void maps_close(struct state *s)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		if (s->map_fd[i] >= 0)
			close(s->map_fd[i]);
		s->map_fd[i] = -1;
	}
}

static bool is_handover(const char *name)
{
	return !strncmp(name, "handover", 8);
}

/* Calls each() for the names in DIR/next; "." and ".." are none. */
static int for_names(const char *next_dir,
		     int (*each)(const char *name, void *arg), void *arg)
{
	struct dirent **list;
	int n = scandir(next_dir, &list, NULL, NULL), err = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		if (!err && list[i]->d_name[0] != '.')
			err = each(list[i]->d_name, arg);
		free(list[i]);
	}
	free(list);
	return err;
}

static int remove_name(const char *name, void *arg)
{
	const struct state *next = arg;
	char path[PATH_MAX];

	state_path(next, path, name);
	unlink(path);
	return 0;
}

void upgrade_remove(const char *dir)
{
	struct state next;

	state_none_next(&next, dir);
	for_names(next.dir, remove_name, &next);
	rmdir(next.dir);
}

/* Interfaces' links are in DIR, their records on the new side. */
static int replace(const char *dir, const struct state *side,
		   const int fd[PROGRAM_COUNT], struct error *e)
{
	struct state s;

	state_none(&s, dir);
	s.map_fd[MAP_ATTACHMENT] = side->map_fd[MAP_ATTACHMENT];
	return attachment_replace_programs(&s, fd, e);
}

static int get_pin(const struct state *s, const char *name)
{
	char path[PATH_MAX];

	state_path(s, path, name);
	return bpf_obj_get(path);
}

/* The pinned programs, of the first directory that has one. */
static int programs_get(const struct state *first, const struct state *second,
			int fd[PROGRAM_COUNT], struct error *e)
{
	int err = 0;

	for (int i = 0; i < PROGRAM_COUNT; i++) {
		fd[i] = get_pin(first, program_pin(i));
		if (fd[i] < 0 && second)
			fd[i] = get_pin(second, program_pin(i));
		/* Others are on no interface. */
		if (fd[i] < 0 && !err &&
		    (i == PROGRAM_VIF || i == PROGRAM_NIC ||
		     i == PROGRAM_NIC_XDP))
			err = error_set(e, errno, "%s/%s: cannot open: %s",
					first->dir, program_pin(i),
					strerror(errno));
	}
	return err;
}

static void programs_put(const int fd[PROGRAM_COUNT])
{
	for (int i = 0; i < PROGRAM_COUNT; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* Bytes of a config of any layout. */
#define CONFIG_MAX 4096

/* The layout comes first in each.  0: not loaded. */
static int read_layout(const struct state *s, uint32_t *layout)
{
	struct bpf_map_info info = {0};
	uint64_t config[CONFIG_MAX / 8] = {0};
	__u32 len = sizeof(info), zero = 0;
	int fd = get_pin(s, "config"), err = 0;

	*layout = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) ||
	    info.value_size > sizeof(config) ||
	    bpf_map_lookup_elem(fd, &zero, config))
		err = -EINVAL;
	memcpy(layout, config, sizeof(*layout));
	close(fd);
	return err;
}

/* The interfaces' records, of the side whose layout is ours. */
static int attachment_get(const struct state *first, const struct state *second)
{
	const struct state *side[] = {first, second};

	for (int i = 0; i < 2; i++) {
		struct bpf_map_info info = {0};
		__u32 len = sizeof(info);
		int fd = get_pin(side[i], "attachment");

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) &&
		    info.key_size == sizeof(struct attachment_key) &&
		    info.value_size == sizeof(struct attachment_val))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -EPROTO;
}

/* The interfaces get the pinned programs themselves. */
static int leave_handover(const char *dir, const struct state *first,
			  const struct state *second, const struct state *next,
			  struct error *e)
{
	int fd[PROGRAM_COUNT];
	struct state s;
	int err = programs_get(first, second, fd, e);

	state_none(&s, dir);
	if (!err) {
		s.map_fd[MAP_ATTACHMENT] = attachment_get(next, &s);
		if (s.map_fd[MAP_ATTACHMENT] < 0)
			err = error_set(e, EPROTO,
					"%s/attachment: cannot be read; load "
					"by the newer xovn",
					dir);
	}
	if (!err) {
		err = replace(dir, &s, fd, e);
		/* Their maps are emptied with their pins. */
		handover_wait();
		maps_close(&s);
	}
	programs_put(fd);
	return err;
}

static int go_back(const char *dir, struct error *e)
{
	struct state now, next;
	int err = 0;

	state_none(&now, dir);
	state_none_next(&next, dir);
	if (handover_state(dir) >= 0)
		err = leave_handover(dir, &now, NULL, &next, e);
	if (!err)
		upgrade_remove(dir);
	return err;
}

struct move_context {
	const struct state *now, *next;
	bool is_last; /* config, else what comes before it */
	struct error *e;
};

static int move_pin(const char *name, void *arg)
{
	struct move_context *c = arg;
	char from[PATH_MAX], to[PATH_MAX];

	if (is_handover(name) || !strcmp(name, "config") != c->is_last)
		return 0;
	state_path(c->next, from, name);
	state_path(c->now, to, name);
	if (!rename(from, to))
		return 0;
	return error_set(c->e, errno, "%s: cannot take the place of %s: %s",
			 from, to, strerror(errno));
}

static int go_on(const char *dir, struct error *e)
{
	struct state now, next;
	struct move_context c = {.now = &now, .next = &next, .e = e};
	char path[PATH_MAX];
	int err;

	state_none(&now, dir);
	state_none_next(&next, dir);
	err = leave_handover(dir, &next, &now, &next, e);
	if (!err)
		err = for_names(next.dir, move_pin, &c);
	c.is_last = true;
	if (!err)
		err = for_names(next.dir, move_pin, &c);
	if (err)
		return err;
	/* "handover" goes last: it says how far all this came. */
	state_path(&next, path, "handover_tc");
	unlink(path);
	state_path(&next, path, "handover_xdp");
	unlink(path);
	upgrade_remove(dir);
	return 0;
}

int upgrade_check(const char *dir, struct error *e)
{
	if (handover_state(dir) != HANDOVER_NEW)
		return 0;
	return error_set(e, EPROTO,
			 "%s: an upgrade was interrupted; xovn load, or "
			 "starting the agent, of the newer version ends it",
			 dir);
}

int upgrade_settle(const char *dir, struct error *e)
{
	struct state now, next;
	uint32_t layout;

	state_none(&now, dir);
	state_none_next(&next, dir);
	if (access(next.dir, F_OK))
		return 0;
	if (handover_state(dir) != HANDOVER_NEW)
		return go_back(dir, e);
	/* Only its own xovn knows what is to be done. */
	if (!read_layout(&next, &layout) && !layout)
		read_layout(&now, &layout);
	return layout == XOVN_LAYOUT_VERSION ? go_on(dir, e) :
					       upgrade_check(dir, e);
}

/* The new side's config; written where nothing reads it yet. */
static int make_config(struct upgrade *u)
{
	uint64_t old[CONFIG_MAX / 8];
	struct config *c = &u->next.config;
	__u32 zero = 0, key;

	if (bpf_map_lookup_elem(u->old->map_fd[MAP_CONFIG], &zero, old))
		return error_set(u->e, errno, "%s/config: cannot read: %s",
				 u->old->dir, strerror(errno));
	upgrade_entry(u->layout, MAP_CONFIG, &zero, old, &key, c);
	c->layout = XOVN_LAYOUT_VERSION;
	c->program_id = programs_id();
	/* Decisions cached by the old side do not hold on the new one; a
	 * change that was under way still is. */
	c->generation += 2;
	if (!c->generation)
		c->generation = 2;
	return state_write_config(&u->next, u->e);
}

static int make_next(struct upgrade *u, struct programs *p)
{
	uint32_t entries[MAP_COUNT];
	struct map_limits limits = {
		.max_ports = map_capacity(u->old->map_fd[IMAGE_PORT]),
		.ct_max = map_capacity(u->old->map_fd[MAP_CT]),
		.entries = entries,
	};
	int err;

	for (int id = 0; id < MAP_COUNT; id++)
		entries[id] = map_capacity(u->old->map_fd[id]);
	if (mkdir(u->next.dir, 0700))
		return error_set(u->e, errno, "%s: cannot make directory: %s",
				 u->next.dir, strerror(errno));
	err = upgrade_share_maps(u);
	if (!err)
		err = programs_begin(p, &u->next, &limits, u->e);
	if (!err)
		err = programs_end(p, &u->next, u->e);
	if (!err)
		err = make_config(u);
	return err ? err : upgrade_copy_maps(u, UPGRADE_FIRST);
}

/* 0: the new side is on; whatever fails now is for go_on(). */
static int switch_sides(struct upgrade *u, const struct programs *p,
			struct upgrade_ct *ct, struct handover *h)
{
	int fd[PROGRAM_COUNT];
	struct upgrade after;
	struct error ignored;
	int err = programs_get(u->old, NULL, fd, u->e);

	if (!err)
		err = handover_open(h, &u->next, fd, p->fd, u->e);
	programs_put(fd);
	if (!err)
		err = replace(u->old->dir, &u->next, h->prog_fd, u->e);
	if (err)
		return err;
	upgrade_ct_copy(ct);
	err = upgrade_copy_maps(u, UPGRADE_AGAIN);
	if (err)
		return err;
	upgrade_ct_switch(ct, h);
	after = *u;
	after.e = &ignored;
	upgrade_copy_maps(&after, UPGRADE_AFTER);
	/* The last packets of the old side. */
	handover_wait();
	upgrade_copy_maps(&after, UPGRADE_AFTER);
	upgrade_ct_after(ct);
	return 0;
}

static int upgrade(struct upgrade *u)
{
	const char *dir = u->old->dir;
	struct upgrade_ct *ct = NULL;
	struct handover h = {0};
	struct programs p = {0};
	struct error *e = u->e, ignored;
	int err = upgrade_open_maps(u);

	if (err)
		return err;
	err = make_next(u, &p);
	if (!err)
		err = upgrade_ct_open(u, &ct);
	if (!err) {
		upgrade_ct_copy(ct);
		err = switch_sides(u, &p, ct, &h);
	}
	upgrade_ct_close(ct);
	handover_close(&h);
	programs_close(&p);
	if (err)
		go_back(dir, &ignored);
	else
		err = go_on(dir, e);
	return err;
}

int upgrade_run(struct state *s, struct error *e)
{
	struct upgrade u = {.old = s, .e = e};
	int err = read_layout(s, &u.layout);

	/* Others are refused by state_open(). */
	if (err || !upgrade_is_known(u.layout))
		return 0;
	state_none_next(&u.next, s->dir);
	err = upgrade(&u);
	maps_close(&u.next);
	maps_close(s);
	if (!err)
		s->moved_from = u.layout;
	return err;
}
