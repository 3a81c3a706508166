/* SPDX-License-Identifier: GPL-2.0 */
/* Drop counters. */
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

#endif /* XOVN_MAPS_STATS_H */
