// SPDX-License-Identifier: GPL-2.0-only
#include "check/check.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/hook.h"

#define GROUP "interfaces"
#define ATTACH_TCX_INGRESS 46 /* linux/bpf.h of 6.1 does not have it yet */
#define PROGRAMS_MAX 64

/* "NAME (id N)" */
static const char *program_text(uint32_t id, char text[64])
{
	int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	if (fd >= 0) {
		bpf_obj_get_info_by_fd(fd, &info, &len);
		close(fd);
	}
	snprintf(text, 64, "%s (id %u)", info.name[0] ? info.name : "program",
		 id);
	return text;
}

static void check_xdp(struct check *c, const char *ifname, uint32_t ifindex,
		      struct check_occupied *o)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);
	uint32_t ids[3], own = c->own_program[PROGRAM_NIC_XDP];
	char text[64];

	if (bpf_xdp_query(ifindex, 0, &q))
		return;
	ids[0] = q.drv_prog_id ? q.drv_prog_id : q.prog_id;
	ids[1] = q.skb_prog_id;
	ids[2] = q.hw_prog_id;
	for (size_t i = 0; i < 3; i++) {
		if (!ids[i] || (i && ids[i] == ids[0]))
			continue;
		if (ids[i] == own) {
			o->has_own_xdp = true;
			continue;
		}
		o->has_other_xdp = true;
		check_add(c, CHECK_WARNING, GROUP, "other_xdp", ifname,
			  "remove it (bpftool net detach, or stop what it "
			  "belongs to)",
			  "another XDP program is attached, %s: it sees frames "
			  "before xovn does, and keeps the interface in mode "
			  "tc",
			  program_text(ids[i], text));
	}
}

static bool is_own_tc(const struct check *c, uint32_t id)
{
	return id && (id == c->own_program[PROGRAM_NIC] ||
		      id == c->own_program[PROGRAM_VIF]);
}

static void check_tcx(struct check *c, const char *ifname, uint32_t ifindex,
		      struct check_occupied *o)
{
	uint32_t ids[PROGRAMS_MAX] = {0};
	LIBBPF_OPTS(bpf_prog_query_opts, q, .prog_ids = ids,
		    .prog_cnt = PROGRAMS_MAX);
	char text[64];

	/* Kernels without TCX do not know the question. */
	if (bpf_prog_query_opts(ifindex, ATTACH_TCX_INGRESS, &q))
		return;
	for (uint32_t i = 0; i < q.prog_cnt && i < PROGRAMS_MAX; i++) {
		if (is_own_tc(c, ids[i]))
			o->has_own_tc = true;
		else
			check_add(c, CHECK_WARNING, GROUP, "other_tc", ifname,
				  "remove it, unless it lets all packets go on",
				  "another TCX program is at its ingress, %s: "
				  "%s",
				  program_text(ids[i], text),
				  o->has_own_tc ?
					  "it sees nothing that xovn takes or "
					  "passes" :
					  "what it takes xovn never sees");
	}
}

static void check_filters(struct check *c, const char *ifname, uint32_t ifindex,
			  struct check_occupied *o)
{
	if (is_own_tc(c, hook_clsact_program(ifindex)))
		o->has_own_tc = true;
	if (hook_has_other_filters(&c->nl, ifindex) <= 0)
		return;
	check_add(c, CHECK_WARNING, GROUP, "other_tc", ifname,
		  "tc filter show dev IFACE ingress; move what is needed to "
		  "another interface",
		  "%s",
		  c->has_tcx ? "tc filters are at its ingress, which see no "
			       "packet any more once xovn's program is "
			       "attached" :
			       "tc filters of others are at its ingress: those "
			       "of a lower priority take packets before xovn "
			       "sees them, the rest sees none");
}

struct check_occupied check_occupied(struct check *c, const char *ifname,
				     uint32_t ifindex)
{
	struct check_occupied o = {false, false, false};

	if (geteuid())
		return o;
	check_xdp(c, ifname, ifindex, &o);
	check_tcx(c, ifname, ifindex, &o);
	check_filters(c, ifname, ifindex, &o);
	return o;
}
