/* SPDX-License-Identifier: GPL-2.0-only */
/* Schemas cut down to what a filter reads: the rest would only cost time. */
#ifndef SELFTESTS_FUZZ_SCHEMA_H
#define SELFTESTS_FUZZ_SCHEMA_H

#include "ovsdb/ovsdb.h"

/* Of the first record of a database file; the caller frees. */
char *schema_cut(const char *path, const struct ovsdb_filter *filter);
/* Made up: any number of values in each column. */
char *schema_make(const char *database, const struct ovsdb_filter *filter);

#endif /* SELFTESTS_FUZZ_SCHEMA_H */
