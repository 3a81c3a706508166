// SPDX-License-Identifier: GPL-2.0-only
#include "sync/apply.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "sync/attach.h"
#include "sync/attachment.h"
#include "sync/bind.h"
#include "sync/conntrack.h"
#include "sync/counters.h"
#include "sync/flush.h"
#include "sync/garp.h"
#include "sync/localnet.h"
#include "sync/programs.h"
#include "sync/purge.h"
#include "sync/underlay.h"

/* One load under way. */
struct apply_run {
	struct state *s;
	struct compile_output *out;
	const struct apply_options *options;
	bool is_dry; /* options' or while writes are counted */
	struct image present;
	struct chassis_val *present_chassis;
	struct diff diff;
	uint32_t *fresh; /* numbers of counters to empty */
	size_t n_fresh;
	uint32_t counter_next; /* for config, once it is there */
	struct underlay underlay;
	uint32_t underlay_ifindex; /* 0: none */
	bool is_native; /* the underlay */
	struct apply_result *result;
	struct error *e;
};

int apply_read_bindings(const struct state *s, struct compile_binding **list,
			size_t *n, struct error *e)
{
	size_t n_gone;
	int err = bindings_read(s, list, n, &n_gone, e);

	if (!err && n_gone)
		warning("%zu bound interface%s deleted: unbound", n_gone,
			n_gone == 1 ? " was" : "s were");
	return err;
}

int apply_read_mappings(const struct state *s, struct compile_mapping **list,
			size_t *n, struct error *e)
{
	return mappings_read(s, list, n, true, e);
}

int apply_read_chassis(const struct state *s, struct chassis_val **chassis,
		       struct error *e)
{
	return chassis_read(s, chassis, e);
}

/* A typing error in --chassis would turn this host into another one. */
static int check_chassis(const struct apply_run *r)
{
	const char *name = r->out->chassis[r->out->own_chassis].name;
	const struct config *c = &r->s->config;

	if (!r->s->is_loaded || !strcmp(c->chassis_name, name))
		return 0;
	return error_set(r->e, EEXIST,
			 "%s: is chassis %s, not %s; to change what this host "
			 "is: xovn detach --all, then load, attach and bind",
			 r->s->dir, c->chassis_name, name);
}

static int read_present(struct apply_run *r)
{
	int err = 0;

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++) {
		if (r->s->map_fd[id] < 0)
			continue;
		err = map_read_table(r->s->map_fd[id], id, &r->present);
		if (err)
			return error_set(r->e, -err, "%s/%s: cannot read: %s",
					 r->s->dir, image_table_name(id),
					 strerror(-err));
	}
	return chassis_read(r->s, &r->present_chassis, r->e);
}

static bool is_trie(int id)
{
	return id == IMAGE_ROUTE || id == IMAGE_ROUTE_SRC || id == IMAGE_SNAT ||
	       id == IMAGE_NAT_SET;
}

/* Additions come before deletions, so both must fit for a moment; a trie
 * wants one more to change an entry. */
static int check_capacity(const struct apply_run *r)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		size_t n = r->present.table[id].n + r->diff.n_added[id] +
			   is_trie(id);
		uint32_t capacity =
			r->s->map_fd[id] < 0 ?
				map_max_entries(image_table_name(id),
						&r->options->limits) :
				map_capacity(r->s->map_fd[id]);

		if (n <= capacity)
			continue;
		return error_set(
			r->e, E2BIG,
			"map full: %s needs %zu entries (%zu present, "
			"%zu to add) and has room for %u; nothing was "
			"touched; %sload with a larger --max-ports",
			image_table_name(id), n, r->present.table[id].n,
			r->diff.n_added[id], capacity,
			r->s->map_fd[id] < 0 ? "" : "xovn detach --all, ");
	}
	return 0;
}

static int number_counters(struct apply_run *r)
{
	int fd = r->s->map_fd[MAP_COUNTER];
	uint32_t n_entries =
		fd < 0 ? map_max_entries("counter", &r->options->limits) :
			 map_capacity(fd);

	r->counter_next = r->s->config.counter_next;
	if (counters_align(&r->present, &r->out->image, r->out->own_chassis,
			   n_entries, &r->counter_next, &r->fresh, &r->n_fresh,
			   &r->result->n_uncounted))
		return error_set(r->e, ENOMEM, "out of memory");
	if (fd < 0) /* a map that is made is empty */
		r->n_fresh = 0;
	return 0;
}

/* Sets *iface and returns 1 when an underlay is attached and usable. */
static int find_underlay(struct apply_run *r, struct netlink *nl,
			 struct iface *iface)
{
	struct attachment a;
	char name[IFNAMSIZ];
	int err;

	if (r->s->map_fd[MAP_ATTACHMENT] < 0 ||
	    attachment_find_underlay(r->s, &a))
		return 0;
	if (attachment_is_gone(r->s, &a)) {
		if (!r->options->is_live)
			warning("underlay %s was deleted; xovn attach it again",
				a.val.ifname);
		return 0;
	}
	if (!attachment_is_here(&a))
		return error_set(r->e, EXDEV,
				 "underlay %s was attached in "
				 "another network namespace; load there (ip "
				 "netns exec)",
				 a.val.ifname);
	if (!if_indextoname(a.ifindex, name))
		return 0;
	r->is_native = a.val.mode == ATTACHMENT_NATIVE;
	err = iface_find(nl, name, iface, r->e);
	return err ? err : 1;
}

static int compute_underlay(struct apply_run *r)
{
	const struct compile_output *out = r->out;
	struct netlink nl;
	struct iface iface;
	int err, ret;

	err = netlink_open(&nl);
	if (err)
		return error_set(r->e, -err, "netlink: %s", strerror(-err));
	ret = find_underlay(r, &nl, &iface);
	err = ret < 0 ? ret : 0;
	if (ret > 0)
		r->underlay_ifindex = iface.ifindex;
	if (!err)
		err = underlay_compute(&nl, out->chassis, out->own_chassis,
				       out->chassis[out->own_chassis].encap_ip,
				       ret ? &iface : NULL, r->is_native,
				       r->is_dry	   ? UNDERLAY_PREVIEW :
				       r->options->is_live ? UNDERLAY_START :
							     UNDERLAY_WAIT,
				       &r->underlay, r->e);
	netlink_close(&nl);
	return err;
}

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

static int write_chassis(struct apply_run *r, bool is_removal)
{
	for (__u32 i = 0; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *want = &r->out->chassis[i];

		if (!want->name[0] != is_removal ||
		    !memcmp(want, &r->present_chassis[i], sizeof(*want)))
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

static int write_changes(struct apply_run *r)
{
	r->result->n_writes += r->diff.n;
	for (size_t i = 0; i < r->diff.n && !r->is_dry; i++) {
		const struct change *c = &r->diff.change[i];
		int fd = r->s->map_fd[c->table], ret;

		if (c->kind == CHANGE_DELETE)
			ret = bpf_map_delete_elem(fd, c->key);
		else
			ret = bpf_map_update_elem(
				fd, c->key,
				c->key + map_definitions[c->table].key_size,
				BPF_ANY);
		if (ret && !(c->kind == CHANGE_DELETE && errno == ENOENT))
			return error_set(r->e, errno,
					 "%s/%s: change %zu of %zu: %s; load "
					 "again to complete it",
					 r->s->dir, image_table_name(c->table),
					 i + 1, r->diff.n, strerror(errno));
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

	err = write_config(r);
	if (!err)
		err = ct_timeouts_write(r->s, r->options->ct_timeout, r->is_dry,
					n, r->e);
	if (!err)
		err = write_chassis(r, false);
	if (!err)
		err = underlay_write(r->s, &r->underlay, false, r->is_dry, n,
				     r->e);
	if (!err)
		err = clear_counters(r);
	if (!err)
		err = write_changes(r);
	if (!err)
		err = underlay_write(r->s, &r->underlay, true, r->is_dry, n,
				     r->e);
	if (!err)
		err = write_chassis(r, true);
	return err;
}

static int update_programs(struct apply_run *r)
{
	int err;

	if (programs_are_current(r->s))
		return 0;
	r->result->is_upgrade = r->s->is_loaded;
	err = programs_update(r->s, &r->options->limits, r->e);
	/* Noted at once, even when nothing else is to be written; what another
	 * build has cached is not for this one to read. */
	if (!err && r->s->is_loaded)
		err = state_begin_change(r->s, r->e);
	if (!err && r->s->is_loaded)
		err = state_write_config(r->s, r->e);
	return err;
}

/* Writes, if there is anything to write, between the two halves of a change
 * of config.generation. */
static int write_changed(struct apply_run *r)
{
	int err;

	r->is_dry = true;
	err = write_all(r);
	if (err || r->options->is_dry)
		return err;
	r->is_dry = false;
	if (!r->result->n_writes && !state_is_changing(r->s))
		return 0;
	r->result->n_writes = 0;
	r->s->config.counter_next = r->counter_next;
	err = state_begin_change(r->s, r->e);
	if (!err)
		err = write_all(r);
	if (!err)
		err = purge_learned(r->s, &r->present, &r->diff, r->e);
	if (!err)
		err = flush_connections(r->s, &r->present, &r->out->image,
					&r->diff, &r->result->n_flushed, r->e);
	if (!err)
		err = state_end_change(r->s, r->e);
	return err;
}

static int apply_changes(struct apply_run *r)
{
	int err = 0;

	if (!r->options->is_dry)
		err = update_programs(r);
	if (!err)
		err = write_changed(r);
	if (err || r->options->is_dry)
		return err;
	if (!r->options->is_live)
		err = bindings_purge(r->s, r->e);
	if (!err && !r->options->is_silent)
		r->result->n_announced =
			garp_announce_changes(r->s, &r->present, &r->diff);
	return err;
}

int apply(struct state *s, struct compile_output *out,
	  const struct apply_options *options, struct apply_result *result,
	  struct error *e)
{
	struct apply_run r = {.s = s,
			      .out = out,
			      .options = options,
			      .is_dry = options->is_dry,
			      .result = result,
			      .e = e};
	struct error second;
	int err;

	memset(result, 0, sizeof(*result));
	if (image_init(&r.present))
		return error_set(e, ENOMEM, "out of memory");
	err = check_chassis(&r);
	if (!err)
		err = read_present(&r);
	if (!err)
		err = number_counters(&r);
	if (!err && diff_compute(&r.present, &out->image, &r.diff))
		err = error_set(e, ENOMEM, "out of memory");
	if (!err)
		err = check_capacity(&r);
	if (!err)
		err = compute_underlay(&r);
	result->summary = r.diff.summary;
	if (!err)
		err = apply_changes(&r);
	/* A first load that failed leaves nothing behind. */
	if (err && s->was_created)
		detach_pins(s, &second);
	if (!err)
		s->was_created = false;
	underlay_free(&r.underlay);
	diff_free(&r.diff);
	free(r.fresh);
	image_free(&r.present);
	free(r.present_chassis);
	return err;
}
