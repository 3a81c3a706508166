/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a chassis has learned on a trace: connections, neighbours and all else
 * that BPF writes.  Taken out of the maps when the trace goes to another
 * chassis, and put in again when it comes back.
 */
#ifndef XOVN_TRACE_MEMORY_H
#define XOVN_TRACE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "sync/mapset.h"

#define MEMORY_MAPS 9

struct memory_map {
	uint8_t *entries; /* n times key and value */
	size_t n, capacity;
	uint32_t key_size, val_size;
};

struct memory {
	struct memory_map map[MEMORY_MAPS];
};

/* By MEMORY_MAPS: which map it is. */
extern const int memory_ids[MEMORY_MAPS];

/* Reads one map, an array's empty entries left out.  0 or -errno. */
int memory_read(struct memory *m, int i, int fd);
/* Reads all, and empties them. */
int memory_take(struct memory *m, const int map_fd[MAP_COUNT]);
/* Into maps that are empty. */
int memory_put(const struct memory *m, const int map_fd[MAP_COUNT]);
void memory_free(struct memory *m);

#endif /* XOVN_TRACE_MEMORY_H */
