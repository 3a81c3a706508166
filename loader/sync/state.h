/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One host's state in the kernel: a directory on a bpffs with
 *
 *   MAP                maps, by name
 *   prog_NAME          programs
 *   link_IFACE_HOOK    TCX and XDP links; HOOK is "vif", "tc" or "xdp"
 *   agent              a directory that a running agent has locked (guard.h)
 *   next               a directory while maps get another layout (upgrade.h)
 *
 * Several directories let several network namespaces of a kernel be hosts.
 */
#ifndef XOVN_SYNC_STATE_H
#define XOVN_SYNC_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"
#include "sync/mapset.h"

#define PIN_DIR_DEFAULT "/sys/fs/bpf/xovn"

struct state {
	char dir[PATH_MAX];
	int dir_fd; /* holds the lock, -1: directory is not there */
	bool was_created; /* by this state_open() */
	int map_fd[MAP_COUNT]; /* -1: not there (yet) */
	uint32_t moved_from; /* layout that the maps had before, 0: ours */
	bool is_loaded; /* a load came far enough to write config */
	struct config config;
};

enum state_mode {
	STATE_READ, /* no lock; must be loaded */
	STATE_CHANGE, /* locked; must be loaded */
	STATE_CREATE, /* locked; made when not there; an older layout is made
		       * ours (upgrade.h) */
	STATE_PREVIEW, /* no lock; need not be there */
	STATE_REMOVE, /* locked; any layout, maps that do not fit stay closed;
		       * dir_fd -1 when there is no directory */
};

/* Waits for other xovn commands on the same directory.  Refuses what another
 * layout of xovn made before anything is touched.  -EPERM, -ENOENT, -EINVAL
 * (not a bpffs), -EPROTO (layout), -EBUSY (locked by an agent), ... */
int state_open(struct state *s, const char *dir, enum state_mode mode,
	       struct error *e);
void state_close(struct state *s);
/* May a directory of that path be made?  -EINVAL: not on a bpffs. */
int state_place_check(const char *dir, struct error *e);
/* Opens maps pinned since state_open(). */
int state_open_maps(struct state *s, struct error *e);
int state_read_config(struct state *s, struct config *config, struct error *e);
int state_write_config(struct state *s, struct error *e);
/*
 * Around everything that packets are forwarded by: what BPF has cached about
 * a connection holds for one config.generation.  It is odd while a change is
 * under way; a command that was killed in between leaves it so, and the next
 * load ends the change.  state_end_change() comes after the last write.
 */
int state_begin_change(struct state *s, struct error *e);
int state_end_change(struct state *s, struct error *e);
bool state_is_changing(const struct state *s);
/* May a command have been killed half way, so that what is there is to be
 * completed, not refused? */
bool state_is_resumed(const struct state *s);

/* DIR/prefix_IFACE_suffix; bytes that bpffs does not take are escaped. */
void state_link_path(const struct state *s, char path[PATH_MAX],
		     const char *ifname, const char *hook);
void state_path(const struct state *s, char path[PATH_MAX], const char *name);

#endif /* XOVN_SYNC_STATE_H */
