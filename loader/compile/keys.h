/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tunnel keys: what names datapaths and ports on the wire, so every host
 * must come to the same ones.  In order of precedence:
 *
 *   1. the Southbound database's, where one is given;
 *   2. requested-tnl-key;
 *   3. hash(uuid, attempt) for attempt 0, 1, ... until a key is free, rows
 *      taken in the order of their uuids.
 *
 * How stable 3. is: the rows of a file decide, not their order in it and not
 * what was loaded before.  Adding a row leaves the others' keys alone, except
 * that of a row which the new one precedes in uuid order and whose key it
 * hits; that row moves on to its next attempt (and may push another one in
 * turn).  Removing the row moves it back.  For a new port this happens with
 * about n / 32767 / 2 in a switch of n ports, for a datapath with
 * n / 16711680 / 2.  A requested or Southbound key that is new pushes in the
 * same way.  requested-tnl-key makes a key fixed.
 */
#ifndef XOVN_COMPILE_KEYS_H
#define XOVN_COMPILE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct key_request {
	const char *uuid;
	const char *name; /* for errors */
	uint32_t southbound; /* 0: none */
	uint32_t requested; /* 0: none */
	uint32_t key; /* out */
};

/* Keys of one kind: derived ones stay in 1..derived_max, given ones (1. and
 * 2.) may go up to given_max; what is between belongs to interconnection,
 * whose transit switches carry requested-tnl-key. */
struct key_space {
	const char *what; /* "switch port", for errors */
	const char *where; /* "switch ls1", for errors */
	uint32_t derived_max;
	uint32_t given_max;
};

#define DATAPATH_KEY_GIVEN_MAX 16777215

/* Candidate number "attempt" for a row, 1..max. */
uint32_t key_candidate(const char *uuid, uint32_t attempt, uint32_t max);

/* Gives every row a key that no other row has; rows are sorted by uuid.
 * 0, -EINVAL (a given key out of range or of two rows), -E2BIG (more rows
 * than keys), -ENOMEM. */
int keys_assign(struct key_request *rows, size_t n,
		const struct key_space *space, struct error *e);
/* Has any derived key been taken by another row, so that the keys of a part
 * are not those of the whole? */
bool keys_moved(const struct key_request *rows, size_t n,
		const struct key_space *space);

#endif /* XOVN_COMPILE_KEYS_H */
