// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/trace_batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

/* Splits copy into port and packet. */
static int split(char *copy, struct batch_packet *p, const char *path,
		 struct error *e)
{
	bool is_quoted = *copy == '"';
	char *end = is_quoted ? strchr(copy + 1, '"') :
				copy + strcspn(copy, blanks);

	p->port = copy + is_quoted;
	p->packet = "";
	if (end && *end) {
		*end = '\0';
		p->packet = end + 1 + strspn(end + 1, blanks);
	}
	if (!*p->packet || !*p->port)
		return error_set(e, EINVAL,
				 "%s, line %u: PORT and PACKET are wanted, "
				 "e.g. vm1 ip4.dst == 10.0.0.2 && icmp",
				 path, p->line);
	p->is_hex = !p->packet[strspn(p->packet, "0123456789abcdefABCDEF: \t")];
	return 0;
}

static int add_line(struct batch *b, const char *text, unsigned int line,
		    const char *path, struct error *e)
{
	struct batch_packet *p;
	char *copy;

	if (b->n == b->capacity) {
		size_t capacity = b->capacity ? 2 * b->capacity : 64;
		void *packets =
			reallocarray(b->packet, capacity, sizeof(*b->packet));

		if (!packets)
			return error_set(e, ENOMEM, "out of memory");
		b->packet = packets;
		b->capacity = capacity;
	}
	p = &b->packet[b->n];
	p->line = line;
	p->text = strdup(text);
	copy = strdup(text);
	if (!p->text || !copy) {
		free(p->text);
		free(copy);
		return error_set(e, ENOMEM, "out of memory");
	}
	p->copy = copy;
	b->n++;
	return split(copy, p, path, e);
}

int batch_read(const char *path, struct batch *b, struct error *e)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	unsigned int line = 0;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int ret = 0;

	memset(b, 0, sizeof(*b));
	if (!file)
		return error_set(e, errno, "%s: %s", path, strerror(errno));
	while (!ret && (len = getline(&text, &size, file)) >= 0) {
		char *start = text + strspn(text, blanks);

		line++;
		while (len && strchr(blanks, text[len - 1]))
			text[--len] = '\0';
		if (*start && *start != '#')
			ret = add_line(b, start, line, path, e);
	}
	if (!ret && ferror(file))
		ret = error_set(e, errno, "%s: %s", path, strerror(errno));
	free(text);
	if (!is_stdin)
		fclose(file);
	return ret;
}

void batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->packet[i].text);
		free(b->packet[i].copy);
	}
	free(b->packet);
	memset(b, 0, sizeof(*b));
}
