// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"

void report(struct report *r, enum report_topic topic, const char *format, ...)
{
	char line[sizeof(r->last[0])];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (!strcmp(r->last[topic], line))
		return;
	memcpy(r->last[topic], line, sizeof(line));
	warning("%s", line);
}

bool report_solved(struct report *r, enum report_topic topic)
{
	bool had_problem = r->last[topic][0];

	r->last[topic][0] = '\0';
	return had_problem;
}

static bool is_among(char *const *notes, size_t n, const char *note)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(notes[i], note))
			return true;
	return false;
}

static void notes_free(char **notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(notes[i]);
	free(notes);
}

void report_notes(struct report *r, char **notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_among(r->notes, r->n_notes, notes[i]))
			warning("%s", notes[i]);
	notes_free(r->notes, r->n_notes);
	r->notes = notes;
	r->n_notes = n;
}

void report_free(struct report *r)
{
	notes_free(r->notes, r->n_notes);
}
