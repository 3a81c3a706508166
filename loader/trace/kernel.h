/* SPDX-License-Identifier: GPL-2.0-only */
/* BPF_PROG_TEST_RUN, and what the programs have written about it. */
#ifndef XOVN_TRACE_KERNEL_H
#define XOVN_TRACE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/world.h"

enum kernel_action {
	KERNEL_SHOT,
	KERNEL_SENT, /* redirected, or handed over to TC for delivery */
	KERNEL_PASS, /* to what comes behind the program, untouched */
};

struct kernel_outcome {
	enum kernel_action action;
	uint8_t frame[TRACE_PACKET_LEN];
	size_t len;
	struct trace_step_val step[TRACE_STEPS_MAX];
	uint32_t n_steps;
	uint32_t n_lost; /* steps and copies there was no room for */
};

int kernel_run(struct world *w, enum program p, const uint8_t *frame,
	       size_t len, struct kernel_outcome *o, struct error *e);
/* The copy of a TRACE_COPY step.  0 or -errno. */
int kernel_read_copy(struct world *w, const struct trace_step_val *s,
		     struct trace_packet_val *copy);

#endif /* XOVN_TRACE_KERNEL_H */
