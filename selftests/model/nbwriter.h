/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a database in JSON, as ovsdb(5) has it in a file. */
#ifndef SELFTESTS_MODEL_NBWRITER_H
#define SELFTESTS_MODEL_NBWRITER_H

#include <stdio.h>

#include "logical.h"

enum table { SWITCH = 1, PORT, ROUTER, ROUTER_PORT, ROUTE, NAT, LB, SET };

struct writer {
	FILE *f;
	bool has_rows, has_columns;
};

void table_begin(struct writer *w, const char *name);
void row_begin(struct writer *w, enum table t, int number);
/* What is written next is the column's value. */
FILE *column(struct writer *w, const char *name);
void column_text(struct writer *w, const char *name, const char *text);
/* An element of a set: n counts them. */
void ref_print(FILE *f, size_t *n, enum table t, int number);

/* nbfile_nat.c: tables Address_Set, NAT and Load_Balancer. */
void nats_write(struct writer *w, const struct logical *net);
void lbs_write(struct writer *w, const struct logical *net);
/* The columns that refer to them; router or sw is -1. */
void nat_refs_write(struct writer *w, const struct logical *net, int router);
void lb_refs_write(struct writer *w, const struct logical *net, int router,
		   int sw);
/* Of a router's options, those that force SNAT; of a port's, a physical
 * network's name; each behind others. */
void force_options_write(FILE *f, const struct router *r);
void localnet_options_write(FILE *f, const struct lsp *p);

#endif /* SELFTESTS_MODEL_NBWRITER_H */
