// SPDX-License-Identifier: GPL-2.0-only
#include "trace/microflow.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "hex.h"
#include "trace/microflow_lex.h"

struct parser {
	const char *start, *at;
	struct token token; /* the one in hand */
	struct fields fields;
	struct error *e;
};

static void next(struct parser *p)
{
	token_next(&p->token, p->start, &p->at);
}

/* What OVN's expressions allow and one packet does not, or a mistake. */
static int unexpected(struct parser *p, const char *wanted)
{
	const struct word *w = &p->token.word;
	const char *why = NULL;

	if (p->token.kind == TOKEN_END)
		return error_set(p->e, EINVAL,
				 "microflow: ends where %s is due (column %u)",
				 wanted, w->column);
	if (p->token.kind == TOKEN_UNTERMINATED)
		return error_set(
			p->e, EINVAL,
			"microflow: the string from column %u on lacks its closing quote",
			w->column);
	if (p->token.kind == TOKEN_OTHER) {
		if (strchr("{},", *w->text))
			why = "a set is many packets; give one value";
		else if (*w->text == '|')
			why = "alternatives are many packets; trace each by itself";
		else if (*w->text == '[')
			why = "bits of a field are not one value; give the whole field";
		else if (strchr("$@", *w->text))
			why = "address sets and port groups are many; give one value";
		else if (strchr("<>!=", *w->text))
			why = "only == gives a field one value";
		else if (*w->text == '&')
			why = "comparisons are joined by &&";
	}
	if (why)
		return error_set(p->e, EINVAL,
				 "microflow: %.*s (column %u): %s",
				 WORD_ARGS(w), w->column, why);
	return error_set(p->e, EINVAL,
			 "microflow: '%.*s' where %s is due (column %u)",
			 WORD_ARGS(w), wanted, w->column);
}

/* JSON's escapes, as in OVN; a name needs no other than these. */
static int inport_read(struct parser *p, const struct word *name)
{
	const struct word *w = &p->token.word;
	char inport[XOVN_NAME_LEN];
	size_t n = 0;

	for (int i = 0; i < w->len && n < sizeof(inport); i++) {
		bool is_escape = w->text[i] == '\\';

		i += is_escape;
		if (is_escape && !strchr("\"\\/", w->text[i]))
			return error_set(
				p->e, EINVAL,
				"microflow: inport: '\\%c' (column %u); allowed behind a backslash are \", \\ and /",
				w->text[i], w->column + i);
		inport[n++] = w->text[i];
	}
	if (!n || n == sizeof(inport))
		return error_set(
			p->e, EINVAL,
			"microflow: inport == \"%.*s\": %s (column %u); allowed are 1 to %zu bytes",
			WORD_ARGS(w), n ? "too long" : "empty", w->column,
			sizeof(inport) - 1);
	inport[n] = '\0';
	return fields_inport(&p->fields, name, inport, p->e);
}

/* name: of the field; the constant is the token in hand. */
static int compare(struct parser *p, const struct word *name)
{
	struct value value;
	enum field field;
	int err = fields_find(name, &field, p->e);

	if (err)
		return err;
	if (field == FIELD_INPORT && p->token.kind == TOKEN_STRING)
		return inport_read(p, name);
	if (p->token.kind == TOKEN_STRING)
		return error_set(
			p->e, EINVAL,
			"microflow: %s == \"%.*s\": only inport has a string for its value (column %u)",
			field_info[field].name, WORD_ARGS(&p->token.word),
			p->token.word.column);
	/* a port's name without quotes, or a MAC written with dashes */
	if (p->token.kind != TOKEN_CONSTANT && p->token.kind != TOKEN_NAME)
		return unexpected(p, "a value");
	err = constant_parse(&p->token.word, field, &value, p->e);
	if (!err)
		err = fields_compare(&p->fields, name, &value, p->e);
	return err;
}

/* VALUE == FIELD, which OVN allows too. */
static int compare_reversed(struct parser *p)
{
	struct token value = p->token, name;
	int err;

	next(p);
	if (p->token.kind != TOKEN_EQUAL)
		return unexpected(p, "==");
	next(p);
	if (p->token.kind != TOKEN_NAME)
		return unexpected(p, "a field");
	name = p->token;
	p->token = value;
	err = compare(p, &name.word);
	next(p);
	return err;
}

static int term(struct parser *p)
{
	bool is_not = p->token.kind == TOKEN_NOT;
	struct word name;
	enum field field;
	int err;

	if (is_not)
		next(p);
	else if (p->token.kind == TOKEN_CONSTANT ||
		 p->token.kind == TOKEN_STRING)
		return compare_reversed(p);
	if (p->token.kind != TOKEN_NAME)
		return unexpected(p, "a field or predicate");
	name = p->token.word;
	next(p);
	if (p->token.kind == TOKEN_OTHER &&
	    strchr("[<>!=", *p->token.word.text)) {
		err = fields_find(&name, &field, p->e);
		return err ? err : unexpected(p, "==");
	}
	if (p->token.kind != TOKEN_EQUAL)
		return fields_predicate(&p->fields, &name, is_not, p->e);
	if (is_not)
		return error_set(
			p->e, EINVAL,
			"microflow: !%.*s == .. says what the packet is not (column %u); only == gives a field one value",
			WORD_ARGS(&name), name.column);
	next(p);
	err = compare(p, &name);
	next(p);
	return err;
}

static int expression(struct parser *p)
{
	unsigned int depth = 0;
	int err;

	next(p);
	for (;;) {
		for (; p->token.kind == TOKEN_OPEN; depth++)
			next(p);
		err = term(p);
		if (err)
			return err;
		for (; p->token.kind == TOKEN_CLOSE && depth; depth--)
			next(p);
		if (p->token.kind == TOKEN_END && !depth)
			return 0;
		if (p->token.kind != TOKEN_AND)
			return unexpected(p, depth ? "&& or )" : "&&");
		next(p);
	}
}

int microflow_parse(const char *text, struct microflow *m, struct error *e)
{
	struct parser p = {.start = text, .at = text, .e = e};
	int err = expression(&p);

	if (!err)
		err = fields_resolve(&p.fields, e);
	if (!err)
		err = microflow_build(&p.fields, m, e);
	return err;
}

int microflow_parse_hex(const char *text, struct microflow *m, struct error *e)
{
	size_t n = 0;

	memset(m, 0, sizeof(*m));
	for (const char *p = text; *p; p++) {
		int digit = hex_value(*p);

		if (digit < 0 && n % 2 == 0 &&
		    (isspace((unsigned char)*p) || *p == ':'))
			continue;
		if (digit < 0)
			return error_set(
				e, EINVAL,
				"packet: '%c' (column %zu) is no hex digit; a frame is pairs of hex digits, with blanks or colons between them",
				*p, p - text + 1);
		if (n == 2 * sizeof(m->frame))
			return error_set(
				e, EINVAL,
				"packet: more than %d bytes; a frame to trace has 14 to %d",
				MICROFLOW_FRAME_MAX, MICROFLOW_FRAME_MAX);
		m->frame[n / 2] = m->frame[n / 2] << 4 | digit;
		n++;
	}
	if (n % 2)
		return error_set(
			e, EINVAL,
			"packet: %zu hex digits, and so half a byte; a frame is pairs of them",
			n);
	m->len = n / 2;
	if (m->len < 14)
		return error_set(
			e, EINVAL,
			"packet: %zu bytes; a frame has at least the 14 of its Ethernet header",
			m->len);
	return 0;
}
