// SPDX-License-Identifier: GPL-2.0-only
#include "agent/agent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "compile/hash.h"

#define RELEASE_MS 5000 /* for leaving the cluster */

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
	const struct vswitch_options vswitch_options = {0};
	int err;

	err = signals_open(a, e);
	if (!err)
		err = live_open(o->pin, &o->apply, &a->live, e);
	if (!err && live_state(a->live)->moved_from)
		inform("maps of layout version %u are of %u now, with all "
		       "connections",
		       live_state(a->live)->moved_from, XOVN_LAYOUT_VERSION);
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
	update_forget(a);
	report_free(&a->report);
	notify_close(&a->notify);
	close(a->signals);
}

/* Has what is wrong been said since there was a connection?  What is tried
 * next, and when, is not what is wrong. */
static bool is_reported(struct client_report *r, const char *status)
{
	const char *end = strstr(status, "; next ");
	uint64_t cause = hash_bytes(
		status, end ? (size_t)(end - status) : strlen(status), 0);

	for (size_t i = 0; i < r->n_causes; i++)
		if (r->cause[i] == cause)
			return true;
	if (r->n_causes == sizeof(r->cause) / sizeof(r->cause[0]))
		return true;
	r->cause[r->n_causes++] = cause;
	return false;
}

/* One line when a server answers, and one for each reason why none does. */
static void report_client(struct agent *a, enum report_topic topic,
			  const char *name, const struct ovsdb_client *client)
{
	struct client_report *r = &a->client[topic - REPORT_CONF];
	const char *status = ovsdb_client_status(client);

	if (ovsdb_client_is_connected(client)) {
		if (!r->was_connected)
			inform("%s: %s", name, status);
		r->was_connected = true;
		r->n_causes = 0;
		report_solved(&a->report, topic);
		return;
	}
	r->was_connected = false;
	if (!*status || !strncmp(status, "connecting", strlen("connecting")))
		return;
	if (!is_reported(r, status))
		report(&a->report, topic, "%s: %s", name, status);
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
	if (!links_have_changed(&a->links) && a->links_version == version)
		return;
	links_set_vifs(&a->links, a->vswitch);
	if (a->links.are_nics_stale || a->links_version != version) {
		a->has_underlay = links_find_underlay(
			&a->links, vswitch_settings(a->vswitch));
		if (live_is_loaded(a->live))
			links_set_nics(&a->links, a->vswitch);
	}
	a->links_version = version;
	links_settle(&a->links);
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

static void agent_step(struct agent *a)
{
	ovsdb_client_run(a->conf);
	report_client(a, REPORT_CONF, "conf.db", a->conf);
	vswitch_run(a->vswitch);
	/* Until the lock is held the bridges were not looked at: what is
	 * attached stays. */
	if (vswitch_version(a->vswitch)) {
		follow_settings(a);
		follow_links(a);
		ovsdb_client_run(a->sb);
		report_client(a, REPORT_SB, "SB", a->sb);
		ovsdb_client_run(a->nb);
		report_client(a, REPORT_NB, "NB", a->nb);
		run_southbound(a);
		update(a);
		run_southbound(a);
		report_nb_cfg(a);
		vswitch_run(a->vswitch);
	}
	open_upcalls(a);
	if (a->upcalls)
		upcalls_run(a->upcalls);
	live_run(a->live);
	notify_run(&a->notify, a);
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
	/* until then nobody looks at interfaces */
	if (vswitch_version(a->vswitch)) {
		links_wait(&a->links, &w);
		if (a->links.is_stale)
			waits_now(&w);
	}
	live_wait(a->live, &w);
	notify_wait(&a->notify, &w);
	if (a->upcalls)
		upcalls_wait(a->upcalls, &w);
	if (a->retry)
		waits_until(&w, a->retry);
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
	notify_open(&a.notify);
	err = privileges_drop(e);
	if (!err)
		err = agent_open(&a, e);
	while (!err && !is_asked_to_stop(&a)) {
		agent_step(&a);
		agent_wait(&a);
	}
	notify_stopping(&a.notify);
	if (!err && options->is_releasing)
		release(&a);
	agent_close(&a);
	return err;
}
