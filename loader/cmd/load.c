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
#include "sync/conntrack.h"
#include "sync/state.h"

struct load {
	const char *nb_path, *sb_path, *placement_path, *chassis;
	struct apply_options apply;
	bool has_ct_max, as_json;
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
	       l->apply.is_dry ? ", none made: dry run" : "",
	       r->is_upgrade ? "; programs replaced" : "");
	if (r->n_flushed)
		printf("xovn: load: %zu connection%s of backends that went "
		       "flushed\n",
		       r->n_flushed, r->n_flushed == 1 ? "" : "s");
	if (r->n_announced > 0)
		printf("xovn: load: %d address%s announced by ARP\n",
		       r->n_announced, r->n_announced == 1 ? "" : "es");
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
			  (json_int_t)r->n_writes, "dry_run", l->apply.is_dry,
			  "programs_replaced", r->is_upgrade, "not_honoured",
			  warnings, "notes", notes));
	json_object_update_new(
		root,
		json_pack("{s:I, s:I, s:I}", "connections_flushed",
			  (json_int_t)r->n_flushed, "announced",
			  (json_int_t)(r->n_announced > 0 ? r->n_announced : 0),
			  "ct_max", (json_int_t)r->ct_records));
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static void warn_result(const struct load *l, const struct apply_result *r)
{
	if (l->has_ct_max && r->ct_records != l->apply.limits.ct_max)
		warning("--ct-max %u: the table keeps its %u records until "
			"xovn detach --all",
			l->apply.limits.ct_max, r->ct_records);
	if (r->n_announced < 0)
		warning("addresses were not announced: %s",
			strerror(-r->n_announced));
}

static int load_run(struct load *l, const char *pin)
{
	struct compile_mapping *mappings = NULL;
	struct compile_binding *bindings = NULL;
	struct chassis_val *present = NULL;
	struct apply_result result = {0};
	struct state s;
	size_t n = 0, n_mappings = 0;
	int ret = read_files(l);

	if (ret)
		return ret;
	ret = state_open(&s, pin,
			 l->apply.is_dry ? STATE_PREVIEW : STATE_CREATE, l->e);
	if (ret)
		return ret;
	ret = apply_read_bindings(&s, &bindings, &n, l->e);
	if (!ret)
		ret = apply_read_mappings(&s, &mappings, &n_mappings, l->e);
	if (!ret)
		ret = apply_read_chassis(&s, &present, l->e);
	if (!ret) {
		struct compile_input in = {
			.nb = &l->nb,
			.placement = &l->placement,
			.chassis = l->chassis,
			.bindings = bindings,
			.n_bindings = n,
			.mappings = mappings,
			.n_mappings = n_mappings,
			.present_chassis = present,
		};

		ret = compile(&in, &l->out, l->e);
	}
	if (!ret) {
		ret = apply(&s, &l->out, &l->apply, &result, l->e);
		if (!ret) {
			warn_notices(&l->nb);
			for (size_t i = 0; i < l->out.n_notes; i++)
				warning("%s", l->out.notes[i]);
			warn_result(l, &result);
			if (l->as_json)
				print_json(l, &result);
			else
				print_text(l, &result);
		}
		compile_output_free(&l->out);
	}
	free(bindings);
	free(mappings);
	free(present);
	state_close(&s);
	return ret;
}

int cmd_load(const char *pin, int argc, char **argv, struct error *e)
{
	struct load l = {.e = e,
			 .apply.limits = {.max_ports = MAX_PORTS_DEFAULT,
					  .ct_max = CT_MAX_DEFAULT}};
	const char *max_ports = NULL, *ct_max = NULL, *ct_timeout = NULL;
	const struct option_def options[] = {
		{"nb", &l.nb_path, NULL},
		{"sb", &l.sb_path, NULL},
		{"placement", &l.placement_path, NULL},
		{"chassis", &l.chassis, NULL},
		{"max-ports", &max_ports, NULL},
		{"ct-max", &ct_max, NULL},
		{"ct-timeout", &ct_timeout, NULL},
		{"no-announce", NULL, &l.apply.is_silent},
		{"dry-run", NULL, &l.apply.is_dry},
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
	l.has_ct_max = ct_max;
	ret = option_number("max-ports", max_ports, MAX_PORTS_LOWEST,
			    MAX_PORTS_HIGHEST, &l.apply.limits.max_ports, e);
	if (!ret)
		ret = option_number("ct-max", ct_max, CT_MAX_LOWEST,
				    CT_MAX_HIGHEST, &l.apply.limits.ct_max, e);
	if (!ret && ct_timeouts_parse(ct_timeout, l.apply.ct_timeout, e))
		ret = CMD_USAGE;
	if (!ret)
		ret = load_run(&l, pin);
	nb_free(&l.nb);
	placement_free(&l.placement);
	return ret;
}
