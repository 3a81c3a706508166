// SPDX-License-Identifier: GPL-2.0-only
/* xovn detach: the underlay, or all that xovn has put into the kernel. */
#include <errno.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "companion.h"
#include "sync/attach.h"
#include "vswitch/link_table.h"

static int run_all(const char *pin, struct error *e)
{
	struct state s;
	int ret, n_pairs;

	companion_begin();
	ret = state_open(&s, pin, STATE_REMOVE, e);
	if (ret)
		return ret;
	/* before the programs, which end with the interfaces */
	n_pairs = pairs_remove_all(e);
	if (n_pairs < 0) {
		state_close(&s);
		return n_pairs;
	}
	if (n_pairs)
		printf("xovn: detach: internal ports (as br-int): %d removed\n",
		       n_pairs);
	if (s.dir_fd < 0) {
		printf("xovn: detach: %s: nothing is there\n", s.dir);
	} else {
		ret = detach_all(&s, e);
		if (!ret)
			printf("xovn: detach: %s: all gone\n", s.dir);
	}
	state_close(&s);
	return ret;
}

int cmd_detach(const char *pin, int argc, char **argv, struct error *e)
{
	const char *ifname = NULL;
	bool is_all = false;
	const struct option_def options[] = {
		{"all", NULL, &is_all},
		{0},
	};
	struct state s;
	int ret = options_parse(argc, argv, options, &ifname, 1, e);

	if (ret < 0)
		return ret;
	if (!ifname == !is_all) {
		error_set(e, EINVAL, "IFACE or --all is needed");
		return CMD_USAGE;
	}
	if (is_all)
		return run_all(pin, e);
	companion_begin();
	ret = state_open(&s, pin, STATE_CHANGE, e);
	if (ret)
		return ret;
	ret = detach_iface(&s, ifname, e);
	if (ret == -ENOENT && companion_is_second())
		ret = state_end_change(&s, e); /* was all that was missing */
	if (!ret)
		printf("xovn: detach: %s\n", ifname);
	state_close(&s);
	return ret;
}
