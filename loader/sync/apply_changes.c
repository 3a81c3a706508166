// SPDX-License-Identifier: GPL-2.0-only
/* The entries of a change, written in the order of the difference. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sync/apply_run.h"

/* Entries per system call.  Fewer than the lower number go one by one, which
 * takes as long as copying them together. */
#define BATCH 1024
#define BATCH_LEAST 64

static bool is_same_call(const struct change *a, const struct change *b)
{
	return a->table == b->table &&
	       (a->kind == CHANGE_DELETE) == (b->kind == CHANGE_DELETE);
}

/* How many changes, from the first on, one call could make. */
static size_t batch_length(const struct diff *d, size_t first)
{
	size_t n = 1;

	while (n < BATCH && first + n < d->n &&
	       is_same_call(&d->change[first], &d->change[first + n]))
		n++;
	return n;
}

static int write_one(const struct apply_run *r, size_t i)
{
	const struct change *c = &r->diff.change[i];
	int fd = r->s->map_fd[c->table], ret;

	if (c->kind == CHANGE_DELETE)
		ret = bpf_map_delete_elem(fd, c->key);
	else
		ret = bpf_map_update_elem(
			fd, c->key, c->key + map_definitions[c->table].key_size,
			BPF_ANY);
	if (!ret || (c->kind == CHANGE_DELETE && errno == ENOENT))
		return 0;
	return error_set(r->e, errno, "%s/%s: change %zu of %zu: %s", r->s->dir,
			 image_table_name(c->table), i + 1, r->diff.n,
			 strerror(errno));
}

/* False: the kernel has no such call for this map, refuses one of the entries
 * or has made some of them only. */
static bool write_batch(const struct apply_run *r, size_t first, size_t n)
{
	const struct change *c = &r->diff.change[first];
	const struct map_definition *m = &map_definitions[c->table];
	int fd = r->s->map_fd[c->table];
	uint8_t *keys = malloc(n * (m->key_size + m->val_size));
	__u32 count = n;
	uint8_t *vals;
	int ret;

	if (!keys)
		return false;
	vals = keys + n * m->key_size;
	for (size_t i = 0; i < n; i++) {
		memcpy(keys + i * m->key_size, c[i].key, m->key_size);
		if (c->kind != CHANGE_DELETE)
			memcpy(vals + i * m->val_size, c[i].key + m->key_size,
			       m->val_size);
	}
	if (c->kind == CHANGE_DELETE)
		ret = bpf_map_delete_batch(fd, keys, &count, NULL);
	else
		ret = bpf_map_update_batch(fd, keys, vals, &count, NULL);
	free(keys);
	return !ret && count == n;
}

int apply_changes(struct apply_run *r)
{
	int err = 0;

	r->result->n_writes += r->diff.n;
	for (size_t i = 0, n; i < r->diff.n && !r->is_dry && !err; i += n) {
		n = batch_length(&r->diff, i);
		if (n < BATCH_LEAST)
			n = 1;
		/* Also what may be made: taking back what was not does no
		 * harm. */
		r->n_done = i + n;
		if (n > 1 && write_batch(r, i, n))
			continue;
		/* None of these is wrong twice. */
		for (size_t k = i; k < i + n && !err; k++)
			err = write_one(r, k);
	}
	return err;
}
