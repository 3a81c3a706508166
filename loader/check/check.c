// SPDX-License-Identifier: GPL-2.0-only
#include "check/check.h"

#include <string.h>

#include "sync/state.h"

void check_run(struct check *c, struct check_options *options)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->options = options;
	err = netlink_open(&c->nl);
	if (err) {
		check_add(c, CHECK_ERROR, "kernel", "netlink", NULL, NULL,
			  "no netlink socket: %s", strerror(-err));
		return;
	}
	check_config(c);
	if (!options->pin)
		options->pin = PIN_DIR_DEFAULT;
	check_kernel(c);
	check_programs(c);
	check_memory(c);
	/* First what says which interfaces and databases there are. */
	check_conf(c);
	check_nics(c);
	check_databases(c);
	check_bindings(c);
	check_guests(c);
	check_conflicts(c);
}
