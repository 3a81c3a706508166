// SPDX-License-Identifier: GPL-2.0-only
/* What needs no compiled network goes on while it is compiled. */
#include <string.h>

#include "sync/apply.h"
#include "thread.h"

static void *read_known(void *arg)
{
	struct apply_ahead *a = arg;
	struct error later; /* who finds it not valid reads it again */

	apply_known_read(a->s, &a->known, &later);
	return NULL;
}

int apply_begin(struct apply_ahead *a, const struct state *s,
		const struct apply_options *options, struct error *e)
{
	int err = 0;

	memset(a, 0, sizeof(*a));
	a->s = s;
	if (!options->is_dry)
		err = programs_begin(&a->programs, s, &options->limits, e);
	if (!err && s->is_loaded)
		a->is_reading = thread_start(&a->reader, read_known, a);
	return err;
}

struct apply_known *apply_ahead_known(struct apply_ahead *a)
{
	if (a->is_reading)
		pthread_join(a->reader, NULL);
	a->is_reading = false;
	return &a->known;
}

void apply_end(struct apply_ahead *a)
{
	apply_known_free(apply_ahead_known(a));
	programs_close(&a->programs);
}
