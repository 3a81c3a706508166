// SPDX-License-Identifier: GPL-2.0-only
/* A change that the kernel refused half way is taken back. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/apply_run.h"
#include "sync/conntrack.h"

static int save_tunnel(const void *key, const void *val, void *arg)
{
	struct tunnel_val *tunnel = arg;
	uint32_t i = *(const uint32_t *)key;

	if (i < XOVN_MAX_CHASSIS)
		memcpy(&tunnel[i], val, sizeof(*tunnel));
	return 0;
}

int apply_save(struct apply_run *r)
{
	struct apply_before *b = &r->before;
	int err;

	b->config = r->s->config;
	b->is_loaded = r->s->is_loaded;
	if (!r->out)
		return 0;
	b->tunnel = calloc(XOVN_MAX_CHASSIS, sizeof(*b->tunnel));
	if (!b->tunnel)
		return error_set(r->e, ENOMEM, "out of memory");
	err = map_for_each(r->s->map_fd[MAP_TUNNEL], sizeof(__u32),
			   sizeof(struct tunnel_val), save_tunnel, b->tunnel);
	if (err)
		return error_set(r->e, -err, "%s/tunnel: cannot read: %s",
				 r->s->dir, strerror(-err));
	err = limit_read(r->s, &b->limit, r->e);
	return err ? err : ct_timeouts_read(r->s, b->ct_timeout, r->e);
}

/* is_there: those chassis that there were; else those that there were not. */
static int revert_chassis(const struct apply_run *r, bool is_there)
{
	static const struct chassis_val none;
	int err = 0;

	for (__u32 i = 0; i < XOVN_MAX_CHASSIS && r->out; i++) {
		const struct chassis_val *old = &r->known->chassis[i];
		const struct tunnel_val *way = &r->before.tunnel[i];

		if (!memcmp(old, &none, sizeof(none)) == is_there)
			continue;
		if (memcmp(old, &r->out->chassis[i], sizeof(*old)) &&
		    bpf_map_update_elem(r->s->map_fd[MAP_CHASSIS], &i, old, 0))
			err = -errno;
		if (memcmp(way, &r->underlay.tunnel[i], sizeof(*way)) &&
		    bpf_map_update_elem(r->s->map_fd[MAP_TUNNEL], &i, way, 0))
			err = -errno;
	}
	return err;
}

static int revert_changes(const struct apply_run *r)
{
	int err = 0;

	for (size_t i = r->n_done; i-- > 0;) {
		const struct change *c = &r->diff.change[i];
		int fd = r->s->map_fd[c->table];
		int ret = c->kind == CHANGE_ADD ?
				  bpf_map_delete_elem(fd, c->key) :
				  bpf_map_update_elem(fd, c->key,
						      image_find(r->present,
								 c->table,
								 c->key),
						      BPF_ANY);

		if (ret && errno != ENOENT)
			err = -errno;
	}
	return err;
}

static int revert_all(struct apply_run *r)
{
	struct error ignored;
	size_t n;
	int err = revert_chassis(r, true);

	err = revert_changes(r) ? -EIO : err;
	err = revert_chassis(r, false) ? -EIO : err;
	if (r->out)
		err = ct_timeouts_write(r->s, r->before.ct_timeout, false, &n,
					&ignored) ?
			      -EIO :
			      err;
	if (r->out && limit_write(r->s, &r->before.limit, &ignored))
		err = -EIO;
	if (err)
		return err;
	r->before.config.generation = r->s->config.generation;
	r->s->config = r->before.config;
	r->s->is_loaded = r->before.is_loaded;
	return state_end_change(r->s, &ignored);
}

void apply_revert(struct apply_run *r)
{
	struct error why = *r->e;

	if (revert_all(r))
		error_set(r->e, EIO,
			  "%.900s; a part of the change is made; load again "
			  "to complete it",
			  why.text);
	else
		error_set(r->e, EIO, "%.900s; nothing was changed", why.text);
}
