// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int out_of_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory for the network");
}

int copy_optional(const char *text, char **out, struct error *e)
{
	*out = NULL;
	if (!text || !*text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : out_of_memory(e);
}

int row_error(const struct ovsdb_row *row, struct error *e, const char *format,
	      ...)
{
	const char *name = ovsdb_string(row, "name", 0);
	char cause[600], uuid[37];
	va_list args;

	va_start(args, format);
	vsnprintf(cause, sizeof(cause), format, args);
	va_end(args);
	ovsdb_uuid_format(ovsdb_row_uuid(row), uuid);
	return error_set(e, EINVAL, "%s %.200s: %s", ovsdb_row_table(row),
			 *name ? name : uuid, cause);
}

bool row_is_refused(struct nb *nb, int *err, struct error *e)
{
	if (!*err)
		return false;
	*err = refused_add(&nb->refused, *err, e);
	return !*err;
}

int notice_add(struct nb *nb, struct error *e, size_t n, const char *example,
	       const char *what, ...)
{
	struct nb_notice *notice;
	char text[256];
	va_list args;
	size_t i;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	for (i = 0; i < nb->n_notices; i++) {
		if (!strcmp(nb->notices[i].what, text)) {
			nb->notices[i].n += n;
			return 0;
		}
	}
	notice = realloc(nb->notices, (nb->n_notices + 1) * sizeof(*notice));
	if (!notice)
		return out_of_memory(e);
	nb->notices = notice;
	notice += nb->n_notices;
	memset(notice, 0, sizeof(*notice));
	notice->what = strdup(text);
	if (!notice->what)
		return out_of_memory(e);
	nb->n_notices++;
	notice->n = n;
	return copy_optional(example, &notice->example, e);
}
