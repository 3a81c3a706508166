/* SPDX-License-Identifier: GPL-2.0-only */
/* What XOVN_DROP_REASONS says of each reason, for people. */
#ifndef XOVN_DROP_TEXT_H
#define XOVN_DROP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* The name without DROP_, what happened, where to look. */
struct drop_text {
	const char *name, *what, *where;
};

/* Of an enum drop_reason; of one that this program does not know the name is
 * "UNKNOWN". */
const struct drop_text *drop_text(uint32_t reason);
/* A number that no drop has: DROP_NONE, and what earlier versions counted of
 * packets that went on. */
bool drop_is_none(uint32_t reason);

#endif /* XOVN_DROP_TEXT_H */
