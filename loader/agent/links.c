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
	l->is_stale = true;
	l->watch = watch_open();
	if (l->watch < 0)
		return error_set(e, errno, "netlink: %s", strerror(errno));
	err = live_vifs(live, &l->vifs, &l->n_vifs, e);
	if (!err)
		err = live_mappings(live, &l->mappings, &l->n_mappings, e);
	if (err)
		links_free(l);
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

/* What changed is looked up where it matters: a message that was lost must
 * not be missed. */
void links_run(struct links *l)
{
	char buffer[8192];
	ssize_t n;

	do {
		n = recv(l->watch, buffer, sizeof(buffer), 0);
		if (n >= 0 || errno == ENOBUFS)
			l->is_stale = true;
	} while (n >= 0 || errno == EINTR || errno == ENOBUFS);
	if (l->retry <= time_ms())
		l->is_stale = true;
	if (l->is_stale)
		l->retry = INT64_MAX;
}

void links_wait(const struct links *l, struct waits *w)
{
	waits_fd(w, l->watch, POLLIN);
	waits_until(w, l->retry);
}

static void try_again(struct links *l)
{
	l->retry = time_ms() + RETRY_MS;
}

static bool is_wanted(const struct vswitch_vif *vifs, size_t n,
		      const struct compile_binding *b)
{
	for (size_t i = 0; i < n; i++)
		if (vifs[i].ifindex == b->ifindex &&
		    !strncmp(vifs[i].hostif, b->ifname, sizeof(b->ifname)))
			return true;
	return false;
}

static void remove_vifs(struct links *l, const struct vswitch_vif *vifs,
			size_t n)
{
	size_t kept = 0;
	struct error e;

	for (size_t i = 0; i < l->n_vifs; i++) {
		struct compile_binding *b = &l->vifs[i];

		if (is_wanted(vifs, n, b)) {
			l->vifs[kept++] = *b;
			continue;
		}
		l->version++;
		if (!live_vif_detach(l->live, b->ifindex, &e))
			continue;
		report(l->report, REPORT_VIFS, "%s", e.text);
		l->vifs[kept++] = *b;
		try_again(l);
	}
	l->n_vifs = kept;
}

static struct compile_binding *find_vif(struct links *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->n_vifs; i++)
		if (l->vifs[i].ifindex == ifindex)
			return &l->vifs[i];
	return NULL;
}

static void set_vif(struct links *l, struct vswitch *v,
		    const struct vswitch_vif *vif)
{
	struct compile_binding b = {0}, *old;
	struct error e;
	int err;

	err = live_vif_attach(l->live, vif->hostif, &b.ifindex, &b.is_peer, &e);
	vswitch_set_error(v, vif->name, err ? e.text : NULL);
	if (err) {
		report(l->report, REPORT_VIFS, "%s", e.text);
		try_again(l);
		return;
	}
	memcpy(b.ifname, vif->hostif, sizeof(b.ifname));
	name_store(b.lsp, vif->iface_id);
	old = find_vif(l, b.ifindex);
	if (old && old->is_peer == b.is_peer && !strcmp(old->lsp, b.lsp))
		return;
	l->version++;
	if (old)
		*old = b;
	else
		l->vifs[l->n_vifs++] = b;
}

void links_set_vifs(struct links *l, struct vswitch *v)
{
	const struct vswitch_vif *vifs;
	struct compile_binding *grown;
	size_t n;

	vifs = vswitch_vifs(v, &n);
	remove_vifs(l, vifs, n);
	grown = reallocarray(l->vifs, l->n_vifs + n + 1, sizeof(*l->vifs));
	if (!grown) {
		try_again(l);
		return;
	}
	l->vifs = grown;
	for (size_t i = 0; i < n; i++)
		set_vif(l, v, &vifs[i]);
	if (l->retry == INT64_MAX)
		report_solved(l->report, REPORT_VIFS);
}

bool links_find_underlay(struct links *l, const struct vswitch_settings *s)
{
	uint32_t ifindex = 0;
	struct netlink nl;
	uint8_t ip[4];
	int err;

	l->underlay[0] = '\0';
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
	if (!err && ifindex && if_indextoname(ifindex, l->underlay))
		return true;
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
		try_again(l);
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
		try_again(l);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (networks[i].ifname[0])
			list[used++] = (struct live_network){
				networks[i].network, networks[i].ifname};
	if (live_set_networks(l->live, list, used, mode, &e)) {
		report(l->report, REPORT_NETWORKS, "%s", e.text);
		try_again(l);
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
			try_again(l);
		} else {
			report_solved(l->report, REPORT_UNDERLAY);
		}
	}
	set_networks(l, v, mode);
}
