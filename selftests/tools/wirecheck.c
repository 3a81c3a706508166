// SPDX-License-Identifier: GPL-2.0-only
/*
 * wirecheck: is every Geneve frame of a capture one that stock OVN would have
 * sent?  The topology tests run it on captures of the underlay.
 *
 * Exit 0: all right (and what was expected was seen), 1: a violation or
 * something expected is missing, 2: usage or an unreadable file.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/capture.h"
#include "../lib/packet.h"

#define EXPECT_MAX 64

/* "VNI", "VNI/IN" or "VNI/IN/OUT"; 0 matches any. */
struct expect {
	struct geneve_header h;
	unsigned long n;
};

struct options {
	unsigned int flags;
	struct expect expect[EXPECT_MAX];
	size_t n_expect;
	bool only_expected;
	unsigned long min;
	bool verbose;
	const char *path;
};

struct counts {
	unsigned long frames, geneve, good, violations, partial;
	unsigned long segments; /* frames longer than one on a 1500-byte wire */
	unsigned int src_port_min, src_port_max;
};

static void usage(FILE *out)
{
	fprintf(out,
		"usage: wirecheck [OPTION]... CAPTURE\n"
		"  --allow-partial-csum     L4 checksums may still be left to a NIC\n"
		"  --allow-gso-id           outer IPv4 ids of kernel-made segments count up\n"
		"  --allow-foreign          sender is not xovn: no rules for DF, TTL, id, port\n"
		"  --expect VNI[/IN[/OUT]]  must be seen at least once; repeatable;\n"
		"                           0 matches any; OUT may be 0x8000 and so on\n"
		"  --only-expected          any other Geneve frame is a violation\n"
		"  --min N                  at least N Geneve frames (default 1)\n"
		"  --verbose                one line a frame\n");
}

static bool expect_parse(struct options *o, const char *text)
{
	struct expect *e = &o->expect[o->n_expect];
	unsigned long part[3] = {0};
	char *end = (char *)text;
	size_t n = 0;

	if (o->n_expect == EXPECT_MAX)
		return false;
	do {
		part[n] = strtoul(n ? end + 1 : end, &end, 0);
		n++;
	} while (*end == '/' && n < 3);
	if (*end || part[0] > 0xffffff || part[1] > 0x7fff || part[2] > 0xffff)
		return false;
	e->h = (struct geneve_header){part[0], part[1], part[2]};
	o->n_expect++;
	return true;
}

static int options_parse(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {
		{"allow-partial-csum", no_argument, NULL, 'p'},
		{"allow-foreign", no_argument, NULL, 'f'},
		{"allow-gso-id", no_argument, NULL, 'g'},
		{"expect", required_argument, NULL, 'e'},
		{"only-expected", no_argument, NULL, 'o'},
		{"min", required_argument, NULL, 'm'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{}};
	int c;

	o->min = 1;
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == 'p')
			o->flags |= CHECK_PARTIAL_CSUM;
		else if (c == 'g')
			o->flags |= CHECK_GSO_ID;
		else if (c == 'f')
			o->flags |= CHECK_NO_ENCAP_RULES;
		else if (c == 'e' && expect_parse(o, optarg))
			continue;
		else if (c == 'o')
			o->only_expected = true;
		else if (c == 'm')
			o->min = strtoul(optarg, NULL, 10);
		else if (c == 'v')
			o->verbose = true;
		else if (c == 'h') {
			usage(stdout);
			exit(0);
		} else {
			usage(stderr);
			return -EINVAL;
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		return -EINVAL;
	}
	o->path = argv[optind];
	return 0;
}

static bool expect_match(struct options *o, const struct geneve_header *h)
{
	bool found = false;

	for (size_t i = 0; i < o->n_expect; i++) {
		struct expect *e = &o->expect[i];

		if ((e->h.vni && e->h.vni != h->vni) ||
		    (e->h.in && e->h.in != h->in) ||
		    (e->h.out && e->h.out != h->out))
			continue;
		e->n++;
		found = true;
	}
	return found;
}

static void violation(struct counts *n, const struct capture_frame *f,
		      const char *why)
{
	char text[512];

	packet_decode(f->data, f->len, text, sizeof(text));
	printf("frame %lu: %s\n    %s\n", n->frames, why, text);
	n->violations++;
}

static void frame_count(struct options *o, struct counts *n,
			const struct capture_frame *f)
{
	struct check_result r;
	char text[512];
	size_t udp;
	bool ok;

	n->frames++;
	/* Only UDP to 6081 is ours to judge: a host's own traffic shares the
	 * wire. */
	if (f->len < 42 || get16(f->data + 12) != 0x0800 || f->data[23] != 17 ||
	    get16(f->data + 20) & 0x1fff)
		return;
	udp = 14 + (f->data[14] & 15) * 4;
	if (f->len < udp + 8 || get16(f->data + udp + 2) != 6081)
		return;
	n->geneve++;
	if (f->len < f->wire_len) {
		violation(n, f, "cut by the capture's snap length (use -s 0)");
		return;
	}
	ok = packet_check(f->data, f->len, o->flags, &r);
	n->partial += r.n_partial;
	if (f->len > 1514)
		n->segments++;
	if (!ok) {
		violation(n, f, r.why);
		return;
	}
	if (!n->good++ || r.src_port < n->src_port_min)
		n->src_port_min = r.src_port;
	if (r.src_port > n->src_port_max)
		n->src_port_max = r.src_port;
	if (!expect_match(o, &r.geneve) && o->only_expected) {
		violation(n, f, "VNI, in and out are none of --expect");
	} else if (o->verbose) {
		packet_decode(f->data, f->len, text, sizeof(text));
		printf("frame %lu: ok: %s\n", n->frames, text);
	}
}

static int summary_print(const struct options *o, const struct counts *n)
{
	int missing = 0;

	for (size_t i = 0; i < o->n_expect; i++) {
		const struct expect *e = &o->expect[i];

		if (!e->n) {
			printf("expected and not seen: VNI %u in %u out 0x%x\n",
			       e->h.vni, e->h.in, e->h.out);
			missing++;
		}
	}
	if (n->geneve < o->min) {
		printf("too few Geneve frames: %lu, at least %lu expected\n",
		       n->geneve, o->min);
		missing++;
	}
	printf("wirecheck: %s: %lu frames, %lu Geneve, %lu wrong; %lu above 1514 bytes, %lu partial checksums, source ports %u-%u\n",
	       o->path, n->frames, n->geneve, n->violations, n->segments,
	       n->partial, n->src_port_min, n->src_port_max);
	return n->violations || missing ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = {};
	struct capture_frame f;
	struct counts n = {};
	struct capture c;
	int got = 0, rc = 2;

	if (options_parse(&o, argc, argv))
		return 2;
	if (capture_open(&c, o.path))
		goto out;
	while ((got = capture_next(&c, &f)) == 1)
		frame_count(&o, &n, &f);
	if (!got)
		rc = summary_print(&o, &n);
out:
	if (rc == 2)
		fprintf(stderr, "wirecheck: %s: %s\n", o.path, c.why);
	capture_close(&c);
	return rc;
}
