/* SPDX-License-Identifier: GPL-2.0 */
/* Counters: drops, and packets by what they passed. */
#ifndef XOVN_MAPS_STATS_H
#define XOVN_MAPS_STATS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, struct drop_key);
	__type(value, struct drop_val);
} drop SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct drop_at_key);
	__type(value, struct drop_val);
} drop_at SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTER_FIRST + 65536);
	__type(key, __u32);
	__type(value, struct counter_val);
} counter SEC(".maps");

#endif /* XOVN_MAPS_STATS_H */
