/* SPDX-License-Identifier: GPL-2.0 */
/* This host, the other chassis and the way to them. */
#ifndef XOVN_MAPS_TUNNEL_H
#define XOVN_MAPS_TUNNEL_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XOVN_MAX_CHASSIS);
	__type(key, __u32);
	__type(value, struct chassis_val);
} chassis SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XOVN_MAX_CHASSIS);
	__type(key, __u32);
	__type(value, struct tunnel_val);
} tunnel SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XOVN_MAX_CHASSIS);
	__type(key, __u32);
	__type(value, struct heard_val);
} heard SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XOVN_MAX_CHASSIS);
	__type(key, struct encap_ip_key);
	__type(value, struct encap_ip_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} encap_ip SEC(".maps");

#endif /* XOVN_MAPS_TUNNEL_H */
