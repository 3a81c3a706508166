// SPDX-License-Identifier: GPL-2.0-only
/* What is known to be in the maps. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/apply_run.h"
#include "sync/attach.h"

void apply_known_free(struct apply_known *k)
{
	image_free(&k->image);
	free(k->chassis);
	free(k->counter_use);
	memset(k, 0, sizeof(*k));
}

int apply_known_read(const struct state *s, struct apply_known *k,
		     struct error *e)
{
	int err = 0;

	apply_known_free(k);
	if (image_init(&k->image))
		return error_set(e, ENOMEM, "out of memory");

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++) {
		if (s->map_fd[id] < 0)
			continue;
		err = map_read_table(s->map_fd[id], id, &k->image);
		if (err)
			return error_set(e, -err, "%s/%s: cannot read: %s",
					 s->dir, image_table_name(id),
					 strerror(-err));
	}
	err = chassis_read(s, &k->chassis, e);
	k->is_valid = !err;
	return err;
}

static uint64_t owner_of(enum image_table_id id, const void *key,
			 const void *val)
{
	return id == IMAGE_LOCALNET ?
		       ((const struct localnet_val *)val)->datapath :
		       ((const struct port_key *)key)->datapath;
}

static int refresh_table(const struct state *s, struct image *img,
			 enum image_table_id id, struct image *now)
{
	const struct image_table *t = &now->table[id], *k = &img->table[id];
	int err = map_read_table(s->map_fd[id], id, now);

	for (size_t i = 0; i < t->n && !err; i++) {
		const uint8_t *key = image_entry(t, i);
		const uint8_t *val = key + t->key_size;
		void *old;

		err = image_add_owned(img, id, owner_of(id, key, val), key, val,
				      &old);
		if (err != -EEXIST)
			continue;
		memcpy(old, val, t->val_size);
		err = 0;
	}
	for (size_t i = k->n; i-- > 0 && !err;)
		if (!image_find(now, id, image_entry(k, i)))
			image_remove(img, id, image_entry(k, i));
	return err;
}

int apply_known_refresh(const struct state *s, struct apply_known *k,
			enum image_table_id id)
{
	struct image now;
	int err;

	if (!k->is_valid)
		return 0;
	err = image_init(&now);
	if (!err)
		err = refresh_table(s, &k->image, id, &now);
	image_free(&now);
	k->is_valid = !err;
	return err;
}

void apply_known_refresh_entry(const struct state *s, struct apply_known *k,
			       enum image_table_id id, const void *key)
{
	void *val = k->is_valid ? image_find(&k->image, id, key) : NULL;

	if (!val || !bpf_map_lookup_elem(s->map_fd[id], key, val))
		return;
	if (errno == ENOENT)
		image_remove(&k->image, id, key);
	else
		k->is_valid = false;
}

/* Removing an entry moves others, and with them the keys that the difference
 * of whole images refers to. */
static int forget_deleted(struct apply_run *r)
{
	struct image *img = &r->known->image;
	size_t size = 0, n = 0;
	uint8_t *keys;

	for (size_t i = 0; i < r->diff.n; i++)
		if (r->diff.change[i].kind == CHANGE_DELETE)
			size += img->table[r->diff.change[i].table].key_size;
	keys = malloc(size + 1);
	if (!keys)
		return -ENOMEM;
	for (size_t i = 0; i < r->diff.n; i++) {
		const struct change *c = &r->diff.change[i];
		size_t key_size = img->table[c->table].key_size;

		if (c->kind != CHANGE_DELETE)
			continue;
		memcpy(keys + n, c->key, key_size);
		n += key_size;
	}
	n = 0;
	for (size_t i = 0; i < r->diff.n; i++) {
		const struct change *c = &r->diff.change[i];

		if (c->kind != CHANGE_DELETE)
			continue;
		image_remove(img, c->table, keys + n);
		n += img->table[c->table].key_size;
	}
	free(keys);
	return 0;
}

/* Values and owners of what is wanted. */
static int remember_table(struct image *img, enum image_table_id id,
			  const struct image_table *want)
{
	int err = 0;

	for (size_t i = 0; i < want->n && !err; i++) {
		const uint8_t *key = image_entry(want, i);
		const uint8_t *val = key + want->key_size;
		uint64_t owner = image_owner(want, i);
		void *old;

		err = image_add_owned(img, id, owner, key, val, &old);
		if (err != -EEXIST)
			continue;
		memcpy(old, val, want->val_size);
		err = image_set_owner(img, id, image_number(img, id, key),
				      owner);
	}
	return err;
}

int apply_remember(struct apply_run *r)
{
	struct apply_known *k = r->known;
	int err = forget_deleted(r);

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++)
		err = remember_table(&k->image, id, &r->want->table[id]);
	if (r->out) {
		memcpy(k->chassis, r->out->chassis,
		       XOVN_MAX_CHASSIS * sizeof(*k->chassis));
		/* Worked out again when a part asks for it. */
		free(k->counter_use);
		k->counter_use = NULL;
		k->has_owners = true;
	}
	k->is_valid = !err;
	return err ? error_set(r->e, -err, "out of memory") : 0;
}
