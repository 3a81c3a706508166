/* SPDX-License-Identifier: GPL-2.0-only */
/* A conf.db of the rows that a test gives. */
#ifndef SELFTESTS_CONF_FILE_H
#define SELFTESTS_CONF_FILE_H

#include "ovsdb/ovsdb.h"

#define UUID(n) "00000000-0000-0000-0000-0000000000" n
#define REF(n) "['uuid','" UUID(n) "']"

/* A transaction record of ovsdb(5) with ' for ".  Ends the program where the
 * rows cannot be read. */
struct ovsdb *conf_open(const char *rows);

#endif /* SELFTESTS_CONF_FILE_H */
