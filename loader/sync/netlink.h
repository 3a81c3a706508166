/* SPDX-License-Identifier: GPL-2.0-only */
/* rtnetlink requests over libmnl: one socket, one request at a time. */
#ifndef XOVN_SYNC_NETLINK_H
#define XOVN_SYNC_NETLINK_H

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdint.h>

struct netlink {
	struct mnl_socket *socket;
	uint32_t seq;
};

#define NETLINK_REQUEST_LEN 512

int netlink_open(struct netlink *nl); /* -errno */
void netlink_close(struct netlink *nl);
/* One that only listens: to groups RTMGRP_*.  -errno. */
int netlink_watch(struct netlink *nl, unsigned int groups);
/* Calls each() for all notices there are, without blocking.  -ENOBUFS: some
 * were lost. */
int netlink_notices(struct netlink *nl, mnl_cb_t each, void *arg);
/* Starts a request in buf; the caller adds header and attributes. */
struct nlmsghdr *netlink_request(char buf[NETLINK_REQUEST_LEN], uint16_t type,
				 uint16_t flags);
/* Sends it, calls each() for every answer, waits for the acknowledgement or
 * the end of the dump.  -errno, the kernel's answer included. */
int netlink_talk(struct netlink *nl, struct nlmsghdr *request, mnl_cb_t each,
		 void *arg);
/* Attributes behind a header of header_len bytes as a table, unknown and
 * too new ones left out. */
void netlink_attributes(const struct nlmsghdr *nlh, size_t header_len,
			const struct nlattr **table, uint16_t max);

#endif /* XOVN_SYNC_NETLINK_H */
