// SPDX-License-Identifier: GPL-2.0-only
#include "sync/iface.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool link_kind_is(const struct nlattr *linkinfo, const char *kind)
{
	const struct nlattr *attr;

	if (!linkinfo)
		return false;
	mnl_attr_for_each_nested(attr, linkinfo) if (
		mnl_attr_get_type(attr) ==
		IFLA_INFO_KIND) return !strcmp(mnl_attr_get_str(attr), kind);
	return false;
}

static int read_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[IFLA_LINK_NETNSID + 1];
	struct iface *iface = arg;

	netlink_attributes(nlh, sizeof(*link), attr, IFLA_LINK_NETNSID);
	iface->ifindex = link->ifi_index;
	iface->is_up = link->ifi_flags & IFF_UP;
	iface->is_ethernet = link->ifi_type == ARPHRD_ETHER;
	iface->is_promiscuous = link->ifi_flags & IFF_PROMISC;
	if (attr[IFLA_MTU])
		iface->mtu = mnl_attr_get_u32(attr[IFLA_MTU]);
	if (attr[IFLA_ADDRESS] &&
	    mnl_attr_get_payload_len(attr[IFLA_ADDRESS]) == 6)
		memcpy(iface->mac, mnl_attr_get_payload(attr[IFLA_ADDRESS]), 6);
	iface->has_remote_peer = attr[IFLA_LINK_NETNSID] &&
				 link_kind_is(attr[IFLA_LINKINFO], "veth");
	return MNL_CB_OK;
}

int iface_find(struct netlink *nl, const char *name, struct iface *iface,
	       struct error *e)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh;
	struct ifinfomsg *link;
	int err;

	memset(iface, 0, sizeof(*iface));
	if (strlen(name) >= sizeof(iface->name) || !if_nametoindex(name))
		return error_set(e, ENODEV,
				 "%s: no such interface in this "
				 "network namespace; ip link shows those there "
				 "are",
				 name);
	strcpy(iface->name, name);
	nlh = netlink_request(buf, RTM_GETLINK, 0);
	link = mnl_nlmsg_put_extra_header(nlh, sizeof(*link));
	link->ifi_index = if_nametoindex(name);
	err = netlink_talk(nl, nlh, read_link, iface);
	if (err)
		return error_set(e, -err, "%s: cannot query the interface: %s",
				 name, strerror(-err));
	return 0;
}

bool iface_exists(uint32_t ifindex, const char *name)
{
	char present[IFNAMSIZ];

	return if_indextoname(ifindex, present) && !strcmp(present, name);
}

uint32_t iface_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

struct address_query {
	const uint8_t *ip;
	uint32_t preferred;
	uint32_t ifindex;
};

static int read_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *addr = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[IFA_LOCAL + 1];
	struct address_query *q = arg;

	netlink_attributes(nlh, sizeof(*addr), attr, IFA_LOCAL);
	if (!attr[IFA_LOCAL] ||
	    mnl_attr_get_payload_len(attr[IFA_LOCAL]) != 4 ||
	    memcmp(mnl_attr_get_payload(attr[IFA_LOCAL]), q->ip, 4))
		return MNL_CB_OK;
	if (!q->ifindex || addr->ifa_index == q->preferred)
		q->ifindex = addr->ifa_index;
	return MNL_CB_OK;
}

int iface_with_address(struct netlink *nl, const uint8_t ip[4],
		       uint32_t preferred, uint32_t *ifindex)
{
	struct address_query q = {.ip = ip, .preferred = preferred};
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_GETADDR, NLM_F_DUMP);
	struct ifaddrmsg *addr = mnl_nlmsg_put_extra_header(nlh, sizeof(*addr));
	int err;

	addr->ifa_family = AF_INET;
	err = netlink_talk(nl, nlh, read_address, &q);
	*ifindex = q.ifindex;
	return err;
}

static int ethtool(const char *name, void *command)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = {0};
	int err = 0;

	if (fd < 0)
		return -errno;
	strncpy(ifr.ifr_name, name, sizeof(ifr.ifr_name) - 1);
	ifr.ifr_data = command;
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		err = -errno;
	close(fd);
	return err;
}

void iface_driver(const char *name, char driver[32])
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	driver[0] = '\0';
	if (!ethtool(name, &info))
		snprintf(driver, 32, "%.31s", info.driver);
}

int iface_get_gro(const char *name, bool *is_on)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GGRO};
	int err = ethtool(name, &value);

	*is_on = value.data;
	return err;
}

int iface_set_gro(const char *name, bool is_on)
{
	struct ethtool_value value = {.cmd = ETHTOOL_SGRO, .data = is_on};

	return ethtool(name, &value);
}

int iface_get_rxvlan(const char *name, bool *is_on)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GFLAGS};
	int err = ethtool(name, &value);

	*is_on = !err && value.data & ETH_FLAG_RXVLAN;
	return err;
}

int iface_set_rxvlan(const char *name, bool is_on)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GFLAGS};
	int err = ethtool(name, &value);

	if (err)
		return err;
	value.cmd = ETHTOOL_SFLAGS;
	if (is_on)
		value.data |= ETH_FLAG_RXVLAN;
	else
		value.data &= ~ETH_FLAG_RXVLAN;
	return ethtool(name, &value);
}

int iface_set_promiscuous(struct netlink *nl, uint32_t ifindex, bool is_on)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_SETLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(nlh, sizeof(*link));

	link->ifi_family = AF_UNSPEC;
	link->ifi_index = ifindex;
	link->ifi_flags = is_on ? IFF_PROMISC : 0;
	link->ifi_change = IFF_PROMISC;
	return netlink_talk(nl, nlh, NULL, NULL);
}
