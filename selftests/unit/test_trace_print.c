// SPDX-License-Identifier: GPL-2.0-only
/* What xovn trace prints of a result, for people and for programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "trace/microflow.h"
#include "trace/text.h"
#include "trace/trace.h"

#define FLOW                                                                   \
	"eth.src == 02:00:00:00:00:01 && eth.dst == 02:00:00:00:00:02 && "     \
	"ip4.src == 10.0.0.1 && ip4.dst == 10.0.0.2 && "                       \
	"udp.src == 1000 && udp.dst == 53 && ip.ttl == "

static struct microflow came, left, answer;

static struct trace_run runs[3];
static struct trace_line lines[] = {
	{.chassis = "node2",
	 .datapath = "ls1",
	 .stage = "ls_in_check_port_sec",
	 .detail = "from VIF vm1"},
	{.chassis = "node2",
	 .datapath = "ls1",
	 .stage = "ls_in_l2_lkup",
	 .detail = "eth.dst 02:00:00:00:00:02 is router port ls1-router1, to "
		   "router1-ls1 of router1, which is of more words than fit"},
	{.chassis = "node2",
	 .datapath = "router1",
	 .stage = "lr_in_admission",
	 .detail = "eth.dst 02:00:00:00:00:02 is router1-ls1"},
	{.chassis = "node3",
	 .datapath = "ls2",
	 .stage = "output",
	 .detail = "to VIF vm2",
	 .run = 1},
	{.chassis = "node3",
	 .stage = "drop",
	 .detail = "VLAN_TAGGED: 802.1Q tag",
	 .step.what = TRACE_DROP,
	 .run = 2},
};
static struct trace_output outputs[4];

static struct trace_result result_make(void)
{
	struct error e;

	assert_int_equal(0, microflow_parse(FLOW "64", &came, &e));
	assert_int_equal(0, microflow_parse(FLOW "63", &left, &e));
	assert_int_equal(0, microflow_parse("arp && arp.tpa == 10.0.0.9",
					    &answer, &e));
	runs[0] = (struct trace_run){.chassis = "node2",
				     .hook = "vif",
				     .port = "vm1",
				     .frame = came.frame,
				     .len = came.len};
	runs[1] = (struct trace_run){.chassis = "node3",
				     .hook = "underlay",
				     .port = "node2",
				     .frame = left.frame,
				     .len = left.len};
	runs[2] = (struct trace_run){.chassis = "node3",
				     .hook = "localnet",
				     .port = "phyNet",
				     .is_answer = true,
				     .frame = answer.frame,
				     .len = answer.len};
	outputs[0] = (struct trace_output){.kind = TRACE_TO_TUNNEL,
					   .chassis = "node2",
					   .to_chassis = "node3",
					   .frame = left.frame,
					   .len = left.len,
					   .is_followed = true};
	outputs[1] = (struct trace_output){.kind = TRACE_TO_TUNNEL,
					   .chassis = "node2",
					   .to_chassis = "node1",
					   .frame = answer.frame,
					   .len = answer.len};
	outputs[2] = (struct trace_output){.kind = TRACE_TO_VIF,
					   .chassis = "node3",
					   .port = "vm2",
					   .frame = left.frame,
					   .len = left.len,
					   .run = 1};
	outputs[3] = (struct trace_output){.kind = TRACE_TO_DROP,
					   .chassis = "node3",
					   .port = "phys",
					   .reason = "VLAN_TAGGED",
					   .frame = answer.frame,
					   .len = answer.len,
					   .run = 2};
	return (struct trace_result){.runs = runs,
				     .n_runs = 3,
				     .lines = lines,
				     .n_lines =
					     sizeof(lines) / sizeof(lines[0]),
				     .outputs = outputs,
				     .n_outputs = 4};
}

/* What the function prints, to be freed. */
static char *printed(void (*print)(const struct trace_result *r))
{
	struct trace_result r = result_make();
	FILE *before = stdout;
	char *text;
	size_t len;

	stdout = open_memstream(&text, &len);
	print(&r);
	fclose(stdout);
	stdout = before;
	return text;
}

static void test_text(void **state)
{
	static const char wanted[] =
		"node2: from VIF vm1\n"
		"    udp,eth.src=02:00:00:00:00:01,eth.dst=02:00:00:00:00:02,"
		"ip4.src=10.0.0.1,ip4.dst=10.0.0.2,ip.ttl=64,\n"
		"    udp.src=1000,udp.dst=53,len=42\n"
		"  ls1\n"
		"    ls_in_check_port_sec   from VIF vm1\n"
		"    ls_in_l2_lkup          eth.dst 02:00:00:00:00:02 is router "
		"port ls1-router1, to router1-ls1 of router1,\n"
		"                           which is of more words than fit\n"
		"  router1\n"
		"    lr_in_admission        eth.dst 02:00:00:00:00:02 is "
		"router1-ls1\n"
		"  -> Geneve to node3\n"
		"  -> Geneve to node1\n"
		"\n"
		"node3: by Geneve from node2\n"
		"    udp,eth.src=02:00:00:00:00:01,eth.dst=02:00:00:00:00:02,"
		"ip4.src=10.0.0.1,ip4.dst=10.0.0.2,ip.ttl=63,\n"
		"    udp.src=1000,udp.dst=53,len=42\n"
		"  ls2\n"
		"    output                 to VIF vm2\n"
		"  -> VIF vm2\n"
		"\n"
		"answer, node3: from physical network phyNet\n"
		"    arp,eth.src=00:00:00:00:00:00,eth.dst=00:00:00:00:00:00,"
		"arp.op=1,arp.spa=0.0.0.0,arp.tpa=10.0.0.9,\n"
		"    arp.sha=00:00:00:00:00:00,arp.tha=00:00:00:00:00:00,"
		"len=42\n"
		"  outside of the logical network\n"
		"    drop                   VLAN_TAGGED: 802.1Q tag\n"
		"  -> drop VLAN_TAGGED at phys\n"
		"\n"
		"outputs\n"
		"  node2: Geneve to node1\n"
		"    now arp,eth.src=00:00:00:00:00:00,"
		"eth.dst=00:00:00:00:00:00,arp.op=1,arp.spa=0.0.0.0,"
		"arp.tpa=10.0.0.9,\n"
		"    arp.sha=00:00:00:00:00:00,arp.tha=00:00:00:00:00:00,"
		"len=42\n"
		"  node3: VIF vm2\n"
		"    ip.ttl 64 -> 63\n"
		"  node3: drop VLAN_TAGGED at phys (answer)\n"
		"    802.1Q tag; OVN admits untagged frames only\n";
	char *text = printed(trace_print_text);

	(void)state;
	assert_string_equal(wanted, text);
	free(text);
}

static json_t *member(const json_t *root, const char *list, size_t i,
		      const char *name)
{
	json_t *item = json_array_get(json_object_get(root, list), i);
	json_t *value = json_object_get(item, name);

	if (!value)
		fail_msg("no %s in %s %zu", name, list, i);
	return value;
}

static void assert_member(const json_t *root, const char *list, size_t i,
			  const char *name, const char *wanted)
{
	const json_t *value = member(root, list, i, name);

	if (wanted)
		assert_string_equal(wanted, json_string_value(value));
	else
		assert_true(json_is_null(value));
}

static void assert_frame(const json_t *root, const char *list, size_t i,
			 const struct microflow *wanted)
{
	struct microflow m;
	struct error e;

	assert_int_equal(
		0, microflow_parse_hex(
			   json_string_value(member(root, list, i, "packet")),
			   &m, &e));
	assert_int_equal(wanted->len, m.len);
	assert_memory_equal(wanted->frame, m.frame, m.len);
}

/* What doc/man/xovn-trace.8.scd promises, and more. */
static void test_json(void **state)
{
	char *text = printed(trace_print_json);
	json_error_t error;
	json_t *root = json_loads(text, 0, &error);

	(void)state;
	assert_non_null(root);
	assert_int_equal(5, json_array_size(json_object_get(root, "steps")));
	assert_member(root, "steps", 3, "chassis", "node3");
	assert_member(root, "steps", 3, "datapath", "ls2");
	assert_member(root, "steps", 3, "stage", "output");
	assert_member(root, "steps", 3, "detail", "to VIF vm2");
	assert_int_equal(1,
			 json_integer_value(member(root, "steps", 3, "run")));
	assert_member(root, "steps", 4, "datapath", NULL);

	/* Without the copy that the trace went on with. */
	assert_int_equal(3, json_array_size(json_object_get(root, "outputs")));
	assert_member(root, "outputs", 0, "kind", "tunnel");
	assert_member(root, "outputs", 0, "to", "node1");
	assert_member(root, "outputs", 0, "port", NULL);
	assert_frame(root, "outputs", 0, &answer);
	assert_member(root, "outputs", 1, "chassis", "node3");
	assert_member(root, "outputs", 1, "kind", "vif");
	assert_member(root, "outputs", 1, "port", "vm2");
	assert_member(root, "outputs", 1, "reason", NULL);
	assert_frame(root, "outputs", 1, &left);
	assert_int_equal(1,
			 json_integer_value(member(root, "outputs", 1, "run")));
	assert_member(root, "outputs", 2, "kind", "drop");
	assert_member(root, "outputs", 2, "reason", "VLAN_TAGGED");

	assert_int_equal(3, json_array_size(json_object_get(root, "runs")));
	assert_member(root, "runs", 0, "chassis", "node2");
	assert_member(root, "runs", 0, "hook", "vif");
	assert_member(root, "runs", 0, "port", "vm1");
	assert_frame(root, "runs", 0, &came);
	assert_true(json_is_false(member(root, "runs", 1, "answer")));
	assert_true(json_is_true(member(root, "runs", 2, "answer")));
	json_decref(root);
	free(text);
}

/* A name that the map cuts within a character leaves its line valid. */
static void test_json_bad_utf8(void **state)
{
	char *before = lines[0].detail, *text;
	char name[] = "from VIF vm\xc3";
	json_error_t error;
	json_t *root;

	(void)state;
	lines[0].detail = name;
	text = printed(trace_print_json);
	lines[0].detail = before;
	root = json_loads(text, 0, &error);
	assert_non_null(root);
	assert_member(root, "steps", 0, "detail", "from VIF vm?");
	json_decref(root);
	free(text);
}

static void assert_change(const struct microflow *before,
			  const struct microflow *after, const char *wanted)
{
	char *text = text_change(before->frame, before->len, after->frame,
				 after->len, false);

	assert_string_equal(wanted, text);
	free(text);
}

static void test_change(void **state)
{
	static const uint8_t outer[] = {
		2,    0,    0,	  0,	0,    9,    2,	  0,	0, 0,
		0,    8,    0x08, 0x00, 0x45, 0,    0,	  92,	0, 0,
		0x40, 0,    64,	  17,	0,    0,    192,  0,	2, 1,
		192,  0,    2,	  2,	0x12, 0x34, 0x17, 0xc1, 0, 72,
		0,    0,    2,	  0x40, 0x65, 0x58, 0,	  0,	1, 0,
		0x01, 0x02, 0x80, 1,	0,    1,    0,	  2,
	};
	struct microflow m, longer;
	struct error e;
	char *text;

	(void)state;
	(void)result_make();
	assert_change(&came, &came, "unchanged");
	assert_change(&came, &left, "ip.ttl 64 -> 63");
	assert_int_equal(
		0, microflow_parse("eth.src == 02:00:00:00:00:03 && "
				   "eth.dst == 02:00:00:00:00:02 && "
				   "ip4.src == 192.0.2.7 && "
				   "ip4.dst == 10.0.0.2 && udp.src == 1000 && "
				   "udp.dst == 53 && ip.ttl == 62",
				   &m, &e));
	assert_change(&came, &m,
		      "eth.src 02:00:00:00:00:01 -> 02:00:00:00:00:03, "
		      "ip4.src 10.0.0.1 -> 192.0.2.7, ip.ttl 64 -> 62");
	m = came;
	m.frame[m.len++] = 1;
	assert_change(&came, &m, "len 42 -> 43");
	m = came;
	m.frame[18]++; /* ip.id */
	m.frame[20] = 0x40; /* ip.df */
	text = text_change(came.frame, came.len, m.frame, m.len, false);
	assert_string_not_equal("unchanged", text);
	free(text);

	/* What a tunnel puts in front does not count. */
	memcpy(longer.frame, outer, sizeof(outer));
	memcpy(longer.frame + sizeof(outer), left.frame, left.len);
	longer.len = sizeof(outer) + left.len;
	text = text_change(came.frame, came.len, longer.frame, longer.len,
			   true);
	assert_string_equal("ip.ttl 64 -> 63", text);
	free(text);
	for (size_t len = 0; len < longer.len; len++)
		free(text_change(came.frame, came.len, longer.frame, len,
				 true));
}

static char *wrapped(const char *text, size_t column, bool is_list)
{
	char *result;
	size_t len;
	FILE *out = open_memstream(&result, &len);

	text_wrap(out, text, column, is_list);
	fclose(out);
	return result;
}

static void test_wrap(void **state)
{
	char text[1000], word[301];
	char *result;

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = 0;
	result = wrapped("", 4, false);
	assert_string_equal("\n", result);
	free(result);
	/* A word that fits nowhere stays whole. */
	snprintf(text, sizeof(text), "a %s b", word);
	result = wrapped(text, 4, false);
	snprintf(text, sizeof(text), "a\n    %s\n    b\n", word);
	assert_string_equal(text, result);
	free(result);
	/* Exactly as long as fits, and one more. */
	snprintf(text, sizeof(text), "%.*s", TEXT_COLUMNS - 4, word);
	result = wrapped(text, 4, false);
	assert_int_equal(TEXT_COLUMNS - 4 + 1, strlen(result));
	free(result);
	snprintf(text, sizeof(text), "%.*s y", TEXT_COLUMNS - 5, word);
	result = wrapped(text, 4, false);
	assert_string_equal("\n    y\n", result + TEXT_COLUMNS - 5);
	free(result);
	/* Of a list's items none is torn apart. */
	snprintf(text, sizeof(text), "b 1 -> 2, a %.*s", TEXT_COLUMNS - 9,
		 word);
	result = wrapped(text, 4, true);
	assert_memory_equal("b 1 -> 2,\n    a xxx", result, 19);
	free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_bad_utf8),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
