/* SPDX-License-Identifier: GPL-2.0-only */
/* xovn trace --batch: many packets, each a trace of its own. */
#ifndef XOVN_CMD_TRACE_BATCH_H
#define XOVN_CMD_TRACE_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct batch_packet {
	unsigned int line; /* from 1 on */
	char *text; /* the line */
	char *copy; /* where the next two are */
	const char *port; /* LSP, "-": said elsewhere */
	const char *packet; /* microflow or hex digits */
	bool is_hex;
};

struct batch {
	struct batch_packet *packet;
	size_t n, capacity;
};

/*
 * A line is "PORT PACKET".  PORT: a guest's or a localnet LSP, in double
 * quotes where there is a blank in it, or "-".  Empty lines and those that
 * begin with # are skipped.  path "-": stdin.
 * -errno: which line, what is wrong.  batch_free() in any case.
 */
int batch_read(const char *path, struct batch *b, struct error *e);
void batch_free(struct batch *b);

#endif /* XOVN_CMD_TRACE_BATCH_H */
