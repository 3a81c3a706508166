/* SPDX-License-Identifier: GPL-2.0 */
/* What xovn trace reads; made for it alone. */
#ifndef XOVN_MAPS_TRACE_H
#define XOVN_MAPS_TRACE_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TRACE_STEPS_MAX);
	__type(key, __u32);
	__type(value, struct trace_step_val);
} trace_step SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TRACE_PACKETS_MAX);
	__type(key, __u32);
	__type(value, struct trace_packet_val);
} trace_packet SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_count_val);
} trace_count SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct trace_mtu_val);
} trace_mtu SEC(".maps");

#endif /* XOVN_MAPS_TRACE_H */
