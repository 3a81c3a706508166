/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xovn stats: what this host has counted, with names.  cmd_stats() collects
 * it and has one view of it printed.
 *
 *   stats.c             options, which view is wanted
 *   stats_collect.c, stats_rules.c      struct stats from the maps
 *   stats_sort.c        its order, and rates
 *   stats_drops.c, stats_places.c, stats_ports.c, stats_pipeline.c,
 *   stats_ct.c, stats_maps.c            one view each, text and JSON
 *   stats_prometheus.c  all of it in Prometheus' text format
 */
#ifndef XOVN_CMD_STATS_H
#define XOVN_CMD_STATS_H

#include <bpf/bpf.h>
#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compile/image.h"
#include "error.h"
#include "maps.h"
#include "sync/state.h"

#define STATS_NAME_LEN (XOVN_NAME_LEN + 16)

/* A logical switch or router. */
struct stats_datapath {
	uint32_t key;
	enum datapath_kind kind;
	/* With "#KEY" where several bear one name, as OVN lets them. */
	char name[STATS_NAME_LEN];
	struct counter_val routed; /* routers: the sum of their routes */
	struct drop_val drops; /* there */
};

/* A VIF or localnet port of this host. */
struct stats_port {
	struct port_key key;
	enum port_kind kind;
	const char *name;
	const struct stats_datapath *datapath;
	char ifname[IF_NAMESIZE]; /* "": none */
	bool is_counted; /* false: no number was left for it */
	struct counter_val in, out; /* from and to the guest or network */
	struct drop_val drop_in; /* of what came in by it */
	struct drop_val drop_out; /* of what was to leave by it */
};

struct stats_route {
	const struct stats_datapath *router;
	const char *port; /* LRP it leaves by */
	enum route_kind kind; /* ROUTE_CONNECTED or ROUTE_STATIC */
	uint32_t table;
	bool is_by_source, is_ecmp; /* a member of a group */
	uint8_t ip[4]; /* of the prefix */
	uint32_t plen;
	uint8_t nexthop[4]; /* ROUTE_STATIC */
	bool is_counted;
	struct counter_val counter;
};

struct stats_nat {
	const struct stats_datapath *router;
	bool is_snat; /* else by destination; dnat_and_snat is one of each */
	uint8_t external_ip[4], logical_ip[4];
	uint32_t logical_plen;
	bool is_counted;
	struct counter_val counter[COUNTER_RULE_SIZE];
};

struct stats_vip {
	const struct stats_datapath *datapath;
	const char *name; /* of the load balancer */
	uint8_t ip[4];
	uint16_t port; /* 0: any */
	uint8_t proto; /* 0: any */
	bool is_counted;
	struct counter_val counter[COUNTER_RULE_SIZE];
};

struct stats_chassis {
	uint32_t index;
	struct chassis_val val;
	struct counter_val tx, rx; /* Geneve */
};

/* Where packets were dropped.  Names are NULL where there is none. */
struct stats_place {
	struct drop_at_key key;
	const char *datapath, *port, *in_datapath, *in_port;
	struct drop_val val;
	double rate; /* packets per second, see stats_rate() */
};

struct stats_ct {
	uint64_t event[CT_EVENT_COUNT];
	uint32_t in_use[CT_STATE_COUNT];
	uint32_t timeout[CT_STATE_COUNT]; /* seconds */
	uint32_t n_in_use, capacity;
};

enum stats_part {
	STATS_DROPS = 1 << 0, /* by reason */
	STATS_PLACES = 1 << 1, /* drops by place; datapaths' drops */
	STATS_PORTS = 1 << 2, /* with STATS_PLACES: and their drops */
	STATS_PIPELINE = 1 << 3, /* routers, routes, NAT, VIPs, chassis */
	STATS_CT = 1 << 4,
	STATS_ALL = (1 << 5) - 1,
};

/* What was counted, each array sorted as it is shown. */
struct stats {
	struct image img; /* the tables that names come from */
	struct counter_val *counter; /* map "counter" */
	size_t n_counters;
	double time; /* CLOCK_MONOTONIC, seconds */

	struct stats_datapath *datapaths; /* sorted by key */
	size_t n_datapaths;
	struct drop_val drop[DROP_REASON_COUNT];
	double drop_rate[DROP_REASON_COUNT]; /* see stats_rate() */
	struct stats_place *places;
	size_t n_places;
	struct stats_port *ports;
	size_t n_ports;
	struct stats_route *routes;
	size_t n_routes;
	struct stats_nat *nats;
	size_t n_nats;
	struct stats_vip *vips;
	size_t n_vips;
	struct stats_chassis *chassis; /* without this host */
	size_t n_chassis;
	/* Packets whose address was not learned; they went on. */
	struct counter_val learn_refused;
	struct stats_ct ct;
};

/* Reads the parts (enum stats_part) wanted.  0, or -errno with e filled and
 * nothing to free. */
int stats_collect(const struct state *s, unsigned int parts, struct stats *st,
		  struct error *e);
void stats_free(struct stats *st);
/* Each array as it is shown. */
void stats_sort(struct stats *st);
int stats_ct_collect(const struct state *s, struct stats_ct *ct,
		     struct error *e);

/* Packets per second of drops, from those of an earlier stats_collect(), whose
 * places it sorts by key. */
void stats_rate(struct stats *now, struct stats *before);

/* Names of what happens to connections, and what their list says of it. */
struct ct_event_text {
	const char *name, *what;
};
extern const struct ct_event_text ct_event_texts[CT_EVENT_COUNT];

/* How the user wants it. */
struct stats_view {
	bool as_json;
	bool all; /* reasons that nothing was dropped for, too */
	bool has_rate;
	bool by_place, by_datapath; /* else by reason */
	const char *port, *datapath; /* only these; NULL: all */
};

/* To stdout. */
void stats_drops_print(const struct stats *st, const struct stats_view *v);
int stats_places_print(const struct stats *st, const struct stats_view *v,
		       struct error *e);
void stats_ports_print(const struct stats *st, const struct stats_view *v);
void stats_pipeline_print(const struct stats *st, bool as_json);
void stats_ct_print(const struct stats_ct *ct, bool as_json);
void stats_json_print(json_t *root); /* takes the reference */

/* How full a map is. */
struct stats_map {
	const char *name;
	enum bpf_map_type type;
	bool has_entries; /* false: an array whose entries are all there */
	bool warns; /* it is no good when it is full */
	uint64_t entries, capacity;
	uint64_t bytes; /* of memory, as the kernel says; 0: it does not */
};

#define STATS_MAP_FULL 80 /* percent, from which on stats and load warn */

/* img: what the image's tables hold at present, or NULL: to be read. */
int stats_maps_collect(const struct state *s, const struct image *img,
		       struct stats_map list[MAP_COUNT], struct error *e);
/* One line each on stderr for those that are nearly full; how many. */
size_t stats_maps_warn(const struct stats_map list[MAP_COUNT]);
bool stats_map_is_full(const struct stats_map *m);
int stats_maps(const struct state *s, bool as_json, struct error *e);

/* All of it as Prometheus' text exposition format (version 0.0.4), to stdout,
 * or into a file that a reader finds whole or not at all. */
int stats_prometheus(const struct state *s, const char *file, struct error *e);

bool stats_datapath_matches(const struct stats *st, uint32_t key,
			    const char *name);
json_t *stats_json_counter(struct counter_val val);

#endif /* XOVN_CMD_STATS_H */
