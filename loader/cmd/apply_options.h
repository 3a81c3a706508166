/* SPDX-License-Identifier: GPL-2.0-only */
/* Options that load and agent share: sizes, time-outs and shares of maps. */
#ifndef XOVN_CMD_APPLY_OPTIONS_H
#define XOVN_CMD_APPLY_OPTIONS_H

#include "cmd/cmd.h"
#include "sync/apply.h"

/* As they were given; NULL: not. */
struct apply_texts {
	const char *max_ports, *ct_max, *ct_timeout, *icmp_rate, *port_share;
};

/* Their rows in a table of options; texts: a struct apply_texts. */
#define APPLY_OPTIONS(texts)                                                   \
	{"max-ports", &(texts).max_ports, NULL},                               \
		{"ct-max", &(texts).ct_max, NULL},                             \
		{"ct-timeout", &(texts).ct_timeout, NULL},                     \
		{"icmp-rate", &(texts).icmp_rate, NULL},                       \
	{                                                                      \
		"port-share", &(texts).port_share, NULL                        \
	}

/* limits, ct_timeout and share of o; what is not given stays as it is there.
 * CMD_USAGE: e says what is wrong. */
int apply_options_parse(const struct apply_texts *texts,
			struct apply_options *o, struct error *e);

#endif /* XOVN_CMD_APPLY_OPTIONS_H */
