// SPDX-License-Identifier: GPL-2.0-only
/* Transactions of one part: one at a time, and what follows their outcome. */
#include "agent/southbound_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compile/hash.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS 8000
#define CONFLICT_PAUSE_MS 10 /* doubles */
#define CONFLICT_PAUSE_MAX_MS 1000
/* A unique index that other rows than those that we see keep refusing. */
#define CONFLICTS_MAX 6

/* Outlives the topic where the answer comes late. */
struct topic_call {
	struct topic *topic; /* NULL: nobody waits any more */
};

void topic_init(struct topic *t, struct southbound *s, const char *name)
{
	memset(t, 0, sizeof(*t));
	t->s = s;
	t->name = name;
}

void topic_free(struct topic *t)
{
	if (t->call)
		t->call->topic = NULL;
	t->call = NULL;
	free(t->object);
	t->object = NULL;
}

bool topic_is_free(const struct topic *t)
{
	return !t->call && time_ms() >= t->not_before;
}

int64_t topic_due(const struct topic *t)
{
	return !t->call && t->not_before > time_ms() ? t->not_before :
						       INT64_MAX;
}

static void topic_conflict(struct topic *t)
{
	int64_t pause = CONFLICT_PAUSE_MS
			<< (t->conflicts < 8 ? t->conflicts : 8);

	/* The first is looked at again at once: others were only faster. */
	if (t->conflicts++)
		t->not_before = time_ms() + (pause < CONFLICT_PAUSE_MAX_MS ?
						     pause :
						     CONFLICT_PAUSE_MAX_MS);
}

static void topic_refused(struct topic *t, const char *why)
{
	char problem[sizeof(t->problem)];
	int pause = t->pause_ms ? 2 * t->pause_ms : PAUSE_FIRST_MS;

	t->pause_ms = pause < PAUSE_LAST_MS ? pause : PAUSE_LAST_MS;
	t->not_before = time_ms() + t->pause_ms;
	snprintf(problem, sizeof(problem), "%s: %s",
		 t->object ? t->object : t->name, why);
	if (strcmp(problem, t->problem))
		warning("SB: %s: %s", t->name, problem);
	memcpy(t->problem, problem, sizeof(problem));
}

static void topic_done(void *arg, enum ovsdb_txn_result outcome,
		       const json_t *result, const char *why)
{
	struct topic_call *call = arg;
	struct topic *t = call->topic;

	(void)result;
	free(call);
	if (!t)
		return;
	t->call = NULL;
	if (!why)
		why = "refused";
	/* A row with these keys has come, but not to us yet. */
	if (outcome == OVSDB_TXN_ERROR && strstr(why, "constraint violation") &&
	    t->conflicts < CONFLICTS_MAX)
		outcome = OVSDB_TXN_TRY_AGAIN;
	switch (outcome) {
	case OVSDB_TXN_SUCCESS:
		t->conflicts = 0;
		t->pause_ms = 0;
		t->problem[0] = '\0';
		break;
	case OVSDB_TXN_TRY_AGAIN:
		topic_conflict(t);
		break;
	case OVSDB_TXN_ERROR:
		t->conflicts = 0;
		/* Which of several it is will be found out. */
		if (t->n <= 1)
			topic_refused(t, why);
		break;
	}
	if (t->done)
		t->done(t->s, outcome, t->n);
}

bool topic_submit(struct topic *t, struct ovsdb_txn *txn, size_t n,
		  const char *object)
{
	struct topic_call *call;

	if (!txn)
		return false;
	if (ovsdb_txn_is_empty(txn)) {
		ovsdb_txn_cancel(txn);
		return false;
	}
	call = calloc(1, sizeof(*call));
	if (!call) {
		ovsdb_txn_cancel(txn);
		return false;
	}
	call->topic = t;
	t->call = call;
	t->n = n;
	free(t->object);
	t->object = strdup(object);
	ovsdb_txn_submit(txn, topic_done, call);
	return true;
}

void row_set(json_t **row, const char *column, json_t *value)
{
	if (*row && !json_object_set_new(*row, column, value))
		return;
	if (!*row)
		json_decref(value);
	json_decref(*row);
	*row = NULL;
}

uint64_t text_digest(const char *text, uint64_t seed)
{
	return hash_bytes(text ? text : "", text ? strlen(text) + 1 : 0, seed);
}

int64_t wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool has_column(const struct southbound *s, const char *table,
		const char *column)
{
	return ovsdb_client_has_column(s->client, table, column);
}

bool row_refers(const struct ovsdb_row *row, const char *column,
		const uint8_t uuid[16])
{
	size_t i, n = ovsdb_size(row, column);

	for (i = 0; i < n; i++)
		if (!memcmp(ovsdb_uuid(row, column, i), uuid, 16))
			return true;
	return false;
}
