// SPDX-License-Identifier: GPL-2.0-only
/* Map "counter": a number for each CPU. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sync/counters.h"

/* Entries per system call. */
#define BATCH 1024

int counters_clear(int map_fd, const uint32_t *numbers, size_t n)
{
	int n_cpus = libbpf_num_possible_cpus(), err = 0;
	struct counter_val *zeros;

	if (n_cpus < 0)
		return n_cpus;
	zeros = calloc((size_t)n_cpus * BATCH, sizeof(*zeros));
	if (!zeros)
		return -ENOMEM;
	for (size_t i = 0; i < n && !err; i += BATCH) {
		__u32 count = n - i < BATCH ? n - i : BATCH;

		if (bpf_map_update_batch(map_fd, numbers + i, zeros, &count,
					 NULL))
			err = -errno;
	}
	free(zeros);
	return err;
}

int counters_read(const struct state *s, struct counter_val **list, size_t *n,
		  struct error *e)
{
	int n_cpus = libbpf_num_possible_cpus(), fd = s->map_fd[MAP_COUNTER];
	uint32_t n_entries = map_capacity(fd), cursor = 0;
	__u32 *keys = malloc(BATCH * sizeof(*keys));
	struct counter_val *vals = NULL;
	bool is_last = false;
	int err = 0;

	*n = 0;
	if (n_cpus > 0)
		vals = malloc((size_t)n_cpus * BATCH * sizeof(*vals));
	*list = calloc(n_entries + 1, sizeof(**list));
	if (!keys || !vals || !*list)
		err = -ENOMEM;
	for (bool is_first = true; !err && !is_last; is_first = false) {
		__u32 count = BATCH;

		if (bpf_map_lookup_batch(fd, is_first ? NULL : &cursor, &cursor,
					 keys, vals, &count, NULL)) {
			is_last = errno == ENOENT;
			err = is_last ? 0 : -errno;
		}
		for (__u32 i = 0; i < count && !err; i++) {
			for (int k = 0; k < n_cpus; k++) {
				const struct counter_val *v =
					&vals[i * n_cpus + k];

				(*list)[keys[i]].packets += v->packets;
				(*list)[keys[i]].bytes += v->bytes;
			}
		}
	}
	free(keys);
	free(vals);
	if (err) {
		free(*list);
		*list = NULL;
		return error_set(e, -err, "%s/counter: cannot read: %s", s->dir,
				 strerror(-err));
	}
	*n = n_entries;
	return 0;
}

struct counter_val counters_get(const struct counter_val *list, size_t n,
				uint32_t number, uint32_t offset)
{
	struct counter_val none = {0};

	return number && number + offset < n ? list[number + offset] : none;
}
