// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/apply_options.h"

#include "sync/conntrack.h"
#include "sync/limit.h"

int apply_options_parse(const struct apply_texts *texts,
			struct apply_options *o, struct error *e)
{
	int ret = option_number("max-ports", texts->max_ports, MAX_PORTS_LOWEST,
				MAX_PORTS_HIGHEST, &o->limits.max_ports, e);
	if (!ret)
		ret = option_number("ct-max", texts->ct_max, CT_MAX_LOWEST,
				    CT_MAX_HIGHEST, &o->limits.ct_max, e);
	if (!ret)
		ret = option_number("icmp-rate", texts->icmp_rate, 0,
				    ICMP_RATE_HIGHEST, &o->share.icmp_rate, e);
	if (!ret)
		ret = option_number("port-share", texts->port_share, 1, 100,
				    &o->share.percent, e);
	if (!ret && texts->ct_timeout &&
	    ct_timeouts_parse(texts->ct_timeout, o->ct_timeout, e))
		ret = CMD_USAGE;
	return ret;
}
