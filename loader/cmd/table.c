// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* Takes the cell. */
static void cell_add(struct table *t, char *cell)
{
	if (t->n == t->capacity) {
		size_t capacity = t->capacity ? 2 * t->capacity : 64;
		void *p = reallocarray(t->cells, capacity, sizeof(*t->cells));

		if (!p) {
			t->is_incomplete = true;
			free(cell);
			return;
		}
		t->cells = p;
		t->capacity = capacity;
	}
	if (cell)
		text_clean(cell);
	else
		t->is_incomplete = true;
	t->cells[t->n++] = cell;
}

void table_init(struct table *t, const char *heads)
{
	bool is_last = false;

	memset(t, 0, sizeof(*t));
	while (!is_last && t->n_columns < TABLE_COLUMNS_MAX) {
		size_t len = strcspn(heads, "|");

		cell_add(t, strndup(heads, len));
		t->n_columns++;
		is_last = !heads[len];
		heads += len + 1;
	}
}

void table_text(struct table *t, const char *text)
{
	cell_add(t, strdup(text && *text ? text : "-"));
}

void table_number(struct table *t, uint64_t number)
{
	table_format(t, "%" PRIu64, number);
}

void table_format(struct table *t, const char *format, ...)
{
	char *cell = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&cell, format, args) < 0)
		cell = NULL;
	va_end(args);
	cell_add(t, cell);
}

size_t table_rows(const struct table *t)
{
	return t->n / t->n_columns - 1;
}

/* Characters, not bytes, of UTF-8. */
static int text_width(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void row_print(const struct table *t, size_t row, const int *width)
{
	for (size_t c = 0; c < t->n_columns; c++) {
		const char *head = t->cells[c];
		const char *cell = t->cells[row * t->n_columns + c];
		int right = *head == '>', pad;

		cell += !row && right;
		pad = width[c] - text_width(cell);
		printf("%s%*s%s", c ? "  " : "", right ? pad : 0, "", cell);
		if (!right && c + 1 < t->n_columns)
			printf("%*s", pad, "");
	}
	putchar('\n');
}

void table_print(struct table *t)
{
	int width[TABLE_COLUMNS_MAX] = {0};

	if (t->is_incomplete)
		warning("out of memory for a table");
	for (size_t i = 0; i < t->n && !t->is_incomplete; i++) {
		bool is_right = i < t->n_columns && *t->cells[i] == '>';
		int w = text_width(t->cells[i]) - is_right;

		if (w > width[i % t->n_columns])
			width[i % t->n_columns] = w;
	}
	for (size_t row = 0;
	     !t->is_incomplete && table_rows(t) && row <= table_rows(t); row++)
		row_print(t, row, width);
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}
