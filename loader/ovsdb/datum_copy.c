// SPDX-License-Identifier: GPL-2.0-only
/* Copies and comparisons of values, and values as JSON. */
#include "datum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int string_copy(const char *from, char **to)
{
	*to = strdup(from);
	return *to ? 0 : -ENOMEM;
}

static int atom_copy(const union ovsdb_atom *from, union ovsdb_atom *to,
		     enum ovsdb_type type)
{
	switch (type) {
	case OVSDB_STRING:
		return string_copy(from->string, &to->string);
	case OVSDB_MAP:
		return string_copy(from->pair.key, &to->pair.key) ?:
			       string_copy(from->pair.value, &to->pair.value);
	case OVSDB_INTEGER:
	case OVSDB_BOOLEAN:
	case OVSDB_UUID:
		break;
	}
	*to = *from;
	return 0;
}

int datum_copy(const struct ovsdb_datum *d, enum ovsdb_type type,
	       struct ovsdb_datum **out)
{
	struct ovsdb_datum *new;
	size_t i;

	*out = NULL;
	if (!d)
		return 0;
	new = calloc(1, sizeof(*new) + d->n * sizeof(new->atoms[0]));
	if (!new)
		return -ENOMEM;
	new->capacity = d->n;
	for (i = 0; i < d->n; i++) {
		/* Counted first, so that half an atom is freed. */
		new->n++;
		if (atom_copy(&d->atoms[i], &new->atoms[i], type)) {
			datum_free(new, type);
			return -ENOMEM;
		}
	}
	*out = new;
	return 0;
}

static bool atom_equal(const union ovsdb_atom *a, const union ovsdb_atom *b,
		       enum ovsdb_type type)
{
	switch (type) {
	case OVSDB_STRING:
		return !strcmp(a->string, b->string);
	case OVSDB_INTEGER:
		return a->integer == b->integer;
	case OVSDB_BOOLEAN:
		return a->boolean == b->boolean;
	case OVSDB_UUID:
		return !memcmp(a->uuid, b->uuid, sizeof(a->uuid));
	case OVSDB_MAP:
		return !strcmp(a->pair.key, b->pair.key) &&
		       !strcmp(a->pair.value, b->pair.value);
	}
	return false;
}

bool datum_equal(const struct ovsdb_datum *a, const struct ovsdb_datum *b,
		 enum ovsdb_type type)
{
	size_t i, n = a ? a->n : 0;

	if (n != (b ? b->n : 0))
		return false;
	for (i = 0; i < n; i++)
		if (!atom_equal(&a->atoms[i], &b->atoms[i], type))
			return false;
	return true;
}

bool datum_is_default(const struct ovsdb_datum *d, enum ovsdb_type type)
{
	static char empty[] = "";
	union ovsdb_atom zero = {.uuid = {0}};

	if (type == OVSDB_STRING)
		zero.string = empty;
	return d && d->n == 1 && type != OVSDB_MAP &&
	       atom_equal(&d->atoms[0], &zero, type);
}

static json_t *uuid_to_json(const uint8_t uuid[16])
{
	char text[37];

	ovsdb_uuid_format(uuid, text);
	return json_pack("[s, s]", "uuid", text);
}

static json_t *atom_to_json(const union ovsdb_atom *a, enum ovsdb_type type)
{
	switch (type) {
	case OVSDB_STRING:
		return json_string(a->string);
	case OVSDB_INTEGER:
		return json_integer(a->integer);
	case OVSDB_BOOLEAN:
		return json_boolean(a->boolean);
	case OVSDB_UUID:
		return uuid_to_json(a->uuid);
	case OVSDB_MAP:
		return json_pack("[s, s]", a->pair.key, a->pair.value);
	}
	return NULL;
}

json_t *datum_to_json(const struct ovsdb_datum *d, enum ovsdb_type type,
		      bool is_scalar)
{
	static char empty[] = "";
	union ovsdb_atom zero = {.uuid = {0}};
	json_t *elements;
	size_t i;

	if (is_scalar && type != OVSDB_MAP) {
		if (type == OVSDB_STRING)
			zero.string = empty;
		return atom_to_json(d && d->n ? &d->atoms[0] : &zero, type);
	}
	elements = json_array();
	for (i = 0; d && i < d->n; i++)
		if (json_array_append_new(elements,
					  atom_to_json(&d->atoms[i], type))) {
			json_decref(elements);
			return NULL;
		}
	return json_pack("[s, o]", type == OVSDB_MAP ? "map" : "set", elements);
}
