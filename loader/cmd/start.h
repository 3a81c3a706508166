/* SPDX-License-Identifier: GPL-2.0-only */
/* xovn start: interfaces as /etc/xovn/xovn.conf says. */
#ifndef XOVN_CMD_START_H
#define XOVN_CMD_START_H

#include "compile/compile.h"
#include "config/config.h"
#include "sync/state.h"

/* What came of the lines that name an interface. */
struct start_result {
	size_t n_waiting; /* guests' interfaces that are not there yet */
	size_t n_failed;
	struct error first; /* of n_failed */
};

/*
 * Attaches and binds what is not as the file says, taking away before what is
 * in the way; what the file does not name stays.  One that cannot be done is
 * counted, and the others go on.  is_dry: says what it would do.  -errno: the
 * kernel's state cannot be read.
 */
int start_ifaces(struct state *s, const struct host_config *c, bool is_dry,
		 struct start_result *r, struct error *e);

#endif /* XOVN_CMD_START_H */
