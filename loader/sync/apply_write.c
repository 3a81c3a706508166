// SPDX-License-Identifier: GPL-2.0-only
/* The writing half of a change. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "sync/apply_run.h"
#include "sync/conntrack.h"
#include "sync/counters.h"
#include "sync/flush.h"
#include "sync/purge.h"

/* Kept as long as the tables: it decides where their entries are. */
static uint32_t ct_seed(void)
{
	uint32_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = ct_now() ^ (uint32_t)getpid() << 16;
	return seed;
}

static int write_config(struct apply_run *r)
{
	const struct chassis_val *own = &r->out->chassis[r->out->own_chassis];
	struct config old = r->s->config, wanted = old, *c = &wanted;
	uint32_t buckets = map_capacity(r->s->map_fd[MAP_CT_INDEX]);
	int err;

	c->layout = XOVN_LAYOUT_VERSION;
	c->chassis = r->out->own_chassis;
	c->underlay_ifindex = r->underlay_ifindex;
	memcpy(c->encap_ip, own->encap_ip, sizeof(c->encap_ip));
	memcpy(c->chassis_name, own->name, sizeof(c->chassis_name));
	/* Of the maps as they are, whatever was asked for. */
	c->ct_records = r->s->map_fd[MAP_CT] < 0 ?
				r->options->limits.ct_max :
				map_capacity(r->s->map_fd[MAP_CT]);
	if (r->s->map_fd[MAP_CT_INDEX] < 0)
		buckets = map_ct_buckets(c->ct_records);
	while (buckets & (buckets - 1))
		buckets &= buckets - 1;
	c->ct_buckets = buckets;
	r->result->ct_records = c->ct_records;
	if (!r->s->is_loaded)
		c->ct_seed = ct_seed();
	if (r->s->is_loaded && !memcmp(c, &old, sizeof(old)))
		return 0;
	r->result->n_writes++;
	if (r->is_dry)
		return 0;
	r->s->config = wanted;
	err = state_write_config(r->s, r->e);
	r->s->is_loaded |= !err;
	return err;
}

static int write_limit(struct apply_run *r)
{
	struct limit_val present = {0}, wanted;
	int err = 0;

	limit_make(&r->options->share, r->s, &r->options->limits, &wanted);
	if (r->s->map_fd[MAP_LIMIT] >= 0)
		err = limit_read(r->s, &present, r->e);
	if (err || !memcmp(&present, &wanted, sizeof(wanted)))
		return err;
	r->result->n_writes++;
	return r->is_dry ? 0 : limit_write(r->s, &wanted, r->e);
}

static int write_chassis(struct apply_run *r, bool is_removal)
{
	for (__u32 i = 0; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *want = &r->out->chassis[i];

		if (!want->name[0] != is_removal ||
		    !memcmp(want, &r->known->chassis[i], sizeof(*want)))
			continue;
		r->result->n_writes++;
		if (r->is_dry)
			continue;
		if (bpf_map_update_elem(r->s->map_fd[MAP_CHASSIS], &i, want, 0))
			return error_set(r->e, errno,
					 "%s/chassis: cannot write: %s",
					 r->s->dir, strerror(errno));
	}
	return 0;
}

/* What was counted for others. */
static int clear_counters(struct apply_run *r)
{
	int err;

	r->result->n_writes += r->n_fresh;
	if (r->is_dry || !r->n_fresh)
		return 0;
	err = counters_clear(r->s->map_fd[MAP_COUNTER], r->fresh, r->n_fresh);
	if (err)
		return error_set(r->e, -err, "%s/counter: cannot write: %s",
				 r->s->dir, strerror(-err));
	return 0;
}

/* Who is referred to comes first, who refers goes first: chassis and ways to
 * them around all else. */
static int write_all(struct apply_run *r)
{
	size_t *n = &r->result->n_writes;
	int err;

	if (!r->out) {
		err = clear_counters(r);
		return err ? err : apply_changes(r);
	}
	err = write_config(r);
	if (!err)
		err = ct_timeouts_write(r->s, r->options->ct_timeout, r->is_dry,
					n, r->e);
	if (!err)
		err = write_limit(r);
	if (!err)
		err = write_chassis(r, false);
	if (!err)
		err = underlay_write(r->s, &r->underlay, false, r->is_dry, n,
				     r->e);
	if (!err)
		err = clear_counters(r);
	if (!err)
		err = apply_changes(r);
	if (!err)
		err = underlay_write(r->s, &r->underlay, true, r->is_dry, n,
				     r->e);
	if (!err)
		err = write_chassis(r, true);
	return err;
}

/* A decision was cached only where the next hop was known: what is added for
 * one that was not voids none. */
static bool only_adds_neighbors(const struct apply_run *r)
{
	for (size_t i = 0; i < r->diff.n; i++)
		if (r->diff.change[i].kind != CHANGE_ADD ||
		    r->diff.change[i].table != IMAGE_NEIGHBOR)
			return false;
	return r->result->n_writes == r->diff.n && !state_is_changing(r->s);
}

/* "neighbor" goes before "learned" (lr_resolve()): cached decisions may have
 * what that said.  Asked after the writing: what is learned later is not
 * looked up. */
static int add_neighbors(struct apply_run *r)
{
	int err = apply_changes(r);

	if (err || !purge_superseded(r->s, &r->diff))
		return err;
	err = state_begin_change(r->s, r->e);
	return err ? err : state_end_change(r->s, r->e);
}

/* Writes, if there is anything to write, between the two halves of a change
 * of config.generation. */
int apply_write(struct apply_run *r)
{
	int err;

	r->is_dry = true;
	err = write_all(r);
	if (err || r->options->is_dry)
		return err;
	r->is_dry = false;
	if (!r->result->n_writes && !state_is_changing(r->s))
		return 0;
	err = apply_save(r);
	if (err)
		return err;
	if (only_adds_neighbors(r)) {
		r->result->n_writes = 0;
		err = add_neighbors(r);
		if (err)
			apply_revert(r);
		return err;
	}
	r->result->n_writes = 0;
	r->s->config.counter_next = r->counter_next;
	err = state_begin_change(r->s, r->e);
	if (!err)
		err = write_all(r);
	if (!err)
		err = purge_learned(r->s, r->present, &r->diff, r->e);
	if (!err)
		purge_superseded(r->s, &r->diff);
	if (!err)
		err = flush_connections(r->s, r->present, r->want, &r->diff,
					r->is_part ? &r->known->image : NULL,
					&r->result->n_flushed, r->e);
	if (!err)
		err = state_end_change(r->s, r->e);
	if (err)
		apply_revert(r);
	return err;
}
