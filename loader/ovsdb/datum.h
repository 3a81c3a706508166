/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The value of one column in one row: a sorted set of atoms, or a map.  An
 * empty value is a NULL pointer.
 */
#ifndef XOVN_OVSDB_DATUM_H
#define XOVN_OVSDB_DATUM_H

#include <jansson.h>

#include "json_text.h"
#include "ovsdb.h"

union ovsdb_atom {
	int64_t integer;
	bool boolean;
	char *string;
	uint8_t uuid[16];
	struct {
		char *key, *value;
	} pair;
};

struct ovsdb_datum {
	uint32_t n, capacity;
	union ovsdb_atom atoms[];
};

/* 0, -EINVAL or -ENOMEM with e set to the cause alone. */
int datum_from_json(const json_t *json, enum ovsdb_type type,
		    struct ovsdb_datum **out, struct error *e);
/* The same from text, of which the most usual forms will do.  False: of no such
 * form, or wrong, or no memory; datum_from_json() tells. */
bool datum_from_text(struct json_text value, enum ovsdb_type type,
		     struct ovsdb_datum **out);
/* Atoms stand sorted, each once: -EINVAL. */
int datum_sort(struct ovsdb_datum *d, enum ovsdb_type type, struct error *e);
/* Applies a difference (ovsdb(5), "_is_diff") to *d: an element of a set
 * that is there goes, one that is not comes; a pair of a map also replaces
 * one with another value.  Takes what it needs out of diff, which the caller
 * still frees.  0 or -ENOMEM. */
int datum_apply(struct ovsdb_datum **d, struct ovsdb_datum *diff,
		enum ovsdb_type type);
/* The atom that compares equal (a map: by key), or NULL. */
const union ovsdb_atom *datum_find(const struct ovsdb_datum *d,
				   enum ovsdb_type type,
				   const union ovsdb_atom *atom);
/* 0 or -ENOMEM. */
int datum_copy(const struct ovsdb_datum *d, enum ovsdb_type type,
	       struct ovsdb_datum **out);
bool datum_equal(const struct ovsdb_datum *a, const struct ovsdb_datum *b,
		 enum ovsdb_type type);
/* Is it what a column of exactly one value has by default (RFC 7047, 5.2.1)?
 * Files and monitors leave such values out. */
bool datum_is_default(const struct ovsdb_datum *d, enum ovsdb_type type);
/* is_scalar: exactly one value; an empty one is the default.  NULL: memory. */
json_t *datum_to_json(const struct ovsdb_datum *d, enum ovsdb_type type,
		      bool is_scalar);
void datum_free(struct ovsdb_datum *d, enum ovsdb_type type);

#endif /* XOVN_OVSDB_DATUM_H */
