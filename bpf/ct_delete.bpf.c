// SPDX-License-Identifier: GPL-2.0
/*
 * Run by the loader, never by a packet: removes one connection, so that it
 * goes the same way as by its time-out.
 */
#include "ct.h"

SEC("syscall")
int ct_delete(struct ct_delete_arg *arg)
{
	arg->is_deleted = ct_remove(arg->record + 1, arg->seq);
	if (arg->is_deleted)
		ct_event_count(CT_EVENT_DELETED);
	return 0;
}

char _license[] SEC("license") = "GPL";
