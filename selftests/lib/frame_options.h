/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that framegen and progrun share, and the frame they describe:
 *
 *   --flows FILE        "SRC SPORT DST DPORT" per line, a flow each, in turn
 *   --tcp FLAGS         TCP instead of UDP, flags as tcpdump has them: S .
 *   --random-src BITS   the flow's SRC with so many bits at random, and a
 *   --random-dst BITS   random SPORT (only the file's first flow is used)
 *   --mac DST,SRC       of the frame; --outer's are those of the underlay
 *   --geneve VNI,IN,OUT | --vxlan VNI
 *   --outer DMAC,SMAC,SRC,DST
 *   --count N | --seconds S (of wall time, about)
 *   --sink DIR          framesink's pins: count what arrives there
 *   --program PIN       time its runs
 */
#ifndef SELFTESTS_FRAME_OPTIONS_H
#define SELFTESTS_FRAME_OPTIONS_H

#include <stdbool.h>

#include "frames.h"

struct frame_options {
	const char *sink, *program;
	char *mac[2], *outer[4];
	unsigned int geneve[3], vxlan;
	int inner; /* FRAME_* */
	bool is_random;
	__u8 tcp_flags; /* 0: UDP */
	unsigned int random_src, random_dst;
	unsigned long count;
	double seconds;
	struct frame_flow *flow;
	unsigned int n_flows;
};

/* Ends the program with one line on stderr. */
void frame_die(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Options to o; returns the index of the first argument behind them.  Exits
 * with 2 if they are wrong or do not make a frame. */
int frame_options_parse(struct frame_options *o, int argc, char **argv);

/* The frame without addresses, ports and checksums, and what completes it. */
void frame_template(struct frame_config *c, const struct frame_options *o);

/* Completes c->frame for one flow, as frames.bpf.c does. */
void frame_complete(struct frame_config *c, const struct frame_options *o,
		    const struct frame_flow *flow, __u32 number);

#endif /* SELFTESTS_FRAME_OPTIONS_H */
