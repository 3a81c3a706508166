// SPDX-License-Identifier: GPL-2.0-only
#include "sync/flush.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/conntrack.h"
#include "sync/programs.h"
#include "sync/purge.h"

static bool vip_has_backend(const struct image *img, const struct lb_val *lb,
			    const uint8_t ip[4], uint16_t port)
{
	for (uint32_t i = 0; i < lb->n_backends; i++) {
		struct backend_key key = {lb->id, i};
		const struct backend_val *b =
			image_find(img, IMAGE_BACKEND, &key);

		if (b && !memcmp(b->ip, ip, 4) && b->port == port)
			return true;
	}
	return false;
}

static int gone_add(struct flush_set *f, const struct lb_key *key,
		    const struct lb_val *lb, const struct backend_val *b)
{
	struct gone_backend *g;

	if (f->n_gone == f->capacity) {
		size_t capacity = f->capacity ? 2 * f->capacity : 64;
		void *p = reallocarray(f->gone, capacity, sizeof(*f->gone));

		if (!p)
			return -ENOMEM;
		f->gone = p;
		f->capacity = capacity;
	}
	g = &f->gone[f->n_gone++];
	memset(g, 0, sizeof(*g));
	g->datapath = key->datapath;
	g->id = lb->id;
	memcpy(g->ip, b->ip, 4);
	g->port = b->port;
	return 0;
}

/* A load balancer that went is judged by the flag it had, one that stays by
 * the flag it has. */
static int gone_of_vip(struct flush_set *f, const struct lb_key *key,
		       const struct lb_val *old)
{
	const struct lb_val *lb = image_find(f->want, IMAGE_LB, key);
	int err = 0;

	if (lb && lb->id != old->id)
		lb = NULL;
	if (!((lb ? lb : old)->flags & LB_F_CT_FLUSH))
		return 0;
	for (uint32_t i = 0; i < old->n_backends && !err; i++) {
		struct backend_key bk = {old->id, i};
		const struct backend_val *b =
			image_find(f->present, IMAGE_BACKEND, &bk);

		if (b && !(lb && vip_has_backend(f->want, lb, b->ip, b->port)))
			err = gone_add(f, key, old, b);
	}
	return err;
}

static int by_gone(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct gone_backend));
}

static int find_gone(struct flush_set *f)
{
	const struct image_table *t = &f->present->table[IMAGE_LB];
	int err = 0;

	for (size_t i = 0; i < t->n && !err; i++) {
		const uint8_t *key = image_entry(t, i);

		err = gone_of_vip(f, (const void *)key,
				  (const void *)(key + t->key_size));
	}
	if (f->n_gone)
		qsort(f->gone, f->n_gone, sizeof(*f->gone), by_gone);
	return err;
}

static int note_zones(struct flush_set *f, const struct diff *d)
{
	static const struct port_val none;
	int err = 0;

	for (size_t i = 0; i < d->n && !err; i++) {
		const struct change *c = &d->change[i];
		struct port_key zone = {0};

		f->is_lb_changed |=
			c->kind != CHANGE_ADD &&
			(c->table == IMAGE_LB || c->table == IMAGE_BACKEND);
		if (!purge_object_went(f->present, c))
			continue;
		memcpy(&zone, c->key, map_definitions[c->table].key_size);
		/* Router ports are no zones, routers are. */
		if (c->table == IMAGE_LRP)
			continue;
		err = image_add(&f->zones, IMAGE_PORT, &zone, &none, NULL);
		if (err == -EEXIST)
			err = 0;
	}
	return err;
}

static bool is_of_gone_backend(const struct flush_set *f,
			       const struct ct_val *ct)
{
	struct gone_backend wanted;

	if (!ct->lb || !f->n_gone)
		return false;
	memset(&wanted, 0, sizeof(wanted));
	wanted.datapath = ct->datapath;
	wanted.id = ct->lb;
	memcpy(wanted.ip, ct->reply.src, 4);
	if (bsearch(&wanted, f->gone, f->n_gone, sizeof(wanted), by_gone))
		return true;
	wanted.port = ct->reply.sport;
	return bsearch(&wanted, f->gone, f->n_gone, sizeof(wanted), by_gone);
}

static bool is_of_gone_zone(const struct flush_set *f, const struct ct_val *ct)
{
	struct port_key zone = {ct->datapath, 0};

	if (image_find(&f->zones, IMAGE_PORT, &zone))
		return true;
	zone.port = ct->port;
	return zone.port && image_find(&f->zones, IMAGE_PORT, &zone);
}

bool flush_set_has(const struct flush_set *f, const struct ct_val *ct,
		   bool *is_backend)
{
	*is_backend = is_of_gone_backend(f, ct);
	return *is_backend || is_of_gone_zone(f, ct);
}

int flush_set_init(struct flush_set *f, const struct image *present,
		   const struct image *want, const struct diff *d)
{
	int err;

	memset(f, 0, sizeof(*f));
	f->present = present;
	f->want = want;
	err = image_init(&f->zones);
	if (!err)
		err = note_zones(f, d);
	if (!err && f->is_lb_changed)
		err = find_gone(f);
	return err;
}

void flush_set_free(struct flush_set *f)
{
	free(f->gone);
	image_free(&f->zones);
}

static int flush_ct(const struct state *s, const struct flush_set *f,
		    size_t *n_flushed, struct error *e)
{
	uint32_t now = ct_now();
	struct ct_reader r;
	struct ct_val ct;
	int prog, err;

	if (!f->n_gone && !f->zones.table[IMAGE_PORT].n)
		return 0;
	prog = program_open(s, PROGRAM_CT_DELETE, e);
	if (prog < 0)
		return prog;
	err = ct_reader_open(s, &r, e);
	for (uint32_t i = 0; i < r.n && !err; i++) {
		bool is_backend;
		int ret;

		if (!ct_read(&r, i, now, &ct))
			continue;
		if (!flush_set_has(f, &ct, &is_backend))
			continue;
		ret = ct_delete(prog, i, ct.seq);
		if (ret < 0)
			err = error_set(e, -ret,
					"%s: cannot delete a connection: %s",
					s->dir, strerror(-ret));
		*n_flushed += is_backend && ret > 0;
	}
	ct_reader_close(&r);
	close(prog);
	return err;
}

struct affinity_context {
	const struct flush_set *f;
	struct image vips; /* its table LB: datapath and id to lb_val */
	/* Of a part: the same of those there were, and all there was. */
	struct image present;
	const struct image *all; /* NULL: no part */
	struct affinity_key *keys;
	size_t n, capacity;
};

/* (datapath, id) in the form of a key of table LB. */
static struct lb_key vip_key(uint32_t datapath, uint32_t id)
{
	struct lb_key key = {.datapath = datapath};

	memcpy(key.ip, &id, 4);
	return key;
}

/* A part may have a VIP without its backends, which are as they were. */
static const struct image *backends_of(const struct affinity_context *c,
				       const struct lb_val *lb)
{
	struct backend_key first = {lb->id, 0};

	if (!c->all || image_find(c->f->want, IMAGE_BACKEND, &first) ||
	    image_find(c->f->present, IMAGE_BACKEND, &first))
		return c->f->want;
	return c->all;
}

static int match_affinity(const void *key, const void *val, void *arg)
{
	const struct affinity_key *k = key;
	const struct affinity_val *v = val;
	struct lb_key vip = vip_key(k->datapath, k->id);
	struct affinity_context *c = arg;
	const struct lb_val *lb = image_find(&c->vips, IMAGE_LB, &vip);

	if (lb && vip_has_backend(backends_of(c, lb), lb, v->ip, v->port))
		return 0;
	if (!lb && c->all && !image_find(&c->present, IMAGE_LB, &vip))
		return 0;
	if (c->n == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 64;
		void *p = reallocarray(c->keys, capacity, sizeof(*c->keys));

		if (!p)
			return -ENOMEM;
		c->keys = p;
		c->capacity = capacity;
	}
	c->keys[c->n++] = *k;
	return 0;
}

static int collect_vips(const struct image *img, struct image *vips)
{
	const struct image_table *t = &img->table[IMAGE_LB];
	int err = image_init(vips);

	for (size_t i = 0; i < t->n && !err; i++) {
		const struct lb_key *k = (const void *)image_entry(t, i);
		const struct lb_val *v = (const void *)(k + 1);
		struct lb_key vip = vip_key(k->datapath, v->id);

		err = image_add(vips, IMAGE_LB, &vip, v, NULL);
		if (err == -EEXIST)
			err = 0;
	}
	return err;
}

static int flush_affinity(const struct state *s, const struct flush_set *f,
			  const struct image *all, struct error *e)
{
	int fd = s->map_fd[MAP_AFFINITY], err;
	struct affinity_context c = {.f = f, .all = all};

	if (!f->is_lb_changed && !f->zones.table[IMAGE_PORT].n)
		return 0;
	err = collect_vips(f->want, &c.vips);
	if (!err && all)
		err = collect_vips(f->present, &c.present);
	if (!err)
		err = map_for_each(fd, sizeof(struct affinity_key),
				   sizeof(struct affinity_val), match_affinity,
				   &c);
	for (size_t i = 0; i < c.n && !err; i++)
		bpf_map_delete_elem(fd, &c.keys[i]);
	free(c.keys);
	image_free(&c.vips);
	image_free(&c.present);
	if (err)
		return error_set(e, -err, "%s/affinity: cannot clear: %s",
				 s->dir, strerror(-err));
	return 0;
}

int flush_connections(const struct state *s, const struct image *present,
		      const struct image *want, const struct diff *d,
		      const struct image *all, size_t *n_flushed,
		      struct error *e)
{
	struct flush_set f;
	int err = flush_set_init(&f, present, want, d);

	*n_flushed = 0;
	if (err)
		error_set(e, -err, "out of memory");
	if (!err)
		err = flush_ct(s, &f, n_flushed, e);
	if (!err)
		err = flush_affinity(s, &f, all, e);
	flush_set_free(&f);
	return err;
}
