// SPDX-License-Identifier: GPL-2.0-only
#include "sync/bind.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/attachment.h"
#include "sync/garp.h"

struct bindings_context {
	const struct state *s;
	struct compile_binding *list;
	size_t n, capacity, n_gone;
};

/* redirect_peer needs a veth whose peer lives in another namespace, which may
 * have changed since bind: ask again where the interface can be seen. */
static void refresh_peer(struct compile_binding *b)
{
	struct iface iface;
	struct netlink nl;
	struct error ignored;

	if (!iface_exists(b->ifindex, b->ifname) || netlink_open(&nl))
		return;
	if (!iface_find(&nl, b->ifname, &iface, &ignored))
		b->is_peer = iface.has_remote_peer;
	netlink_close(&nl);
}

void binding_describe(const struct state *s, const struct attachment *a,
		      struct compile_binding *b)
{
	struct vif_key key = {a->ifindex};
	struct vif_val vif;

	memset(b, 0, sizeof(*b));
	b->ifindex = a->ifindex;
	memcpy(b->ifname, a->val.ifname, sizeof(b->ifname));
	if (!bpf_map_lookup_elem(s->map_fd[IMAGE_VIF], &key, &vif)) {
		b->is_peer = vif.policy.flags & PORT_F_PEER;
		memcpy(b->ifname, vif.ifname, sizeof(b->ifname));
		memcpy(b->lsp, vif.name, sizeof(b->lsp));
	}
	if (attachment_is_here(a))
		refresh_peer(b);
}

static int add_binding(const void *key, const void *val, void *arg)
{
	const struct vif_key *k = key;
	struct bindings_context *c = arg;
	struct attachment a;

	(void)val;
	if (attachment_find(c->s, k->ifindex, &a) ||
	    attachment_is_gone(c->s, &a)) {
		c->n_gone++;
		return 0;
	}
	if (c->n == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 16;
		void *p = reallocarray(c->list, capacity, sizeof(*c->list));

		if (!p)
			return -ENOMEM;
		c->list = p;
		c->capacity = capacity;
	}
	binding_describe(c->s, &a, &c->list[c->n++]);
	return 0;
}

int bindings_read(const struct state *s, struct compile_binding **list,
		  size_t *n, size_t *n_gone, struct error *e)
{
	struct bindings_context c = {.s = s};
	int err = 0;

	if (s->map_fd[IMAGE_VIF] >= 0 && s->map_fd[MAP_ATTACHMENT] >= 0)
		err = map_for_each(s->map_fd[IMAGE_VIF], sizeof(struct vif_key),
				   sizeof(struct vif_val), add_binding, &c);
	*list = c.list;
	*n = c.n;
	*n_gone = c.n_gone;
	if (err)
		return error_set(e, -err, "%s/vif: cannot read: %s", s->dir,
				 strerror(-err));
	return 0;
}

int bindings_purge(const struct state *s, struct error *e)
{
	struct attachment *list;
	struct netlink nl;
	size_t n;
	int err;

	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = attachment_list(s, &list, &n, e);
	for (size_t i = 0; i < n && !err; i++)
		if (list[i].val.role == ATTACHMENT_VIF &&
		    attachment_is_gone(s, &list[i]))
			err = attachment_remove(s, &nl, &list[i], e);
	free(list);
	netlink_close(&nl);
	return err;
}

struct port_search {
	char name[XOVN_NAME_LEN];
	bool is_found;
	struct port_key key;
	struct port_val val;
};

static int match_port(const void *key, const void *val, void *arg)
{
	const struct port_val *port = val;
	struct port_search *search = arg;

	if (strncmp(port->name, search->name, XOVN_NAME_LEN))
		return 0;
	search->is_found = true;
	search->key = *(const struct port_key *)key;
	search->val = *port;
	return 1;
}

static int find_port(const struct state *s, const char *lsp,
		     struct port_search *search, struct error *e)
{
	int err;

	memset(search, 0, sizeof(*search));
	name_store(search->name, lsp);
	err = map_for_each(s->map_fd[IMAGE_PORT], sizeof(struct port_key),
			   sizeof(struct port_val), match_port, search);
	if (err < 0)
		return error_set(e, -err, "%s/port: cannot read: %s", s->dir,
				 strerror(-err));
	if (!search->is_found)
		return error_set(e, ENOENT,
				 "%s: no such logical switch port "
				 "in what was loaded; xovn show lists them",
				 lsp);
	return 0;
}

static int check_port(const struct state *s, const char *lsp,
		      const struct port_val *port, struct error *e)
{
	struct chassis_val other = {0};

	if (port->kind != PORT_VIF)
		return error_set(e, EINVAL,
				 "%s: is no VIF but a port of type "
				 "%s; only ports without a type are bound",
				 lsp,
				 port->kind == PORT_ROUTER ?
					 "router" :
					 "localnet, l3gateway or the like");
	if (!port->chassis)
		return error_set(e, EINVAL,
				 "%s: is placed on no chassis; add "
				 "it to this host's line of the placement file "
				 "(or set requested-chassis=%s) and load on "
				 "every host",
				 lsp, s->config.chassis_name);
	if (port->chassis == s->config.chassis)
		return 0;
	bpf_map_lookup_elem(s->map_fd[MAP_CHASSIS], &port->chassis, &other);
	return error_set(e, EINVAL,
			 "%s: is placed on chassis %s, this is %s; "
			 "bind it there, or change its placement and load on "
			 "every host",
			 lsp, other.name, s->config.chassis_name);
}

int bind_check(const struct state *s, const char *lsp, struct error *e)
{
	struct port_search port;
	int err = find_port(s, lsp, &port, e);

	return err ? err : check_port(s, lsp, &port.val, e);
}

int binding_remove(struct state *s, struct netlink *nl,
		   const struct attachment *a, struct error *e)
{
	struct vif_key key = {a->ifindex};
	struct port_key port_key;
	struct port_val port;
	struct vif_val vif;

	if (!bpf_map_lookup_elem(s->map_fd[IMAGE_VIF], &key, &vif)) {
		port_key = (struct port_key){vif.datapath, vif.port};
		if (!bpf_map_lookup_elem(s->map_fd[IMAGE_PORT], &port_key,
					 &port) &&
		    port.ifindex == a->ifindex) {
			port.ifindex = 0;
			port.policy.flags &= ~PORT_F_PEER;
			if (bpf_map_update_elem(s->map_fd[IMAGE_PORT],
						&port_key, &port, BPF_EXIST))
				return error_set(e, errno,
						 "%s/port: cannot write: %s",
						 s->dir, strerror(errno));
		}
	}
	/* The record of it goes last: killed before, it is found again. */
	if (bpf_map_delete_elem(s->map_fd[IMAGE_VIF], &key) && errno != ENOENT)
		return error_set(e, errno, "%s/vif: cannot write: %s", s->dir,
				 strerror(errno));
	return attachment_remove(s, nl, a, e);
}

/* The interface must be free, and so must the port: a binding whose interface
 * was deleted (a tap comes back with every start of its VM) makes room.
 * *is_attached: a bind of both was killed when it had the program in place. */
static int check_free(struct state *s, struct netlink *nl,
		      const struct iface *iface, const char *lsp,
		      const struct port_search *port, bool *is_attached,
		      struct error *e)
{
	struct vif_key key = {iface->ifindex};
	char role[ATTACHMENT_ROLE_TEXT];
	struct attachment a;
	struct vif_val vif;

	if (!attachment_find(s, iface->ifindex, &a) &&
	    !attachment_is_gone(s, &a)) {
		if (a.val.role != ATTACHMENT_VIF)
			return error_set(e, EBUSY, "%s: is attached as %s",
					 iface->name,
					 attachment_role_text(&a.val, role));
		if (bpf_map_lookup_elem(s->map_fd[IMAGE_VIF], &key, &vif))
			/* A bind that was killed half way. */
			return binding_remove(s, nl, &a, e);
		*is_attached = state_is_resumed(s) &&
			       vif.datapath == port->key.datapath &&
			       vif.port == port->key.port;
		if (!*is_attached)
			return error_set(e, EEXIST,
					 "%s: already bound to %s; "
					 "xovn unbind %s first",
					 iface->name, vif.name, iface->name);
	}
	if (!port->val.ifindex || port->val.ifindex == iface->ifindex)
		return 0;
	if (attachment_find(s, port->val.ifindex, &a))
		return 0;
	if (!attachment_is_gone(s, &a))
		return error_set(e, EEXIST,
				 "%s: already bound to %s; xovn "
				 "unbind %s first",
				 lsp, a.val.ifname, a.val.ifname);
	return binding_remove(s, nl, &a, e);
}

static int bind_maps(struct state *s, const struct iface *iface,
		     struct port_search *port, struct error *e)
{
	struct vif_key key = {iface->ifindex};
	struct vif_val vif = {.datapath = port->key.datapath,
			      .port = port->key.port};
	const char *map = "vif";

	port->val.ifindex = iface->ifindex;
	port->val.policy.flags &= ~PORT_F_PEER;
	if (iface->has_remote_peer)
		port->val.policy.flags |= PORT_F_PEER;
	vif.policy = port->val.policy;
	vif.counter = port->val.counter;
	memcpy(vif.name, port->val.name, sizeof(vif.name));
	memcpy(vif.ifname, iface->name, sizeof(vif.ifname));
	if (bpf_map_update_elem(s->map_fd[IMAGE_VIF], &key, &vif, 0))
		goto fail;
	map = "port";
	if (!bpf_map_update_elem(s->map_fd[IMAGE_PORT], &port->key, &port->val,
				 BPF_EXIST))
		return 0;
fail:
	if (errno == E2BIG)
		return error_set(e, E2BIG,
				 "%s/%s: map full; xovn detach --all "
				 "and load with a larger --max-ports",
				 s->dir, map);
	return error_set(e, errno, "%s/%s: cannot write: %s", s->dir, map,
			 strerror(errno));
}

int bind_iface(struct state *s, const char *ifname, const char *lsp,
	       struct error *e)
{
	struct attachment_val val = {.role = ATTACHMENT_VIF,
				     .mode = ATTACHMENT_TC};
	struct port_search port;
	bool is_attached = false;
	struct attachment a;
	struct error second;
	struct iface iface;
	struct netlink nl;
	int err;

	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = iface_find(&nl, ifname, &iface, e);
	if (!err && !iface.is_ethernet)
		err = error_set(e, EINVAL,
				"%s: is no Ethernet interface; a "
				"veth or a tap is wanted",
				ifname);
	if (!err)
		err = find_port(s, lsp, &port, e);
	if (!err)
		err = check_port(s, lsp, &port.val, e);
	if (!err)
		err = state_begin_change(s, e);
	if (!err)
		err = check_free(s, &nl, &iface, lsp, &port, &is_attached, e);
	/* The program comes first and drops what it has no vif entry for: no
	 * frame goes to the host's stack once the port can be reached. */
	if (!err && !is_attached)
		err = attachment_add(s, &nl, &iface, &val, e);
	if (err)
		goto out;
	err = bind_maps(s, &iface, &port, e);
	if (!err)
		err = state_end_change(s, e);
	if (err && !attachment_find(s, iface.ifindex, &a))
		binding_remove(s, &nl, &a, &second);
out:
	/* What was there before forwards as it did. */
	if (state_is_changing(s))
		state_end_change(s, &second);
	if (!err && garp_announce_guest(s, &port.key) < 0)
		warning("%s: its addresses were not announced", lsp);
	netlink_close(&nl);
	return err;
}

int unbind_iface(struct state *s, const char *ifname, char lsp[XOVN_NAME_LEN],
		 struct error *e)
{
	uint32_t ifindex = if_nametoindex(ifname);
	char role[ATTACHMENT_ROLE_TEXT];
	struct attachment a;
	struct vif_key key;
	struct vif_val vif;
	struct netlink nl;
	int err = -ENOENT;

	if (ifindex)
		err = attachment_find(s, ifindex, &a);
	if (err) /* renamed or deleted since */
		err = attachment_find_name(s, ifname, &a);
	if (err && !ifindex)
		return error_set(e, ENODEV,
				 "%s: no such interface, and none "
				 "of that name is bound",
				 ifname);
	if (err)
		return error_set(e, ENOENT, "%s: is not bound; xovn show",
				 ifname);
	if (a.val.role != ATTACHMENT_VIF)
		return error_set(e, EINVAL,
				 "%s: is attached as %s, not bound; "
				 "xovn detach %s",
				 ifname, attachment_role_text(&a.val, role),
				 ifname);
	if (!attachment_is_here(&a) && !attachment_is_gone(s, &a))
		return error_set(e, EXDEV,
				 "%s: was bound in another network "
				 "namespace; unbind it there (ip netns exec)",
				 ifname);
	key.ifindex = a.ifindex;
	lsp[0] = '\0';
	if (!bpf_map_lookup_elem(s->map_fd[IMAGE_VIF], &key, &vif))
		memcpy(lsp, vif.name, XOVN_NAME_LEN);
	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = state_begin_change(s, e);
	if (!err)
		err = binding_remove(s, &nl, &a, e);
	if (!err)
		err = state_end_change(s, e);
	netlink_close(&nl);
	return err;
}
