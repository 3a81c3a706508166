/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One error, one line: what failed, on which object, why, what to do.
 * Functions that can fail for a reason a user must read take a
 * struct error * and return -errno; main() prints the text once, behind
 * "xovn: COMMAND: ".
 */
#ifndef XOVN_ERROR_H
#define XOVN_ERROR_H

struct error {
	char text[1024];
};

/* Formats the text and returns -err, so that callers write
 * "return error_set(e, EINVAL, ...)".  err is a positive errno value. */
int error_set(struct error *e, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A line on stderr that is no failure: "xovn: warning: ...". */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line on stderr that is no problem: "xovn: ...", of what runs for long. */
void inform(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The line that a failed command ends with: "xovn: NAME: TEXT". */
void failure(const char *name, const char *text);

/* A name out of a database may hold a line feed, or an escape sequence that
 * drives the terminal: such characters become '?'. */
void text_clean(char *text);

#endif /* XOVN_ERROR_H */
