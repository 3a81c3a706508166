// SPDX-License-Identifier: GPL-2.0-only
#include "trace/explain.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *stage;
	explain_fn *explain;
} steps[TRACE_WHAT_COUNT] = {
#define X(name, stage, a, b, c) [TRACE_##name] = {stage, explain_##name},
	XOVN_TRACE_STEPS(X)
#undef X
};

static bool is_known(const struct trace_step_val *s)
{
	return (uint32_t)s->what < TRACE_WHAT_COUNT && steps[s->what].explain;
}

char *explain_step(const struct trace_view *v, const struct trace_step_val *s,
		   char datapath[XOVN_NAME_LEN])
{
	struct explain x = {.v = v, .s = s};
	char *text = NULL;
	size_t len;
	int err;

	datapath[0] = 0;
	if (s->datapath)
		snprintf(datapath, XOVN_NAME_LEN, "%.*s", XOVN_NAME_LEN - 1,
			 name_datapath(&x, s->datapath).s);
	x.out = open_memstream(&text, &len);
	if (!x.out)
		return NULL;
	if (is_known(s))
		steps[s->what].explain(&x);
	else
		fprintf(x.out, "step %d: %u %u %u", s->what, s->a, s->b, s->c);
	err = ferror(x.out);
	if (fclose(x.out) || err) {
		free(text);
		return NULL;
	}
	return text;
}

/* Where a switch balances load, the client's port is the zone. */
static const char *switch_stage(const struct trace_step_val *s)
{
	bool is_new = s->what == TRACE_CT_NEW;
	uint32_t zone = is_new ? s->b : s->c;

	switch (s->what) {
	case TRACE_CT_KNOWN:
	case TRACE_CT_MISS:
		if (!zone)
			return NULL;
		/* Looked for where the answer leaves to the client, too. */
		return zone == s->outport && zone != s->inport ?
			       "ls_out_pre_stateful" :
			       "ls_in_pre_stateful";
	case TRACE_CT_NEW:
		return zone ? "ls_in_stateful" : NULL;
	case TRACE_LB:
	case TRACE_LB_REFUSE:
		/* Routers have marked the flow before they balance. */
		return s->flags & FLOW_ROUTED ? NULL : "ls_in_lb";
	default:
		return NULL;
	}
}

const char *explain_stage(const struct trace_step_val *s)
{
	const char *stage;

	if (!is_known(s))
		return "unknown";
	stage = switch_stage(s);
	return stage ? stage : steps[s->what].stage;
}
