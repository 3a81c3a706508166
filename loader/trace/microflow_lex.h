/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a microflow, and the constants among them. */
#ifndef XOVN_TRACE_MICROFLOW_LEX_H
#define XOVN_TRACE_MICROFLOW_LEX_H

#include "trace/microflow_fields.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME, /* of a field or predicate */
	TOKEN_CONSTANT, /* number or address */
	TOKEN_STRING, /* text: between the quotes */
	TOKEN_UNTERMINATED, /* a string */
	TOKEN_AND,
	TOKEN_EQUAL,
	TOKEN_NOT,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_OTHER,
};

struct token {
	enum token_kind kind;
	struct word word;
};

/* The token at *at, which moves behind it; start: of the whole text. */
void token_next(struct token *t, const char *start, const char **at);

/* A constant as a value of field.  0 or -EINVAL. */
int constant_parse(const struct word *w, enum field field, struct value *value,
		   struct error *e);

#endif /* XOVN_TRACE_MICROFLOW_LEX_H */
