// SPDX-License-Identifier: GPL-2.0-only
#include "sync/upcalls.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/hops.h"
#include "sync/l4sum.h"
#include "sync/programs.h"
#include "sync/purge.h"
#include "sync/tap.h"

#define LEASE 3 /* seconds */
#define RENEWAL_MS 1000
#define FRAME_MIN 34 /* bytes of Ethernet and IPv4 header */
/* A ring that never runs empty must not keep the caller from its work. */
#define READ_MOST 1024

struct upcalls {
	const struct state *s;
	struct upcall_handlers handlers;
	struct tap tap;
	struct ring_buffer *ring;
	int64_t renew_at, check_at; /* milliseconds */
	int n_read; /* of this run */
	bool is_discarding; /* what an agent before this one has left */
	struct upcall_counts counts;
	struct hops hops;
};

static int write_lease(const struct upcalls *u, uint32_t seconds)
{
	struct upcall_ctl ctl = {0};
	__u32 zero = 0;

	if (seconds)
		ctl.lease = (uint32_t)(time_ms() / 1000) + seconds;
	return bpf_map_update_elem(u->s->map_fd[MAP_UPCALL_CTL], &zero, &ctl,
				   0) ?
		       -errno :
		       0;
}

/* mac_binding_age_threshold, as BPF's neighbor_is_aged(): who is asked for
 * again because of its age would come back here at once. */
static bool is_aged(const struct upcalls *u, const struct neighbor_key *key,
		    const struct neighbor_val *n)
{
	struct datapath_key router = {.datapath = key->datapath};
	struct router_val val;

	if (!n->seen ||
	    bpf_map_lookup_elem(u->s->map_fd[IMAGE_ROUTER], &router, &val))
		return false;
	return val.neighbor_age &&
	       (uint32_t)(time_ms() / 1000) - n->seen > val.neighbor_age;
}

static bool is_resolved(void *arg, const struct neighbor_key *key)
{
	struct upcalls *u = arg;
	struct neighbor_val val;

	if (!bpf_map_lookup_elem(u->s->map_fd[IMAGE_NEIGHBOR], key, &val))
		return true;
	return !bpf_map_lookup_elem(u->s->map_fd[MAP_LEARNED], key, &val) &&
	       !is_aged(u, key, &val);
}

static void leave(void *arg, struct kept_packet *p, bool is_drop)
{
	struct upcalls *u = arg;
	struct reinject origin = p->origin;

	if (is_drop)
		origin.kind = REINJECT_DROP;
	else
		l4sum_finish(p->data, p->len);
	if (tap_write(&u->tap, &origin, p->data, p->len))
		u->counts.refused++;
	else if (is_drop)
		u->counts.expired++;
	else
		u->counts.given_back++;
}

/* BPF may begin with it again. */
static void forget(void *arg, const struct neighbor_key *key)
{
	struct upcalls *u = arg;

	bpf_map_delete_elem(u->s->map_fd[MAP_UPCALL_HOP], key);
}

static struct neighbor_key hop_of(const struct upcall *head)
{
	struct neighbor_key key = {.datapath = head->datapath,
				   .port = head->port};

	memcpy(key.ip, head->ip, sizeof(key.ip));
	return key;
}

/* ARP requests are not repeated here: like ovn-controller, we leave that to
 * the packets that follow, each of which asks again. */
static void keep(struct upcalls *u, const struct upcall_packet *p)
{
	struct neighbor_key key = hop_of(&p->head);
	struct reinject origin = p->origin;
	int err;

	if (!u->hops.n)
		u->check_at = time_ms() + HOPS_CHECK_MS;
	err = hops_add(&u->hops, p, time_ms());
	if (!err) {
		u->counts.kept++;
		hops_check_one(&u->hops, &key); /* learned in between? */
		return;
	}
	origin.kind = REINJECT_DROP;
	u->counts.refused++;
	tap_write(&u->tap, &origin, p->data, p->len);
	if (err != -ENOSPC)
		forget(u, &key);
}

static int on_record(void *arg, void *data, size_t size)
{
	const struct upcall_packet *p = data;
	struct neighbor_key key;
	struct upcalls *u = arg;

	if (u->is_discarding || size < sizeof(p->head))
		return 0;
	switch (p->head.kind) {
	case UPCALL_PACKET:
		if (size > offsetof(struct upcall_packet, data) &&
		    p->len <= size - offsetof(struct upcall_packet, data))
			keep(u, p);
		break;
	case UPCALL_NEIGHBOR:
		key = hop_of(&p->head);
		hops_check_one(&u->hops, &key);
		u->handlers.learned(u->handlers.arg, &p->head);
		break;
	case UPCALL_FDB:
		u->handlers.learned(u->handlers.arg, &p->head);
		break;
	}
	return ++u->n_read < READ_MOST ? 0 : -EAGAIN;
}

/* A packet that went with the agent that held it: lost, and counted as those
 * that have waited too long.  What it was, and where it came from, nobody
 * knows any more: it counts with the bytes of the smallest. */
static int count_lost(const struct upcalls *u, struct error *e)
{
	static const uint8_t frame[FRAME_MIN] = {[12] = ETH_P_IP >> 8};
	const struct reinject origin = {.kind = REINJECT_DROP};
	int err = tap_write(&u->tap, &origin, frame, sizeof(frame));

	return err ? error_set(e, -err, "%s: cannot write: %s", u->tap.name,
			       strerror(-err)) :
		     0;
}

/* What an agent that was killed has left behind: BPF has counted what waited
 * for each hop. */
static int forget_all(const struct upcalls *u, struct error *e)
{
	int fd = u->s->map_fd[MAP_UPCALL_HOP], err = 0;
	struct upcall_hop_val hop;
	struct neighbor_key key;

	while (!err && !bpf_map_get_next_key(fd, NULL, &key)) {
		if (bpf_map_lookup_elem(fd, &key, &hop) ||
		    bpf_map_delete_elem(fd, &key))
			return error_set(e, errno,
					 "%s/upcall_hop: cannot write: %s",
					 u->s->dir, strerror(errno));
		for (; !err && hop.n; hop.n--)
			err = count_lost(u, e);
	}
	return err;
}

/* Without a lease nothing new comes into what is emptied. */
static int open_ring(struct upcalls *u, struct error *e)
{
	int err = write_lease(u, 0);

	if (err)
		return error_set(e, -err, "%s/upcall_ctl: cannot write: %s",
				 u->s->dir, strerror(-err));

	u->ring =
		ring_buffer__new(u->s->map_fd[MAP_UPCALL], on_record, u, NULL);
	if (!u->ring)
		return error_set(e, errno, "%s/upcall: cannot read: %s",
				 u->s->dir, strerror(errno));
	u->is_discarding = true;
	err = ring_buffer__consume(u->ring);
	u->is_discarding = false;
	return err < 0 ? error_set(e, -err, "%s/upcall: cannot read: %s",
				   u->s->dir, strerror(-err)) :
			 forget_all(u, e);
}

static int check_maps(const struct state *s, struct error *e)
{
	for (int i = MAP_AGENT_FIRST; i < MAP_COUNT; i++)
		if (s->map_fd[i] < 0)
			return error_set(e, ENOENT,
					 "%s: map %s is missing; xovn load "
					 "again",
					 s->dir, map_definitions[i].name);
	return 0;
}

int upcalls_open(const struct state *s, const struct upcall_handlers *handlers,
		 struct upcalls **out, struct error *e)
{
	struct upcalls *u;
	int prog, err = check_maps(s, e);

	if (err)
		return err;
	u = calloc(1, sizeof(*u));
	if (!u)
		return error_set(e, ENOMEM, "out of memory");
	u->s = s;
	u->handlers = *handlers;
	u->tap.fd = u->tap.link_fd = -1;
	u->hops.handlers =
		(struct hops_handlers){is_resolved, leave, forget, u};
	prog = program_open(s, PROGRAM_REINJECT, e);
	err = prog < 0 ? prog : tap_open(&u->tap, prog, e);
	if (prog >= 0)
		close(prog);
	if (!err)
		err = open_ring(u, e);
	if (!err && (err = write_lease(u, LEASE)))
		error_set(e, -err, "%s/upcall_ctl: cannot write: %s", s->dir,
			  strerror(-err));
	if (!err && (err = purge_untold(s)))
		error_set(e, -err, "%s/fdb: cannot clear: %s", s->dir,
			  strerror(-err));
	if (err) {
		ring_buffer__free(u->ring);
		tap_close(&u->tap);
		free(u);
		return err;
	}
	u->renew_at = time_ms() + RENEWAL_MS;
	*out = u;
	return 0;
}

void upcalls_close(struct upcalls *u)
{
	if (!u)
		return;
	write_lease(u, 0);
	do
		u->n_read = 0;
	while (ring_buffer__consume(u->ring) == -EAGAIN);
	hops_clear(&u->hops);
	ring_buffer__free(u->ring);
	tap_close(&u->tap);
	free(u);
}

void upcalls_run(struct upcalls *u)
{
	int64_t now = time_ms();

	if (now >= u->renew_at) {
		write_lease(u, LEASE);
		u->renew_at = now + RENEWAL_MS;
	}
	u->n_read = 0;
	ring_buffer__consume(u->ring);
	if (u->hops.n && now >= u->check_at) {
		hops_check(&u->hops, now);
		u->check_at = now + HOPS_CHECK_MS;
	}
}

void upcalls_wait(const struct upcalls *u, struct waits *w)
{
	if (u->n_read >= READ_MOST)
		waits_now(w);
	waits_fd(w, ring_buffer__epoll_fd(u->ring), POLLIN);
	waits_until(w, u->renew_at);
	if (u->hops.n)
		waits_until(w, u->check_at);
}

void upcalls_neighbor(struct upcalls *u, const struct neighbor_key *key)
{
	hops_check_one(&u->hops, key);
}

void upcalls_count(const struct upcalls *u, struct upcall_counts *counts)
{
	*counts = u->counts;
}
