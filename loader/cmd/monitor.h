/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xovn monitor: events in words.
 *
 *   monitor.c         options; the loop over sync/monitor.h
 *   monitor_names.c   what keys are called
 *   monitor_text.c    an event as a line, as JSON, as a comment
 *   pcapng.c          as a packet in a file
 */
#ifndef XOVN_CMD_MONITOR_H
#define XOVN_CMD_MONITOR_H

#include <jansson.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "maps.h"
#include "sync/state.h"

/* "": unknown, none. */
struct event_names {
	char datapath[XOVN_NAME_LEN]; /* of event.datapath, port, ... */
	char port[XOVN_NAME_LEN];
	char in_datapath[XOVN_NAME_LEN];
	char in_port[XOVN_NAME_LEN];
	char interface[IF_NAMESIZE]; /* it came in by */
};

void event_names_find(const struct state *s, const struct event *event,
		      struct event_names *names);
/* Keys of a logical switch port, or else router port, by its name.
 * -ENOENT. */
int monitor_port_find(const struct state *s, const char *name,
		      struct port_key *key, struct error *e);

/* By name, in any case, with or without DROP_.  -ENOENT. */
int drop_reason_find(const char *name, enum drop_reason *reason,
		     struct error *e);

#define EVENT_COMMENT_MAX 1536
#define EVENT_LINE_MAX 3072

/* time: nanoseconds since 1970. */

/* What happened, and where: "drop PORT_SEC_IN at ls1 port ls1-vm1: ...". */
void event_comment(char *text, size_t size, const struct event *event,
		   const struct event_names *names);
/* With the time, the interface and the packet, no newline. */
void event_line(char *line, size_t size, const struct event *event,
		uint64_t time, const struct event_names *names);
json_t *event_json(const struct event *event, uint64_t time,
		   const struct event_names *names);

#endif /* XOVN_CMD_MONITOR_H */
