/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Database files for tests, written record by record with the right SHA-1
 * (or dumped wrong on purpose), and models as text to compare.
 */
#ifndef SELFTESTS_OVSDB_FILE_H
#define SELFTESTS_OVSDB_FILE_H

#include <stddef.h>

#include "nb/nb.h"

/* Makes an empty temporary file; path is the caller's to unlink. */
void db_create(char path[64]);
/* Appends bytes as they are. */
void db_append(const char *path, const void *data, size_t size);
/* Appends a record: magic is JSON or CLUSTER. */
void db_record(const char *path, const char *magic, const char *json);
/* The schema record of selftests/data/base/nb.db. */
void db_schema(const char *path);
/* A whole file; *size may be NULL.  The caller frees. */
char *db_slurp(const char *path, size_t *size);

/* Reads a Northbound file into a model.  0 or -errno. */
int nb_read(const char *path, struct nb *nb, struct error *e);
/* Every member of the model, a line each.  The caller frees. */
char *nb_text(const struct nb *nb);

#endif /* SELFTESTS_OVSDB_FILE_H */
