// SPDX-License-Identifier: GPL-2.0-only
#include "error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

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

/* Does stderr go to systemd's journal?  It tells who starts a process so, by
 * the number of that stream (systemd.exec(5)). */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM"); /* DEVICE:INODE */
	unsigned long long dev, inode;
	struct stat now;
	char *end;

	if (!stream)
		return false;
	dev = strtoull(stream, &end, 10);
	inode = *end == ':' ? strtoull(end + 1, NULL, 10) : 0;
	return inode && !fstat(STDERR_FILENO, &now) && now.st_dev == dev &&
	       now.st_ino == inode;
}

/* What the journal takes for a line's level, as of syslog(3): sd-daemon(3). */
static const char *level(int priority)
{
	static const char *const prefixes[] = {
		[LOG_ERR] = "<3>",
		[LOG_WARNING] = "<4>",
		[LOG_INFO] = "<6>",
	};

	return is_journal() ? prefixes[priority] : "";
}

static void line(int priority, const char *kind, const char *format,
		 va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	text_clean(text);
	fprintf(stderr, "%sxovn: %s%s\n", level(priority), kind, text);
}

void failure(const char *name, const char *text)
{
	fprintf(stderr, "%sxovn: %s: %s\n", level(LOG_ERR), name, text);
}

void warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(LOG_WARNING, "warning: ", format, args);
	va_end(args);
}

void inform(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(LOG_INFO, "", format, args);
	va_end(args);
}
