// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/link_table.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdlib.h>
#include <string.h>

/* As for answers: a link with many virtual functions is the longest. */
#define EVENT_LEN 65536
#define EVENT_BUFFER (4 << 20)

static bool kind_is(const struct nlattr *linkinfo, const char *kind)
{
	const struct nlattr *attr;

	if (!linkinfo)
		return false;
	mnl_attr_for_each_nested(attr, linkinfo)
	{
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			return !strcmp(mnl_attr_get_str(attr), kind);
	}
	return false;
}

static bool link_parse(const struct nlmsghdr *nlh, struct link *link)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[IFLA_LINK_NETNSID + 1];

	/* AF_BRIDGE: a bridge's word on its port, not on the link */
	if (info->ifi_family != AF_UNSPEC)
		return false;
	netlink_attributes(nlh, sizeof(*info), attr, IFLA_LINK_NETNSID);
	memset(link, 0, sizeof(*link));
	link->ifindex = info->ifi_index;
	link->flags = info->ifi_flags;
	link->is_ethernet = info->ifi_type == ARPHRD_ETHER;
	link->is_veth = kind_is(attr[IFLA_LINKINFO], "veth");
	if (attr[IFLA_IFNAME])
		strncpy(link->name, mnl_attr_get_str(attr[IFLA_IFNAME]),
			sizeof(link->name) - 1);
	if (attr[IFLA_MTU])
		link->mtu = mnl_attr_get_u32(attr[IFLA_MTU]);
	if (attr[IFLA_ADDRESS] &&
	    mnl_attr_get_payload_len(attr[IFLA_ADDRESS]) == 6)
		memcpy(link->mac, mnl_attr_get_payload(attr[IFLA_ADDRESS]), 6);
	if (attr[IFLA_LINK])
		link->peer = mnl_attr_get_u32(attr[IFLA_LINK]);
	link->peer_netns =
		attr[IFLA_LINK_NETNSID] ?
			(int32_t)mnl_attr_get_u32(attr[IFLA_LINK_NETNSID]) :
			-1;
	if (attr[IFLA_IFALIAS])
		link->is_marked =
			pair_parse_mark(mnl_attr_get_str(attr[IFLA_IFALIAS]),
					link->port, link->root);
	if (attr[IFLA_STATS64] &&
	    mnl_attr_get_payload_len(attr[IFLA_STATS64]) >=
		    offsetof(struct rtnl_link_stats64, rx_compressed))
		memcpy(&link->stats, mnl_attr_get_payload(attr[IFLA_STATS64]),
		       mnl_attr_get_payload_len(attr[IFLA_STATS64]) <
				       sizeof(link->stats) ?
			       mnl_attr_get_payload_len(attr[IFLA_STATS64]) :
			       sizeof(link->stats));
	return link->ifindex && link->name[0];
}

/* The place where the index is, or would be. */
static size_t place_of(const struct link_table *l, uint32_t ifindex)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->link[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct link *find_index(const struct link_table *l, uint32_t ifindex)
{
	size_t place = place_of(l, ifindex);

	return place < l->n && l->link[place].ifindex == ifindex ?
		       &l->link[place] :
		       NULL;
}

const struct link *link_table_find_index(const struct link_table *l,
					 uint32_t ifindex)
{
	return find_index(l, ifindex);
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct link *link = arg;

	return strcmp(link[*(const uint32_t *)a].name,
		      link[*(const uint32_t *)b].name);
}

static void sort_names(struct link_table *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		l->by_name[i] = i;
	qsort_r(l->by_name, l->n, sizeof(*l->by_name), by_name, l->link);
	l->is_sorted = true;
}

const struct link *link_table_find(struct link_table *l, const char *name)
{
	size_t low = 0, high = l->n;

	if (!l->is_sorted && l->n)
		sort_names(l);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct link *link = &l->link[l->by_name[middle]];
		int order = strcmp(link->name, name);

		if (!order)
			return link;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool has_room(struct link_table *l)
{
	size_t capacity = l->capacity ? 2 * l->capacity : 16;
	uint32_t *names;
	struct link *more;

	if (l->n < l->capacity)
		return true;
	more = realloc(l->link, capacity * sizeof(*more));
	if (more)
		l->link = more;
	names = more ? realloc(l->by_name, capacity * sizeof(*names)) : NULL;
	if (!names)
		return false;
	l->by_name = names;
	l->capacity = capacity;
	return true;
}

static void link_store(struct link_table *l, struct link *new)
{
	struct link *old = find_index(l, new->ifindex);
	size_t place;

	new->epoch = l->epoch;
	if (old) {
		new->generation = old->generation;
		old->epoch = new->epoch;
		/* all that stands before the counters */
		if (memcmp(old, new, offsetof(struct link, stats))) {
			new->generation++;
			l->is_changed = true;
			l->is_sorted = false;
		}
		*old = *new;
		return;
	}
	if (!has_room(l)) {
		l->is_short = true;
		return;
	}
	place = place_of(l, new->ifindex);
	memmove(l->link + place + 1, l->link + place,
		(l->n++ - place) * sizeof(*l->link));
	l->link[place] = *new;
	l->is_changed = true;
	l->is_sorted = false;
}

static void link_drop(struct link_table *l, struct link *link)
{
	memmove(link, link + 1, (l->link + l->n - (link + 1)) * sizeof(*link));
	l->n--;
	l->is_changed = true;
	l->is_sorted = false;
}

static int take_link(const struct nlmsghdr *nlh, void *arg)
{
	struct link_table *l = arg;
	struct link link, *old;

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK)
		return MNL_CB_OK;
	if (!link_parse(nlh, &link))
		return MNL_CB_OK;
	if (nlh->nlmsg_type == RTM_NEWLINK) {
		link_store(l, &link);
	} else {
		old = find_index(l, link.ifindex);
		if (old)
			link_drop(l, old);
	}
	return MNL_CB_OK;
}

int link_table_refresh(struct link_table *l)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_GETLINK, NLM_F_DUMP);
	size_t i;
	int err;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	l->is_short = false;
	l->epoch++;
	err = netlink_talk(&l->nl, nlh, take_link, l);
	if (err)
		return err;
	for (i = l->n; i-- > 0;)
		if (l->link[i].epoch != l->epoch)
			link_drop(l, &l->link[i]);
	return 0;
}

void link_table_run(struct link_table *l)
{
	static char buf[EVENT_LEN];
	bool is_lost = false;

	for (;;) {
		ssize_t n = mnl_socket_recvfrom(l->events, buf, sizeof(buf));

		if (n > 0) {
			mnl_cb_run(buf, n, 0, 0, take_link, l);
		} else if (n < 0 && errno == ENOBUFS) {
			is_lost = true;
		} else if (n < 0 && errno != EINTR) {
			break;
		}
	}
	if (is_lost)
		link_table_refresh(l);
}

void link_table_wait(const struct link_table *l, struct waits *w)
{
	waits_fd(w, mnl_socket_get_fd(l->events), POLLIN);
}

static int take_peer(const struct nlmsghdr *nlh, void *arg)
{
	if (nlh->nlmsg_type == RTM_NEWLINK)
		link_parse(nlh, arg);
	return MNL_CB_OK;
}

/* netns: as in IFLA_LINK_NETNSID, -1: this one. */
static int link_ask(struct link_table *l, uint32_t ifindex, int32_t netns,
		    mnl_cb_t take, void *arg)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_GETLINK, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

	info->ifi_index = ifindex;
	if (netns >= 0)
		mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, netns);
	return netlink_talk(&l->nl, nlh, take, arg);
}

int link_table_peer(struct link_table *l, const struct link *link,
		    struct link *peer)
{
	uint32_t ifindex = link->ifindex;
	const struct link *here;
	int err;

	memset(peer, 0, sizeof(*peer));
	if (!link->is_veth || !link->peer)
		return -ENODEV;
	if (link->peer_netns < 0) {
		here = link_table_find_index(l, link->peer);
		if (here) {
			*peer = *here;
			return 0;
		}
		/* It has moved; the near end has no notification of that. */
		err = link_ask(l, ifindex, -1, take_link, l);
		link = link_table_find_index(l, ifindex);
		if (err || !link || link->peer_netns < 0)
			return err ? err : -ENODEV;
	}
	err = link_ask(l, link->peer, link->peer_netns, take_peer, peer);
	return err ? err : peer->ifindex ? 0 : -ENODEV;
}

static int events_open(struct link_table *l)
{
	int size = EVENT_BUFFER;

	l->events =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!l->events ||
	    mnl_socket_bind(l->events, RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* less than that only means more dumps */
	(void)!setsockopt(mnl_socket_get_fd(l->events), SOL_SOCKET,
			  SO_RCVBUFFORCE, &size, sizeof(size));
	return 0;
}

int link_table_open(struct link_table *l, struct error *e)
{
	int err;

	memset(l, 0, sizeof(*l));
	err = netlink_open(&l->nl);
	if (!err)
		err = events_open(l);
	if (!err)
		err = link_table_refresh(l);
	if (!err)
		return 0;
	link_table_close(l);
	return error_set(e, -err, "cannot watch the host's interfaces: %s",
			 strerror(-err));
}

void link_table_close(struct link_table *l)
{
	netlink_close(&l->nl);
	if (l->events)
		mnl_socket_close(l->events);
	free(l->link);
	free(l->by_name);
	memset(l, 0, sizeof(*l));
}
