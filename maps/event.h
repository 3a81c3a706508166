/* SPDX-License-Identifier: GPL-2.0 */
/* Monitors: what they want, what they get. */
#ifndef XOVN_MAPS_EVENT_H
#define XOVN_MAPS_EVENT_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MONITOR_SLOTS);
	__type(key, __u32);
	__type(value, struct monitor_val);
} monitor SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MONITOR_SLOTS);
	__type(key, __u32);
	__type(value, struct monitor_cpu_val);
} monitor_cpu SEC(".maps");

struct event_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, MONITOR_SLOTS);
	__type(key, __u32);
	__array(values, struct event_ring);
} event SEC(".maps");

#endif /* XOVN_MAPS_EVENT_H */
