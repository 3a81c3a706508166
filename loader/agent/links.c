// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "agent/agent.h"
#include "sync/iface.h"
#include "sync/netlink.h"

#define RETRY_MS 1000

static int watch_open(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int links_init(struct links *l, struct live *live, struct report *report,
	       struct error *e)
{
	int err;

	memset(l, 0, sizeof(*l));
	l->live = live;
	l->report = report;
	l->retry = INT64_MAX;
	l->is_stale = l->are_nics_stale = true;
	l->watch = watch_open();
	if (l->watch < 0)
		return error_set(e, errno, "netlink: %s", strerror(errno));
	err = live_vifs(live, &l->vifs, &l->n_vifs, e);
	if (!err)
		err = live_mappings(live, &l->mappings, &l->n_mappings, e);
	if (err)
		links_free(l);
	else
		bindings_sort(l->vifs, l->n_vifs);
	return err;
}

void links_free(struct links *l)
{
	if (l->watch >= 0)
		close(l->watch);
	free(l->vifs);
	free(l->mappings);
	l->watch = -1;
	l->vifs = NULL;
	l->mappings = NULL;
}

static void link_changed(struct links *l, uint32_t ifindex)
{
	if (ifindex == l->underlay_ifindex)
		l->are_nics_stale = true;
	for (size_t i = 0; i < l->n_mappings; i++)
		if (l->mappings[i].ifindex == ifindex)
			l->are_nics_stale = true;
	for (size_t i = 0; i < l->n_changed; i++)
		if (l->changed[i] == ifindex)
			return;
	if (l->n_changed == LINKS_CHANGED_MAX)
		l->is_stale = true;
	else
		l->changed[l->n_changed++] = ifindex;
}

static int message_take(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[IFLA_LINK + 1];
	struct links *l = arg;

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK) {
		l->are_nics_stale = true;
		return MNL_CB_OK;
	}
	netlink_attributes(nlh, sizeof(*info), attr, IFLA_LINK);
	link_changed(l, info->ifi_index);
	/* Of a veth pair the end that stays is not told that the other goes. */
	if (attr[IFLA_LINK])
		link_changed(l, mnl_attr_get_u32(attr[IFLA_LINK]));
	return MNL_CB_OK;
}

static void all_changed(struct links *l)
{
	l->is_stale = l->are_nics_stale = true;
}

void links_run(struct links *l)
{
	/* As for answers: a link with many virtual functions is the longest. */
	static char buffer[65536];
	ssize_t n;

	do {
		n = recv(l->watch, buffer, sizeof(buffer), MSG_TRUNC);
		if (n >= 0 && (size_t)n <= sizeof(buffer))
			mnl_cb_run(buffer, n, 0, 0, message_take, l);
		else if (n >= 0 || errno == ENOBUFS)
			all_changed(l);
	} while (n >= 0 || errno == EINTR || errno == ENOBUFS);
	if (l->retry <= time_ms())
		all_changed(l);
	if (l->is_stale)
		l->retry = INT64_MAX;
}

bool links_have_changed(const struct links *l)
{
	return l->is_stale || l->are_nics_stale || l->n_changed;
}

void links_settle(struct links *l)
{
	l->is_stale = l->are_nics_stale = false;
	l->n_changed = 0;
}

void links_wait(const struct links *l, struct waits *w)
{
	waits_fd(w, l->watch, POLLIN);
	waits_until(w, l->retry);
}

void links_try_again(struct links *l)
{
	l->retry = time_ms() + RETRY_MS;
}

bool links_find_underlay(struct links *l, const struct vswitch_settings *s)
{
	uint32_t ifindex = 0;
	struct netlink nl;
	uint8_t ip[4];
	int err;

	l->underlay[0] = '\0';
	l->underlay_ifindex = 0;
	if (!s->encap_ip)
		return false;
	if (inet_pton(AF_INET, s->encap_ip, ip) != 1) {
		report(l->report, REPORT_UNDERLAY,
		       "ovn-encap-ip %s: is no IPv4 address; ovs-vsctl set "
		       "Open_vSwitch . external_ids:ovn-encap-ip=...",
		       s->encap_ip);
		return false;
	}
	err = netlink_open(&nl);
	if (!err) {
		err = iface_with_address(&nl, ip, 0, &ifindex);
		netlink_close(&nl);
	}
	if (!err && ifindex && if_indextoname(ifindex, l->underlay)) {
		l->underlay_ifindex = ifindex;
		return true;
	}
	report(l->report, REPORT_UNDERLAY,
	       "ovn-encap-ip %s: no interface of this network namespace has "
	       "it; add it to the underlay's",
	       s->encap_ip);
	l->underlay[0] = '\0';
	return false;
}

static enum attach_mode mode_of(const struct vswitch_settings *s)
{
	if (s->mode && !strcmp(s->mode, "native"))
		return ATTACH_NATIVE;
	if (s->mode && !strcmp(s->mode, "tc"))
		return ATTACH_TC;
	return ATTACH_AUTO;
}

static void read_mappings(struct links *l)
{
	struct compile_mapping *list;
	struct error e;
	size_t n;

	if (live_mappings(l->live, &list, &n, &e)) {
		report(l->report, REPORT_NETWORKS, "%s", e.text);
		links_try_again(l);
		return;
	}
	if (n != l->n_mappings ||
	    (n && memcmp(list, l->mappings, n * sizeof(*list))))
		l->version++;
	free(l->mappings);
	l->mappings = list;
	l->n_mappings = n;
}

static void set_networks(struct links *l, const struct vswitch *v,
			 enum attach_mode mode)
{
	const struct vswitch_network *networks;
	struct live_network *list;
	size_t n, used = 0;
	struct error e;

	networks = vswitch_networks(v, &n);
	list = calloc(n + 1, sizeof(*list));
	if (!list) {
		links_try_again(l);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (networks[i].ifname[0])
			list[used++] = (struct live_network){
				networks[i].network, networks[i].ifname};
	if (live_set_networks(l->live, list, used, mode, &e)) {
		report(l->report, REPORT_NETWORKS, "%s", e.text);
		links_try_again(l);
	} else {
		report_solved(l->report, REPORT_NETWORKS);
	}
	free(list);
	read_mappings(l);
}

void links_set_nics(struct links *l, const struct vswitch *v)
{
	enum attach_mode mode = mode_of(vswitch_settings(v));
	struct error e;

	if (l->underlay[0]) {
		if (live_set_underlay(l->live, l->underlay, mode, &e)) {
			report(l->report, REPORT_UNDERLAY, "%s", e.text);
			links_try_again(l);
		} else {
			report_solved(l->report, REPORT_UNDERLAY);
		}
	}
	set_networks(l, v, mode);
}
