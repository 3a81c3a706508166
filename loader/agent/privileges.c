// SPDX-License-Identifier: GPL-2.0-only
/*
 * What root may do and the agent has no need of, it gives away before it
 * reads a byte of any server: for itself and for all that it starts.
 */
#include <cap-ng.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "agent/agent.h"

static const unsigned int kept[] = {
	CAP_BPF, /* maps, programs, links */
	CAP_NET_ADMIN, /* interfaces, TC, XDP */
	CAP_NET_RAW, /* gratuitous ARP; packets handed back */
	CAP_PERFMON, /* the verifier lets programs compute with pointers */
	CAP_DAC_OVERRIDE, /* sockets and keys that belong to openvswitch */
};

int privileges_drop(struct error *e)
{
	capng_select_t sets = CAPNG_SELECT_CAPS;
	bool has[sizeof(kept) / sizeof(kept[0])];
	size_t i;

	if (capng_get_caps_process())
		return error_set(e, EPERM, "cannot read capabilities");
	/* the bounding set is for those who have CAP_SETPCAP to shrink */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		sets = CAPNG_SELECT_BOTH;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		has[i] = capng_have_capability(CAPNG_PERMITTED, kept[i]);
	capng_clear(CAPNG_SELECT_BOTH);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (has[i])
			capng_update(CAPNG_ADD,
				     CAPNG_EFFECTIVE | CAPNG_PERMITTED |
					     CAPNG_BOUNDING_SET,
				     kept[i]);
	if (capng_apply(sets))
		return error_set(e, EPERM,
				 "cannot drop capabilities: %s; run as root",
				 strerror(errno));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return error_set(e, errno, "cannot set no_new_privs: %s",
				 strerror(errno));
	return 0;
}

size_t privileges_missing(const char **names, size_t max)
{
	size_t n = 0;

	if (capng_get_caps_process())
		return 0;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]) && n < max; i++)
		if (!capng_have_capability(CAPNG_EFFECTIVE, kept[i]))
			names[n++] = capng_capability_to_name(kept[i]);
	return n;
}
