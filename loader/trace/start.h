/* SPDX-License-Identifier: GPL-2.0-only */
/* By which port of which chassis a traced packet comes in. */
#ifndef XOVN_TRACE_START_H
#define XOVN_TRACE_START_H

#include <stdbool.h>

#include "error.h"
#include "trace/run.h"
#include "trace/source.h"

struct start_request {
	const char *inport; /* --inport, or NULL */
	const char *network; /* --localnet, or NULL: one of the two */
	const char *chassis; /* --chassis, or NULL: where the port is */
	bool is_exact; /* the frame is what is on the wire, its tag too */
};

/* Fills all of the arrival but its frame; *tag: of the physical network's
 * port, to be put into a frame that is not exact, or NULL.
 * -ENOENT, -EINVAL: which object, why, what to do. */
int start_find(struct source *s, const struct start_request *r,
	       struct arrival *a, const struct network_val **tag,
	       struct error *e);

/* The chassis to compile for where no placement names any: what the NB asks
 * for.  NULL: it does not say. */
const char *start_chassis_of_nb(const struct nb *nb,
				const struct start_request *r);

#endif /* XOVN_TRACE_START_H */
