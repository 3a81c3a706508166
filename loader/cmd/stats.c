// SPDX-License-Identifier: GPL-2.0-only
/* xovn stats: which view of what was counted is wanted. */
#include "cmd/stats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/cmd.h"
#include "cmd/stats_list.h"
#include "cmd/units.h"
#include "compile/compile.h"

#define INTERVAL_LOWEST 0.01 /* seconds */

struct stats_command {
	struct stats_view view;
	unsigned int parts; /* enum stats_part */
	double interval; /* seconds between two samples, 0: one is enough */
	/* As stored in the maps. */
	char port[XOVN_NAME_LEN], datapath[XOVN_NAME_LEN];
	struct error *e;
};

void stats_json_print(json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

json_t *stats_json_counter(struct counter_val val)
{
	return json_pack("{s:I, s:I}", "packets", (json_int_t)val.packets,
			 "bytes", (json_int_t)val.bytes);
}

bool stats_datapath_matches(const struct stats *st, uint32_t key,
			    const char *name)
{
	const struct stats_datapath *d = stats_datapath(st, key);
	struct datapath_key k = {key};
	const struct datapath_val *v = image_find(&st->img, IMAGE_DATAPATH, &k);

	return (d && !strcmp(d->name, name)) || (v && !strcmp(v->name, name));
}

static int check_names(const struct stats_command *c, const struct stats *st)
{
	const struct stats_view *v = &c->view;
	const struct image_table *t = &st->img.table[IMAGE_PORT];
	bool is_found = !v->datapath;

	for (size_t i = 0; i < st->n_datapaths && !is_found; i++)
		is_found = stats_datapath_matches(st, st->datapaths[i].key,
						  v->datapath);
	if (!is_found)
		return error_set(c->e, ENOENT,
				 "--datapath %s: no switch or router of that "
				 "name; xovn show lists them",
				 v->datapath);
	is_found = !v->port;
	for (size_t i = 0; i < t->n && !is_found; i++) {
		const struct port_key *key = (const void *)image_entry(t, i);
		const struct port_val *val = (const void *)(key + 1);

		is_found = !strcmp(val->name, v->port);
	}
	t = &st->img.table[IMAGE_LRP];
	for (size_t i = 0; i < t->n && !is_found; i++) {
		const struct lrp_key *key = (const void *)image_entry(t, i);
		const struct lrp_val *val = (const void *)(key + 1);

		is_found = !strcmp(val->name, v->port);
	}
	if (!is_found)
		return error_set(c->e, ENOENT,
				 "--port %s: no switch or router port of that "
				 "name; xovn show lists them",
				 v->port);
	return 0;
}

static void pause_for(double seconds)
{
	struct timespec left = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - (time_t)seconds) * 1e9,
	};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* Two samples where a rate is wanted. */
static int collect(const struct stats_command *c, const struct state *s,
		   struct stats *st)
{
	struct stats before;
	int ret;

	if (!c->view.has_rate)
		return stats_collect(s, c->parts, st, c->e);
	ret = stats_collect(s, c->parts, &before, c->e);
	if (ret)
		return ret;
	pause_for(c->interval);
	ret = stats_collect(s, c->parts, st, c->e);
	if (!ret)
		stats_rate(st, &before);
	stats_free(&before);
	return ret;
}

/* A view, what it is made of, and the options that go with it. */
struct view_def {
	const char *name;
	unsigned int parts;
	bool has_rate, has_filter;
};

static const struct view_def views[] = {
	{"drops", STATS_DROPS, true, true},
	{"ports", STATS_PLACES | STATS_PORTS, false, true},
	{"pipeline", STATS_PLACES | STATS_PIPELINE, false, false},
	{"ct", STATS_CT, false, false},
	{"maps", 0, false, false},
};

struct stats_options {
	const char *what, *interval, *port, *datapath, *textfile;
	bool all, as_json, rate, by_port, by_datapath, prometheus;
};

static int usage(struct error *e, const char *what)
{
	error_set(e, EINVAL, "%s", what);
	return CMD_USAGE;
}

static int check_options(const struct stats_options *o,
			 const struct view_def *view, struct error *e)
{
	bool has_rate = o->rate || o->interval;
	bool is_by_place = o->by_port || o->by_datapath;

	if (o->prometheus || o->textfile) {
		if (o->what || o->as_json || o->all || has_rate ||
		    is_by_place || o->port || o->datapath)
			return usage(e, "--prometheus and --textfile take all "
					"that there is: no other options go "
					"with them");
		return 0;
	}
	if (o->by_port && o->by_datapath)
		return usage(e, "--by-port or --by-datapath, not both");
	if (!view->has_rate && (has_rate || is_by_place || o->all))
		return usage(e, "--all, --rate, --interval, --by-port and "
				"--by-datapath go with drops");
	if (!view->has_filter && (o->port || o->datapath))
		return usage(e, "--port and --datapath go with drops and "
				"ports");
	if (o->all && (is_by_place || o->port || o->datapath))
		return usage(e, "--all goes with drops by reason");
	return 0;
}

static int print_view(const struct stats_command *c,
		      const struct view_def *view, const struct stats *st)
{
	if (c->view.by_place && !strcmp(view->name, "drops"))
		return stats_places_print(st, &c->view, c->e);
	if (!strcmp(view->name, "ports"))
		stats_ports_print(st, &c->view);
	else if (!strcmp(view->name, "pipeline"))
		stats_pipeline_print(st, c->view.as_json);
	else if (!strcmp(view->name, "ct"))
		stats_ct_print(&st->ct, c->view.as_json);
	else
		stats_drops_print(st, &c->view);
	return 0;
}

static int run(struct stats_command *c, const struct view_def *view,
	       const struct state *s)
{
	struct stats st;
	int ret;

	if (!strcmp(view->name, "maps"))
		return stats_maps(s, c->view.as_json, c->e);
	ret = collect(c, s, &st);
	if (ret)
		return ret;
	if (c->view.port || c->view.datapath)
		ret = check_names(c, &st);
	if (!ret)
		ret = print_view(c, view, &st);
	stats_free(&st);
	return ret;
}

static const struct view_def *view_find(const char *name, struct error *e)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (!strcmp(views[i].name, name))
			return &views[i];
	error_set(e, EINVAL,
		  "unknown statistics '%s'; there are: drops, ports, pipeline, "
		  "ct, maps",
		  name);
	return NULL;
}

static int command_make(struct stats_command *c, const struct stats_options *o,
			const struct view_def *view)
{
	c->parts = view->parts;
	c->view.as_json = o->as_json;
	c->view.all = o->all;
	c->view.has_rate = o->rate || o->interval;
	c->view.by_datapath = o->by_datapath;
	c->view.by_place = o->by_port || o->by_datapath || o->port ||
			   o->datapath;
	if (c->view.by_place)
		c->parts |= STATS_PLACES;
	if (o->port) {
		name_store(c->port, o->port);
		c->view.port = c->port;
	}
	if (o->datapath) {
		name_store(c->datapath, o->datapath);
		c->view.datapath = c->datapath;
	}
	c->interval = 1;
	if (o->interval &&
	    interval_parse(o->interval, INTERVAL_LOWEST, &c->interval, c->e))
		return CMD_USAGE;
	return 0;
}

int cmd_stats(const char *pin, int argc, char **argv, struct error *e)
{
	struct stats_command c = {.e = e};
	struct stats_options o = {0};
	const struct option_def options[] = {
		{"all", NULL, &o.all},
		{"json", NULL, &o.as_json},
		{"rate", NULL, &o.rate},
		{"interval", &o.interval, NULL},
		{"by-port", NULL, &o.by_port},
		{"by-datapath", NULL, &o.by_datapath},
		{"port", &o.port, NULL},
		{"datapath", &o.datapath, NULL},
		{"prometheus", NULL, &o.prometheus},
		{"textfile", &o.textfile, NULL},
		{0},
	};
	const struct view_def *view;
	struct state s;
	int ret = options_parse(argc, argv, options, &o.what, 1, e);

	if (ret < 0)
		return ret;
	view = view_find(o.what ? o.what : "drops", e);
	if (!view)
		return CMD_USAGE;
	ret = check_options(&o, view, e);
	if (!ret)
		ret = command_make(&c, &o, view);
	if (!ret)
		ret = state_open(&s, pin, STATE_READ, e);
	if (ret)
		return ret;
	ret = o.prometheus || o.textfile ? stats_prometheus(&s, o.textfile, e) :
					   run(&c, view, &s);
	state_close(&s);
	return ret;
}
