// SPDX-License-Identifier: GPL-2.0-only
/* xovn agent: a chassis of a live OVN, until it is told to stop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "cmd/cmd.h"
#include "sync/conntrack.h"

/* As ovs-vsctl finds it: $OVS_RUNDIR, else Debian's directory. */
static const char *default_db(char remote[4096])
{
	const char *dir = getenv("OVS_RUNDIR");

	snprintf(remote, 4096, "unix:%s/db.sock",
		 dir && *dir ? dir : "/var/run/openvswitch");
	return remote;
}

static int write_pidfile(const char *path, struct error *e)
{
	FILE *f = fopen(path, "w");
	int err = 0;

	if (!f)
		return error_set(e, errno, "%s: cannot write: %s", path,
				 strerror(errno));
	if (fprintf(f, "%d\n", getpid()) < 0)
		err = EIO;
	if (fclose(f) && !err)
		err = errno;
	if (err)
		return error_set(e, err, "%s: cannot write: %s", path,
				 strerror(err));
	return 0;
}

static int agent_run(struct agent_options *o, const char *pidfile,
		     struct error *e)
{
	int ret = pidfile ? write_pidfile(pidfile, e) : 0;

	if (ret)
		return ret;
	ret = agent_main(o, e);
	if (pidfile)
		unlink(pidfile);
	return ret;
}

int cmd_agent(const char *pin, int argc, char **argv, struct error *e)
{
	struct agent_options o = {
		.pin = pin,
		.apply.share = LIMIT_OPTIONS_DEFAULT,
		.apply.limits = {.max_ports = MAX_PORTS_DEFAULT,
				 .ct_max = CT_MAX_DEFAULT},
	};
	const char *max_ports = NULL, *ct_max = NULL, *ct_timeout = NULL;
	const char *icmp_rate = NULL, *port_share = NULL;
	const char *pidfile = NULL;
	const struct option_def options[] = {
		{"db", &o.db, NULL},
		{"nb", &o.nb, NULL},
		{"release", NULL, &o.is_releasing},
		{"pidfile", &pidfile, NULL},
		{"max-ports", &max_ports, NULL},
		{"ct-max", &ct_max, NULL},
		{"ct-timeout", &ct_timeout, NULL},
		{"icmp-rate", &icmp_rate, NULL},
		{"port-share", &port_share, NULL},
		{"no-announce", NULL, &o.apply.is_silent},
		{0},
	};
	char remote[4096];
	int ret = options_parse(argc, argv, options, NULL, 0, e);

	if (ret < 0)
		return ret;
	if (!o.db)
		o.db = default_db(remote);
	ret = option_number("max-ports", max_ports, MAX_PORTS_LOWEST,
			    MAX_PORTS_HIGHEST, &o.apply.limits.max_ports, e);
	if (!ret)
		ret = option_number("ct-max", ct_max, CT_MAX_LOWEST,
				    CT_MAX_HIGHEST, &o.apply.limits.ct_max, e);
	if (!ret)
		ret = option_shares(icmp_rate, port_share, &o.apply.share, e);
	if (!ret && ct_timeouts_parse(ct_timeout, o.apply.ct_timeout, e))
		ret = CMD_USAGE;
	return ret ? ret : agent_run(&o, pidfile, e);
}
