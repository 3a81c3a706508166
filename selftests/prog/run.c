// SPDX-License-Identifier: GPL-2.0-only
/*
 * One test three ways, all of which must agree with the table: the program
 * alone (BPF_PROG_TEST_RUN: verdict, bytes, copies, counters), attached to a
 * tap that the frame is written to (which also shows where a redirect goes),
 * and at the underlay both with and without XDP in front of TC.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

#define ARRIVALS_MAX 12
#define WAIT_MS 200 /* for what must come */
#define QUIET_MS 3 /* for what must not */

enum verdict_kind { REDIRECT, DROP, PASS, CONSUMED };

/* A test in bytes. */
struct expected {
	const struct test *t;
	enum verdict_kind kind;
	enum drop_reason reason, also;
	char device[16]; /* REDIRECT */
	struct packet in, out;
	struct {
		char device[16];
		struct packet packet;
	} copy[COPIES_MAX];
	size_t n_copies;
};

struct network net;
static struct expected want;
static struct arrival arrived[ARRIVALS_MAX];
static uint64_t drops_before[DROP_REASON_COUNT];
static char problem[8192]; /* what is wrong with the test that runs */
static int n_run, n_failed;

static void problem_add(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void problem_add(const char *format, ...)
{
	size_t n = strlen(problem);
	va_list args;

	va_start(args, format);
	vsnprintf(problem + n, sizeof(problem) - n, format, args);
	va_end(args);
}

void test_ok(const char *name)
{
	n_run++;
	printf("ok %d - %s\n", n_run, name);
}

/* Diagnostics are TAP comments. */
void test_fail(const char *name, const char *format, ...)
{
	char text[sizeof(problem)], *rest = text, *line;
	va_list args;

	n_run++;
	n_failed++;
	printf("not ok %d - %s\n", n_run, name);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			printf("#   %s\n", line);
	}
}

void tests_end(void)
{
	printf("1..%d\n", n_run);
}

int tests_failed(void)
{
	return n_failed;
}

static void frame_show(const char *label, const struct packet *p)
{
	char text[600];

	packet_decode(p->data, p->len, text, sizeof(text));
	problem_add("  %s %s\n", label, text);
}

/* The outer source port is a hash: take any that OVS could have chosen. */
static void sport_adopt(struct packet *wanted, const struct packet *got)
{
	uint8_t *port = wanted->data + 34;

	if (wanted->len < 42 || got->len < 42 ||
	    get16(wanted->data + 36) != 6081 || get16(port) != SPORT_ANY ||
	    wanted->data[23] != 17 || get16(got->data + 34) < 32768)
		return;
	memcpy(port, got->data + 34, 2);
}

/* Equal byte for byte, and right by the strict parser. */
static bool frame_same(struct packet *wanted, const struct packet *got)
{
	sport_adopt(wanted, got);
	return wanted->len == got->len &&
	       !memcmp(wanted->data, got->data, got->len);
}

static void frame_compare(const char *what, struct packet *wanted,
			  const struct packet *got)
{
	struct check_result r;
	char text[256];

	sport_adopt(wanted, got);
	if (packet_diff(wanted->data, wanted->len, got->data, got->len, text,
			sizeof(text))) {
		problem_add("%s: %s\n", what, text);
		frame_show("in:  ", &want.in);
		frame_show("want:", wanted);
		frame_show("got: ", got);
	} else if (!want.t->is_lax &&
		   !packet_check(got->data, got->len, 0, &r)) {
		problem_add("%s: %s\n", what, r.why);
		frame_show("got: ", got);
	}
}

/* What went by the counters since drops_before was read. */
static void drops_compare(const char *what)
{
	uint64_t now[DROP_REASON_COUNT];

	harness_drops(now);
	for (int r = 1; r < DROP_REASON_COUNT; r++) {
		uint64_t added = now[r] - drops_before[r];
		uint64_t due = (want.kind == DROP && r == (int)want.reason) +
			       (r == (int)want.also);

		if (added != due)
			problem_add("%s: counter %s moved by %llu, not %llu\n",
				    what, drop_name(r),
				    (unsigned long long)added,
				    (unsigned long long)due);
	}
}

/* Frames that came out of devices against copies, in any order; out too if
 * it is expected on a device. */
static void arrivals_compare(const char *what, bool with_out)
{
	bool used[ARRIVALS_MAX] = {}, found[COPIES_MAX + 1] = {};
	size_t n_want = want.n_copies + with_out, n;

	n = devices_collect(arrived, n_want, WAIT_MS);
	n += devices_collect(arrived + n, ARRIVALS_MAX - n, QUIET_MS);
	for (int exact = 1; exact >= 0; exact--) {
		for (size_t w = 0; w < n_want; w++) {
			bool is_copy = w < want.n_copies;
			const char *device = is_copy ? want.copy[w].device :
						       want.device;
			struct packet *p = is_copy ? &want.copy[w].packet :
						     &want.out;

			for (size_t i = 0; i < n && !found[w]; i++) {
				if (used[i] ||
				    strcmp(arrived[i].device->name, device))
					continue;
				if (exact && !frame_same(p, &arrived[i].packet))
					continue;
				found[w] = used[i] = true;
				frame_compare(what, p, &arrived[i].packet);
			}
			if (!found[w] && !exact) {
				problem_add("%s: nothing came to %s\n", what,
					    device);
				frame_show("in:  ", &want.in);
				frame_show("want:", p);
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (used[i])
			continue;
		problem_add("%s: unexpected frame at %s\n", what,
			    arrived[i].device->name);
		frame_show("in:  ", &want.in);
		frame_show("got: ", &arrived[i].packet);
	}
}

void program_run(enum program which, const struct device *d,
		 const struct packet *in, struct outcome *o)
{
	struct __sk_buff skb = {.ifindex = d->ifindex,
				.ingress_ifindex = d->ifindex};
	struct xdp_md xdp = {.data_end = in->len,
			     .ingress_ifindex = d->ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->data,
		    .data_size_in = in->len, .data_out = o->out.data,
		    .data_size_out = PACKET_MAX);

	opts.ctx_in = which == PROGRAM_XDP ? (void *)&xdp : &skb;
	opts.ctx_size_in = which == PROGRAM_XDP ? sizeof(xdp) : sizeof(skb);
	if (which == PROGRAM_XDP) {
		opts.ctx_out = &xdp;
		opts.ctx_size_out = sizeof(xdp);
	}
	packet_init(&o->out);
	o->err = bpf_prog_test_run_opts(harness_program(which), &opts);
	o->retval = opts.retval;
	o->out.len = opts.data_size_out;
	o->meta_len = 0;
	if (which == PROGRAM_XDP && !o->err) {
		/* metadata stands in front of the frame */
		o->meta_len = xdp.data;
		o->out.len -= o->meta_len;
		memmove(o->out.data, o->out.data + o->meta_len, o->out.len);
	}
}

static const char *retval_name(enum program which, int retval)
{
	if (which == PROGRAM_XDP)
		return retval == XDP_PASS ? "XDP_PASS" :
		       retval == XDP_DROP ? "XDP_DROP" :
					    "another XDP action";
	return retval == TC_ACT_REDIRECT ? "redirect" :
	       retval == TC_ACT_SHOT	 ? "shot" :
	       retval == TC_ACT_OK	 ? "ok" :
					   "another TC action";
}

static void retval_compare(const char *what, enum program which,
			   const struct outcome *o)
{
	int due = want.kind == REDIRECT ? TC_ACT_REDIRECT :
		  want.kind == PASS	? TC_ACT_OK :
					  TC_ACT_SHOT;

	if (o->err)
		problem_add("%s: BPF_PROG_TEST_RUN: %s\n", what,
			    strerror(-o->err));
	else if (o->retval != due) {
		problem_add("%s: verdict %s (%d), not %s\n", what,
			    retval_name(which, o->retval), o->retval,
			    retval_name(which, due));
		frame_show("in:  ", &want.in);
	}
}

/* A TC program alone. */
static void run_tc(const char *what, enum program which, const struct device *d)
{
	static struct outcome o;

	harness_drops(drops_before);
	program_run(which, d, &want.in, &o);
	retval_compare(what, which, &o);
	if (!o.err && (want.kind == REDIRECT || want.kind == PASS) &&
	    (o.retval == TC_ACT_REDIRECT || o.retval == TC_ACT_OK))
		frame_compare(what, &want.out, &o.out);
	drops_compare(what);
	arrivals_compare(what, false);
}

/* XDP may decide, or pass the frame untouched and uncounted for TC to do. */
static void run_xdp(const char *what)
{
	uint64_t now[DROP_REASON_COUNT];
	static struct outcome o;
	bool untouched;

	harness_drops(drops_before);
	program_run(PROGRAM_XDP, device_get(UNDERLAY), &want.in, &o);
	if (o.err) {
		problem_add("%s: BPF_PROG_TEST_RUN: %s\n", what,
			    strerror(-o.err));
		return;
	}
	untouched = o.retval == XDP_PASS && !o.meta_len &&
		    o.out.len == want.in.len &&
		    !memcmp(o.out.data, want.in.data, o.out.len);
	if (untouched) {
		harness_drops(now);
		if (memcmp(now, drops_before, sizeof(now)))
			problem_add("%s: passed and counted a drop\n", what);
		return;
	}
	if (want.kind == DROP && o.retval == XDP_DROP) {
		drops_compare(what);
		return;
	}
	if (want.kind == REDIRECT && o.retval == XDP_PASS) {
		frame_compare(what, &want.out, &o.out);
		drops_compare(what);
		return;
	}
	problem_add("%s: verdict %s\n", what,
		    retval_name(PROGRAM_XDP, o.retval));
	frame_show("in:  ", &want.in);
	frame_show("got: ", &o.out);
}

/* The frame as the wire or the guest would send it. */
static void run_live(const char *what, struct device *d)
{
	int err;

	harness_drops(drops_before);
	err = device_write(d, &want.in, NULL);
	if (err) {
		problem_add("%s: write: %s\n", what, strerror(-err));
		return;
	}
	arrivals_compare(what, want.kind == REDIRECT);
	drops_compare(what);
}

static void expected_verdict(const char *verdict)
{
	char word[32], object[32] = "";

	sscanf(verdict, "%31s %31s", word, object);
	want.kind = !strcmp(word, "redirect") ? REDIRECT :
		    !strcmp(word, "drop")     ? DROP :
		    !strcmp(word, "pass")     ? PASS :
						CONSUMED;
	want.reason = want.kind == DROP ? drop_by_name(object) : DROP_NONE;
	if (want.kind == REDIRECT)
		snprintf(want.device, sizeof(want.device), "%.15s", object);
}

static void expected_build(const struct test *t)
{
	want.t = t;
	text_to_packet(&want.in, t->in, &net, NULL);
	expected_verdict(t->verdict);
	want.also = t->counts ? drop_by_name(t->counts) : DROP_NONE;
	text_to_packet(&want.out, t->out ? t->out : t->in, &net, &want.in);
	want.n_copies = 0;
	for (int i = 0; i < COPIES_MAX && t->copies[i]; i++) {
		const char *colon = strchr(t->copies[i], ':');

		snprintf(want.copy[i].device, sizeof(want.copy[i].device),
			 "%.*s", (int)(colon - t->copies[i]), t->copies[i]);
		text_to_packet(&want.copy[i].packet, colon + 1, &net, &want.in);
		want.n_copies++;
	}
}

static void test_run(const struct test_group *g, const struct test *t)
{
	bool at_vif = !strncmp(t->at, "vif ", 4);
	struct device *d = device_get(at_vif ? t->at + 4 : UNDERLAY);
	char name[256];

	problem[0] = 0;
	expected_build(t);
	devices_drain();
	if (at_vif) {
		if (!t->no_test_run)
			run_tc("test run", PROGRAM_VIF, d);
		harness_attach_vif(d);
		run_live("attached", d);
	}
	if (!strcmp(t->at, "tc") || !strcmp(t->at, "underlay")) {
		if (!t->no_test_run)
			run_tc("tc", PROGRAM_TC, d);
		harness_attach_underlay(false);
		run_live("attached, tc", d);
	}
	if (!strcmp(t->at, "xdp") || !strcmp(t->at, "underlay")) {
		if (!t->no_test_run)
			run_xdp("xdp");
		harness_attach_underlay(true);
		run_live("attached, xdp and tc", d);
	}
	snprintf(name, sizeof(name), "%s: %s", g->name, t->name);
	if (problem[0])
		test_fail(name, "%s", problem);
	else
		test_ok(name);
}

void test_group_run(const struct test_group *g)
{
	network_build(&net, g->network);
	harness_load(&net);
	for (size_t i = 0; i < g->n_tests; i++)
		test_run(g, &g->tests[i]);
	if (g->after)
		g->after();
	network_free(&net);
}
