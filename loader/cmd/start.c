// SPDX-License-Identifier: GPL-2.0-only
/*
 * xovn start: a host of snapshot mode as its configuration says, after a boot
 * or a change of the file.  Whatever the files can have wrong is found before
 * the kernel is touched.
 */
#include <errno.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/load.h"
#include "cmd/start.h"
#include "companion.h"

static void load_from(struct load *l, const struct host_config *c)
{
	l->files.nb = c->snapshot.nb;
	l->files.sb = c->snapshot.sb;
	l->files.placement = c->snapshot.placement;
	l->files.tls.private_key = c->snapshot.private_key;
	l->files.tls.certificate = c->snapshot.certificate;
	l->files.tls.ca_cert = c->snapshot.ca_cert;
	l->chassis = c->snapshot.chassis;
	l->apply = c->host.apply;
	l->has_ct_max = c->host.has_ct_max;
}

static int say_end(const struct host_config *c, const struct start_result *r,
		   bool is_dry, struct error *e)
{
	size_t n = c->snapshot.n_ifaces;

	if (r->n_failed == 1)
		return error_set(e, EIO, "%s; all else is as %s says",
				 r->first.text, c->path);
	if (r->n_failed)
		return error_set(e, EIO,
				 "%zu of %zu interfaces are not as %s says; "
				 "the first: %s",
				 r->n_failed, n, c->path, r->first.text);
	printf("xovn: start: %s: %zu interface%s", c->path, n,
	       n == 1 ? "" : "s");
	if (r->n_waiting)
		printf(", %zu not there yet", r->n_waiting);
	puts(is_dry ? "; nothing was changed: dry run" : "");
	return 0;
}

static int start_run(struct load *l, const struct host_config *c,
		     const char *pin)
{
	struct start_result result = {0};
	bool is_dry = l->apply.is_dry;
	struct state s;
	int ret = load_read(l);

	if (ret)
		return ret;
	if (!is_dry)
		companion_begin();
	ret = state_open(&s, pin, is_dry ? STATE_PREVIEW : STATE_CREATE, l->e);
	if (ret)
		return ret;
	ret = load_apply(l, &s);
	if (!ret)
		ret = start_ifaces(&s, c, is_dry, &result, l->e);
	state_close(&s);
	return ret ? ret : say_end(c, &result, is_dry, l->e);
}

int cmd_start(const char *pin, int argc, char **argv, struct error *e)
{
	static struct load l;
	const char *path = HOST_CONFIG_PATH;
	struct host_config config;
	bool is_dry = false;
	const struct option_def options[] = {
		{"config", &path, NULL},
		{"dry-run", NULL, &is_dry},
		{0},
	};
	int ret = options_parse(argc, argv, options, NULL, 0, e);

	if (ret < 0)
		return ret;
	ret = host_config_read(path, &config, e);
	if (ret)
		return ret;
	ret = host_config_check_snapshot(&config, e);
	if (!ret) {
		load_from(&l, &config);
		l.apply.is_dry = is_dry;
		l.e = e;
		if (!pin)
			pin = config.host.pin ? config.host.pin :
						PIN_DIR_DEFAULT;
		ret = start_run(&l, &config, pin);
	}
	host_config_free(&config);
	return ret;
}
