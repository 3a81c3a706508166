// SPDX-License-Identifier: GPL-2.0-only
/*
 * framewire IFACE IFACE: every frame that arrives at one interface leaves by the
 * other, by native XDP; over veth the device behind it then receives what a
 * NIC's driver would have: frames of the wire's size in pages of their own,
 * where veth alone hands over the sender's socket buffer as it is.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "frames.skel.h"

static int fail(const char *what)
{
	fprintf(stderr, "framewire: %s: %s\n", what, strerror(errno));
	return 1;
}

/* The program goes on without this process. */
static int forward(const char *from, const char *to)
{
	__u32 in = if_nametoindex(from), out = if_nametoindex(to), zero = 0;
	struct frames_bpf *k = frames_bpf__open();
	struct bpf_program *p;

	if (!in || !out || !k)
		return fail(from);
	bpf_object__for_each_program(p, k->obj)
		bpf_program__set_autoload(p, false);
	bpf_program__set_autoload(k->progs.wire, true);
	if (frames_bpf__load(k) ||
	    bpf_map_update_elem(bpf_map__fd(k->maps.out), &zero, &out, 0) ||
	    bpf_xdp_attach(in, bpf_program__fd(k->progs.wire),
			   XDP_FLAGS_DRV_MODE, NULL))
		return fail(from);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: framewire IFACE IFACE\n");
		return 2;
	}
	return forward(argv[1], argv[2]) || forward(argv[2], argv[1]);
}
