// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections of an upgrade that changes their table.  A connection has the
 * same record number on both sides; the index is made anew.
 *
 * Why no packet is lost.  All interfaces change sides by one store, so the
 * table that a packet is looked up in is the one that its answer is looked up
 * in, but for those that the store comes between: these must find on the new
 * side what the old side has noted.  All that was noted long ago is copied
 * before.  For the rest packets are held at their interfaces, HANDOVER_HOLD_NS
 * at most; those that were on the old side already end there, and what they
 * noted is copied: new records are where ct_hand passes, so that looking is
 * short, and the store comes when a look finds the hand where the look before
 * left it.  Packets on this thread's CPU are not held (they would wait for a
 * thread that they interrupt), but neither is it looking meanwhile: it sees
 * the hand moved.  Whoever still was on the old side behind the store (it was
 * interrupted for longer than packets can be held) is looked for until none
 * can be there any more; the connection's next packet is an answer, which
 * comes later than its opener has left.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "sync/sides.h"
#include "sync/upgrade_ct.h"
#include "sync/upgrade_step.h"

/* bpf/ct_new.h: records that one search for a free one looks at. */
#define SEARCH 64
#define READ_TRIES 8
/* Part of the hold that looks may take, and how often it is tried. */
#define LOOK_NS (HANDOVER_HOLD_NS / 2)
#define QUIET_NS 10000 /* the hand rests so long */
#define HOLD_TRIES 50
#define AFTER_NS 2000000

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Values of a memory-mapped array; *stride of one. */
static int map_array(int fd, int prot, void **at, size_t *len, size_t *stride,
		     uint32_t *n)
{
	struct bpf_map_info info = {0};
	__u32 info_len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &info_len))
		return -errno;
	*n = info.max_entries;
	*stride = ((size_t)info.value_size + 7) / 8 * 8;
	*len = *stride * *n;
	*at = mmap(NULL, *len, prot, MAP_SHARED, fd, 0);
	if (*at != MAP_FAILED)
		return 0;
	*at = NULL;
	return -errno;
}

/* The hand is no memory-mapped map: it is asked for. */
static uint64_t hand_now(const struct upgrade_ct *ct)
{
	__u64 hand = 0;
	__u32 zero = 0;

	bpf_map_lookup_elem(ct->u->next.map_fd[MAP_CT_HAND], &zero, &hand);
	return hand;
}

static int map_tables(struct upgrade_ct *ct)
{
	struct upgrade *u = ct->u;
	uint32_t n_old, n_new, n_buckets;
	size_t stride;
	void *at;
	int err;

	err = map_array(u->old->map_fd[MAP_CT], PROT_READ, &at, &ct->old_len,
			&ct->old_stride, &n_old);
	ct->old = at;
	if (err)
		return err;
	err = map_array(u->next.map_fd[MAP_CT], PROT_READ | PROT_WRITE, &at,
			&ct->len, &ct->stride, &n_new);
	ct->new = at;
	if (err)
		return err;
	err = map_array(u->next.map_fd[MAP_CT_INDEX], PROT_READ | PROT_WRITE,
			&at, &ct->index_len, &stride, &n_buckets);
	ct->index = at;
	if (err)
		return err;
	ct->n = u->next.config.ct_records;
	if (n_old < ct->n || n_new < ct->n ||
	    n_buckets < u->next.config.ct_buckets)
		return -EINVAL;
	ct->copied = calloc(ct->n + 1, sizeof(*ct->copied));
	return ct->copied ? 0 : -ENOMEM;
}

int upgrade_ct_open(struct upgrade *u, struct upgrade_ct **out)
{
	struct upgrade_ct *ct;
	int err;

	*out = NULL;
	if (!upgrade_is_changed(u->layout, MAP_CT) &&
	    !upgrade_is_changed(u->layout, MAP_CT_INDEX))
		return 0;
	ct = calloc(1, sizeof(*ct));
	if (!ct)
		return error_set(u->e, ENOMEM, "out of memory");
	ct->u = u;
	err = map_tables(ct);
	if (!err) {
		*out = ct;
		return 0;
	}
	upgrade_ct_close(ct);
	return error_set(u->e, -err, "%s/ct: cannot be copied: %s", u->old->dir,
			 strerror(-err));
}

void upgrade_ct_close(struct upgrade_ct *ct)
{
	if (!ct)
		return;
	if (ct->old)
		munmap(ct->old, ct->old_len);
	if (ct->new)
		munmap(ct->new, ct->len);
	if (ct->index)
		munmap(ct->index, ct->index_len);
	free(ct->copied);
	free(ct);
}

/* The old side's record in our layout.  false: it is being written. */
static bool read_old(const struct upgrade_ct *ct, uint32_t i, struct ct_val *v)
{
	const uint8_t *from = ct->old + i * ct->old_stride;
	uint64_t one[UPGRADE_ENTRY_MAX / 8], two[UPGRADE_ENTRY_MAX / 8];
	__u32 key;

	for (int n = 0; n < READ_TRIES; n++) {
		memcpy(one, from, ct->old_stride);
		__sync_synchronize();
		memcpy(two, from, ct->old_stride);
		if (memcmp(one, two, ct->old_stride))
			continue;
		upgrade_entry(ct->u->layout, MAP_CT, &i, one, &key, v);
		if (v->seq & 1)
			continue;
		v->action[0].generation = 0;
		v->action[1].generation = 0;
		return true;
	}
	return false;
}

/* *is_new: another connection than before. */
static bool copy_one(struct upgrade_ct *ct, uint32_t i, struct ct_val *v,
		     bool *is_new)
{
	struct ct_val *to = upgrade_ct_record(ct, i);
	bool was_free = to->state == CT_FREE;

	*is_new = false;
	if (!read_old(ct, i, v))
		return false;
	*is_new = v->state != CT_FREE &&
		  (was_free || v->seq != ct->copied[i].seq);
	if (!was_free && (v->state == CT_FREE || *is_new))
		upgrade_index_drop(ct, to, i);
	*to = *v;
	if (*is_new)
		upgrade_index_add(ct, v, i);
	ct->copied[i].seq = v->seq;
	ct->copied[i].state = v->state;
	return true;
}

/* While no packet meets the new side.  A connection that begins where a dead
 * one was found has a record elsewhere: the dead one may not be found first. */
static bool copy_record(struct upgrade_ct *ct, uint32_t i)
{
	struct ct_val v, other;
	bool is_new, ignored;

	if (!copy_one(ct, i, &v, &is_new))
		return false;
	for (int dir = 0; dir < 2 && is_new; dir++) {
		uint32_t k =
			upgrade_index_find(ct, &v, dir ? &v.reply : &v.orig, i);

		if (k)
			copy_one(ct, k - 1, &other, &ignored);
	}
	return true;
}

static bool own(struct ct_val *v, __u32 seq)
{
	return !(seq & 1) &&
	       __sync_bool_compare_and_swap(&v->seq, seq, seq + 1);
}

static void after_record(struct upgrade_ct *ct, uint32_t i);

/* May it be noted, or has the new side done so itself?  A dead one in its
 * place goes first, as on the old side. */
static bool is_wanted(struct upgrade_ct *ct, uint32_t i, const struct ct_val *v)
{
	for (int dir = 0; dir < 2; dir++) {
		const struct ct_tuple *t = dir ? &v->reply : &v->orig;
		uint32_t k = upgrade_index_find(ct, v, t, i);

		if (k)
			after_record(ct, k - 1);
		if (k && upgrade_index_find(ct, v, t, i))
			return false;
	}
	return true;
}

/* Another connection than the one that was copied, with seq. */
static void take_record(struct upgrade_ct *ct, uint32_t i,
			const struct ct_val *v, __u32 seq)
{
	struct ct_val *to = upgrade_ct_record(ct, i);

	/* Or the new side has given the record away. */
	if ((v->state != CT_FREE && !is_wanted(ct, i, v)) || !own(to, seq))
		return;
	if (to->state != CT_FREE)
		upgrade_index_drop(ct, to, i);
	__sync_synchronize();
	memcpy(to, v, offsetof(struct ct_val, seq));
	memcpy((uint8_t *)to + offsetof(struct ct_val, seq) + sizeof(to->seq),
	       (const uint8_t *)v + offsetof(struct ct_val, seq) +
		       sizeof(to->seq),
	       sizeof(*v) - offsetof(struct ct_val, seq) - sizeof(to->seq));
	if (v->state != CT_FREE)
		upgrade_index_add(ct, v, i);
	__sync_synchronize();
	to->seq = seq + 2;
}

/* Once packets meet the new side. */
static void after_record(struct upgrade_ct *ct, uint32_t i)
{
	struct ct_val v, *to = upgrade_ct_record(ct, i);

	if (!read_old(ct, i, &v))
		return;
	if (v.seq != ct->copied[i].seq) {
		__u32 seq = ct->copied[i].seq;

		ct->copied[i].seq = v.seq;
		ct->copied[i].state = v.state;
		take_record(ct, i, &v, seq);
		return;
	}
	/* Only what the new side has not seen itself. */
	if (v.state == ct->copied[i].state || v.state == CT_FREE ||
	    to->seq != v.seq)
		return;
	__sync_fetch_and_or(&to->flags, v.flags);
	if (__sync_bool_compare_and_swap(&to->state, ct->copied[i].state,
					 v.state))
		to->expires = v.expires;
	ct->copied[i].state = v.state;
}

void upgrade_ct_copy(struct upgrade_ct *ct)
{
	if (!ct)
		return;
	ct->hand = hand_now(ct);
	for (uint32_t i = 0; i < ct->n; i++)
		copy_record(ct, i);
}

void upgrade_ct_after(struct upgrade_ct *ct)
{
	for (uint32_t i = 0; ct && i < ct->n; i++)
		after_record(ct, i);
}

/* Records that searches from `from` on to `to` may have taken: whether none
 * is being written. */
static bool copy_searched(struct upgrade_ct *ct, uint64_t from, uint64_t to,
			  bool is_after)
{
	bool is_done = true;
	uint64_t n = to - from + 2 * SEARCH;

	for (uint64_t k = 0; k < n && k < ct->n; k++) {
		uint32_t i = (uint32_t)(from - SEARCH + k) % ct->n;

		if (is_after)
			after_record(ct, i);
		else
			is_done &= copy_record(ct, i);
	}
	return is_done;
}

/* Looks until the hand has rested. */
static bool settle(struct upgrade_ct *ct)
{
	uint64_t start = now_ns(), quiet = start;

	do {
		uint64_t to = hand_now(ct);
		bool is_done = copy_searched(ct, ct->hand, to, false);

		if (!is_done || to != ct->hand)
			quiet = now_ns();
		ct->hand = to;
		if (now_ns() - quiet >= QUIET_NS && hand_now(ct) == ct->hand)
			return true;
	} while (now_ns() - start < LOOK_NS);
	return false;
}

/* Nobody but an interrupt is to come in between. */
static void be_alone(cpu_set_t *before, volatile struct handover_val *val)
{
	struct sched_param param = {.sched_priority = 1};
	cpu_set_t here;
	int cpu = sched_getcpu();

	sched_getaffinity(0, sizeof(*before), before);
	CPU_ZERO(&here);
	CPU_SET(cpu < 0 ? 0 : cpu, &here);
	val->cpu = cpu;
	sched_setaffinity(0, sizeof(here), &here);
	sched_setscheduler(0, SCHED_FIFO, &param);
}

static void be_as_before(const cpu_set_t *before)
{
	struct sched_param param = {0};

	sched_setscheduler(0, SCHED_OTHER, &param);
	sched_setaffinity(0, sizeof(*before), before);
}

void upgrade_ct_switch(struct upgrade_ct *ct, struct handover *h)
{
	cpu_set_t before;
	uint64_t end;

	if (!ct) {
		h->val->state = HANDOVER_NEW;
		return;
	}
	be_alone(&before, h->val);
	for (int i = 0; i < HOLD_TRIES; i++) {
		/* Most of it before packets wait. */
		copy_searched(ct, ct->hand, hand_now(ct), false);
		h->val->state = HANDOVER_HOLD;
		__sync_synchronize();
		if (settle(ct))
			break;
		h->val->state = HANDOVER_OLD;
		usleep(1000);
	}
	h->val->state = HANDOVER_NEW;
	end = now_ns() + AFTER_NS;
	do
		copy_searched(ct, ct->hand, hand_now(ct), true);
	while (now_ns() < end);
	be_as_before(&before);
}
