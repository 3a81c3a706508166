// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats drops: how many packets, why, and where to look. */
#include "cmd/stats.h"

#include <stdio.h>

#include "cmd/table.h"
#include "drop_text.h"

static void set_rate(const struct stats_view *v, json_t *o, double rate)
{
	if (v->has_rate)
		json_object_set_new(o, "packets_per_second", json_real(rate));
}

static bool is_shown(const struct stats *st, const struct stats_view *v, int i)
{
	return !drop_is_none(i) && (st->drop[i].packets || v->all);
}

static json_t *reason_json(const struct stats *st, const struct stats_view *v,
			   int i)
{
	const struct drop_text *text = drop_text(i);
	json_t *o = json_pack("{s:s, s:I, s:I, s:s, s:s}", "reason", text->name,
			      "packets", (json_int_t)st->drop[i].packets,
			      "bytes", (json_int_t)st->drop[i].bytes,
			      "explanation", text->what, "look_at",
			      text->where);

	set_rate(v, o, st->drop_rate[i]);
	return o;
}

static void print_reasons(const struct stats *st, const struct stats_view *v)
{
	struct table t;

	if (v->has_rate)
		table_init(
			&t,
			"REASON|>PACKETS|>BYTES|>PACKETS/S|EXPLANATION; WHERE TO LOOK");
	else
		table_init(&t,
			   "REASON|>PACKETS|>BYTES|EXPLANATION; WHERE TO LOOK");
	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++) {
		const struct drop_text *text = drop_text(i);

		if (!is_shown(st, v, i))
			continue;
		table_text(&t, text->name);
		table_number(&t, st->drop[i].packets);
		table_number(&t, st->drop[i].bytes);
		if (v->has_rate)
			table_format(&t, "%.1f", st->drop_rate[i]);
		table_format(&t, "%s; %s", text->what, text->where);
	}
	if (!table_rows(&t))
		puts("no packet was dropped");
	table_print(&t);
}

void stats_drops_print(const struct stats *st, const struct stats_view *v)
{
	json_t *list;

	if (!v->as_json) {
		print_reasons(st, v);
		return;
	}
	list = json_array();
	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++)
		if (is_shown(st, v, i))
			json_array_append_new(list, reason_json(st, v, i));
	stats_json_print(list);
}
