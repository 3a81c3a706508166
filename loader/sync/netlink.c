// SPDX-License-Identifier: GPL-2.0-only
#include "sync/netlink.h"

#include <errno.h>
#include <string.h>

/* A link with many virtual functions is the longest answer we ask for. */
#define ANSWER_LEN 65536
/* What the kernel sends at a time. */
#define NOTICES_LEN 16384

int netlink_open(struct netlink *nl)
{
	int one = 1;

	memset(nl, 0, sizeof(*nl));
	nl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID)) {
		netlink_close(nl);
		return -errno;
	}
	/* Without it the kernel ignores filters of dump requests. */
	mnl_socket_setsockopt(nl->socket, NETLINK_GET_STRICT_CHK, &one,
			      sizeof(one));
	return 0;
}

int netlink_watch(struct netlink *nl, unsigned int groups)
{
	int err = 0;

	memset(nl, 0, sizeof(*nl));
	nl->socket =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, groups, MNL_SOCKET_AUTOPID)) {
		err = -errno;
		netlink_close(nl);
	}
	return err;
}

int netlink_notices(struct netlink *nl, mnl_cb_t each, void *arg)
{
	char buf[NOTICES_LEN];
	int err = 0;

	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->socket, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != ENOBUFS)
			return errno == EAGAIN ? err : -errno;
		if (n < 0)
			err = -ENOBUFS;
		else
			mnl_cb_run(buf, n, 0, 0, each, arg);
	}
}

void netlink_close(struct netlink *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}

struct nlmsghdr *netlink_request(char buf[NETLINK_REQUEST_LEN], uint16_t type,
				 uint16_t flags)
{
	struct nlmsghdr *nlh;

	memset(buf, 0, NETLINK_REQUEST_LEN);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	/* A dump ends by itself, everything else by an acknowledgement. */
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	return nlh;
}

int netlink_talk(struct netlink *nl, struct nlmsghdr *request, mnl_cb_t each,
		 void *arg)
{
	unsigned int portid = mnl_socket_get_portid(nl->socket);
	static char answer[ANSWER_LEN];
	ssize_t n;
	int ret;

	request->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl->socket, answer, sizeof(answer));
		if (n < 0 && errno == EINTR) {
			ret = MNL_CB_OK;
			continue;
		}
		if (n < 0)
			return -errno;
		ret = mnl_cb_run(answer, n, nl->seq, portid, each, arg);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

struct attribute_table {
	const struct nlattr **table;
	uint16_t max;
};

static int attribute_store(const struct nlattr *attr, void *arg)
{
	struct attribute_table *t = arg;

	if (mnl_attr_get_type(attr) <= t->max)
		t->table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

void netlink_attributes(const struct nlmsghdr *nlh, size_t header_len,
			const struct nlattr **table, uint16_t max)
{
	struct attribute_table t = {table, max};

	memset(table, 0, sizeof(*table) * (max + 1));
	mnl_attr_parse(nlh, header_len, attribute_store, &t);
}
