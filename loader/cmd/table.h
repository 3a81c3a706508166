/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of text for people: each column as wide as its widest cell. */
#ifndef XOVN_CMD_TABLE_H
#define XOVN_CMD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_COLUMNS_MAX 16

struct table {
	size_t n_columns;
	char **cells; /* row by row, the heads first */
	size_t n, capacity;
	bool is_incomplete; /* out of memory */
};

/* Heads of columns, parted by "|"; one that begins with ">" is aligned at its
 * right, as numbers are. */
void table_init(struct table *t, const char *heads);
/* Cells are added from left to right, row by row.  NULL or "": "-". */
void table_text(struct table *t, const char *text);
void table_number(struct table *t, uint64_t number);
void table_format(struct table *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The number of rows without the heads. */
size_t table_rows(const struct table *t);
/* Prints it to stdout, unless there are no rows, and frees it. */
void table_print(struct table *t);

#endif /* XOVN_CMD_TABLE_H */
