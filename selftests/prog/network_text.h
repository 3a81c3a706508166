/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of network_build(): what the readers of lines share. */
#ifndef SELFTESTS_PROG_NETWORK_TEXT_H
#define SELFTESTS_PROG_NETWORK_TEXT_H

#include <stdlib.h>
#include <string.h>

#include "prog.h"

#define READER_WORDS_MAX 16

struct reader {
	struct network *n;
	const char *line; /* for messages */
	char *word[READER_WORDS_MAX];
	size_t n_words;
	unsigned int uuids;
	bool is_in_router; /* else in a switch: what "lb" belongs to */
};

/* Room for one more, zeroed. */
#define GROW(array, count)                                                     \
	({                                                                     \
		(array) = reallocarray(array, (count) + 1, sizeof(*(array)));  \
		memset(&(array)[count], 0, sizeof(*(array)));                  \
		&(array)[(count)++];                                           \
	})

void reader_abort(const struct reader *r, const char *what)
	__attribute__((noreturn));
void reader_uuid(struct reader *r, char uuid[37]);
/* Value of KEY=VALUE among the words from number "from" on, or NULL. */
const char *reader_option(const struct reader *r, size_t from, const char *key);
bool reader_has(const struct reader *r, const char *word);
/* "IP[/LEN]"; cuts the text at the slash. */
void ip4_prefix_parse(char *text, struct nb_ip4 *ip);

void alias_add(struct reader *r, const char *name, const uint8_t mac[6],
	       const char *ip);

/* ---- network_file.c ---- */

void line_nb(struct reader *r);
void line_placement(struct reader *r);

/* ---- network_nat.c ---- */

void line_nat(struct reader *r);
void line_force(struct reader *r);
void line_lb(struct reader *r);
void line_vip(struct reader *r);
void line_use(struct reader *r);

#endif /* SELFTESTS_PROG_NETWORK_TEXT_H */
