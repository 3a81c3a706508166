// SPDX-License-Identifier: GPL-2.0-only
#include "json_text.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* OVSDB nests about ten levels deep; one bit of a word for each. */
#define JSON_TEXT_DEPTH 64

static void space_skip(struct json_text *t)
{
	while (t->p < t->end && (*t->p == ' ' || *t->p == '\t' ||
				 *t->p == '\n' || *t->p == '\r'))
		t->p++;
}

#define EACH_BYTE 0x0101010101010101ull

/* The first of eight bytes that is a quote, a backslash or a control character;
 * 8: none.  A byte that is less than what is taken off borrows, which sets its
 * top bit; so may bytes behind it, which do not matter. */
static unsigned int special_byte(const char *p)
{
	uint64_t w, quote, backslash, found;

	memcpy(&w, p, sizeof(w));
	w = le64toh(w);
	quote = w ^ EACH_BYTE * '"';
	backslash = w ^ EACH_BYTE * '\\';
	found = (((w - EACH_BYTE * 0x20) & ~w) |
		 ((quote - EACH_BYTE) & ~quote) |
		 ((backslash - EACH_BYTE) & ~backslash)) &
		EACH_BYTE * 0x80;
	return found ? (unsigned int)__builtin_ctzll(found) / 8 : sizeof(w);
}

/* To the next of these, or near the end. */
static const char *plain_end(const char *p, const char *end)
{
	unsigned int n = sizeof(uint64_t);

	while (n == sizeof(uint64_t) && end - p >= (ptrdiff_t)n) {
		n = special_byte(p);
		p += n;
	}
	return p;
}

/* t stands at the opening quote. */
static const char *string_skip(struct json_text *t)
{
	for (t->p = plain_end(t->p + 1, t->end); t->p < t->end; t->p++) {
		if (*t->p == '"') {
			t->p++;
			return NULL;
		}
		if (*t->p == '\\')
			t->p++;
		else if ((unsigned char)*t->p < 0x20)
			return "a control character in a string";
	}
	t->p = t->end;
	return "a string without an end";
}

static const char *plain_skip(struct json_text *t)
{
	static const char *const words[] = {"true", "false", "null"};
	const char *start = t->p;
	size_t i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i]);
		if ((size_t)(t->end - t->p) >= n &&
		    !memcmp(t->p, words[i], n)) {
			t->p += n;
			return NULL;
		}
	}
	while (t->p < t->end && *t->p && strchr("+-.0123456789eE", *t->p))
		t->p++;
	return t->p == start || *start == 'e' || *start == 'E' ?
		       "a value was expected" :
		       NULL;
}

/* A member's name and colon. */
static const char *key_skip(struct json_text *t)
{
	const char *problem;

	space_skip(t);
	if (t->p == t->end || *t->p != '"')
		return "a member name was expected";
	problem = string_skip(t);
	if (problem)
		return problem;
	space_skip(t);
	if (t->p == t->end || *t->p != ':')
		return "a colon was expected";
	t->p++;
	return NULL;
}

const char *json_text_take(struct json_text *text, struct json_text *value)
{
	uint64_t objects = 0; /* bit 0: innermost, 1: an object */
	unsigned int depth = 0;
	struct json_text t;
	const char *problem = NULL;

	space_skip(text);
	t = *text;
	value->p = t.p;
	for (;;) {
		space_skip(&t);
		if (t.p == t.end) {
			problem = "it ends in the middle of a value";
			break;
		}
		if (*t.p == '{' || *t.p == '[') {
			bool is_object = *t.p == '{';

			t.p++;
			space_skip(&t);
			if (t.p < t.end && *t.p == (is_object ? '}' : ']')) {
				t.p++;
			} else if (depth++ == JSON_TEXT_DEPTH) {
				problem = "nested too deep";
				break;
			} else {
				objects = objects << 1 | is_object;
				if (is_object) {
					problem = key_skip(&t);
					if (problem)
						break;
				}
				continue;
			}
		} else {
			problem = *t.p == '"' ? string_skip(&t) :
						plain_skip(&t);
			if (problem)
				break;
		}
		/* A value has ended: close what ends with it. */
		while (depth) {
			space_skip(&t);
			if (t.p == t.end || *t.p != (objects & 1 ? '}' : ']'))
				break;
			t.p++;
			objects >>= 1;
			depth--;
		}
		if (!depth)
			break;
		if (t.p == t.end || *t.p != ',') {
			problem = "a comma or an end was expected";
			break;
		}
		t.p++;
		if (objects & 1) {
			problem = key_skip(&t);
			if (problem)
				break;
		}
	}
	value->end = t.p;
	text->p = t.p;
	return problem;
}

const char *json_text_whole(struct json_text text, struct json_text *value)
{
	const char *problem = json_text_take(&text, value);

	if (problem)
		return problem;
	space_skip(&text);
	return text.p == text.end ? NULL : "something stands behind its end";
}

bool json_text_is(struct json_text value, char first)
{
	return value.p < value.end && *value.p == first;
}

bool json_text_equals(struct json_text text, const char *string)
{
	size_t n = strlen(string);

	return (size_t)(text.end - text.p) == n && !memcmp(text.p, string, n);
}

void json_walk_init(struct json_walk *w, struct json_text value)
{
	memset(w, 0, sizeof(*w));
	w->rest = value;
	w->is_object = json_text_is(value, '{');
	if (value.end - value.p < 2 || (!w->is_object && *value.p != '[')) {
		w->problem = "an object or array was expected";
		return;
	}
	w->rest.p++;
	w->rest.end--;
}

bool json_walk_next(struct json_walk *w)
{
	if (w->problem)
		return false;
	space_skip(&w->rest);
	if (w->rest.p == w->rest.end)
		return false;
	if (w->is_started) {
		if (*w->rest.p != ',') {
			w->problem = "a comma was expected";
			return false;
		}
		w->rest.p++;
		space_skip(&w->rest);
	}
	w->is_started = true;
	if (w->is_object) {
		const char *start = w->rest.p;
		struct json_text name = w->rest;

		w->problem = key_skip(&w->rest);
		if (w->problem)
			return false;
		string_skip(&name);
		w->key.p = start + 1;
		w->key.end = name.p - 1;
	}
	w->problem = json_text_take(&w->rest, &w->value);
	return !w->problem;
}
