/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_CMD_ATTACH_H
#define XOVN_CMD_ATTACH_H

#include "sync/attach.h"

/* attach_iface(), and prints what came of it. */
int attach_and_say(struct state *s, const char *ifname,
		   const struct attach_request *request, struct error *e);

#endif /* XOVN_CMD_ATTACH_H */
