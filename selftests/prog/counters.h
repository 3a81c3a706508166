/* SPDX-License-Identifier: GPL-2.0-only */
/* The network that tests of counters and of places of drops share. */
#ifndef SELFTESTS_PROG_COUNTERS_H
#define SELFTESTS_PROG_COUNTERS_H

#include "tables.h"

#define NETWORK                                                                \
	"self node2\n"                                                         \
	"chassis node2 192.168.209.111\n"                                      \
	"chassis node3 192.168.209.112\n"                                      \
	"switch sw\n"                                                          \
	" port a addr=02:00:00:00:00:0a,10.0.0.10 at=node2 if=a\n"             \
	" port b addr=02:00:00:00:00:0b,10.0.0.11 at=node2 if=b\n"             \
	" port g addr=02:00:00:00:00:0c,10.0.0.12 at=node2 if=g\n"             \
	" port d addr=02:00:00:00:00:0d,10.0.0.13 at=node3\n"                  \
	" router-port sw-r r-sw\n"                                             \
	"switch s2\n"                                                          \
	" port e addr=02:00:00:00:01:0e,10.1.0.14 at=node2 if=e\n"             \
	" port f addr=02:00:00:00:01:0f,10.1.0.15 at=node3\n"                  \
	" router-port s2-r r-s2\n"                                             \
	"router r\n"                                                           \
	" lrp r-sw 02:00:00:00:f1:01 10.0.0.1/24\n"                            \
	" lrp r-s2 02:00:00:00:f2:01 10.1.0.1/24\n"                            \
	" route 10.9.0.0/16 10.1.0.14\n"

#define A_TO(to, ip) "eth a>" to " | ip4 10.0.0.10>" ip " | "
#define UDP "udp 1>2 | data 8"

#endif /* SELFTESTS_PROG_COUNTERS_H */
