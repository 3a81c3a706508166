// SPDX-License-Identifier: GPL-2.0-only
#include "datum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
	[OVSDB_STRING] = "string",	[OVSDB_INTEGER] = "integer",
	[OVSDB_BOOLEAN] = "boolean",	[OVSDB_UUID] = "uuid",
	[OVSDB_MAP] = "map of strings",
};

static int atom_compare(const union ovsdb_atom *a, const union ovsdb_atom *b,
			enum ovsdb_type type)
{
	switch (type) {
	case OVSDB_STRING:
		return strcmp(a->string, b->string);
	case OVSDB_INTEGER:
		return (a->integer > b->integer) - (a->integer < b->integer);
	case OVSDB_BOOLEAN:
		return a->boolean - b->boolean;
	case OVSDB_UUID:
		return memcmp(a->uuid, b->uuid, sizeof(a->uuid));
	case OVSDB_MAP:
		return strcmp(a->pair.key, b->pair.key);
	}
	return 0;
}

static int atom_sort(const void *a, const void *b, void *type)
{
	return atom_compare(a, b, *(enum ovsdb_type *)type);
}

static void atom_free(union ovsdb_atom *a, enum ovsdb_type type)
{
	if (type == OVSDB_STRING) {
		free(a->string);
	} else if (type == OVSDB_MAP) {
		free(a->pair.key);
		free(a->pair.value);
	}
}

static int atom_wrong(enum ovsdb_type type, struct error *e)
{
	return error_set(e, EINVAL, "a %s was expected", type_names[type]);
}

static int string_copy(const json_t *json, char **out, struct error *e)
{
	if (!json_is_string(json))
		return atom_wrong(OVSDB_STRING, e);
	*out = strdup(json_string_value(json));
	return *out ? 0 : error_set(e, ENOMEM, "out of memory");
}

static int atom_from_json(const json_t *json, enum ovsdb_type type,
			  union ovsdb_atom *a, struct error *e)
{
	const json_t *first, *second;
	int err;

	switch (type) {
	case OVSDB_STRING:
		return string_copy(json, &a->string, e);
	case OVSDB_INTEGER:
		if (!json_is_integer(json))
			return atom_wrong(type, e);
		a->integer = json_integer_value(json);
		return 0;
	case OVSDB_BOOLEAN:
		if (!json_is_boolean(json))
			return atom_wrong(type, e);
		a->boolean = json_is_true(json);
		return 0;
	case OVSDB_UUID:
	case OVSDB_MAP:
		break;
	}
	if (json_array_size(json) != 2)
		return atom_wrong(type, e);
	first = json_array_get(json, 0);
	second = json_array_get(json, 1);
	if (type == OVSDB_UUID) {
		if (!json_is_string(first) || !json_is_string(second) ||
		    strcmp(json_string_value(first), "uuid") ||
		    ovsdb_uuid_parse(json_string_value(second), a->uuid))
			return atom_wrong(type, e);
		return 0;
	}
	err = string_copy(first, &a->pair.key, e);
	return err ? err : string_copy(second, &a->pair.value, e);
}

/* ["set",[...]], ["map",[...]] or, for a set of one, the element itself. */
static const json_t *elements_find(const json_t *json, enum ovsdb_type type)
{
	const char *word = json_string_value(json_array_get(json, 0));
	const json_t *elements = json_array_get(json, 1);

	if (!word || json_array_size(json) != 2 || !json_is_array(elements))
		return NULL;
	return strcmp(word, type == OVSDB_MAP ? "map" : "set") ? NULL :
								 elements;
}

int datum_sort(struct ovsdb_datum *d, enum ovsdb_type type, struct error *e)
{
	bool is_sorted = true;

	for (size_t i = 1; i < d->n && is_sorted; i++)
		is_sorted = atom_compare(&d->atoms[i - 1], &d->atoms[i], type) <
			    0;
	if (is_sorted)
		return 0;
	qsort_r(d->atoms, d->n, sizeof(d->atoms[0]), atom_sort, &type);
	for (size_t i = 1; i < d->n; i++)
		if (!atom_compare(&d->atoms[i - 1], &d->atoms[i], type))
			return error_set(e, EINVAL, "an element stands twice");
	return 0;
}

int datum_from_json(const json_t *json, enum ovsdb_type type,
		    struct ovsdb_datum **out, struct error *e)
{
	const json_t *elements = elements_find(json, type);
	size_t i, n = elements ? json_array_size(elements) : 1;
	struct ovsdb_datum *d;
	int err = 0;

	*out = NULL;
	if (!elements && type == OVSDB_MAP)
		return atom_wrong(type, e);
	if (!n)
		return 0;
	d = calloc(1, sizeof(*d) + n * sizeof(d->atoms[0]));
	if (!d)
		return error_set(e, ENOMEM, "out of memory");
	d->capacity = n;
	for (i = 0; i < n && !err; i++) {
		/* Counted first, so that half an atom is freed. */
		d->n++;
		err = atom_from_json(elements ? json_array_get(elements, i) :
						json,
				     type, &d->atoms[i], e);
	}
	if (!err)
		err = datum_sort(d, type, e);
	if (err) {
		datum_free(d, type);
		return err;
	}
	*out = d;
	return 0;
}

/* Where the atom is (*found) or would stand. */
static size_t atom_place(const struct ovsdb_datum *d, enum ovsdb_type type,
			 const union ovsdb_atom *atom, bool *found)
{
	size_t low = 0, high = d ? d->n : 0;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = atom_compare(&d->atoms[middle], atom, type);

		if (!order) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int atom_insert(struct ovsdb_datum **d, size_t at,
		       const union ovsdb_atom *atom)
{
	struct ovsdb_datum *new = *d;

	if (!new || new->n == new->capacity) {
		size_t capacity = new ? new->n + new->n / 4 + 1 : 1;

		new = realloc(new,
			      sizeof(*new) + capacity * sizeof(new->atoms[0]));
		if (!new)
			return -ENOMEM;
		if (!*d)
			new->n = 0;
		new->capacity = capacity;
		*d = new;
	}
	memmove(&new->atoms[at + 1], &new->atoms[at],
		(new->n - at) * sizeof(new->atoms[0]));
	new->atoms[at] = *atom;
	new->n++;
	return 0;
}

static void atom_remove(struct ovsdb_datum *d, size_t at, enum ovsdb_type type)
{
	atom_free(&d->atoms[at], type);
	d->n--;
	memmove(&d->atoms[at], &d->atoms[at + 1],
		(d->n - at) * sizeof(d->atoms[0]));
}

int datum_apply(struct ovsdb_datum **d, struct ovsdb_datum *diff,
		enum ovsdb_type type)
{
	size_t i, at;
	bool found;
	int err;

	for (i = 0; diff && i < diff->n; i++) {
		union ovsdb_atom *atom = &diff->atoms[i];

		at = atom_place(*d, type, atom, &found);
		if (!found) {
			err = atom_insert(d, at, atom);
			if (err)
				return err;
			memset(atom, 0, sizeof(*atom)); /* moved */
		} else if (type == OVSDB_MAP &&
			   strcmp((*d)->atoms[at].pair.value,
				  atom->pair.value)) {
			char *old = (*d)->atoms[at].pair.value;

			(*d)->atoms[at].pair.value = atom->pair.value;
			atom->pair.value = old;
		} else {
			atom_remove(*d, at, type);
		}
	}
	if (*d && !(*d)->n) {
		free(*d);
		*d = NULL;
	}
	return 0;
}

const union ovsdb_atom *datum_find(const struct ovsdb_datum *d,
				   enum ovsdb_type type,
				   const union ovsdb_atom *atom)
{
	bool found;
	size_t at = atom_place(d, type, atom, &found);

	return found ? &d->atoms[at] : NULL;
}

void datum_free(struct ovsdb_datum *d, enum ovsdb_type type)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; i < d->n; i++)
		atom_free(&d->atoms[i], type);
	free(d);
}
