// SPDX-License-Identifier: GPL-2.0-only
/* What the user should know about rows that are left out. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/core_state.h"

static int add_note(struct compile_output *out, const char *format, ...)
{
	char **notes =
		reallocarray(out->notes, out->n_notes + 1, sizeof(*notes));
	va_list args;
	int len;

	if (!notes)
		return -ENOMEM;
	out->notes = notes;
	va_start(args, format);
	len = vasprintf(&notes[out->n_notes], format, args);
	va_end(args);
	if (len < 0)
		return -ENOMEM;
	out->n_notes++;
	return 0;
}

int core_add_notes(struct compile_output *out, const struct nb *nb,
		   const struct placement *p)
{
	const struct refused *r = &out->refused;
	int err = refused_merge(&out->refused, &nb->refused);

	if (!err && p->n_skipped)
		err = add_note(out,
			       "rows of the Southbound database that are left "
			       "out: %zu: %s",
			       p->n_skipped, p->skipped);
	for (size_t i = 0; i < r->n_lines && !err; i++)
		err = add_note(out, "left out: %s", r->lines[i]);
	if (!err && r->n_more)
		err = add_note(out, "left out: more than %d rows",
			       REFUSED_LINES);
	return err;
}

bool core_is_told(const struct core *c, const struct refused *r)
{
	if (c->refused.n_lines == REFUSED_LINES)
		return true;
	for (size_t i = 0; i < r->n_lines; i++)
		if (!refused_has(&c->refused, r->lines[i]))
			return false;
	return true;
}
