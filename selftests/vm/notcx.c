// SPDX-License-Identifier: GPL-2.0-only
/* LD_PRELOAD: libbpf on a kernel without TCX, as those before 6.6 are: they
 * do not know the attach type. */
#include <bpf/bpf.h>
#include <dlfcn.h>
#include <errno.h>

#define ATTACH_TCX_INGRESS 46 /* linux/bpf.h of 6.1 does not have it yet */
#define ATTACH_TCX_EGRESS 47

int bpf_link_create(int prog_fd, int target_fd, enum bpf_attach_type type,
		    const struct bpf_link_create_opts *opts)
{
	int (*next)(int, int, enum bpf_attach_type,
		    const struct bpf_link_create_opts *) =
		dlsym(RTLD_NEXT, "bpf_link_create");

	if (!next || (int)type == ATTACH_TCX_INGRESS ||
	    (int)type == ATTACH_TCX_EGRESS) {
		errno = EINVAL;
		return -EINVAL;
	}
	return next(prog_fd, target_fd, type, opts);
}
