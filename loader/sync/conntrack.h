/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections as user space sees them: map "ct", read record by record while
 * BPF goes on writing, and the program ct_delete, which removes one.
 */
#ifndef XOVN_SYNC_CONNTRACK_H
#define XOVN_SYNC_CONNTRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"
#include "sync/state.h"

struct ct_state_info {
	const char *name; /* TCP_ESTABLISHED */
	uint32_t timeout; /* default, seconds */
	bool is_embryonic;
};

extern const struct ct_state_info ct_states[CT_STATE_COUNT];

/* "name=seconds,name=seconds...", names of ct_states in any case, into
 * seconds[]; what is not named gets its default.  text may be NULL.
 * -EINVAL. */
int ct_timeouts_parse(const char *text, uint32_t seconds[CT_STATE_COUNT],
		      struct error *e);
/* Writes what differs in map "ct_timeout"; *n_writes grows by what was, or
 * with is_preview would have been, written. */
int ct_timeouts_write(const struct state *s,
		      const uint32_t seconds[CT_STATE_COUNT], bool is_preview,
		      size_t *n_writes, struct error *e);
int ct_timeouts_read(const struct state *s, uint32_t seconds[CT_STATE_COUNT],
		     struct error *e);

struct ct_reader {
	int fd;
	uint32_t n; /* records */
	size_t size; /* of the mapping, bytes */
	const struct ct_val *map; /* NULL: this kernel does not map it */
};

int ct_reader_open(const struct state *s, struct ct_reader *r, struct error *e);
void ct_reader_close(struct ct_reader *r);
/* Copies a record.  false: free, being written, or its time is over. */
bool ct_read(const struct ct_reader *r, uint32_t record, uint32_t now,
	     struct ct_val *val);
/* CLOCK_MONOTONIC in seconds, the time of ct_val.expires. */
uint32_t ct_now(void);

/* Removes a record if it still is what was read: 1, 0 (it changed), or
 * -errno.  prog: program_open() of PROGRAM_CT_DELETE. */
int ct_delete(int prog, uint32_t record, uint32_t seq);

#endif /* XOVN_SYNC_CONNTRACK_H */
