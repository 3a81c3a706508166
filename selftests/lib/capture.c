// SPDX-License-Identifier: GPL-2.0-only
#include <byteswap.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture.h"

#define PCAP_USEC 0xa1b2c3d4
#define PCAP_NSEC 0xa1b23c4d
#define PCAPNG_SECTION 0x0a0d0d0a
#define PCAPNG_BYTE_ORDER 0x1a2b3c4d

static uint32_t word(const struct capture *c, size_t at)
{
	uint32_t v;

	memcpy(&v, c->data + at, sizeof(v));
	return c->is_swapped ? bswap_32(v) : v;
}

static int capture_fail(struct capture *c, const char *why)
{
	snprintf(c->why, sizeof(c->why), "%s (byte %zu of %zu)", why, c->at,
		 c->size);
	return -EINVAL;
}

static int file_read(struct capture *c, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	int err = 0;

	if (!f || fstat(fileno(f), &st)) {
		err = -errno;
		snprintf(c->why, sizeof(c->why), "%s", strerror(-err));
		goto out;
	}
	c->size = st.st_size;
	c->data = malloc(c->size + 1);
	if (!c->data)
		err = -ENOMEM;
	else if (fread(c->data, 1, c->size, f) != c->size)
		err = capture_fail(c, "short read");
out:
	if (f)
		fclose(f);
	return err;
}

int capture_open(struct capture *c, const char *path)
{
	uint32_t magic;
	int err;

	memset(c, 0, sizeof(*c));
	err = file_read(c, path);
	if (err)
		return err;
	if (c->size < 24)
		return capture_fail(c, "too short for a capture");
	magic = word(c, 0);
	if (magic == PCAPNG_SECTION) {
		c->is_ng = 1;
		c->is_swapped = word(c, 8) == bswap_32(PCAPNG_BYTE_ORDER);
		return 0;
	}
	c->is_swapped = magic == bswap_32(PCAP_USEC) ||
			magic == bswap_32(PCAP_NSEC);
	magic = word(c, 0);
	if (magic != PCAP_USEC && magic != PCAP_NSEC)
		return capture_fail(c, "neither pcap nor pcapng");
	c->link_type = word(c, 20) & 0xffff;
	c->at = 24;
	return 0;
}

static int next_classic(struct capture *c, struct capture_frame *f)
{
	if (c->at == c->size)
		return 0;
	if (c->size - c->at < 16)
		return capture_fail(c, "record header is cut");
	f->len = word(c, c->at + 8);
	f->wire_len = word(c, c->at + 12);
	f->data = c->data + c->at + 16;
	if (c->size - c->at - 16 < f->len)
		return capture_fail(c, "record is cut");
	c->at += 16 + f->len;
	return 1;
}

/* Blocks: 1 interface description, 6 enhanced packet, others skipped. */
static int next_ng(struct capture *c, struct capture_frame *f)
{
	uint32_t type, len;

	while (c->at < c->size) {
		if (c->size - c->at < 12)
			return capture_fail(c, "block header is cut");
		type = word(c, c->at);
		len = word(c, c->at + 4);
		if (len < 12 || len % 4 || len > c->size - c->at)
			return capture_fail(c, "block has a bad length");
		if (type == 1 && len >= 20)
			c->link_type = word(c, c->at + 8) & 0xffff;
		if (type == 6 && len >= 32) {
			f->len = word(c, c->at + 20);
			f->wire_len = word(c, c->at + 24);
			f->data = c->data + c->at + 28;
			if (f->len > len - 32)
				return capture_fail(c, "packet is cut");
			c->at += len;
			return 1;
		}
		c->at += len;
	}
	return 0;
}

int capture_next(struct capture *c, struct capture_frame *f)
{
	int got = c->is_ng ? next_ng(c, f) : next_classic(c, f);

	if (got == 1 && c->link_type != 1)
		return capture_fail(
			c, "not captured on an Ethernet device (-i any?)");
	return got;
}

void capture_close(struct capture *c)
{
	free(c->data);
	c->data = NULL;
}
