/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads captures of Ethernet: classic pcap (either byte order, micro- or
 * nanoseconds) and pcapng, what tcpdump, dumpcap and tshark write. */
#ifndef SELFTESTS_CAPTURE_H
#define SELFTESTS_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

struct capture {
	uint8_t *data; /* the whole file */
	size_t size, at;
	int is_ng, is_swapped;
	uint32_t link_type; /* 1: Ethernet */
	char why[128]; /* of the last failure */
};

struct capture_frame {
	const uint8_t *data; /* owned by the capture */
	size_t len; /* captured */
	size_t wire_len; /* larger if the snap length cut it */
};

/* 0, or -errno with why set. */
int capture_open(struct capture *c, const char *path);
/* 1: a frame; 0: end of file; -EINVAL with why set: damaged. */
int capture_next(struct capture *c, struct capture_frame *f);
void capture_close(struct capture *c);

#endif /* SELFTESTS_CAPTURE_H */
