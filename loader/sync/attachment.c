// SPDX-License-Identifier: GPL-2.0-only
#include "sync/attachment.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/hook.h"
#include "sync/programs.h"
#include "sync/refusal.h"

static const char *tc_link_name(const struct attachment_val *val)
{
	return val->role == ATTACHMENT_VIF ? "vif" : "tc";
}

bool attachment_is_here(const struct attachment *a)
{
	return a->val.netns == iface_netns();
}

bool attachment_is_gone(const struct state *s, const struct attachment *a)
{
	char path[PATH_MAX], name[IFNAMSIZ];
	uint32_t ifindex;
	int err;

	/* Deleted, or moved to another network namespace. */
	if (attachment_is_here(a) && !if_indextoname(a->ifindex, name))
		return true;
	if (a->val.hook == ATTACHMENT_CLSACT)
		return false;
	state_link_path(s, path, a->val.ifname, tc_link_name(&a->val));
	err = hook_link_ifindex(path, &ifindex);
	/* Another ifindex: the name was used again and the pin replaced. */
	return err == -ENOENT || (!err && ifindex != a->ifindex);
}

static int record_write(const struct state *s, uint32_t ifindex,
			const struct attachment_val *val, struct error *e)
{
	struct attachment_key key = {ifindex};

	if (!bpf_map_update_elem(s->map_fd[MAP_ATTACHMENT], &key, val, 0))
		return 0;
	if (errno == E2BIG)
		return error_set(e, E2BIG,
				 "%s/attachment: map full; xovn "
				 "detach --all and load with a larger "
				 "--max-ports",
				 s->dir);
	return error_set(e, errno, "%s/attachment: cannot write: %s", s->dir,
			 strerror(errno));
}

/* A pin of that name may be left from an interface that was deleted. */
static int pin_link(const struct state *s, int fd, const char *ifname,
		    const char *hook, struct error *e)
{
	char path[PATH_MAX];

	state_link_path(s, path, ifname, hook);
	if (hook_link_remove(path) || bpf_obj_pin(fd, path))
		return error_set(e, errno, "%s: cannot pin: %s", path,
				 strerror(errno));
	return 0;
}

static int open_native(const struct state *s, const struct iface *iface,
		       struct error *e)
{
	int prog = program_open(s, PROGRAM_NIC_XDP, e), link;
	char why[128];

	if (prog < 0)
		return prog;
	link = hook_link_xdp_native(prog, iface->ifindex);
	if (link == -EBUSY) {
		error_set(e, EBUSY,
			  "%s: another XDP program is "
			  "attached; remove it, or use --mode tc",
			  iface->name);
	} else if (link < 0) {
		refusal_text(prog, iface->ifindex, why, sizeof(why));
		error_set(e, -link,
			  "%s: no native XDP here: %s%s%s%s; use --mode tc",
			  iface->name, strerror(-link), why[0] ? " (" : "", why,
			  why[0] ? ")" : "");
	}
	close(prog);
	return link;
}

/* What must change at a localnet interface for the gateways' frames to reach
 * the programs as they are on the wire: its MAC is not theirs, and XDP does
 * not see a tag that the device has taken out. */
static void note_settings(const struct iface *iface, struct attachment_val *val)
{
	bool is_on = false;

	if (!attachment_is_localnet(val))
		return;
	if (!iface->is_promiscuous)
		val->flags |= ATTACHMENT_F_PROMISC_OURS;
	if (val->mode == ATTACHMENT_NATIVE &&
	    !iface_get_rxvlan(iface->name, &is_on) && is_on)
		val->flags |= ATTACHMENT_F_RXVLAN_WAS_ON;
}

static int apply_settings(struct netlink *nl, const struct iface *iface,
			  const struct attachment_val *val, struct error *e)
{
	int err = 0;

	if (val->flags & ATTACHMENT_F_PROMISC_OURS)
		err = iface_set_promiscuous(nl, iface->ifindex, true);
	if (err)
		return error_set(e, -err, "%s: cannot set promiscuous mode: %s",
				 iface->name, strerror(-err));
	if (val->flags & ATTACHMENT_F_RXVLAN_WAS_ON)
		err = iface_set_rxvlan(iface->name, false);
	if (err)
		return error_set(e, -err,
				 "%s: cannot switch VLAN receive offload off: "
				 "%s; use --mode tc",
				 iface->name, strerror(-err));
	return 0;
}

/* All of them, and the first error.  Who goes on without them would forget
 * that they are xovn's. */
static int restore_settings(struct netlink *nl, const struct attachment *a,
			    const char *name)
{
	int err = 0, ret = 0;

	if (a->val.flags & ATTACHMENT_F_RXVLAN_WAS_ON)
		err = iface_set_rxvlan(name, true);
	if (a->val.flags & ATTACHMENT_F_PROMISC_OURS)
		ret = iface_set_promiscuous(nl, a->ifindex, false);
	err = err ? err : ret;
	ret = a->val.flags & ATTACHMENT_F_GRO_WAS_OFF ?
		      iface_set_gro(name, false) :
		      0;
	err = err ? err : ret;
	return err == -ENODEV ? 0 : err;
}

/* Attached, but gone with this process until links_keep(). */
struct links {
	int prog; /* for TC */
	int tc; /* -1: clsact, by links_keep() */
	int xdp; /* -1: not in this mode */
};

static void links_close(const struct links *l)
{
	if (l->xdp >= 0)
		close(l->xdp);
	if (l->tc >= 0)
		close(l->tc);
	if (l->prog >= 0)
		close(l->prog);
}

/* Also sets hook and flags of *val. */
static int links_open(const struct state *s, struct netlink *nl,
		      const struct iface *iface, struct attachment_val *val,
		      struct links *l, struct error *e)
{
	bool is_gro_on = true;
	int err = 0;

	l->prog = program_open(
		s, val->role == ATTACHMENT_VIF ? PROGRAM_VIF : PROGRAM_NIC, e);
	if (l->prog < 0)
		return l->prog;
	val->hook = ATTACHMENT_TCX;
	l->tc = hook_link_tcx(l->prog, iface->ifindex);
	if (l->tc == -EOPNOTSUPP) {
		val->hook = ATTACHMENT_CLSACT;
		err = hook_has_clsact(nl, iface->ifindex);
		if (!err)
			val->flags |= ATTACHMENT_F_CLSACT_OURS;
		err = err < 0 ? err : 0;
	} else if (l->tc < 0) {
		err = l->tc;
	}
	if (err)
		return error_set(e, -err, "%s: cannot attach to TC ingress: %s",
				 iface->name, strerror(-err));
	if (val->mode != ATTACHMENT_NATIVE)
		return 0;
	/* Read before XDP comes: attaching it changes what veth offers. */
	iface_get_gro(iface->name, &is_gro_on);
	l->xdp = open_native(s, iface, e);
	if (l->xdp < 0)
		return l->xdp;
	if (!is_gro_on)
		val->flags |= ATTACHMENT_F_GRO_WAS_OFF;
	return 0;
}

/* But for the pins; may be done twice. */
static int links_complete(const struct iface *iface,
			  const struct attachment_val *val,
			  const struct links *l, struct error *e)
{
	int err = 0;

	if (val->hook == ATTACHMENT_CLSACT)
		err = hook_set_clsact(l->prog, iface->ifindex);
	if (err)
		return error_set(e, -err, "%s: cannot add a clsact filter: %s",
				 iface->name, strerror(-err));
	if (val->flags & ATTACHMENT_F_GRO_WAS_OFF)
		err = iface_set_gro(iface->name, true);
	if (err)
		return error_set(e, -err, "%s: cannot switch GRO on: %s",
				 iface->name, strerror(-err));
	return 0;
}

static int links_keep(const struct state *s, const struct iface *iface,
		      const struct attachment_val *val, const struct links *l,
		      struct error *e)
{
	int err = 0;

	if (val->hook == ATTACHMENT_TCX)
		err = pin_link(s, l->tc, iface->name, tc_link_name(val), e);
	if (!err && l->xdp >= 0)
		err = pin_link(s, l->xdp, iface->name, "xdp", e);
	return err ? err : links_complete(iface, val, l, e);
}

int attachment_add(const struct state *s, struct netlink *nl,
		   const struct iface *iface, struct attachment_val *val,
		   struct error *e)
{
	struct links links = {-1, -1, -1};
	struct attachment a;
	struct error second;
	int err;

	memcpy(val->ifname, iface->name, sizeof(val->ifname));
	val->netns = iface_netns();
	val->flags = 0;
	note_settings(iface, val);
	err = links_open(s, nl, iface, val, &links, e);
	if (!err)
		err = record_write(s, iface->ifindex, val, e);
	if (err)
		goto out;
	err = apply_settings(nl, iface, val, e);
	if (!err)
		err = links_keep(s, iface, val, &links, e);
	if (err) {
		a = (struct attachment){iface->ifindex, *val};
		attachment_remove(s, nl, &a, &second);
	}
out:
	links_close(&links);
	return err;
}

int attachment_complete(const struct state *s, struct netlink *nl,
			const struct iface *iface, const struct attachment *a,
			struct error *e)
{
	struct links links = {-1, -1, -1};
	char path[PATH_MAX];
	uint32_t ifindex;
	int err;

	state_link_path(s, path, a->val.ifname, "xdp");
	if (a->val.mode == ATTACHMENT_NATIVE &&
	    hook_link_ifindex(path, &ifindex))
		return -ENOENT;
	err = apply_settings(nl, iface, &a->val, e);
	if (!err && a->val.hook == ATTACHMENT_CLSACT) {
		links.prog = program_open(s, PROGRAM_NIC, e);
		err = links.prog < 0 ? links.prog : 0;
	}
	if (!err)
		err = links_complete(iface, &a->val, &links, e);
	links_close(&links);
	return err;
}

int attachment_change(const struct state *s, struct netlink *nl,
		      const struct iface *iface, struct attachment *a,
		      struct error *e)
{
	int err;

	note_settings(iface, &a->val);
	err = record_write(s, a->ifindex, &a->val, e);
	if (!err)
		err = apply_settings(nl, iface, &a->val, e);
	return err;
}

int attachment_revert(const struct state *s, struct netlink *nl,
		      const struct attachment *now,
		      const struct attachment_val *before, struct error *e)
{
	struct attachment added = *now;
	int err;

	added.val.flags &= ~before->flags;
	err = restore_settings(nl, &added, before->ifname);
	if (err)
		return error_set(e, -err, "%s: cannot restore its settings: %s",
				 before->ifname, strerror(-err));
	return record_write(s, now->ifindex, before, e);
}

int attachment_remove(const struct state *s, struct netlink *nl,
		      const struct attachment *a, struct error *e)
{
	struct attachment_key key = {a->ifindex};
	/* The record outlives renames of the interface, not its deletion. */
	char now[IFNAMSIZ];
	bool is_here = attachment_is_here(a) && if_indextoname(a->ifindex, now);
	char path[PATH_MAX];
	uint32_t ifindex;
	int err = 0, ret;

	state_link_path(s, path, a->val.ifname, "xdp");
	if (a->val.mode == ATTACHMENT_NATIVE)
		err = hook_link_remove(path);
	if (is_here) {
		ret = restore_settings(nl, a, now);
		err = err ? err : ret;
	}
	if (a->val.hook == ATTACHMENT_CLSACT && is_here) {
		ret = hook_remove_clsact(nl, a->ifindex,
					 a->val.flags &
						 ATTACHMENT_F_CLSACT_OURS);
		err = err ? err : ret;
	}
	state_link_path(s, path, a->val.ifname, tc_link_name(&a->val));
	/* Not a pin that belongs to a newer interface of that name. */
	ret = hook_link_ifindex(path, &ifindex);
	if (!ret && (!ifindex || ifindex == a->ifindex)) {
		ret = hook_link_remove(path);
		err = err ? err : ret;
	}
	if (err)
		return error_set(e, -err, "%s: cannot detach: %s",
				 a->val.ifname, strerror(-err));
	if (bpf_map_delete_elem(s->map_fd[MAP_ATTACHMENT], &key) &&
	    errno != ENOENT)
		return error_set(e, errno, "%s/attachment: cannot write: %s",
				 s->dir, strerror(errno));
	return 0;
}

static int replace_programs(const struct state *s, const struct attachment *a,
			    const int *prog_fd)
{
	int tc = prog_fd[a->val.role == ATTACHMENT_VIF ? PROGRAM_VIF :
							 PROGRAM_NIC];
	char path[PATH_MAX];
	int err;

	if (attachment_is_gone(s, a))
		return 0;
	if (a->val.hook == ATTACHMENT_CLSACT) {
		if (!attachment_is_here(a))
			return -EXDEV;
		err = hook_set_clsact(tc, a->ifindex);
	} else {
		state_link_path(s, path, a->val.ifname, tc_link_name(&a->val));
		err = hook_link_replace(path, tc);
	}
	if (err || a->val.mode != ATTACHMENT_NATIVE)
		return err;
	state_link_path(s, path, a->val.ifname, "xdp");
	return hook_link_replace(path, prog_fd[PROGRAM_NIC_XDP]);
}

int attachment_replace_programs(const struct state *s, const int *prog_fd,
				struct error *e)
{
	struct attachment *list;
	size_t n;
	int err = attachment_list(s, &list, &n, e);

	for (size_t i = 0; i < n && !err; i++) {
		err = replace_programs(s, &list[i], prog_fd);
		if (err == -EXDEV)
			error_set(e, EXDEV,
				  "%s was attached in another "
				  "network namespace; load there (ip netns "
				  "exec)",
				  list[i].val.ifname);
		else if (err)
			error_set(e, -err, "%s: cannot replace its program: %s",
				  list[i].val.ifname, strerror(-err));
	}
	free(list);
	return err;
}
