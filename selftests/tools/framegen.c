// SPDX-License-Identifier: GPL-2.0-only
/*
 * framegen [OPTION]... IFACE: sends UDP frames of 64 bytes, or TCP SYNs, of
 * many flows out of IFACE, as frames a NIC's driver hands up
 * (BPF_PROG_TEST_RUN with live frames).  All that happens to a frame on this
 * CPU happens in this thread, so its CPU time is the price of the whole way.
 *
 *   --flows FILE        "SRC SPORT DST DPORT" per line, a flow each, in turn
 *   --syn               TCP SYNs instead of UDP
 *   --random-src BITS   the flow's SRC with so many bits at random, and a
 *   --random-dst BITS   random SPORT (only the file's first flow is used)
 *   --mac DST,SRC       of the frame, --outer's if there are such
 *   --geneve VNI,IN,OUT | --vxlan VNI
 *   --outer DMAC,SMAC,SRC,DST
 *   --count N | --seconds S (of wall time, about)
 *   --sink DIR          framesink's pins: count what arrives there
 *
 * Prints: sent N arrived N wall SECONDS cpu SECONDS mpps N, the last being
 * millions of frames (arrived, with --sink) per second of CPU time.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "frames.h"
#include "frames.skel.h"
#include "packet.h"

#define WARM_UP (64 * 256)
#define CALIBRATE (1 << 17)

struct options {
	const char *ifname, *sink;
	char *mac[2], *outer[4];
	unsigned int geneve[3], vxlan;
	int inner; /* FRAME_* */
	bool is_syn, is_random;
	unsigned int random_src, random_dst;
	unsigned long count;
	double seconds;
	struct frame_flow *flow;
	unsigned int n_flows;
};

static void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "framegen: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	exit(1);
}

static double seconds_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* The n parts of text between commas. */
static void split(char *text, char **part, int n)
{
	for (int i = 0; i < n; i++) {
		part[i] = strsep(&text, ",");
		if (!part[i])
			die("%d values with commas between are needed", n);
	}
}

static void flows_read(struct options *o, const char *path)
{
	char src[16], dst[16];
	unsigned int sport, dport, room = 0;
	FILE *f = fopen(path, "r");

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (fscanf(f, "%15s %u %15s %u", src, &sport, dst, &dport) == 4) {
		struct frame_flow *flow;

		if (o->n_flows == room) {
			room = room ? room * 2 : 1024;
			o->flow = realloc(o->flow, room * sizeof(*o->flow));
			if (!o->flow)
				die("out of memory");
		}
		flow = &o->flow[o->n_flows++];
		ip4_parse(src, flow->src);
		ip4_parse(dst, flow->dst);
		flow->sport = htons(sport);
		flow->dport = htons(dport);
	}
	if (!feof(f) || !o->n_flows)
		die("%s: line %u is not SRC SPORT DST DPORT", path,
		    o->n_flows + 1);
	fclose(f);
}

static void options_parse(struct options *o, int argc, char **argv)
{
	enum {
		FLOWS,
		SYN,
		RSRC,
		RDST,
		MAC,
		GENEVE,
		VXLAN,
		OUTER,
		COUNT,
		SECONDS,
		SINK
	};
	static const struct option table[] = {
		{"flows", 1, NULL, FLOWS},     {"syn", 0, NULL, SYN},
		{"random-src", 1, NULL, RSRC}, {"random-dst", 1, NULL, RDST},
		{"mac", 1, NULL, MAC},	       {"geneve", 1, NULL, GENEVE},
		{"vxlan", 1, NULL, VXLAN},     {"outer", 1, NULL, OUTER},
		{"count", 1, NULL, COUNT},     {"seconds", 1, NULL, SECONDS},
		{"sink", 1, NULL, SINK},       {}};
	int opt;

	while ((opt = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (opt) {
		case FLOWS:
			flows_read(o, optarg);
			break;
		case SYN:
			o->is_syn = true;
			break;
		case RSRC:
			o->is_random = true;
			o->random_src = strtoul(optarg, NULL, 10);
			break;
		case RDST:
			o->is_random = true;
			o->random_dst = strtoul(optarg, NULL, 10);
			break;
		case MAC:
			split(optarg, o->mac, 2);
			break;
		case GENEVE:
			o->inner = FRAME_GENEVE;
			if (sscanf(optarg, "%u,%u,%u", &o->geneve[0],
				   &o->geneve[1], &o->geneve[2]) != 3)
				die("--geneve VNI,IN,OUT");
			break;
		case VXLAN:
			o->inner = FRAME_VXLAN;
			o->vxlan = strtoul(optarg, NULL, 10);
			break;
		case OUTER:
			split(optarg, o->outer, 4);
			break;
		case COUNT:
			o->count = strtoul(optarg, NULL, 10);
			break;
		case SECONDS:
			o->seconds = strtod(optarg, NULL);
			break;
		case SINK:
			o->sink = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (optind != argc - 1 || !o->flow || !o->mac[1] ||
	    (o->inner && !o->outer[3]) || !(o->count || o->seconds > 0) ||
	    o->random_src > 31 || o->random_dst > 31) {
		fprintf(stderr, "framegen: see the head of framegen.c\n");
		exit(2);
	}
	o->ifname = argv[optind];
}

static void vxlan_header(struct packet *p, const struct options *o)
{
	uint8_t header[8] = {0x08};

	put32(header + 4, o->vxlan << 8);
	packet_eth(p, o->outer[0], o->outer[1], 0x0800);
	packet_ip4(p, &(struct ip4_header){.src = o->outer[2],
					   .dst = o->outer[3],
					   .proto = 17,
					   .fragment = IP4_DF});
	packet_udp(p, 0xabcd, 4789);
	packet_bytes(p, header, sizeof(header));
	put16(p->data + 38, 16 + FRAME_LEN);
	put16(p->data + 16, 36 + FRAME_LEN);
	put16(p->data + 24, 0);
	put16(p->data + 24, ~sum_fold(sum_bytes(p->data + 14, 20, 0)));
}

/* The sum over 16-bit words as the CPU loads them. */
static __u32 sum_native(const __u8 *p, size_t len)
{
	__u32 sum = 0;
	__u16 word;

	for (size_t i = 0; i < len; i += 2) {
		memcpy(&word, p + i, 2);
		sum += word;
	}
	return (sum & 0xffff) + (sum >> 16);
}

static void template_make(struct frame_config *c, const struct options *o)
{
	struct packet outer, p;
	__u8 payload[FRAME_LEN - 42] = {}, *l4;

	packet_init(&p);
	packet_eth(&p, o->mac[0], o->mac[1], 0x0800);
	/* as after one router, for frames that are in a tunnel */
	packet_ip4(&p, &(struct ip4_header){.src = "0.0.0.0",
					    .dst = "0.0.0.0",
					    .proto = o->is_syn ? 6 : 17,
					    .ttl = o->inner ? 63 : 64,
					    .fragment = IP4_DF});
	if (o->is_syn) {
		packet_tcp(&p, &(struct tcp_header){.flags = TCP_SYN,
						    .window = 65535});
	} else {
		packet_udp(&p, 0, 0);
		put32(payload + 4, FRAME_MAGIC);
		packet_bytes(&p, payload, sizeof(payload));
	}
	packet_finish(&p);
	packet_pad(&p, FRAME_LEN);
	l4 = p.data + 34;
	memset(p.data + 24, 0, 2);
	c->ip_sum = sum_native(p.data + 14, 20);
	memset(l4 + (o->is_syn ? 16 : 6), 0, 2);
	if (o->is_syn)
		c->l4_sum = sum_native(l4, 20) + htons(6) + htons(20);

	packet_init(&outer);
	if (o->inner == FRAME_GENEVE) {
		packet_outer(&outer, o->outer[0], o->outer[1], o->outer[2],
			     o->outer[3], 0xabcd,
			     &(struct geneve_header){.vni = o->geneve[0],
						     .in = o->geneve[1],
						     .out = o->geneve[2]});
		packet_bytes(&outer, p.data, FRAME_LEN);
		packet_finish(&outer);
	} else if (o->inner == FRAME_VXLAN) {
		vxlan_header(&outer, o);
	}
	memcpy(c->frame, outer.data, o->inner);
	memcpy(c->frame + o->inner, p.data, FRAME_LEN);
	c->n_flows = o->n_flows;
	if (o->is_random) {
		c->random_src = (1u << o->random_src) - 1;
		c->random_dst = (1u << o->random_dst) - 1;
		if (getrandom(&c->seed, sizeof(c->seed), 0) < 0 || !c->seed)
			c->seed = 1;
	}
}

static struct frames_bpf *kernel_side(const struct options *o)
{
	struct frames_bpf *k = frames_bpf__open();
	struct frame_config c = {};
	__u32 zero = 0, ifindex = if_nametoindex(o->ifname);
	LIBBPF_OPTS(bpf_map_batch_opts, batch);
	__u32 *keys = calloc(o->n_flows, sizeof(*keys)), n = o->n_flows;

	if (!ifindex)
		die("%s: %s", o->ifname, strerror(errno));
	if (!k || !keys)
		die("out of memory");
	bpf_program__set_autoload(k->progs.sink_xdp, false);
	bpf_program__set_autoload(k->progs.sink_tc, false);
	bpf_map__set_max_entries(k->maps.flow, o->n_flows);
	if (frames_bpf__load(k))
		die("the kernel refused the programs");
	template_make(&c, o);
	for (__u32 i = 0; i < n; i++)
		keys[i] = i;
	if (bpf_map__update_elem(k->maps.frame_config, &zero, sizeof(zero), &c,
				 sizeof(c), 0) ||
	    bpf_map__update_elem(k->maps.out, &zero, sizeof(zero), &ifindex,
				 sizeof(ifindex), 0) ||
	    bpf_map_update_batch(bpf_map__fd(k->maps.flow), keys, o->flow, &n,
				 &batch))
		die("filling maps: %s", strerror(errno));
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
		die("BPF_PROG_TEST_RUN: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	struct options o = {};
	struct frames_bpf *k;
	unsigned long long got;
	double wall, cpu;
	int prog, sink = -1;
	char path[256];
	size_t len;

	options_parse(&o, argc, argv);
	if (o.sink) {
		snprintf(path, sizeof(path), "%s/count", o.sink);
		sink = bpf_obj_get(path);
		if (sink < 0)
			die("%s: %s", path, strerror(errno));
	}
	k = kernel_side(&o);
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
	got = arrived(sink);
	wall = seconds_now(CLOCK_MONOTONIC);
	cpu = seconds_now(CLOCK_THREAD_CPUTIME_ID);
	run(prog, o.count, len);
	cpu = seconds_now(CLOCK_THREAD_CPUTIME_ID) - cpu;
	wall = seconds_now(CLOCK_MONOTONIC) - wall;
	got = o.sink ? arrived(sink) - got : o.count;
	printf("sent %lu arrived %llu wall %.3f cpu %.3f mpps %.3f\n", o.count,
	       got, wall, cpu, got / cpu / 1e6);
	frames_bpf__destroy(k);
	return 0;
}
