// SPDX-License-Identifier: GPL-2.0-only
#include "notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void notes_add(struct notes *notes, const char *format, ...)
{
	va_list args;
	int len;

	if (notes->n == notes->capacity) {
		size_t capacity = notes->capacity ? 2 * notes->capacity : 8;
		char **lines =
			reallocarray(notes->lines, capacity, sizeof(*lines));

		if (!lines) {
			notes->out_of_memory = true;
			return;
		}
		notes->lines = lines;
		notes->capacity = capacity;
	}
	va_start(args, format);
	len = vasprintf(&notes->lines[notes->n], format, args);
	va_end(args);
	if (len < 0)
		notes->out_of_memory = true;
	else
		notes->n++;
}

void notes_free(struct notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		free(notes->lines[i]);
	free(notes->lines);
	memset(notes, 0, sizeof(*notes));
}

void note_group_add(struct note_group *group, const char *format, ...)
{
	size_t used = strlen(group->examples);
	va_list args;

	if (++group->n > NOTE_EXAMPLES)
		return;
	used += snprintf(group->examples + used, sizeof(group->examples) - used,
			 "%s", used ? ", " : "");
	if (used >= sizeof(group->examples))
		return;
	va_start(args, format);
	vsnprintf(group->examples + used, sizeof(group->examples) - used,
		  format, args);
	va_end(args);
}

void note_group_finish(struct note_group *group, struct notes *notes,
		       const char *what)
{
	if (group->n)
		notes_add(notes, "%s: %zu: %s%s", what, group->n,
			  group->examples,
			  group->n > NOTE_EXAMPLES ? ", ..." : "");
}
