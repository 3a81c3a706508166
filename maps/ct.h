/* SPDX-License-Identifier: GPL-2.0 */
/* Connections: bpf/ct.h works on these. */
#ifndef XOVN_MAPS_CT_H
#define XOVN_MAPS_CT_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

/* Memory-mapped, so that values start at a cache line and the loader reads
 * them without system calls. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_MAX_DEFAULT);
	__type(key, __u32);
	__type(value, struct ct_val);
	__uint(map_flags, BPF_F_MMAPABLE);
} ct SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_MAX_DEFAULT / 2);
	__type(key, __u32);
	__type(value, struct ct_bucket);
	__uint(map_flags, BPF_F_MMAPABLE);
} ct_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} ct_hand SEC(".maps"); /* where the search for a record goes on */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_STATE_COUNT);
	__type(key, __u32);
	__type(value, struct ct_timeout_val);
} ct_timeout SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, struct ct_event_key);
	__type(value, struct ct_event_val);
} ct_event SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct frag_key);
	__type(value, struct frag_val);
} frag SEC(".maps");

#endif /* XOVN_MAPS_CT_H */
