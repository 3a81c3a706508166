// SPDX-License-Identifier: GPL-2.0-only
/*
 * framesink attach DIR IFACE xdp|tc plain|vxlan|geneve FLOWS
 *     takes framegen's frames out of what arrives on IFACE; pins its maps and
 *     the link in DIR, a new directory of a bpffs.  With FLOWS (not 0) it
 *     notes each flow's addresses and ports.  On a kernel without TCX there is
 *     no link: attaching again takes the filter's place.
 * framesink counts DIR     frames N new N duplicate N changed N strange N
 * framesink flows DIR      what arrived, "SRC SPORT DST DPORT", a line each in
 *                          the order of framegen's file; 0.0.0.0: never seen
 * framesink answers DIR    the same turned round: framegen's file for answers
 * framesink forget DIR     begin anew, the program stays
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "frames.h"
#include "frames.skel.h"

#define TCX_INGRESS 46 /* enum bpf_attach_type of kernels since 6.6 */

static int fail(const char *what)
{
	fprintf(stderr, "framesink: %s: %s\n", what, strerror(errno));
	return 1;
}

static int map_open(const char *dir, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		exit(fail(path));
	return fd;
}

static int pin(int fd, const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return bpf_obj_pin(fd, path) ? fail(path) : 0;
}

/* What kernels before TCX have. */
static int attach_clsact(__u32 ifindex, int prog_fd)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = 1,
		    .priority = 1, .flags = BPF_TC_F_REPLACE);
	libbpf_print_fn_t print = libbpf_set_print(NULL); /* it may exist */
	int err = bpf_tc_hook_create(&hook);

	libbpf_set_print(print);
	return err && err != -EEXIST ? err : bpf_tc_attach(&hook, &opts);
}

static int attach(char **argv)
{
	const char *dir = argv[0];
	bool is_xdp = !strcmp(argv[2], "xdp");
	__u32 ifindex = if_nametoindex(argv[1]), flows = atoi(argv[4]);
	LIBBPF_OPTS(bpf_link_create_opts, link_opts,
		    .flags = is_xdp ? XDP_FLAGS_DRV_MODE : 0);
	struct frames_bpf *k = frames_bpf__open();
	struct bpf_program *p;
	int link;

	if (!ifindex || !k)
		return fail(argv[1]);
	bpf_object__for_each_program(p, k->obj)
		bpf_program__set_autoload(p, false);
	p = is_xdp ? k->progs.sink_xdp : k->progs.sink_tc;
	bpf_program__set_autoload(p, true);
	k->rodata->sink_inner = !strcmp(argv[3], "vxlan")  ? FRAME_VXLAN :
				!strcmp(argv[3], "geneve") ? FRAME_GENEVE :
							     FRAME_PLAIN;
	k->rodata->sink_flows = flows;
	bpf_map__set_max_entries(k->maps.seen, flows ? flows * 2 : 1);
	bpf_map__set_max_entries(k->maps.arrived, flows ? flows : 1);
	if (frames_bpf__load(k))
		return fail("the kernel refused the programs");
	if (mkdir(dir, 0700))
		return fail(dir);
	link = bpf_link_create(bpf_program__fd(p), ifindex,
			       is_xdp ? BPF_XDP : TCX_INGRESS, &link_opts);
	if (link < 0 && (is_xdp || attach_clsact(ifindex, bpf_program__fd(p))))
		return fail(argv[1]);
	return (link >= 0 && pin(link, dir, "link")) ||
	       pin(bpf_map__fd(k->maps.count), dir, "count") ||
	       pin(bpf_map__fd(k->maps.seen), dir, "seen") ||
	       pin(bpf_map__fd(k->maps.arrived), dir, "arrived");
}

static int counts(const char *dir)
{
	static const char *const name[SINK_COUNTS] = {
		[SINK_FRAMES] = "frames",	[SINK_NEW] = "new",
		[SINK_DUPLICATE] = "duplicate", [SINK_CHANGED] = "changed",
		[SINK_STRANGE] = "strange",
	};
	int fd = map_open(dir, "count"), n = libbpf_num_possible_cpus();
	unsigned long long value[n], sum;

	for (__u32 i = 0; i < SINK_COUNTS; i++) {
		if (bpf_map_lookup_elem(fd, &i, value))
			return fail(dir);
		sum = 0;
		for (int cpu = 0; cpu < n; cpu++)
			sum += value[cpu];
		printf("%s%s %llu", i ? " " : "", name[i], sum);
	}
	printf("\n");
	return 0;
}

static __u32 max_entries(int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.max_entries;
}

static void line_print(const __u8 *src, __u16 sport, const __u8 *dst,
		       __u16 dport)
{
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, src, from, sizeof(from));
	inet_ntop(AF_INET, dst, to, sizeof(to));
	printf("%s %u %s %u\n", from, ntohs(sport), to, ntohs(dport));
}

static int flows(const char *dir, bool is_turned)
{
	int fd = map_open(dir, "arrived");
	struct frame_flow f;

	for (__u32 i = 0; i < max_entries(fd); i++) {
		if (bpf_map_lookup_elem(fd, &i, &f))
			return fail(dir);
		if (is_turned)
			line_print(f.dst, f.dport, f.src, f.sport);
		else
			line_print(f.src, f.sport, f.dst, f.dport);
	}
	return 0;
}

static int forget(const char *dir)
{
	int fd = map_open(dir, "arrived"), seen = map_open(dir, "seen");
	unsigned long long zero[libbpf_num_possible_cpus()];
	struct frame_flow f = {};
	struct sink_flow key;

	memset(zero, 0, sizeof(zero));
	for (__u32 i = 0; i < max_entries(fd); i++)
		if (bpf_map_update_elem(fd, &i, &f, 0))
			return fail(dir);
	while (!bpf_map_get_next_key(seen, NULL, &key))
		bpf_map_delete_elem(seen, &key);
	fd = map_open(dir, "count");
	for (__u32 i = 0; i < SINK_COUNTS; i++)
		if (bpf_map_update_elem(fd, &i, zero, 0))
			return fail(dir);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 7 && !strcmp(argv[1], "attach"))
		return attach(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "counts"))
		return counts(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "flows"))
		return flows(argv[2], false);
	if (argc == 3 && !strcmp(argv[1], "answers"))
		return flows(argv[2], true);
	if (argc == 3 && !strcmp(argv[1], "forget"))
		return forget(argv[2]);
	fprintf(stderr, "framesink: see the head of framesink.c\n");
	return 2;
}
