/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Serves a conf.db as the agent does, without OVN behind it: vswitchtool
 * REMOTE [STATISTICS-INTERVAL], in ms.  Prints what the agent would read
 * whenever it changes, as "settings ...", "vif ...", "network ..." lines with
 * a line "version N" behind them.  Commands on stdin, a line each, stand for
 * the agent:
 *
 *   hold, release           whether set_applied() follows a version by itself
 *   installed NAME 0|1      set_installed()
 *   error NAME [TEXT]       set_error()
 *   nb-cfg N TS             set_nb_cfg()
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vswitch/vswitch.h"
#include "ovsdb/client.h"
#include "waits.h"

#define LINE_MAX_LEN 512

static bool is_held;
static bool is_silent; /* stdin has ended */

static void command(struct vswitch *v, char *line)
{
	char name[64], text[LINE_MAX_LEN] = "";
	int64_t n, ts;
	int on;

	if (!strcmp(line, "hold"))
		is_held = true;
	else if (!strcmp(line, "release"))
		is_held = false;
	else if (sscanf(line, "installed %63s %d", name, &on) == 2)
		vswitch_set_installed(v, name, on);
	else if (sscanf(line, "error %63s %511[^\n]", name, text) >= 1)
		vswitch_set_error(v, name, *text ? text : NULL);
	else if (sscanf(line, "nb-cfg %" SCNd64 " %" SCNd64, &n, &ts) == 2)
		vswitch_set_nb_cfg(v, n, ts);
	else
		fprintf(stderr, "vswitchtool: no command: %s\n", line);
}

/* Whole lines of what has come in. */
static void commands(struct vswitch *v)
{
	static char buf[LINE_MAX_LEN];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, buf + len, sizeof(buf) - 1 - len);
	char *end;

	is_silent = !n;
	if (n <= 0)
		return;
	len += n;
	buf[len] = '\0';
	while ((end = strchr(buf, '\n'))) {
		*end = '\0';
		command(v, buf);
		len -= end + 1 - buf;
		memmove(buf, end + 1, len + 1);
	}
	if (len == sizeof(buf) - 1)
		len = 0;
}

static const char *text(const char *s)
{
	return s ? s : "-";
}

static void print_all(const struct vswitch *v)
{
	const struct vswitch_settings *s = vswitch_settings(v);
	const struct vswitch_network *network;
	const struct vswitch_vif *vif;
	size_t i, n;

	printf("settings id=%s host=%s remote=%s nb=%s encap=%s:%s csum=%d "
	       "bridge=%s mode=%s all=%d probe=%d ids=%zu\n",
	       text(s->system_id), text(s->hostname), text(s->remote),
	       text(s->nb_remote), text(s->encap_type), text(s->encap_ip),
	       s->encap_csum, text(s->bridge), text(s->mode), s->monitor_all,
	       s->probe_ms, s->n_ovn_ids);
	vif = vswitch_vifs(v, &n);
	for (i = 0; i < n; i++)
		printf("vif %s %s %u %s\n", vif[i].name, vif[i].hostif,
		       vif[i].ifindex, vif[i].iface_id);
	network = vswitch_networks(v, &n);
	for (i = 0; i < n; i++)
		printf("network %s %s %s\n", network[i].network,
		       network[i].bridge, network[i].ifname);
	printf("version %" PRIu64 "\n", vswitch_version(v));
	fflush(stdout);
}

static void serve(struct ovsdb_client *conf, struct vswitch *v)
{
	uint64_t printed = 0;
	struct waits w;

	for (;;) {
		ovsdb_client_run(conf);
		vswitch_run(v);
		commands(v);
		if (vswitch_version(v) != printed)
			print_all(v);
		printed = vswitch_version(v);
		if (!is_held)
			vswitch_set_applied(v, printed);
		waits_init(&w);
		if (!is_silent)
			waits_fd(&w, STDIN_FILENO, POLLIN);
		ovsdb_client_wait(conf, &w);
		vswitch_wait(v, &w);
		waits_block(&w);
	}
}

int main(int argc, char **argv)
{
	struct ovsdb_client_config config = {.database = "Open_vSwitch",
					     .filter = vswitch_filter,
					     .lock = "ovs_vswitchd",
					     .probe_ms = 0};
	struct vswitch_options options = {0};
	struct ovsdb_client *conf;
	struct vswitch *v;
	struct error e;

	if (argc < 2) {
		fprintf(stderr, "usage: vswitchtool REMOTE [INTERVAL]\n");
		return 2;
	}
	if (argc > 2)
		options.stats_interval_ms = atoi(argv[2]);
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	conf = ovsdb_client_new(&config);
	if (!conf || ovsdb_client_set_remotes(conf, argv[1], NULL, &e)) {
		fprintf(stderr, "vswitchtool: %s\n", conf ? e.text : "memory");
		return 1;
	}
	v = vswitch_new(conf, &options, &e);
	if (!v) {
		fprintf(stderr, "vswitchtool: %s\n", e.text);
		return 1;
	}
	serve(conf, v);
}
