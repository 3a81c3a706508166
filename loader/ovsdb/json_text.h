/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks JSON text in place.  A compacted database is one record of maybe
 * hundreds of megabytes, of which a tree would take several times as much;
 * so the outer levels (tables, rows) are walked as text and only the wanted
 * columns become values.  Nothing recurses.
 */
#ifndef XOVN_OVSDB_JSON_TEXT_H
#define XOVN_OVSDB_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct json_text {
	const char *p, *end;
};

/* Goes through the members of an object or the elements of an array. */
struct json_walk {
	struct json_text rest;
	bool is_object, is_started;
	struct json_text key; /* of an object, without quotes, escapes kept */
	struct json_text value;
	const char *problem; /* why the walk stopped, NULL: at the end */
};

/* Cuts one value off the front, white space before it skipped.  The text of
 * the value is checked to be JSON (escapes apart).  Returns NULL or what is
 * wrong; *text then stands at the place. */
const char *json_text_take(struct json_text *text, struct json_text *value);
/* text is one value and nothing else but white space. */
const char *json_text_whole(struct json_text text, struct json_text *value);

bool json_text_is(struct json_text value, char first); /* '{', '[', '"' */
bool json_text_equals(struct json_text text, const char *string);

/* The value must have been cut off by json_text_take(). */
void json_walk_init(struct json_walk *w, struct json_text value);
/* false at the end or, with problem set, where the text is no JSON. */
bool json_walk_next(struct json_walk *w);

#endif /* XOVN_OVSDB_JSON_TEXT_H */
