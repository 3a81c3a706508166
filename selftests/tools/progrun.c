// SPDX-License-Identifier: GPL-2.0-only
/*
 * progrun OPTION... PIN IFACE: runs a pinned XDP or TC program on a frame of
 * each flow, as if it had come in by IFACE, with BPF_PROG_TEST_RUN: once, and
 * then --count rounds more.  Options: frame_options.h.  Prints the medians of
 * the kernel's own figure in ns, less that of an empty program, and verdicts:
 *
 *   first N known N verdicts NUMBER:TIMES...
 *
 * progrun OPTION... encap|macs IFACE: no program of xovn's, only the writes that
 * one cannot be without, of outer headers or of MACs and TTL.
 *
 * progrun memory N: what memory costs that is as cold as N connections make
 * it: per run a bucket chosen by a hash, and the record that it names.
 * Prints ns per run.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "frame_options.h"
#include "frames.skel.h"

#define VERDICTS 16
#define ROUNDS 15
#define RUNS (1 << 20)

static __u32 verdict[VERDICTS];

static int number_compare(const void *a, const void *b)
{
	__u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return x < y ? -1 : x > y;
}

static __u32 median(__u32 *value, size_t n)
{
	qsort(value, n, sizeof(*value), number_compare);
	return n ? value[n / 2] : 0;
}

static enum bpf_prog_type prog_type(int fd)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		frame_die("program: %s", strerror(errno));
	return info.type;
}

static __u32 run(int fd, bool is_xdp, __u32 ifindex, const void *data,
		 size_t len)
{
	struct xdp_md xdp = {.data_end = len, .ingress_ifindex = ifindex};
	struct __sk_buff skb = {.ifindex = ifindex};
	static __u8 out[512];
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = data, .data_size_in = len,
		    .data_out = out, .data_size_out = sizeof(out),
		    .ctx_in = is_xdp ? (void *)&xdp : (void *)&skb,
		    .ctx_size_in = is_xdp ? sizeof(xdp) : sizeof(skb),
		    .repeat = 1);

	if (bpf_prog_test_run_opts(fd, &t))
		frame_die("BPF_PROG_TEST_RUN: %s", strerror(errno));
	verdict[t.retval % VERDICTS]++;
	return t.duration;
}

static struct frames_bpf *load(const char *name)
{
	struct frames_bpf *k = frames_bpf__open();
	struct bpf_program *p;

	if (!k)
		frame_die("out of memory");
	bpf_object__for_each_program(p, k->obj) bpf_program__set_autoload(
		p, !strcmp(bpf_program__name(p), name));
	return k;
}

static int own_program(const char *name)
{
	struct frames_bpf *k = load(name);

	if (frames_bpf__load(k))
		frame_die("the kernel refused the programs");
	return bpf_program__fd(bpf_object__find_program_by_name(k->obj, name));
}

/* What the clock and the call cost by themselves. */
static __u32 empty_cost(bool is_xdp, __u32 ifindex, const void *data,
			size_t len)
{
	static __u32 ns[10000];
	int fd = own_program(is_xdp ? "nothing_xdp" : "nothing_tc");

	for (size_t i = 0; i < sizeof(ns) / sizeof(*ns); i++)
		ns[i] = run(fd, is_xdp, ifindex, data, len);
	memset(verdict, 0, sizeof(verdict));
	return median(ns, sizeof(ns) / sizeof(*ns));
}

static int measure(const struct frame_options *o, const char *pin,
		   const char *ifname)
{
	int fd = !strcmp(pin, "encap") ? own_program("write_encap") :
		 !strcmp(pin, "macs")  ? own_program("write_macs") :
					 bpf_obj_get(pin);
	__u32 ifindex = if_nametoindex(ifname), empty, first, known;
	size_t len = o->inner + FRAME_LEN, n = 0;
	unsigned long rounds = o->count ? o->count : 1;
	__u32 *ns = calloc(o->n_flows * (rounds + 1), sizeof(*ns));
	struct frame_config c = {};
	bool is_xdp;

	if (fd < 0)
		frame_die("%s: %s", pin, strerror(errno));
	if (!ifindex || !ns)
		frame_die("%s: %s", ifname, strerror(errno));
	is_xdp = prog_type(fd) == BPF_PROG_TYPE_XDP;
	frame_template(&c, o);
	frame_complete(&c, o, &o->flow[0], 0);
	empty = empty_cost(is_xdp, ifindex, c.frame, len);
	for (unsigned long round = 0; round <= rounds; round++) {
		for (__u32 i = 0; i < o->n_flows; i++) {
			frame_complete(&c, o, &o->flow[i], i);
			ns[n++] = run(fd, is_xdp, ifindex, c.frame, len);
		}
	}
	first = median(ns, o->n_flows);
	known = median(ns + o->n_flows, n - o->n_flows);
	printf("first %d known %d verdicts", (int)(first - empty),
	       (int)(known - empty));
	for (int i = 0; i < VERDICTS; i++)
		if (verdict[i])
			printf(" %d:%u", i, verdict[i]);
	printf("\n");
	return 0;
}

/* ---- memory ---- */

static int memory(__u32 n)
{
	struct frames_bpf *k = load("touch");
	__u32 buckets = 64, order, ns[ROUNDS];
	struct touch_bucket *bucket;
	static __u8 data[64];
	int fd;

	if (!n)
		frame_die("memory: how many connections?");
	while (buckets < n)
		buckets *= 2;
	k->rodata->touch_n = n;
	k->rodata->touch_mask = buckets - 1;
	bpf_map__set_max_entries(k->maps.touch_index, buckets);
	bpf_map__set_max_entries(k->maps.touch_record, n);
	if (frames_bpf__load(k))
		frame_die("the kernel refused the programs");
	fd = bpf_map__fd(k->maps.touch_index);
	bucket = mmap(NULL, sizeof(*bucket) * buckets, PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	if (bucket == MAP_FAILED)
		frame_die("mmap: %s", strerror(errno));
	for (__u32 i = 0; i < buckets; i++) {
		order = i * 2654435761u;
		bucket[i].record = order % n;
	}
	for (int i = 0; i < ROUNDS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = data,
			    .data_size_in = sizeof(data), .repeat = RUNS);

		if (bpf_prog_test_run_opts(bpf_program__fd(k->progs.touch), &t))
			frame_die("BPF_PROG_TEST_RUN: %s", strerror(errno));
		ns[i] = t.duration;
	}
	printf("%u\n", median(ns, ROUNDS));
	frames_bpf__destroy(k);
	return 0;
}

int main(int argc, char **argv)
{
	struct frame_options o = {};

	if (argc == 3 && !strcmp(argv[1], "memory"))
		return memory(strtoul(argv[2], NULL, 10));
	if (frame_options_parse(&o, argc, argv) != argc - 2) {
		fprintf(stderr, "usage: progrun OPTION... PIN IFACE\n");
		return 2;
	}
	return measure(&o, argv[argc - 2], argv[argc - 1]);
}
