/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of steps of a trace and the sentences that explain them, on the
 * tutorial's network as node1 has it: with NAT and load balancers on gw1, a
 * load balancer on ls2, routes of every kind, and on node1 ls1-vm8, whose
 * address is unknown, and ls1-vm9 (172.18.100.9).
 */
#ifndef SELFTESTS_STEP_CASE_H
#define SELFTESTS_STEP_CASE_H

#include "network_nat.h"
#include "trace/trace.h"

#define STEP_RECORD 7 /* the only one of the connection table: UDP to 8.8.8.8 */

struct sentence {
	enum trace_what what;
	const char *datapath, *inport, *outport; /* names, or NULL */
	/* A number, or "port NAME", "datapath NAME", "chassis NAME", "drop NAME",
	 * "vip VIP", "ecmp PREFIX", "ip ADDRESS"; NULL: 0. */
	const char *a, *b, *c;
	/* NAME VALUE ...: eth.src eth.dst lladdr src dst sport dport ttl
	 * proto arp type flags; the Ethernet type is IPv4 unless given. */
	const char *flow;
	const char *stage; /* NULL: any */
	const char *want;
};

/* Group setup and teardown. */
int step_setup(void **state);
int step_teardown(void **state);

struct trace_view step_view(void);
void sentences_check(const struct sentence *cases, size_t n);

#define SENTENCES_CHECK(cases)                                                 \
	sentences_check(cases, sizeof(cases) / sizeof((cases)[0]))

#endif /* SELFTESTS_STEP_CASE_H */
