/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections that a trace begins with: of a file that xovn ct list --json
 * wrote, or of this host's own table.
 */
#ifndef XOVN_TRACE_SEED_H
#define XOVN_TRACE_SEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile/image.h"
#include "error.h"
#include "maps.h"

struct seed {
	struct ct_val val;
	/* Of a file: keys and ids are of the host that wrote it, names hold
	 * everywhere; "": val has the keys. */
	char zone[XOVN_NAME_LEN];
	char lb[XOVN_NAME_LEN];
	bool is_port; /* zone is a switch port, or a router */
	bool is_used;
};

struct seed_list {
	struct seed *seed;
	size_t n, capacity;
};

/* What xovn ct list --json prints.  -ENOENT, -EINVAL (which connection, what
 * is wrong with it). */
int seed_read_file(struct seed_list *l, const char *path, uint32_t now,
		   struct error *e);
struct seed *seed_add(struct seed_list *l); /* zeros, or NULL: -ENOMEM */
void seed_free(struct seed_list *l);

/* Fills the keys of a seed for a chassis with these tables; false: its zone
 * is not there. */
bool seed_resolve(struct seed *s, const struct image *img,
		  uint32_t own_chassis);

/* A connection table to be filled: sizes and seed as config has them. */
struct seed_table {
	int ct_fd, index_fd;
	const struct config *config;
	uint32_t n_used; /* records */
};

/* 0 or -errno; -ENOSPC: no record or slot. */
int seed_insert(struct seed_table *t, const struct ct_val *val);

#endif /* XOVN_TRACE_SEED_H */
