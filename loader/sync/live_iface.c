// SPDX-License-Identifier: GPL-2.0-only
/* VIFs of a live directory. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/bind.h"
#include "sync/live_state.h"
#include "sync/programs_load.h"

static int remove_vif(struct live *l, const struct attachment *a,
		      struct error *e)
{
	struct vif_key key = {a->ifindex};
	struct port_key port = {0};
	struct vif_val vif;
	struct netlink nl;
	int err = netlink_open(&nl);

	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	if (!bpf_map_lookup_elem(l->s.map_fd[IMAGE_VIF], &key, &vif))
		port = (struct port_key){vif.datapath, vif.port};
	err = state_begin_change(&l->s, e);
	if (!err)
		err = binding_remove(&l->s, &nl, a, e);
	if (!err)
		err = state_end_change(&l->s, e);
	apply_known_refresh_entry(&l->s, &l->known, IMAGE_VIF, &key);
	apply_known_refresh_entry(&l->s, &l->known, IMAGE_PORT, &port);
	netlink_close(&nl);
	return err;
}

/* 1: it has the program already; 0: it is free. */
static int check_vif(struct live *l, const struct iface *iface, struct error *e)
{
	char role[ATTACHMENT_ROLE_TEXT];
	struct attachment a;

	if (!iface->is_ethernet)
		return error_set(e, EINVAL,
				 "%s: is no Ethernet interface; a veth or a "
				 "tap is wanted",
				 iface->name);
	if (attachment_find(&l->s, iface->ifindex, &a))
		return 0;
	/* Of one that had this number before. */
	if (attachment_is_gone(&l->s, &a))
		return remove_vif(l, &a, e);
	if (a.val.role == ATTACHMENT_VIF)
		return 1;
	return error_set(e, EBUSY, "%s: is attached as %s", iface->name,
			 attachment_role_text(&a.val, role));
}

static int attach_vif(struct live *l, struct netlink *nl,
		      const struct iface *iface, struct error *e)
{
	struct attachment_val val = {.role = ATTACHMENT_VIF,
				     .mode = ATTACHMENT_TC};
	int err = 0;

	/* Interfaces may come before the first network does. */
	if (!l->s.is_loaded)
		err = programs_update(&l->s, &l->options.limits, e);
	return err ? err : attachment_add(&l->s, nl, iface, &val, e);
}

int live_vif_attach(struct live *l, const char *ifname, uint32_t *ifindex,
		    bool *is_peer, struct error *e)
{
	struct iface iface;
	struct netlink nl;
	int err;

	err = live_look(l, e);
	if (err)
		return err;
	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = iface_find(&nl, ifname, &iface, e);
	if (!err)
		err = check_vif(l, &iface, e);
	if (!err)
		err = attach_vif(l, &nl, &iface, e);
	netlink_close(&nl);
	if (err < 0)
		return err;
	*ifindex = iface.ifindex;
	*is_peer = iface.has_remote_peer;
	return 0;
}

int live_vif_detach(struct live *l, uint32_t ifindex, struct error *e)
{
	struct attachment a;
	int err = live_look(l, e);

	if (err || l->s.map_fd[MAP_ATTACHMENT] < 0 ||
	    attachment_find(&l->s, ifindex, &a) || a.val.role != ATTACHMENT_VIF)
		return err;
	return remove_vif(l, &a, e);
}

int live_vifs(struct live *l, struct compile_binding **list, size_t *n,
	      struct error *e)
{
	struct attachment *all = NULL;
	size_t n_all = 0;
	int err = attachment_list(&l->s, &all, &n_all, e);

	*n = 0;
	*list = calloc(n_all + 1, sizeof(**list));
	if (!err && !*list)
		err = error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < n_all && !err; i++) {
		struct compile_binding *b = &(*list)[*n];

		if (all[i].val.role != ATTACHMENT_VIF)
			continue;
		if (attachment_is_gone(&l->s, &all[i])) {
			err = remove_vif(l, &all[i], e);
			continue;
		}
		binding_describe(&l->s, &all[i], b);
		++*n;
	}
	free(all);
	if (!err)
		return 0;
	free(*list);
	*list = NULL;
	*n = 0;
	return err;
}
