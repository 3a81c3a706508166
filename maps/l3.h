/* SPDX-License-Identifier: GPL-2.0 */
/* Logical routers: ports, own addresses, routes, neighbors. */
#ifndef XOVN_MAPS_L3_H
#define XOVN_MAPS_L3_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct lrp_key);
	__type(value, struct lrp_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} lrp SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct router_ip_key);
	__type(value, struct router_ip_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} router_ip SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__type(key, struct route_key);
	__type(value, struct route_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} route SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__type(key, struct route_key);
	__type(value, struct route_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} route_src SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct ecmp_key);
	__type(value, struct route_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} ecmp SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct neighbor_key);
	__type(value, struct neighbor_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} neighbor SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct neighbor_key);
	__type(value, struct neighbor_val);
} learned SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct epoch_val);
} epoch SEC(".maps");

#endif /* XOVN_MAPS_L3_H */
