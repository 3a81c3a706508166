// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/link_table.h"

#include <errno.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>

#include "ovsdb/ovsdb.h"

#define MARK "xovn "
#define MTU_DEFAULT 1500
/* Pairs that wait for their removal: "xovn". */
#define GROUP_CONDEMNED 0x786f766e

void pair_hostif(const uint8_t uuid[16], char hostif[IFNAMSIZ])
{
	snprintf(hostif, IFNAMSIZ, "xv%02x%02x%02x%02x%02x%02x", uuid[0],
		 uuid[1], uuid[2], uuid[3], uuid[4], uuid[5]);
}

void pair_mark(const char *port, const uint8_t root[16], char alias[64])
{
	char uuid[37];

	ovsdb_uuid_format(root, uuid);
	snprintf(alias, 64, MARK "%s %s", port, uuid);
}

bool pair_parse_mark(const char *alias, char port[IFNAMSIZ], uint8_t root[16])
{
	size_t len;

	if (strncmp(alias, MARK, strlen(MARK)))
		return false;
	alias += strlen(MARK);
	len = strcspn(alias, " ");
	if (!len || len >= IFNAMSIZ || alias[len] != ' ' ||
	    ovsdb_uuid_parse(alias + len + 1, root))
		return false;
	memcpy(port, alias, len);
	port[len] = '\0';
	return true;
}

bool link_name_is_valid(const char *name)
{
	const char *c;

	if (!*name || strlen(name) >= IFNAMSIZ || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return false;
	/* dev_valid_name(); beyond ASCII Linux does not care */
	for (c = name; *c; c++)
		if (*c == '/' || *c == ':' || *c == '%' ||
		    ((unsigned char)*c <= ' ') || *c == 0x7f)
			return false;
	return true;
}

static struct nlmsghdr *link_request(char buf[NETLINK_REQUEST_LEN],
				     uint16_t type, uint16_t flags,
				     uint32_t ifindex, struct ifinfomsg **info)
{
	struct nlmsghdr *nlh = netlink_request(buf, type, flags);

	*info = mnl_nlmsg_put_extra_header(nlh, sizeof(**info));
	(*info)->ifi_index = ifindex;
	return nlh;
}

static int pair_create(struct link_table *l, const struct pair *p,
		       const char *hostif)
{
	uint32_t mtu = p->mtu ? p->mtu : MTU_DEFAULT;
	struct nlattr *link, *data, *peer;
	char buf[NETLINK_REQUEST_LEN];
	struct ifinfomsg *info;
	struct nlmsghdr *nlh = link_request(
		buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, &info);

	/* The host's own addresses are not the guest's to ask for. */
	info->ifi_flags = info->ifi_change = IFF_NOARP;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, hostif);
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	link = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, p->port);
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	if (p->mac)
		mnl_attr_put(nlh, IFLA_ADDRESS, 6, p->mac);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, link);
	return netlink_talk(&l->nl, nlh, NULL, NULL);
}

static int set_alias(struct link_table *l, uint32_t ifindex, const char *alias)
{
	char buf[NETLINK_REQUEST_LEN];
	struct ifinfomsg *info;
	struct nlmsghdr *nlh =
		link_request(buf, RTM_SETLINK, 0, ifindex, &info);

	mnl_attr_put_str(nlh, IFLA_IFALIAS, alias);
	return netlink_talk(&l->nl, nlh, NULL, NULL);
}

static int set_mtu(struct link_table *l, uint32_t ifindex, uint32_t mtu)
{
	char buf[NETLINK_REQUEST_LEN];
	struct ifinfomsg *info;
	struct nlmsghdr *nlh =
		link_request(buf, RTM_SETLINK, 0, ifindex, &info);

	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	return netlink_talk(&l->nl, nlh, NULL, NULL);
}

/* The host's end is a wire: the kernel shall not speak IPv6 on it to the
 * guest.  A kernel without IPv6 refuses, and does not. */
static void set_no_ipv6_address(struct link_table *l, uint32_t ifindex)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlattr *spec, *inet6;
	struct ifinfomsg *info;
	struct nlmsghdr *nlh =
		link_request(buf, RTM_SETLINK, 0, ifindex, &info);

	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, inet6);
	mnl_attr_nest_end(nlh, spec);
	netlink_talk(&l->nl, nlh, NULL, NULL);
}

static int set_up(struct link_table *l, uint32_t ifindex, bool is_up)
{
	char buf[NETLINK_REQUEST_LEN];
	struct ifinfomsg *info;
	struct nlmsghdr *nlh =
		link_request(buf, RTM_SETLINK, 0, ifindex, &info);

	info->ifi_flags = is_up ? IFF_UP : 0;
	info->ifi_change = IFF_UP;
	return netlink_talk(&l->nl, nlh, NULL, NULL);
}

/* The kernel tells nobody of the alias of an interface that is down. */
static void note_mark(struct link_table *l, uint32_t ifindex,
		      const struct pair *p)
{
	for (size_t i = 0; i < l->n; i++) {
		struct link *link = &l->link[i];

		if (link->ifindex != ifindex)
			continue;
		link->is_marked = true;
		snprintf(link->port, sizeof(link->port), "%s", p->port);
		memcpy(link->root, p->root, sizeof(link->root));
	}
}

static bool is_same_mark(const struct link *link, const struct pair *p)
{
	return link->is_marked && !strcmp(link->port, p->port) &&
	       !memcmp(link->root, p->root, 16);
}

/* The pair by the host end's name; or by its mark, where the port's row was
 * removed and added again before anybody looked. */
static const struct link *pair_find(struct link_table *l, const struct pair *p,
				    const char *hostif)
{
	const struct link *link = link_table_find(l, hostif);
	size_t i;

	if (link && link->is_veth &&
	    (!link->is_marked || is_same_mark(link, p)))
		return link;
	for (i = 0; i < l->n; i++)
		if (is_same_mark(&l->link[i], p))
			return &l->link[i];
	return NULL;
}

int pair_ensure(struct link_table *l, const struct pair *p, uint32_t *ifindex)
{
	char hostif[IFNAMSIZ], alias[64];
	const struct link *link, *guest;
	struct link now;
	int err = 0;

	pair_hostif(p->uuid, hostif);
	link = pair_find(l, p, hostif);
	if (!link) {
		err = pair_create(l, p, hostif);
		if (err)
			return err;
		link_table_run(l);
		link = pair_find(l, p, hostif);
		if (!link)
			return -ENODEV;
	}
	now = *link;
	if (!is_same_mark(&now, p)) {
		pair_mark(p->port, p->root, alias);
		err = set_alias(l, now.ifindex, alias);
		set_no_ipv6_address(l, now.ifindex);
	}
	guest = now.peer_netns < 0 ? link_table_find_index(l, now.peer) : NULL;
	if (!err && p->mtu && guest && guest->mtu != p->mtu)
		err = set_mtu(l, guest->ifindex, p->mtu);
	if (!err && p->mtu && now.mtu != p->mtu)
		err = set_mtu(l, now.ifindex, p->mtu);
	if (!err && p->is_up != !!(now.flags & IFF_UP))
		err = set_up(l, now.ifindex, p->is_up);
	link_table_run(l);
	if (!err)
		note_mark(l, now.ifindex, p);
	*ifindex = now.ifindex;
	return err;
}

int pair_condemn(struct link_table *l, uint32_t ifindex)
{
	char buf[NETLINK_REQUEST_LEN];
	struct ifinfomsg *info;
	struct nlmsghdr *nlh =
		link_request(buf, RTM_SETLINK, 0, ifindex, &info);

	mnl_attr_put_u32(nlh, IFLA_GROUP, GROUP_CONDEMNED);
	return netlink_talk(&l->nl, nlh, NULL, NULL);
}

int pairs_remove_condemned(struct link_table *l)
{
	char buf[NETLINK_REQUEST_LEN];
	struct ifinfomsg *info;
	struct nlmsghdr *nlh = link_request(buf, RTM_DELLINK, 0, 0, &info);
	int err;

	mnl_attr_put_u32(nlh, IFLA_GROUP, GROUP_CONDEMNED);
	err = netlink_talk(&l->nl, nlh, NULL, NULL);
	link_table_run(l);
	return err;
}

int pairs_remove_all(struct error *e)
{
	struct link_table l = {0};
	int ret = link_table_open(&l, e), err = 0, n = 0;

	if (ret)
		return ret;
	for (size_t i = 0; i < l.n && !err; i++) {
		if (!l.link[i].is_marked)
			continue;
		err = pair_condemn(&l, l.link[i].ifindex);
		n++;
	}
	if (!err && n)
		err = pairs_remove_condemned(&l);
	link_table_close(&l);
	if (err)
		return error_set(e, -err, "cannot remove internal ports: %s",
				 strerror(-err));
	return n;
}
