// SPDX-License-Identifier: GPL-2.0-only
#include "trace/follow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/microflow.h"

#define VLAN_HLEN 4
#define MAC_PAIR 12

struct follow {
	struct world *w;
	struct run_log log;
	struct arrival *queue; /* first in, first out; frames are owned */
	size_t n, done;
	struct error *e;
};

static int add_note(struct follow *f, const char *text)
{
	return run_add_note(f->w, &f->log, text) ?
		       error_set(f->e, ENOMEM, "out of memory") :
		       0;
}

static int queue_add(struct follow *f, const struct arrival *a)
{
	void *p = run_grow(f->queue, f->n, sizeof(*f->queue));
	struct arrival *to;

	if (!p)
		return error_set(f->e, ENOMEM, "out of memory");
	f->queue = p;
	to = &f->queue[f->n];
	*to = *a;
	to->frame = malloc(a->len);
	if (!to->frame)
		return error_set(f->e, ENOMEM, "out of memory");
	memcpy(to->frame, a->frame, a->len);
	f->n++;
	return 0;
}

/* A live trace knows the maps of one host. */
static int end_at_tunnel(struct follow *f, const struct trace_output *out)
{
	char text[320];

	snprintf(text, sizeof(text),
		 "--live ends at the tunnel: go on at %s, or trace from files",
		 out->to_chassis);
	return add_note(f, text);
}

/* The copies of the last run that go to another chassis. */
static int queue_tunnels(struct follow *f, size_t first, bool is_answer)
{
	struct trace_result *r = f->log.result;
	int ret = 0;

	for (size_t i = first; i < r->n_outputs && !ret; i++) {
		struct trace_output *out = &r->outputs[i];
		struct arrival a = {.chassis = f->log.ends[i].chassis,
				    .hook = HOOK_UNDERLAY,
				    .is_answer = is_answer,
				    .frame = out->frame,
				    .len = out->len};

		if (out->kind != TRACE_TO_TUNNEL)
			continue;
		if (f->w->source->only_chassis) {
			ret = end_at_tunnel(f, out);
			continue;
		}
		snprintf(a.port, sizeof(a.port), "%s", out->chassis);
		ret = queue_add(f, &a);
		out->is_followed = !ret;
	}
	return ret;
}

/* Runs what is in the queue; what is left there behind the limit has no
 * end. */
static int run_queue(struct follow *f, bool is_following)
{
	struct trace_result *r = f->log.result;
	char text[128];
	int ret = 0;

	while (f->done < f->n && !ret) {
		struct arrival a = f->queue[f->done];
		size_t first = r->n_outputs;

		if (r->n_runs == FOLLOW_RUNS_MAX) {
			snprintf(text, sizeof(text),
				 "ended after %d frames; %zu copies more are "
				 "under way: is there a loop?",
				 FOLLOW_RUNS_MAX, f->n - f->done);
			f->done = f->n;
			return add_note(f, text);
		}
		f->done++;
		ret = run_frame(f->w, &a, &f->log, f->e);
		if (!ret && is_following)
			ret = queue_tunnels(f, first, a.is_answer);
	}
	return ret;
}

/* The MAC that whoever got the frame answers with: of its addresses the one
 * that was asked for, else its first. */
static void answer_mac(const struct world *w, const struct run_end *end,
		       const uint8_t *frame, uint8_t mac[6])
{
	const struct image_table *t = &w->present.image.table[IMAGE_L2];
	bool is_found = false;

	memcpy(mac, frame, 6);
	for (size_t i = 0; i < t->n; i++) {
		const struct l2_key *k = (void *)image_entry(t, i);
		const struct l2_val *v = (void *)(k + 1);

		if (k->datapath != end->port.datapath ||
		    v->port != end->port.port)
			continue;
		if (!memcmp(k->mac, frame, 6)) {
			memcpy(mac, frame, 6);
			return;
		}
		if (!is_found)
			memcpy(mac, k->mac, 6);
		is_found = true;
	}
}

/* Takes the tag of a physical network out of a frame: its bytes, 0: none. */
static size_t take_tag(uint8_t *frame, size_t *len, uint8_t tag[VLAN_HLEN])
{
	uint16_t type;

	if (*len < MAC_PAIR + VLAN_HLEN + 2)
		return 0;
	memcpy(&type, frame + MAC_PAIR, sizeof(type));
	if (type != htons(ETH_P_8021Q) && type != htons(ETH_P_8021AD))
		return 0;
	memcpy(tag, frame + MAC_PAIR, VLAN_HLEN);
	*len -= VLAN_HLEN;
	memmove(frame + MAC_PAIR, frame + MAC_PAIR + VLAN_HLEN,
		*len - MAC_PAIR);
	return VLAN_HLEN;
}

static void put_tag(struct microflow *m, const uint8_t tag[VLAN_HLEN])
{
	memmove(m->frame + MAC_PAIR + VLAN_HLEN, m->frame + MAC_PAIR,
		m->len - MAC_PAIR);
	memcpy(m->frame + MAC_PAIR, tag, VLAN_HLEN);
	m->len += VLAN_HLEN;
}

/* Answers come in by where the frame went out: an LSP, or a network. */
static void answer_port(const struct follow *f, const struct trace_output *out,
			const struct run_end *end, char port[XOVN_NAME_LEN])
{
	const struct network_val *network =
		image_find(&f->w->source->base, IMAGE_NETWORK, &end->port);

	memcpy(port,
	       out->kind == TRACE_TO_LOCALNET && network ? network->name :
							   out->port,
	       XOVN_NAME_LEN);
}

static int queue_answer(struct follow *f, const struct trace_output *out,
			const struct run_end *end)
{
	struct arrival a = {.chassis = end->chassis,
			    .hook = out->kind == TRACE_TO_VIF ? HOOK_VIF :
								HOOK_LOCALNET,
			    .ifindex = end->ifindex,
			    .is_answer = true};
	uint8_t frame[TRACE_PACKET_LEN], tag[VLAN_HLEN], mac[6];
	size_t len = out->len, tag_len;
	struct microflow answer;
	int ret;

	/* For the addresses of its ports. */
	ret = world_enter(f->w, end->chassis, f->e);
	if (ret)
		return ret;
	memcpy(frame, out->frame, len);
	tag_len = take_tag(frame, &len, tag);
	memcpy(mac, frame, sizeof(mac));
	if (out->kind == TRACE_TO_VIF)
		answer_mac(f->w, end, frame, mac);
	ret = microflow_answer(frame, len, mac, &answer, f->e);
	if (ret == -ENOENT) { /* some packets nobody answers */
		ret = add_note(f, f->e->text);
		f->e->text[0] = '\0';
		return ret;
	}
	if (ret)
		return ret;
	/* What was asked of all is answered by one, whose MAC a physical
	 * network does not tell. */
	if (answer.frame[ETH_ALEN] & 1)
		return add_note(f, "whose MAC the answer would come from no "
				   "database says; --neigh LRP,IP,MAC gives a "
				   "router its neighbour");
	if (tag_len)
		put_tag(&answer, tag);
	answer_port(f, out, end, a.port);
	a.frame = answer.frame;
	a.len = answer.len;
	return queue_add(f, &a);
}

static int run_answer(struct follow *f)
{
	const struct trace_result *r = f->log.result;
	int ret;

	for (size_t i = 0; i < r->n_outputs; i++) {
		/* run_queue() moves the arrays. */
		struct trace_output out = r->outputs[i];
		struct run_end end = f->log.ends[i];

		if (out.kind != TRACE_TO_VIF && out.kind != TRACE_TO_LOCALNET)
			continue;
		ret = queue_answer(f, &out, &end);
		return ret ? ret : run_queue(f, true);
	}
	return add_note(f, "nobody got the packet: there is no answer");
}

int trace_follow(struct world *w, const struct arrival *first,
		 const struct follow_options *options, struct trace_result *r,
		 struct error *e)
{
	struct follow f = {.w = w, .log.result = r, .e = e};
	int ret;

	memset(r, 0, sizeof(*r));
	ret = queue_add(&f, first);
	if (!ret)
		ret = run_queue(&f,
				options->is_following || options->with_answer);
	if (!ret && options->with_answer)
		ret = run_answer(&f);
	for (size_t i = 0; i < f.n; i++)
		free(f.queue[i].frame);
	free(f.queue);
	free(f.log.ends);
	return ret;
}

void trace_result_free(struct trace_result *r)
{
	for (size_t i = 0; i < r->n_runs; i++)
		free(r->runs[i].frame);
	for (size_t i = 0; i < r->n_lines; i++)
		free(r->lines[i].detail);
	for (size_t i = 0; i < r->n_outputs; i++)
		free(r->outputs[i].frame);
	free(r->runs);
	free(r->lines);
	free(r->outputs);
	memset(r, 0, sizeof(*r));
}
