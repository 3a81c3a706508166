// SPDX-License-Identifier: GPL-2.0-only
#include "trace/text.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trace/microflow.h"
#include "wire.h"

#define DESCRIPTION_MAX 1024

/* "NAME=VALUE" of a description, or just a word. */
struct field {
	const char *name, *value;
	size_t name_len, value_len;
};

/* The next field from *at on.  false: there is none. */
static bool field_next(const char **at, struct field *f)
{
	size_t len, name_len;

	*at += strspn(*at, ", ");
	if (!**at)
		return false;
	len = strcspn(*at, ",");
	name_len = strcspn(*at, "=");
	f->name = *at;
	f->name_len = name_len < len ? name_len : len;
	f->value = f->name_len < len ? *at + f->name_len + 1 : "";
	f->value_len = f->name_len < len ? len - f->name_len - 1 : 0;
	*at += len;
	return true;
}

static bool field_find(const char *text, const struct field *wanted,
		       struct field *f)
{
	while (field_next(&text, f))
		if (f->name_len == wanted->name_len &&
		    !strncmp(f->name, wanted->name, f->name_len))
			return true;
	return false;
}

/* Whatever is in one and not in the other; n: fields named so far. */
static size_t say_missing(FILE *out, const char *in, const char *not_in,
			  const char *what, size_t n)
{
	struct field f, other;

	while (field_next(&in, &f))
		if (!field_find(not_in, &f, &other))
			fprintf(out, "%s%s%.*s%s%.*s", n++ ? ", " : "", what,
				(int)f.name_len, f.name, f.value_len ? " " : "",
				(int)f.value_len, f.value);
	return n;
}

static size_t say_changed(FILE *out, const char *before, const char *after)
{
	struct field f, old;
	size_t n = 0;

	while (field_next(&after, &f)) {
		if (!field_find(before, &f, &old))
			continue;
		if (f.value_len == old.value_len &&
		    !strncmp(f.value, old.value, f.value_len))
			continue;
		fprintf(out, "%s%.*s %.*s -> %.*s", n++ ? ", " : "",
			(int)f.name_len, f.name, (int)old.value_len, old.value,
			(int)f.value_len, f.value);
	}
	return n;
}

/* Is it still a packet of the same kind? */
static bool is_same_kind(const char *before, const char *after)
{
	size_t len = strcspn(before, ",");

	return len == strcspn(after, ",") && !strncmp(before, after, len);
}

size_t text_outer_len(const uint8_t *frame, size_t len)
{
	const size_t geneve = ETH_HLEN + 20 + 8; /* as we write them */
	size_t outer;

	if (len < geneve + 8 || frame[12] != 0x08 || frame[13] ||
	    frame[14] != 0x45 || frame[23] != IPPROTO_UDP ||
	    (frame[36] << 8 | frame[37]) != GENEVE_UDP_PORT)
		return 0;
	outer = geneve + 8 + (frame[geneve] & 0x3f) * 4;
	return outer < len ? outer : 0;
}

static bool is_same_frame(const uint8_t *a, size_t a_len, const uint8_t *b,
			  size_t b_len)
{
	return a_len == b_len && !memcmp(a, b, a_len);
}

char *text_change(const uint8_t *before, size_t before_len,
		  const uint8_t *after, size_t after_len, bool is_tunnel)
{
	char was[DESCRIPTION_MAX], is[DESCRIPTION_MAX];
	char *text = NULL;
	size_t len, n;
	FILE *out;

	if (is_tunnel) {
		size_t outer = text_outer_len(after, after_len);

		after += outer;
		after_len -= outer;
	}
	microflow_describe(before, before_len, was, sizeof(was));
	microflow_describe(after, after_len, is, sizeof(is));
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	if (!is_same_kind(was, is)) {
		fprintf(out, "now %s", is);
	} else {
		n = say_changed(out, was, is);
		n = say_missing(out, is, was, "with ", n);
		n = say_missing(out, was, is, "without ", n);
		if (!n)
			fprintf(out, "%s",
				is_same_frame(before, before_len, after,
					      after_len) ?
					"unchanged" :
					"other bytes behind the same fields");
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
