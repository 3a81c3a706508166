/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces that carry our programs: the records in map "attachment" and
 * what they stand for in the kernel.  A record is written before the first
 * thing that outlives this process and deleted after the last one is gone.
 */
#ifndef XOVN_SYNC_ATTACHMENT_H
#define XOVN_SYNC_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "sync/iface.h"
#include "sync/state.h"

#define ATTACHMENT_ROLE_TEXT (XOVN_NAME_LEN + 32)

struct attachment {
	uint32_t ifindex;
	struct attachment_val val;
};

/* All records; *list is malloc()ed. */
int attachment_list(const struct state *s, struct attachment **list, size_t *n,
		    struct error *e);
/* The record of an interface: 0, -ENOENT. */
int attachment_find(const struct state *s, uint32_t ifindex,
		    struct attachment *a);
int attachment_find_name(const struct state *s, const char *ifname,
			 struct attachment *a);
int attachment_find_underlay(const struct state *s, struct attachment *a);
/* What plays a physical network on this host; name in its stored form. */
int attachment_find_network(const struct state *s, const char *network,
			    struct attachment *a);
bool attachment_is_underlay(const struct attachment_val *val);
bool attachment_is_localnet(const struct attachment_val *val);
/* "underlay", "localnet NETWORK" or both, for messages; "" for a VIF. */
const char *attachment_role_text(const struct attachment_val *val,
				 char text[ATTACHMENT_ROLE_TEXT]);

/* Certainly without effect here any more: the interface was deleted or moved
 * to another network namespace, or the link is missing.  "Do not know" (a clsact filter in another network namespace)
 * is false. */
bool attachment_is_gone(const struct state *s, const struct attachment *a);
/* Is it in our network namespace? */
bool attachment_is_here(const struct attachment *a);

/* Attaches and pins the programs of a role.  *val: role, mode, network given;
 * hook, flags, netns and ifname set here.  On error nothing stays. */
int attachment_add(const struct state *s, struct netlink *nl,
		   const struct iface *iface, struct attachment_val *val,
		   struct error *e);
/* Another role for an interface whose programs are attached already: new role
 * and network in a->val. */
int attachment_change(const struct state *s, struct netlink *nl,
		      const struct iface *iface, struct attachment *a,
		      struct error *e);
/* Back to what it was before attachment_change(). */
int attachment_revert(const struct state *s, struct netlink *nl,
		      const struct attachment *now,
		      const struct attachment_val *before, struct error *e);
/* Of one whose command may have been killed half way: does again what may be
 * missing.  -ENOENT, e not filled: its links are not all there. */
int attachment_complete(const struct state *s, struct netlink *nl,
			const struct iface *iface, const struct attachment *a,
			struct error *e);
/* Undoes it all and deletes the record.  Goes on after errors and reports
 * the first; the record then stays, so that it can be asked for again. */
int attachment_remove(const struct state *s, struct netlink *nl,
		      const struct attachment *a, struct error *e);
/* Puts new programs (a descriptor for each enum program) in the place of
 * those attached. */
int attachment_replace_programs(const struct state *s, const int *prog_fd,
				struct error *e);

#endif /* XOVN_SYNC_ATTACHMENT_H */
