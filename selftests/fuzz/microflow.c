// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets as people write them, for libFuzzer: an input is a microflow, or
 * from the letter x on hex digits.  A frame that comes of it can be described
 * and answered, and so can the answer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/input.h"
#include "trace/microflow.h"

static void frame_check(const struct microflow *m)
{
	/* a copy of its own size: a byte behind it is another's */
	uint8_t *frame = malloc(m->len);
	char line[512], cut[24];

	require(frame);
	memcpy(frame, m->frame, m->len);
	microflow_describe(frame, m->len, line, sizeof(line));
	require(*line && !strpbrk(line, "\n\x1b"));
	microflow_describe(frame, m->len, cut, sizeof(cut));
	require(strlen(cut) < sizeof(cut));
	free(frame);
}

static void answer_check(const struct microflow *m, unsigned int depth)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
	static const uint8_t all_nodes[6] = {0x33, 0x33, [5] = 1};
	uint8_t *frame = malloc(m->len);
	struct error e = {""};
	struct microflow answer;
	int err;

	require(frame);
	memcpy(frame, m->frame, m->len);
	err = microflow_answer(frame, m->len, mac, &answer, &e);
	free(frame);
	if (err) {
		require(err == -ENOENT);
		error_require(&e);
		return;
	}
	require(answer.len >= 14 && answer.len <= MICROFLOW_FRAME_MAX);
	/* an advertisement to who has no address yet goes to all nodes
	 * (RFC 4861, 7.2.4) */
	require(!memcmp(answer.frame, m->frame + 6, 6) ||
		!memcmp(answer.frame, all_nodes, 6));
	frame_check(&answer);
	if (depth)
		answer_check(&answer, depth - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct error e = {""};
	struct microflow m;
	int err;

	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	err = *text == 'x' ? microflow_parse_hex(text + 1, &m, &e) :
			     microflow_parse(text, &m, &e);
	if (err) {
		require(err == -EINVAL);
		error_require(&e);
	} else {
		require(m.len >= 14 && m.len <= MICROFLOW_FRAME_MAX);
		frame_check(&m);
		answer_check(&m, 2);
	}
	free(text);
	return 0;
}
