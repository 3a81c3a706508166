// SPDX-License-Identifier: GPL-2.0-only
#include "sync/refusal.h"

#include <linux/if_link.h>
#include <stdbool.h>
#include <stdio.h>

#include "sync/netlink.h"

static int ask(struct netlink *nl, int prog_fd, uint32_t ifindex,
	       uint32_t flags, char *answer, size_t size)
{
	char buf[NETLINK_REQUEST_LEN];
	struct nlmsghdr *nlh = netlink_request(buf, RTM_SETLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(nlh, sizeof(*link));
	struct nlattr *xdp;

	link->ifi_index = ifindex;
	xdp = mnl_attr_nest_start(nlh, IFLA_XDP);
	mnl_attr_put_u32(nlh, IFLA_XDP_FD, prog_fd);
	mnl_attr_put_u32(nlh, IFLA_XDP_FLAGS, flags);
	mnl_attr_nest_end(nlh, xdp);
	if (mnl_socket_sendto(nl->socket, nlh, nlh->nlmsg_len) < 0)
		return 0;
	return mnl_socket_recvfrom(nl->socket, answer, size);
}

/* False: it was no refusal. */
static bool read_text(const struct nlmsghdr *nlh, int len, char *text,
		      size_t size)
{
	const struct nlattr *attr[NLMSGERR_ATTR_MSG + 1];
	const struct nlmsgerr *err;
	size_t header = sizeof(*err);

	if (!mnl_nlmsg_ok(nlh, len) || nlh->nlmsg_type != NLMSG_ERROR)
		return true;
	err = mnl_nlmsg_get_payload(nlh);
	if (!err->error)
		return false;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return true;
	/* the request stands between, unless it was left out */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		header += err->msg.nlmsg_len - sizeof(err->msg);
	netlink_attributes(nlh, header, attr, NLMSGERR_ATTR_MSG);
	if (attr[NLMSGERR_ATTR_MSG])
		snprintf(text, size, "%s",
			 mnl_attr_get_str(attr[NLMSGERR_ATTR_MSG]));
	return true;
}

void refusal_text(int prog_fd, uint32_t ifindex, char *text, size_t size)
{
	_Alignas(struct nlmsghdr) char answer[4096];
	struct netlink nl;
	int one = 1, len;

	text[0] = '\0';
	if (netlink_open(&nl))
		return;
	if (!mnl_socket_setsockopt(nl.socket, NETLINK_EXT_ACK, &one,
				   sizeof(one))) {
		len = ask(&nl, prog_fd, ifindex,
			  XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST,
			  answer, sizeof(answer));
		if (len > 0 &&
		    !read_text((struct nlmsghdr *)answer, len, text, size))
			ask(&nl, -1, ifindex, XDP_FLAGS_DRV_MODE, answer,
			    sizeof(answer));
	}
	netlink_close(&nl);
}
