// SPDX-License-Identifier: GPL-2.0-only
/* The connection table as tests see it. */
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

static const char *const state_names[CT_STATE_COUNT] = {
#define X(name, timeout, is_embryonic) [CT_##name] = #name,
	XOVN_CT_STATES(X)
#undef X
};

static void ct_abort(const char *text)
{
	fprintf(stderr, "test error: bad connection \"%s\"\n", text);
	abort();
}

/* "IP[:PORT]" */
static uint16_t end_parse(char *text, uint8_t ip[4])
{
	char *colon = strchr(text, ':');

	if (colon)
		*colon++ = 0;
	ip4_parse(text, ip);
	if (colon && *colon == '$')
		return text_variable(colon + 1);
	return colon ? atoi(colon) : 0;
}

static void tuple_parse(const char *text, struct ct_tuple *t)
{
	char proto[8], src[32], dst[32];

	memset(t, 0, sizeof(*t));
	if (sscanf(text, "%7s %31[^>]>%31s", proto, src, dst) != 3)
		ct_abort(text);
	t->proto = !strcmp(proto, "tcp")  ? IPPROTO_TCP :
		   !strcmp(proto, "udp")  ? IPPROTO_UDP :
		   !strcmp(proto, "icmp") ? IPPROTO_ICMP :
		   !strcmp(proto, "sctp") ? IPPROTO_SCTP :
					    atoi(proto);
	if (!t->proto)
		ct_abort(text);
	t->sport = end_parse(src, t->src);
	t->dport = end_parse(dst, t->dst);
	if (t->proto == IPPROTO_ICMP)
		t->dport = 8; /* echo request, include/ct.h */
}

static uint32_t ct_max(void)
{
	struct bpf_map_info info = {};
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(harness_map("ct"), &info, &len))
		ct_abort("map ct");
	return info.max_entries;
}

static bool ct_read(uint32_t record, struct ct_val *val)
{
	return !bpf_map_lookup_elem(harness_map("ct"), &record, val) &&
	       val->state != CT_FREE;
}

/* The first one from record "from" on. */
static uint32_t ct_find_from(uint32_t from, const struct ct_tuple *t,
			     struct ct_val *val)
{
	for (uint32_t i = from, n = ct_max(); i < n; i++) {
		if (ct_read(i, val) && !memcmp(&val->orig, t, sizeof(*t)))
			return i;
	}
	return UINT32_MAX;
}

uint32_t ct_find(const char *tuple, struct ct_val *val)
{
	struct ct_tuple t;

	tuple_parse(tuple, &t);
	return ct_find_from(0, &t, val);
}

size_t ct_count(void)
{
	struct ct_val val;
	size_t count = 0;

	for (uint32_t i = 0, n = ct_max(); i < n; i++)
		count += ct_read(i, &val);
	return count;
}

const char *ct_check(const char *text)
{
	static char wrong[256];
	struct ct_val val, more;
	const char *tuple = strchr(text, ' ');
	enum ct_state state = CT_FREE;
	struct ct_tuple t;
	uint32_t i;

	if (!tuple)
		ct_abort(text);
	while (strncmp(state_names[state], text, tuple - text) ||
	       state_names[state][tuple - text])
		if (++state == CT_STATE_COUNT)
			ct_abort(text);
	tuple_parse(tuple, &t);
	i = ct_find_from(0, &t, &val);
	if (i == UINT32_MAX)
		return state == CT_FREE ? NULL : "no such record";
	if (ct_find_from(i + 1, &t, &more) != UINT32_MAX)
		return "two such records";
	if (val.seq & 1)
		return "odd sequence";
	if (val.state == state)
		return NULL;
	snprintf(wrong, sizeof(wrong), "it is %s",
		 val.state < CT_STATE_COUNT ? state_names[val.state] : "?");
	return wrong;
}

void ct_expire(const char *tuple)
{
	struct ct_val val;
	uint32_t i = ct_find(tuple, &val);

	if (i == UINT32_MAX)
		ct_abort(tuple);
	val.expires = 1; /* second of the monotonic clock: long ago */
	bpf_map_update_elem(harness_map("ct"), &i, &val, BPF_ANY);
}
