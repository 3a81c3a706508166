// SPDX-License-Identifier: GPL-2.0-only
#include "trace/kernel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <string.h>

static enum kernel_action action_of(enum program p, int retval, size_t meta_len)
{
	if (p == PROGRAM_NIC_XDP) {
		if (retval == XDP_REDIRECT || retval == XDP_TX)
			return KERNEL_SENT;
		if (retval == XDP_PASS)
			return meta_len ? KERNEL_SENT : KERNEL_PASS;
		return KERNEL_SHOT;
	}
	return retval == TC_ACT_REDIRECT ? KERNEL_SENT :
	       retval == TC_ACT_OK	 ? KERNEL_PASS :
					   KERNEL_SHOT;
}

static int read_steps(struct world *w, struct kernel_outcome *o)
{
	struct trace_count_val count;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(w->count_fd, &zero, &count))
		return -errno;
	o->n_steps = count.steps < TRACE_STEPS_MAX ? count.steps :
						     TRACE_STEPS_MAX;
	o->n_lost = count.lost;
	for (__u32 i = 0; i < o->n_steps; i++)
		if (bpf_map_lookup_elem(w->step_fd, &i, &o->step[i]))
			return -errno;
	return 0;
}

/* Newer kernels want whole IP headers where they run programs by themselves,
 * though a device may hand in less. */
static int run_failed(size_t len, int err, struct error *e)
{
	if (err == EINVAL && len < ETH_HLEN + sizeof(struct ipv6hdr))
		return error_set(
			e, err,
			"this kernel runs no IP frame that ends, with "
			"%zu bytes, within its header; from a guest it "
			"is dropped as MALFORMED",
			len);
	return error_set(e, err, "running a frame of %zu bytes: %s", len,
			 strerror(err));
}

int kernel_run(struct world *w, enum program p, const uint8_t *frame,
	       size_t len, struct kernel_outcome *o, struct error *e)
{
	static const struct trace_count_val none;
	struct __sk_buff skb = {.ifindex = IFINDEX_INGRESS,
				.ingress_ifindex = IFINDEX_INGRESS};
	struct xdp_md xdp = {.data_end = len,
			     .ingress_ifindex = IFINDEX_INGRESS};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame,
		    .data_size_in = len, .data_out = o->frame,
		    .data_size_out = sizeof(o->frame));
	bool is_xdp = p == PROGRAM_NIC_XDP;
	size_t meta_len = 0;
	int ret = world_need(w, p, e);
	__u32 zero = 0;

	if (ret)
		return ret;
	opts.ctx_in = is_xdp ? (void *)&xdp : &skb;
	opts.ctx_size_in = is_xdp ? sizeof(xdp) : sizeof(skb);
	if (is_xdp) {
		opts.ctx_out = &xdp;
		opts.ctx_size_out = sizeof(xdp);
	}
	if (bpf_map_update_elem(w->count_fd, &zero, &none, 0) ||
	    bpf_prog_test_run_opts(w->program_fd[p], &opts))
		return run_failed(len, errno, e);
	o->len = opts.data_size_out;
	if (is_xdp) { /* metadata stands in front of the frame */
		meta_len = xdp.data;
		o->len -= meta_len;
		memmove(o->frame, o->frame + meta_len, o->len);
	}
	o->action = action_of(p, opts.retval, meta_len);
	ret = read_steps(w, o);
	return ret ? error_set(e, -ret, "reading what a trace noted: %s",
			       strerror(-ret)) :
		     0;
}

int kernel_read_copy(struct world *w, const struct trace_step_val *s,
		     struct trace_packet_val *copy)
{
	return bpf_map_lookup_elem(w->packet_fd, &s->b, copy) ? -errno : 0;
}
