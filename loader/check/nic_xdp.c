// SPDX-License-Identifier: GPL-2.0-only
/* Family "netdev" of generic netlink (Documentation/netlink/specs): there
 * since Linux 6.3, in no header of older distributions. */
#include "check/check.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#define NETDEV_CMD_DEV_GET 1
#define NETDEV_A_DEV_IFINDEX 1
#define NETDEV_A_DEV_XDP_FEATURES 3

static struct nlmsghdr *request(char buf[NETLINK_REQUEST_LEN], uint16_t family,
				uint8_t command)
{
	struct nlmsghdr *nlh = netlink_request(buf, family, 0);
	struct genlmsghdr *genl =
		mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = command;
	genl->version = 1;
	return nlh;
}

static int read_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr[CTRL_ATTR_FAMILY_ID + 1];

	netlink_attributes(nlh, sizeof(struct genlmsghdr), attr,
			   CTRL_ATTR_FAMILY_ID);
	if (attr[CTRL_ATTR_FAMILY_ID])
		*(uint16_t *)arg = mnl_attr_get_u16(attr[CTRL_ATTR_FAMILY_ID]);
	return MNL_CB_OK;
}

static int read_features(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr[NETDEV_A_DEV_XDP_FEATURES + 1];

	netlink_attributes(nlh, sizeof(struct genlmsghdr), attr,
			   NETDEV_A_DEV_XDP_FEATURES);
	if (attr[NETDEV_A_DEV_XDP_FEATURES])
		*(uint64_t *)arg =
			mnl_attr_get_u64(attr[NETDEV_A_DEV_XDP_FEATURES]);
	return MNL_CB_OK;
}

static int ask(struct netlink *nl, uint32_t ifindex, uint64_t *features)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	uint16_t family = 0;
	int err;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "netdev");
	err = netlink_talk(nl, nlh, read_family, &family);
	if (err || !family)
		return err ? err : -ENOENT;
	nlh = request(buf, family, NETDEV_CMD_DEV_GET);
	mnl_attr_put_u32(nlh, NETDEV_A_DEV_IFINDEX, ifindex);
	return netlink_talk(nl, nlh, read_features, features);
}

int check_xdp_features(uint32_t ifindex, uint64_t *features)
{
	struct netlink nl = {0};
	int err = 0;

	*features = 0;
	nl.socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl.socket)
		return -errno;
	if (mnl_socket_bind(nl.socket, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	if (!err)
		err = ask(&nl, ifindex, features);
	netlink_close(&nl);
	return err;
}
