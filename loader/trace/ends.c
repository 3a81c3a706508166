// SPDX-License-Identifier: GPL-2.0-only
#include "trace/ends.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drop_text.h"

#define VLAN_HLEN 4
#define MAC_PAIR 12

static struct trace_output *add_output(struct run *r, enum trace_kind kind,
				       const uint8_t *frame, size_t len)
{
	struct trace_result *result = r->log->result;
	size_t n = result->n_outputs;
	struct trace_output *out;
	void *p = run_grow(result->outputs, n, sizeof(*out));

	if (p)
		result->outputs = p;
	if (p) {
		p = run_grow(r->log->ends, n, sizeof(*r->log->ends));
		r->log->ends = p ? p : r->log->ends;
	}
	if (!p)
		return NULL;
	out = &result->outputs[n];
	memset(out, 0, sizeof(*out));
	memset(&r->log->ends[n], 0, sizeof(*r->log->ends));
	r->log->ends[n].chassis = r->a->chassis;
	out->kind = kind;
	out->chassis = source_chassis_name(r->w->source, r->a->chassis);
	out->run = result->n_runs - 1;
	out->len = len;
	out->frame = malloc(len + VLAN_HLEN);
	if (!out->frame)
		return NULL;
	memcpy(out->frame, frame, len);
	result->n_outputs++;
	return out;
}

static void push_tag(struct trace_output *out, const struct port_val *p)
{
	uint16_t tag[2] = {htons(p->vlan_type), htons(p->vlan)};

	if (out->len < MAC_PAIR)
		return;
	memmove(out->frame + MAC_PAIR + VLAN_HLEN, out->frame + MAC_PAIR,
		out->len - MAC_PAIR);
	memcpy(out->frame + MAC_PAIR, tag, VLAN_HLEN);
	out->len += VLAN_HLEN;
}

/* The port that an interface is of a switch. */
static bool find_port(const struct image *img, uint32_t ifindex,
		      uint32_t datapath, struct port_key *key)
{
	const struct image_table *t = &img->table[IMAGE_LOCALNET];
	struct vif_key vkey = {ifindex};
	const struct vif_val *vif = image_find(img, IMAGE_VIF, &vkey);

	if (vif) {
		*key = (struct port_key){vif->datapath, vif->port};
		return true;
	}
	for (size_t i = 0; i < t->n; i++) {
		const struct localnet_key *k = (void *)image_entry(t, i);
		const struct localnet_val *v = (void *)(k + 1);

		if (k->ifindex != ifindex || v->datapath != datapath)
			continue;
		*key = (struct port_key){v->datapath, v->port};
		return true;
	}
	return false;
}

static int output_to_port(struct run *r, const struct trace_step_val *s,
			  const uint8_t *frame, size_t len)
{
	const struct image *img = &r->w->present.image;
	const struct port_val *port = NULL;
	struct trace_output *out = add_output(r, TRACE_TO_VIF, frame, len);
	struct run_end *end;

	if (!out)
		return -ENOMEM;
	end = &r->log->ends[r->log->result->n_outputs - 1];
	end->ifindex = s->a;
	if (find_port(img, s->a, s->datapath, &end->port))
		port = image_find(img, IMAGE_PORT, &end->port);
	if (!port)
		return 0;
	memcpy(out->port, port->name, XOVN_NAME_LEN);
	if (port->kind != PORT_LOCALNET)
		return 0;
	out->kind = TRACE_TO_LOCALNET;
	if (port->vlan && !r->has_tags_in_data)
		push_tag(out, port);
	return 0;
}

static int output_to_chassis(struct run *r, uint32_t chassis,
			     const uint8_t *frame, size_t len)
{
	struct trace_output *out = add_output(r, TRACE_TO_TUNNEL, frame, len);

	if (!out)
		return -ENOMEM;
	r->log->ends[r->log->result->n_outputs - 1].chassis = chassis;
	out->to_chassis = source_chassis_name(r->w->source, chassis);
	return 0;
}

static int output_copy(struct run *r, const struct trace_step_val *s)
{
	struct trace_packet_val copy;
	int err = kernel_read_copy(r->w, s, &copy);

	if (err)
		return err;
	return s->c ? output_to_chassis(r, s->c, copy.data, copy.len) :
		      output_to_port(r, s, copy.data, copy.len);
}

static int output_drop(struct run *r, const struct trace_step_val *s)
{
	struct trace_output *out =
		add_output(r, TRACE_TO_DROP, r->a->frame, r->a->len);

	if (!out)
		return -ENOMEM;
	out->reason = drop_text(s->a)->name;
	return 0;
}

/* Where the packet itself went, behind all copies. */
static int output_last(struct run *r)
{
	const struct kernel_outcome *o = &r->o;

	if (o->action == KERNEL_PASS)
		return add_output(r, TRACE_TO_HOST, r->a->frame, r->a->len) ?
			       0 :
			       -ENOMEM;
	for (uint32_t i = o->n_steps; o->action == KERNEL_SENT && i--;) {
		const struct trace_step_val *s = &o->step[i];

		if (s->what == TRACE_DELIVER)
			return output_to_port(r, s, o->frame, o->len);
		if (s->what == TRACE_TUNNEL)
			return output_to_chassis(r, s->a, o->frame, o->len);
	}
	return 0;
}

/* A drop in whose place another packet is built is no end. */
int ends_add(struct run *r)
{
	const struct kernel_outcome *o = &r->o;
	int err = 0;

	for (uint32_t i = 0; i < o->n_steps && !err; i++) {
		const struct trace_step_val *s = &o->step[i];

		if (s->what == TRACE_COPY)
			err = output_copy(r, s);
		if (s->what == TRACE_DROP &&
		    (i + 1 == o->n_steps || s[1].what != TRACE_BUILD))
			err = output_drop(r, s);
	}
	return err ? err : output_last(r);
}
