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
	err = l->guard < 0 ? l->guard : live_underlay_open(l, e);
	l->options.queue = err ? NULL : garp_queue_new();
	if (!err && !l->options.queue)
		err = error_set(e, ENOMEM, "out of memory");
	/* What a first load leaves behind is for the next one. */
	l->was_created = l->s.was_created;
	l->s.was_created = false;
	if (err) {
		live_close(l);
		return err;
	}
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
	netlink_close(&l->watch);
	garp_queue_free(l->options.queue);
	apply_known_free(&l->known);
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
	l->known.is_valid = false;
	return 0;
}

void live_run(struct live *l)
{
	if (!l->s.is_loaded)
		return;
	live_underlay_run(l);
	garp_queue_run(l->options.queue, &l->s);
}

void live_wait(const struct live *l, struct waits *w)
{
	live_underlay_wait(l, w);
	garp_queue_wait(l->options.queue, w);
}

int live_apply(struct live *l, struct compile_output *out,
	       struct apply_result *result, struct error *e)
{
	struct programs p = {0};
	int err;

	memset(result, 0, sizeof(*result));
	err = live_look(l, e);
	if (!err)
		err = programs_begin(&p, &l->s, &l->options.limits, e);
	if (!err)
		err = apply_whole(&l->s, &l->known, &p, out, &l->options,
				  result, e);
	programs_close(&p);
	if (!err)
		live_underlay_start(l);
	return err;
}

int live_apply_part(struct live *l, const uint64_t *owners, size_t n,
		    struct image *part, struct apply_result *result,
		    struct error *e)
{
	int err;

	memset(result, 0, sizeof(*result));
	err = live_look(l, e);
	return err ? err :
		     apply_part(&l->s, &l->known, owners, n, part, &l->options,
				result, e);
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
	l->known.is_valid = false;
	return err;
}
