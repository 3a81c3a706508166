/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An OVSDB server that a test writes the part of: a client in the same thread
 * connects to it and runs whenever the test waits.  In texts ' stands for ".
 * What does not come within some seconds fails the test.
 */
#ifndef SELFTESTS_FAKE_OVSDB_H
#define SELFTESTS_FAKE_OVSDB_H

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "ovsdb/client.h"

struct fake {
	char dir[32], remote[80]; /* "unix:..." */
	int listener, fd; /* fd: the connection, or -1 */
	struct ovsdb_client *client;
	char buffer[1 << 16]; /* received and not yet cut */
	size_t n;
};

/* Columns of FAKE_TABLE in the filter; "late" is in no schema of fake_start()
 * unless the test gives one that has it. */
#define FAKE_ROW(digit) "00000000-0000-0000-0000-00000000000" digit
extern const struct ovsdb_filter fake_filter[];
extern const char fake_schema[], fake_schema_late[], fake_schema_bare[];

/* For cmocka: a client of database Test that knows the server, in *state. */
int fake_setup(void **state, bool leader_only, const char *lock, int probe_ms);
int fake_teardown(void **state);
void fake_open(struct fake *f, struct ovsdb_client *client);
void fake_close(struct fake *f); /* not the client */
void fake_drop(struct fake *f); /* the connection */
/* The same, and the client connects again without a pause. */
void fake_again(struct fake *f);

/* Runs the client and waits a moment at most. */
void fake_step(struct fake *f);
#define fake_until(f, statement)                                               \
	do {                                                                   \
		bool holds_ = false;                                           \
                                                                               \
		for (int i_ = 0; i_ < 2000 && !holds_; i_++) {                 \
			holds_ = (statement);                                  \
			if (!holds_)                                           \
				fake_step(f);                                  \
		}                                                              \
		if (!holds_)                                                   \
			fail_msg("it never came: %s; %s", #statement,          \
				 ovsdb_client_status((f)->client));            \
	} while (0)
/* Waits until the status begins with the remote and has the text. */
void fake_status(struct fake *f, const char *text);
/* Some rounds, for what must not happen. */
void fake_settle(struct fake *f);

void fake_accept(struct fake *f);
json_t *fake_receive(struct fake *f); /* the caller's */
/* A request or notification of the method. */
json_t *fake_expect(struct fake *f, const char *method);
void fake_send(struct fake *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Answers with the result; takes the request. */
void fake_reply(struct fake *f, json_t *request, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with an error. */
void fake_refuse(struct fake *f, json_t *request, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Accepts and answers until the database's monitor is asked for, which it
 * returns.  row: of _Server's Database, NULL: standalone. */
json_t *fake_start(struct fake *f, const char *schema, const char *row);
/* The same from where get_schema of _Server has been asked for. */
void fake_server(struct fake *f, const char *row);
/* All of it, with these contents as table updates. */
void fake_up(struct fake *f, const char *contents);

/* A message as text, keys sorted, " as '.  Valid until the next call. */
const char *fake_text(const json_t *json);

#endif /* SELFTESTS_FAKE_OVSDB_H */
