// SPDX-License-Identifier: GPL-2.0-only
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

void text_clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

int error_set(struct error *e, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	text_clean(e->text);
	return -err;
}

static void line(const char *kind, const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	text_clean(text);
	fprintf(stderr, "xovn: %s%s\n", kind, text);
}

void warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("warning: ", format, args);
	va_end(args);
}

void inform(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("", format, args);
	va_end(args);
}
