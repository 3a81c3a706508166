/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that let all interfaces change sides at once (bpf/). */
#ifndef XOVN_SYNC_SIDES_H
#define XOVN_SYNC_SIDES_H

#include <bpf/libbpf.h>

#include "error.h"
#include "handover.h"
#include "sync/programs.h"

struct handover {
	struct bpf_object *obj;
	int prog_fd[PROGRAM_COUNT]; /* for attachment_replace_programs() */
	volatile struct handover_val *val; /* the map's */
};

/* Loads and pins in next's directory; the old side is on. */
int handover_open(struct handover *h, const struct state *next,
		  const int old_fd[PROGRAM_COUNT],
		  const int new_fd[PROGRAM_COUNT], struct error *e);
void handover_close(struct handover *h);
/* What is on in the directory: enum handover_state, or -ENOENT. */
int handover_state(const char *dir);
/* Returns when no packet is in a program that it met before. */
void handover_wait(void);

#endif /* XOVN_SYNC_SIDES_H */
