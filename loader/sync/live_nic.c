// SPDX-License-Identifier: GPL-2.0-only
/* Underlay and physical networks of a live directory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/live_state.h"
#include "sync/localnet.h"

/* What attach and detach write of an image's tables.  Both may clear what is
 * left of an interface that was deleted, also after they failed. */
static void known_changed(struct live *l)
{
	if (!apply_known_refresh(&l->s, &l->known, IMAGE_PORT))
		apply_known_refresh(&l->s, &l->known, IMAGE_LOCALNET);
}

static int attach_nic(struct live *l, const char *ifname, const char *network,
		      enum attach_mode mode, struct error *e)
{
	struct attach_request request = {
		.network = network,
		.mode = mode,
		.is_silent = l->options.is_silent,
		.is_early = true,
		.resolve = UNDERLAY_START,
		.queue = l->options.queue,
	};
	struct attach_result result;
	int err = attach_iface(&l->s, ifname, &request, &result, e);

	known_changed(l);
	if (!err && !network)
		live_underlay_start(l);
	return err;
}

static int detach_nic(struct live *l, const struct attachment *a,
		      bool is_underlay, struct error *e)
{
	int err = detach_role(&l->s, a, is_underlay, e);

	known_changed(l);
	return err;
}

/* Still that interface, in a mode that will do? */
static bool is_on(const struct live *l, const struct attachment *a,
		  const char *ifname, enum attach_mode mode)
{
	bool is_native = a->val.mode == ATTACHMENT_NATIVE;

	return if_nametoindex(ifname) == a->ifindex &&
	       !attachment_is_gone(&l->s, a) &&
	       (mode == ATTACH_AUTO || (mode == ATTACH_NATIVE) == is_native);
}

int live_set_underlay(struct live *l, const char *ifname, enum attach_mode mode,
		      struct error *e)
{
	struct attachment a;
	bool is_there;
	int err = live_look(l, e);

	if (err || (!ifname && l->s.map_fd[MAP_ATTACHMENT] < 0))
		return err;
	is_there = !attachment_find_underlay(&l->s, &a);
	if (ifname && is_there && is_on(l, &a, ifname, mode))
		return 0;
	if (is_there)
		err = detach_nic(l, &a, true, e);
	if (!err && ifname)
		err = attach_nic(l, ifname, NULL, mode, e);
	return err;
}

static bool is_wanted(const struct live *l, const struct attachment *a,
		      const struct live_network *list, size_t n,
		      enum attach_mode mode)
{
	char stored[XOVN_NAME_LEN];

	for (size_t i = 0; i < n; i++) {
		name_store(stored, list[i].network);
		if (!memcmp(stored, a->val.network, sizeof(stored)) &&
		    is_on(l, a, list[i].ifname, mode))
			return true;
	}
	return false;
}

static int drop_networks(struct live *l, const struct live_network *list,
			 size_t n, enum attach_mode mode, struct error *e)
{
	struct attachment *all = NULL;
	size_t n_all = 0;
	int err = attachment_list(&l->s, &all, &n_all, e);

	for (size_t i = 0; i < n_all && !err; i++)
		if (attachment_is_localnet(&all[i].val) &&
		    !is_wanted(l, &all[i], list, n, mode))
			err = detach_nic(l, &all[i], false, e);
	free(all);
	return err;
}

int live_set_networks(struct live *l, const struct live_network *list, size_t n,
		      enum attach_mode mode, struct error *e)
{
	char stored[XOVN_NAME_LEN];
	struct attachment a;
	struct error later;
	int err, ret = 0;

	err = live_look(l, e);
	if (!err)
		err = drop_networks(l, list, n, mode, e);
	if (err)
		return err;
	/* One that fails does not keep others down. */
	for (size_t i = 0; i < n; i++) {
		name_store(stored, list[i].network);
		if (l->s.map_fd[MAP_ATTACHMENT] >= 0 &&
		    !attachment_find_network(&l->s, stored, &a) &&
		    is_on(l, &a, list[i].ifname, mode))
			continue;
		err = attach_nic(l, list[i].ifname, list[i].network, mode,
				 ret ? &later : e);
		if (!ret)
			ret = err;
	}
	return ret;
}

int live_mappings(struct live *l, struct compile_mapping **list, size_t *n,
		  struct error *e)
{
	return mappings_read(&l->s, list, n, false, e);
}
