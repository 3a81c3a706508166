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

static struct nb_notice *notice_find(struct nb *nb, const char *what)
{
	struct nb_notice *notice;
	size_t i;

	for (i = 0; i < nb->n_notices; i++)
		if (!strcmp(nb->notices[i].what, what))
			return &nb->notices[i];
	notice = realloc(nb->notices, (nb->n_notices + 1) * sizeof(*notice));
	if (!notice)
		return NULL;
	nb->notices = notice;
	notice += nb->n_notices;
	memset(notice, 0, sizeof(*notice));
	notice->what = strdup(what);
	if (!notice->what)
		return NULL;
	nb->n_notices++;
	return notice;
}

/* Rows are read one after the other, so that one has what it has together. */
static int row_add(struct nb_notice *notice, size_t n, const char *name)
{
	struct nb_notice_row *row = notice->rows + notice->n_rows;
	size_t capacity = notice->n_rows;

	if (capacity && !strcmp(row[-1].name, name)) {
		row[-1].n += n;
		return 0;
	}
	if (!(capacity & (capacity - 1))) { /* 0, 1, 2, 4: it is full */
		row = reallocarray(notice->rows, capacity ? 2 * capacity : 1,
				   sizeof(*row));
		if (!row)
			return -ENOMEM;
		notice->rows = row;
		row += notice->n_rows;
	}
	row->n = n;
	row->name = strdup(name);
	if (!row->name)
		return -ENOMEM;
	notice->n_rows++;
	return 0;
}

int notice_add(struct nb *nb, struct error *e, size_t n, const char *example,
	       const char *what, ...)
{
	struct nb_notice *notice;
	bool is_first;
	char text[256];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	notice = notice_find(nb, text);
	if (!notice)
		return out_of_memory(e);
	is_first = !notice->n;
	notice->n += n;
	if (nb->keeps_rows && example && row_add(notice, n, example))
		return out_of_memory(e);
	return is_first ? copy_optional(example, &notice->example, e) : 0;
}

void notice_free(struct nb_notice *notice)
{
	for (size_t i = 0; i < notice->n_rows; i++)
		free(notice->rows[i].name);
	free(notice->rows);
	free(notice->what);
	free(notice->example);
}
