// SPDX-License-Identifier: GPL-2.0-only
#include "trace/text.h"

#include <string.h>

/* May a line end in front of text[i]? */
static bool is_break(const char *text, size_t i, bool is_list)
{
	if (text[i - 1] == ',')
		return true;
	return text[i] == ' ' && !is_list;
}

/* Bytes of the line that the text begins with, of room at most unless there
 * is no place to break it; 0: all of it. */
static size_t line_len(const char *text, size_t room, bool is_list)
{
	size_t len = strlen(text), cut = 0;

	if (len <= room)
		return 0;
	for (size_t i = 1; i <= room; i++)
		if (is_break(text, i, is_list))
			cut = i;
	for (size_t i = room + 1; !cut && i < len; i++)
		if (is_break(text, i, is_list))
			cut = i;
	return cut;
}

void text_wrap(FILE *out, const char *text, size_t column, bool is_list)
{
	size_t room = column + 20 < TEXT_COLUMNS ? TEXT_COLUMNS - column : 20;
	size_t len;

	while ((len = line_len(text, room, is_list))) {
		fprintf(out, "%.*s\n", (int)len, text);
		text += len + strspn(text + len, " ");
		if (!*text)
			return;
		fprintf(out, "%*s", (int)column, "");
	}
	fprintf(out, "%s\n", text);
}
