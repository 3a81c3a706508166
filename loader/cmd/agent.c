// SPDX-License-Identifier: GPL-2.0-only
/* xovn agent: a chassis of a live OVN, until it is told to stop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "cmd/apply_options.h"
#include "cmd/cmd.h"
#include "config/config.h"

const char *cmd_default_db(char remote[4096])
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

/* What the file says, as if it stood on the command line. */
static int read_config(const char *path, struct host_config *c,
		       struct agent_options *o, struct error *e)
{
	int ret = host_config_read(path, c, e);

	if (ret)
		return ret;
	if (!o->pin)
		o->pin = c->host.pin;
	if (!o->db)
		o->db = c->agent.db;
	if (!o->nb)
		o->nb = c->agent.nb;
	o->is_releasing |= c->agent.is_releasing;
	c->host.apply.is_silent |= o->apply.is_silent;
	o->apply = c->host.apply;
	return 0;
}

int cmd_agent(const char *pin, int argc, char **argv, struct error *e)
{
	struct agent_options o = {.pin = pin};
	struct apply_texts texts = {0};
	const char *pidfile = NULL, *path = NULL;
	struct host_config config = {0};
	const struct option_def options[] = {
		{"config", &path, NULL},
		{"db", &o.db, NULL},
		{"nb", &o.nb, NULL},
		{"release", NULL, &o.is_releasing},
		{"pidfile", &pidfile, NULL},
		APPLY_OPTIONS(texts),
		{"no-announce", NULL, &o.apply.is_silent},
		{0},
	};
	char remote[4096];
	int ret = options_parse(argc, argv, options, NULL, 0, e);

	if (ret < 0)
		return ret;
	apply_options_default(&o.apply);
	ret = path ? read_config(path, &config, &o, e) : 0;
	if (!o.pin)
		o.pin = PIN_DIR_DEFAULT;
	if (!o.db)
		o.db = cmd_default_db(remote);
	if (!ret)
		ret = apply_options_parse(&texts, &o.apply, e);
	if (!ret)
		ret = agent_run(&o, pidfile, e);
	host_config_free(&config);
	return ret;
}
