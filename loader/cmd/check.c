// SPDX-License-Identifier: GPL-2.0-only
/* xovn check: may this host run xovn, and what would not be as it should? */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "cmd/cmd.h"

static int localnet_add(struct check_options *o, const char *text,
			struct error *e)
{
	const char *colon = strchr(text, ':');
	char ifname[64];

	if (!colon || colon == text || !colon[1]) {
		error_set(e, EINVAL, "--localnet %s: IFACE:NETWORK is wanted",
			  text);
		return CMD_USAGE;
	}
	snprintf(ifname, sizeof(ifname), "%.*s", (int)(colon - text), text);
	check_nic_add(o, ifname, colon + 1, ATTACH_AUTO);
	return 0;
}

/* What may be given more than once. */
static int nics_take(struct check_options *o, int *argc, char **argv,
		     struct error *e)
{
	const char *list[CHECK_NICS_MAX / 2];
	int n = options_take(argc, argv, "underlay", list, CHECK_NICS_MAX / 2,
			     e);

	for (int i = 0; i < n; i++)
		check_nic_add(o, list[i], NULL, ATTACH_AUTO);
	if (n < 0)
		return n;
	n = options_take(argc, argv, "localnet", list, CHECK_NICS_MAX / 2, e);
	for (int i = 0; i < n; i++) {
		int err = localnet_add(o, list[i], e);

		if (err)
			return err;
	}
	return n < 0 ? n : 0;
}

static int report(struct check_options *o, bool as_json, struct error *e)
{
	struct check c;
	int err = 0;

	check_run(&c, o);
	if (as_json)
		check_print_json(&c);
	else
		check_print_text(&c);
	if (c.is_short)
		err = error_set(e, ENOMEM, "out of memory");
	else if (c.n_levels[CHECK_ERROR])
		err = error_set(e, EINVAL,
				"%zu of %zu checks say that xovn would not run "
				"here",
				c.n_levels[CHECK_ERROR], c.n_findings);
	check_free(&c);
	return err;
}

int cmd_check(const char *pin, int argc, char **argv, struct error *e)
{
	struct check_options o = {
		.pin = pin,
		.limits = {.max_ports = MAX_PORTS_DEFAULT,
			   .ct_max = CT_MAX_DEFAULT},
	};
	const char *max_ports = NULL, *ct_max = NULL;
	bool has_nothing;
	char db[4096];
	bool as_json = false;
	const struct option_def options[] = {
		{"config", &o.config, NULL},
		{"nb", &o.nb, NULL},
		{"sb", &o.sb, NULL},
		{"placement", &o.placement, NULL},
		{"chassis", &o.chassis, NULL},
		{"db", &o.db, NULL},
		{"private-key", &o.tls.private_key, NULL},
		{"certificate", &o.tls.certificate, NULL},
		{"ca-cert", &o.tls.ca_cert, NULL},
		{"max-ports", &max_ports, NULL},
		{"ct-max", &ct_max, NULL},
		{"json", NULL, &as_json},
		{0},
	};
	int ret = nics_take(&o, &argc, argv, e);

	if (ret)
		return ret;
	ret = options_parse(argc, argv, options, NULL, 0, e);
	if (ret < 0)
		return ret;
	if (o.sb && o.placement) {
		error_set(e, EINVAL,
			  "--sb and --placement both say where ports are; give "
			  "one of them");
		return CMD_USAGE;
	}
	ret = option_number("max-ports", max_ports, MAX_PORTS_LOWEST,
			    MAX_PORTS_HIGHEST, &o.limits.max_ports, e);
	if (!ret)
		ret = option_number("ct-max", ct_max, CT_MAX_LOWEST,
				    CT_MAX_HIGHEST, &o.limits.ct_max, e);
	if (ret)
		return ret;
	o.has_limits = max_ports || ct_max;
	o.default_db = cmd_default_db(db);
	has_nothing = !o.n_nics && !o.nb && !o.sb && !o.placement && !o.db &&
		      !o.chassis;
	if (!o.config && has_nothing && !access(HOST_CONFIG_PATH, F_OK))
		o.config = HOST_CONFIG_PATH;
	return report(&o, as_json, e);
}
