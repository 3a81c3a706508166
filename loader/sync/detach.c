// SPDX-License-Identifier: GPL-2.0-only
#include "sync/attach.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/attachment.h"
#include "sync/bind.h"
#include "sync/guard.h"
#include "sync/hook.h"
#include "sync/localnet.h"
#include "sync/neighbor.h"
#include "sync/programs.h"
#include "sync/upgrade.h"

/* Nothing is sent into tunnels any more once this is done. */
static int stop_tunnels(struct state *s, struct netlink *nl, struct error *e)
{
	struct underlay u;
	int err = tunnels_set(s, nl, NULL, false, UNDERLAY_WAIT, &u, e);

	underlay_free(&u);
	return err;
}

static int stop_nic(struct state *s, struct netlink *nl,
		    const struct attachment *a, struct error *e)
{
	int err = 0;

	if (attachment_is_underlay(&a->val))
		err = stop_tunnels(s, nl, e);
	if (!err && attachment_is_localnet(&a->val))
		err = localnet_stop(s, a->ifindex, e);
	return err;
}

/* A neighbor entry that stayed would be nobody's once the record is gone. */
static int forget_neighbors(struct netlink *nl, const struct attachment *a,
			    struct error *e)
{
	char now[IFNAMSIZ];
	int err = 0;

	if (attachment_is_here(a) && if_indextoname(a->ifindex, now))
		err = neighbor_forget(nl, a->ifindex, NULL, 0);
	if (!err || err == -ENODEV)
		return 0;
	return error_set(e, -err, "%s: cannot remove neighbor entries: %s",
			 a->val.ifname, strerror(-err));
}

static int remove_nic(const struct state *s, struct netlink *nl,
		      const struct attachment *a, struct error *e)
{
	int err = forget_neighbors(nl, a, e);

	return err ? err : attachment_remove(s, nl, a, e);
}

/* What it has in one role only, and the record. */
static int leave_role(const struct state *s, struct netlink *nl,
		      const struct attachment *a, bool is_underlay,
		      struct error *e)
{
	const uint32_t localnet_flags = ATTACHMENT_F_PROMISC_OURS |
					ATTACHMENT_F_RXVLAN_WAS_ON;
	struct attachment_val rest = a->val;
	int err = 0;

	if (is_underlay) {
		rest.role = ATTACHMENT_LOCALNET;
		err = forget_neighbors(nl, a, e);
	} else {
		rest.role = ATTACHMENT_UNDERLAY;
		rest.flags &= ~localnet_flags;
		memset(rest.network, 0, sizeof(rest.network));
	}
	return err ? err : attachment_revert(s, nl, a, &rest, e);
}

int detach_role(struct state *s, const struct attachment *a, bool is_underlay,
		struct error *e)
{
	bool is_whole = a->val.role != ATTACHMENT_UNDERLAY_LOCALNET ||
			attachment_is_gone(s, a);
	struct netlink nl;
	int err;

	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = state_begin_change(s, e);
	if (!err && is_whole)
		err = stop_nic(s, &nl, a, e);
	else if (!err && is_underlay)
		err = stop_tunnels(s, &nl, e);
	else if (!err)
		err = localnet_stop(s, a->ifindex, e);
	if (!err && is_whole)
		err = remove_nic(s, &nl, a, e);
	else if (!err)
		err = leave_role(s, &nl, a, is_underlay, e);
	if (!err)
		err = state_end_change(s, e);
	netlink_close(&nl);
	return err;
}

int detach_iface(struct state *s, const char *ifname, struct error *e)
{
	char lsp[XOVN_NAME_LEN];
	struct attachment a;
	struct netlink nl;
	int err;

	err = attachment_find_name(s, ifname, &a);
	if (err && if_nametoindex(ifname))
		err = attachment_find(s, if_nametoindex(ifname), &a);
	if (err && !if_nametoindex(ifname))
		return error_set(e, ENODEV,
				 "%s: no such interface, and none "
				 "of that name is attached",
				 ifname);
	if (err)
		return error_set(e, ENOENT, "%s: is not attached; xovn show",
				 ifname);
	if (a.val.role == ATTACHMENT_VIF)
		return unbind_iface(s, ifname, lsp, e);
	if (!attachment_is_here(&a) && !attachment_is_gone(s, &a))
		return error_set(e, EXDEV,
				 "%s: was attached in another "
				 "network namespace; detach it there (ip netns "
				 "exec)",
				 ifname);
	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = state_begin_change(s, e);
	if (!err)
		err = stop_nic(s, &nl, &a, e);
	if (!err)
		err = remove_nic(s, &nl, &a, e);
	if (!err)
		err = state_end_change(s, e);
	netlink_close(&nl);
	return err;
}

static bool is_pin_of_ours(const char *name)
{
	static const char *const prefix[] = {"link_", "prog_"};

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (!strncmp(name, prefix[i], strlen(prefix[i])))
			return true;
	for (int i = 0; i < MAP_COUNT; i++)
		if (!strcmp(name, map_definitions[i].name))
			return true;
	return !strcmp(name, GUARD_NAME) || !strcmp(name, UPGRADE_DIR) ||
	       programs_declare_map(name);
}

/* config goes last: until then a directory is known for what it is. */
int detach_pins(struct state *s, struct error *e)
{
	char path[PATH_MAX], foreign[NAME_MAX + 1] = "";
	struct dirent *entry;
	DIR *dir = opendir(s->dir);

	if (!dir)
		return error_set(e, errno, "%s: %s", s->dir, strerror(errno));
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    !strcmp(entry->d_name, map_definitions[MAP_CONFIG].name))
			continue;
		if (!is_pin_of_ours(entry->d_name)) {
			strcpy(foreign, entry->d_name);
			continue;
		}
		state_path(s, path, entry->d_name);
		if (!strncmp(entry->d_name, "link_", 5))
			hook_link_remove(path);
		else if (!strcmp(entry->d_name, GUARD_NAME))
			rmdir(path);
		else if (!strcmp(entry->d_name, UPGRADE_DIR))
			upgrade_remove(s->dir);
		else
			unlink(path);
	}
	closedir(dir);
	state_path(s, path, map_definitions[MAP_CONFIG].name);
	unlink(path);
	/* EBUSY: DIR is itself where a bpffs is mounted. */
	if (!rmdir(s->dir) || errno == EBUSY || errno == ENOENT)
		return 0;
	if (foreign[0])
		return error_set(e, ENOTEMPTY,
				 "%s: everything of xovn's is "
				 "gone, but %s is not xovn's: the directory "
				 "stays",
				 s->dir, foreign);
	return error_set(e, errno, "%s: cannot remove: %s", s->dir,
			 strerror(errno));
}

int detach_all(struct state *s, struct error *e)
{
	struct attachment *list = NULL;
	struct error first;
	struct netlink nl;
	bool is_failed = false;
	size_t n = 0;
	int err;

	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	if (s->map_fd[MAP_ATTACHMENT] < 0)
		warning("%s: no readable map attachment: clsact filters, "
			"settings of interfaces and neighbor entries, if there "
			"were any, stay",
			s->dir);
	err = attachment_list(s, &list, &n, e);
	if (err)
		goto out;
	if (s->is_loaded && s->map_fd[MAP_TUNNEL] >= 0 &&
	    s->map_fd[MAP_CHASSIS] >= 0)
		stop_tunnels(s, &nl, e);
	for (size_t i = 0; i < n; i++) {
		if (!attachment_is_here(&list[i]) &&
		    !attachment_is_gone(s, &list[i]))
			warning("%s was attached in another network namespace; "
				"clsact filters, settings and neighbor entries "
				"there stay",
				list[i].val.ifname);
		if (!remove_nic(s, &nl, &list[i], is_failed ? e : &first))
			continue;
		is_failed = true;
		attachment_remove(s, &nl, &list[i], e);
	}
	err = detach_pins(s, e);
	if (is_failed) {
		*e = first;
		err = -EIO;
	}
out:
	free(list);
	netlink_close(&nl);
	return err;
}
