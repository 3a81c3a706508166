// SPDX-License-Identifier: GPL-2.0-only
#include "framing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FRAMING_ROOM ((size_t)64 << 10)
/* A buffer larger than this is given back once its message is taken. */
#define FRAMING_KEEP ((size_t)1 << 20)
#define FRAMING_EXCERPT 40

/* What JSON has outside of strings, brackets apart. */
static const bool plain[256] = {
	[' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, [','] = true,
	[':'] = true, ['+'] = true,  ['-'] = true,  ['.'] = true,  ['0'] = true,
	['1'] = true, ['2'] = true,  ['3'] = true,  ['4'] = true,  ['5'] = true,
	['6'] = true, ['7'] = true,  ['8'] = true,  ['9'] = true,  ['E'] = true,
	['a'] = true, ['e'] = true,  ['f'] = true,  ['l'] = true,  ['n'] = true,
	['r'] = true, ['s'] = true,  ['t'] = true,  ['u'] = true,
};

void framing_init(struct framing *f, size_t max)
{
	memset(f, 0, sizeof(*f));
	f->max = max;
}

void framing_free(struct framing *f)
{
	free(f->buffer);
	framing_init(f, f->max);
}

size_t framing_rest(const struct framing *f)
{
	return f->end - f->start;
}

static void rest_to_front(struct framing *f)
{
	if (!f->start)
		return;
	memmove(f->buffer, f->buffer + f->start, framing_rest(f));
	f->scanned -= f->start;
	f->end -= f->start;
	f->start = 0;
}

/* The rest moves at most once for each message taken, and doubling keeps
 * realloc()'s copies linear too. */
char *framing_room(struct framing *f, size_t *size)
{
	if (f->capacity - f->end < FRAMING_ROOM)
		rest_to_front(f);
	if (f->capacity - f->end < FRAMING_ROOM) {
		size_t capacity = 2 * f->capacity + FRAMING_ROOM;
		char *buffer = realloc(f->buffer, capacity);

		if (!buffer)
			return NULL;
		f->buffer = buffer;
		f->capacity = capacity;
	}
	*size = f->capacity - f->end;
	return f->buffer + f->end;
}

void framing_add(struct framing *f, size_t n)
{
	f->end += n;
}

/* Cuts a piece out of the buffer for an error; others' bytes may be
 * anything, the text must stay one line of ASCII. */
static void excerpt_make(const struct framing *f, size_t at,
			 char text[FRAMING_EXCERPT + 1])
{
	size_t i, n = f->end - at;

	if (n > FRAMING_EXCERPT)
		n = FRAMING_EXCERPT;
	for (i = 0; i < n; i++) {
		text[i] = f->buffer[at + i];
		if (text[i] < 0x20 || text[i] > 0x7e)
			text[i] = '?';
	}
	text[n] = '\0';
}

static int framing_wrong(const struct framing *f, size_t at,
			 const char *problem, struct error *e)
{
	char text[FRAMING_EXCERPT + 1];
	/* what stands before the place says more than what follows */
	size_t back = at - f->start;

	if (back > FRAMING_EXCERPT / 2)
		back = FRAMING_EXCERPT / 2;
	excerpt_make(f, at - back, text);
	return error_set(e, EPROTO, "no JSON at byte %zu of a message: %s: %s",
			 at - f->start, problem, text);
}

/* Goes on to the end of the message: 1, or 0 without one, -EPROTO. */
static int framing_scan(struct framing *f, struct error *e)
{
	const char *end = f->buffer + f->end, *p = f->buffer + f->scanned;
	const char *problem = NULL;
	int is_whole = 0;

	for (; p < end && !is_whole; p++) {
		unsigned char c = *p;

		if (f->is_in_string) {
			if (c < 0x20) {
				problem = "a control character in a string";
				break;
			}
			if (f->is_escaped)
				f->is_escaped = false;
			else if (c == '\\')
				f->is_escaped = true;
			else if (c == '"')
				f->is_in_string = false;
			continue;
		}
		if (c == '"') {
			f->is_in_string = true;
		} else if (c == '{' || c == '[') {
			if (f->depth == FRAMING_DEPTH) {
				problem = "nested too deep";
				break;
			}
			f->depth++;
			f->objects = f->objects << 1 | (c == '{');
		} else if (c == '}' || c == ']') {
			if ((f->objects & 1) != (c == '}')) {
				problem = "the wrong bracket closes";
				break;
			}
			f->objects >>= 1;
			is_whole = !--f->depth;
		} else if (!plain[c]) {
			problem = "a value was expected";
			break;
		}
	}
	f->scanned = p - f->buffer;
	return problem ? framing_wrong(f, f->scanned, problem, e) : is_whole;
}

static int message_parse(const struct framing *f, json_t **message,
			 struct error *e)
{
	size_t size = f->scanned - f->start;
	json_error_t error;

	*message = json_loadb(f->buffer + f->start, size, 0, &error);
	if (*message)
		return 1;
	if (json_error_code(&error) == json_error_out_of_memory)
		return error_set(e, ENOMEM,
				 "out of memory for a message of %zu bytes",
				 size);
	/* jansson quotes the text too, and all of it where it is a string */
	error.text[strcspn(error.text, "'")] = '\0';
	if (error.position < 0 || (size_t)error.position > size)
		error.position = 0;
	return framing_wrong(f, f->start + error.position, error.text, e);
}

/* The message is taken: its bytes go, and with them a large buffer. */
static void message_drop(struct framing *f)
{
	f->start = f->scanned;
	if (f->start == f->end)
		f->start = f->end = f->scanned = 0;
	if (f->capacity > FRAMING_KEEP &&
	    framing_rest(f) <= FRAMING_KEEP - FRAMING_ROOM) {
		char *buffer;

		rest_to_front(f);
		buffer = realloc(f->buffer, FRAMING_KEEP);
		if (buffer) {
			f->buffer = buffer;
			f->capacity = FRAMING_KEEP;
		}
	}
}

int framing_next(struct framing *f, json_t **message, struct error *e)
{
	char text[FRAMING_EXCERPT + 1];
	int err;

	*message = NULL;
	if (f->start == f->scanned) {
		while (f->start < f->end && f->buffer[f->start] &&
		       strchr(" \t\r\n", f->buffer[f->start]))
			f->start++;
		f->scanned = f->start;
		if (f->start == f->end)
			return 0;
		if (f->buffer[f->start] != '{') {
			excerpt_make(f, f->start, text);
			return error_set(e, EPROTO,
					 "no JSON object where a message "
					 "should begin: %s",
					 text);
		}
	}
	err = framing_scan(f, e);
	if (err < 0)
		return err;
	if (f->scanned - f->start > f->max)
		return error_set(e, EMSGSIZE,
				 "a message is larger than %zu bytes", f->max);
	if (!err)
		return 0;
	err = message_parse(f, message, e);
	if (err > 0)
		message_drop(f);
	return err;
}
