// SPDX-License-Identifier: GPL-2.0-only
/* A seed: a network, and frames through it until one fares differently. */
#include <stdio.h>
#include <string.h>

#include "../prog/prog.h"
#include "counter.h"
#include "host.h"
#include "nbfile.h"
#include "random.h"
#include "run.h"

static uint64_t counted[LSPS_MAX][COUNTER_PORT_SIZE];

static uint64_t port_count(const struct logical *net, int lsp, int which)
{
	uint32_t number = network_counter(lsp);

	return number ? host_counter(net->lsp[lsp].chassis, number + which) : 0;
}

static void counts_begin(const struct logical *net)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		for (int w = 0; w < COUNTER_PORT_SIZE; w++)
			counted[i][w] = port_count(net, i, w);
	}
}

/* Each packet from and to a guest was counted, once. */
static bool counts_agree(struct session *s)
{
	bool is_same = true;

	for (size_t i = 0; i < s->net->n_lsps; i++) {
		uint64_t in = port_count(s->net, i, COUNTER_PORT_IN) -
			      counted[i][COUNTER_PORT_IN];
		uint64_t out = port_count(s->net, i, COUNTER_PORT_OUT) -
			       counted[i][COUNTER_PORT_OUT];

		if (!network_counter(i) || s->is_over ||
		    (in == s->in[i] && out == s->out[i]))
			continue;
		session_problem(s,
				"# %s counted %llu packets in, %llu out, of "
				"%llu and %llu\n",
				s->net->lsp[i].name, (unsigned long long)in,
				(unsigned long long)out,
				(unsigned long long)s->in[i],
				(unsigned long long)s->out[i]);
		is_same = false;
	}
	return is_same;
}

/* Hosts go by what they did with the last packet of a flow. */
static void recent_again(struct session *s, struct queued *q)
{
	*q = s->recent[random_below(RECENT_MAX)];
	if (random_percent(50))
		frame_near(&q->f, q->at.place == AT_UNDERLAY);
}

static void recent_new(struct session *s, struct queued *q)
{
	size_t at = s->n_recent;

	if (at == RECENT_MAX)
		at = random_below(RECENT_MAX);
	else
		s->n_recent++;
	frame_random(s->net, &q->f, &q->at);
	s->recent[at] = *q;
}

static void next_frame(struct session *s, struct queued *q)
{
	if (s->n_queued)
		*q = s->queue[--s->n_queued];
	else if (s->net->has_gateway)
		dialog_next(s, q);
	else if (s->n_recent == RECENT_MAX && random_percent(50))
		recent_again(s, q);
	else
		recent_new(s, q);
}

bool seed_run(uint64_t seed, bool has_gateway, unsigned int frames,
	      struct totals *t)
{
	static struct logical net;
	static struct session s;
	static struct queued q;
	bool ok = true;

	memset(&s, 0, sizeof(s));
	s.net = &net;
	if (has_gateway)
		gateway_generate(&net, seed);
	else
		logical_generate(&net, seed);
	network_load(&net);
	devices_drain();
	counts_begin(&net);
	while (ok && !s.is_over && s.n_frames < frames) {
		s.n_frames++;
		next_frame(&s, &q);
		ok = session_step(&s, &q.at, &q.f, 0);
	}
	ok = ok && counts_agree(&s);
	t->n_networks++;
	t->n_frames += s.n_frames;
	t->n_steps += s.n_steps;
	t->n_outs += s.n_outs;
	t->n_drops += s.n_drops;
	t->n_open += s.n_open;
	t->n_over += s.is_over;
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		t->reasons[i] += s.reasons[i];
	if (ok)
		return true;
	printf("# seed %llu: repeat with build/prog/test_model%s --seed %llu\n",
	       (unsigned long long)seed, has_gateway ? " --gateway" : "",
	       (unsigned long long)seed);
	logical_describe(&net, stdout);
	fputs(s.problem, stdout);
	return false;
}
