/* SPDX-License-Identifier: GPL-2.0-only */
/* A MAC address in a database or on the command line. */
#ifndef XOVN_MAC_H
#define XOVN_MAC_H

#include <stddef.h>
#include <stdint.h>

/* Six times one or two hex digits with colons between them, and nothing else:
 * the length of that, and what follows is the caller's.  0: no MAC; mac may
 * have been written to. */
size_t mac_scan(const char *text, uint8_t mac[6]);

#endif /* XOVN_MAC_H */
