/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sendframe IFACE [-n COUNT] [-c OFFSET]... [-d OFFSET]... HEX...: sends the
 * frame COUNT times (once) exactly as written, on a packet socket; white space in HEX is
 * ignored, so that a test can give one argument per header.  -c: the two
 * bytes there count up from frame to frame; -d: down, as a checksum does.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_PLACES 8

static int digit_value(int c)
{
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* Appends the bytes of text; -EINVAL if it is not pairs of hex digits. */
static int hex_append(uint8_t *frame, size_t *len, size_t size,
		      const char *text)
{
	while (*text) {
		if (isspace((unsigned char)*text) || *text == ':') {
			text++;
			continue;
		}
		if (!isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]) || *len == size)
			return -EINVAL;
		frame[(*len)++] = digit_value((unsigned char)text[0]) << 4 |
				  digit_value((unsigned char)text[1]);
		text += 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET};
	static uint8_t frame[65536];
	size_t places[MAX_PLACES], n_places = 0;
	int step[MAX_PLACES];
	long count = 1;
	size_t len = 0;
	int fd, i = 2;

	for (; i + 2 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "-n"))
			count = strtol(argv[i + 1], NULL, 10);
		if ((argv[i][1] == 'c' || argv[i][1] == 'd') &&
		    n_places < MAX_PLACES) {
			step[n_places] = argv[i][1] == 'c' ? 1 : -1;
			places[n_places++] = strtoul(argv[i + 1], NULL, 10);
		}
	}
	if (i >= argc) {
		fprintf(stderr,
			"usage: sendframe IFACE [-n COUNT] [-c|-d OFFSET] HEX...\n");
		return 2;
	}
	for (; i < argc; i++) {
		if (hex_append(frame, &len, sizeof(frame), argv[i])) {
			fprintf(stderr, "sendframe: not hex: %s\n", argv[i]);
			return 2;
		}
	}
	to.sll_ifindex = if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (!to.sll_ifindex || fd < 0) {
		fprintf(stderr, "sendframe: %s: %s\n", argv[1],
			strerror(errno));
		return 1;
	}
	while (count-- > 0) {
		if (sendto(fd, frame, len, 0, (struct sockaddr *)&to,
			   sizeof(to)) != (ssize_t)len) {
			fprintf(stderr, "sendframe: %s: %s\n", argv[1],
				strerror(errno));
			return 1;
		}
		for (size_t p = 0; p < n_places && places[p] + 1 < len; p++) {
			uint8_t *at = &frame[places[p]];
			uint16_t v = (at[0] << 8 | at[1]) + step[p];

			at[0] = v >> 8;
			at[1] = v;
		}
	}
	close(fd);
	return 0;
}
