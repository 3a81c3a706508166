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
#include <stdio.h>
#include <string.h>

#include "objects.h"
#include "prog.h"

#define ARRIVALS_MAX 12
#define WAIT_MS 200 /* for what must come */
#define QUIET_MS 3 /* for what must not */

enum verdict_kind { REDIRECT, DROP, PASS, CONSUMED, SENT };

#define NO_COPY SIZE_MAX

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
	return wanted->len == got->len && text_adopt(wanted, got) &&
	       !memcmp(wanted->data, got->data, got->len);
}

static void frame_compare(const char *what, struct packet *wanted,
			  const struct packet *got)
{
	struct check_result r;
	char text[256];

	sport_adopt(wanted, got);
	if (!text_adopt(wanted, got))
		problem_add("%s: a port or id that it may not have\n", what);
	if (packet_diff(wanted->data, wanted->len, got->data, got->len, text,
			sizeof(text))) {
		problem_add("%s: %s\n", what, text);
		frame_show("in:  ", &want.in);
		frame_show("want:", wanted);
		frame_show("got: ", got);
	} else if (!want.t->is_lax &&
		   !packet_check(got->data, got->len, CHECK_QUOTED_CSUM, &r)) {
		problem_add("%s: %s\n", what, r.why);
		frame_show("got: ", got);
	}
}

static enum drop_reason reason_due(void)
{
	return want.kind == DROP ? want.reason : want.also;
}

static void counts_begin(void)
{
	harness_drops(drops_before);
	counters_begin(want.t, reason_due());
}

/* What was counted since counts_begin(). */
static void counts_compare(const char *what)
{
	uint64_t now[DROP_REASON_COUNT];

	counters_compare(what, want.t, reason_due(), false);

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
		else if (due)
			reason_reached(r);
	}
}

/* Frames that came out of devices against copies but the one that is known
 * already (or NO_COPY), in any order; out too if it is expected on a device. */
static void arrivals_compare(const char *what, bool with_out, size_t known)
{
	bool used[ARRIVALS_MAX] = {}, found[COPIES_MAX + 1] = {};
	size_t n_want = want.n_copies + with_out, n;

	if (known != NO_COPY)
		found[known] = true;
	n = devices_collect(arrived, n_want - (known != NO_COPY), WAIT_MS);
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

static const char *retval_name(enum program which, int retval)
{
	if (which == PROGRAM_XDP)
		return retval == XDP_PASS     ? "XDP_PASS" :
		       retval == XDP_DROP     ? "XDP_DROP" :
		       retval == XDP_TX	      ? "XDP_TX" :
		       retval == XDP_REDIRECT ? "XDP_REDIRECT" :
						"another XDP action";
	return retval == TC_ACT_REDIRECT ? "redirect" :
	       retval == TC_ACT_SHOT	 ? "shot" :
	       retval == TC_ACT_OK	 ? "ok" :
					   "another TC action";
}

/* The copy that a frame is; the first one if it is none. */
static size_t copy_compare(const char *what, const struct packet *got)
{
	for (size_t i = 0; i < want.n_copies; i++) {
		if (frame_same(&want.copy[i].packet, got)) {
			frame_compare(what, &want.copy[i].packet, got);
			return i;
		}
	}
	if (!want.n_copies)
		return NO_COPY;
	frame_compare(what, &want.copy[0].packet, got);
	return 0;
}

static bool tc_retval_ok(int retval)
{
	switch (want.kind) {
	case REDIRECT:
		return retval == TC_ACT_REDIRECT;
	case PASS:
		return retval == TC_ACT_OK;
	case SENT:
		return retval == TC_ACT_REDIRECT || retval == TC_ACT_SHOT;
	default:
		return retval == TC_ACT_SHOT;
	}
}

/* A TC program alone. */
static void run_tc(const char *what, enum program which, const struct device *d)
{
	static struct outcome o;
	size_t redirected = NO_COPY;

	counts_begin();
	program_run(which, d, &want.in, &o);
	if (o.err) {
		problem_add("%s: BPF_PROG_TEST_RUN: %s\n", what,
			    strerror(-o.err));
	} else if (!tc_retval_ok(o.retval)) {
		problem_add("%s: verdict %s (%d)\n", what,
			    retval_name(which, o.retval), o.retval);
		frame_show("in:  ", &want.in);
	} else if (want.kind == SENT && o.retval == TC_ACT_REDIRECT) {
		redirected = copy_compare(what, &o.out);
	} else if (want.kind == REDIRECT || want.kind == PASS) {
		frame_compare(what, &want.out, &o.out);
	}
	counts_compare(what);
	arrivals_compare(what, false, redirected);
}

/* XDP decided, what it should have? */
static bool xdp_outcome_ok(const char *what, const struct outcome *o,
			   const struct device *d)
{
	bool is_sent = o->retval == XDP_TX || o->retval == XDP_REDIRECT;

	if (want.kind == DROP && o->retval == XDP_DROP)
		return true;
	if (want.kind == CONSUMED && !want.n_copies && o->retval == XDP_DROP)
		return true;
	if (want.kind == REDIRECT && (is_sent || o->retval == XDP_PASS)) {
		if (o->retval == XDP_TX && strcmp(want.device, d->name))
			return false;
		frame_compare(what, &want.out, &o->out);
		return true;
	}
	if (want.kind == SENT && is_sent && want.n_copies == 1) {
		copy_compare(what, &o->out);
		return true;
	}
	return false;
}

/* XDP may decide, or pass the frame untouched and uncounted for TC to do. */
static void run_xdp(const char *what, const struct device *d, bool is_stateful)
{
	uint64_t now[DROP_REASON_COUNT];
	static struct outcome o;
	bool untouched;

	counts_begin();
	program_run(PROGRAM_XDP, d, &want.in, &o);
	if (o.err) {
		problem_add("%s: BPF_PROG_TEST_RUN: %s\n", what,
			    strerror(-o.err));
		return;
	}
	untouched = o.retval == XDP_PASS && !o.meta_len &&
		    o.out.len == want.in.len &&
		    !memcmp(o.out.data, want.in.data, o.out.len);
	if (untouched && is_stateful && want.kind == REDIRECT && !want.also &&
	    !want.t->by_tc)
		problem_add("%s: left to TC\n", what);
	if (untouched) {
		counters_compare(what, want.t, DROP_NONE, true);
		harness_drops(now);
		if (memcmp(now, drops_before, sizeof(now)))
			problem_add("%s: passed and counted a drop\n", what);
		return;
	}
	if (!xdp_outcome_ok(what, &o, d)) {
		problem_add("%s: verdict %s\n", what,
			    retval_name(PROGRAM_XDP, o.retval));
		frame_show("in:  ", &want.in);
		frame_show("got: ", &o.out);
	}
	counts_compare(what);
}

/* The frame as the wire or the guest would send it. */
static void run_live(const char *what, struct device *d)
{
	int err;

	counts_begin();
	err = device_write(d, &want.in, NULL);
	if (err) {
		problem_add("%s: write: %s\n", what, strerror(-err));
		return;
	}
	arrivals_compare(what, want.kind == REDIRECT, NO_COPY);
	counts_compare(what);
}

static void expected_verdict(const char *verdict)
{
	char word[32], object[32] = "";

	if (sscanf(verdict, "%31s %31s", word, object) < 1)
		test_abort("verdict", verdict, EINVAL);
	want.kind = !strcmp(word, "redirect") ? REDIRECT :
		    !strcmp(word, "drop")     ? DROP :
		    !strcmp(word, "pass")     ? PASS :
		    !strcmp(word, "sent")     ? SENT :
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

enum { AT_TC = 1 << 0, AT_XDP = 1 << 1, AT_BOTH = AT_TC | AT_XDP };

static void nic_run(const struct test *t, struct device *d, int at,
		    bool is_stateful)
{
	if (at & AT_TC) {
		if (!t->no_test_run)
			run_tc("tc", PROGRAM_TC, d);
		harness_attach_nic(d, false);
		run_live("attached, tc", d);
	}
	if (at & AT_XDP) {
		if (!t->no_test_run)
			run_xdp("xdp", d, is_stateful);
		harness_attach_nic(d, true);
		run_live("attached, xdp and tc", d);
	}
}

/* Where the line's frame enters, and the programs there. */
static struct device *test_place(const struct test *t, bool *is_vif, int *at)
{
	const char *mark = strrchr(t->at, '-');
	bool is_localnet = !strncmp(t->at, "localnet", 8);

	*is_vif = !strncmp(t->at, "vif ", 4);
	if (*is_vif)
		return device_get(t->at + 4);
	if (!strcmp(t->at, "tc") || (mark && !strcmp(mark, "-tc")))
		*at = AT_TC;
	else if (!strcmp(t->at, "xdp") || (mark && !strcmp(mark, "-xdp")))
		*at = AT_XDP;
	else
		*at = AT_BOTH;
	return device_get(is_localnet ? LOCALNET : UNDERLAY);
}

static void test_run(const struct test_group *g, const struct test *t, int mode)
{
	const char *suffix = !g->is_stateful ? "" :
			     mode == AT_TC   ? " (tc)" :
					       " (xdp)";
	const char *wrong;
	struct device *d;
	char name[256];
	bool is_vif;
	int at = 0;

	d = test_place(t, &is_vif, &at);
	if (!is_vif && !(at & mode))
		return;
	problem[0] = 0;
	expected_build(t);
	counters_line();
	devices_drain();
	if (is_vif) {
		if (!t->no_test_run)
			run_tc("test run", PROGRAM_VIF, d);
		harness_attach_vif(d);
		run_live("attached", d);
	} else {
		nic_run(t, d, at & mode, g->is_stateful);
	}
	wrong = t->ct ? ct_check(t->ct) : NULL;
	if (wrong)
		problem_add("connection %s: %s\n", t->ct, wrong);
	snprintf(name, sizeof(name), "%s: %s%s", g->name, t->name, suffix);
	if (problem[0])
		test_fail(name, "%s", problem);
	else
		test_ok(name);
}

static void tests_run(const struct test_group *g, int mode)
{
	harness_load(&net);
	if (g->before)
		g->before();
	for (size_t i = 0; i < g->n_tests; i++)
		test_run(g, &g->tests[i], mode);
	if (g->after)
		g->after();
}

void test_group_run(const struct test_group *g)
{
	network_build(&net, g->network);
	if (g->is_stateful) {
		tests_run(g, AT_TC);
		tests_run(g, AT_XDP);
	} else {
		tests_run(g, AT_BOTH);
	}
	network_free(&net);
}
