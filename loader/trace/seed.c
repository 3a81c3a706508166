// SPDX-License-Identifier: GPL-2.0-only
#include "trace/seed.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "ct_hash.h"

struct seed *seed_add(struct seed_list *l)
{
	if (l->n == l->capacity) {
		size_t capacity = l->capacity ? 2 * l->capacity : 64;
		void *p = reallocarray(l->seed, capacity, sizeof(*l->seed));

		if (!p)
			return NULL;
		l->seed = p;
		l->capacity = capacity;
	}
	memset(&l->seed[l->n], 0, sizeof(*l->seed));
	return &l->seed[l->n++];
}

void seed_free(struct seed_list *l)
{
	free(l->seed);
	memset(l, 0, sizeof(*l));
}

/* A router's connections are kept where it runs as a gateway; the image has
 * addresses of its own only there. */
static bool find_router(struct seed *s, const struct image *img)
{
	const struct image_table *t = &img->table[IMAGE_DATAPATH];

	for (size_t i = 0; i < t->n; i++) {
		const struct datapath_key *k = (void *)image_entry(t, i);
		const struct datapath_val *v = (void *)(k + 1);

		if (v->kind != DATAPATH_ROUTER || strcmp(v->name, s->zone))
			continue;
		s->val.datapath = k->datapath;
		return true;
	}
	return false;
}

/* Does the router keep connections on this chassis? */
static bool router_tracks(const struct image *img, uint32_t datapath)
{
	const struct image_table *t = &img->table[IMAGE_LRP];

	for (size_t i = 0; i < t->n; i++) {
		const struct lrp_key *k = (void *)image_entry(t, i);
		const struct lrp_val *v = (void *)(k + 1);

		if (k->datapath == datapath && v->flags & LRP_F_CT)
			return true;
	}
	return false;
}

static bool find_port(struct seed *s, const struct image *img,
		      uint32_t own_chassis)
{
	const struct image_table *t = &img->table[IMAGE_PORT];

	for (size_t i = 0; i < t->n; i++) {
		const struct port_key *k = (void *)image_entry(t, i);
		const struct port_val *v = (void *)(k + 1);

		if (v->chassis != own_chassis || strcmp(v->name, s->zone))
			continue;
		s->val.datapath = k->datapath;
		s->val.port = k->port;
		return true;
	}
	return false;
}

/* The id of the VIP that the connection was opened to. */
static void find_lb(struct seed *s, const struct image *img)
{
	const struct image_table *t = &img->table[IMAGE_LB];

	s->val.lb = 0;
	for (size_t i = 0; s->lb[0] && i < t->n; i++) {
		const struct lb_key *k = (void *)image_entry(t, i);
		const struct lb_val *v = (void *)(k + 1);

		if (k->datapath == s->val.datapath && !strcmp(v->name, s->lb) &&
		    !memcmp(k->ip, s->val.orig.dst, 4) &&
		    (!k->port || k->port == s->val.orig.dport) &&
		    (!k->proto || k->proto == s->val.orig.proto)) {
			s->val.lb = v->id;
			return;
		}
	}
}

bool seed_resolve(struct seed *s, const struct image *img, uint32_t own_chassis)
{
	if (!s->zone[0])
		return true;
	if (s->is_port ? !find_port(s, img, own_chassis) :
			 !find_router(s, img) ||
				 !router_tracks(img, s->val.datapath))
		return false;
	find_lb(s, img);
	return true;
}

/* One of the record's two slots. */
static int index_add(const struct seed_table *t, const struct ct_val *val,
		     const struct ct_tuple *tuple, uint32_t record)
{
	struct ct_key key = {
		.tuple = *tuple, .datapath = val->datapath, .port = val->port};
	struct ct_bucket bucket;
	struct ct_place p;

	ct_place_in(&key, t->config->ct_seed, t->config->ct_buckets, &p);
	for (int way = 0; way < CT_WAYS; way++) {
		__u32 b = way ? p.second : p.first;

		if (bpf_map_lookup_elem(t->index_fd, &b, &bucket))
			return -errno;
		for (int i = 0; i < CT_BUCKET_SLOTS; i++) {
			if (bucket.slot[i])
				continue;
			bucket.slot[i] = (__u64)p.tag << 32 | (record + 1);
			return bpf_map_update_elem(t->index_fd, &b, &bucket,
						   0) ?
				       -errno :
				       0;
		}
	}
	return -ENOSPC;
}

int seed_insert(struct seed_table *t, const struct ct_val *val)
{
	__u32 record = t->n_used;
	int err;

	if (record >= t->config->ct_records)
		return -ENOSPC;
	if (bpf_map_update_elem(t->ct_fd, &record, val, 0))
		return -errno;
	t->n_used++;
	err = index_add(t, val, &val->reply, record);
	return err ? err : index_add(t, val, &val->orig, record);
}
