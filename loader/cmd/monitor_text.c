// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/monitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cmd/ct.h"
#include "drop_text.h"
#include "trace/microflow.h"
#include "wire.h"

#define NS 1000000000ull
#define TUPLES_MAX 256
#define FRAME_MAX (ETH_HLEN + 65535)
#define OUTER_MIN (ENCAP_LEN - 8) /* without options */
/* The longest headers that are usual: an ICMP error with what it quotes,
 * neighbor discovery with its option. */
#define HEADERS_IP4 (ETH_HLEN + 20 + 8 + 20 + 8)
#define HEADERS_IP6 (ETH_HLEN + 40 + 24 + 8)

static const char *const kinds[EVENT_KIND_COUNT] = {
	[EVENT_DROP] = "drop",
	[EVENT_NEW_CONNECTION] = "new-connection",
	[EVENT_PUNT] = "punt",
};

int drop_reason_find(const char *name, enum drop_reason *reason,
		     struct error *e)
{
	const char *bare = name;

	if (!strncasecmp(bare, "DROP_", strlen("DROP_")))
		bare += strlen("DROP_");
	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++) {
		if (drop_is_none(i) || strcasecmp(bare, drop_text(i)->name))
			continue;
		*reason = i;
		return 0;
	}
	return error_set(e, ENOENT,
			 "--reason %s: no drop reason of that name; xovn stats "
			 "drops --all lists them",
			 name);
}

static const char *kind_name(const struct event *event)
{
	return event->kind < EVENT_KIND_COUNT && kinds[event->kind] ?
		       kinds[event->kind] :
		       "unknown event";
}

struct text {
	char *at;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t,
						      const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->at, t->size, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= t->size)
		n = t->size - 1;
	t->at += n;
	t->size -= n;
}

static void add_port(struct text *t, const char *name, __u32 key)
{
	if (name[0])
		add(t, "%s", name);
	else
		add(t, "%u", key);
}

static void add_place(struct text *t, const struct event *event,
		      const struct event_names *names)
{
	if (event->datapath) {
		add(t, " at ");
		add_port(t, names->datapath, event->datapath);
	}
	if (event->port) {
		add(t, " port ");
		add_port(t, names->port, event->port);
	}
	if (!event->in_port || (event->in_datapath == event->datapath &&
				event->in_port == event->port))
		return;
	add(t, ", in by ");
	add_port(t, names->in_port, event->in_port);
}

static void add_what(struct text *t, const struct event *event)
{
	char ip[INET_ADDRSTRLEN], tuples[TUPLES_MAX];

	switch (event->kind) {
	case EVENT_DROP:
		if (event->reason && event->reason < DROP_REASON_COUNT)
			add(t, ": %s", drop_text(event->reason)->what);
		return;
	case EVENT_NEW_CONNECTION:
		ct_format_tuples(tuples, sizeof(tuples), &event->orig,
				 &event->reply);
		add(t, ": %s", tuples);
		return;
	case EVENT_PUNT:
		inet_ntop(AF_INET, event->next_hop, ip, sizeof(ip));
		add(t, ": next hop %s has no known MAC, asked for", ip);
		return;
	default:
		return;
	}
}

static void add_kind(struct text *t, const struct event *event)
{
	add(t, "%s", kind_name(event));
	if (event->kind == EVENT_DROP)
		add(t, " %s", drop_text(event->reason)->name);
}

void event_comment(char *text, size_t size, const struct event *event,
		   const struct event_names *names)
{
	struct text t = {text, size};

	add_kind(&t, event);
	add_place(&t, event, names);
	add_what(&t, event);
}

static __u32 head_len(const struct event *event)
{
	return event->captured < EVENT_HEAD_MAX ? event->captured :
						  EVENT_HEAD_MAX;
}

static bool has_headers(const uint8_t *frame, __u32 len)
{
	static const uint8_t ip6[] = {ETH_P_IPV6 >> 8, ETH_P_IPV6 & 0xff};
	bool is_ip6 = !memcmp(frame + 2 * ETH_ALEN, ip6, sizeof(ip6));

	return len >= (is_ip6 ? HEADERS_IP6 : HEADERS_IP4);
}

/*
 * The inner frame, where all of what is around it is there.  What was not
 * captured stands there as zeros, or a packet would seem to contradict its
 * lengths; that is payload if the headers are there.
 */
static void describe(const struct event *event, char *text, size_t size)
{
	static uint8_t frame[FRAME_MAX];
	__u32 len = head_len(event), outer = event->outer_len, whole;
	struct text t = {text, size};

	/* XDP has a tag there, too: that is no frame in a frame. */
	if (outer < OUTER_MIN || outer >= len)
		outer = 0;
	if (outer)
		add(&t, "Geneve, ");
	len -= outer;
	memset(frame, 0, sizeof(frame));
	memcpy(frame, event->head + outer, len);
	whole = event->len > outer ? event->len - outer : 0;
	if (whole > FRAME_MAX)
		whole = FRAME_MAX;
	if (whole > len && has_headers(frame, len))
		len = whole;
	microflow_describe(frame, len, t.at, t.size);
	if (len >= whole)
		return;
	t.size -= strlen(t.at);
	t.at += strlen(t.at);
	add(&t, ", %u bytes of %u", len, whole);
}

void event_line(char *line, size_t size, const struct event *event,
		uint64_t time, const struct event_names *names)
{
	struct text t = {line, size};
	char packet[1024], clock[16];
	time_t seconds = time / NS;
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%T", &tm);
	add(&t, "%s.%06u ", clock, (unsigned int)(time % NS / 1000));
	add_kind(&t, event);
	add_place(&t, event, names);
	if (names->interface[0])
		add(&t, " on %s", names->interface);
	add_what(&t, event);
	describe(event, packet, sizeof(packet));
	add(&t, "; %s", packet);
	text_clean(line);
}

static json_t *name_json(const char *name)
{
	return name[0] ? json_string(name) : json_null();
}

static void set_place(json_t *o, const struct event *event,
		      const struct event_names *names)
{
	json_object_set_new(o, "datapath", name_json(names->datapath));
	json_object_set_new(o, "datapath_key", json_integer(event->datapath));
	json_object_set_new(o, "port", name_json(names->port));
	json_object_set_new(o, "port_key", json_integer(event->port));
	json_object_set_new(o, "in_datapath", name_json(names->in_datapath));
	json_object_set_new(o, "in_datapath_key",
			    json_integer(event->in_datapath));
	json_object_set_new(o, "in_port", name_json(names->in_port));
	json_object_set_new(o, "in_port_key", json_integer(event->in_port));
	json_object_set_new(o, "interface", name_json(names->interface));
	json_object_set_new(o, "ifindex", json_integer(event->ifindex));
}

static void set_packet(json_t *o, const struct event *event)
{
	char hex[2 * EVENT_HEAD_MAX + 1] = "", packet[1024];
	__u32 len = head_len(event);

	for (__u32 i = 0; i < len; i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", event->head[i]);
	describe(event, packet, sizeof(packet));
	json_object_set_new(o, "length", json_integer(event->len));
	json_object_set_new(o, "captured", json_integer(len));
	json_object_set_new(o, "outer_length", json_integer(event->outer_len));
	json_object_set_new(o, "packet", json_string(hex));
	json_object_set_new(o, "description", json_string(packet));
}

static void set_what(json_t *o, const struct event *event)
{
	char ip[INET_ADDRSTRLEN];

	switch (event->kind) {
	case EVENT_DROP:
		json_object_set_new(
			o, "reason",
			json_string(drop_text(event->reason)->name));
		if (!event->reason || event->reason >= DROP_REASON_COUNT)
			return;
		json_object_set_new(
			o, "explanation",
			json_string(drop_text(event->reason)->what));
		json_object_set_new(
			o, "look_at",
			json_string(drop_text(event->reason)->where));
		return;
	case EVENT_NEW_CONNECTION:
		json_object_update_new(o, ct_tuples_json(&event->orig,
							 &event->reply));
		return;
	case EVENT_PUNT:
		inet_ntop(AF_INET, event->next_hop, ip, sizeof(ip));
		json_object_set_new(o, "next_hop", json_string(ip));
		return;
	default:
		return;
	}
}

json_t *event_json(const struct event *event, uint64_t time,
		   const struct event_names *names)
{
	time_t seconds = time / NS;
	char date[32], stamp[48];
	json_t *o = json_object();
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%FT%T", &tm);
	snprintf(stamp, sizeof(stamp), "%s.%09uZ", date,
		 (unsigned int)(time % NS));
	json_object_set_new(o, "time", json_string(stamp));
	json_object_set_new(o, "event", json_string(kind_name(event)));
	set_what(o, event);
	set_place(o, event, names);
	set_packet(o, event);
	return o;
}
