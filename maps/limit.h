/* SPDX-License-Identifier: GPL-2.0 */
/* What one port may have of what all share. */
#ifndef XOVN_MAPS_LIMIT_H
#define XOVN_MAPS_LIMIT_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct limit_val);
} limit SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct rate_key);
	__type(value, struct rate_val);
} rate SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct ct_share_key);
	__type(value, struct ct_share_val);
} ct_share SEC(".maps");

#endif /* XOVN_MAPS_LIMIT_H */
