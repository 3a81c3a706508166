// SPDX-License-Identifier: GPL-2.0-only
#include "trace/run.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/ends.h"

#define VLAN_HLEN 4
#define MAC_PAIR 12
#define IP4_HLEN 20
#define IP6_HLEN 40

static const char *const hook_names[] = {
	[HOOK_VIF] = "vif",
	[HOOK_LOCALNET] = "localnet",
	[HOOK_UNDERLAY] = "underlay",
};

void *run_grow(void *array, size_t n, size_t size)
{
	if (n & (n - 1) || (n && n < 8))
		return array;
	return reallocarray(array, n ? 2 * n : 8, size);
}

static int add_run(struct run *r)
{
	struct trace_result *result = r->log->result;
	struct trace_run *to;
	void *p = run_grow(result->runs, result->n_runs, sizeof(*to));

	if (!p)
		return -ENOMEM;
	result->runs = p;
	to = &result->runs[result->n_runs];
	memset(to, 0, sizeof(*to));
	to->chassis = source_chassis_name(r->w->source, r->a->chassis);
	to->hook = hook_names[r->a->hook];
	memcpy(to->port, r->a->port, XOVN_NAME_LEN);
	to->is_answer = r->a->is_answer;
	to->len = r->a->len;
	to->frame = malloc(to->len);
	if (!to->frame)
		return -ENOMEM;
	memcpy(to->frame, r->a->frame, to->len);
	result->n_runs++;
	return 0;
}

static struct trace_line *add_line(struct world *w, struct run_log *log)
{
	struct trace_result *result = log->result;
	struct trace_line *line;
	void *p = run_grow(result->lines, result->n_lines, sizeof(*line));

	if (!p)
		return NULL;
	result->lines = p;
	line = &result->lines[result->n_lines++];
	memset(line, 0, sizeof(*line));
	line->chassis = source_chassis_name(w->source, w->here);
	line->run = result->n_runs ? result->n_runs - 1 : 0;
	return line;
}

int run_add_note(struct world *w, struct run_log *log, const char *detail)
{
	struct trace_line *line = add_line(w, log);

	if (!line)
		return -ENOMEM;
	line->stage = "trace";
	line->detail = strdup(detail);
	return line->detail ? 0 : -ENOMEM;
}

static int read_learned(const void *key, const void *val, void *arg)
{
	int err = image_add(arg, IMAGE_NEIGHBOR, key, val, NULL);

	return err == -EEXIST ? 0 : err;
}

static bool read_ct(const struct trace_view *v, uint32_t record,
		    struct ct_val *val)
{
	const struct world *w = v->arg;

	return !bpf_map_lookup_elem(w->map_fd[MAP_CT], &record, val) &&
	       val->state != CT_FREE;
}

static int add_lines(struct run *r)
{
	struct world *w = r->w;
	struct trace_view view = {.image = &w->present.image,
				  .learned = &r->learned,
				  .chassis = w->source->chassis,
				  .own_chassis = w->here,
				  .read_ct = read_ct,
				  .arg = w};
	int err = image_init(&r->learned);

	if (!err)
		err = map_for_each(w->map_fd[MAP_LEARNED],
				   sizeof(struct neighbor_key),
				   sizeof(struct neighbor_val), read_learned,
				   &r->learned);
	for (uint32_t i = 0; i < r->o.n_steps && !err; i++) {
		struct trace_line *line = add_line(w, r->log);

		if (!line)
			return -ENOMEM;
		line->step = r->o.step[i];
		line->stage = explain_stage(&line->step);
		line->detail = explain_step(&view, &line->step, line->datapath);
		if (!line->detail)
			err = -ENOMEM;
	}
	image_free(&r->learned);
	if (!err && r->o.n_lost)
		err = run_add_note(w, r->log,
				   "more steps or copies than a trace has "
				   "room for: the rest is not shown");
	return err;
}

/* The frame's VLAN and its place among the bytes; false: untagged. */
static bool find_tag(const struct arrival *a, uint32_t *vlan)
{
	uint16_t word[2];

	if (a->len < MAC_PAIR + VLAN_HLEN + 2)
		return false;
	memcpy(word, a->frame + MAC_PAIR, sizeof(word));
	*vlan = ntohs(word[1]) & 0xfff;
	return word[0] == htons(ETH_P_8021Q) || word[0] == htons(ETH_P_8021AD);
}

/* The entry of map "vif" or "localnet" by which the frame comes in, for the
 * time of the run under the number of the interface it is run with. */
static int run_from_vif(struct run *r)
{
	struct world *w = r->w;
	struct vif_key from = {r->a->ifindex}, key = {IFINDEX_INGRESS};
	const struct vif_val *val =
		image_find(&w->present.image, IMAGE_VIF, &from);
	int fd = w->map_fd[IMAGE_VIF], err;

	if (val && bpf_map_update_elem(fd, &key, val, 0))
		return -errno;
	err = kernel_run(w, PROGRAM_VIF, r->a->frame, r->a->len, &r->o, r->e);
	if (val)
		bpf_map_delete_elem(fd, &key);
	return err;
}

static int run_localnet(struct run *r, enum program p,
			const struct localnet_val *val, uint32_t vlan,
			const uint8_t *frame, size_t len)
{
	struct localnet_key key = {IFINDEX_INGRESS, vlan};
	int fd = r->w->map_fd[IMAGE_LOCALNET], err;

	if (val && bpf_map_update_elem(fd, &key, val, 0))
		return -errno;
	err = kernel_run(r->w, p, frame, len, &r->o, r->e);
	if (val)
		bpf_map_delete_elem(fd, &key);
	return err;
}

/* XDP sees a tag in the frame; where TC runs, the kernel has taken it out,
 * which a test run cannot be told: it is one without, of the tag's port. */
static int run_from_localnet(struct run *r)
{
	const struct arrival *a = r->a;
	struct localnet_key key = {a->ifindex, 0};
	bool is_tagged = find_tag(a, &key.vlan);
	uint8_t untagged[TRACE_PACKET_LEN];
	const struct localnet_val *val;
	int err;

	if (!is_tagged)
		key.vlan = 0;
	val = image_find(&r->w->present.image, IMAGE_LOCALNET, &key);
	if (r->w->source->is_native) {
		r->has_tags_in_data = true;
		err = run_localnet(r, PROGRAM_NIC_XDP, val, key.vlan, a->frame,
				   a->len);
		if (err || r->o.action != KERNEL_PASS)
			return err;
		r->has_tags_in_data = false;
	}
	if (!is_tagged)
		return run_localnet(r, PROGRAM_NIC, val, 0, a->frame, a->len);
	memcpy(untagged, a->frame, MAC_PAIR);
	memcpy(untagged + MAC_PAIR, a->frame + MAC_PAIR + VLAN_HLEN,
	       a->len - MAC_PAIR - VLAN_HLEN);
	return run_localnet(r, PROGRAM_NIC, val, 0, untagged,
			    a->len - VLAN_HLEN);
}

static int run_from_underlay(struct run *r)
{
	int err;

	if (r->w->source->is_native) {
		r->has_tags_in_data = true;
		err = kernel_run(r->w, PROGRAM_NIC_XDP, r->a->frame, r->a->len,
				 &r->o, r->e);
		if (err || r->o.action != KERNEL_PASS)
			return err;
		r->has_tags_in_data = false;
	}
	return kernel_run(r->w, PROGRAM_NIC, r->a->frame, r->a->len, &r->o,
			  r->e);
}

/* What BPF_PROG_TEST_RUN takes: a byte behind the Ethernet header, and whole
 * IP headers (newer kernels). */
static int check_len(const struct arrival *a, struct error *e)
{
	size_t least = ETH_HLEN + 1;
	const char *what = "";
	uint16_t type;

	if (a->len >= ETH_HLEN) {
		memcpy(&type, a->frame + MAC_PAIR, sizeof(type));
		if (type == htons(ETH_P_IP)) {
			least = ETH_HLEN + IP4_HLEN;
			what = " with IPv4";
		} else if (type == htons(ETH_P_IPV6)) {
			least = ETH_HLEN + IP6_HLEN;
			what = " with IPv6";
		}
	}
	if (a->len >= least && a->len <= TRACE_PACKET_LEN)
		return 0;
	return error_set(e, EINVAL,
			 "the frame has %zu bytes; a test run of the kernel "
			 "takes frames%s of %zu to %d",
			 a->len, what, least, TRACE_PACKET_LEN);
}

int run_frame(struct world *w, const struct arrival *a, struct run_log *log,
	      struct error *e)
{
	static int (*const by_hook[])(struct run *) = {
		[HOOK_VIF] = run_from_vif,
		[HOOK_LOCALNET] = run_from_localnet,
		[HOOK_UNDERLAY] = run_from_underlay,
	};
	struct run *r;
	int ret;

	ret = check_len(a, e);
	if (ret)
		return ret;
	ret = world_enter(w, a->chassis, e);
	if (ret)
		return ret;
	r = calloc(1, sizeof(*r));
	if (!r)
		return error_set(e, ENOMEM, "out of memory");
	r->w = w;
	r->a = a;
	r->log = log;
	r->e = e;
	ret = add_run(r);
	if (!ret)
		ret = by_hook[a->hook](r);
	if (!ret)
		ret = add_lines(r);
	if (!ret)
		ret = ends_add(r);
	free(r);
	if (ret && !e->text[0])
		error_set(e, -ret, "tracing: %s", strerror(-ret));
	return ret;
}
