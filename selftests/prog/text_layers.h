/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of text_to_packet(): text.c reads, layers.c appends headers. */
#ifndef SELFTESTS_PROG_TEXT_LAYERS_H
#define SELFTESTS_PROG_TEXT_LAYERS_H

#include "prog.h"

#define TEXT_WORDS_MAX 16

struct text {
	const char *whole; /* for messages */
	const struct network *net;
	const struct packet *in;
	struct packet *p;
	char *word[TEXT_WORDS_MAX]; /* of the layer */
	size_t n;
	const char *next; /* first word of the next layer, "" at the end */
	bool is_finished;
};

void text_abort(const struct text *t, const char *what)
	__attribute__((noreturn));
/* "A>B": cuts word i in two. */
void text_pair(const struct text *t, size_t i, char **a, char **b, char by);
/* Value of KEY=VALUE among the words, or NULL. */
const char *text_option(const struct text *t, const char *key);
uint32_t text_number(const struct text *t, const char *key, uint32_t otherwise);
size_t text_hex(const struct text *t, const char *hex, uint8_t *out,
		size_t max);
/* False: the first word names no header. */
bool layer_append(struct text *t);

#endif /* SELFTESTS_PROG_TEXT_LAYERS_H */
