/* SPDX-License-Identifier: GPL-2.0-only */
/* A logical network as files that the loader reads, and as text. */
#ifndef SELFTESTS_MODEL_NBFILE_H
#define SELFTESTS_MODEL_NBFILE_H

#include <stdio.h>

#include "logical.h"

#define NETWORK_NAME "outside" /* of the physical network */

/* A Northbound database file; the caller unlinks it. */
void nbfile_write(const struct logical *net, char path[64]);
/* Placement, as `xovn load --placement` reads it; to be unlinked, too. */
void placement_write(const struct logical *net, char path[64]);
/* For people: ovn-nbctl's commands, as TAP comments. */
void logical_describe(const struct logical *net, FILE *f);
/* Of it, NAT, load balancers and the physical network. */
void gateway_describe(const struct logical *net, FILE *f);

#endif /* SELFTESTS_MODEL_NBFILE_H */
