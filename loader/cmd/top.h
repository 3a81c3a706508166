/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xovn top: what passes now, busiest first.
 *
 *   top.c         options; two samples of stats_collect() make rates
 *   top_rows.c    the rows of each view, from a sample
 *   top_table.c   a row as a line of text, or as JSON
 *   top_screen.c  on a terminal; elsewhere top.c prints the same lines
 */
#ifndef XOVN_CMD_TOP_H
#define XOVN_CMD_TOP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/stats.h"

#define TOP_TEXTS 3 /* columns of a view: words, then numbers */
#define TOP_NUMBERS 5
#define TOP_TEXT_LEN (STATS_NAME_LEN + 16)
#define TOP_LINE 1024

enum top_view_id {
	TOP_PORTS,
	TOP_ROUTES,
	TOP_NAT,
	TOP_VIPS,
	TOP_TUNNELS,
	TOP_DROPS,
	TOP_VIEW_COUNT,
};

enum top_sort {
	TOP_BY_PPS,
	TOP_BY_BPS,
	TOP_BY_DROPS,
	TOP_BY_NAME,
	TOP_SORT_COUNT,
};

/* What a number is; what is not a total is shown as so much in a second. */
enum top_unit {
	TOP_UNIT_NONE, /* no column */
	TOP_UNIT_PACKETS,
	TOP_UNIT_BYTES, /* as bits */
	TOP_UNIT_DROPS, /* packets */
	TOP_UNIT_EVENTS,
	TOP_UNIT_TOTAL,
};

struct top_row {
	char text[TOP_TEXTS][TOP_TEXT_LEN]; /* tell the row from others */
	uint64_t total[TOP_NUMBERS];
	double rate[TOP_NUMBERS]; /* in the unit of the column, per second */
};

struct top_rows {
	struct top_row *row;
	size_t n, capacity;
	int err; /* -ENOMEM: some are missing */
};

struct top_column {
	const char *title; /* NULL: the view has no such column */
	const char *json;
	enum top_unit unit; /* of a number */
};

struct top_view {
	const char *name;
	struct top_column text[TOP_TEXTS];
	struct top_column number[TOP_NUMBERS];
	void (*collect)(const struct stats *st, struct top_rows *rows);
};

extern const struct top_view top_views[TOP_VIEW_COUNT];
extern const char *const top_sorts[TOP_SORT_COUNT]; /* "pps" */

/* Two samples. */
struct top {
	const char *pin;
	double interval; /* seconds between them, as asked for */
	struct stats now, before;
	struct stats_map map[MAP_COUNT];
	double map_time; /* when map was read; 0: never */
	char host[2 * XOVN_NAME_LEN + 32]; /* name and encap IP of this host */
	enum top_view_id view;
	enum top_sort sort;
};

/* The next sample.  -errno with e filled. */
int top_sample(struct top *t, struct error *e);

/* The rows of a view, sorted, with rates.  0 or -ENOMEM. */
int top_rows_make(const struct top *t, enum top_view_id view,
		  struct top_rows *rows);
void top_rows_free(struct top_rows *rows);

/* Widths of the columns of words: as wide as they are, and not wider together
 * than width (cells of a terminal) allows. */
void top_widths(const struct top_view *view, const struct top_rows *rows,
		size_t width, size_t text_width[TOP_TEXTS]);
/* A line of TOP_LINE bytes: titles where row is NULL. */
void top_line(const struct top_view *view, const size_t text_width[TOP_TEXTS],
	      const struct top_row *row, char *line);
/* Two lines about the host as a whole, and one about maps that are nearly
 * full or "". */
void top_summary(const struct top *t, char host[TOP_LINE],
		 char totals[TOP_LINE], char full[TOP_LINE]);
/* Every view and the summary. */
json_t *top_json(const struct top *t);
double top_seconds(void); /* CLOCK_MONOTONIC */

/* Until the user ends it, n_samples are shown (0: no limit) or it fails. */
int top_screen(struct top *t, unsigned int n_samples, struct error *e);

#endif /* XOVN_CMD_TOP_H */
