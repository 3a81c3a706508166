// SPDX-License-Identifier: GPL-2.0-only
#include "sync/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sync/guard.h"
#include "sync/live_state.h"

int live_open(const char *dir, const struct apply_options *options,
	      struct live **out, struct error *e)
{
	struct live *l = calloc(1, sizeof(*l));
	int err;

	*out = NULL;
	if (!l)
		return error_set(e, ENOMEM, "out of memory");
	l->options = *options;
	l->options.is_live = true;
	err = state_open(&l->s, dir, STATE_CREATE, e);
	if (err) {
		free(l);
		return err;
	}
	l->guard = guard_take(l->s.dir, e);
	if (l->guard < 0) {
		err = l->guard;
		state_close(&l->s);
		free(l);
		return err;
	}
	/* What a first load leaves behind is for the next one. */
	l->was_created = l->s.was_created;
	l->s.was_created = false;
	/* From here on the guard keeps others out. */
	flock(l->s.dir_fd, LOCK_UN);
	*out = l;
	return 0;
}

void live_close(struct live *l)
{
	if (!l)
		return;
	flock(l->s.dir_fd, LOCK_EX);
	guard_release(l->s.dir, l->guard);
	/* Goes only if it is empty: nothing was ever loaded. */
	l->s.was_created = l->was_created;
	state_close(&l->s);
	free(l);
}

const struct state *live_state(const struct live *l)
{
	return &l->s;
}

bool live_is_loaded(const struct live *l)
{
	return l->s.is_loaded;
}

int live_look(struct live *l, struct error *e)
{
	struct config config;
	int err;

	if (!l->s.is_loaded)
		return 0;
	err = state_read_config(&l->s, &config, e);
	if (err || !memcmp(&config, &l->s.config, sizeof(config)))
		return err;
	l->s.config = config;
	return 0;
}

void live_run(struct live *l)
{
	(void)l;
}

void live_wait(const struct live *l, struct waits *w)
{
	(void)l;
	(void)w;
}

int live_apply(struct live *l, struct compile_output *out,
	       struct apply_result *result, struct error *e)
{
	int err;

	memset(result, 0, sizeof(*result));
	err = live_look(l, e);
	return err ? err : apply(&l->s, out, &l->options, result, e);
}

int live_chassis(const struct live *l, struct chassis_val **chassis,
		 struct error *e)
{
	return chassis_read(&l->s, chassis, e);
}

int live_remove(struct live *l, struct error *e)
{
	int err;

	flock(l->s.dir_fd, LOCK_EX);
	err = detach_all(&l->s, e);
	flock(l->s.dir_fd, LOCK_UN);
	l->s.is_loaded = false;
	return err;
}
