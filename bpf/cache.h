/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a CPU notes of packets for the next ones like them (departure.h,
 * arrival.h), in tables of its own, small enough for its cache, where each
 * sort of packet has one place.  What is noted holds while nothing in the maps
 * has changed (generation_now()), and for some seconds, so that the tables see
 * now and then what is in use.  The tables are right alone: a miss costs a
 * miss, no more.
 */
#ifndef XOVN_BPF_CACHE_H
#define XOVN_BPF_CACHE_H

#include "action.h"
#include "flow_cache.h"
#include "trace.h"

#define KNOWN_NOT (-1000) /* neither an action of TC or XDP nor a drop reason */

/* Does a note of that time still hold? */
static __always_inline bool cache_is_fresh(__u32 noted, __u32 generation,
					   __u32 stamp)
{
	return noted == generation &&
	       (__u32)bpf_jiffies64() - stamp <= CACHE_JIFFIES;
}

#endif /* XOVN_BPF_CACHE_H */
