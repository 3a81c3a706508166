// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values as ovsdb-server writes them, and nearly all are: without spaces,
 * strings of plain ASCII.  No tree is built of these.
 */
#include "datum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"

#define DIGITS_MAX 18 /* of a number that cannot overflow */

static bool take(struct json_text *t, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, word, n))
		return false;
	t->p += n;
	return true;
}

/* A string without escapes: what is between the quotes. */
static bool take_plain(struct json_text *t, struct json_text *plain)
{
	if (!take(t, "\""))
		return false;
	plain->p = t->p;
	while (t->p < t->end && *t->p >= 0x20 && *t->p < 0x7f && *t->p != '"' &&
	       *t->p != '\\')
		t->p++;
	plain->end = t->p;
	return take(t, "\"");
}

static bool take_string(struct json_text *t, char **out)
{
	struct json_text plain;

	if (!take_plain(t, &plain))
		return false;
	*out = strndup(plain.p, plain.end - plain.p);
	return *out;
}

static bool take_uuid(struct json_text *t, uint8_t uuid[16])
{
	struct json_text plain;
	char text[37] = "";

	if (!take(t, "[\"uuid\",") || !take_plain(t, &plain) ||
	    plain.end - plain.p != sizeof(text) - 1)
		return false;
	memcpy(text, plain.p, sizeof(text) - 1);
	return !ovsdb_uuid_parse(text, uuid) && take(t, "]");
}

static bool take_integer(struct json_text *t, int64_t *out)
{
	bool is_negative = take(t, "-");
	const char *start = t->p;
	int64_t n = 0;

	while (t->p < t->end && *t->p >= '0' && *t->p <= '9' &&
	       t->p - start < DIGITS_MAX)
		n = 10 * n + *t->p++ - '0';
	*out = is_negative ? -n : n;
	/* JSON has no number that starts with 0. */
	return t->p > start && (*start != '0' || t->p == start + 1);
}

/* What it has taken of an atom that it cannot take whole is in *a. */
static bool take_atom(struct json_text *t, enum ovsdb_type type,
		      union ovsdb_atom *a)
{
	switch (type) {
	case OVSDB_STRING:
		return take_string(t, &a->string);
	case OVSDB_INTEGER:
		return take_integer(t, &a->integer);
	case OVSDB_BOOLEAN:
		a->boolean = take(t, "true");
		return a->boolean || take(t, "false");
	case OVSDB_UUID:
		return take_uuid(t, a->uuid);
	case OVSDB_MAP:
		return take(t, "[") && take_string(t, &a->pair.key) &&
		       take(t, ",") && take_string(t, &a->pair.value) &&
		       take(t, "]");
	}
	return false;
}

/* Room for one more atom, which is zeroed. */
static struct ovsdb_datum *datum_grow(struct ovsdb_datum *d)
{
	uint32_t capacity = d ? 2 * d->capacity : 1;

	if (d && d->n < d->capacity) {
		memset(&d->atoms[d->n], 0, sizeof(d->atoms[0]));
		return d;
	}
	d = realloc(d, sizeof(*d) + capacity * sizeof(d->atoms[0]));
	if (!d)
		return NULL;
	if (capacity == 1)
		d->n = 0;
	d->capacity = capacity;
	memset(&d->atoms[d->n], 0, sizeof(d->atoms[0]));
	return d;
}

static bool take_atoms(struct json_text *t, enum ovsdb_type type, bool is_one,
		       struct ovsdb_datum **d)
{
	do {
		struct ovsdb_datum *grown = datum_grow(*d);

		if (!grown)
			return false;
		*d = grown;
		/* Counted first, so that half an atom is freed. */
		grown->n++;
		if (!take_atom(t, type, &grown->atoms[grown->n - 1]))
			return false;
	} while (!is_one && take(t, ","));
	return is_one || take(t, "]]");
}

bool datum_from_text(struct json_text value, enum ovsdb_type type,
		     struct ovsdb_datum **out)
{
	bool is_many =
		take(&value, type == OVSDB_MAP ? "[\"map\",[" : "[\"set\",[");
	struct ovsdb_datum *d = NULL, *fitting;
	struct error ignored;

	*out = NULL;
	if (is_many && take(&value, "]]"))
		return value.p == value.end;
	if ((type == OVSDB_MAP && !is_many) ||
	    !take_atoms(&value, type, !is_many, &d) || value.p != value.end ||
	    datum_sort(d, type, &ignored)) {
		datum_free(d, type);
		return false;
	}
	fitting = realloc(d, sizeof(*d) + d->n * sizeof(d->atoms[0]));
	if (fitting) {
		d = fitting;
		d->capacity = d->n;
	}
	*out = d;
	return true;
}
