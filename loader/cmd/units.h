/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people write and read them. */
#ifndef XOVN_CMD_UNITS_H
#define XOVN_CMD_UNITS_H

#include "error.h"

#define UNIT_TEXT 24
#define INTERVAL_MAX 3600

/* "0 pps", "1.23 kpps": three digits, and the unit with a decimal prefix, or
 * where it is NULL the prefix alone: "1.23k".  text is returned. */
const char *unit_text(char text[UNIT_TEXT], double value, const char *unit);

/* Seconds, with a fraction: lowest to INTERVAL_MAX.  -EINVAL. */
int interval_parse(const char *text, double lowest, double *seconds,
		   struct error *e);

#endif /* XOVN_CMD_UNITS_H */
