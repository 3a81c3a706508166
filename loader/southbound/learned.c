// SPDX-License-Identifier: GPL-2.0-only
/* What BPF has learned waits here until it is due, and until the server has
 * taken it. */
#include "southbound/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define QUEUE_MAX 1000 /* entries, as many as ovn-controller's */
#define ROWS_PER_TXN 256
#define DELAY_MAX_MS 50 /* OVN's, for what many chassis have heard */

void learned_init(struct learned *l)
{
	l->limit = ROWS_PER_TXN;
	/* Chassis must not choose the same delays. */
	if (getrandom(&l->seed, sizeof(l->seed), GRND_NONBLOCK) !=
	    sizeof(l->seed))
		l->seed = (uint64_t)wall_ms();
	l->seed |= 1;
}

void learned_free(struct learned *l)
{
	free(l->queue);
}

/* xorshift64 */
static int64_t delay_random(struct learned *l)
{
	l->seed ^= l->seed << 13;
	l->seed ^= l->seed >> 7;
	l->seed ^= l->seed << 17;
	return 1 + (int64_t)(l->seed % DELAY_MAX_MS);
}

static bool is_same_key(const struct learned_entry *a, const struct upcall *u)
{
	if (a->kind != u->kind || a->datapath != u->datapath)
		return false;
	if (a->kind == UPCALL_FDB)
		return !memcmp(a->mac, u->mac, sizeof(a->mac));
	return a->port == u->port && !memcmp(a->ip, u->ip, sizeof(a->ip));
}

static struct learned_entry *entry_find(struct learned *l,
					const struct upcall *u)
{
	size_t i;

	for (i = l->n; i--;)
		if (is_same_key(&l->queue[i], u) && !l->queue[i].is_sent)
			return &l->queue[i];
	return NULL;
}

/* The oldest makes room: newer ones are likelier to be asked for. */
static struct learned_entry *entry_add(struct learned *l)
{
	struct learned_entry *e;

	if (!l->queue) {
		l->queue = calloc(QUEUE_MAX, sizeof(l->queue[0]));
		if (!l->queue)
			return NULL;
	}
	if (l->n == QUEUE_MAX) {
		if (!l->is_overflowing)
			warning("SB: more than %d learned neighbors and MACs "
				"wait for the server; the oldest are dropped",
				QUEUE_MAX);
		l->is_overflowing = true;
		memmove(l->queue, l->queue + 1,
			(QUEUE_MAX - 1) * sizeof(l->queue[0]));
		l->n--;
	}
	e = &l->queue[l->n++];
	memset(e, 0, sizeof(*e));
	return e;
}

void southbound_learned(struct southbound *s, const struct upcall *u)
{
	struct learned *l = &s->learned;
	struct learned_entry *e;

	if (u->kind != UPCALL_NEIGHBOR && u->kind != UPCALL_FDB)
		return;
	e = entry_find(l, u);
	if (!e) {
		e = entry_add(l);
		if (!e)
			return;
		e->kind = u->kind;
		e->datapath = u->datapath;
		memcpy(e->ip, u->ip, sizeof(e->ip));
		e->due = time_ms();
		if (u->kind == UPCALL_FDB || u->is_broadcast)
			e->due += delay_random(l);
	}
	e->port = u->port;
	memcpy(e->mac, u->mac, sizeof(e->mac));
	e->learned_at = time_ms();
}

static void entries_remove_done(struct learned *l)
{
	size_t i, kept = 0;

	for (i = 0; i < l->n; i++)
		if (!l->queue[i].is_done)
			l->queue[kept++] = l->queue[i];
	l->n = kept;
	if (!l->n)
		l->is_overflowing = false;
}

/* The first of those that are written, for the log. */
static const char *entry_name(struct learned_entry **due, size_t n,
			      char name[48])
{
	const struct learned_entry *e;
	size_t i = 0;

	while (i + 1 < n && !due[i]->is_sent)
		i++;
	e = due[i];
	snprintf(name, 48, "%s %u.%u.%u.%u %02x:%02x:%02x:%02x:%02x:%02x",
		 e->kind == UPCALL_FDB ? "MAC" : "neighbor", e->ip[0], e->ip[1],
		 e->ip[2], e->ip[3], e->mac[0], e->mac[1], e->mac[2], e->mac[3],
		 e->mac[4], e->mac[5]);
	return name;
}

void learned_run(struct southbound *s)
{
	struct learned *l = &s->learned;
	struct learned_entry *due[ROWS_PER_TXN];
	struct ovsdb_txn *txn;
	int64_t now = time_ms();
	size_t i, n = 0, written;
	char name[48];

	/* A row that is not here yet is not missing. */
	if (!l->n || !topic_is_free(&s->learning) ||
	    !ovsdb_client_conditions_hold(s->client))
		return;
	for (i = 0; i < l->n && n < l->limit; i++)
		if (l->queue[i].due <= now)
			due[n++] = &l->queue[i];
	txn = n ? ovsdb_txn_new(s->client) : NULL;
	if (!txn)
		return;
	written = learned_compare(s, txn, due, n);
	if (!topic_submit(&s->learning, txn, written, entry_name(due, n, name)))
		for (i = 0; i < l->n; i++)
			l->queue[i].is_sent = false;
	entries_remove_done(l);
}

/* Success: the rows say it now.  What is refused alone is dropped: the next
 * packet teaches it again. */
void learned_done(struct southbound *s, enum ovsdb_txn_result outcome, size_t n)
{
	struct learned *l = &s->learned;
	bool is_over = outcome == OVSDB_TXN_SUCCESS ||
		       (outcome == OVSDB_TXN_ERROR && n <= 1);
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (l->queue[i].is_sent && is_over)
			l->queue[i].is_done = true;
		l->queue[i].is_sent = false;
	}
	entries_remove_done(l);
	if (outcome == OVSDB_TXN_ERROR)
		l->limit = n > 1 ? n / 2 : ROWS_PER_TXN;
	else if (outcome == OVSDB_TXN_SUCCESS && l->limit < ROWS_PER_TXN)
		l->limit = 2 * l->limit;
	if (l->limit > ROWS_PER_TXN)
		l->limit = ROWS_PER_TXN;
}

int64_t learned_due(const struct southbound *s)
{
	const struct learned *l = &s->learned;
	int64_t due = INT64_MAX;
	size_t i;

	if (s->learning.is_sent || !ovsdb_client_conditions_hold(s->client))
		return INT64_MAX;
	for (i = 0; i < l->n; i++)
		if (l->queue[i].due < due)
			due = l->queue[i].due;
	return due < s->learning.not_before ? s->learning.not_before : due;
}
