// SPDX-License-Identifier: GPL-2.0-only
/* The contents of a server's database, once. */
#include "session.h"

#include <errno.h>
#include <string.h>

bool ovsdb_is_remote(const char *text)
{
	return !strncmp(text, "unix:", 5) || !strncmp(text, "tcp:", 4) ||
	       !strncmp(text, "ssl:", 4);
}

/* What to do, where the failure does not say so itself. */
static const char *remedy(const struct ovsdb_client *c)
{
	if (strstr(c->failure, "; "))
		return "";
	return c->was_reached ? "; see that server's log, or give another" :
				"; is it running, and may this host reach it?";
}

/* Each remote is tried once: who waits for a command wants to know now. */
static int contents_wait(struct ovsdb_client *c, const char *remotes,
			 int timeout_ms, struct error *e)
{
	int64_t until = time_ms() + timeout_ms;

	for (;;) {
		struct waits w;
		int err;

		ovsdb_client_run(c);
		if (c->has_contents)
			return 0;
		if (c->n_failed >= c->n_remotes)
			return error_set(e, ENOTCONN, "%s%s", c->failure,
					 remedy(c));
		if (time_ms() >= until)
			return error_set(e, ETIMEDOUT,
					 "%s: no contents of %s within %d s: "
					 "%s",
					 remotes, c->database,
					 timeout_ms / 1000,
					 ovsdb_client_status(c));
		waits_init(&w);
		ovsdb_client_wait(c, &w);
		waits_until(&w, until);
		err = waits_block(&w);
		if (err && err != -EINTR)
			return error_set(e, -err, "poll: %s", strerror(-err));
	}
}

int ovsdb_fetch(const char *remotes, const struct ovsdb_tls *tls,
		const char *database, const struct ovsdb_filter *filter,
		int timeout_ms, struct ovsdb **out, struct error *e)
{
	const struct ovsdb_client_config config = {
		.database = database,
		.filter = filter,
	};
	struct ovsdb_client *c = ovsdb_client_new(&config);
	int err;

	*out = NULL;
	if (!c)
		return error_set(e, ENOMEM, "out of memory");
	err = ovsdb_client_set_remotes(c, remotes, tls, e);
	if (!err)
		err = contents_wait(c, remotes, timeout_ms, e);
	if (!err) {
		*out = c->data.db;
		/* The name it was given dies with the client. */
		c->data.db->expect = NULL;
		c->data.db = NULL;
	}
	ovsdb_client_free(c);
	return err;
}
