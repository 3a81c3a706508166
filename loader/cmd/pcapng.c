// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/pcapng.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SECTION_HEADER 0x0a0d0d0a
#define INTERFACE_DESCRIPTION 1
#define ENHANCED_PACKET 6

#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define LINKTYPE_ETHERNET 1
#define NANOSECONDS 9 /* if_tsresol: a negative power of ten */

enum option_code {
	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_TSRESOL = 9,
	EPB_FLAGS = 2,
	EPB_DROPCOUNT = 4,
};

#define EPB_INBOUND 1

/* A block while it is made: type, length, contents, length. */
struct block {
	uint8_t *bytes;
	size_t n;
	size_t size;
	bool is_full; /* no memory */
};

static void put(struct block *b, const void *bytes, size_t n)
{
	if (b->n + n > b->size) {
		size_t size = 2 * (b->n + n);
		void *grown = realloc(b->bytes, size);

		if (!grown) {
			b->is_full = true;
			return;
		}
		b->bytes = grown;
		b->size = size;
	}
	if (n) /* else bytes may be NULL */
		memcpy(b->bytes + b->n, bytes, n);
	b->n += n;
}

static void put_16(struct block *b, uint16_t value)
{
	put(b, &value, sizeof(value));
}

static void put_32(struct block *b, uint32_t value)
{
	put(b, &value, sizeof(value));
}

static void put_padded(struct block *b, const void *bytes, size_t n)
{
	static const uint8_t zeros[4];

	put(b, bytes, n);
	put(b, zeros, -n & 3);
}

static void put_option(struct block *b, enum option_code code,
		       const void *value, size_t n)
{
	if (n > UINT16_MAX)
		n = UINT16_MAX;
	put_16(b, code);
	put_16(b, n);
	put_padded(b, value, n);
}

static void block_begin(struct block *b, uint32_t type)
{
	memset(b, 0, sizeof(*b));
	put_32(b, type);
	put_32(b, 0);
}

static int block_end(struct block *b, FILE *to)
{
	uint32_t len;
	int err = 0;

	put_option(b, OPT_END, "", 0);
	len = b->n + sizeof(len);
	put_32(b, len);
	if (b->is_full)
		err = -ENOMEM;
	else
		memcpy(b->bytes + sizeof(uint32_t), &len, sizeof(len));
	errno = 0;
	if (!err && (fwrite(b->bytes, len, 1, to) != 1 || fflush(to)))
		err = errno ? -errno : -EIO;
	free(b->bytes);
	return err;
}

int pcapng_begin(struct pcapng *p, FILE *to, uint32_t snaplen,
		 const char *application)
{
	struct block b;
	uint64_t unknown = -1; /* length of the section */

	*p = (struct pcapng){.to = to, .snaplen = snaplen};
	block_begin(&b, SECTION_HEADER);
	put_32(&b, BYTE_ORDER_MAGIC);
	put_16(&b, 1); /* version 1.0 */
	put_16(&b, 0);
	put(&b, &unknown, sizeof(unknown));
	put_option(&b, SHB_USERAPPL, application, strlen(application));
	return block_end(&b, to);
}

int pcapng_interface(struct pcapng *p, const char *name, uint32_t *number)
{
	static const uint8_t resolution = NANOSECONDS;
	struct block b;

	block_begin(&b, INTERFACE_DESCRIPTION);
	put_16(&b, LINKTYPE_ETHERNET);
	put_16(&b, 0);
	put_32(&b, p->snaplen);
	put_option(&b, IF_NAME, name, strlen(name));
	put_option(&b, IF_TSRESOL, &resolution, sizeof(resolution));
	*number = p->n_interfaces++;
	return block_end(&b, p->to);
}

int pcapng_packet(struct pcapng *p, const struct pcapng_packet *packet)
{
	static const uint32_t inbound = EPB_INBOUND;
	struct block b;

	block_begin(&b, ENHANCED_PACKET);
	put_32(&b, packet->interface);
	put_32(&b, packet->time >> 32);
	put_32(&b, packet->time);
	put_32(&b, packet->captured);
	put_32(&b, packet->len);
	put_padded(&b, packet->data, packet->captured);
	put_option(&b, OPT_COMMENT, packet->comment, strlen(packet->comment));
	put_option(&b, EPB_FLAGS, &inbound, sizeof(inbound));
	if (packet->lost)
		put_option(&b, EPB_DROPCOUNT, &packet->lost,
			   sizeof(packet->lost));
	return block_end(&b, p->to);
}
