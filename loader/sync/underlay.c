// SPDX-License-Identifier: GPL-2.0-only
#include "sync/underlay.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sync/neighbor.h"

/* How long attach and load wait for new next hops to answer ARP. */
#define RESOLVE_STEP_MS 20
#define RESOLVE_STEPS 50

static const uint8_t zero_mac[6];

static void note_unreachable(struct underlay *u, const struct chassis_val *c)
{
	if (!u->n_unreachable++)
		snprintf(u->unreachable, sizeof(u->unreachable), "%s", c->name);
}

/* Distinct next hops, sorted; returns how many. */
static size_t collect_hops(const struct underlay *u, struct neighbor_hop *hop)
{
	size_t n = 0, distinct = 0;

	for (uint32_t i = 0; i < XOVN_MAX_CHASSIS; i++) {
		if (!u->tunnel[i].ifindex)
			continue;
		memset(&hop[n], 0, sizeof(*hop));
		memcpy(hop[n++].ip, u->tunnel[i].nexthop, 4);
	}
	qsort(hop, n, sizeof(*hop), neighbor_compare);
	for (size_t i = 0; i < n; i++)
		if (!i || neighbor_compare(&hop[distinct - 1], &hop[i]))
			hop[distinct++] = hop[i];
	return distinct;
}

/* Adds managed entries where there are none and waits for these alone: a
 * host that is down must not make every load wait. */
static int resolve_hops(struct netlink *nl, uint32_t ifindex, bool is_patient,
			struct neighbor_hop *hop, size_t n)
{
	const struct timespec step = {.tv_nsec = RESOLVE_STEP_MS * 1000000L};
	bool *is_new = calloc(n ? n : 1, sizeof(*is_new)), is_waiting = false;
	int err;

	if (!is_new)
		return -ENOMEM;
	err = neighbor_read(nl, ifindex, hop, n);
	for (size_t i = 0; i < n && !err; i++) {
		if (hop[i].is_known)
			continue;
		err = neighbor_manage(nl, ifindex, hop[i].ip);
		is_new[i] = true;
		is_waiting |= is_patient && !memcmp(hop[i].mac, zero_mac, 6);
	}
	for (int k = 0; k < RESOLVE_STEPS && is_waiting && !err; k++) {
		nanosleep(&step, NULL);
		err = neighbor_read(nl, ifindex, hop, n);
		is_waiting = false;
		for (size_t i = 0; i < n; i++)
			is_waiting |= is_new[i] &&
				      !memcmp(hop[i].mac, zero_mac, 6);
	}
	free(is_new);
	return err;
}

static int fill_macs(struct netlink *nl, const struct chassis_val *chassis,
		     const struct iface *iface, enum underlay_resolve resolve,
		     struct underlay *u)
{
	struct neighbor_hop *hop, wanted;
	size_t n;
	int err;

	hop = calloc(XOVN_MAX_CHASSIS, sizeof(*hop));
	if (!hop)
		return -ENOMEM;
	n = collect_hops(u, hop);
	if (resolve == UNDERLAY_PREVIEW)
		err = neighbor_read(nl, iface->ifindex, hop, n);
	else
		err = resolve_hops(nl, iface->ifindex, resolve == UNDERLAY_WAIT,
				   hop, n);
	if (!err && resolve != UNDERLAY_PREVIEW)
		err = neighbor_forget(nl, iface->ifindex, hop, n);
	for (uint32_t i = 0; i < XOVN_MAX_CHASSIS && !err; i++) {
		struct tunnel_val *t = &u->tunnel[i];
		const struct neighbor_hop *found;

		if (!t->ifindex)
			continue;
		memcpy(wanted.ip, t->nexthop, 4);
		found = bsearch(&wanted, hop, n, sizeof(*hop),
				neighbor_compare);
		memcpy(t->nexthop_mac, found->mac, 6);
		if (!memcmp(found->mac, zero_mac, 6))
			note_unreachable(u, &chassis[i]);
	}
	free(hop);
	return err;
}

int underlay_compute(struct netlink *nl, const struct chassis_val *chassis,
		     uint32_t own, const uint8_t encap_ip[4],
		     const struct iface *iface, bool is_native,
		     enum underlay_resolve resolve, struct underlay *u,
		     struct error *e)
{
	int err = 0;

	memset(u, 0, sizeof(*u));
	u->tunnel = calloc(XOVN_MAX_CHASSIS, sizeof(*u->tunnel));
	if (!u->tunnel)
		return error_set(e, ENOMEM, "out of memory");
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++) {
		struct tunnel_val *t = &u->tunnel[i];

		if (!chassis[i].name[0] || i == own)
			continue;
		u->n_chassis++;
		memcpy(t->remote_ip, chassis[i].encap_ip, 4);
		memcpy(t->local_ip, encap_ip, 4);
		if (!iface)
			continue;
		if (neighbor_route(nl, t->remote_ip, iface->ifindex,
				   t->nexthop)) {
			memset(t->nexthop, 0, 4);
			note_unreachable(u, &chassis[i]);
			continue;
		}
		t->ifindex = iface->ifindex;
		t->is_native = is_native;
		memcpy(t->local_mac, iface->mac, 6);
	}
	if (iface)
		err = fill_macs(nl, chassis, iface, resolve, u);
	if (err)
		return error_set(e, -err,
				 "%s: cannot set up next hops of the "
				 "tunnels: %s",
				 iface->name, strerror(-err));
	return 0;
}

void underlay_free(struct underlay *u)
{
	free(u->tunnel);
	u->tunnel = NULL;
}

struct write_context {
	const struct underlay *u;
	bool is_removal;
	bool *is_wanted;
};

static int compare_tunnel(const void *key, const void *val, void *arg)
{
	struct write_context *c = arg;
	uint32_t i = *(const uint32_t *)key;
	const struct tunnel_val *t;
	bool is_free;

	if (i >= XOVN_MAX_CHASSIS)
		return 0;
	t = &c->u->tunnel[i];
	is_free = !memcmp(t->remote_ip, "\0\0\0", 4);
	c->is_wanted[i] = is_free == c->is_removal &&
			  memcmp(val, t, sizeof(*t)) != 0;
	return 0;
}

int underlay_write(const struct state *s, const struct underlay *u,
		   bool is_removal, bool is_preview, size_t *n_writes,
		   struct error *e)
{
	int fd = s->map_fd[MAP_TUNNEL], err = 0;
	bool is_wanted[XOVN_MAX_CHASSIS] = {0};
	struct write_context c = {u, is_removal, is_wanted};

	if (fd >= 0) {
		err = map_for_each(fd, sizeof(__u32), sizeof(struct tunnel_val),
				   compare_tunnel, &c);
	} else {
		static const struct tunnel_val empty;

		for (uint32_t i = 0; i < XOVN_MAX_CHASSIS; i++)
			compare_tunnel(&i, &empty, &c);
	}
	for (uint32_t i = 0; i < XOVN_MAX_CHASSIS && !err; i++) {
		if (!is_wanted[i])
			continue;
		++*n_writes;
		if (!is_preview &&
		    bpf_map_update_elem(fd, &i, &u->tunnel[i], 0))
			err = -errno;
	}
	if (err)
		return error_set(e, -err, "%s/tunnel: cannot write: %s", s->dir,
				 strerror(-err));
	return 0;
}
