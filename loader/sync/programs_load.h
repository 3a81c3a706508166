/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs on their way into the kernel, in two steps, because its verifier
 * takes longer than anything else that a load does:
 *
 *   programs_begin()  makes the maps that are missing and has threads load
 *                     the programs, while the caller goes on
 *   programs_end()    waits for them, and pins
 *
 * The threads make programs, which no one sees and which go with their file
 * descriptors; whatever changes the host is the caller's thread.  So nothing
 * has changed when programs_close() comes instead of the end.
 */
#ifndef XOVN_SYNC_PROGRAMS_LOAD_H
#define XOVN_SYNC_PROGRAMS_LOAD_H

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "error.h"
#include "sync/programs.h"
#include "sync/state.h"

struct programs {
	bool is_begun; /* false: nothing is to be done */
	/* All maps are new: until the end nobody sees them. */
	bool is_fresh;
	int map_fd[MAP_COUNT];
	bool is_new[MAP_COUNT]; /* map: was not pinned */
	struct bpf_object *obj[PROGRAM_COUNT];
	int fd[PROGRAM_COUNT]; /* which the object owns, or -errno */
	struct error error[PROGRAM_COUNT]; /* of each that failed */
	atomic_int next; /* the first that no thread has taken */
	pthread_t thread[PROGRAM_COUNT];
	size_t n_threads;
};

/* New maps are sized by limits.  Does nothing where these very programs are
 * pinned.  programs_close() in any case, also of a zeroed one. */
int programs_begin(struct programs *p, const struct state *s,
		   const struct map_limits *limits, struct error *e);
/* New maps before they are pinned, in s->map_fd. */
int programs_lend_maps(const struct programs *p, struct state *s,
		       struct error *e);
/* Waits, pins maps and programs, opens the maps. */
int programs_end(struct programs *p, struct state *s, struct error *e);
/* After an error: new maps are not in s any more, nor pinned. */
void programs_take_back(const struct programs *p, struct state *s);
void programs_close(struct programs *p);

/* All of it at once; then the programs take the places of older ones wherever
 * those are attached (no packet sees a hook without program), and config in
 * memory has their id. */
int programs_update(struct state *s, const struct map_limits *limits,
		    struct error *e);
/* The last part of that, of programs that were begun. */
int programs_finish(struct programs *p, struct state *s, struct error *e);

#endif /* XOVN_SYNC_PROGRAMS_LOAD_H */
