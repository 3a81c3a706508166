/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a driver refuses native XDP, in its own words. */
#ifndef XOVN_SYNC_REFUSAL_H
#define XOVN_SYNC_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

/* bpf(2) gives an errno only; rtnetlink, asked for the same, the driver's
 * text, "" when it has none.  For use after a refusal: asks again, and takes
 * back what is granted now. */
void refusal_text(int prog_fd, uint32_t ifindex, char *text, size_t size);

#endif /* XOVN_SYNC_REFUSAL_H */
