// SPDX-License-Identifier: GPL-2.0-only
/* xovn bind, unbind: interfaces of this host and logical switch ports. */
#include <errno.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "companion.h"
#include "sync/bind.h"

int cmd_bind(const char *pin, int argc, char **argv, struct error *e)
{
	const struct option_def options[] = {{0}};
	const char *words[2] = {NULL, NULL};
	struct state s;
	int ret = options_parse(argc, argv, options, words, 2, e);

	if (ret < 0)
		return ret;
	if (!words[1]) {
		error_set(e, EINVAL, "IFACE and LSP are needed");
		return CMD_USAGE;
	}
	companion_begin();
	ret = state_open(&s, pin, STATE_CHANGE, e);
	if (ret)
		return ret;
	ret = bind_iface(&s, words[0], words[1], e);
	if (!ret)
		printf("xovn: bind: %s is %s\n", words[0], words[1]);
	state_close(&s);
	return ret;
}

int cmd_unbind(const char *pin, int argc, char **argv, struct error *e)
{
	const struct option_def options[] = {{0}};
	char lsp[XOVN_NAME_LEN];
	const char *ifname = NULL;
	struct state s;
	int ret = options_parse(argc, argv, options, &ifname, 1, e);

	if (ret < 0)
		return ret;
	if (!ifname) {
		error_set(e, EINVAL, "IFACE is missing");
		return CMD_USAGE;
	}
	companion_begin();
	ret = state_open(&s, pin, STATE_CHANGE, e);
	if (ret)
		return ret;
	ret = unbind_iface(&s, ifname, lsp, e);
	if (ret == -ENOENT && companion_is_second())
		ret = state_end_change(&s, e); /* was all that was missing */
	else if (!ret)
		printf("xovn: unbind: %s is %s no more\n", ifname, lsp);
	state_close(&s);
	return ret;
}
