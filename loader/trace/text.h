/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of trace_print_text(): lines that fit a terminal, colours, and what
 * became of a frame. */
#ifndef XOVN_TRACE_TEXT_H
#define XOVN_TRACE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TEXT_COLUMNS 110

/* Prints text that stands in column "column" already; goes on in that column
 * of the next line where it gets too long: between words, in a list behind
 * commas only. */
void text_wrap(FILE *out, const char *text, size_t column, bool is_list);

/* Bytes of the headers that Geneve has put in front of a frame, 0: none. */
size_t text_outer_len(const uint8_t *frame, size_t len);

/* The fields of a frame that differ from those of another, as
 * microflow_describe() names them: "ip.ttl 64 -> 62"; or what has become of
 * it.  is_tunnel: the second one has Geneve's headers in front, which do not
 * count.  To be freed; NULL: out of memory. */
char *text_change(const uint8_t *before, size_t before_len,
		  const uint8_t *after, size_t after_len, bool is_tunnel);

#endif /* XOVN_TRACE_TEXT_H */
