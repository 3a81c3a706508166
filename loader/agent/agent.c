// SPDX-License-Identifier: GPL-2.0-only
#include "agent/agent.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MS 1000
#define RELEASE_MS 5000 /* for leaving the cluster */

struct agent {
	const struct agent_options *options;
	struct report report;
	int signals; /* signalfd */
	struct live *live;
	struct links links;
	struct ovsdb_client *conf, *sb, *nb;
	bool was_connected[3]; /* in that order */
	struct vswitch *vswitch;
	struct southbound *southbound;
	struct engine *engine;
	struct upcalls *upcalls;
	uint64_t settings_version; /* of vswitch: remotes are set by it */
	uint64_t links_version; /* ... interfaces are */
	uint64_t compiled_version; /* of links, in the maps */
	bool is_whole; /* the next update trusts nothing kept */
	bool is_behind; /* the last update failed */
	bool has_underlay; /* somebody has the encap IP */
	bool was_forwarding;
	int64_t retry; /* time_ms() of another update */
	char **installed; /* names of LSPs */
	size_t n_installed;
};

static int client_new(struct ovsdb_client **client, const char *database,
		      const struct ovsdb_filter *filter, const char *lock,
		      struct error *e)
{
	const struct ovsdb_client_config config = {
		.database = database,
		.filter = filter,
		.lock = lock,
		.probe_ms = -1,
	};

	*client = ovsdb_client_new(&config);
	return *client ? 0 : error_set(e, ENOMEM, "out of memory");
}

static int signals_open(struct agent *a, struct error *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	a->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (a->signals < 0)
		return error_set(e, errno, "signalfd: %s", strerror(errno));
	return 0;
}

static bool is_asked_to_stop(const struct agent *a)
{
	struct signalfd_siginfo info;

	return read(a->signals, &info, sizeof(info)) == sizeof(info);
}

static int agent_open(struct agent *a, struct error *e)
{
	const struct agent_options *o = a->options;
	struct vswitch_options vswitch_options = {.pin = o->pin};
	int err;

	err = signals_open(a, e);
	if (!err)
		err = live_open(o->pin, &o->apply, &a->live, e);
	if (!err)
		err = links_init(&a->links, a->live, &a->report, e);
	if (!err)
		err = client_new(&a->conf, "Open_vSwitch", vswitch_filter,
				 "ovs_vswitchd", e);
	if (!err)
		err = client_new(&a->sb, "OVN_Southbound", engine_sb_filter,
				 NULL, e);
	if (!err)
		err = client_new(&a->nb, "OVN_Northbound", engine_nb_filter,
				 NULL, e);
	if (!err)
		err = ovsdb_client_set_remotes(a->conf, o->db, NULL, e);
	if (err)
		return err;
	a->vswitch = vswitch_new(a->conf, &vswitch_options, e);
	if (!a->vswitch)
		return -ENOMEM;
	a->southbound = southbound_new(a->sb);
	a->engine = engine_new(a->live);
	if (!a->southbound || !a->engine)
		return error_set(e, ENOMEM, "out of memory");
	a->is_whole = true;
	return 0;
}

static void forget_installed(struct agent *a)
{
	for (size_t i = 0; i < a->n_installed; i++)
		free(a->installed[i]);
	free(a->installed);
	a->installed = NULL;
	a->n_installed = 0;
}

static void agent_close(struct agent *a)
{
	upcalls_close(a->upcalls);
	southbound_free(a->southbound);
	engine_free(a->engine);
	vswitch_free(a->vswitch);
	ovsdb_client_free(a->nb);
	ovsdb_client_free(a->sb);
	ovsdb_client_free(a->conf);
	links_free(&a->links);
	live_close(a->live);
	forget_installed(a);
	report_free(&a->report);
	close(a->signals);
}

/* One line when a server answers, one when it does not any more. */
static void report_client(struct agent *a, enum report_topic topic,
			  const char *name, const struct ovsdb_client *client)
{
	bool is_connected = ovsdb_client_is_connected(client);
	bool *was = &a->was_connected[topic - REPORT_CONF];
	const char *status = ovsdb_client_status(client);

	if (is_connected == *was && (is_connected || !*status))
		return;
	if (is_connected)
		inform("%s: %s", name, status);
	else if (*was || !a->report.last[topic][0])
		report(&a->report, topic, "%s: %s", name, status);
	if (is_connected)
		report_solved(&a->report, topic);
	*was = is_connected;
}

static void set_remote(struct agent *a, enum report_topic topic,
		       struct ovsdb_client *client, const char *remote)
{
	const struct vswitch_settings *s = vswitch_settings(a->vswitch);
	struct error e;

	ovsdb_client_set_probe(client, s->probe_ms);
	if (ovsdb_client_set_remotes(client, remote ? remote : "", &s->tls, &e))
		report(&a->report, topic, "%s", e.text);
}

static void follow_settings(struct agent *a)
{
	const struct vswitch_settings *s = vswitch_settings(a->vswitch);
	uint64_t version = vswitch_version(a->vswitch);

	if (a->settings_version == version)
		return;
	a->settings_version = version;
	if (!s->system_id)
		report(&a->report, REPORT_SETTINGS,
		       "no system-id: this host is no chassis; ovs-vsctl set "
		       "Open_vSwitch . external_ids:system-id=NAME");
	else if (!s->remote)
		report(&a->report, REPORT_SETTINGS,
		       "no ovn-remote: this host is no chassis; ovs-vsctl set "
		       "Open_vSwitch . external_ids:ovn-remote=tcp:HOST:6642");
	else if (!s->encap_ip)
		report(&a->report, REPORT_SETTINGS,
		       "no ovn-encap-ip: this host is no chassis; ovs-vsctl "
		       "set Open_vSwitch . external_ids:ovn-encap-ip=IP");
	else
		report_solved(&a->report, REPORT_SETTINGS);
	set_remote(a, REPORT_SB, a->sb, s->remote);
	set_remote(a, REPORT_NB, a->nb,
		   a->options->nb ? a->options->nb : s->nb_remote);
}

/* Programs on interfaces: what the database or the kernel says has changed. */
static void follow_links(struct agent *a)
{
	uint64_t version = vswitch_version(a->vswitch);

	links_run(&a->links);
	if (!a->links.is_stale && a->links_version == version)
		return;
	a->links.is_stale = false;
	a->links_version = version;
	links_set_vifs(&a->links, a->vswitch);
	a->has_underlay =
		links_find_underlay(&a->links, vswitch_settings(a->vswitch));
	if (live_is_loaded(a->live))
		links_set_nics(&a->links, a->vswitch);
	vswitch_set_applied(a->vswitch, version);
}

static void run_southbound(struct agent *a)
{
	struct southbound_wanted wanted = {
		.settings = vswitch_settings(a->vswitch),
		.datapath_type = "xovn",
		.is_encap_ready = a->has_underlay,
	};

	if (!ovsdb_client_has_contents(a->sb) || !wanted.settings->system_id)
		return;
	wanted.vifs = vswitch_vifs(a->vswitch, &wanted.n_vifs);
	southbound_run(a->southbound, &wanted);
}

/* Of the VIFs those that the Southbound database says are here. */
static size_t claimed_bindings(const struct agent *a,
			       struct compile_binding *bindings)
{
	const struct vswitch_vif *vifs;
	size_t n_vifs, n = 0;

	vifs = vswitch_vifs(a->vswitch, &n_vifs);
	for (size_t i = 0; i < n_vifs; i++) {
		if (!southbound_is_claimed(a->southbound, vifs[i].iface_id,
					   NULL))
			continue;
		for (size_t j = 0; j < a->links.n_vifs; j++)
			if (a->links.vifs[j].ifindex == vifs[i].ifindex)
				bindings[n++] = a->links.vifs[j];
	}
	return n;
}

static bool has_changes(const struct agent *a)
{
	return a->is_whole || a->is_behind ||
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

	southbound_learned(a->southbound, u, a->engine);
}

static void open_upcalls(struct agent *a)
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

/* Which ports are in the maps: Port_Binding.up and ovn-installed. */
static void tell_installed(struct agent *a)
{
	const struct vswitch_vif *vifs;
	size_t n_vifs;

	vifs = vswitch_vifs(a->vswitch, &n_vifs);
	forget_installed(a);
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
		a->links.is_stale = true;
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

static void update(struct agent *a)
{
	const struct vswitch_settings *s = vswitch_settings(a->vswitch);
	struct engine_result result = {0};
	struct engine_input in = {
		.nb = a->nb,
		.sb = a->sb,
		.chassis = s->system_id,
		.mappings = a->links.mappings,
		.n_mappings = a->links.n_mappings,
		.is_whole = a->is_whole || a->is_behind,
	};
	struct compile_binding *bindings;
	uint64_t version = a->links.version;
	struct error e;
	int err;

	if (!s->system_id || !has_changes(a) || a->retry > time_ms() ||
	    !ovsdb_client_has_contents(a->nb) ||
	    !ovsdb_client_has_contents(a->sb))
		return;
	a->retry = 0;
	bindings = calloc(a->links.n_vifs + 1, sizeof(*bindings));
	if (!bindings)
		return;
	in.bindings = bindings;
	in.n_bindings = claimed_bindings(a, bindings);
	err = engine_update(a->engine, &in, &result, &e);
	free(bindings);
	a->is_behind = err;
	if (err) {
		/* -EAGAIN: SB is about to know this chassis. */
		if (err != -EAGAIN)
			report(&a->report, REPORT_COMPILE, "%s", e.text);
		a->retry = time_ms() + RETRY_MS;
		return;
	}
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
static void report_nb_cfg(struct agent *a)
{
	struct timespec now;
	int64_t nb_cfg;

	if (!a->was_forwarding || has_changes(a) ||
	    !ovsdb_client_is_connected(a->nb) ||
	    !ovsdb_client_is_connected(a->sb) ||
	    !ovsdb_client_conditions_hold(a->sb))
		return;
	nb_cfg = southbound_sb_nb_cfg(a->southbound);
	if (nb_nb_cfg(a) < nb_cfg)
		return;
	southbound_set_nb_cfg(a->southbound, nb_cfg);
	clock_gettime(CLOCK_REALTIME, &now);
	vswitch_set_nb_cfg(a->vswitch, nb_cfg,
			   (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void agent_step(struct agent *a)
{
	ovsdb_client_run(a->conf);
	report_client(a, REPORT_CONF, "conf.db", a->conf);
	if (ovsdb_client_has_contents(a->conf)) {
		vswitch_run(a->vswitch);
		follow_settings(a);
		follow_links(a);
		ovsdb_client_run(a->sb);
		report_client(a, REPORT_SB, "SB", a->sb);
		ovsdb_client_run(a->nb);
		report_client(a, REPORT_NB, "NB", a->nb);
		run_southbound(a);
		update(a);
		report_nb_cfg(a);
		run_southbound(a);
		vswitch_run(a->vswitch);
	}
	open_upcalls(a);
	if (a->upcalls)
		upcalls_run(a->upcalls);
	live_run(a->live);
}

static void agent_wait(struct agent *a)
{
	struct waits w;

	waits_init(&w);
	waits_fd(&w, a->signals, POLLIN);
	ovsdb_client_wait(a->conf, &w);
	ovsdb_client_wait(a->sb, &w);
	ovsdb_client_wait(a->nb, &w);
	vswitch_wait(a->vswitch, &w);
	southbound_wait(a->southbound, &w);
	links_wait(&a->links, &w);
	live_wait(a->live, &w);
	if (a->upcalls)
		upcalls_wait(a->upcalls, &w);
	if (a->retry)
		waits_until(&w, a->retry);
	if (a->links.is_stale)
		waits_now(&w);
	waits_block(&w);
}

static void release(struct agent *a)
{
	int64_t end = time_ms() + RELEASE_MS;

	while (!southbound_release(a->southbound) && time_ms() < end) {
		struct waits w;

		waits_init(&w);
		waits_until(&w, time_ms() + 100);
		ovsdb_client_wait(a->sb, &w);
		waits_block(&w);
		ovsdb_client_run(a->sb);
	}
}

int agent_main(const struct agent_options *options, struct error *e)
{
	struct agent a = {.options = options, .signals = -1};
	int err;

	a.links.watch = -1;
	err = agent_open(&a, e);
	while (!err && !is_asked_to_stop(&a)) {
		agent_step(&a);
		agent_wait(&a);
	}
	if (!err && options->is_releasing)
		release(&a);
	agent_close(&a);
	return err;
}
