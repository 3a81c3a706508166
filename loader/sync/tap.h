/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface by which kept packets come back: frames that are written to
 * it run through the program that takes them (bpf/reinject.bpf.c).  It is
 * gone with the process.
 */
#ifndef XOVN_SYNC_TAP_H
#define XOVN_SYNC_TAP_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"

struct tap {
	int fd;
	int link_fd; /* TCX; -1: a clsact filter */
	uint32_t ifindex;
	char name[16];
};

/* In the present network namespace; prog_fd: the program. */
int tap_open(struct tap *t, int prog_fd, struct error *e);
void tap_close(struct tap *t);
/* The frame as it came in, and where.  When it returns, the frame has gone
 * its way.  -errno. */
int tap_write(const struct tap *t, const struct reinject *origin,
	      const uint8_t *frame, size_t len);

#endif /* XOVN_SYNC_TAP_H */
