// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROBE_MS_DEFAULT 5000

struct ovsdb_client *ovsdb_client_new(const struct ovsdb_client_config *config)
{
	struct ovsdb_client *c = calloc(1, sizeof(*c));
	size_t n = 0;

	if (!c)
		return NULL;
	while (config->filter[n].table)
		n++;
	c->database = strdup(config->database);
	c->lock = config->lock ? strdup(config->lock) : NULL;
	c->leader_only = config->leader_only;
	ovsdb_client_set_probe(c, config->probe_ms);
	c->conditions = calloc(n + 1, sizeof(c->conditions[0]));
	c->monitored = calloc(n + 1, sizeof(c->monitored[0]));
	if (!c->database || (config->lock && !c->lock) || !c->conditions ||
	    !c->monitored ||
	    replica_init(&c->data, c->database, config->filter) ||
	    replica_init(&c->server, "_Server", server_filter)) {
		ovsdb_client_free(c);
		return NULL;
	}
	snprintf(c->status, sizeof(c->status), "no remote is configured");
	return c;
}

static void tls_free(struct ovsdb_tls *tls)
{
	free((char *)tls->private_key);
	free((char *)tls->certificate);
	free((char *)tls->ca_cert);
	*tls = (struct ovsdb_tls){0};
}

void ovsdb_client_free(struct ovsdb_client *c)
{
	if (!c)
		return;
	jsonrpc_close(c->rpc);
	transact_free(c);
	conditions_free(c);
	replica_free(&c->data);
	replica_free(&c->server);
	ovsdb_free(c->schema);
	if (c->remotes)
		remotes_free(c->remotes);
	tls_free(&c->tls);
	free(c->monitored);
	free(c->schema_text);
	free(c->database);
	free(c->lock);
	free(c);
}

void ovsdb_client_set_probe(struct ovsdb_client *c, int probe_ms)
{
	c->probe_ms = probe_ms < 0 ? PROBE_MS_DEFAULT : probe_ms;
}

static int string_copy(const char *from, const char **to)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

static int tls_copy(const struct ovsdb_tls *from, struct ovsdb_tls *to)
{
	*to = (struct ovsdb_tls){0};
	if (!from)
		return 0;
	if (string_copy(from->private_key, &to->private_key) ||
	    string_copy(from->certificate, &to->certificate) ||
	    string_copy(from->ca_cert, &to->ca_cert)) {
		tls_free(to);
		return -ENOMEM;
	}
	return 0;
}

static size_t remotes_count(char **remotes)
{
	size_t n = 0;

	while (remotes && remotes[n])
		n++;
	return n;
}

/* Place of a remote, or the number of them. */
static size_t remotes_find(char **remotes, const char *remote)
{
	size_t i = 0;

	while (remotes && remotes[i] && strcmp(remotes[i], remote))
		i++;
	return i;
}

static bool remotes_same(char **a, char **b)
{
	size_t i;

	if (remotes_count(a) != remotes_count(b))
		return false;
	for (i = 0; a && a[i]; i++)
		if (!b[remotes_find(b, a[i])])
			return false;
	return true;
}

/* So that not all chassis begin at the same server. */
static void remotes_shuffle(const struct ovsdb_client *c, char **remotes)
{
	size_t n = remotes_count(remotes), i;
	struct timespec ts;
	unsigned int seed;

	clock_gettime(CLOCK_REALTIME, &ts);
	seed = ts.tv_nsec ^ getpid() ^ (unsigned int)(uintptr_t)c;
	for (i = n; i > 1; i--) {
		size_t j = rand_r(&seed) % i;
		char *other = remotes[j];

		remotes[j] = remotes[i - 1];
		remotes[i - 1] = other;
	}
}

static void remotes_take(struct ovsdb_client *c, char **remotes)
{
	char **old = c->remotes;
	size_t stays = remotes_count(remotes);

	remotes_shuffle(c, remotes);
	if (c->rpc)
		stays = remotes_find(remotes, old[c->at]);
	c->remotes = remotes;
	c->n_remotes = remotes_count(remotes);
	if (c->rpc && stays < c->n_remotes) {
		c->at = stays;
	} else {
		c->at = 0;
		session_restart(c);
	}
	if (old)
		remotes_free(old);
}

int ovsdb_client_set_remotes(struct ovsdb_client *c, const char *remotes,
			     const struct ovsdb_tls *tls, struct error *e)
{
	struct ovsdb_tls copy;
	char **list = NULL;
	int err = 0;

	if (tls_copy(tls, &copy))
		return error_set(e, ENOMEM, "out of memory");
	if (remotes && remotes[strspn(remotes, " ,")])
		err = remotes_parse(remotes, &list, e);
	if (err) {
		tls_free(&copy);
		return err;
	}
	tls_free(&c->tls);
	c->tls = copy;
	if (remotes_same(c->remotes, list)) {
		if (list)
			remotes_free(list);
	} else {
		remotes_take(c, list);
	}
	return 0;
}

void ovsdb_client_run(struct ovsdb_client *c)
{
	session_run(c);
	changes_settle(&c->data.changes);
	transact_finish(c);
}

void ovsdb_client_wait(const struct ovsdb_client *c, struct waits *w)
{
	session_wait(c, w);
	if (c->finished)
		waits_now(w);
}

bool ovsdb_client_is_connected(const struct ovsdb_client *c)
{
	return c->rpc && c->step == STEP_UP;
}

bool ovsdb_client_has_contents(const struct ovsdb_client *c)
{
	return c->has_contents;
}

bool ovsdb_client_has_lock(const struct ovsdb_client *c)
{
	return c->has_lock;
}

const char *ovsdb_client_status(const struct ovsdb_client *c)
{
	return c->status;
}

const struct ovsdb *ovsdb_client_db(const struct ovsdb_client *c)
{
	return c->data.db;
}

bool ovsdb_client_has_column(const struct ovsdb_client *c, const char *table,
			     const char *column)
{
	return replica_has_column(c->data.db, table, column);
}

size_t ovsdb_client_n_changes(const struct ovsdb_client *c)
{
	return c->data.changes.n;
}

const struct ovsdb_change *ovsdb_client_change(const struct ovsdb_client *c,
					       size_t i)
{
	return &c->data.changes.list[i];
}

void ovsdb_client_forget_changes(struct ovsdb_client *c)
{
	changes_forget(&c->data.changes);
}

uint64_t ovsdb_client_n_forgotten(const struct ovsdb_client *c)
{
	return c->data.changes.n_forgotten;
}
