/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user should know about a compilation, one line each. */
#ifndef XOVN_COMPILE_NOTES_H
#define XOVN_COMPILE_NOTES_H

#include <stdbool.h>
#include <stddef.h>

struct notes {
	char **lines;
	size_t n, capacity;
	bool out_of_memory; /* some line is missing */
};

void notes_add(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void notes_free(struct notes *notes);

/* Many objects, one line: "what: 1234: first, second, third, ..." */
#define NOTE_EXAMPLES 3

struct note_group {
	size_t n;
	char examples[512];
};

void note_group_add(struct note_group *group, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The line, if the group holds anything. */
void note_group_finish(struct note_group *group, struct notes *notes,
		       const char *what);

#endif /* XOVN_COMPILE_NOTES_H */
