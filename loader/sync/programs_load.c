// SPDX-License-Identifier: GPL-2.0-only
#include "sync/programs_load.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/attachment.h"
#include "sync/program_maps.h"
#include "thread.h"

/* By the verifier's time, the longest first; PROGRAM_CT_DELETE, which takes
 * none, has been loaded before: what libbpf asks the kernel once, it has asked
 * then. */
static const enum program order[] = {PROGRAM_NIC, PROGRAM_VIF, PROGRAM_REINJECT,
				     PROGRAM_NIC_XDP};
#define N_ORDER ((int)(sizeof(order) / sizeof(order[0])))

static void load_one(struct programs *p, enum program i)
{
	p->fd[i] = program_object_load(i, p->obj[i], &p->error[i]);
}

/* Takes one after the other, until none is left. */
static void *load_some(void *arg)
{
	struct programs *p = arg;
	int i;

	while ((i = atomic_fetch_add(&p->next, 1)) < N_ORDER)
		load_one(p, order[i]);
	return NULL;
}

/* One for each further CPU; without any the caller does it all at the end. */
static void start_threads(struct programs *p)
{
	cpu_set_t cpus;
	/* It fails where there are more than the set has room for. */
	int n = sched_getaffinity(0, sizeof(cpus), &cpus) ? N_ORDER + 1 :
							    CPU_COUNT(&cpus);

	while (n-- > 1 && p->n_threads < N_ORDER &&
	       thread_start(&p->thread[p->n_threads], load_some, p))
		p->n_threads++;
}

static void join_threads(struct programs *p)
{
	for (size_t i = 0; i < p->n_threads; i++)
		pthread_join(p->thread[i], NULL);
	p->n_threads = 0;
}

static int begin(struct programs *p, const struct state *s,
		 const struct map_limits *limits, struct error *e)
{
	int err = 0;

	p->is_begun = true;
	for (int id = 0; id < MAP_COUNT; id++)
		p->map_fd[id] = -1;
	for (int i = 0; i < PROGRAM_COUNT && !err; i++)
		err = program_object_open(i, &p->obj[i], e);
	if (!err)
		err = program_maps_share(p, s, limits, e);
	if (err)
		return err;
	load_one(p, PROGRAM_CT_DELETE);
	start_threads(p);
	return 0;
}

int programs_begin(struct programs *p, const struct state *s,
		   const struct map_limits *limits, struct error *e)
{
	memset(p, 0, sizeof(*p));
	return programs_are_current(s) ? 0 : begin(p, s, limits, e);
}

int programs_lend_maps(const struct programs *p, struct state *s,
		       struct error *e)
{
	for (int id = 0; id < MAP_COUNT; id++) {
		if (!p->is_new[id] || s->map_fd[id] >= 0)
			continue;
		s->map_fd[id] = fcntl(p->map_fd[id], F_DUPFD_CLOEXEC, 0);
		if (s->map_fd[id] < 0)
			return error_set(e, errno, "map %s: %s",
					 map_definitions[id].name,
					 strerror(errno));
	}
	return 0;
}

/* Pins in the place of an older program: rename() on bpffs is atomic. */
static int pin_program(const struct state *s, enum program i, int fd,
		       struct error *e)
{
	char path[PATH_MAX], fresh[PATH_MAX], name[64];

	snprintf(name, sizeof(name), "%s_new", program_pin(i));
	state_path(s, path, program_pin(i));
	state_path(s, fresh, name);
	unlink(fresh); /* of a load that was killed */
	if (bpf_obj_pin(fd, fresh) || rename(fresh, path))
		return error_set(e, errno, "%s: cannot pin: %s", path,
				 strerror(errno));
	return 0;
}

int programs_end(struct programs *p, struct state *s, struct error *e)
{
	int err = 0;

	load_some(p);
	join_threads(p);
	for (int i = 0; i < PROGRAM_COUNT && !err; i++) {
		if (p->fd[i] >= 0)
			continue;
		*e = p->error[i];
		err = p->fd[i];
	}
	if (!err)
		err = program_maps_pin(p, s, e);
	if (!err)
		err = state_open_maps(s, e);
	for (int i = 0; i < PROGRAM_COUNT && !err; i++)
		err = pin_program(s, i, p->fd[i], e);
	if (err)
		programs_take_back(p, s);
	return err;
}

void programs_take_back(const struct programs *p, struct state *s)
{
	char path[PATH_MAX];

	for (int id = 0; id < MAP_COUNT; id++) {
		if (!p->is_new[id])
			continue;
		state_path(s, path, map_definitions[id].name);
		unlink(path);
		if (s->map_fd[id] >= 0)
			close(s->map_fd[id]);
		s->map_fd[id] = -1;
	}
}

void programs_close(struct programs *p)
{
	if (!p->is_begun)
		return;
	/* What no thread has begun none begins any more. */
	atomic_store(&p->next, N_ORDER);
	join_threads(p);
	for (int i = 0; i < PROGRAM_COUNT; i++)
		bpf_object__close(p->obj[i]);
	for (int id = 0; id < MAP_COUNT; id++)
		if (p->map_fd[id] >= 0)
			close(p->map_fd[id]);
	memset(p, 0, sizeof(*p));
}

int programs_finish(struct programs *p, struct state *s, struct error *e)
{
	int err = programs_end(p, s, e);

	if (!err)
		err = attachment_replace_programs(s, p->fd, e);
	if (!err)
		s->config.program_id = programs_id();
	return err;
}

int programs_update(struct state *s, const struct map_limits *limits,
		    struct error *e)
{
	struct programs p;
	int err = programs_begin(&p, s, limits, e);

	if (!err && p.is_begun)
		err = programs_finish(&p, s, e);
	programs_close(&p);
	return err;
}
