// SPDX-License-Identifier: GPL-2.0-only
/* xovn attach: the interface that tunnels go through. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "sync/attach.h"
#include "wire.h"

static int parse_mode(const char *text, enum attach_mode *mode, struct error *e)
{
	static const char *const names[] = {
		[ATTACH_AUTO] = "auto",
		[ATTACH_NATIVE] = "native",
		[ATTACH_TC] = "tc",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]))
			continue;
		*mode = i;
		return 0;
	}
	error_set(e, EINVAL, "--mode %s: auto, native or tc is wanted", text);
	return CMD_USAGE;
}

static void print_result(const char *ifname, const struct attach_result *r)
{
	printf("xovn: attach: %s: underlay, mode %s (%s)%s; guests' MTU may "
	       "be up to %u\n",
	       ifname, r->mode == ATTACHMENT_NATIVE ? "native" : "tc",
	       r->reason, r->has_clsact ? ", clsact: no TCX here" : "",
	       r->mtu - ENCAP_MTU_COST);
	if (r->n_unreachable)
		warning("%zu of %zu chassis not reachable yet (%s%s): no route "
			"over %s, or no answer to ARP",
			r->n_unreachable, r->n_chassis, r->unreachable,
			r->n_unreachable > 1 ? ", ..." : "", ifname);
}

int cmd_attach(const char *pin, int argc, char **argv, struct error *e)
{
	const char *mode_text = "auto", *localnet = NULL, *ifname = NULL;
	struct attach_result result;
	bool is_underlay = false;
	enum attach_mode mode;
	const struct option_def options[] = {
		{"underlay", NULL, &is_underlay},
		{"localnet", &localnet, NULL},
		{"mode", &mode_text, NULL},
		{0},
	};
	struct state s;
	int ret = options_parse(argc, argv, options, &ifname, 1, e);

	if (ret < 0)
		return ret;
	if (!ifname) {
		error_set(e, EINVAL, "IFACE is missing");
		return CMD_USAGE;
	}
	if (localnet && is_underlay) {
		error_set(e, EINVAL, "--underlay or --localnet, not both");
		return CMD_USAGE;
	}
	ret = parse_mode(mode_text, &mode, e);
	if (ret)
		return ret;
	if (localnet)
		return error_set(e, EOPNOTSUPP,
				 "%s: --localnet %s: gateways are not "
				 "supported yet; localnet ports drop their "
				 "traffic",
				 ifname, localnet);
	ret = state_open(&s, pin, STATE_CHANGE, e);
	if (ret)
		return ret;
	ret = attach_underlay(&s, ifname, mode, &result, e);
	if (!ret)
		print_result(ifname, &result);
	state_close(&s);
	return ret;
}
