// SPDX-License-Identifier: GPL-2.0-only
/* Transactions of one part: one at a time, and what follows their outcome. */
#include "southbound/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compile/hash.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_LAST_MS 8000
#define CONFLICT_PAUSE_MS 10 /* doubles */
/* So often in a row it is no race any more. */
#define CONFLICTS_MAX 8

void topic_init(struct topic *t, struct southbound *s, const char *name)
{
	memset(t, 0, sizeof(*t));
	t->s = s;
	t->name = name;
}

void topic_free(struct topic *t)
{
	free(t->object);
}

bool topic_is_free(const struct topic *t)
{
	return !t->is_sent && time_ms() >= t->not_before;
}

int64_t topic_due(const struct topic *t)
{
	return !t->is_sent && t->not_before > time_ms() ? t->not_before :
							  INT64_MAX;
}

static void topic_conflict(struct topic *t)
{
	/* The first is looked at again at once: others were only faster. */
	if (t->conflicts)
		t->not_before = time_ms() + (CONFLICT_PAUSE_MS << t->conflicts);
	t->conflicts++;
}

static void topic_refused(struct topic *t, const char *why)
{
	int pause = t->pause_ms ? 2 * t->pause_ms : PAUSE_FIRST_MS;
	const char *object = t->object ? t->object : "(no memory)";
	bool is_said =
		t->knows ? t->knows(t->s, object) :
			   !strncmp(why, t->problem, sizeof(t->problem) - 1);

	t->pause_ms = pause < PAUSE_LAST_MS ? pause : PAUSE_LAST_MS;
	t->not_before = time_ms() + t->pause_ms;
	if (!is_said)
		warning("SB: %s %s: %s", t->name, object, why);
	snprintf(t->problem, sizeof(t->problem), "%s", why);
}

static void topic_done(void *arg, enum ovsdb_txn_result outcome,
		       const json_t *result, const char *why)
{
	struct topic *t = arg;

	(void)result;
	t->is_sent = false;
	if (!ovsdb_client_is_connected(t->s->client))
		t->conflicts = 0;
	else if (outcome == OVSDB_TXN_TRY_AGAIN &&
		 t->conflicts == CONFLICTS_MAX)
		outcome = OVSDB_TXN_ERROR;
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
			topic_refused(t, why ? why : "refused");
		break;
	}
	if (t->done)
		t->done(t->s, outcome, t->n);
}

bool topic_submit(struct topic *t, struct ovsdb_txn *txn, size_t n,
		  const char *object)
{
	if (!txn)
		return false;
	if (ovsdb_txn_is_empty(txn)) {
		ovsdb_txn_cancel(txn);
		return false;
	}
	t->is_sent = true;
	t->n = n;
	free(t->object);
	t->object = strdup(object);
	ovsdb_txn_submit(txn, topic_done, t);
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
