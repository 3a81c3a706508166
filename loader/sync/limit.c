// SPDX-License-Identifier: GPL-2.0-only
#include "sync/limit.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#define SECOND 1000000000ull /* ns */

static uint32_t share(const struct limit_options *o, const struct state *s,
		      const struct map_limits *limits, enum map_id id)
{
	uint64_t n = map_capacity(s->map_fd[id]);

	if (!n)
		n = map_max_entries(map_definitions[id].name, limits);
	n = n * o->percent / 100;
	return n ? n : 1;
}

static void learn(struct rate_limit *r, uint32_t n)
{
	r->interval = LEARN_SECONDS * SECOND / n;
	r->burst = r->interval * (n - 1);
}

void limit_make(const struct limit_options *o, const struct state *s,
		const struct map_limits *limits, struct limit_val *val)
{
	struct rate_limit *icmp = &val->rate[RATE_ICMP];

	memset(val, 0, sizeof(*val));
	if (o->icmp_rate) {
		icmp->interval = SECOND / o->icmp_rate;
		icmp->burst = icmp->interval * (ICMP_BURST - 1);
	}
	if (o->percent >= 100)
		return;
	learn(&val->rate[RATE_NEIGHBOR], share(o, s, limits, MAP_LEARNED));
	learn(&val->rate[RATE_FDB], share(o, s, limits, MAP_FDB));
	val->ct = share(o, s, limits, MAP_CT);
}

int limit_read(const struct state *s, struct limit_val *val, struct error *e)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(s->map_fd[MAP_LIMIT], &zero, val))
		return error_set(e, errno, "%s/limit: cannot read: %s", s->dir,
				 strerror(errno));
	return 0;
}

int limit_write(const struct state *s, const struct limit_val *val,
		struct error *e)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(s->map_fd[MAP_LIMIT], &zero, val, BPF_ANY))
		return error_set(e, errno, "%s/limit: cannot write: %s", s->dir,
				 strerror(errno));
	return 0;
}
