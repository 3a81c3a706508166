/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_MODEL_RUN_H
#define SELFTESTS_MODEL_RUN_H

#include "compare.h"

/* Sums over seeds. */
struct totals {
	uint64_t n_networks, n_frames, n_steps, n_outs, n_drops, n_open, n_over;
	uint64_t reasons[DROP_REASON_COUNT];
};

/* One network and its frames.  False: something differed; it was printed, as
 * TAP comments. */
bool seed_run(uint64_t seed, bool has_gateway, unsigned int frames,
	      struct totals *t);

#endif /* SELFTESTS_MODEL_RUN_H */
