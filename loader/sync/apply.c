// SPDX-License-Identifier: GPL-2.0-only
#include "sync/apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/apply_run.h"
#include "sync/attach.h"
#include "sync/attachment.h"
#include "sync/bind.h"
#include "sync/conntrack.h"
#include "sync/counters.h"
#include "sync/garp.h"
#include "sync/localnet.h"

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

void apply_options_default(struct apply_options *o)
{
	struct error none;

	o->limits.max_ports = MAX_PORTS_DEFAULT;
	o->limits.ct_max = CT_MAX_DEFAULT;
	o->share = (struct limit_options)LIMIT_OPTIONS_DEFAULT;
	ct_timeouts_parse(NULL, o->ct_timeout, &none);
}

/* A typing error in --chassis would turn this host into another one.  The
 * agent's name is the database's to change. */
static int check_chassis(const struct apply_run *r)
{
	const char *name = r->out->chassis[r->out->own_chassis].name;
	const struct config *c = &r->s->config;

	if (!r->s->is_loaded || r->options->is_live ||
	    !strcmp(c->chassis_name, name))
		return 0;
	return error_set(r->e, EEXIST,
			 "%s: is chassis %s, not %s; to change what this host "
			 "is: xovn detach --all, then load, attach and bind",
			 r->s->dir, c->chassis_name, name);
}

static bool is_trie(int id)
{
	return id == IMAGE_ROUTE || id == IMAGE_ROUTE_SRC || id == IMAGE_SNAT ||
	       id == IMAGE_NAT_SET;
}

/* The least --max-ports that has room for all of the network (after a change
 * in part, at most what goes is too much in it); 0: none has. */
static uint32_t ports_wanted(const struct apply_run *r)
{
	uint32_t most = 0;

	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const char *name = image_table_name(id);
		size_t n = r->is_part ? r->known->image.table[id].n +
						r->diff.n_added[id] :
					r->want->table[id].n;
		uint32_t ports = map_ports_for(name, n + is_trie(id));

		if (!ports && n > map_max_entries(name, &(struct map_limits){}))
			return 0;
		if (ports > most)
			most = ports;
	}
	return most;
}

/* Additions come before deletions, so both must fit for a moment; a trie
 * wants one more to change an entry. */
static int check_capacity(const struct apply_run *r)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		size_t n = r->known->image.table[id].n + r->diff.n_added[id] +
			   is_trie(id);
		bool is_new = r->s->map_fd[id] < 0;
		uint32_t capacity =
			is_new ? map_max_entries(image_table_name(id),
						 &r->options->limits) :
				 map_capacity(r->s->map_fd[id]);
		uint32_t ports;
		char remedy[64];

		if (n <= capacity)
			continue;
		ports = ports_wanted(r);
		if (ports)
			snprintf(remedy, sizeof(remedy),
				 "%sload with --max-ports %u or more",
				 is_new ? "" : "xovn detach --all, ", ports);
		return error_set(
			r->e, E2BIG,
			"map full: %s needs %zu entries (%zu present, "
			"%zu to add) and has room for %u; nothing was "
			"touched; %s",
			image_table_name(id), n, r->known->image.table[id].n,
			r->diff.n_added[id], capacity,
			ports ? remedy : "no --max-ports is enough for it");
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
	if (r->is_part && !r->known->counter_use)
		r->known->counter_use =
			counters_use(&r->known->image, n_entries);
	if ((r->is_part && !r->known->counter_use) ||
	    counters_align(r->present, r->want, r->own_chassis, n_entries,
			   r->is_part ? r->known->counter_use : NULL,
			   &r->counter_next, &r->fresh, &r->n_fresh,
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

/* Programs that were pinned before are replaced before anything is written
 * that only the new ones know. */
static int replace_programs(struct apply_run *r, struct programs *p)
{
	int err;

	if (!p->is_begun)
		return 0;
	if (p->is_fresh) {
		r->s->config.program_id = programs_id();
		return programs_lend_maps(p, r->s, r->e);
	}
	r->result->is_upgrade = r->s->is_loaded;
	err = programs_finish(p, r->s, r->e);
	/* Noted at once, even when nothing else is to be written; what another
	 * build has cached is not for this one to read. */
	if (!err && r->s->is_loaded)
		err = state_begin_change(r->s, r->e);
	if (!err && r->s->is_loaded)
		err = state_write_config(r->s, r->e);
	return err;
}

/* New maps are filled while the programs are verified: nobody sees them before
 * both are done. */
static int write_network(struct apply_run *r, struct programs *p)
{
	int err = replace_programs(r, p);

	if (!err)
		err = apply_write(r);
	if (!err && p->is_fresh)
		err = programs_finish(p, r->s, r->e);
	if (err && p->is_fresh) {
		programs_take_back(p, r->s);
		memset(&r->s->config, 0, sizeof(r->s->config));
		r->s->is_loaded = false;
	}
	return err;
}

int apply_prepare(struct apply_run *r)
{
	int err = number_counters(r);

	if (!err && diff_compute(r->present, r->want, &r->diff))
		err = error_set(r->e, ENOMEM, "out of memory");
	if (!err)
		err = check_capacity(r);
	if (!err && r->out)
		err = compute_underlay(r);
	r->result->summary = r->diff.summary;
	return err;
}

void apply_run_free(struct apply_run *r)
{
	underlay_free(&r->underlay);
	diff_free(&r->diff);
	free(r->before.tunnel);
	free(r->fresh);
}

static void announce(struct apply_run *r)
{
	if (!r->options->is_silent)
		r->result->n_announced = garp_announce_changes(
			r->s, r->present, r->want, &r->diff, r->options->queue);
}

int apply_whole(struct state *s, struct apply_known *known, struct programs *p,
		struct compile_output *out, const struct apply_options *options,
		struct apply_result *result, struct error *e)
{
	struct apply_run r = {.s = s,
			      .options = options,
			      .known = known,
			      .present = &known->image,
			      .want = &out->image,
			      .out = out,
			      .own_chassis = out->own_chassis,
			      .is_dry = options->is_dry,
			      .result = result,
			      .e = e};
	int err;

	memset(result, 0, sizeof(*result));
	err = check_chassis(&r);
	if (!err && !known->is_valid)
		err = apply_known_read(s, known, e);
	if (!err)
		err = apply_prepare(&r);
	if (!err)
		err = write_network(&r, p);
	if (!err && !options->is_dry)
		announce(&r);
	if (err)
		known->is_valid = false;
	else if (options->is_live)
		err = apply_remember(&r);
	apply_run_free(&r);
	return err;
}

/* What an image has of the owners, and of keys that are wanted for them. */
static int cut_part(const struct image *all, const uint64_t *owners, size_t n,
		    const struct image *want, struct image *part)
{
	int err = image_init(part);

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++) {
		const struct image_table *t = &all->table[id];
		const struct image_table *w = &want->table[id];

		for (size_t k = 0; k < n && !err; k++)
			for (size_t i = image_first(all, id, owners[k]);
			     i != IMAGE_NONE && !err; i = image_next(t, i))
				err = image_add_owned(
					part, id, owners[k], image_entry(t, i),
					image_entry(t, i) + t->key_size, NULL);
		for (size_t i = 0; i < w->n && !err; i++) {
			const uint8_t *key = image_entry(w, i);
			const void *val = image_find(all, id, key);

			if (!val)
				continue;
			err = image_add_owned(part, id, image_owner(w, i), key,
					      val, NULL);
			if (err == -EEXIST)
				err = 0;
		}
	}
	return err;
}

int apply_part(struct state *s, struct apply_known *known,
	       const uint64_t *owners, size_t n, struct image *part,
	       const struct apply_options *options, struct apply_result *result,
	       struct error *e)
{
	struct image present;
	struct apply_run r = {.s = s,
			      .options = options,
			      .known = known,
			      .present = &present,
			      .want = part,
			      .is_part = true,
			      .own_chassis = s->config.chassis,
			      .result = result,
			      .e = e};
	int err;

	memset(result, 0, sizeof(*result));
	if (!known->is_valid || !known->has_owners)
		return error_set(e, ESTALE,
				 "%s: what its maps have is not known; the "
				 "whole network must be written",
				 s->dir);
	err = cut_part(&known->image, owners, n, part, &present);
	if (err)
		error_set(e, -err, "out of memory");
	if (!err)
		err = apply_prepare(&r);
	if (!err)
		err = apply_write(&r);
	if (!err) {
		result->ct_records = s->config.ct_records;
		announce(&r);
	}
	if (err)
		known->is_valid = false;
	else
		err = apply_remember(&r);
	apply_run_free(&r);
	image_free(&present);
	return err;
}

int apply(struct apply_ahead *a, struct state *s, struct compile_output *out,
	  const struct apply_options *options, struct apply_result *result,
	  struct error *e)
{
	struct error second;
	int err = apply_whole(s, apply_ahead_known(a), &a->programs, out,
			      options, result, e);

	if (!err && !options->is_dry)
		err = bindings_purge(s, e);
	/* A first load that failed leaves nothing behind. */
	if (err && s->was_created)
		detach_pins(s, &second);
	if (!err)
		s->was_created = false;
	return err;
}
