/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sync/: from wanted map contents to a forwarding kernel.
 *
 *   mapset.c    which maps exist, their sizes, reading them whole
 *   state.c     the pin directory: lock, layout check, open maps
 *   members.c   keeps flood members in their slots
 *   counters.c  numbers of what is counted, and the counts
 *   diff.c      present against wanted contents: ordered list of changes
 *   apply.c     capacity check, writing, chassis and tunnels
 *   apply_ahead.c    what goes on while the network is compiled
 *   apply_changes.c  the entries, many at once
 *   apply_revert.c   taking back what the kernel refuses half way
 *   purge.c, flush.c   what BPF knows of things that went
 *   limit.c     what one port may have of what all share
 *   conntrack.c reading and deleting connections;  monitor.c  events
 *   upcalls.c   packets that wait for a next hop, what was learned
 *   hops.c      where they wait;  tap.c  how they go back;  l4sum.c  whole
 *   upgrade*.c, sides.c   maps of an older layout become ours
 *   programs.c  the embedded BPF programs;  program_maps.c  their maps
 *   programs_load.c  verifying beside all else, pinning, gapless replacement
 *   hook.c      TC (TCX or clsact) and XDP at one interface
 *   attach.c    NICs;  mode.c  by XDP or TC;  bind.c  VIFs;  detach.c
 *               undoing both
 *   localnet.c  physical networks;  garp.c  their announcements
 *   underlay.c  next hops of chassis;  netlink.c, iface.c  kernel's view
 *
 * Called by cmd/; needs compile/ for the image, never the NB model.
 */
#ifndef XOVN_SYNC_MAPSET_H
#define XOVN_SYNC_MAPSET_H

#include <stddef.h>
#include <stdint.h>

#include "compile/image.h"
#include "error.h"

/* Maps that the loader knows: first the tables of an image, then these.
 * id, map name, key type, value type. */
#define OTHER_MAPS(X)                                                          \
	X(CONFIG, "config", __u32, struct config)                              \
	X(CHASSIS, "chassis", __u32, struct chassis_val)                       \
	X(TUNNEL, "tunnel", __u32, struct tunnel_val)                          \
	X(HEARD, "heard", __u32, struct heard_val)                             \
	X(LEARNED, "learned", struct neighbor_key, struct neighbor_val)        \
	X(FDB, "fdb", struct l2_key, struct fdb_val)                           \
	X(EPOCH, "epoch", __u32, struct epoch_val)                             \
	X(AFFINITY, "affinity", struct affinity_key, struct affinity_val)      \
	X(FRAG, "frag", struct frag_key, struct frag_val)                      \
	X(CT, "ct", __u32, struct ct_val)                                      \
	X(CT_INDEX, "ct_index", __u32, struct ct_bucket)                       \
	X(CT_HAND, "ct_hand", __u32, __u64)                                    \
	X(CT_TIMEOUT, "ct_timeout", __u32, struct ct_timeout_val)              \
	X(CT_SHARE, "ct_share", struct ct_share_key, struct ct_share_val)      \
	X(LIMIT, "limit", __u32, struct limit_val)                             \
	X(RATE, "rate", struct rate_key, struct rate_val)                      \
	X(CT_EVENT, "ct_event", struct ct_event_key, struct ct_event_val)      \
	X(DROP, "drop", struct drop_key, struct drop_val)                      \
	X(DROP_AT, "drop_at", struct drop_at_key, struct drop_val)             \
	X(COUNTER, "counter", __u32, struct counter_val)                       \
	X(MONITOR, "monitor", __u32, struct monitor_val)                       \
	X(MONITOR_CPU, "monitor_cpu", __u32, struct monitor_cpu_val)           \
	X(EVENT, "event", __u32, __u32)                                        \
	X(ATTACHMENT, "attachment", struct attachment_key,                     \
	  struct attachment_val)                                               \
	AGENT_MAPS(X)

/* The agent's own, which no other command reads; they come last. */
#define AGENT_MAPS(X)                                                          \
	X(UPCALL, "upcall", struct no_entry, struct no_entry)                  \
	X(UPCALL_CTL, "upcall_ctl", __u32, struct upcall_ctl)                  \
	X(UPCALL_HOP, "upcall_hop", struct neighbor_key, struct upcall_hop_val)

struct no_entry {
}; /* of a ring buffer: of 0 bytes */

enum map_id {
	MAP_IMAGE_LAST = IMAGE_TABLE_COUNT - 1,
#define X(id, name, key, val) MAP_##id,
	OTHER_MAPS(X)
#undef X
		MAP_COUNT,
	MAP_AGENT_FIRST = MAP_UPCALL,
};

struct map_definition {
	const char *name;
	uint32_t key_size;
	uint32_t val_size;
};

extern const struct map_definition map_definitions[MAP_COUNT];

#define MAX_PORTS_DEFAULT 65536
#define MAX_PORTS_LOWEST 64
#define MAX_PORTS_HIGHEST (16 * 1024 * 1024)

/* What maps are sized for (doc/maps.md has the memory this takes). */
struct map_limits {
	uint32_t max_ports; /* logical switch ports in the NB database */
	uint32_t ct_max; /* connections of this host */
	/* By enum map_id: what a map is to have instead, 0: as above. */
	const uint32_t *entries;
};

/* max_entries of a map created for these, or 0: as the BPF object declares
 * it. */
uint32_t map_max_entries(const char *name, const struct map_limits *limits);
/* The least max_ports by which an image table's map has room for n entries; 0:
 * none does. */
uint32_t map_ports_for(const char *name, uint64_t n);
/* max_entries of an open map, 0: unknown. */
uint32_t map_capacity(int fd);
/* Buckets of "ct_index" for so many records: two slots for each fill half of
 * them at most. */
uint32_t map_ct_buckets(uint32_t records);

/* Calls each() for all entries of a map that nobody else changes meanwhile;
 * a non-zero return ends the walk and is returned.  -errno. */
typedef int (*map_entry_fn)(const void *key, const void *val, void *arg);
int map_for_each(int fd, uint32_t key_size, uint32_t val_size,
		 map_entry_fn each, void *arg);

/* All entries of an image table's map. */
int map_read_table(int fd, enum image_table_id id, struct image *img);

#endif /* XOVN_SYNC_MAPSET_H */
