// SPDX-License-Identifier: GPL-2.0-only
/* Rows that changed go into the maps, and who waits for that is told. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/agent.h"

#define RETRY_MS 1000

/* Of the VIFs those that the Southbound database says are here. */
static size_t claimed_bindings(const struct agent *a,
			       struct compile_binding *bindings)
{
	const struct vswitch_vif *vifs;
	size_t n_vifs, n = 0;

	vifs = vswitch_vifs(a->vswitch, &n_vifs);
	for (size_t i = 0; i < n_vifs; i++) {
		const struct compile_binding *b =
			links_vif(&a->links, vifs[i].ifindex);

		if (b && southbound_is_claimed(a->southbound, vifs[i].iface_id,
					       NULL))
			bindings[n++] = *b;
	}
	bindings_sort(bindings, n);
	return n;
}

static bool has_changes(const struct agent *a)
{
	return a->is_whole || a->behind_since ||
	       a->compiled_version != a->links.version ||
	       ovsdb_client_n_changes(a->nb) || ovsdb_client_n_changes(a->sb);
}

/* Packets that wait for the answer another chassis has got. */
static void tell_neighbors(struct agent *a)
{
	for (size_t i = 0; i < ovsdb_client_n_changes(a->sb); i++) {
		const struct ovsdb_change *c = ovsdb_client_change(a->sb, i);
		struct neighbor_key key = {0};

		if (!c->row || strcmp(ovsdb_row_table(c->row), "MAC_Binding") ||
		    inet_pton(AF_INET, ovsdb_string(c->row, "ip", 0), key.ip) !=
			    1 ||
		    !engine_lrp_key(a->engine,
				    ovsdb_string(c->row, "logical_port", 0),
				    &key.datapath, &key.port))
			continue;
		upcalls_neighbor(a->upcalls, &key);
	}
}

static void on_learned(void *arg, const struct upcall *u)
{
	struct agent *a = arg;

	southbound_learned(a->southbound, u);
}

void open_upcalls(struct agent *a)
{
	const struct upcall_handlers handlers = {on_learned, a};
	struct error e;

	if (a->upcalls || !live_is_loaded(a->live))
		return;
	if (upcalls_open(live_state(a->live), &handlers, &a->upcalls, &e))
		report(&a->report, REPORT_UPCALLS,
		       "%s; first packets to unresolved next hops are lost",
		       e.text);
	else
		report_solved(&a->report, REPORT_UPCALLS);
}

static bool vif_forwards(const struct agent *a, uint32_t ifindex)
{
	int fd = live_state(a->live)->map_fd[IMAGE_VIF];
	struct vif_key key = {ifindex};
	struct vif_val val;

	return fd >= 0 && !bpf_map_lookup_elem(fd, &key, &val) && val.datapath;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void update_forget(struct agent *a)
{
	for (size_t i = 0; i < a->n_installed; i++)
		free(a->installed[i]);
	free(a->installed);
	a->installed = NULL;
	a->n_installed = 0;
}

/* Which ports are in the maps: Port_Binding.up and ovn-installed. */
static void tell_installed(struct agent *a)
{
	const struct vswitch_vif *vifs;
	size_t n_vifs;

	vifs = vswitch_vifs(a->vswitch, &n_vifs);
	update_forget(a);
	a->installed = calloc(n_vifs + 1, sizeof(*a->installed));
	for (size_t i = 0; a->installed && i < n_vifs; i++) {
		bool is_on = vif_forwards(a, vifs[i].ifindex) &&
			     southbound_is_claimed(a->southbound,
						   vifs[i].iface_id, NULL);
		char *name = is_on ? strdup(vifs[i].iface_id) : NULL;

		vswitch_set_installed(a->vswitch, vifs[i].name, is_on);
		if (name)
			a->installed[a->n_installed++] = name;
	}
	qsort(a->installed, a->n_installed, sizeof(*a->installed),
	      compare_names);
	southbound_set_installed(a->southbound,
				 (const char *const *)a->installed,
				 a->n_installed);
}

static void update_done(struct agent *a, struct engine_result *result)
{
	const uint32_t *datapaths;
	size_t n;

	report_solved(&a->report, REPORT_COMPILE);
	if (result->was_whole)
		report_notes(&a->report, result->notes, result->n_notes);
	if (!a->was_forwarding)
		inform("chassis %s forwards; %zu map writes",
		       vswitch_settings(a->vswitch)->system_id,
		       result->apply.n_writes);
	/* The maps are there now: who could not be attached before can. */
	if (!a->was_forwarding)
		a->links.is_stale = a->links.are_nics_stale = true;
	a->was_forwarding = true;
	a->is_whole = false;
	open_upcalls(a);
	if (a->upcalls)
		tell_neighbors(a);
	ovsdb_client_forget_changes(a->nb);
	ovsdb_client_forget_changes(a->sb);
	tell_installed(a);
	datapaths = engine_local_datapaths(a->engine, &n);
	southbound_monitor(a->southbound, datapaths, n,
			   vswitch_settings(a->vswitch)->monitor_all);
}

static size_t n_rows(const struct ovsdb_client *client, const char *table)
{
	return ovsdb_table_size(ovsdb_table(ovsdb_client_db(client), table));
}

/* A Northbound database without any network may have lost its file, or wait
 * for a backup.  It is law once ovn-northd, which made SB_Global, has taken
 * all datapaths out of the Southbound database: what other chassis go by. */
static int check_northbound(const struct agent *a, struct error *e)
{
	size_t n_datapaths = n_rows(a->sb, "Datapath_Binding");

	if (n_rows(a->nb, "Logical_Switch") ||
	    n_rows(a->nb, "Logical_Router") ||
	    (!n_datapaths && n_rows(a->sb, "SB_Global")))
		return 0;
	return error_set(e, EAGAIN,
			 "the Northbound database has no switch and no router, "
			 "and ovn-northd has not said so to the Southbound "
			 "(%zu datapaths); what is loaded stays; restore a "
			 "backup, or start ovn-northd",
			 n_datapaths);
}

static size_t n_changes(const struct agent *a)
{
	return ovsdb_client_n_changes(a->nb) + ovsdb_client_n_changes(a->sb);
}

/* One tries again after a pause; one that waits for other rows also when some
 * came.  The databases follow each other: that one is not as far as the other
 * is said only when it lasts. */
static void update_failed(struct agent *a, int err, const struct error *e)
{
	int64_t now = time_ms();
	bool is_waiting = err == -EAGAIN;

	if (!a->behind_since)
		a->behind_since = now;
	a->n_seen = is_waiting ? n_changes(a) : SIZE_MAX;
	a->retry = now + RETRY_MS;
	if (!is_waiting ||
	    (a->was_forwarding && now - a->behind_since >= RETRY_MS))
		report(&a->report, REPORT_COMPILE, "%s", e->text);
}

static bool is_pausing(const struct agent *a)
{
	return a->retry > time_ms() &&
	       (a->n_seen == SIZE_MAX || a->n_seen == n_changes(a));
}

void update(struct agent *a)
{
	const struct vswitch_settings *s = vswitch_settings(a->vswitch);
	struct engine_result result = {0};
	struct engine_input in = {
		.nb = a->nb,
		.sb = a->sb,
		.chassis = s->system_id,
		.mappings = a->links.mappings,
		.n_mappings = a->links.n_mappings,
		.is_whole = a->is_whole || a->behind_since,
	};
	struct compile_binding *bindings;
	uint64_t version = a->links.version;
	struct error e;
	int err;

	if (is_pausing(a))
		return;
	a->retry = 0; /* a time that is past would wake the loop for ever */
	if (!s->system_id || !has_changes(a) ||
	    !ovsdb_client_has_contents(a->nb) ||
	    !ovsdb_client_has_contents(a->sb))
		return;
	err = check_northbound(a, &e);
	if (err) {
		update_failed(a, err, &e);
		return;
	}
	bindings = calloc(a->links.n_vifs + 1, sizeof(*bindings));
	if (!bindings)
		return;
	in.bindings = bindings;
	in.n_bindings = claimed_bindings(a, bindings);
	err = engine_update(a->engine, &in, &result, &e);
	free(bindings);
	if (err) {
		update_failed(a, err, &e);
		return;
	}
	a->behind_since = 0;
	a->compiled_version = version;
	update_done(a, &result);
}

static int64_t nb_nb_cfg(const struct agent *a)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(a->nb), "NB_Global");

	return ovsdb_table_size(t) ?
		       ovsdb_integer(ovsdb_table_row(t, 0), "nb_cfg", 0) :
		       -1;
}

/* What ovn-nbctl --wait=hv waits for: SB_Global says that northd has put all
 * up to nb_cfg into SB; NB, which is read beside it, must have come as far,
 * too, and both must be in the maps. */
void report_nb_cfg(struct agent *a)
{
	struct timespec now;
	int64_t nb_cfg;

	if (!a->was_forwarding || has_changes(a) ||
	    !ovsdb_client_is_connected(a->nb) ||
	    !ovsdb_client_is_connected(a->sb) ||
	    !southbound_is_settled(a->southbound))
		return;
	nb_cfg = southbound_sb_nb_cfg(a->southbound);
	if (nb_nb_cfg(a) < nb_cfg)
		return;
	southbound_set_nb_cfg(a->southbound, nb_cfg);
	clock_gettime(CLOCK_REALTIME, &now);
	vswitch_set_nb_cfg(a->vswitch, nb_cfg,
			   (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}
