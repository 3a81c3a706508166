/* SPDX-License-Identifier: GPL-2.0-only */
/* Checksums that a sender has left to its NIC. */
#ifndef XOVN_SYNC_L4SUM_H
#define XOVN_SYNC_L4SUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Finishes the TCP, UDP or SCTP checksum of an IPv4 frame where it is
 * unfinished, as Linux leaves it (CHECKSUM_PARTIAL): the sum of the pseudo
 * header, or 0 for SCTP.  A checksum that is just wrong stays so.
 */
void l4sum_finish(uint8_t *frame, size_t len);

#endif /* XOVN_SYNC_L4SUM_H */
