/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_MODEL_TURN_H
#define SELFTESTS_MODEL_TURN_H

#include "model.h"

/* IPv4, no fragment: every checksum anew. */
void frame_sums(struct frame *f);
/* What answers it; false: nothing does. */
bool frame_turn(const struct frame *in, struct frame *f);
/* More of the same connection, or the same once more. */
void frame_again(struct frame *f);
/* An ICMP error about it from that address; false: there is none. */
bool frame_error(const struct frame *about, uint32_t from, struct frame *f);

#endif /* SELFTESTS_MODEL_TURN_H */
