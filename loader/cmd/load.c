// SPDX-License-Identifier: GPL-2.0-only
/*
 * xovn load: an NB database becomes map contents.  Everything that can be
 * wrong with it is found before the kernel is touched.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/load.h"
#include "companion.h"

static void warn_notices(const struct nb *nb)
{
	for (size_t i = 0; i < nb->n_notices; i++) {
		const struct nb_notice *n = &nb->notices[i];

		warning("%s: %zu in the NB database, not honoured%s%s%s",
			n->what, n->n, n->example ? " (" : "",
			n->example ? n->example : "", n->example ? ")" : "");
	}
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
	size_t n_ports = count_ports(&l->nb);

	if (l->moved_from)
		printf("xovn: load: maps of layout version %u are of %d now, "
		       "with all connections\n",
		       l->moved_from, XOVN_LAYOUT_VERSION);
	printf("xovn: load: %s: %zu switch%s, %zu router%s, %zu port%s; %zu "
	       "added, %zu changed, %zu removed (%zu map writes%s)%s\n",
	       l->chassis, l->nb.n_switches, l->nb.n_switches == 1 ? "" : "es",
	       l->nb.n_routers, l->nb.n_routers == 1 ? "" : "s", n_ports,
	       n_ports == 1 ? "" : "s", r->summary.added, r->summary.changed,
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

static json_t *full_maps(const struct load *l)
{
	json_t *list = json_array();

	for (int id = 0; id < MAP_COUNT; id++)
		if (stats_map_is_full(&l->maps[id]))
			json_array_append_new(list,
					      json_string(l->maps[id].name));
	return list;
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
			  "programs_replaced", r->is_upgrade || l->moved_from,
			  "not_honoured", warnings, "notes", notes));
	json_object_update_new(
		root,
		json_pack("{s:I, s:I, s:I, s:I, s:o}", "connections_flushed",
			  (json_int_t)r->n_flushed, "announced",
			  (json_int_t)(r->n_announced > 0 ? r->n_announced : 0),
			  "ct_max", (json_int_t)r->ct_records, "not_counted",
			  (json_int_t)r->n_uncounted, "nearly_full",
			  full_maps(l)));
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
	if (r->n_uncounted)
		warning("map full: counter: %zu ports, routes, NAT rules or "
			"VIPs are not counted; xovn detach --all, then load "
			"with a larger --max-ports",
			r->n_uncounted);
	if (r->n_announced < 0)
		warning("addresses were not announced: %s",
			strerror(-r->n_announced));
}

/* That they cannot be read is no reason to say that the load failed. */
static void check_maps(struct load *l, const struct state *s)
{
	struct error why;

	if (l->apply.is_dry)
		return;
	if (stats_maps_collect(s, &l->out.image, l->maps, &why))
		warning("how full the maps are is unknown: %s", why.text);
	else
		stats_maps_warn(l->maps);
}

int load_read(struct load *l)
{
	/* Tables that grow move by pages instead of being copied, and leave no
	 * holes. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	return network_files_read(&l->files, &l->nb, &l->placement, l->e);
}

static void say(struct load *l, const struct state *s,
		const struct apply_result *r)
{
	warn_notices(&l->nb);
	for (size_t i = 0; i < l->out.n_notes; i++)
		warning("%s", l->out.notes[i]);
	warn_result(l, r);
	check_maps(l, s);
	if (l->as_json)
		print_json(l, r);
	else
		print_text(l, r);
}

int load_apply(struct load *l, struct state *s)
{
	struct compile_mapping *mappings = NULL;
	struct compile_binding *bindings = NULL;
	struct chassis_val *present = NULL;
	struct apply_result result = {0};
	struct apply_ahead ahead;
	size_t n = 0, n_mappings = 0;
	int ret = apply_begin(&ahead, s, &l->apply, l->e);

	if (!ret)
		ret = apply_read_bindings(s, &bindings, &n, l->e);
	if (!ret)
		ret = apply_read_mappings(s, &mappings, &n_mappings, l->e);
	if (!ret)
		ret = apply_read_chassis(s, &present, l->e);
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
		l->moved_from = s->moved_from;
		ret = apply(&ahead, s, &l->out, &l->apply, &result, l->e);
		if (!ret)
			say(l, s, &result);
		compile_output_free(&l->out);
	}
	apply_end(&ahead);
	free(bindings);
	free(mappings);
	free(present);
	return ret;
}

static int load_run(struct load *l, const char *pin)
{
	struct state s;
	int ret = load_read(l);

	if (ret)
		return ret;
	if (!l->apply.is_dry)
		companion_begin();
	ret = state_open(&s, pin,
			 l->apply.is_dry ? STATE_PREVIEW : STATE_CREATE, l->e);
	if (ret)
		return ret;
	ret = load_apply(l, &s);
	state_close(&s);
	return ret;
}

int cmd_load(const char *pin, int argc, char **argv, struct error *e)
{
	static struct load l;
	struct apply_texts texts = {0};
	const struct option_def options[] = {
		{"nb", &l.files.nb, NULL},
		{"sb", &l.files.sb, NULL},
		{"placement", &l.files.placement, NULL},
		{"private-key", &l.files.tls.private_key, NULL},
		{"certificate", &l.files.tls.certificate, NULL},
		{"ca-cert", &l.files.tls.ca_cert, NULL},
		{"chassis", &l.chassis, NULL},
		APPLY_OPTIONS(texts),
		{"no-announce", NULL, &l.apply.is_silent},
		{"dry-run", NULL, &l.apply.is_dry},
		{"json", NULL, &l.as_json},
		{0},
	};
	int ret = options_parse(argc, argv, options, NULL, 0, e);

	if (ret < 0)
		return ret;
	l.e = e;
	if (!l.files.nb || !l.chassis) {
		error_set(e, EINVAL,
			  "--nb FILE or SERVER and --chassis NAME are "
			  "needed");
		return CMD_USAGE;
	}
	l.has_ct_max = texts.ct_max;
	apply_options_default(&l.apply);
	ret = apply_options_parse(&texts, &l.apply, e);
	return ret ? ret : load_run(&l, pin);
}
