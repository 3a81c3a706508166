// SPDX-License-Identifier: GPL-2.0-only
#include "sync/conntrack.h"

#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_HIGHEST 0x7fffffff

/* How often a record is read again that changes under our hands. */
#define READ_TRIES 8

const struct ct_state_info ct_states[CT_STATE_COUNT] = {
#define X(name, timeout, is_embryonic)                                         \
	[CT_##name] = {#name, timeout, is_embryonic},
	XOVN_CT_STATES(X)
#undef X
};

static int state_find(const char *name, size_t len)
{
	for (int i = CT_FREE + 1; i < CT_STATE_COUNT; i++)
		if (strlen(ct_states[i].name) == len &&
		    !strncasecmp(ct_states[i].name, name, len))
			return i;
	return -ENOENT;
}

static int unknown_state(const char *name, int len, struct error *e)
{
	char list[512] = "";
	size_t n = 0;

	for (int i = CT_FREE + 1; i < CT_STATE_COUNT; i++) {
		const char *c = ct_states[i].name;

		n += snprintf(list + n, sizeof(list) - n, " ");
		for (; *c && n < sizeof(list) - 1; c++)
			list[n++] = tolower(*c);
	}
	list[n] = '\0';
	return error_set(e, EINVAL,
			 "--ct-timeout: no state '%.*s'; there are:%s", len,
			 name, list);
}

int ct_timeouts_parse(const char *text, uint32_t seconds[CT_STATE_COUNT],
		      struct error *e)
{
	for (int i = 0; i < CT_STATE_COUNT; i++)
		seconds[i] = ct_states[i].timeout;
	while (text) {
		size_t len = strcspn(text, ",=");
		const char *number = text + len + 1;
		unsigned long value = 0;
		char *end = NULL;
		int i = state_find(text, len);

		if (i < 0)
			return unknown_state(text, len, e);
		errno = 0;
		if (text[len] == '=' && isdigit((unsigned char)*number))
			value = strtoul(number, &end, 10);
		if (!end || errno || (*end && *end != ',') || !value ||
		    value > TIMEOUT_HIGHEST)
			return error_set(e, EINVAL,
					 "--ct-timeout %.*s: seconds from 1 to "
					 "%d are wanted, e.g. %.*s=60",
					 (int)strcspn(text, ","), text,
					 TIMEOUT_HIGHEST, (int)len, text);
		seconds[i] = value;
		text = *end ? end + 1 : NULL;
	}
	return 0;
}

int ct_timeouts_read(const struct state *s, uint32_t seconds[CT_STATE_COUNT],
		     struct error *e)
{
	for (__u32 i = 0; i < CT_STATE_COUNT; i++) {
		struct ct_timeout_val val;

		if (bpf_map_lookup_elem(s->map_fd[MAP_CT_TIMEOUT], &i, &val))
			return error_set(e, errno,
					 "%s/ct_timeout: cannot read: %s",
					 s->dir, strerror(errno));
		seconds[i] = val.seconds;
	}
	return 0;
}

int ct_timeouts_write(const struct state *s,
		      const uint32_t seconds[CT_STATE_COUNT], bool is_preview,
		      size_t *n_writes, struct error *e)
{
	uint32_t present[CT_STATE_COUNT] = {0};
	int err = 0;

	if (s->map_fd[MAP_CT_TIMEOUT] >= 0)
		err = ct_timeouts_read(s, present, e);
	for (__u32 i = 0; i < CT_STATE_COUNT && !err; i++) {
		struct ct_timeout_val val = {seconds[i]};

		if (seconds[i] == present[i])
			continue;
		++*n_writes;
		if (!is_preview &&
		    bpf_map_update_elem(s->map_fd[MAP_CT_TIMEOUT], &i, &val, 0))
			err = error_set(e, errno,
					"%s/ct_timeout: cannot write: %s",
					s->dir, strerror(errno));
	}
	return err;
}

int ct_reader_open(const struct state *s, struct ct_reader *r, struct error *e)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *map;

	memset(r, 0, sizeof(*r));
	r->fd = s->map_fd[MAP_CT];
	r->n = map_capacity(r->fd);
	if (!r->n)
		return error_set(e, EIO, "%s/ct: cannot query the map", s->dir);
	r->size = ((size_t)r->n * sizeof(*r->map) + page - 1) / page * page;
	map = mmap(NULL, r->size, PROT_READ, MAP_SHARED, r->fd, 0);
	r->map = map == MAP_FAILED ? NULL : map;
	return 0;
}

void ct_reader_close(struct ct_reader *r)
{
	if (r->map)
		munmap((void *)r->map, r->size);
	r->map = NULL;
}

static bool copy_mapped(const struct ct_val *from, struct ct_val *val)
{
	uint32_t seq = __atomic_load_n(&from->seq, __ATOMIC_ACQUIRE);

	if (seq & 1)
		return false;
	memcpy(val, from, sizeof(*val));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&from->seq, __ATOMIC_RELAXED) == seq;
}

/* The system call copies without regard to writers: what reads the same twice
 * was not changing. */
static bool copy_looked_up(int fd, uint32_t record, struct ct_val *val)
{
	struct ct_val again;

	return !bpf_map_lookup_elem(fd, &record, val) && !(val->seq & 1) &&
	       !bpf_map_lookup_elem(fd, &record, &again) &&
	       again.seq == val->seq;
}

bool ct_read(const struct ct_reader *r, uint32_t record, uint32_t now,
	     struct ct_val *val)
{
	bool is_whole = false;

	if (r->map &&
	    __atomic_load_n(&r->map[record].state, __ATOMIC_RELAXED) == CT_FREE)
		return false;
	for (int i = 0; i < READ_TRIES && !is_whole; i++)
		is_whole = r->map ? copy_mapped(&r->map[record], val) :
				    copy_looked_up(r->fd, record, val);
	return is_whole && val->state > CT_FREE &&
	       val->state < CT_STATE_COUNT && (int32_t)(val->expires - now) > 0;
}

uint32_t ct_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

int ct_delete(int prog, uint32_t record, uint32_t seq)
{
	struct ct_delete_arg arg = {.record = record, .seq = seq};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &arg,
		    .ctx_size_in = sizeof(arg));

	if (bpf_prog_test_run_opts(prog, &opts))
		return -errno;
	return arg.is_deleted ? 1 : 0;
}
