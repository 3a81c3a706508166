/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaching programs to one interface: TCX and XDP links, clsact filters. */
#ifndef XOVN_SYNC_HOOK_H
#define XOVN_SYNC_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/netlink.h"

/* Links: a descriptor or -errno; the program leaves when the last descriptor
 * and pin do.  -EOPNOTSUPP: the kernel has no TCX (it came with 6.6). */
int hook_link_tcx(int prog_fd, uint32_t ifindex);
int hook_link_xdp_native(int prog_fd, uint32_t ifindex);
/* The interface of a pinned link: its index, 0: it is gone; -ENOENT: no such
 * pin.  Works from any network namespace. */
int hook_link_ifindex(const char *path, uint32_t *ifindex);
int hook_link_replace(const char *path, int prog_fd);
/* Takes effect before it returns, whoever holds a descriptor. */
int hook_link_remove(const char *path);

/* Is there a clsact qdisc?  1, 0, -errno. */
int hook_has_clsact(struct netlink *nl, uint32_t ifindex);
/* Are there filters of others at its ingress?  1, 0, -errno. */
int hook_has_other_filters(struct netlink *nl, uint32_t ifindex);
/* The id of the program where xovn's own filter is, 0: there is none. */
uint32_t hook_clsact_program(uint32_t ifindex);
/* Adds qdisc and filter, or puts the program in the place of our old one. */
int hook_set_clsact(int prog_fd, uint32_t ifindex);
/* Removes our filter; the qdisc, too, if it is ours and carries none of
 * another's. */
int hook_remove_clsact(struct netlink *nl, uint32_t ifindex,
		       bool is_qdisc_ours);

#endif /* XOVN_SYNC_HOOK_H */
