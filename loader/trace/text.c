// SPDX-License-Identifier: GPL-2.0-only
#include "trace/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drop_text.h"
#include "error.h"
#include "trace/microflow.h"
#include "trace/trace.h"

#define STAGE_COLUMN 4
#define STAGE_WIDTH 23 /* ls_out_check_port_sec, and two blanks */
#define DETAIL_COLUMN (STAGE_COLUMN + STAGE_WIDTH)

/* Empty where nobody looks: a pipe, or NO_COLOR (https://no-color.org). */
struct colours {
	const char *heading, *good, *bad, *off;
};

static struct colours colours_choose(void)
{
	static const struct colours none = {"", "", "", ""},
				    some = {"\033[1m", "\033[32m", "\033[31m",
					    "\033[0m"};
	const char *no_color = getenv("NO_COLOR");

	return isatty(fileno(stdout)) && !(no_color && no_color[0]) ? some :
								      none;
}

struct clean {
	char s[2 * XOVN_NAME_LEN];
};

/* A name, as a terminal may get it. */
static struct clean clean(const char *name)
{
	struct clean copy;

	snprintf(copy.s, sizeof(copy.s), "%s", name);
	text_clean(copy.s);
	return copy;
}

static const char *colour_of(const struct colours *c, enum trace_kind kind)
{
	return kind == TRACE_TO_DROP ? c->bad : c->good;
}

static const char *hook_words(const char *hook)
{
	if (!strcmp(hook, "vif"))
		return "from VIF ";
	if (!strcmp(hook, "localnet"))
		return "from physical network ";
	if (!strcmp(hook, "underlay"))
		return "by Geneve from ";
	return "";
}

static void print_run(const struct colours *c, const struct trace_run *run)
{
	char frame[1024];
	size_t outer = 0;

	printf("%s%s%s: %s%s%s\n", c->heading, run->is_answer ? "answer, " : "",
	       clean(run->chassis).s, hook_words(run->hook), clean(run->port).s,
	       c->off);
	/* What is around it is told by the step. */
	if (!strcmp(run->hook, "underlay"))
		outer = text_outer_len(run->frame, run->len);
	microflow_describe(run->frame + outer, run->len - outer, frame,
			   sizeof(frame));
	printf("    ");
	text_wrap(stdout, frame, 4, true);
}

static void print_step(const struct colours *c, const struct trace_line *l,
		       const char **datapath)
{
	size_t len = strlen(l->stage);
	bool is_drop = l->step.what == TRACE_DROP;

	if (!*datapath || strcmp(*datapath, l->datapath))
		printf("  %s%s%s\n", c->heading,
		       l->datapath[0] ? clean(l->datapath).s :
					"outside of the logical network",
		       c->off);
	*datapath = l->datapath;
	printf("    %s%s%s%*s", is_drop ? c->bad : "", l->stage,
	       is_drop ? c->off : "",
	       len < STAGE_WIDTH ? (int)(STAGE_WIDTH - len) : 1, "");
	text_wrap(stdout, l->detail ? l->detail : "",
		  len < STAGE_WIDTH ? DETAIL_COLUMN : STAGE_COLUMN + len + 1,
		  false);
}

/* Where it went; NULL-safe, for outputs of any kind. */
static void output_place(const struct trace_output *o, char *text, size_t size)
{
	switch (o->kind) {
	case TRACE_TO_VIF:
		snprintf(text, size, "VIF %s", o->port);
		break;
	case TRACE_TO_LOCALNET:
		snprintf(text, size, "physical network by %s", o->port);
		break;
	case TRACE_TO_TUNNEL:
		snprintf(text, size, "Geneve to %s",
			 o->to_chassis ? o->to_chassis : "?");
		break;
	case TRACE_TO_HOST:
		snprintf(text, size, "the host's own stack");
		break;
	case TRACE_TO_DROP:
		snprintf(text, size, "drop %s%s%s", o->reason ? o->reason : "?",
			 o->port[0] ? " at " : "", o->port);
		break;
	}
	text_clean(text);
}

static void print_outputs(const struct colours *c, const struct trace_result *r,
			  size_t run)
{
	char place[2 * XOVN_NAME_LEN];
	bool is_any = false;

	for (size_t i = 0; i < r->n_outputs; i++) {
		const struct trace_output *o = &r->outputs[i];

		if (o->run != run)
			continue;
		output_place(o, place, sizeof(place));
		printf("  %s-> %s%s\n", colour_of(c, o->kind), place, c->off);
		is_any = true;
	}
	if (!is_any)
		printf("  -> nothing leaves\n");
}

/* The frame that the trace, or its answer, began with. */
static const struct trace_run *first_run(const struct trace_result *r,
					 size_t run)
{
	for (size_t i = 0; i < run; i++)
		if (r->runs[i].is_answer == r->runs[run].is_answer)
			return &r->runs[i];
	return &r->runs[run];
}

static const char *drop_words(const char *reason)
{
	for (uint32_t i = DROP_NONE + 1; reason && i < DROP_REASON_COUNT; i++)
		if (!drop_is_none(i) && !strcmp(drop_text(i)->name, reason))
			return drop_text(i)->what;
	return "";
}

static void print_fate(const struct trace_result *r,
		       const struct trace_output *o)
{
	const struct trace_run *first;
	char *change;

	printf("    ");
	if (o->kind == TRACE_TO_DROP) {
		text_wrap(stdout, drop_words(o->reason), 4, false);
		return;
	}
	first = o->run < r->n_runs ? first_run(r, o->run) : NULL;
	change = first ? text_change(first->frame, first->len, o->frame, o->len,
				     o->kind == TRACE_TO_TUNNEL) :
			 NULL;
	text_wrap(stdout, change ? change : "", 4, true);
	free(change);
}

static void print_summary(const struct colours *c, const struct trace_result *r)
{
	char place[2 * XOVN_NAME_LEN];
	size_t n = 0;

	printf("%soutputs%s\n", c->heading, c->off);
	for (size_t i = 0; i < r->n_outputs; i++) {
		const struct trace_output *o = &r->outputs[i];

		if (o->is_followed)
			continue;
		output_place(o, place, sizeof(place));
		printf("  %s%s: %s%s%s\n", colour_of(c, o->kind),
		       clean(o->chassis).s, place,
		       o->run < r->n_runs && r->runs[o->run].is_answer ?
			       " (answer)" :
			       "",
		       c->off);
		print_fate(r, o);
		n++;
	}
	if (!n)
		printf("  none\n");
}

void trace_print_text(const struct trace_result *r)
{
	struct colours c = colours_choose();

	for (size_t i = 0; i < r->n_runs; i++) {
		const char *datapath = NULL;

		print_run(&c, &r->runs[i]);
		for (size_t l = 0; l < r->n_lines; l++)
			if (r->lines[l].run == i)
				print_step(&c, &r->lines[l], &datapath);
		print_outputs(&c, r, i);
		printf("\n");
	}
	print_summary(&c, r);
}
