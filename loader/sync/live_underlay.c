// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunnels of a live directory: next hops are asked for and nobody waits.
 * Their MACs, and what becomes of routes and of the interface, come as the
 * kernel's notices.
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sync/live_state.h"

/* Notices come in bursts. */
#define LOOK_MS 20
/* Should a notice be lost. */
#define LOOK_AGAIN_MS 15000

int live_underlay_open(struct live *l, struct error *e)
{
	int err = netlink_watch(&l->watch, RTMGRP_LINK | RTMGRP_NEIGH |
						   RTMGRP_IPV4_ROUTE |
						   RTMGRP_IPV4_IFADDR);

	return err ? error_set(e, -err, "netlink: %s", strerror(-err)) : 0;
}

static void look_in(struct live *l, int64_t ms)
{
	int64_t at = time_ms() + ms;

	if (!l->look_at || at < l->look_at)
		l->look_at = at;
}

void live_underlay_start(struct live *l)
{
	if (l->s.config.underlay_ifindex)
		look_in(l, LOOK_MS);
}

struct notice_context {
	struct live *l;
	struct tunnel_val *tunnel; /* NULL: not read yet */
};

static int read_tunnel(const void *key, const void *val, void *arg)
{
	uint32_t i = *(const uint32_t *)key;

	if (i < XOVN_MAX_CHASSIS)
		memcpy((struct tunnel_val *)arg + i, val,
		       sizeof(struct tunnel_val));
	return 0;
}

static bool read_tunnels(struct notice_context *c)
{
	if (c->tunnel)
		return true;
	c->tunnel = calloc(XOVN_MAX_CHASSIS, sizeof(*c->tunnel));
	return c->tunnel &&
	       !map_for_each(c->l->s.map_fd[MAP_TUNNEL], sizeof(__u32),
			     sizeof(struct tunnel_val), read_tunnel, c->tunnel);
}

/* Most notices say that a next hop is still where it was. */
static bool is_news(struct notice_context *c, const struct nlmsghdr *nlh)
{
	const struct ndmsg *nd = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[NDA_LLADDR + 1];

	if ((uint32_t)nd->ndm_ifindex != c->l->s.config.underlay_ifindex ||
	    nd->ndm_family != AF_INET)
		return false;
	netlink_attributes(nlh, sizeof(*nd), attr, NDA_LLADDR);
	if (!attr[NDA_DST] || !attr[NDA_LLADDR] ||
	    mnl_attr_get_payload_len(attr[NDA_LLADDR]) != 6)
		return false;
	if (!read_tunnels(c))
		return true;
	for (uint32_t i = 0; i < XOVN_MAX_CHASSIS; i++)
		if (c->tunnel[i].ifindex &&
		    !memcmp(c->tunnel[i].nexthop,
			    mnl_attr_get_payload(attr[NDA_DST]), 4) &&
		    memcmp(c->tunnel[i].nexthop_mac,
			   mnl_attr_get_payload(attr[NDA_LLADDR]), 6) != 0)
			return true;
	return false;
}

static int read_notice(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(nlh);
	struct notice_context *c = arg;
	bool is_due = true; /* routes, addresses */

	if (nlh->nlmsg_type == RTM_NEWNEIGH)
		is_due = is_news(c, nlh);
	else if (nlh->nlmsg_type == RTM_DELNEIGH)
		is_due = false;
	else if (nlh->nlmsg_type == RTM_NEWLINK ||
		 nlh->nlmsg_type == RTM_DELLINK)
		is_due = (uint32_t)link->ifi_index ==
			 c->l->s.config.underlay_ifindex;
	if (is_due)
		look_in(c->l, LOOK_MS);
	return MNL_CB_OK;
}

/* Looks again; what it cannot do now it tries later. */
static void look(struct live *l)
{
	struct attachment a;
	struct underlay u;
	struct error ignored;
	struct iface iface;
	struct netlink nl;
	char name[IFNAMSIZ];
	int err;

	if (attachment_find_underlay(&l->s, &a) ||
	    attachment_is_gone(&l->s, &a) || !attachment_is_here(&a) ||
	    !if_indextoname(a.ifindex, name) || netlink_open(&nl))
		return;
	err = iface_find(&nl, name, &iface, &ignored);
	if (!err) {
		err = tunnels_set(&l->s, &nl, &iface,
				  a.val.mode == ATTACHMENT_NATIVE,
				  UNDERLAY_START, &u, &ignored);
		if (err || u.n_unreachable)
			look_in(l, LOOK_AGAIN_MS);
		underlay_free(&u);
	}
	netlink_close(&nl);
}

void live_underlay_run(struct live *l)
{
	struct notice_context c = {.l = l};

	/* Too many for the socket: whatever was lost is seen by looking. */
	if (netlink_notices(&l->watch, read_notice, &c))
		look_in(l, LOOK_MS);
	free(c.tunnel);
	if (!l->look_at || time_ms() < l->look_at)
		return;
	l->look_at = 0;
	if (l->s.config.underlay_ifindex)
		look(l);
}

void live_underlay_wait(const struct live *l, struct waits *w)
{
	waits_fd(w, mnl_socket_get_fd(l->watch.socket), POLLIN);
	if (l->look_at)
		waits_until(w, l->look_at);
}
