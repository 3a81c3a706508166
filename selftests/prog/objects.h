/* SPDX-License-Identifier: GPL-2.0-only */
/* BPF objects of one host: each map that several have is one. */
#ifndef SELFTESTS_PROG_OBJECTS_H
#define SELFTESTS_PROG_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

#define MAPS_MAX 64

/* The connection table of the tests, small enough to be read whole. */
#define CT_RECORDS 1024
#define CT_BUCKETS 512

struct shared_map {
	const char *name;
	int fd;
	uint32_t type, key_size, val_size, max_entries;
};

struct shared_maps {
	struct shared_map list[MAPS_MAX];
	size_t n;
};

/* Ends the test program: this is no outcome of a test. */
void test_abort(const char *what, const char *name, int err)
	__attribute__((noreturn));
/* NULL: none of that name. */
struct shared_map *shared_map_find(struct shared_maps *maps, const char *name);
/* Loads the object, adds its maps; the descriptor of its program. */
int object_load(struct shared_maps *maps, const void *elf, size_t size,
		const char *program);
/* libbpf is quiet unless something fails. */
void objects_init(void);

#endif /* SELFTESTS_PROG_OBJECTS_H */
