/* SPDX-License-Identifier: GPL-2.0-only */
/* What names must be, for JSON and Prometheus to take them (RFC 3629). */
#ifndef XOVN_UTF8_H
#define XOVN_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character that begins there, 0: it is none. */
size_t utf8_len(const char *at);
bool utf8_is_valid(const char *text);
/* Each byte that is none becomes a question mark. */
void utf8_clean(char *text);

#endif /* XOVN_UTF8_H */
