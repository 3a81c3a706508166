// SPDX-License-Identifier: GPL-2.0-only
/* Rows as lines of text and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/top.h"
#include "cmd/units.h"

#define NUMBER_WIDTH 12
#define TEXT_WIDTH_LEAST 8

/* Characters: bytes that do not continue one in UTF-8. */
static size_t cells(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Appends text in exactly width cells and a space.  A terminal would obey
 * control characters. */
static char *put_text(char *to, const char *end, const char *text, size_t width)
{
	bool is_cut = cells(text) > width;
	size_t n = 0;

	while (*text && to + 8 < end) {
		if ((*text & 0xc0) != 0x80) {
			if (n == width - is_cut)
				break;
			n++;
		}
		*to++ = (unsigned char)*text < 0x20 || *text == 0x7f ? '?' :
								       *text;
		text++;
	}
	if (is_cut) {
		*to++ = '~';
		n++;
	}
	for (; n <= width && to + 1 < end; n++)
		*to++ = ' ';
	*to = '\0';
	return to;
}

static size_t number_columns(const struct top_view *view)
{
	size_t n = 0;

	for (int i = 0; i < TOP_NUMBERS; i++)
		n += view->number[i].title != NULL;
	return n;
}

void top_widths(const struct top_view *view, const struct top_rows *rows,
		size_t width, size_t text_width[TOP_TEXTS])
{
	size_t numbers = number_columns(view) * NUMBER_WIDTH;
	size_t room = width > numbers ? width - numbers : 0, sum = 0;

	for (int i = 0; i < TOP_TEXTS; i++) {
		text_width[i] = 0;
		if (!view->text[i].title)
			continue;
		text_width[i] = cells(view->text[i].title);
		for (size_t k = 0; k < rows->n; k++) {
			size_t n = cells(rows->row[k].text[i]);

			if (n > text_width[i])
				text_width[i] = n;
		}
		sum += text_width[i] + 1;
	}
	/* The widest gives way until all have room. */
	while (sum > room) {
		size_t *widest = &text_width[0];

		for (int i = 1; i < TOP_TEXTS; i++)
			if (text_width[i] > *widest)
				widest = &text_width[i];
		if (*widest <= TEXT_WIDTH_LEAST)
			break;
		--*widest;
		sum--;
	}
}

static void number_text(char text[UNIT_TEXT], enum top_unit unit,
			const struct top_row *row, int column)
{
	if (unit == TOP_UNIT_TOTAL)
		snprintf(text, UNIT_TEXT, "%" PRIu64, row->total[column]);
	else
		unit_text(text, row->rate[column], NULL);
}

void top_line(const struct top_view *view, const size_t text_width[TOP_TEXTS],
	      const struct top_row *row, char *line)
{
	char *to = line, *end = line + TOP_LINE;
	char number[UNIT_TEXT];

	for (int i = 0; i < TOP_TEXTS && view->text[i].title; i++)
		to = put_text(to, end, row ? row->text[i] : view->text[i].title,
			      text_width[i]);
	for (int i = 0; i < TOP_NUMBERS && view->number[i].title; i++) {
		if (row)
			number_text(number, view->number[i].unit, row, i);
		to += snprintf(to, (size_t)(end - to), "%*s", NUMBER_WIDTH,
			       row ? number : view->number[i].title);
		if (to >= end)
			return;
	}
}

struct totals {
	struct counter_val in, out;
	uint64_t drops;
};

static void sum_totals(const struct stats *st, struct totals *sum)
{
	*sum = (struct totals){0};
	for (size_t i = 0; i < st->n_ports; i++) {
		sum->in.packets += st->ports[i].in.packets;
		sum->in.bytes += st->ports[i].in.bytes;
		sum->out.packets += st->ports[i].out.packets;
		sum->out.bytes += st->ports[i].out.bytes;
	}
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		sum->drops += st->drop[i].packets;
}

static double rate(uint64_t now, uint64_t before, double seconds)
{
	return now < before || seconds <= 0 ? 0 :
					      (double)(now - before) / seconds;
}

/* Of all ports of this host together, a second. */
struct summary {
	double seconds, in_pps, in_bps, out_pps, out_bps, drops;
};

static void summarize(const struct top *t, struct summary *s)
{
	struct totals now, before;

	sum_totals(&t->now, &now);
	sum_totals(&t->before, &before);
	s->seconds = t->now.time - t->before.time;
	s->in_pps = rate(now.in.packets, before.in.packets, s->seconds);
	s->in_bps = 8 * rate(now.in.bytes, before.in.bytes, s->seconds);
	s->out_pps = rate(now.out.packets, before.out.packets, s->seconds);
	s->out_bps = 8 * rate(now.out.bytes, before.out.bytes, s->seconds);
	s->drops = rate(now.drops, before.drops, s->seconds);
}

void top_summary(const struct top *t, char host[TOP_LINE],
		 char totals[TOP_LINE], char full[TOP_LINE])
{
	char text[5][UNIT_TEXT];
	struct summary s;
	size_t n = 0;

	summarize(t, &s);
	snprintf(host, TOP_LINE,
		 "xovn top  %s  connections %" PRIu32 " of %" PRIu32
		 "  %zu ports, %zu routes, %zu NAT rules, %zu VIPs",
		 t->host, t->now.ct.n_in_use, t->now.ct.capacity,
		 t->now.n_ports, t->now.n_routes, t->now.n_nats, t->now.n_vips);
	snprintf(totals, TOP_LINE,
		 "ports: in %s %s  out %s %s  drops %s/s  over %.1f s",
		 unit_text(text[0], s.in_pps, "pps"),
		 unit_text(text[1], s.in_bps, "bit/s"),
		 unit_text(text[2], s.out_pps, "pps"),
		 unit_text(text[3], s.out_bps, "bit/s"),
		 unit_text(text[4], s.drops, NULL), s.seconds);
	full[0] = '\0';
	for (int i = 0; i < MAP_COUNT && n < TOP_LINE; i++) {
		const struct stats_map *m = &t->map[i];

		if (stats_map_is_full(m))
			n += (size_t)snprintf(full + n, TOP_LINE - n,
					      "%s %s: %" PRIu64 " of %" PRIu64,
					      n ? "," : "nearly full:", m->name,
					      m->entries, m->capacity);
	}
}

static json_t *row_json(const struct top_view *view, const struct top_row *row)
{
	json_t *o = json_object();

	for (int i = 0; i < TOP_TEXTS && view->text[i].title; i++)
		json_object_set_new(o, view->text[i].json,
				    json_string(row->text[i]));
	for (int i = 0; i < TOP_NUMBERS && view->number[i].title; i++)
		json_object_set_new(
			o, view->number[i].json,
			view->number[i].unit == TOP_UNIT_TOTAL ?
				json_integer((json_int_t)row->total[i]) :
				json_real(row->rate[i]));
	return o;
}

static json_t *maps_json(const struct top *t)
{
	json_t *list = json_array();

	for (int i = 0; i < MAP_COUNT; i++)
		if (stats_map_is_full(&t->map[i]))
			json_array_append_new(
				list,
				json_pack("{s:s, s:I, s:I}", "map",
					  t->map[i].name, "entries",
					  (json_int_t)t->map[i].entries,
					  "capacity",
					  (json_int_t)t->map[i].capacity));
	return list;
}

json_t *top_json(const struct top *t)
{
	struct summary s;
	json_t *root;

	summarize(t, &s);
	root = json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:{s:I, s:I}, s:o}",
			 "interval", s.seconds, "in_packets_per_second",
			 s.in_pps, "in_bits_per_second", s.in_bps,
			 "out_packets_per_second", s.out_pps,
			 "out_bits_per_second", s.out_bps, "drops_per_second",
			 s.drops, "connections", "in_use",
			 (json_int_t)t->now.ct.n_in_use, "capacity",
			 (json_int_t)t->now.ct.capacity, "nearly_full",
			 maps_json(t));
	for (int v = 0; v < TOP_VIEW_COUNT; v++) {
		json_t *list = json_array();
		struct top_rows rows;

		if (top_rows_make(t, v, &rows) == 0)
			for (size_t i = 0; i < rows.n; i++)
				json_array_append_new(list,
						      row_json(&top_views[v],
							       &rows.row[i]));
		top_rows_free(&rows);
		json_object_set_new(root, top_views[v].name, list);
	}
	return root;
}
