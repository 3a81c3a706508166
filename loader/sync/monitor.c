// SPDX-License-Identifier: GPL-2.0-only
#include "sync/monitor.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/conntrack.h"

/* A reader that never catches up must come to its renewal. */
#define READ_MOST 256

/* A kind that no event has: the slot is taken, and off. */
#define NO_EVENT 1

static int lock(const struct monitor *m, struct error *e)
{
	struct stat st;

	if (flock(m->s->dir_fd, LOCK_EX))
		return error_set(e, errno, "%s: cannot lock: %s", m->s->dir,
				 strerror(errno));
	/* The maps of a directory that is gone see no packet any more. */
	if (!fstat(m->s->dir_fd, &st) && st.st_nlink)
		return 0;
	flock(m->s->dir_fd, LOCK_UN);
	return error_set(e, ENOENT, "%s is gone: xovn was detached here",
			 m->s->dir);
}

static void unlock(const struct monitor *m)
{
	flock(m->s->dir_fd, LOCK_UN);
}

static int write_slot(const struct monitor *m, const struct monitor_val *val)
{
	return bpf_map_update_elem(m->s->map_fd[MAP_MONITOR], &m->slot, val,
				   0) ?
		       -errno :
		       0;
}

/* Whose ring is in the slot? */
static bool is_ours(const struct monitor *m)
{
	__u32 id;

	return !bpf_map_lookup_elem(m->s->map_fd[MAP_EVENT], &m->slot, &id) &&
	       id == m->ring_id;
}

static int slot_read(const struct monitor *m, __u32 slot, bool *is_free)
{
	struct monitor_val val;

	if (bpf_map_lookup_elem(m->s->map_fd[MAP_MONITOR], &slot, &val))
		return -errno;
	*is_free = !val.kinds || (__s32)(val.lease - ct_now()) < 0;
	return 0;
}

static int write_lease(struct monitor *m)
{
	struct monitor_val val = m->want;

	m->lease = ct_now() + MONITOR_LEASE;
	val.lease = m->lease;
	return write_slot(m, &val);
}

static int fill_slot(struct monitor *m)
{
	struct monitor_val off = {0};
	int err = write_slot(m, &off);

	m->past = m->sum;
	if (err)
		return err;
	memset(m->cpu, 0, m->n_cpus * sizeof(*m->cpu));
	if (bpf_map_update_elem(m->s->map_fd[MAP_MONITOR_CPU], &m->slot, m->cpu,
				0))
		return -errno;
	if (bpf_map_update_elem(m->s->map_fd[MAP_EVENT], &m->slot, &m->ring_fd,
				0))
		return -errno;
	/* The whole filter stands there before its lease: BPF is to see no
	 * half of it. */
	off = m->want;
	off.lease = ct_now() - 1;
	err = write_slot(m, &off);
	return err ? err : write_lease(m);
}

/* The lock is held.  -EBUSY: every slot has a reader. */
static int take_slot(struct monitor *m)
{
	bool is_free = false;
	int err;

	if (m->lease && is_ours(m))
		return write_lease(m);
	for (__u32 slot = 0; slot < MONITOR_SLOTS; slot++) {
		err = slot_read(m, slot, &is_free);
		if (err)
			return err;
		if (!is_free)
			continue;
		m->slot = slot;
		return fill_slot(m);
	}
	return -EBUSY;
}

static int slot_error(const struct monitor *m, int err, struct error *e)
{
	if (err == -EBUSY)
		return error_set(e, EBUSY,
				 "%s: %d monitors are running, the most there "
				 "can be; end one of them (one that was killed "
				 "frees its place after %d seconds)",
				 m->s->dir, MONITOR_SLOTS, MONITOR_LEASE);
	return error_set(e, -err, "%s/monitor: cannot take a place: %s",
			 m->s->dir, strerror(-err));
}

static int take_slot_locked(struct monitor *m, struct error *e)
{
	int err = lock(m, e);

	if (err)
		return err;
	err = take_slot(m);
	unlock(m);
	return err ? slot_error(m, err, e) : 0;
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct monitor *m = ctx;
	int ret = 0;

	if (size >= sizeof(struct event))
		ret = m->each(m->arg, data);
	if (ret < 0)
		return ret;
	return ++m->n_read < READ_MOST ? 0 : -EAGAIN;
}

static int make_ring(struct monitor *m, uint32_t size, struct error *e)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info), bytes = sysconf(_SC_PAGESIZE);

	while (bytes < size)
		bytes *= 2;
	m->ring_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "monitor_ring", 0, 0,
				    bytes, NULL);
	if (m->ring_fd < 0)
		return error_set(e, errno, "ring buffer of %u bytes: %s", bytes,
				 strerror(errno));
	if (bpf_obj_get_info_by_fd(m->ring_fd, &info, &len))
		return error_set(e, errno, "ring buffer: %s", strerror(errno));
	m->ring_id = info.id;
	m->ring = ring_buffer__new(m->ring_fd, on_event, m, NULL);
	if (!m->ring)
		return error_set(e, errno, "ring buffer of %u bytes: %s", bytes,
				 strerror(errno));
	m->n_cpus = libbpf_num_possible_cpus();
	if (m->n_cpus < 1)
		return error_set(e, EIO, "number of CPUs: unknown");
	m->cpu = calloc(m->n_cpus, sizeof(*m->cpu));
	return m->cpu ? 0 : error_set(e, ENOMEM, "out of memory");
}

int monitor_open(struct monitor *m, const struct state *s,
		 const struct monitor_val *want, uint32_t ring_size,
		 monitor_event_fn each, void *arg, struct error *e)
{
	int err;

	*m = (struct monitor){
		.s = s,
		.want = *want,
		.each = each,
		.arg = arg,
		.ring_fd = -1,
	};
	err = make_ring(m, ring_size, e);
	if (!err)
		err = take_slot_locked(m, e);
	if (err)
		monitor_close(m);
	return err;
}

int monitor_fd(const struct monitor *m)
{
	return ring_buffer__epoll_fd(m->ring);
}

int monitor_read(struct monitor *m)
{
	int ret;

	m->n_read = 0;
	ret = ring_buffer__consume(m->ring);
	return ret == -EAGAIN ? m->n_read : ret;
}

/* Nobody else may take the slot. */
static bool has_lease(const struct monitor *m)
{
	return m->lease && (__s32)(m->lease - ct_now()) > 0 && is_ours(m);
}

int monitor_renew(struct monitor *m, struct error *e)
{
	struct stat st;
	int err;

	if (fstat(m->s->dir_fd, &st) || !st.st_nlink)
		return error_set(e, ENOENT,
				 "%s is gone: xovn was detached here",
				 m->s->dir);
	if (has_lease(m)) {
		err = write_lease(m);
		return err ? slot_error(m, err, e) : 0;
	}
	err = take_slot_locked(m, e);
	return err ? err : 1;
}

int monitor_counts(struct monitor *m, uint64_t *seen, uint64_t *lost,
		   struct error *e)
{
	/* What another counts in a slot that was ours is not for us. */
	if (m->lease && is_ours(m)) {
		if (bpf_map_lookup_elem(m->s->map_fd[MAP_MONITOR_CPU], &m->slot,
					m->cpu))
			return error_set(e, errno,
					 "%s/monitor_cpu: cannot read: %s",
					 m->s->dir, strerror(errno));
		m->sum = m->past;
		for (int i = 0; i < m->n_cpus; i++) {
			m->sum.seen += m->cpu[i].seen;
			m->sum.lost += m->cpu[i].lost;
		}
	}
	*seen = m->sum.seen;
	*lost = m->sum.lost;
	return 0;
}

void monitor_stop(struct monitor *m)
{
	struct monitor_val val = {.kinds = NO_EVENT, .lease = m->lease};
	uint64_t seen, lost;
	struct error e;

	/* Free comes last: from then on the slot may be another's. */
	if (has_lease(m)) {
		write_slot(m, &val);
		monitor_counts(m, &seen, &lost, &e);
		bpf_map_delete_elem(m->s->map_fd[MAP_EVENT], &m->slot);
		val.kinds = 0;
		write_slot(m, &val);
	}
	m->lease = 0;
}

void monitor_close(struct monitor *m)
{
	monitor_stop(m);
	ring_buffer__free(m->ring);
	if (m->ring_fd >= 0)
		close(m->ring_fd);
	free(m->cpu);
	m->ring = NULL;
	m->cpu = NULL;
	m->ring_fd = -1;
}
