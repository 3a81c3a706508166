// SPDX-License-Identifier: GPL-2.0-only
/* xovn attach: the interface that tunnels go through, or a physical network. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/attach.h"
#include "cmd/cmd.h"
#include "companion.h"
#include "wire.h"

static int parse_mode(const char *text, enum attach_mode *mode, struct error *e)
{
	if (!attach_mode_find(text, mode))
		return 0;
	error_set(e, EINVAL, "--mode %s: auto, native or tc is wanted", text);
	return CMD_USAGE;
}

static void print_result(const char *ifname, const struct attach_request *q,
			 const struct attach_result *r)
{
	printf("xovn: attach: %s: %s%s, mode %s (%s)%s; ", ifname,
	       q->network ? "localnet " : "underlay",
	       q->network ? q->network : "",
	       r->mode == ATTACHMENT_NATIVE ? "native" : "tc", r->reason,
	       r->has_clsact ? ", clsact: no TCX here" : "");
	if (!q->network)
		printf("guests' MTU may be up to %u\n",
		       r->mtu - ENCAP_MTU_COST);
	else
		printf("%zu localnet port%s, %d address%s announced\n",
		       r->n_localnet_ports, r->n_localnet_ports == 1 ? "" : "s",
		       r->n_announced > 0 ? r->n_announced : 0,
		       r->n_announced == 1 ? "" : "es");
}

static void warn_result(const char *ifname, const struct attach_result *r)
{
	if (r->n_unreachable)
		warning("%zu of %zu chassis not reachable yet (%s%s): no route "
			"over %s, or no answer to ARP",
			r->n_unreachable, r->n_chassis, r->unreachable,
			r->n_unreachable > 1 ? ", ..." : "", ifname);
	if (r->n_announced < 0)
		warning("%s: addresses were not announced: %s", ifname,
			strerror(-r->n_announced));
	if (r->needs_veth_peer)
		warning("%s: a veth in mode native: at its peer, ethtool -K "
			"PEER gro on tx off txvlan off, or frames are lost or "
			"arrive with bad checksums and without their VLAN tag",
			ifname);
}

int attach_and_say(struct state *s, const char *ifname,
		   const struct attach_request *request, struct error *e)
{
	struct attach_result result;
	int err = attach_iface(s, ifname, request, &result, e);

	if (err)
		return err;
	warn_result(ifname, &result);
	print_result(ifname, request, &result);
	return 0;
}

int cmd_attach(const char *pin, int argc, char **argv, struct error *e)
{
	const char *mode_text = "auto", *ifname = NULL;
	struct attach_request request = {0};
	bool is_underlay = false;
	const struct option_def options[] = {
		{"underlay", NULL, &is_underlay},
		{"localnet", &request.network, NULL},
		{"mode", &mode_text, NULL},
		{"no-announce", NULL, &request.is_silent},
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
	if (request.network && is_underlay) {
		error_set(e, EINVAL, "--underlay or --localnet, not both");
		return CMD_USAGE;
	}
	if (request.network && !request.network[0]) {
		error_set(e, EINVAL, "--localnet: NETWORK is empty");
		return CMD_USAGE;
	}
	ret = parse_mode(mode_text, &request.mode, e);
	if (ret)
		return ret;
	companion_begin();
	ret = state_open(&s, pin, STATE_CHANGE, e);
	if (ret)
		return ret;
	ret = attach_and_say(&s, ifname, &request, e);
	state_close(&s);
	return ret;
}
