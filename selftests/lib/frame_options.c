// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "frame_options.h"
#include "packet.h"

#define L4 34 /* offset in the varying part */

void frame_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	exit(1);
}

/* The n parts of text between commas. */
static void split(char *text, char **part, int n)
{
	for (int i = 0; i < n; i++) {
		part[i] = strsep(&text, ",");
		if (!part[i])
			frame_die("%d values with commas between are needed",
				  n);
	}
}

static void flows_read(struct frame_options *o, const char *path)
{
	char src[16], dst[16];
	unsigned int sport, dport, room = 0;
	FILE *f = fopen(path, "r");

	if (!f)
		frame_die("%s: %s", path, strerror(errno));
	while (fscanf(f, "%15s %u %15s %u", src, &sport, dst, &dport) == 4) {
		struct frame_flow *flow;

		if (o->n_flows == room) {
			room = room ? room * 2 : 1024;
			o->flow = realloc(o->flow, room * sizeof(*o->flow));
			if (!o->flow)
				frame_die("out of memory");
		}
		flow = &o->flow[o->n_flows++];
		ip4_parse(src, flow->src);
		ip4_parse(dst, flow->dst);
		flow->sport = htons(sport);
		flow->dport = htons(dport);
	}
	if (!feof(f) || !o->n_flows)
		frame_die("%s: line %u is not SRC SPORT DST DPORT", path,
			  o->n_flows + 1);
	fclose(f);
}

/* Letters as tcpdump(8) has them, "." for ACK. */
static __u8 tcp_flags(const char *text)
{
	static const char letter[] = "FSRP.";
	const char *at;
	__u8 flags = 0;

	for (; *text; text++) {
		at = strchr(letter, *text);
		if (!at)
			frame_die("--tcp: letters of %s", letter);
		flags |= 1 << (at - letter);
	}
	return flags;
}

int frame_options_parse(struct frame_options *o, int argc, char **argv)
{
	enum {
		FLOWS,
		TCP,
		RANDOM_SRC,
		RANDOM_DST,
		MAC,
		GENEVE,
		VXLAN,
		OUTER,
		COUNT,
		SECONDS,
		SINK,
		PROGRAM,
	};
	static const struct option table[] = {
		{"flows", 1, NULL, FLOWS},
		{"tcp", 1, NULL, TCP},
		{"random-src", 1, NULL, RANDOM_SRC},
		{"random-dst", 1, NULL, RANDOM_DST},
		{"mac", 1, NULL, MAC},
		{"geneve", 1, NULL, GENEVE},
		{"vxlan", 1, NULL, VXLAN},
		{"outer", 1, NULL, OUTER},
		{"count", 1, NULL, COUNT},
		{"seconds", 1, NULL, SECONDS},
		{"sink", 1, NULL, SINK},
		{"program", 1, NULL, PROGRAM},
		{},
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (opt) {
		case FLOWS:
			flows_read(o, optarg);
			break;
		case TCP:
			o->tcp_flags = tcp_flags(optarg);
			break;
		case RANDOM_SRC:
			o->is_random = true;
			o->random_src = strtoul(optarg, NULL, 10);
			break;
		case RANDOM_DST:
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
				frame_die("--geneve VNI,IN,OUT");
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
		case PROGRAM:
			o->program = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (!o->flow || !o->mac[1] || (o->inner && !o->outer[3]) ||
	    o->random_src > 31 || o->random_dst > 31) {
		fprintf(stderr,
			"%s: --flows and --mac are needed, --outer "
			"with a tunnel; at most 31 random bits\n",
			program_invocation_short_name);
		exit(2);
	}
	return optind;
}

static void vxlan_header(struct packet *p, const struct frame_options *o)
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

void frame_template(struct frame_config *c, const struct frame_options *o)
{
	struct packet outer, p;
	__u8 payload[FRAME_LEN - 42] = {}, *l4;

	packet_init(&p);
	packet_eth(&p, o->mac[0], o->mac[1], 0x0800);
	/* as after one router, for frames that are in a tunnel */
	packet_ip4(&p, &(struct ip4_header){.src = "0.0.0.0",
					    .dst = "0.0.0.0",
					    .proto = o->tcp_flags ? 6 : 17,
					    .ttl = o->inner ? 63 : 64,
					    .fragment = IP4_DF});
	if (o->tcp_flags) {
		packet_tcp(&p, &(struct tcp_header){.flags = o->tcp_flags,
						    .window = 65535});
	} else {
		packet_udp(&p, 0, 0);
		put32(payload + 4, FRAME_MAGIC);
		packet_bytes(&p, payload, sizeof(payload));
	}
	packet_finish(&p);
	packet_pad(&p, FRAME_LEN);
	l4 = p.data + L4;
	memset(p.data + 24, 0, 2);
	c->ip_sum = sum_native(p.data + 14, 20);
	memset(l4 + (o->tcp_flags ? 16 : 6), 0, 2);
	if (o->tcp_flags)
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

void frame_complete(struct frame_config *c, const struct frame_options *o,
		    const struct frame_flow *flow, __u32 number)
{
	__u8 *p = c->frame + o->inner;
	__u16 check;

	memcpy(p + 26, flow->src, 8);
	memcpy(p + L4, &flow->sport, 4);
	memset(p + 24, 0, 2);
	check = ~sum_fold(sum_bytes(p + 14, 20, 0));
	put16(p + 24, check);
	if (!o->tcp_flags) {
		put32(p + L4 + 8, number);
		return;
	}
	put32(p + L4 + 4, number);
	memset(p + L4 + 16, 0, 2);
	check = ~sum_fold(sum_bytes(p + 26, 8, 6 + 20) +
			  sum_bytes(p + L4, 20, 0));
	put16(p + L4 + 16, check);
}
