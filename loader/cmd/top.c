// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/top.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/units.h"

/* Counting what is in every map takes longer than a sample. */
#define MAPS_EVERY 10 /* seconds */
#define INTERVAL_LOWEST 0.1
#define PLAIN_WIDTH 132 /* of a line, where no terminal says */

double top_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void describe_host(struct top *t, const struct state *s)
{
	__u32 index = s->config.chassis;
	struct chassis_val chassis = {0};
	char ip[INET_ADDRSTRLEN];

	bpf_map_lookup_elem(s->map_fd[MAP_CHASSIS], &index, &chassis);
	inet_ntop(AF_INET, s->config.encap_ip, ip, sizeof(ip));
	snprintf(t->host, sizeof(t->host), "%s (%s)",
		 chassis.hostname[0] ? chassis.hostname :
				       s->config.chassis_name,
		 ip);
}

int top_sample(struct top *t, struct error *e)
{
	struct stats next;
	struct state s;
	/* Opened again each time: load may have made other maps. */
	int err = state_open(&s, t->pin, STATE_READ, e);

	if (err)
		return err;
	err = stats_collect(&s, STATS_ALL, &next, e);
	if (!err && (!t->map_time || next.time - t->map_time >= MAPS_EVERY)) {
		err = stats_maps_collect(&s, NULL, t->map, e);
		t->map_time = next.time;
		if (err)
			stats_free(&next);
	}
	if (!err) {
		describe_host(t, &s);
		stats_free(&t->before);
		t->before = t->now;
		t->now = next;
	}
	state_close(&s);
	return err;
}

static void print_plain(const struct top *t, const struct top_rows *rows)
{
	const struct top_view *view = &top_views[t->view];
	char host[TOP_LINE], totals[TOP_LINE], full[TOP_LINE];
	size_t width[TOP_TEXTS];

	top_summary(t, host, totals, full);
	printf("%s\n%s\n", host, totals);
	if (*full)
		puts(full);
	top_widths(view, rows, PLAIN_WIDTH, width);
	top_line(view, width, NULL, host);
	puts(host);
	for (size_t i = 0; i < rows->n; i++) {
		top_line(view, width, &rows->row[i], host);
		puts(host);
	}
	putchar('\n');
}

static int print_sample(const struct top *t, bool as_json, struct error *e)
{
	struct top_rows rows;
	json_t *root;
	int err = 0;

	if (as_json) {
		/* One line for each, so that a reader sees where it ends. */
		root = top_json(t);
		json_dumpf(root, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(root);
	} else {
		err = top_rows_make(t, t->view, &rows);
		if (err)
			error_set(e, -err, "out of memory");
		else
			print_plain(t, &rows);
		top_rows_free(&rows);
	}
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = error_set(e, errno, "standard output: %s",
				strerror(errno));
	return err;
}

static void wait_until(double when)
{
	double left = when - top_seconds();
	struct timespec pause = {.tv_sec = left > 0 ? (time_t)left : 0};

	if (left <= 0)
		return;
	pause.tv_nsec = (long)((left - (double)pause.tv_sec) * 1e9);
	nanosleep(&pause, NULL);
}

static int top_plain(struct top *t, unsigned int n_samples, bool as_json,
		     struct error *e)
{
	double next = top_seconds();
	int err = 0;

	for (unsigned int i = 0; !err && (!n_samples || i < n_samples); i++) {
		next += t->interval;
		wait_until(next);
		err = top_sample(t, e);
		if (!err)
			err = print_sample(t, as_json, e);
	}
	return err;
}

static int parse_name(const char *text, const char *what,
		      const char *(*name)(int), int n, int *found,
		      struct error *e)
{
	char list[128] = "";

	for (int i = 0; i < n; i++) {
		size_t len = strlen(list);

		if (!strcmp(text, name(i))) {
			*found = i;
			return 0;
		}
		snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
			 name(i));
	}
	error_set(e, EINVAL, "--%s %s: there are %s", what, text, list);
	return CMD_USAGE;
}

static const char *view_name(int i)
{
	return top_views[i].name;
}

static const char *sort_name(int i)
{
	return top_sorts[i];
}

struct top_options {
	const char *interval, *sort, *view, *count;
	bool once, as_json;
};

static int parse_options(const struct top_options *o, struct top *t,
			 unsigned int *n_samples, struct error *e)
{
	int ret = 0, view = TOP_PORTS, sort = TOP_BY_PPS;

	t->interval = 1;
	*n_samples = o->once;
	if (o->interval &&
	    interval_parse(o->interval, INTERVAL_LOWEST, &t->interval, e))
		return CMD_USAGE;
	if (o->sort)
		ret = parse_name(o->sort, "sort", sort_name, TOP_SORT_COUNT,
				 &sort, e);
	if (!ret && o->view)
		ret = parse_name(o->view, "view", view_name, TOP_VIEW_COUNT,
				 &view, e);
	if (!ret)
		ret = option_number("count", o->count, 1, UINT32_MAX, n_samples,
				    e);
	t->view = view;
	t->sort = sort;
	return ret;
}

int cmd_top(const char *pin, int argc, char **argv, struct error *e)
{
	struct top_options o = {0};
	const struct option_def options[] = {
		{"interval", &o.interval, NULL},
		{"sort", &o.sort, NULL},
		{"view", &o.view, NULL},
		{"count", &o.count, NULL},
		{"once", NULL, &o.once},
		{"json", NULL, &o.as_json},
		{0},
	};
	static struct top t;
	unsigned int n_samples;
	int ret = options_parse(argc, argv, options, NULL, 0, e);

	t = (struct top){.pin = pin};
	if (ret >= 0)
		ret = parse_options(&o, &t, &n_samples, e);
	if (ret < 0)
		return ret;
	ret = top_sample(&t, e);
	if (ret)
		return ret;
	/* Without keys nobody could end it or change what is seen. */
	if (!o.as_json && !o.once && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO))
		ret = top_screen(&t, n_samples, e);
	else
		ret = top_plain(&t, n_samples, o.as_json, e);
	stats_free(&t.now);
	stats_free(&t.before);
	return ret;
}
