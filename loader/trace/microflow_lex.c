// SPDX-License-Identifier: GPL-2.0-only
#include "trace/microflow_lex.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "mac.h"

#define BLANKS " \t\r\n"
#define WORD_CHARS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/"

static const struct {
	const char *text;
	enum token_kind kind;
} operators[] = {
	{"&&", TOKEN_AND},   {"==", TOKEN_EQUAL}, {"(", TOKEN_OPEN},
	{")", TOKEN_CLOSE},  {"!=", TOKEN_OTHER}, {"||", TOKEN_OTHER},
	{"<=", TOKEN_OTHER}, {">=", TOKEN_OTHER}, {"!", TOKEN_NOT},
};

#define N_OPERATORS (sizeof(operators) / sizeof(operators[0]))

static void string_next(struct token *t)
{
	const char *p = t->word.text + 1;

	while (*p && *p != '"')
		p += *p == '\\' && p[1] ? 2 : 1;
	t->kind = *p ? TOKEN_STRING : TOKEN_UNTERMINATED;
	t->word.text++;
	t->word.len = p - t->word.text;
}

void token_next(struct token *t, const char *start, const char **at)
{
	const char *p = *at + strspn(*at, BLANKS);
	size_t n = strspn(p, WORD_CHARS);

	t->word = (struct word){p, n, p - start + 1};
	if (!*p) {
		t->kind = TOKEN_END;
	} else if (*p == '"') {
		string_next(t);
		*at = t->word.text + t->word.len + (t->kind == TOKEN_STRING);
		return;
	} else if (n) {
		bool is_constant = isdigit((unsigned char)*p) ||
				   memchr(p, ':', n);

		t->kind = is_constant ? TOKEN_CONSTANT : TOKEN_NAME;
	} else {
		t->kind = TOKEN_OTHER;
		t->word.len = 1;
		for (size_t i = 0; i < N_OPERATORS; i++) {
			n = strlen(operators[i].text);
			if (!strncmp(p, operators[i].text, n)) {
				t->kind = operators[i].kind;
				t->word.len = n;
				break;
			}
		}
	}
	*at = p + t->word.len;
}

/* Six pairs of hex digits. */
static bool mac_parse(const char *text, uint8_t mac[6])
{
	return mac_scan(text, mac) == strlen("00:00:00:00:00:00") &&
	       strlen(text) == strlen("00:00:00:00:00:00");
}

/* "0x" and up to 32 digits. */
static bool hex_parse(const char *text, struct value *value)
{
	size_t n = strlen(text);

	if (!n || n > 32 || strspn(text, "0123456789abcdefABCDEF") != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t place = n - 1 - i;

		value->b[15 - place / 2] |= hex_value(text[i]) << place % 2 * 4;
	}
	return true;
}

static bool number_parse(const char *text, struct value *value)
{
	unsigned long long number;
	char *end;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return hex_parse(text + 2, value);
	if (strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*value = value_number(number);
	return true;
}

static bool value_fits(const struct value *value, unsigned int bits)
{
	for (unsigned int bit = bits; bit < 128; bit++)
		if (value->b[15 - bit / 8] >> bit % 8 & 1)
			return false;
	return true;
}

static void allowed_text(const struct field_info *f, char *text, size_t size)
{
	switch (f->kind) {
	case KIND_MAC:
		snprintf(text, size, "a MAC address like 0a:00:00:00:00:01");
		break;
	case KIND_IP4:
		snprintf(text, size, "an IPv4 address like 192.0.2.1");
		break;
	case KIND_IP6:
		snprintf(text, size, "an IPv6 address like 2001:db8::1");
		break;
	case KIND_STRING:
		snprintf(text, size, "the port's name in double quotes");
		break;
	case KIND_NUMBER:
		snprintf(text, size, "a number from 0 to %llu, or hex 0x..",
			 (1ull << f->bits) - 1);
		break;
	}
}

int constant_parse(const struct word *w, enum field field, struct value *value,
		   struct error *e)
{
	const struct field_info *f = &field_info[field];
	char text[64] = "", allowed[80];
	bool ok = false;

	memset(value, 0, sizeof(*value));
	allowed_text(f, allowed, sizeof(allowed));
	if (memchr(w->text, '/', w->len))
		return error_set(
			e, EINVAL,
			"microflow: %s == %.*s is many (column %u); a packet has one value: %s",
			f->name, WORD_ARGS(w), w->column, allowed);
	if (w->len < (int)sizeof(text))
		memcpy(text, w->text, w->len);
	if (f->kind == KIND_MAC && strchr(text, ':'))
		ok = mac_parse(text, value->b + 10);
	else if (f->kind == KIND_IP6 && strchr(text, ':'))
		ok = inet_pton(AF_INET6, text, value->b) == 1;
	else if (f->kind == KIND_IP4 && strchr(text, '.'))
		ok = inet_pton(AF_INET, text, value->b + 12) == 1;
	else if (f->kind != KIND_STRING)
		ok = number_parse(text, value) && value_fits(value, f->bits);
	if (!ok)
		return error_set(
			e, EINVAL,
			"microflow: %s == %.*s: no value of that field (column %u); allowed is %s",
			f->name, WORD_ARGS(w), w->column, allowed);
	return 0;
}
