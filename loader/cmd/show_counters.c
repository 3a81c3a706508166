// SPDX-License-Identifier: GPL-2.0-only
/* What was counted for the objects that show prints. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/show_tree.h"
#include "drop_text.h"
#include "sync/counters.h"

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int counters_open(struct collection *c, double interval)
{
	struct timespec pause = {.tv_sec = (time_t)interval};
	double began = seconds_now();
	int err;

	pause.tv_nsec = (long)((interval - (double)pause.tv_sec) * 1e9);
	if (interval > 0) {
		err = counters_read(c->s, &c->before, &c->n_before, c->e);
		if (err)
			return err;
		while (nanosleep(&pause, &pause) && errno == EINTR)
			;
	}
	err = counters_read(c->s, &c->now, &c->n_now, c->e);
	c->seconds = seconds_now() - began;
	return err;
}

void counters_close(struct collection *c)
{
	free(c->now);
	free(c->before);
}

/* An entry that was emptied in between counts from zero. */
static __u64 grown(__u64 before, __u64 now)
{
	return now < before ? now : now - before;
}

struct passed counters_passed(const struct collection *c, __u32 number,
			      __u32 offset)
{
	struct passed p = {.pps = -1, .bps = -1};
	struct counter_val before;

	p.total = counters_get(c->now, c->n_now, number, offset);
	if (!c->before || c->seconds <= 0)
		return p;
	before = counters_get(c->before, c->n_before, number, offset);
	p.pps = (double)grown(before.packets, p.total.packets) / c->seconds;
	p.bps = 8 * (double)grown(before.bytes, p.total.bytes) / c->seconds;
	return p;
}

void passed_add(struct passed *sum, const struct passed *more)
{
	sum->total.packets += more->total.packets;
	sum->total.bytes += more->total.bytes;
	if (more->pps < 0)
		return;
	sum->pps = (sum->pps < 0 ? 0 : sum->pps) + more->pps;
	sum->bps = (sum->bps < 0 ? 0 : sum->bps) + more->bps;
}

json_t *passed_json(const struct passed *p)
{
	json_t *o = json_pack("{s:I, s:I}", "packets",
			      (json_int_t)p->total.packets, "bytes",
			      (json_int_t)p->total.bytes);

	if (p->pps >= 0) {
		json_object_set_new(o, "packets_per_second", json_real(p->pps));
		json_object_set_new(o, "bits_per_second", json_real(p->bps));
	}
	return o;
}

static void set_pair(const struct collection *c, json_t *o, const char *first,
		     __u32 first_number, const char *second,
		     __u32 second_number)
{
	struct passed a = counters_passed(c, first_number, 0);
	struct passed b = counters_passed(c, second_number, 0);

	json_object_set_new(o, "counters",
			    json_pack("{s:o, s:o}", first, passed_json(&a),
				      second, passed_json(&b)));
}

void counters_set_port(const struct collection *c, json_t *o, __u32 number)
{
	if (number)
		set_pair(c, o, "in", number + COUNTER_PORT_IN, "out",
			 number + COUNTER_PORT_OUT);
}

void counters_set_chassis(const struct collection *c, json_t *o, __u32 index)
{
	set_pair(c, o, "in", COUNTER_CHASSIS_RX(index), "out",
		 COUNTER_CHASSIS_TX(index));
}

void counters_set_rule(const struct collection *c, json_t *o, __u32 number,
		       __u32 second)
{
	struct passed p[COUNTER_RULE_SIZE];

	if (!number && !second)
		return;
	for (__u32 i = 0; i < COUNTER_RULE_SIZE; i++) {
		struct passed more = counters_passed(c, second, i);

		p[i] = counters_passed(c, number, i);
		passed_add(&p[i], &more);
	}
	json_object_set_new(
		o, "counters",
		json_pack("{s:o, s:o, s:I}", "orig",
			  passed_json(&p[COUNTER_RULE_ORIG]), "reply",
			  passed_json(&p[COUNTER_RULE_REPLY]), "connections",
			  (json_int_t)p[COUNTER_RULE_NEW].total.packets));
}

void counters_set_route(const struct collection *c, json_t *o, __u32 number)
{
	struct passed p = counters_passed(c, number, 0);

	if (number)
		json_object_set_new(o, "counters", passed_json(&p));
}

static void reason_add(json_t *drops, const char *reason, json_int_t packets)
{
	packets += json_integer_value(json_object_get(drops, reason));
	json_object_set_new(drops, reason, json_integer(packets));
}

/* The member of that name, an object, made where there is none. */
static json_t *member(json_t *o, const char *name)
{
	json_t *m = json_object_get(o, name);

	if (o && !m) {
		m = json_object();
		json_object_set_new(o, name, m);
	}
	return m;
}

struct drop_context {
	json_t *index;
	int n_cpus;
};

static int collect_drop(const void *key, const void *val, void *arg)
{
	const struct drop_at_key *k = key;
	const struct drop_val *cpu = val;
	const struct drop_context *d = arg;
	json_int_t packets = 0;
	const char *reason;
	json_t *o;

	if (drop_is_none(k->reason) || k->reason >= DROP_REASON_COUNT)
		return 0;
	reason = drop_text(k->reason)->name;
	for (int i = 0; i < d->n_cpus; i++)
		packets += (json_int_t)cpu[i].packets;
	o = tree_find(d->index, k->datapath, 0);
	if (o)
		reason_add(member(o, "drops"), reason, packets);
	o = k->in_port ? tree_find(d->index, k->in_datapath, k->in_port) : NULL;
	if (o)
		reason_add(member(member(o, "drops"), "in"), reason, packets);
	o = k->port && drop_is_out(k->reason) ?
		    tree_find(d->index, k->datapath, k->port) :
		    NULL;
	if (o)
		reason_add(member(member(o, "drops"), "out"), reason, packets);
	return 0;
}

int tree_drops(struct collection *c, json_t *index)
{
	struct drop_context d = {.index = index,
				 .n_cpus = libbpf_num_possible_cpus()};
	int err;

	if (d.n_cpus < 0)
		return error_set(c->e, -d.n_cpus, "number of CPUs: %s",
				 strerror(-d.n_cpus));
	err = map_for_each(c->s->map_fd[MAP_DROP_AT],
			   sizeof(struct drop_at_key),
			   d.n_cpus * (__u32)sizeof(struct drop_val),
			   collect_drop, &d);
	return err ? error_set(c->e, -err, "map drop_at: %s", strerror(-err)) :
		     0;
}
