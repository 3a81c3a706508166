/* SPDX-License-Identifier: GPL-2.0-only */
/* Random payloads of Ethernet. */
#ifndef SELFTESTS_MODEL_FLOWS_H
#define SELFTESTS_MODEL_FLOWS_H

#include "packet.h"

/* Appended and finished. */
void ip4_random(struct packet *p, uint32_t src, uint32_t dst);
void ip6_random(struct packet *p, const uint8_t src[16], const uint8_t dst[16]);

#endif /* SELFTESTS_MODEL_FLOWS_H */
