/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets with comments in a file or pipe that Wireshark reads: pcapng
 * (draft-ietf-opsawg-pcapng), one section, in this machine's byte order.
 * Every block is written whole, so that a reader may follow.
 */
#ifndef XOVN_CMD_PCAPNG_H
#define XOVN_CMD_PCAPNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pcapng {
	FILE *to; /* the caller's */
	uint32_t snaplen; /* bytes of a packet at most, of every interface */
	uint32_t n_interfaces;
};

struct pcapng_packet {
	uint32_t interface; /* of pcapng_interface() */
	uint64_t time; /* nanoseconds since 1970 */
	const uint8_t *data; /* from the Ethernet header on */
	uint32_t captured; /* bytes there */
	uint32_t len; /* of the packet, bytes */
	uint64_t lost; /* packets not seen since the one before this */
	const char *comment; /* UTF-8 */
};

/* All three: 0 or -errno of the write. */

/* Section header, with the name of the application. */
int pcapng_begin(struct pcapng *p, FILE *to, uint32_t snaplen,
		 const char *application);
/* Ethernet; *number is what its packets call it. */
int pcapng_interface(struct pcapng *p, const char *name, uint32_t *number);
int pcapng_packet(struct pcapng *p, const struct pcapng_packet *packet);

#endif /* XOVN_CMD_PCAPNG_H */
