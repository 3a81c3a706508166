// SPDX-License-Identifier: GPL-2.0-only
#include "trace/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trace/microflow.h"

#define DESCRIPTION_MAX 1024

void text_wrap(FILE *out, const char *text, size_t column)
{
	size_t room = column + 20 < TEXT_COLUMNS ? TEXT_COLUMNS - column : 20;

	while (strlen(text) > room) {
		size_t cut = 0, next;

		for (size_t i = 1; i <= room; i++)
			if (text[i] == ' ' || text[i - 1] == ',')
				cut = i;
		if (!cut) /* one long word */
			cut = strcspn(text, " ");
		next = cut + strspn(text + cut, " ");
		fprintf(out, "%.*s\n", (int)cut, text);
		text += next;
		if (!*text)
			return;
		fprintf(out, "%*s", (int)column, "");
	}
	fprintf(out, "%s\n", text);
}

/* "NAME=VALUE" of a description, or just a word. */
struct field {
	const char *name, *value;
	size_t name_len, value_len;
};

/* The next field from *at on.  false: there is none. */
static bool field_next(const char **at, struct field *f)
{
	size_t len, name_len;

	*at += strspn(*at, ", ");
	if (!**at)
		return false;
	len = strcspn(*at, ",");
	name_len = strcspn(*at, "=");
	f->name = *at;
	f->name_len = name_len < len ? name_len : len;
	f->value = f->name_len < len ? *at + f->name_len + 1 : "";
	f->value_len = f->name_len < len ? len - f->name_len - 1 : 0;
	*at += len;
	return true;
}

static bool field_find(const char *text, const struct field *wanted,
		       struct field *f)
{
	while (field_next(&text, f))
		if (f->name_len == wanted->name_len &&
		    !strncmp(f->name, wanted->name, f->name_len))
			return true;
	return false;
}

/* Whatever is in one and not in the other; n: fields named so far. */
static size_t say_missing(FILE *out, const char *in, const char *not_in,
			  const char *what, size_t n)
{
	struct field f, other;

	while (field_next(&in, &f))
		if (!field_find(not_in, &f, &other))
			fprintf(out, "%s%s%.*s%s%.*s", n++ ? ", " : "", what,
				(int)f.name_len, f.name, f.value_len ? " " : "",
				(int)f.value_len, f.value);
	return n;
}

static size_t say_changed(FILE *out, const char *before, const char *after)
{
	struct field f, old;
	size_t n = 0;

	while (field_next(&after, &f)) {
		if (!field_find(before, &f, &old))
			continue;
		if (f.value_len == old.value_len &&
		    !strncmp(f.value, old.value, f.value_len))
			continue;
		fprintf(out, "%s%.*s %.*s -> %.*s", n++ ? ", " : "",
			(int)f.name_len, f.name, (int)old.value_len, old.value,
			(int)f.value_len, f.value);
	}
	return n;
}

/* Is it still a packet of the same kind? */
static bool is_same_kind(const char *before, const char *after)
{
	size_t len = strcspn(before, ",");

	return len == strcspn(after, ",") && !strncmp(before, after, len);
}

char *text_change(const uint8_t *before, size_t before_len,
		  const uint8_t *after, size_t after_len)
{
	char was[DESCRIPTION_MAX], is[DESCRIPTION_MAX];
	char *text = NULL;
	size_t len, n;
	FILE *out;

	microflow_describe(before, before_len, was, sizeof(was));
	microflow_describe(after, after_len, is, sizeof(is));
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	if (!is_same_kind(was, is)) {
		fprintf(out, "now %s", is);
	} else {
		n = say_changed(out, was, is);
		n = say_missing(out, is, was, "with ", n);
		n = say_missing(out, was, is, "without ", n);
		if (before_len != after_len)
			fprintf(out, "%s%zu -> %zu bytes", n++ ? ", " : "",
				before_len, after_len);
		if (!n)
			fprintf(out, before_len && !memcmp(before, after,
							   before_len) ?
					     "unchanged" :
					     "same fields, other bytes");
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
