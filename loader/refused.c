// SPDX-License-Identifier: GPL-2.0-only
#include "refused.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool refused_has(const struct refused *r, const char *line)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (!strcmp(r->lines[i], line))
			return true;
	return false;
}

static int keep(struct refused *r, const char *line)
{
	if (refused_has(r, line))
		return 0;
	if (r->n_lines == REFUSED_LINES) {
		r->n_more++;
		return 0;
	}
	r->lines[r->n_lines] = strdup(line);
	if (!r->lines[r->n_lines])
		return -ENOMEM;
	r->n_lines++;
	return 0;
}

int refused_add(struct refused *r, int err, struct error *e)
{
	if (!r->is_live || (err != -EINVAL && err != -E2BIG))
		return err;
	if (keep(r, e->text))
		return error_set(e, ENOMEM, "out of memory");
	e->text[0] = '\0'; /* there is none any more */
	return 0;
}

int refused_merge(struct refused *r, const struct refused *from)
{
	int err = 0;

	for (size_t i = 0; i < from->n_lines && !err; i++)
		err = keep(r, from->lines[i]);
	r->n_more += from->n_more;
	return err;
}

void refused_free(struct refused *r)
{
	for (size_t i = 0; i < r->n_lines; i++)
		free(r->lines[i]);
	r->n_lines = r->n_more = 0;
}
