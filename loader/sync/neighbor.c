// SPDX-License-Identifier: GPL-2.0-only
#include "sync/neighbor.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Originator of our neighbor entries (NDA_PROTOCOL); not in the list of
 * /etc/iproute2/rt_protos. */
#define NEIGHBOR_PROTOCOL 118

/* States in which the MAC is usable; STALE is, until proven otherwise. */
#define NEIGHBOR_USABLE                                                        \
	(NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE | NUD_DELAY |   \
	 NUD_PROBE)

int neighbor_compare(const void *a, const void *b)
{
	const struct neighbor_hop *x = a, *y = b;

	return memcmp(x->ip, y->ip, sizeof(x->ip));
}

struct route_answer {
	uint8_t nexthop[4];
	int err;
};

static int read_route(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[RTA_VIA + 1];
	struct route_answer *a = arg;

	netlink_attributes(nlh, sizeof(*route), attr, RTA_VIA);
	if (route->rtm_type != RTN_UNICAST)
		a->err = -ENETUNREACH;
	else if (attr[RTA_VIA])
		a->err = -EAFNOSUPPORT;
	else if (attr[RTA_GATEWAY])
		memcpy(a->nexthop, mnl_attr_get_payload(attr[RTA_GATEWAY]), 4);
	return MNL_CB_OK;
}

int neighbor_route(struct netlink *nl, const uint8_t ip[4], uint32_t ifindex,
		   uint8_t nexthop[4])
{
	struct route_answer answer = {0};
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_GETROUTE, 0);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));
	int err;

	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	mnl_attr_put(nlh, RTA_DST, 4, ip);
	mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	memcpy(answer.nexthop, ip, 4);
	err = netlink_talk(nl, nlh, read_route, &answer);
	memcpy(nexthop, answer.nexthop, 4);
	return err ? err : answer.err;
}

struct neighbor_entry {
	uint32_t ifindex;
	uint8_t ip[4];
	const uint8_t *mac; /* NULL: not resolved */
	bool is_permanent, is_managed, is_ours;
};

/* False: no IPv4 entry of this interface. */
static bool entry_parse(const struct nlmsghdr *nlh, uint32_t ifindex,
			struct neighbor_entry *n)
{
	const struct ndmsg *nd = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[NDA_FLAGS_EXT + 1];

	memset(n, 0, sizeof(*n));
	netlink_attributes(nlh, sizeof(*nd), attr, NDA_FLAGS_EXT);
	if (nd->ndm_family != AF_INET || (uint32_t)nd->ndm_ifindex != ifindex ||
	    !attr[NDA_DST])
		return false;
	memcpy(n->ip, mnl_attr_get_payload(attr[NDA_DST]), 4);
	n->is_permanent = nd->ndm_state & (NUD_PERMANENT | NUD_NOARP);
	if (nd->ndm_state & NEIGHBOR_USABLE && attr[NDA_LLADDR] &&
	    mnl_attr_get_payload_len(attr[NDA_LLADDR]) == 6)
		n->mac = mnl_attr_get_payload(attr[NDA_LLADDR]);
	n->is_managed = attr[NDA_FLAGS_EXT] &&
			mnl_attr_get_u32(attr[NDA_FLAGS_EXT]) & NTF_EXT_MANAGED;
	n->is_ours = attr[NDA_PROTOCOL] &&
		     mnl_attr_get_u8(attr[NDA_PROTOCOL]) == NEIGHBOR_PROTOCOL;
	return true;
}

struct neighbor_query {
	uint32_t ifindex;
	struct neighbor_hop *hop;
	size_t n;
	/* entries to remove, for neighbor_forget() */
	struct neighbor_hop *drop;
	size_t n_drop;
	int err;
};

static struct neighbor_hop *query_find(const struct neighbor_query *q,
				       const uint8_t ip[4])
{
	struct neighbor_hop wanted = {0};

	memcpy(wanted.ip, ip, 4);
	return bsearch(&wanted, q->hop, q->n, sizeof(*q->hop),
		       neighbor_compare);
}

static int dump(struct netlink *nl, struct neighbor_query *q, mnl_cb_t each)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_GETNEIGH, NLM_F_DUMP);
	struct ndmsg *nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));
	int err;

	nd->ndm_family = AF_INET;
	mnl_attr_put_u32(nlh, NDA_IFINDEX, q->ifindex);
	err = netlink_talk(nl, nlh, each, q);
	return err ? err : q->err;
}

static int read_hop(const struct nlmsghdr *nlh, void *arg)
{
	struct neighbor_query *q = arg;
	struct neighbor_entry entry;
	struct neighbor_hop *hop;

	if (!entry_parse(nlh, q->ifindex, &entry))
		return MNL_CB_OK;
	hop = query_find(q, entry.ip);
	if (!hop)
		return MNL_CB_OK;
	hop->is_known = entry.is_permanent || entry.is_managed;
	if (entry.mac)
		memcpy(hop->mac, entry.mac, 6);
	return MNL_CB_OK;
}

int neighbor_read(struct netlink *nl, uint32_t ifindex,
		  struct neighbor_hop *hop, size_t n)
{
	struct neighbor_query q = {.ifindex = ifindex, .hop = hop, .n = n};

	return n ? dump(nl, &q, read_hop) : 0;
}

int neighbor_manage(struct netlink *nl, uint32_t ifindex, const uint8_t ip[4])
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_NEWNEIGH,
					       NLM_F_CREATE | NLM_F_REPLACE);
	struct ndmsg *nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));

	nd->ndm_family = AF_INET;
	nd->ndm_ifindex = ifindex;
	nd->ndm_state = NUD_NONE;
	/* Exempts it from garbage collection and its thresholds. */
	nd->ndm_flags = NTF_EXT_LEARNED;
	mnl_attr_put(nlh, NDA_DST, 4, ip);
	mnl_attr_put_u32(nlh, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	mnl_attr_put_u8(nlh, NDA_PROTOCOL, NEIGHBOR_PROTOCOL);
	return netlink_talk(nl, nlh, NULL, NULL);
}

/* Only collects: deleting while a dump runs makes it skip entries. */
static int collect_drop(const struct nlmsghdr *nlh, void *arg)
{
	struct neighbor_query *q = arg;
	struct neighbor_entry entry;
	void *p;

	if (!entry_parse(nlh, q->ifindex, &entry) || !entry.is_ours ||
	    (q->n && query_find(q, entry.ip)))
		return MNL_CB_OK;
	p = reallocarray(q->drop, q->n_drop + 1, sizeof(*q->drop));
	if (!p) {
		q->err = -ENOMEM;
		return MNL_CB_OK;
	}
	q->drop = p;
	memcpy(q->drop[q->n_drop++].ip, entry.ip, 4);
	return MNL_CB_OK;
}

int neighbor_forget(struct netlink *nl, uint32_t ifindex,
		    const struct neighbor_hop *keep, size_t n)
{
	struct neighbor_query q = {
		.ifindex = ifindex, .hop = (struct neighbor_hop *)keep, .n = n};
	int err = dump(nl, &q, collect_drop);

	for (size_t i = 0; i < q.n_drop && !err; i++) {
		char buf[NETLINK_REQUEST_LEN];
		struct nlmsghdr *nlh = netlink_request(buf, RTM_DELNEIGH, 0);
		struct ndmsg *nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));

		nd->ndm_family = AF_INET;
		nd->ndm_ifindex = ifindex;
		mnl_attr_put(nlh, NDA_DST, 4, q.drop[i].ip);
		err = netlink_talk(nl, nlh, NULL, NULL);
		if (err == -ENOENT)
			err = 0;
	}
	free(q.drop);
	return err;
}
