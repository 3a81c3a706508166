// SPDX-License-Identifier: GPL-2.0-only
/*
 * framegen OPTION... IFACE: sends UDP or TCP frames of 64 bytes of many
 * flows out of IFACE, as frames that a NIC's driver hands up at the other
 * end (BPF_PROG_TEST_RUN with live frames).  All that happens to a frame on
 * this CPU happens in this thread, or where that is too much for one softirq
 * in the CPU's ksoftirqd, so the CPU time of both is the price of the whole
 * way.  To be run on one CPU.  Options: frame_options.h.
 *
 * Prints: sent N arrived N wall SECONDS cpu SECONDS mpps N, the last being
 * millions of frames (arrived, with --sink) per second of CPU time; and with
 * --program: program NS, what one run of it took by the kernel's own clock.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "frame_options.h"
#include "frames.skel.h"

#define WARM_UP (64 * 256)
#define CALIBRATE (1 << 17)

static double seconds_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* An open file that tells ksoftirqd's CPU time; NULL: there is none. */
static FILE *softirq_open(void)
{
	char path[300], wanted[32], name[32] = "";
	struct dirent *d;
	FILE *found = NULL;
	DIR *proc = opendir("/proc");

	snprintf(wanted, sizeof(wanted), "ksoftirqd/%d\n", sched_getcpu());
	while (proc && !found && (d = readdir(proc))) {
		FILE *comm;

		if (d->d_name[0] < '0' || d->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", d->d_name);
		comm = fopen(path, "r");
		if (!comm)
			continue;
		if (fgets(name, sizeof(name), comm) && !strcmp(name, wanted)) {
			snprintf(path, sizeof(path), "/proc/%s/schedstat",
				 d->d_name);
			found = fopen(path, "r");
		}
		fclose(comm);
	}
	if (proc)
		closedir(proc);
	return found;
}

static double cpu_now(FILE *softirq)
{
	unsigned long long ns = 0;

	if (softirq) {
		rewind(softirq);
		fflush(softirq); /* what stdio holds is old */
		if (fscanf(softirq, "%llu", &ns) != 1)
			frame_die("ksoftirqd: no CPU time");
	}
	return seconds_now(CLOCK_THREAD_CPUTIME_ID) + ns * 1e-9;
}

static struct frames_bpf *kernel_side(const struct frame_options *o,
				      const char *ifname)
{
	struct frames_bpf *k = frames_bpf__open();
	struct bpf_program *p;
	struct frame_config c = {};
	__u32 zero = 0, ifindex = if_nametoindex(ifname);
	LIBBPF_OPTS(bpf_map_batch_opts, batch);
	__u32 *keys = calloc(o->n_flows, sizeof(*keys)), n = o->n_flows;

	if (!ifindex)
		frame_die("%s: %s", ifname, strerror(errno));
	if (!k || !keys)
		frame_die("out of memory");
	bpf_object__for_each_program(p, k->obj) bpf_program__set_autoload(
		p, !strncmp(bpf_program__name(p), "generate", 8));
	bpf_map__set_max_entries(k->maps.flow, o->n_flows);
	if (frames_bpf__load(k))
		frame_die("the kernel refused the programs");
	frame_template(&c, o);
	for (__u32 i = 0; i < n; i++)
		keys[i] = i;
	if (bpf_map__update_elem(k->maps.frame_config, &zero, sizeof(zero), &c,
				 sizeof(c), 0) ||
	    bpf_map__update_elem(k->maps.out, &zero, sizeof(zero), &ifindex,
				 sizeof(ifindex), 0) ||
	    bpf_map_update_batch(bpf_map__fd(k->maps.flow), keys, o->flow, &n,
				 &batch))
		frame_die("filling maps: %s", strerror(errno));
	free(keys);
	return k;
}

static unsigned long long arrived(int fd)
{
	unsigned long long n[libbpf_num_possible_cpus()], sum = 0;
	__u32 key = SINK_FRAMES;

	if (fd < 0 || bpf_map_lookup_elem(fd, &key, n))
		return 0;
	for (size_t i = 0; i < sizeof(n) / sizeof(*n); i++)
		sum += n[i];
	return sum;
}

/* Every call costs 10 to 25 ms of its own, so a measurement is one call. */
static void run(int prog, unsigned int repeat, size_t len)
{
	static __u8 data[FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = data, .data_size_in = len,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .repeat = repeat,
		    .batch_size = 64);

	if (bpf_prog_test_run_opts(prog, &t))
		frame_die("BPF_PROG_TEST_RUN: %s", strerror(errno));
}

/* Time spent in a program and its runs so far; counted while the kernel's
 * statistics are on. */
static struct bpf_prog_info program_info(int fd)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		frame_die("--program: %s", strerror(errno));
	return info;
}

static int pin_open(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0)
		frame_die("%s: %s", path, strerror(errno));
	return fd;
}

int main(int argc, char **argv)
{
	struct bpf_prog_info before = {}, after;
	int statistics = -1, program = -1;
	struct frame_options o = {};
	FILE *softirq = softirq_open();
	struct frames_bpf *k;
	unsigned long long got;
	double wall, cpu;
	int prog, sink = -1;
	char path[256];
	size_t len;

	if (frame_options_parse(&o, argc, argv) != argc - 1 ||
	    !(o.count || o.seconds > 0)) {
		fprintf(stderr, "usage: framegen OPTION... IFACE\n");
		return 2;
	}
	if (o.sink) {
		snprintf(path, sizeof(path), "%s/count", o.sink);
		sink = pin_open(path);
	}
	if (o.program)
		program = pin_open(o.program);
	k = kernel_side(&o, argv[argc - 1]);
	prog = bpf_program__fd(
		o.inner == FRAME_GENEVE ? k->progs.generate_geneve :
		o.inner == FRAME_VXLAN	? k->progs.generate_vxlan :
					  k->progs.generate_plain);
	len = o.inner + FRAME_LEN;
	if (!o.count) {
		run(prog, WARM_UP, len);
		o.count = CALIBRATE > 2 * o.n_flows ? CALIBRATE : 2 * o.n_flows;
		wall = seconds_now(CLOCK_MONOTONIC);
		run(prog, o.count, len);
		wall = seconds_now(CLOCK_MONOTONIC) - wall;
		o.count = o.count / wall * o.seconds;
	}
	if (o.program) {
		statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
		before = program_info(program);
	}
	got = arrived(sink);
	wall = seconds_now(CLOCK_MONOTONIC);
	cpu = cpu_now(softirq);
	run(prog, o.count, len);
	cpu = cpu_now(softirq) - cpu;
	wall = seconds_now(CLOCK_MONOTONIC) - wall;
	got = o.sink ? arrived(sink) - got : o.count;
	printf("sent %lu arrived %llu wall %.3f cpu %.3f mpps %.5f", o.count,
	       got, wall, cpu, got / cpu / 1e6);
	if (o.program) {
		after = program_info(program);
		close(statistics);
		if (after.run_cnt > before.run_cnt)
			printf(" program %llu",
			       (after.run_time_ns - before.run_time_ns) /
				       (after.run_cnt - before.run_cnt));
	}
	printf("\n");
	frames_bpf__destroy(k);
	return 0;
}
