// SPDX-License-Identifier: GPL-2.0-only
/* Results as TAP. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "prog.h"

char problem[8192];

static int n_run, n_failed;

void problem_add(const char *format, ...)
{
	size_t n = strlen(problem);
	va_list args;

	va_start(args, format);
	vsnprintf(problem + n, sizeof(problem) - n, format, args);
	va_end(args);
}

void test_ok(const char *name)
{
	n_run++;
	printf("ok %d - %s\n", n_run, name);
}

/* Diagnostics are TAP comments. */
void test_fail(const char *name, const char *format, ...)
{
	char text[sizeof(problem)], *rest = text, *line;
	va_list args;

	n_run++;
	n_failed++;
	printf("not ok %d - %s\n", n_run, name);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			printf("#   %s\n", line);
	}
}

void tests_end(void)
{
	printf("1..%d\n", n_run);
}

int tests_failed(void)
{
	return n_failed;
}
