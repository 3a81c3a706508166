/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of packet_check(): check.c walks the frame, check_l4.c judges what
 * IP carries. */
#ifndef SELFTESTS_CHECK_H
#define SELFTESTS_CHECK_H

#include "packet.h"

/* Where the checker stands: a slice of the frame and what it has found. */
struct check {
	unsigned int flags;
	struct check_result *r;
	char where[96]; /* "inner ", "quoted ": prefixes of the text */
};

/* Notes the first violation.  Returns false. */
bool check_fail(struct check *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* What stands behind the UDP header of a Geneve packet. */
bool check_outer(struct check *c, const uint8_t *ip, const uint8_t *udp);
bool check_geneve(struct check *c, const uint8_t *h, size_t len);
/* ip: the header in front; pseudo: the sum of its pseudo header. */
bool check_l4(struct check *c, const uint8_t *ip, const uint8_t *h, size_t len,
	      uint8_t proto, uint32_t pseudo);

#endif /* SELFTESTS_CHECK_H */
