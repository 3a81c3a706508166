/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of a live database that are left out, so that one which contradicts
 * the others does not stop all of them.
 */
#ifndef XOVN_REFUSED_H
#define XOVN_REFUSED_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Lines that are kept; of more rows only the number is. */
#define REFUSED_LINES 32

struct refused {
	bool is_live; /* false: such a row is an error */
	char *lines[REFUSED_LINES]; /* each once */
	size_t n_lines;
	size_t n_more;
};

/* What came of one row: err as it is unless it is -EINVAL or -E2BIG of a live
 * database; then 0, and e's text is kept (-ENOMEM: it cannot be). */
int refused_add(struct refused *r, int err, struct error *e);
bool refused_has(const struct refused *r, const char *line);
/* All of from, too; whether an error or not is r's as before.  0 or
 * -ENOMEM. */
int refused_merge(struct refused *r, const struct refused *from);
void refused_free(struct refused *r);

#endif /* XOVN_REFUSED_H */
