// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/vswitch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vswitch/ports.h"

#define STATS_INTERVAL 5000 /* ms, ovs-vswitchd's */
#define RETRY_INTERVAL 1000
/* How long a server may take to say that the lock is ours. */
#define LOCK_PATIENCE 2000

/* A next_cfg, and the version with which it is in effect. */
struct cfg {
	int64_t cfg;
	uint64_t version;
};

#define CFGS_MAX 16

struct vswitch {
	struct ovsdb_client *conf;
	int stats_interval; /* option, <=0: conf.db's */
	struct link_table links;
	struct ports ports;
	struct vswitch_settings settings;
	uint64_t version, applied;
	bool is_stale; /* rows or interfaces are others than ports says */
	bool is_unwritten; /* columns may differ */
	bool has_stats; /* read, not written */
	int64_t stats_at, retry_at;
	int64_t lock_missed_at; /* 0: it is held, or nobody has looked */
	bool is_lock_reported;
	bool is_serving; /* had the lock when a server was there last */
	bool is_writing; /* a transaction is on its way */
	char *refused; /* the last refusal that was logged */
	uint8_t root[16];
	struct cfg cfg[CFGS_MAX];
	size_t n_cfgs;
	int64_t cur_cfg, nb_cfg, nb_cfg_ms;
};

struct vswitch *vswitch_new(struct ovsdb_client *conf,
			    const struct vswitch_options *options,
			    struct error *e)
{
	struct vswitch *v = calloc(1, sizeof(*v));

	if (!v) {
		error_set(e, ENOMEM, "out of memory");
		return NULL;
	}
	v->conf = conf;
	v->stats_interval = options->stats_interval_ms;
	v->is_stale = true;
	v->cur_cfg = v->nb_cfg = -1;
	if (link_table_open(&v->links, e)) {
		free(v);
		return NULL;
	}
	return v;
}

void vswitch_free(struct vswitch *v)
{
	if (!v)
		return;
	ovsdb_client_forget(v->conf, v);
	link_table_close(&v->links);
	ports_clear(&v->ports);
	settings_clear(&v->settings);
	free(v->refused);
	free(v);
}

static const struct ovsdb_row *root_row(const struct vswitch *v)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(v->conf), "Open_vSwitch");

	return ovsdb_table_size(t) ? ovsdb_table_row(t, 0) : NULL;
}

static int64_t stats_interval(const struct vswitch *v)
{
	const struct ovsdb_row *root = root_row(v);
	const char *text = root ? ovsdb_map_get(root, "other_config",
						"stats-update-interval") :
				  NULL;
	long ms = text ? strtol(text, NULL, 10) : 0;

	if (v->stats_interval > 0)
		return v->stats_interval;
	return ms < STATS_INTERVAL ? STATS_INTERVAL : ms;
}

/* ovs-vsctl waits for cur_cfg: what it has asked for is in effect once the
 * version made of it is. */
static void note_cfg(struct vswitch *v)
{
	const struct ovsdb_row *root = root_row(v);
	struct cfg *last = v->n_cfgs ? &v->cfg[v->n_cfgs - 1] : NULL;
	int64_t next;

	if (!root)
		return;
	next = ovsdb_integer(root, "next_cfg", 0);
	if (memcmp(v->root, ovsdb_row_uuid(root), 16)) {
		memcpy(v->root, ovsdb_row_uuid(root), 16);
		v->n_cfgs = 0;
		v->cur_cfg = -1;
		last = NULL;
	}
	if (last ? last->cfg == next : v->cur_cfg == next)
		return;
	if (!last || (last->version != v->version && v->n_cfgs < CFGS_MAX))
		last = &v->cfg[v->n_cfgs++];
	last->cfg = next;
	last->version = v->version;
}

static void follow_cfg(struct vswitch *v)
{
	size_t done = 0;

	while (done < v->n_cfgs && v->cfg[done].version <= v->applied)
		v->cur_cfg = v->cfg[done++].cfg;
	if (!done)
		return;
	v->n_cfgs -= done;
	memmove(v->cfg, v->cfg + done, v->n_cfgs * sizeof(*v->cfg));
	v->is_unwritten = true;
}

static int look(struct vswitch *v)
{
	const struct ovsdb *db = ovsdb_client_db(v->conf);
	struct vswitch_settings settings;
	bool is_changed, is_other;
	int err = settings_read(db, &settings);

	if (err)
		return err;
	err = ports_read(&v->ports, db, &settings);
	if (!err) {
		ports_netdevs(&v->ports, db, &v->links);
		err = ports_export(&v->ports, db, &settings, &is_changed);
	}
	if (err) {
		settings_clear(&settings);
		return err;
	}
	ports_number(&v->ports, db);
	is_other = !settings_equal(&settings, &v->settings);
	settings_clear(&v->settings);
	v->settings = settings;
	if (is_changed || is_other || !v->version)
		v->version++;
	note_cfg(v);
	return 0;
}

static void write_done(void *arg, enum ovsdb_txn_result outcome,
		       const json_t *result, const char *why)
{
	struct vswitch *v = arg;
	size_t i;

	(void)result;
	v->is_writing = false;
	v->is_unwritten = true;
	if (outcome == OVSDB_TXN_SUCCESS) {
		free(v->refused);
		v->refused = NULL;
		return;
	}
	for (i = 0; i < v->ports.n; i++)
		v->ports.port[i].is_sent = false;
	v->retry_at =
		time_ms() + (outcome == OVSDB_TXN_ERROR ? RETRY_INTERVAL : 50);
	if (outcome != OVSDB_TXN_ERROR ||
	    (v->refused && !strcmp(v->refused, why)))
		return;
	free(v->refused);
	v->refused = strdup(why);
	warning("conf.db refuses what the host's state is: %s; tried again "
		"every second",
		why);
}

static void write_columns(struct vswitch *v)
{
	struct status status = {
		.db = ovsdb_client_db(v->conf),
		.conf = v->conf,
		.settings = &v->settings,
		.ports = &v->ports,
		.cur_cfg = v->cur_cfg,
		.nb_cfg = v->nb_cfg,
		.nb_cfg_ms = v->nb_cfg_ms,
		.with_stats = v->has_stats,
	};
	struct ovsdb_txn *t = ovsdb_txn_new(v->conf);

	if (!t)
		return;
	v->is_unwritten = false;
	v->has_stats = false;
	status_write(&status, t);
	if (ovsdb_txn_is_empty(t)) {
		ovsdb_txn_cancel(t);
		return;
	}
	v->is_writing = true;
	ovsdb_txn_submit(t, write_done, v);
}

static bool may_write(const struct vswitch *v)
{
	return ovsdb_client_is_connected(v->conf) &&
	       ovsdb_client_has_lock(v->conf);
}

/* Whoever holds the lock serves the bridges: a stock ovs-vswitchd perhaps.
 * While no server is there nobody can take it. */
static bool is_ours(struct vswitch *v)
{
	size_t i;

	if (!ovsdb_client_is_connected(v->conf)) {
		/* a server that starts again has no statistics */
		for (i = 0; i < v->ports.n; i++)
			v->ports.port[i].is_sent = false;
		v->lock_missed_at = 0;
		return v->is_serving;
	}
	if (ovsdb_client_has_lock(v->conf)) {
		if (v->is_lock_reported)
			warning("conf.db: the lock ovs_vswitchd is ours now");
		v->is_lock_reported = false;
		v->is_serving = true;
		v->lock_missed_at = 0;
		return true;
	}
	v->is_serving = false;
	if (!v->lock_missed_at)
		v->lock_missed_at = time_ms();
	if (!v->is_lock_reported &&
	    time_ms() - v->lock_missed_at >= LOCK_PATIENCE) {
		warning("conf.db: another program, ovs-vswitchd perhaps, "
			"holds the lock ovs_vswitchd and serves the bridges; "
			"stop it, or this agent");
		v->is_lock_reported = true;
	}
	return false;
}

void vswitch_run(struct vswitch *v)
{
	if (!ovsdb_client_has_contents(v->conf))
		return;
	if (ovsdb_client_n_changes(v->conf)) {
		ovsdb_client_forget_changes(v->conf);
		v->is_stale = true;
	}
	if (!is_ours(v))
		return;
	link_table_run(&v->links);
	if (time_ms() >= v->stats_at) {
		link_table_refresh(&v->links);
		ports_refresh(&v->ports, &v->links);
		v->stats_at = time_ms() + stats_interval(v);
		v->is_stale = v->is_unwritten = v->has_stats = true;
	}
	if (v->links.is_changed)
		v->is_stale = true;
	if (v->is_stale) {
		v->is_stale = v->links.is_changed = false;
		v->is_unwritten = true;
		if (look(v))
			v->stats_at = time_ms() + RETRY_INTERVAL;
	}
	follow_cfg(v);
	if (v->is_unwritten && !v->is_writing && may_write(v) &&
	    time_ms() >= v->retry_at)
		write_columns(v);
}

void vswitch_wait(const struct vswitch *v, struct waits *w)
{
	if (!ovsdb_client_has_contents(v->conf))
		return;
	if (v->lock_missed_at && !v->is_lock_reported)
		waits_until(w, v->lock_missed_at + LOCK_PATIENCE);
	if (!v->is_serving)
		return;
	link_table_wait(&v->links, w);
	waits_until(w, v->stats_at);
	if (v->is_unwritten && !v->is_writing && may_write(v))
		waits_until(w, v->retry_at);
	if (v->n_cfgs && v->cfg[0].version <= v->applied)
		waits_now(w);
}

uint64_t vswitch_version(const struct vswitch *v)
{
	return v->version;
}

const struct vswitch_settings *vswitch_settings(const struct vswitch *v)
{
	return &v->settings;
}

const struct vswitch_vif *vswitch_vifs(const struct vswitch *v, size_t *n)
{
	*n = v->ports.n_vifs;
	return v->ports.vif;
}

const struct vswitch_network *vswitch_networks(const struct vswitch *v,
					       size_t *n)
{
	*n = v->ports.n_networks;
	return v->ports.network;
}

void vswitch_set_applied(struct vswitch *v, uint64_t version)
{
	if (version > v->applied)
		v->applied = version;
}

void vswitch_set_error(struct vswitch *v, const char *name, const char *why)
{
	struct port *port = ports_find(&v->ports, name);

	if (!port ||
	    !strcmp(why ? why : "", port->agent_error ? port->agent_error : ""))
		return;
	free(port->agent_error);
	port->agent_error = why ? strdup(why) : NULL;
	ports_number(&v->ports, ovsdb_client_db(v->conf));
	v->is_unwritten = true;
}

void vswitch_set_installed(struct vswitch *v, const char *name, bool is_on)
{
	struct port *port = ports_find(&v->ports, name);
	struct timespec now;

	if (!port || port->installed == (is_on ? INSTALLED_YES : INSTALLED_NO))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	port->installed = is_on ? INSTALLED_YES : INSTALLED_NO;
	port->installed_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
	v->is_unwritten = true;
}

void vswitch_set_nb_cfg(struct vswitch *v, int64_t nb_cfg, int64_t ts_ms)
{
	/* The time is when it was reached, not when it was said again. */
	if (v->nb_cfg == nb_cfg)
		return;
	v->nb_cfg = nb_cfg;
	v->nb_cfg_ms = ts_ms;
	v->is_unwritten = true;
}
