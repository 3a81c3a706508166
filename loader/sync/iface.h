/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says about an interface of our network namespace. */
#ifndef XOVN_SYNC_IFACE_H
#define XOVN_SYNC_IFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "sync/netlink.h"

struct iface {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	bool is_up;
	bool is_ethernet;
	bool is_promiscuous; /* set by hand: ip link set promisc on */
	/* A veth whose peer is in another namespace: what
	 * bpf_redirect_peer() can deliver to. */
	bool has_remote_peer;
	uint32_t mtu;
	uint8_t mac[6];
};

/* -ENODEV with a line that names it. */
int iface_find(struct netlink *nl, const char *name, struct iface *iface,
	       struct error *e);
/* Is there still an interface of that number and name? */
bool iface_exists(uint32_t ifindex, const char *name);
/* Inode of our network namespace, 0: unknown. */
uint32_t iface_netns(void);
/* Which interface has the IPv4 address: its index, 0: none, or -errno.
 * Prefers "preferred" where several have it. */
int iface_with_address(struct netlink *nl, const uint8_t ip[4],
		       uint32_t preferred, uint32_t *ifindex);
/* Driver's name as ethtool -i shows it; "" where the device has none. */
void iface_driver(const char *name, char driver[32]);
/* Generic receive offload; -errno. */
int iface_get_gro(const char *name, bool *is_on);
int iface_set_gro(const char *name, bool is_on);
/* Does the device take VLAN tags out of the frame before XDP sees it?
 * -errno; a device that cannot: false. */
int iface_get_rxvlan(const char *name, bool *is_on);
int iface_set_rxvlan(const char *name, bool is_on);
int iface_set_promiscuous(struct netlink *nl, uint32_t ifindex, bool is_on);

#endif /* XOVN_SYNC_IFACE_H */
