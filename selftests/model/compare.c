// SPDX-License-Identifier: GPL-2.0-only
/* Writes a frame to a tap, where the programs run on it at once, reads what
 * comes out of any tap, and asks the model. */
#include <stdio.h>
#include <string.h>

#include "../prog/prog.h"
#include "compare.h"
#include "host.h"

#define ARRIVALS_MAX OUTS_MAX
#define TRIES_MAX 4096
#define DEPTH_MAX 6 /* chassis, one after another */

static struct arrival arrivals[ARRIVALS_MAX];

static struct device *device_at(const struct arrival_at *at)
{
	return at->place == AT_VIF	? network_device(at->lsp) :
	       at->place == AT_EXTERNAL ? host_external(at->chassis) :
					  host_underlay(at->chassis);
}

/* Geneve as ovn-architecture(7) has it, to a chassis: its keys and frame. */
static bool out_decode(const struct logical *net, const struct frame *raw,
		       struct out *o)
{
	uint32_t dst = get32(raw->data + 30);
	const uint8_t *h = raw->data + 42;

	if (raw->len < 72 || get16(raw->data + 36) != 6081 ||
	    get16(h) != 0x0240 || get16(h + 2) != 0x6558 ||
	    get32(h + 8) != 0x01028001)
		return false;
	*o = (struct out){.kind = OUT_TUNNEL, .chassis = -1, .port = -1};
	for (int i = 0; i < N_CHASSIS; i++) {
		if (net->chassis[i].ip == dst)
			o->chassis = i;
	}
	o->vni = get32(h + 4) >> 8;
	o->in = get16(h + 12);
	o->out = get16(h + 14);
	o->frame.len = raw->len - 58;
	memcpy(o->frame.data, raw->data + 58, o->frame.len);
	return o->chassis >= 0;
}

/* With the tag of the physical network, or it is no port's. */
static void external_decode(const struct logical *net, int chassis,
			    const struct frame *raw, struct out *o)
{
	const struct lsp *p = &net->lsp[net->localnet];

	*o = (struct out){.kind = OUT_EXTERNAL, .port = -1, .frame = *raw};
	if (chassis != p->chassis)
		return;
	if (p->tag) {
		if (raw->len < 18 || get16(raw->data + 12) != 0x8100 ||
		    get16(raw->data + 14) != p->tag)
			return;
		o->frame.len -= 4;
		memmove(o->frame.data + 12, raw->data + 16, raw->len - 16);
	}
	o->port = net->localnet;
}

static void observe(const struct logical *net, int chassis, struct observed *o)
{
	size_t n = devices_collect(arrivals, ARRIVALS_MAX, 0);

	o->n_out = 0;
	for (size_t i = 0; i < n; i++) {
		const struct device *d = arrivals[i].device;
		struct out *out = &o->out[o->n_out];
		struct frame *raw = &o->raw[o->n_out++];

		packet_to_frame(&arrivals[i].packet, raw);
		if (d == host_underlay(chassis) && out_decode(net, raw, out))
			continue;
		if (d == host_external(chassis)) {
			external_decode(net, chassis, raw, out);
			continue;
		}
		*out = (struct out){.kind = OUT_VIF,
				    .port = network_lsp(net, d),
				    .frame = *raw};
	}
}

static void programs_run(struct session *s, const struct arrival_at *at,
			 const struct frame *f, struct observed *o)
{
	uint64_t before[DROP_REASON_COUNT], after[DROP_REASON_COUNT];
	static struct packet p;

	p.len = f->len;
	memcpy(p.data, f->data, f->len);
	host_drops(at->chassis, before);
	if (device_write(device_at(at), &p, NULL))
		session_problem(s, "# the tap refused the frame\n");
	observe(s->net, at->chassis, o);
	host_drops(at->chassis, after);
	for (int i = 0; i < DROP_REASON_COUNT; i++) {
		o->drop[i] = after[i] - before[i];
		s->reasons[i] += o->drop[i];
		s->n_drops += o->drop[i];
	}
}

static void model_run(struct model *m, const struct arrival_at *at,
		      const struct frame *f)
{
	m->here = at->chassis;
	if (at->place == AT_VIF)
		model_vif(m, at->lsp, f);
	else if (at->place == AT_EXTERNAL)
		model_external(m, f);
	else
		model_underlay(m, f);
}

/* One of the model's outcomes must be what the programs did; more than one may
 * be, and they may have learned different things. */
static bool judge(struct session *s, const struct arrival_at *at,
		  const struct frame *f, const struct observed *o)
{
	static struct model m;
	static struct result first;
	static struct known known;
	int tries = 0, matches = 0;

	memset(&m, 0, sizeof(m));
	m.net = s->net;
	m.seen = o->out;
	m.n_seen = o->n_out;
	do {
		m.known = s->known;
		conns_age(&m);
		m.n_choices = 0;
		m.depth = 0;
		m.result.n_out = m.result.n_drops = 0;
		m.result.is_overflow = false;
		m.result.fits = 0;
		m.result.is_lax = m.result.is_taken = false;
		model_run(&m, at, f);
		if (!tries++)
			first = m.result;
		if (!m.result.is_overflow && !result_matches(&m.result, o))
			continue;
		if (!matches++)
			known = m.known;
		s->is_taken = m.result.is_taken;
		if (m.result.is_overflow || !known_doubt(&known, &m.known)) {
			s->is_over = true;
			return true;
		}
	} while (tries < TRIES_MAX && model_next_choice(&m));
	if (matches) {
		s->known = known;
		s->n_open += tries > 1;
		return true;
	}
	session_report(s, at, f, &first, o, "the model disagrees");
	if (tries > 1)
		session_problem(s, "# (the first of %d outcomes)\n", tries);
	return false;
}

static void outsider_answers(struct session *s, const struct out *out)
{
	const struct lsp *p = &s->net->lsp[s->net->localnet];

	for (int i = 0; i < OUTSIDERS && s->n_queued < QUEUE_MAX; i++) {
		const struct outsider *h = &s->net->outsider[i];
		struct queued *q = &s->queue[s->n_queued];

		if (!frame_arp_answer(h->mac, h->ip, &out->frame, &q->f))
			continue;
		frame_tag(&q->f, p->tag);
		q->at = (struct arrival_at){
			.place = AT_EXTERNAL, .lsp = -1, .chassis = p->chassis};
		s->n_queued++;
	}
}

static void answers_queue(struct session *s, const struct observed *o)
{
	for (size_t i = 0; i < o->n_out; i++) {
		const struct out *out = &o->out[i];
		struct queued *q = &s->queue[s->n_queued];
		const struct lsp *p = &s->net->lsp[out->port];

		if (out->kind == OUT_EXTERNAL)
			outsider_answers(s, out);
		if (out->kind != OUT_VIF || s->n_queued == QUEUE_MAX ||
		    !p->is_bound || random_percent(25) ||
		    !frame_arp_answer(p->mac, p->ip, &out->frame, &q->f))
			continue;
		q->at = (struct arrival_at){
			.place = AT_VIF,
			.lsp = out->port,
			.chassis = s->net->lsp[out->port].chassis};
		s->n_queued++;
	}
}

static void counts_note(struct session *s, const struct arrival_at *at,
			const struct observed *o)
{
	if (at->place == AT_VIF)
		s->in[at->lsp]++;
	else if (at->place == AT_EXTERNAL)
		s->in[s->net->localnet] += s->is_taken;
	for (size_t i = 0; i < o->n_out; i++) {
		if (o->out[i].kind != OUT_TUNNEL)
			s->out[o->out[i].port]++;
	}
	s->n_steps++;
	s->n_outs += o->n_out;
}

bool session_step(struct session *s, const struct arrival_at *at,
		  const struct frame *f, int depth)
{
	struct observed o;
	const char *broken;

	programs_run(s, at, f, &o);
	if (!depth) {
		s->root.at = *at;
		s->root.f = *f;
		if (s->net->has_gateway)
			dialog_begin(s);
	}
	broken = invariant_broken(s->net, at, f, &o);
	if (!broken)
		broken = promise_broken(s, &o);
	if (broken) {
		session_report(s, at, f, NULL, &o, broken);
		return false;
	}
	if (!judge(s, at, f, &o))
		return false;
	if (s->is_over)
		return true;
	counts_note(s, at, &o);
	answers_queue(s, &o);
	for (size_t i = 0; i < o.n_out; i++) {
		struct arrival_at next = {.place = AT_UNDERLAY,
					  .lsp = -1,
					  .chassis = o.out[i].chassis};

		if (o.out[i].kind != OUT_TUNNEL && s->net->has_gateway)
			dialog_note(s, &o.out[i]);
		if (o.out[i].kind == OUT_TUNNEL && depth < DEPTH_MAX &&
		    !session_step(s, &next, &o.raw[i], depth + 1)) {
			session_problem(s, "# ... which is of:\n");
			session_report(s, at, f, NULL, &o, "the frame before");
			return false;
		}
	}
	return true;
}
