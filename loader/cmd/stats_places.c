// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats drops --by-port, --by-datapath: where packets were dropped. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/stats.h"
#include "cmd/table.h"
#include "drop_text.h"

/* A name, or the number of what has none any more. */
static const char *name_text(const char *name, uint32_t key,
			     char text[STATS_NAME_LEN])
{
	if (name)
		return name;
	if (!key)
		return "-";
	snprintf(text, STATS_NAME_LEN, "#%u", key);
	return text;
}

static bool is_wanted(const struct stats *st, const struct stats_view *v,
		      const struct stats_place *p)
{
	if (v->datapath &&
	    !stats_datapath_matches(st, p->key.datapath, v->datapath))
		return false;
	return !v->port || (p->port && !strcmp(p->port, v->port)) ||
	       (p->in_port && !strcmp(p->in_port, v->port));
}

static json_t *place_json(const struct stats_view *v,
			  const struct stats_place *p)
{
	json_t *o = json_pack("{s:s, s:s?, s:i, s:I, s:I}", "reason",
			      drop_text(p->key.reason)->name, "datapath",
			      p->datapath, "datapath_key", (int)p->key.datapath,
			      "packets", (json_int_t)p->val.packets, "bytes",
			      (json_int_t)p->val.bytes);

	if (v->has_rate)
		json_object_set_new(o, "packets_per_second",
				    json_real(p->rate));
	if (v->by_datapath)
		return o;
	json_object_update_new(
		o, json_pack("{s:s?, s:i, s:s?, s:i, s:s?, s:i}", "port",
			     p->port, "port_key", (int)p->key.port,
			     "in_datapath", p->in_datapath, "in_datapath_key",
			     (int)p->key.in_datapath, "in_port", p->in_port,
			     "in_port_key", (int)p->key.in_port));
	return o;
}

/* A rate that is not wanted, and places that are merged, have no columns. */
static void table_make(struct table *t, const struct stats_view *v)
{
	char heads[128];

	snprintf(heads, sizeof(heads), "REASON|>PACKETS|>BYTES%s|DATAPATH%s",
		 v->has_rate ? "|>PACKETS/S" : "",
		 v->by_datapath ? "" : "|PORT|CAME IN BY");
	table_init(t, heads);
}

static void table_add(struct table *t, const struct stats_view *v,
		      const struct stats_place *p)
{
	char text[STATS_NAME_LEN];

	table_text(t, drop_text(p->key.reason)->name);
	table_number(t, p->val.packets);
	table_number(t, p->val.bytes);
	if (v->has_rate)
		table_format(t, "%.1f", p->rate);
	table_text(t, name_text(p->datapath, p->key.datapath, text));
	if (v->by_datapath)
		return;
	table_text(t, name_text(p->port, p->key.port, text));
	table_text(t, name_text(p->in_port, p->key.in_port, text));
}

static int by_datapath(const void *a, const void *b)
{
	const struct drop_at_key *x = &((const struct stats_place *)a)->key,
				 *y = &((const struct stats_place *)b)->key;

	if (x->datapath != y->datapath)
		return x->datapath < y->datapath ? -1 : 1;
	return x->reason < y->reason ? -1 : x->reason > y->reason;
}

/* One place for those that differ by port only; the new count. */
static size_t merge_ports(struct stats_place *list, size_t n)
{
	size_t last = 0;

	if (!n)
		return 0;
	qsort(list, n, sizeof(*list), by_datapath);
	for (size_t i = 1; i < n; i++) {
		if (by_datapath(&list[last], &list[i])) {
			list[++last] = list[i];
			continue;
		}
		list[last].val.packets += list[i].val.packets;
		list[last].val.bytes += list[i].val.bytes;
		list[last].rate += list[i].rate;
	}
	return last + 1;
}

/* What drops most stands first. */
static int by_packets(const void *a, const void *b)
{
	const struct stats_place *x = a, *y = b;

	if (x->val.packets != y->val.packets)
		return x->val.packets > y->val.packets ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

static void print(const struct stats_view *v, const struct stats_place *list,
		  size_t n)
{
	json_t *array = json_array();
	struct table t;

	table_make(&t, v);
	for (size_t i = 0; i < n; i++) {
		if (v->as_json)
			json_array_append_new(array, place_json(v, &list[i]));
		else
			table_add(&t, v, &list[i]);
	}
	if (v->as_json)
		stats_json_print(json_incref(array));
	else if (!n)
		puts("no packet was dropped there");
	table_print(&t);
	json_decref(array);
}

int stats_places_print(const struct stats *st, const struct stats_view *v,
		       struct error *e)
{
	struct stats_place *list = calloc(st->n_places + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return error_set(e, ENOMEM, "out of memory");
	for (size_t i = 0; i < st->n_places; i++)
		if (is_wanted(st, v, &st->places[i]))
			list[n++] = st->places[i];
	if (v->by_datapath)
		n = merge_ports(list, n);
	if (n)
		qsort(list, n, sizeof(*list), by_packets);
	print(v, list, n);
	free(list);
	return 0;
}
