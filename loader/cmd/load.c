// SPDX-License-Identifier: GPL-2.0-only
/*
 * xovn load: an NB database file becomes map contents.  Everything that can
 * be wrong with the files is found before the kernel is touched.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "compile/compile.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "sync/apply.h"
#include "sync/state.h"

struct load {
	const char *nb_path, *sb_path, *placement_path, *chassis;
	uint32_t max_ports;
	bool is_dry, as_json;
	struct nb nb;
	struct placement placement;
	struct compile_output out;
	struct error *e;
};

static int read_nb(struct load *l)
{
	struct ovsdb *db;
	int ret =
		ovsdb_read(l->nb_path, "OVN_Northbound", nb_columns, &db, l->e);

	if (ret)
		return ret;
	ret = nb_from_ovsdb(db, &l->nb, l->e);
	ovsdb_free(db);
	return ret;
}

static int read_sb(struct load *l)
{
	struct ovsdb *db;
	int ret = ovsdb_read(l->sb_path, "OVN_Southbound", placement_sb_columns,
			     &db, l->e);

	if (ret)
		return ret;
	ret = placement_read_sb(db, &l->placement, l->e);
	ovsdb_free(db);
	return ret;
}

static void warn_notices(const struct nb *nb)
{
	for (size_t i = 0; i < nb->n_notices; i++) {
		const struct nb_notice *n = &nb->notices[i];

		warning("%s: %zu in the NB database, not honoured%s%s%s",
			n->what, n->n, n->example ? " (" : "",
			n->example ? n->example : "", n->example ? ")" : "");
	}
}

static int read_files(struct load *l)
{
	int ret;

	if (l->sb_path && l->placement_path)
		return error_set(l->e, EINVAL,
				 "--sb and --placement both say where ports "
				 "are; give one of them");
	ret = read_nb(l);
	if (!ret && l->sb_path)
		ret = read_sb(l);
	if (!ret && l->placement_path)
		ret = placement_read_file(l->placement_path, &l->placement,
					  l->e);
	return ret;
}

static size_t count_ports(const struct nb *nb)
{
	size_t n = 0;

	for (size_t i = 0; i < nb->n_switches; i++)
		n += nb->switches[i].n_ports;
	for (size_t i = 0; i < nb->n_routers; i++)
		n += nb->routers[i].n_ports;
	return n;
}

static void print_text(const struct load *l, const struct apply_result *r)
{
	printf("xovn: load: %s: %zu switches, %zu routers, %zu ports; %zu "
	       "added, %zu changed, %zu removed (%zu map writes%s)%s\n",
	       l->chassis, l->nb.n_switches, l->nb.n_routers,
	       count_ports(&l->nb), r->summary.added, r->summary.changed,
	       r->summary.removed, r->n_writes,
	       l->is_dry ? ", none made: dry run" : "",
	       r->is_upgrade ? "; programs replaced" : "");
}

static void print_json(const struct load *l, const struct apply_result *r)
{
	json_t *warnings = json_array(), *notes = json_array(), *root;

	for (size_t i = 0; i < l->nb.n_notices; i++)
		json_array_append_new(warnings,
				      json_pack("{s:s, s:I, s:s?}", "what",
						l->nb.notices[i].what, "count",
						(json_int_t)l->nb.notices[i].n,
						"example",
						l->nb.notices[i].example));
	for (size_t i = 0; i < l->out.n_notes; i++)
		json_array_append_new(notes, json_string(l->out.notes[i]));
	root = json_pack("{s:s, s:I, s:I, s:I}", "chassis", l->chassis,
			 "switches", (json_int_t)l->nb.n_switches, "routers",
			 (json_int_t)l->nb.n_routers, "ports",
			 (json_int_t)count_ports(&l->nb));
	json_object_update_new(
		root,
		json_pack("{s:I, s:I, s:I, s:I, s:b, s:b, s:o, s:o}", "added",
			  (json_int_t)r->summary.added, "changed",
			  (json_int_t)r->summary.changed, "removed",
			  (json_int_t)r->summary.removed, "map_writes",
			  (json_int_t)r->n_writes, "dry_run", l->is_dry,
			  "programs_replaced", r->is_upgrade, "not_honoured",
			  warnings, "notes", notes));
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static int load_run(struct load *l, const char *pin)
{
	struct compile_binding *bindings = NULL;
	struct chassis_val *present = NULL;
	struct apply_result result = {0};
	struct state s;
	size_t n = 0;
	int ret = read_files(l);

	if (ret)
		return ret;
	ret = state_open(&s, pin, l->is_dry ? STATE_PREVIEW : STATE_CREATE,
			 l->e);
	if (ret)
		return ret;
	ret = apply_read_bindings(&s, &bindings, &n, l->e);
	if (!ret)
		ret = apply_read_chassis(&s, &present, l->e);
	if (!ret) {
		struct compile_input in = {
			.nb = &l->nb,
			.placement = &l->placement,
			.chassis = l->chassis,
			.bindings = bindings,
			.n_bindings = n,
			.present_chassis = present,
		};

		ret = compile(&in, &l->out, l->e);
	}
	if (!ret) {
		ret = apply(&s, &l->out, l->max_ports, l->is_dry, &result,
			    l->e);
		if (!ret) {
			warn_notices(&l->nb);
			for (size_t i = 0; i < l->out.n_notes; i++)
				warning("%s", l->out.notes[i]);
			if (l->as_json)
				print_json(l, &result);
			else
				print_text(l, &result);
		}
		compile_output_free(&l->out);
	}
	free(bindings);
	free(present);
	state_close(&s);
	return ret;
}

static int parse_max_ports(struct load *l, const char *text)
{
	unsigned long value;
	char *end;

	l->max_ports = MAX_PORTS_DEFAULT;
	if (!text)
		return 0;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || value < MAX_PORTS_LOWEST ||
	    value > MAX_PORTS_HIGHEST) {
		error_set(l->e, EINVAL,
			  "--max-ports %s: a number from %d to %d is wanted",
			  text, MAX_PORTS_LOWEST, MAX_PORTS_HIGHEST);
		return CMD_USAGE;
	}
	l->max_ports = value;
	return 0;
}

int cmd_load(const char *pin, int argc, char **argv, struct error *e)
{
	struct load l = {.e = e};
	const char *max_ports = NULL;
	const struct option_def options[] = {
		{"nb", &l.nb_path, NULL},
		{"sb", &l.sb_path, NULL},
		{"placement", &l.placement_path, NULL},
		{"chassis", &l.chassis, NULL},
		{"max-ports", &max_ports, NULL},
		{"dry-run", NULL, &l.is_dry},
		{"json", NULL, &l.as_json},
		{0},
	};
	int ret = options_parse(argc, argv, options, NULL, 0, e);

	if (ret < 0)
		return ret;
	if (!l.nb_path || !l.chassis) {
		error_set(e, EINVAL, "--nb FILE and --chassis NAME are needed");
		return CMD_USAGE;
	}
	ret = parse_max_ports(&l, max_ports);
	if (!ret)
		ret = load_run(&l, pin);
	nb_free(&l.nb);
	placement_free(&l.placement);
	return ret;
}
