// SPDX-License-Identifier: GPL-2.0-only
/*
 * xovn show: this host, what is attached and bound, the logical network.
 *
 *   show_collect.c   the tree: chassis, interfaces, datapaths, with the parts
 *                    of show_ports.c, show_routes.c, show_gateway.c,
 *                    show_vips.c, show_counters.c
 *   show_filter.c    one switch, router or port of it
 *   show_text.c, show_text_router.c   as text
 *   dot.c, dot_index.c, dot_table.c, svg.c   as a picture
 */
#include "cmd/show.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/dot.h"
#include "cmd/show_text.h"
#include "cmd/units.h"

struct show_request {
	bool as_json, is_detailed, as_dot, as_svg;
	const char *svg; /* file, "-": standard output */
	const char *interval;
	const char *name; /* of the only object wanted, NULL: all */
};

static int check_request(const struct show_request *r, struct error *e)
{
	if (r->as_json + r->as_dot + r->as_svg > 1)
		error_set(e, EINVAL, "one of --json, --dot and --svg, please");
	else if (r->name && (r->as_dot || r->as_svg))
		error_set(e, EINVAL,
			  "--dot and --svg draw the whole network, not just %s",
			  r->name);
	else
		return 0;
	return CMD_USAGE;
}

static int print_tree(const struct show_request *r, json_t *root,
		      struct error *e)
{
	const struct show_text text = {stdout, r->is_detailed};

	if (r->as_svg)
		return svg_write(root, r->svg, r->is_detailed, e);
	if (r->as_dot) {
		dot_write(root, stdout, r->is_detailed);
	} else if (r->as_json) {
		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		tree_clean(root);
		show_print(&text, root);
	}
	return 0;
}

static int show(const char *pin, const struct show_request *r, double interval,
		struct error *e)
{
	struct state s;
	json_t *root;
	int ret = state_open(&s, pin, STATE_READ, e);

	if (ret)
		return ret;
	root = show_collect(&s, interval, e);
	state_close(&s);
	if (root && r->name) {
		json_t *found = show_filter(root, r->name);

		json_decref(root);
		root = found;
		if (!root)
			error_set(e, ENOENT,
				  "no switch, router or port is called '%s'; "
				  "xovn show lists them",
				  r->name);
	}
	if (!root)
		return -1;
	ret = print_tree(r, root, e);
	json_decref(root);
	return ret;
}

int cmd_show(const char *pin, int argc, char **argv, struct error *e)
{
	struct show_request r = {.svg = "-"};
	const struct option_def options[] = {
		{"json", NULL, &r.as_json},
		{"detail", NULL, &r.is_detailed},
		{"dot", NULL, &r.as_dot},
		{"svg", &r.svg, &r.as_svg},
		{"interval", &r.interval, NULL},
		{0},
	};
	double interval;
	int ret = options_parse(argc, argv, options, &r.name, 1, e);

	if (ret >= 0)
		ret = check_request(&r, e);
	if (ret < 0)
		return ret;
	/* A picture without rates says little. */
	interval = r.as_dot || r.as_svg ? 1 : 0;
	if (r.interval && interval_parse(r.interval, 0, &interval, e))
		return CMD_USAGE;
	return show(pin, &r, interval, e);
}
