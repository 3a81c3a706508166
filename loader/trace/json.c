// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/trace.h"

/* null for what does not apply.  A name is cut where the map ends, perhaps
 * within a character: then what is not ASCII becomes '?'. */
static json_t *text_json(const char *text)
{
	json_t *json;
	char *ascii;

	if (!text || !text[0])
		return json_null();
	json = json_string(text);
	if (json)
		return json;
	ascii = strdup(text);
	for (char *c = ascii; c && *c; c++)
		if (*c & 0x80)
			*c = '?';
	json = ascii ? json_string(ascii) : NULL;
	free(ascii);
	return json ? json : json_null();
}

static json_t *frame_json(const uint8_t *frame, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = malloc(2 * len + 1);
	json_t *json;

	if (!hex)
		return json_null();
	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[frame[i] >> 4];
		hex[2 * i + 1] = digits[frame[i] & 0xf];
	}
	hex[2 * len] = 0;
	json = json_string(hex);
	free(hex);
	return json;
}

static json_t *step_json(const struct trace_line *l)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:I}", "chassis",
			 text_json(l->chassis), "datapath",
			 text_json(l->datapath), "stage", l->stage, "detail",
			 text_json(l->detail), "run", (json_int_t)l->run);
}

static const char *kind_name(enum trace_kind kind)
{
	switch (kind) {
	case TRACE_TO_VIF:
		return "vif";
	case TRACE_TO_LOCALNET:
		return "localnet";
	case TRACE_TO_TUNNEL:
		return "tunnel";
	case TRACE_TO_HOST:
		return "pass";
	case TRACE_TO_DROP:
		return "drop";
	}
	return "unknown";
}

static json_t *output_json(const struct trace_output *o)
{
	json_t *json = json_pack("{s:o, s:s, s:o, s:o, s:o, s:I}", "chassis",
				 text_json(o->chassis), "kind",
				 kind_name(o->kind), "port", text_json(o->port),
				 "reason", text_json(o->reason), "packet",
				 frame_json(o->frame, o->len), "run",
				 (json_int_t)o->run);

	if (json && o->kind == TRACE_TO_TUNNEL)
		json_object_set_new(json, "to", text_json(o->to_chassis));
	return json;
}

static json_t *run_json(const struct trace_run *r)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:b}", "chassis",
			 text_json(r->chassis), "hook", r->hook, "port",
			 text_json(r->port), "packet",
			 frame_json(r->frame, r->len), "answer", r->is_answer);
}

void trace_print_json(const struct trace_result *r)
{
	json_t *steps = json_array(), *outputs = json_array(),
	       *runs = json_array();
	json_t *root;

	for (size_t i = 0; i < r->n_lines; i++)
		json_array_append_new(steps, step_json(&r->lines[i]));
	for (size_t i = 0; i < r->n_outputs; i++)
		if (!r->outputs[i].is_followed)
			json_array_append_new(outputs,
					      output_json(&r->outputs[i]));
	for (size_t i = 0; i < r->n_runs; i++)
		json_array_append_new(runs, run_json(&r->runs[i]));
	root = json_pack("{s:o, s:o, s:o}", "steps", steps, "outputs", outputs,
			 "runs", runs);
	if (root) {
		json_dumpf(root, stdout, JSON_INDENT(2));
		printf("\n");
	}
	json_decref(root);
}
