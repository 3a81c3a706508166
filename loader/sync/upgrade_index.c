// SPDX-License-Identifier: GPL-2.0-only
/* The new side's index of connections, kept as bpf/ct.h does. */
#include <string.h>

#include "ct_hash.h"
#include "sync/upgrade_ct.h"

static void place_of(const struct upgrade_ct *ct, const struct ct_val *v,
		     const struct ct_tuple *t, struct ct_place *p)
{
	struct ct_key key = {
		.tuple = *t, .datapath = v->datapath, .port = v->port};

	ct_place_in(&key, ct->u->next.config.ct_seed,
		    ct->u->next.config.ct_buckets, p);
}

static bool index_set(struct upgrade_ct *ct, const struct ct_place *p,
		      __u64 from, __u64 to)
{
	for (int way = 0; way < CT_WAYS; way++) {
		struct ct_bucket *b = &ct->index[way ? p->second : p->first];

		for (int i = 0; i < CT_BUCKET_SLOTS; i++)
			if (__sync_bool_compare_and_swap(&b->slot[i], from, to))
				return true;
	}
	return false;
}

void upgrade_index_add(struct upgrade_ct *ct, const struct ct_val *v,
		       uint32_t i)
{
	struct ct_place p;

	for (int dir = 0; dir < 2; dir++) {
		place_of(ct, v, dir ? &v->reply : &v->orig, &p);
		index_set(ct, &p, 0, (__u64)p.tag << 32 | (i + 1));
	}
}

void upgrade_index_drop(struct upgrade_ct *ct, const struct ct_val *v,
			uint32_t i)
{
	struct ct_place p;

	for (int dir = 0; dir < 2; dir++) {
		place_of(ct, v, dir ? &v->reply : &v->orig, &p);
		index_set(ct, &p, (__u64)p.tag << 32 | (i + 1), 0);
	}
}

uint32_t upgrade_index_find(const struct upgrade_ct *ct, const struct ct_val *v,
			    const struct ct_tuple *t, uint32_t but)
{
	struct ct_place p;

	place_of(ct, v, t, &p);
	for (int k = 0; k < CT_WAYS * CT_BUCKET_SLOTS; k++) {
		const struct ct_bucket *b =
			&ct->index[k / CT_BUCKET_SLOTS ? p.second : p.first];
		__u64 slot = b->slot[k % CT_BUCKET_SLOTS];
		uint32_t at = (uint32_t)slot - 1;
		const struct ct_val *o;

		if (!slot || slot >> 32 != p.tag || at >= ct->n || at == but)
			continue;
		o = (const void *)(ct->new + at * ct->stride);
		if (o->state != CT_FREE && o->datapath == v->datapath &&
		    o->port == v->port &&
		    (!memcmp(&o->orig, t, sizeof(*t)) ||
		     !memcmp(&o->reply, t, sizeof(*t))))
			return at + 1;
	}
	return 0;
}
